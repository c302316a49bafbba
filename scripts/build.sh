#!/usr/bin/env bash
# Configures a preset of CMakePresets.json where needed and builds targets of it.
#   scripts/build.sh PRESET [-DVARIABLE=VALUE…] [TARGET…]     (no target: what is installed; "unit_tests": every unit test)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1; shift
tree=build; [ "$preset" = release ] || tree=build/$preset

# The tests' precompiled header is the same whatever its time stamp is, and a file the same whichever clone it lies in.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# Ninja configures again by itself when a CMake file or the list of sources changes.
options=()
while [[ ${1-} == -D* ]]; do options+=("$1"); shift; done
if [ ! -e "$tree/build.ninja" ] || [ ${#options[@]} -gt 0 ]; then
  cmake --preset "$preset" -Wno-dev --log-level=WARNING "${options[@]}"
fi

# Nothing takes as long as the crate, and Ninja may begin it last: it begins here, and Ninja finds it done. What is wrong with
# it, Ninja's own attempt says.
crate=$(sed -n 's/^TFHUB_CARGO_DIRECTORY:PATH=//p' "$tree/CMakeCache.txt")
if grep -q '^TFHUB_CLOUD:BOOL=ON' "$tree/CMakeCache.txt" && [ ! -e "$crate/release/libtfhub_bucket.a" ]; then
  scripts/bucket_crate.sh "$crate" >/dev/null 2>&1 </dev/null &
  trap "kill $! 2>/dev/null || true" EXIT
fi

# Two gigabytes a compiler: the one unit with all of Beast takes that much.
memory=$(awk '/^MemTotal/ { print int($2 / 2000000) }' /proc/meminfo)
jobs=$(nproc); [ "$memory" -ge "$jobs" ] || jobs=$((memory > 1 ? memory : 1))
[ -z "${!-}" ] || jobs=$((jobs + 1)) # one of them waits for the crate

NINJA_STATUS="[%f/%t %es] " ninja -C "$tree" -j "$jobs" "$@"
wait
