#!/usr/bin/env bash
# Fetches what tests/requirements-npm.txt pins into build/node/PACKAGE/: the files named there, whose package has the digest
# named there. Not what a package depends on: a browser gets the finished file, and the rest would be 300 MB. Done already: no work.
set -euo pipefail
cd "$(dirname "$0")/.."
list=tests/requirements-npm.txt
place=build/node

PATH=$PWD/.venv/bin:$PATH
stamp=$place/$(sha256sum <"$list" | cut -c1-16).stamp
[ ! -e "$stamp" ] || exit 0
mapfile -t lines < <(sed -n 's/[[:space:]]*#.*//; /./p' "$list")
echo "fetching npm packages into $place: $(printf '%s ' "${lines[@]%% *}")"
rm -rf "$place"
for line in "${lines[@]}"; do
  read -r package digest files <<<"$line"
  read -ra files <<<"$files"
  name=${package%@*}
  mkdir -p "$place/packed" "$place/$name"
  npm pack --silent --ignore-scripts --pack-destination "$place/packed" "$package" >/dev/null
  found=sha512-$(openssl dgst -sha512 -binary "$place"/packed/*.tgz | base64 -w0)
  [ "$found" = "$digest" ] || { echo "$package is not what $list pins: its digest is $found" >&2; exit 1; }
  tar -xzf "$place"/packed/*.tgz --no-same-owner --strip-components=1 -C "$place/$name" "${files[@]/#/package/}"
  rm -rf "$place/packed"
done
touch "$stamp"
