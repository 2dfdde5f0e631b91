# A ClamAV daemon for one test, in a directory of its own. The test holds our standard input; when it ends, however it
# ends, `read` returns and the daemon goes with it.
set -eu

clamd=$(command -v clamd || command -v /usr/sbin/clamd || true)
if [ -z "$clamd" ]; then
    echo "ClamAV is missing: install the Debian package clamav-daemon (apt-get install clamav-daemon)"
    exit 1
fi
trap '' INT TERM HUP PIPE
# The daemon logs into a pipe: that it listens is a line there, and nobody has to guess for how long to wait.
mkfifo "$PLACE/log"
exec 3<>"$PLACE/log"
# Definitions bear their day in the daemon's own time zone.
{
    TZ=UTC "$clamd" --config-file="$PLACE/clamd.conf" >"$PLACE/said" 2>&1 || true
    echo "ERROR: $(head -n 1 "$PLACE/said")" >&3
} &
stop() {
    if [ -s "$PLACE/clamd.pid" ]; then kill -KILL "$(cat "$PLACE/clamd.pid")" 2>/dev/null || true; fi
}
trap stop EXIT
while read -r line <&3; do
    case "$line" in
        *"Self checking every"*) break ;;
        *ERROR*) echo "clamd did not start: $line"; exit 1 ;;
    esac
done
echo ready
read -r _ || true
