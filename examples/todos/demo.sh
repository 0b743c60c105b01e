#!/bin/sh
# Serves this example through Genkan: `make demo`.
#
# With Python (3.10 or newer) the backend is the Flask application, in an
# environment inside the checkout (.demo/). Without it, it is the todo backend
# that Genkan has built in. Either way nothing is installed outside the checkout,
# and Ctrl-C ends everything within a second. Arguments go to genkan;
# GENKAN_BINARY names a program to use instead of building it.
set -eu

cd "$(dirname "$0")/../.."
example=examples/todos
state=.demo
backend=
gateway=

# How often, every 0.05 s, a process is asked whether it has ended before it is killed.
polls_max=14

end() { # PROCESS…: asks to end, waits a little, then insists
    kill -TERM "$@" 2>/dev/null || :
    polls=0
    for process in "$@"; do
        while kill -0 "$process" 2>/dev/null && [ "$polls" -lt "$polls_max" ]; do
            sleep 0.05
            polls=$((polls + 1))
        done
        kill -KILL "$process" 2>/dev/null || :
    done
}

end_all() {
    trap - EXIT INT TERM HUP
    # shellcheck disable=SC2086  # empty stands for "was not started"
    [ -z "$gateway$backend" ] || end $gateway $backend
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_flask() {
    "$example/environment.sh" "$state/venv" "$example/backend/requirements.txt" || return 1
    : >"$state/backend.log"
    # In the background with SIGINT ignored by the shell: Ctrl-C reaches it
    # through the trap above, after the gateway.
    "$state/venv/bin/python" "$example/backend/app.py" --port 0 \
        --database "$state/todos.sqlite3" 2>>"$state/backend.log" &
    backend=$!
    while kill -0 "$backend" 2>/dev/null; do
        address=$(sed -n 's|.*listening on http://||p' "$state/backend.log")
        [ -z "$address" ] || return 0
        sleep 0.05
    done
    echo "the Flask application did not start:" >&2
    cat "$state/backend.log" >&2
    backend=
    return 1
}

mkdir -p "$state"
genkan=${GENKAN_BINARY:-}
if [ -z "$genkan" ]; then
    echo "building genkan (the first time takes some minutes)" >&2
    cargo build --bin genkan
    genkan=${CARGO_TARGET_DIR:-target}/debug/genkan
fi

hint="edit $example/*.yaml and watch it apply; try $example/broken/*.yaml"
if start_flask; then
    echo "backend: the Flask application on $address, its log in $state/backend.log" >&2
    "$genkan" run --manifests "$example" --endpoints "todos/todos=$address" --port-fallback \
        --hint "$hint" "$@" &
else
    echo "backend: the one built into genkan (Flask needs Python 3.10 or newer with venv and pip)" >&2
    "$genkan" demo --manifests "$example" --port-fallback --hint "$hint" "$@" &
fi
gateway=$!
wait "$gateway"
