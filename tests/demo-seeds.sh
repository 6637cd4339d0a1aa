#!/usr/bin/env bash
# Runs the demo over several seeds and at 20,000 rows and prints what was recovered as a Markdown table.
# Usage: tests/demo-seeds.sh > tests/Memorization.Benchmarks/results/demo.md   (about 4 minutes on 2 cores; build with -c Release first)
set -euo pipefail
cd "$(dirname "$0")/.."
program=pipelines/bin/Release/net10.0/memorization
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# field NAME FILE: the value of a top-level number in the demo's JSON.
field() { sed -nE "s/^  \"$1\": ([0-9.E+-]+),?$/\1/p" "$2"; }

echo "# The demo against its planted families"
echo
echo "\`tests/demo-seeds.sh\`, $(date -u +%F), $("$program" --version), .NET $(dotnet --version), $(nproc) cores, $(uname -srm)."
echo
echo "| seed | rows | stored | rejected | precision | recall | whole process, s | peak, MB |"
echo "|---|---|---|---|---|---|---|---|"
for run in "1 3000" "2 3000" "3 3000" "4 3000" "5 3000" "1 20000"; do
    read -r seed rows <<< "$run"
    start=$(date +%s.%N)
    "$program" demo --seed "$seed" --rows "$rows" --out "$out/$seed-$rows" --json --quiet > "$out/json"
    seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
    awk -v seed="$seed" -v rows="$(field rows_read "$out/json")" -v stored="$(field rows_stored "$out/json")" -v rejected="$(field rows_rejected "$out/json")" \
        -v p="$(field pair_precision "$out/json")" -v r="$(field pair_recall "$out/json")" -v s="$seconds" -v m="$(field peak_bytes "$out/json")" \
        'BEGIN { printf "| %d | %d | %d | %d | %.4f | %.4f | %s | %.0f |\n", seed, rows, stored, rejected, p, r, s, m / 1e6 }'
done
