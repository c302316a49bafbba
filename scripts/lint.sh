#!/usr/bin/env bash
# What must hold for the text of the sources: include directions, documented settings, format; then clang-tidy, which
# compiles everything once more and so takes minutes.
#   scripts/lint.sh [FILE.cc…]      (files: clang-tidy on these alone)
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/check_includes.py
scripts/settings_table.py --check
scripts/format.sh --check
# Without precompiled headers: a file that does not include what it uses is found here.
cmake --preset release -B build/lint -DTFHUB_PRECOMPILED=OFF -Wno-dev --log-level=WARNING >/dev/null
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(find src bindings plugins -name '*.cc' ! -path 'bindings/python/*' | sort)  # nanobind is there only while pip builds
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet
