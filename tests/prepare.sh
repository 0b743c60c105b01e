#!/bin/sh
# Brings what the tests need beyond Rust, or says what is missing:
#
#     tests/prepare.sh          for `make test`: Python with venv, Node, Chromium, Go, curl, strace
#     tests/prepare.sh bench    for `make bench`: nginx, HAProxy, strace
#
# On Debian, as root or with sudo, missing programs are installed by apt; on
# other systems they are named. Python and Node packages go into the checkout
# (.venv, tests/browser/node_modules), h2spec into ~/.cache/genkan.
set -eu

cd "$(dirname "$0")/.."

has() {
    command -v "$1" >/dev/null 2>&1
}

# Debian's packages, one word each, for what is missing.
missing_for_tests() {
    has git || echo git
    has python3 || echo python3
    python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
    has node || echo nodejs
    has npm || echo npm
    has curl || echo curl
    has go || echo golang-go
    tests/browser/find-chromium >/dev/null || echo chromium
    # Counts system calls, which other systems than Linux do not tell.
    [ "$(uname)" != Linux ] || has strace || echo strace
}

missing_for_bench() {
    # Debian keeps servers in /usr/sbin, which is not in every user's PATH.
    PATH=$PATH:/usr/sbin:/sbin
    has nginx || echo nginx
    has haproxy || echo haproxy
    has taskset || echo util-linux
    has strace || echo strace
}

install() { # PACKAGE…
    if ! has apt-get; then
        echo "these are missing, please install them (names as in Debian): $*" >&2
        exit 1
    fi
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "these are missing and need root: apt-get install $*" >&2
        exit 1
    fi
    echo "installing $*" >&2
    # RUNLEVEL: a server that is installed for a measurement is not to be started.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -qq -y --no-install-recommends "$@" </dev/null >&2
}

node_packages() {
    folder=tests/browser
    wanted=$(cksum <"$folder/package-lock.json")
    stamp=$folder/node_modules/.prepared
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    echo "installing the packages of $folder" >&2
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >&2)
    printf '%s\n' "$wanted" >"$stamp"
}

# The conformance suite of HTTP/2, from the versions that its go.mod pins.
h2spec() {
    folder=tests/http2/h2spec
    version=$(cksum <"$folder/go.sum" | cut -d' ' -f1)
    program=${XDG_CACHE_HOME:-$HOME/.cache}/genkan/h2spec-$version/h2spec
    [ ! -x "$program" ] || return 0
    echo "building h2spec" >&2
    (cd "$folder" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly \
        go build -o "$program.new" github.com/summerwind/h2spec/cmd/h2spec </dev/null >&2)
    mv "$program.new" "$program"
}

purpose=${1:-tests}
case $purpose in
tests | bench) ;;
*)
    echo "usage: tests/prepare.sh [bench]" >&2
    exit 2
    ;;
esac

missing=$("missing_for_$purpose")
# shellcheck disable=SC2086  # one word for each package
[ -z "$missing" ] || install $missing

if [ "$purpose" = tests ]; then
    examples/todos/environment.sh .venv examples/todos/backend/requirements-test.txt
    node_packages
    h2spec
fi
