#!/bin/sh
# The program of a device that a support station lends to residents. It starts a fresh browser profile for each turn and throws it away
# at the end: by the button, after idleness, after an hour, or when an officer reports the device missing.
#
#   LIONROCK_SITE=https://register.example sh station-device.sh enrol    once: asks for the code that an officer was shown
#   LIONROCK_SITE=https://register.example sh station-device.sh          from then on, at each start of the device
#
# It needs curl and Chromium. The profile lies in XDG_RUNTIME_DIR, which is memory; without that directory, in TMPDIR or /tmp.
set -eu
umask 077
site=${LIONROCK_SITE:?the address of the service, such as https://register.example}
home=${LIONROCK_DEVICE_HOME:-$HOME/.lionrock-device}
browser=${LIONROCK_BROWSER:-chromium}
folder=${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}
longest=${LIONROCK_LONGEST_SECS:-90000}
# For a rehearsal: after so many turns the program ends. Without it, it goes on for ever.
turns=${LIONROCK_TURNS:--1}

# The key stands in a file, not in the list of processes.
ask() { curl --silent --show-error --fail --max-time 10 --header "@$home/key" "$@"; }

if [ "${1:-}" = enrol ]; then
    mkdir -p "$home"
    printf 'Code: ' >&2
    read -r code
    key=$(curl --silent --show-error --fail --max-time 10 --data "$code" "$site/stations/device/enrol")
    printf 'Authorization: Bearer %s\n' "$key" >"$home/key"
    echo 'This device is enrolled. Start the program without a word to open its first turn.' >&2
    exit
fi

profile=
stop() {
    [ -z "$profile" ] || rm -rf -- "$profile"
    exit
}
trap stop INT TERM

while [ "$turns" -ne 0 ]; do
    path=$(ask --request POST "$site/stations/device/turn") || { sleep 5; continue; }
    profile=$(mktemp -d "$folder/lionrock-turn.XXXXXXXX")
    mkdir "$profile/home"
    # Downloads and caches are within the profile too.
    HOME=$profile/home XDG_CONFIG_HOME=$profile/home XDG_CACHE_HOME=$profile/home XDG_DATA_HOME=$profile/home \
        "$browser" --user-data-dir="$profile/browser" --kiosk --no-first-run --no-default-browser-check --disable-sync \
        --password-store=basic --disable-features=Translate "$@" "$site$path" &
    running=$!
    begun=$(date +%s)
    while kill -0 "$running" 2>/dev/null; do
        [ "$(ask "$site/stations/device/turn" || echo unknown)" != over ] || break
        [ $(($(date +%s) - begun)) -lt "$longest" ] || break
        sleep 1
    done
    kill "$running" 2>/dev/null || :
    wait "$running" 2>/dev/null || :
    # A helper of the browser may still write; what is left then goes with the second try.
    rm -rf -- "$profile" 2>/dev/null || { sleep 1; rm -rf -- "$profile"; }
    profile=
    turns=$((turns - 1))
done
