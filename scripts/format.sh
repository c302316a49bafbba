#!/usr/bin/env bash
# clang-format on every C and C++ file, by .clang-format.
#   scripts/format.sh [--check]     (--check: changes nothing, fails where something would change)
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i); [ "${1-}" != --check ] || mode=(--dry-run --Werror)
directories=()
for directory in src include bindings plugins tests bench fuzz examples; do [ ! -d $directory ] || directories+=("$directory"); done
find "${directories[@]}" -type f \( -name '*.cc' -o -name '*.h' -o -name '*.c' \) -print0 | xargs -0 -r clang-format "${mode[@]}"
