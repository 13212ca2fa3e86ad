#!/bin/sh
# Make the environment of the third-party portal of tests/faults/helpdesk, below var/helpdesk-env.
# Quick when nothing changed. The tests call it; one call at a time.
#
# POSIX sh, for Debian, Ubuntu and macOS. Package indexes are those that pip and uv are configured
# for. Exit status: 0 ready, 1 it could not be made, 2 no package index can be reached.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
lock=tests/faults/helpdesk/requirements.lock
venv=$root/var/helpdesk-env
python=$venv/bin/python
stamp=$venv/huikuan.stamp
base=${HUIKUAN_PYTHON:-.venv/bin/python}

# What the environment was made from; raise the number when the way it is made changes.
wanted_stamp() { printf 'way 1, %s\n' "$root"; cksum "$lock"; }

if [ -x "$python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted_stamp)" ]; then
    exit 0
fi

make_it() {
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --clear --python "$base" "$venv" &&
            uv pip install --quiet --python "$python" --require-hashes -r "$lock"
    else
        "$base" -m venv --clear "$venv" &&
            "$python" -m pip install -q --disable-pip-version-check --no-compile \
                --require-hashes -r "$lock"
    fi
}

# How pip and uv say that nobody answered. A wrong hash or a package that is not there is no such
# thing: the tests must not be left out because of it.
unreachable='dns error|error sending request|NewConnectionError|ConnectTimeoutError'
unreachable="$unreachable|Connection refused|Network is unreachable|operation timed out"
unreachable="$unreachable|Name or service not known|Temporary failure in name resolution"

mkdir -p var
told=$(mktemp)
trap 'rm -f "$told"' EXIT
if ! make_it >"$told" 2>&1; then
    cat "$told"
    if grep -Eiq "$unreachable" "$told"; then exit 2; fi
    exit 1
fi
wanted_stamp >"$stamp"
