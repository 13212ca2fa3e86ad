#!/bin/sh
# What must hold before a commit; ends at the first no. Arguments: the rooms.
# The types take a minute of one core when nothing is cached, so they are checked beside the rest.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
types=$(mktemp)
# The tests write hundreds of small databases: in memory where there is a place for it.
scratch=$(mktemp -d /dev/shm/huikuan-XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$types" "$scratch"' EXIT

tell() {
    if [ "$2" = 0 ]; then
        printf '  ok   %s\n' "$1"
    else
        printf '  NO   %s\n' "$1"
        cat "$3"
        exit 1
    fi
}

step() {
    name=$1
    shift
    status=0
    output=$(mktemp)
    "$@" >"$output" 2>&1 || status=$?
    tell "$name" "$status" "$output"
    rm -f "$output"
}

$bin/mypy --strict "$@" >"$types" 2>&1 &
checking=$!
trap 'kill "$checking" 2>/dev/null || true; rm -rf "$types" "$scratch"' EXIT
fast="not slow and not thorough"

step "format" $bin/ruff format --check "$@"
step "lint" $bin/ruff check "$@"
step "import contracts" $bin/lint-imports --no-logo
$bin/python -m pytest -m "$fast" -n 2 --dist loadfile --basetemp="$scratch/tests"
status=0
wait "$checking" || status=$?
tell "types" "$status" "$types"
