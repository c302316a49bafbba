#!/usr/bin/env bash
# Builds the access to buckets (src/store/bucket/, Rust) with cargo. What is up to date costs nothing, and whoever comes while
# another builds waits for it.
#   scripts/bucket_crate.sh DIRECTORY     (the library is DIRECTORY/release/libtfhub_bucket.a)
set -euo pipefail
cd "$(dirname "$0")/.."
# Built by the compiler's usual name, whoever calls: pip names another, and cargo would begin anew for each.
unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS AR SOURCE_DATE_EPOCH
# OpenSSL is found as the rest finds it, and linked once, by CMake.
OPENSSL_NO_VENDOR=1 OPENSSL_STATIC=0 exec cargo build --quiet --release --locked --manifest-path src/store/bucket/Cargo.toml --target-dir "$1"
