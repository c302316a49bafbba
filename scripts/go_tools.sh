#!/usr/bin/env bash
# Builds what tests/requirements-go.txt pins into build/go/, with the Go of .venv: some minutes, once. Done already: no work.
set -euo pipefail
cd "$(dirname "$0")/.."
list=tests/requirements-go.txt
place=$PWD/build/go

stamp=$place/$(sha256sum <"$list" | cut -c1-16).stamp
[ ! -e "$stamp" ] || exit 0
mapfile -t modules < <(sed -n 's/[[:space:]]*#.*//; /./p' "$list")
echo "building Go programs into build/go: ${modules[*]##*/}"
rm -rf "$place"
mkdir -p "$place"
for module in "${modules[@]}"; do
  # Without debugging symbols: half the size, and quicker to link.
  GOBIN=$place GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=0 .venv/bin/go install -ldflags='-s -w' "$module" 2>"$place/log" || { cat "$place/log" >&2; exit 1; }
done
touch "$stamp"
