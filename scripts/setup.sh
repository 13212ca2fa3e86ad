#!/bin/sh
# Make the project's own environment in .venv and find a browser. Quick when nothing changed.
#
#   scripts/setup.sh              environment and browser
#   scripts/setup.sh --no-browser environment only (enough for `make check`)
#
# POSIX sh, for Debian, Ubuntu and macOS. Package indexes are those that pip, uv, apt and npm are
# configured for. Exit status: 0 ready, 1 no environment, 2 no browser.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
venv=$root/.venv
python=$venv/bin/python
stamp=$venv/huikuan.stamp

say() { printf '%s\n' "$*"; }
give_up() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# What the environment was made from: the lock file, the folder (a checkout may be moved), and the
# way it is made; raise the number when `install_project` changes.
wanted_stamp() { printf 'way 2, %s\n' "$root"; cksum requirements.lock; }

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${HUIKUAN_PYTHON:-} python3.11 python3.12 python3.13 python3 python3.14; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

as_root_apt() {
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 1
    say "setup: apt-get install $*"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

make_with_uv() {
    say "setup: making .venv with uv"
    uv venv --quiet --clear --python '>=3.11' "$venv"
    uv pip install --quiet --python "$python" --require-hashes -r requirements.lock
}

make_with_venv() {
    base=$(find_python) || give_up "Python 3.11 or newer is needed; install it, or uv."
    say "setup: making .venv with $("$base" --version) and pip (uv would be quicker)"
    if ! "$base" -c 'import ensurepip' 2>/dev/null; then
        as_root_apt python3-venv ||
            give_up "this Python cannot make environments: apt-get install python3-venv, or install uv."
    fi
    rm -rf "$venv"
    "$base" -m venv "$venv"
    # Without byte code: each module is compiled when it is first used, most never are.
    "$python" -m pip install -qq --disable-pip-version-check --no-compile --require-hashes \
        -r requirements.lock
}

# The project itself is not copied anywhere: its folder joins the import path, and the command
# `huikuan` is a script of three lines. No build step, no network.
install_project() {
    site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$root" >"$site/huikuan.pth"
    {
        printf '#!%s\n' "$python"
        printf 'from runtime.cli import main\n\nmain()\n'
    } >"$venv/bin/huikuan"
    chmod +x "$venv/bin/huikuan"
}

if [ ! -x "$python" ] || [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$(wanted_stamp)" ]; then
    if command -v uv >/dev/null 2>&1; then make_with_uv; else make_with_venv; fi
    install_project
    # Compiled once here, instead of by a dozen processes that start together and race for it.
    say "setup: compiling what will be used"
    env -u PYTHONDONTWRITEBYTECODE "$python" -c 'import runtime.demo, runtime.serving, runtime.workers'
    wanted_stamp >"$stamp"
    say "setup: .venv is ready"
fi

[ "${1:-}" != --no-browser ] || exit 0
home=${HUIKUAN_HOME:-var}
note=$home/browser.path
if [ -f "$note" ] && [ -x "$(cat "$note")" ]; then
    exit 0
fi
exec "$python" scripts/find_browser.py "$home"
