#!/bin/sh
# Makes govuk.css again from the package govuk-frontend, in a directory outside the repository.
# Needs Node and npm; the build of Lionrock needs neither.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/govuk.scss" "$work/"
cd "$work"
npm install --no-save --ignore-scripts govuk-frontend@6.6.0 sass@1.108.2
npx sass --no-source-map --no-charset --style=compressed --load-path=. govuk.scss "$here/govuk.css"
cd "$here"
sha256sum govuk.css > govuk.css.sha256
