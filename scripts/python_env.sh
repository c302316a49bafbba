#!/usr/bin/env bash
# Makes .venv from Debian's own Python and, when asked for "tests", installs what the tests pin. Done already: no work.
#   scripts/python_env.sh [tests]
set -euo pipefail
cd "$(dirname "$0")/.."

# Not `python3`: another Python may come first in PATH, and the packages below are for Debian's 3.11.
[ -x .venv/bin/python ] || { echo "making the Python environment .venv"; /usr/bin/python3 -m venv .venv; }
[ "${1-}" = tests ] || exit 0

wanted=$(cat tests/requirements.txt tests/requirements-no-deps.txt | sha256sum | cut -c1-16)
stamp=.venv/tests-$wanted.stamp
[ ! -e "$stamp" ] || exit 0
names=$(sed -n 's/[[:space:]]*#.*//; /./p' tests/requirements.txt tests/requirements-no-deps.txt | tr '\n' ' ')
echo "installing Python packages into .venv: $names"
pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check)
"${pip[@]}" -r tests/requirements.txt
# Without what they ask for: tf-keras asks for `tensorflow`, a second and far larger copy of what tensorflow-cpu is.
"${pip[@]}" --no-deps -r tests/requirements-no-deps.txt
rm -f .venv/tests-*.stamp
touch "$stamp"
