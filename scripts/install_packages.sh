#!/usr/bin/env bash
# Installs the Debian packages of the named groups of scripts/packages.txt that are missing: nothing to do costs one
# dpkg-query and no privilege.
#   scripts/install_packages.sh build test
set -euo pipefail
list=$(dirname "$0")/packages.txt

wanted=()
for group in "$@"; do
  mapfile -t packages < <(awk -v group="[$group]" '{ sub(/#.*/, "") } /^\[/ { inside = ($1 == group); next } inside && NF { print $1 }' "$list")
  [ ${#packages[@]} -gt 0 ] || { echo "scripts/packages.txt has no group '$group'" >&2; exit 2; }
  wanted+=("${packages[@]}")
done
[ ${#wanted[@]} -gt 0 ] || { echo "usage: $0 GROUP…" >&2; exit 2; }

if ! command -v dpkg-query >/dev/null; then
  echo "this is no Debian: install these by hand, then use cmake --preset release: ${wanted[*]}" >&2
  exit 1
fi
# What an installed package provides counts: nodejs from elsewhere brings npm, and Debian's could not stand beside it.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}, ${Provides}\n' | sed -n 's/([^)]*)//g; s/^installed //p' | tr -s ', ' '\n')
missing=()
for package in "${wanted[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || [[ " ${missing[*]-} " == *" $package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "missing Debian packages, and neither root nor sudo to install them: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }; }
run update
run install -y --no-install-recommends "${missing[@]}"
