# A PostgreSQL server for one test process: started by it, on a Unix socket in a directory of its own, and gone with it.
# The process holds our standard input; when it ends, however it ends, `read` returns and everything is removed.
# PostgreSQL refuses to run as root, so root hands over to another user first.
set -eu

bin=
for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) $(echo "$PATH" | tr ':' ' '); do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && [ -x "$candidate/createdb" ]; then
        bin=$candidate
        break
    fi
done
if [ -z "$bin" ]; then
    echo "PostgreSQL is missing: install the Debian package postgresql (apt-get install postgresql)"
    exit 1
fi

if [ "$(id -u)" = 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups sh -c "$SCRIPT"
fi

# The reader may be gone before we say "ready"; without this the shell would die of it and leave the server behind.
trap '' INT TERM HUP PIPE
cd /
umask 022
home=$(mktemp -d "${TMPDIR:-/tmp}/lionrock-postgres.XXXXXX")
stop() {
    "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap stop EXIT
"$bin/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$home/initdb.log" 2>&1 || {
    echo "initdb failed: $(tail -n 3 "$home/initdb.log" | tr '\n' ' ')"
    exit 1
}
cat >>"$home/data/postgresql.conf" <<'SETTINGS'
fsync = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
SETTINGS
echo "unix_socket_directories = '$home'" >>"$home/data/postgresql.conf"
if [ -n "${TLS_PORT:-}" ]; then
    # Over the network with TLS only; a plain connection finds no line that lets it in.
    (umask 077 && printf '%s' "$TLS_KEY" >"$home/data/server.key" && printf '%s' "$TLS_CERTIFICATE" >"$home/data/server.crt")
    printf 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n' >"$home/data/pg_hba.conf"
    printf "listen_addresses = '127.0.0.1'\nport = %s\nssl = on\n" "$TLS_PORT" >>"$home/data/postgresql.conf"
else
    echo "listen_addresses = ''" >>"$home/data/postgresql.conf"
fi
"$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w start >/dev/null 2>&1 || {
    echo "the server did not start: $(tail -n 3 "$home/server.log" | tr '\n' ' ')"
    exit 1
}
echo "ready $home $bin"
read -r _ || true
