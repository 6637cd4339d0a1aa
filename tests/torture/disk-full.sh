#!/usr/bin/env bash
# Runs a study into a disk that is too small for it, again and again with a little more room, and looks whether the store stays whole.
#
#   sudo tests/torture/disk-full.sh [MEGABYTES…]          (default: 1 2 3; needs root, for a tmpfs of its own)
#
# Of each run on a full disk: exit code 2, one line on standard error that names the file and says that there is no space left, and `store verify` finds
# nothing. Then the disk grows, and the same command must end well. Exit code 0: all of that was so.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${PROGRAM:-$root/pipelines/bin/Release/net10.0/memorization}
work=$(mktemp -d)
mkdir "$work/disk"
mount -t tmpfs -o size=1m tmpfs "$work/disk"
server=
end() {
  [ -z "$server" ] || kill "$server" || true
  umount "$work/disk" || true
  rm -rf "$work"
}
trap end EXIT

"$program" demo --serve-only --rows 1000 --out "$work/world" > "$work/served" 2> "$work/server.log" &
server=$!
until [ -s "$work/served" ]; do kill -0 "$server"; sleep 0.2; done

study=("$work/world/study.json" --quiet --set "store.path=$work/disk/store" --set store.commitRows=20 --set store.images=original
  --set fetch.attemptDeadlineSeconds=20 --set fetch.rowDeadlineSeconds=40)
failed=0
check() { # what, and a command that says whether it is so
  local what=$1
  shift
  if "$@"; then echo "  ok: $what"; else echo "  WRONG: $what"; failed=1; fi
}

sizes=("$@")
[ "${#sizes[@]}" -gt 0 ] || sizes=(1 2 3)
quiet() { "$@" > "$work/out" || { code=$?; tail -5 "$work/out"; return "$code"; }; }

for size in "${sizes[@]}"; do
  mount -o "remount,size=${size}m" "$work/disk"
  echo "a disk of $size MB"
  code=0
  "$program" run "${study[@]}" > "$work/out" 2> "$work/error" || code=$?
  sed 's/^/  | /' "$work/error"
  check "exit code 2 ($code)" test "$code" -eq 2
  check "one line ($(wc -l < "$work/error"))" test "$(wc -l < "$work/error")" -eq 1
  check "it says that there is no space left" grep -qi "no space left" "$work/error"
  if [ -d "$work/disk/store/rows" ]; then
    check "store verify finds nothing" quiet "$program" store verify "${study[@]}"
  fi
done

mount -o remount,size=256m "$work/disk"
echo "a disk of 256 MB"
check "the same command ends well" quiet "$program" run "${study[@]}"
check "store verify finds nothing" quiet "$program" store verify "${study[@]}"
exit "$failed"
