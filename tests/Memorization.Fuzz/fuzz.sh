#!/usr/bin/env bash
# Fuzzes one target for so many seconds: tests/Memorization.Fuzz/fuzz.sh url 600. Needs afl-fuzz (afl++) and the sharpfuzz tool
# (`dotnet tool install --global SharpFuzz.CommandLine`). Begins with the corpus kept here; what breaks is named at the end, to be kept there too.
set -euo pipefail
cd "$(dirname "$0")"
target=$1 seconds=${2:-600}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish -c Release -o "$work/bin" -v quiet
sharpfuzz "$work/bin/Memorization.Core.dll"
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1
timeout "$((seconds + 60))" afl-fuzz -V "$seconds" -t 10000 -m none -i "corpus/$target" -o "$work/out" "$work/bin/Memorization.Fuzz" "$target" > "$work/log" || tail -n 20 "$work/log"
grep -E "execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs" "$work/out/default/fuzzer_stats"
mkdir -p found
for kind in crashes hangs; do
    for file in "$work/out/default/$kind"/id*; do [ -f "$file" ] && cp "$file" "found/$target-$(sha256sum "$file" | cut -c1-12)"; done
done
ls found
