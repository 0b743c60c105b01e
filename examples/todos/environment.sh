#!/bin/sh
# Makes a Python environment with the packages of a requirements file, or finds
# that it is there already:
#
#     environment.sh FOLDER REQUIREMENTS
#
# Ends with a reason on standard error and status 1 when Python or a package
# cannot be had. Touches nothing outside FOLDER.
set -eu

folder=$1
requirements=$2
python=${PYTHON:-python3}

fail() {
    printf 'cannot make a Python environment: %s\n' "$*" >&2
    exit 1
}

# The files of one folder include each other, so all of them count.
wanted=$(cat "$(dirname "$requirements")"/requirements*.txt | cksum)-$(basename "$requirements")
stamp=$folder/requirements.stamp
if [ -x "$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

command -v "$python" >/dev/null 2>&1 || fail "$python is not installed"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
    fail "$python is older than Python 3.10"
printf 'making a Python environment in %s\n' "$folder" >&2
rm -f "$stamp"
"$python" -m venv "$folder" >&2 || fail "$python has no working venv module (Debian: python3-venv)"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$requirements" >&2 </dev/null || fail "pip cannot install the packages"
printf '%s\n' "$wanted" >"$stamp"
