#!/usr/bin/env bash
# The Python package as users get it: a wheel with everything in it that a Debian 12 with only python3 lacks, in build/wheel/, and
# two environments with that wheel installed, for the tests: build/wheel/bare (nothing else) and build/wheel/tensorflow (what
# .venv has besides). Nothing has changed: no work.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh build
scripts/python_env.sh tests

wheels=build/wheel
stamp=$(find src include bindings plugins cmake CMakeLists.txt pyproject.toml scripts/python_package.sh -type f ! -name '*.pyc' -print0 |
  sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
[ ! -e "$wheels/$stamp.stamp" ] || exit 0
next=$wheels.next  # a failure leaves what was there
rm -rf "$next"; mkdir -p "$next/raw"
echo "building the Python package in $wheels"

# The rooms and the crate are those of `make build`.
scripts/build.sh release all
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$next/raw" . \
  --config-settings=cmake.define.TFHUB_ROOMS_FROM="$PWD/build" --config-settings=cmake.define.TFHUB_CARGO_DIRECTORY="$PWD/build/cargo" \
  --config-settings=cmake.define.TFHUB_BUNDLE_CURL=ON
PATH=$PWD/.venv/bin:$PATH .venv/bin/python -m auditwheel repair --wheel-dir "$next" "$next"/raw/*.whl >"$next/auditwheel.log" 2>&1 ||
  { cat "$next/auditwheel.log" >&2; exit 1; }
rm -rf "$wheels"; mv "$next" "$wheels"

for environment in bare tensorflow; do
  /usr/bin/python3 -m venv --without-pip "$wheels/$environment"
  .venv/bin/python -m pip --python "$wheels/$environment/bin/python" install --quiet --disable-pip-version-check --no-deps \
    "$wheels"/*.whl
done
(cd .venv/lib/python3*/site-packages && pwd) >"$(echo "$wheels"/tensorflow/lib/python3*/site-packages)/shared.pth"
touch "$wheels/$stamp.stamp"
