#!/usr/bin/env bash
# A real model for the demo and the tests: Spotify's basic-pitch, which hears the notes of a recording, out of its Python
# wheel (0.8 MB) into build/basic-pitch/. Prints the SavedModel's directory; the TF Lite file is beside it. Done already: no work.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.4.0
place=build/basic-pitch/$version
if [ ! -e "$place" ]; then
  fresh=build/basic-pitch/fresh
  rm -rf "$fresh"
  mkdir -p "$fresh"
  .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$fresh" basic-pitch==$version >&2
  /usr/bin/python3 -m zipfile -e "$fresh"/*.whl "$fresh"
  mv "$fresh" "$place"
fi
echo "$place/basic_pitch/saved_models/icassp_2022/nmp"
