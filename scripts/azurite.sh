#!/usr/bin/env bash
# Installs the server of Azure's blobs that the tests of az:// use, as tests/azurite/ pins it with all that it depends on, into
# build/azurite/. No package's own script runs. Done already: no work.
set -euo pipefail
cd "$(dirname "$0")/.."
place=build/azurite

PATH=$PWD/.venv/bin:$PATH
stamp=$place/$(cat tests/azurite/package.json tests/azurite/package-lock.json | sha256sum | cut -c1-16).stamp
[ ! -e "$stamp" ] || exit 0
echo "installing azurite into $place"
rm -rf "$place"
mkdir -p "$place"
cp tests/azurite/package.json tests/azurite/package-lock.json "$place/"
npm ci --silent --ignore-scripts --no-audit --no-fund --prefix "$place"
touch "$stamp"
