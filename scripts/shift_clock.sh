#!/usr/bin/env bash
# Runs a command on another day and in another time zone: no test may compare an absolute date with the present. Not for
# programs with a sanitizer, for statically linked ones, which keep the day, or for TensorFlow beside our client in one process.
#   scripts/shift_clock.sh DAYS ZONE COMMAND…
#   scripts/shift_clock.sh 400 UTC ctest --test-dir build -L unit -j2
#   scripts/shift_clock.sh 0 Pacific/Kiritimati .venv/bin/python -m pytest tests/conformance tests/clients
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$(($1 * 86400)) zone=$2; shift 2
[ -e "/usr/share/zoneinfo/$zone" ] || { echo "there is no time zone $zone" >&2; exit 2; }

clock=$PWD/build/shifted_clock.so command=$PWD/build/tfhub_shifted
cc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$clock" tests/support/shifted_clock.c -ldl
# Tests start the command with an environment of their own.
cat >"$command" <<END
#!/bin/sh
exec env LD_PRELOAD=$clock SHIFTED_CLOCK=$seconds TZ=$zone $PWD/build/tfhub "\$@"
END
chmod +x "$command"

unset "${!TFHUB_@}"
export TFHUB_BIN=$command LD_PRELOAD=$clock SHIFTED_CLOCK=$seconds TZ=$zone
export PYTHONDONTWRITEBYTECODE=1 no_proxy=127.0.0.1,localhost${no_proxy:+,$no_proxy}
exec "$@"
