#!/usr/bin/env bash
# Which lines and branches of src/ the tests reach, room by room, unit tests and black-box tests together, in a tree of its own.
# Writes the table of docs/benchmarks.md, and what is not reached into build/coverage/report/index.html.
#   scripts/coverage.sh [SUITE of pytest…]      (default: conformance faults clients)
# A test may fail here that is green elsewhere: a process that was killed counts nothing, and all are slow. It is said, no more.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$PWD/build/coverage
suites=("$@"); [ ${#suites[@]} -gt 0 ] || suites=(conformance faults clients)

scripts/build.sh coverage all unit_tests
unset "${!TFHUB_@}"
export PYTHONDONTWRITEBYTECODE=1 no_proxy=127.0.0.1,localhost${no_proxy:+,$no_proxy}

# Some tests run the command as somebody else, who may write to files that are there, not make new ones: empty ones count as none.
find "$tree" -name '*.gcda' -delete
find "$tree" -name '*.gcno' | sed 's/gcno$/gcda/' | xargs -d '\n' touch
find "$tree" -name '*.gcda' -exec chmod 666 {} +

ctest --test-dir "$tree" -L unit -j "$(nproc)" --no-tests=error --output-on-failure || echo "unit: not all passed"
for suite in "${suites[@]}"; do
  TFHUB_BIN=$tree/tfhub .venv/bin/python -m pytest -q -p no:cacheprovider --tb=line "tests/$suite" || echo "$suite: not all passed"
done

# Without what only an exception reaches, and without what the compiler made of lines that hold no code.
find "$tree" -name '*.gcda' -empty -delete
mkdir -p "$tree/report"
gcovr --root . --object-directory "$tree" --filter src/ --gcov-executable "$PWD/scripts/gcov_of_what_is_written.sh" --exclude-throw-branches \
  --exclude-unreachable-branches -j "$(nproc)" --json-summary "$tree/report/summary.json" --html-details "$tree/report/index.html" "$tree"
scripts/coverage_table.py "$tree/report/summary.json" docs/benchmarks.md
