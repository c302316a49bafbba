#!/usr/bin/env bash
# gcov as gcovr calls it, but for the branches in blocks that only an exception reaches (gcov marks them "$$$$$"): destructors
# that the compiler calls there, several for each line that was written. gcovr itself leaves out the jump to such a block only.
set -euo pipefail
shopt -s nullglob
gcov --all-blocks "$@"
for file in *.gcov; do
  awk '/^ *[^ :]+: *[0-9]+-block/ { exceptional = /^ *\$+:/; next }
       /^(branch|call) / { if (!exceptional) print; next }
       { exceptional = 0; print }' "$file" >"$file.kept"
  mv "$file.kept" "$file"
done
