#!/usr/bin/env bash
# Fetches a million made images from a server on loopback, and looks whether memory, sockets and threads stay where they were.
#
#   tests/torture/fetch.sh [URLS]          (default: 1000000; Linux, for /proc)
#
# The list goes in through a pipe that stays open: once every line has an answer, idle connections have 22 s to be closed before sockets and threads are counted.
# Exit code 0: every line was kept and has one answer, resident memory in the second half grew by less than a tenth and 64 MB, no more than 2 sockets
# are open, and threads are no more than 16 above their number after the first 10,000 lines.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${PROGRAM:-$root/pipelines/bin/Release/net10.0/memorization}
urls=${1:-1000000}
work=$(mktemp -d)
server=
fetch=
end() {
  for process in $server $fetch; do kill "$process" 2> /dev/null || true; done
  rm -rf "$work"
}
trap end EXIT

mkfifo "$work/server.in" "$work/lines"
"$program" bench-server --plain --side 16 < "$work/server.in" > "$work/port" &
server=$!
exec 4> "$work/server.in"
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.2; done

"$program" fetch - --format csv --quiet --set "fetch.resolve.*.bench.test=127.0.0.1:$(cat "$work/port")" --set fetch.parallelism=256 \
  < "$work/lines" > "$work/answers" 2> "$work/errors" &
fetch=$!
exec 3> "$work/lines"
awk -v n="$urls" 'BEGIN { for (i = 0; i < n; i++) printf "http://host%d.bench.test/%d.jpg\n", i % 500, i }' >&3 &

resident() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$fetch/status"; }
threads() { awk '/Threads/ { print $2 }' "/proc/$fetch/status"; }
descriptors() { find "/proc/$fetch/fd" -type l | wc -l; }
sockets() { find "/proc/$fetch/fd" -lname 'socket:*' 2> /dev/null | wc -l; }
answers() { echo $(($(wc -l < "$work/answers") - 1)); }

printf '%8s %10s %8s %8s %12s %8s\n' seconds answers MB threads descriptors sockets
started=$SECONDS
early_threads=
half=
last=0
while [ "$last" -lt "$urls" ]; do
  sleep 5
  kill -0 "$fetch"
  last=$(answers)
  printf '%8d %10d %8d %8d %12d %8d\n' $((SECONDS - started)) "$last" "$(resident)" "$(threads)" "$(descriptors)" "$(sockets)"
  if [ -z "$early_threads" ] && [ "$last" -ge 10000 ]; then early_threads=$(threads); fi
  if [ -z "$half" ] && [ "$last" -ge $((urls / 2)) ]; then half=$(resident); fi
  if [ $((SECONDS - started)) -gt $((60 + urls / 200)) ]; then echo "WRONG: too slow"; exit 1; fi
done
seconds=$((SECONDS - started))
full=$(resident)
sleep 22
printf '%8s %10d %8d %8d %12d %8d   (idle for 22 s)\n' '' "$(answers)" "$(resident)" "$(threads)" "$(descriptors)" "$(sockets)"
idle_threads=$(threads)
idle_sockets=$(sockets)
exec 3>&-
wait "$fetch" && code=0 || code=$?
fetch=

failed=0
check() { # what, and a command that says whether it is so
  local what=$1
  shift
  if "$@"; then echo "  ok: $what"; else echo "  WRONG: $what"; failed=1; fi
}
kept=$(awk -F, 'NR > 1 && $3 == "kept"' "$work/answers" | wc -l)
lines=$(awk -F, 'NR > 1 { print $1 }' "$work/answers" | sort -un | wc -l)
check "exit code 0 and nothing on standard error" test "$code" -eq 0 -a ! -s "$work/errors"
check "$urls lines have an answer each, and $kept were kept" test "$lines" -eq "$urls" -a "$kept" -eq "$urls" -a "$(answers)" -eq "$urls"
check "resident memory: $half MB at half, $full MB at the end" test "$full" -le $((half + half / 10 + 64))
check "sockets when idle: $idle_sockets" test "$idle_sockets" -le 2
check "threads: ${early_threads:-?} at the beginning, $idle_threads when idle" test "$idle_threads" -le $((${early_threads:-0} + 16))
echo "$urls fetches in $seconds s: $((urls / (seconds > 0 ? seconds : 1))) a second"
exit "$failed"
