#!/usr/bin/env bash
# Searches for bytes that a reader of foreign files cannot stand: libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer.
# What it learned stays in build/fuzz/corpus; bytes that broke something are in build/fuzz/found, and the exit code is 1.
#   scripts/fuzz.sh [SECONDS] [NAME…]      (default: 60 each, every target of fuzz/CMakeLists.txt)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}; [ $# -eq 0 ] || shift
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(ls fuzz/seeds)

scripts/build.sh fuzz fuzz_targets
mkdir -p build/fuzz/found
failed=0
for name in "${names[@]}"; do
  mkdir -p "build/fuzz/corpus/$name"
  log=build/fuzz/$name.log
  # Longer than any seed; a reader that takes seconds for so little would stall a server.
  if build/fuzz/fuzz/"fuzz_$name" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "fuzz/seeds/$name" >"$log" 2>&1; then
    echo "$name: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  else
    echo "$name: FOUND something; $log ends with" >&2
    tail -30 "$log" >&2
    failed=1
  fi
done
exit $failed
