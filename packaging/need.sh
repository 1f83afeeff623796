#!/bin/sh
# need.sh PROGRAM…: see that the programs are there; install them where that is allowed.
# Each is in the Debian package of its own name.
set -eu
PATH=$PATH:/usr/sbin

missing=
for program; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    root=no
fi
if [ "$root" = no ] || ! command -v apt-get >/dev/null; then
    echo "the tests need$missing: install them (Debian: apt-get install$missing)" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing$missing"
{
    $root apt-get update
    # shellcheck disable=SC2086 # words
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
} >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    echo "the tests need$missing, and apt-get did not install them" >&2
    exit 1
}
