#!/usr/bin/env bash
# Every test: `make test`. A suite that fails does not keep the next from running; the last line is the sum, and the exit
# code is 0 only when nothing failed and every suite ran something.
#   scripts/test.sh [SUITE…]     (default: all; results in build/results/SUITE/)
set -euo pipefail
cd "$(dirname "$0")/.."

concurrent_rooms='cache|catalog|archive|server|store|transfer|hubfs|filesystem_plugin'  # what ThreadSanitizer looks at
python_suites=(scripts conformance clients faults browser stores tensorflow tensorflow_files python)

scripts/install_packages.sh build test
fetch() { # what the tests need besides Debian's packages: mostly waiting, so the compiler works meanwhile
  scripts/python_env.sh tests && scripts/node_packages.sh && scripts/go_tools.sh && scripts/azurite.sh &&
    scripts/basic_pitch.sh >/dev/null
}
fetch & fetching=$!
trap 'kill "$fetching" 2>/dev/null || true' EXIT

all=(unit asan tsan "${python_suites[@]}")
suites=("$@"); [ ${#suites[@]} -gt 0 ] || suites=("${all[@]}")
results=$PWD/build/results
mkdir -p "$results"

# What a test needs from outside is set here; whatever else this shell has set does not count.
unset "${!TFHUB_@}"
export TFHUB_BIN=$PWD/build/tfhub
export PYTHONDONTWRITEBYTECODE=1
export no_proxy=127.0.0.1,localhost${no_proxy:+,$no_proxy}
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
# Without the last, a process that ends while a thread of its still waits for a lock sleeps for a second first.
export TSAN_OPTIONS=second_deadlock_stack=1:atexit_sleep_ms=0

# ThreadSanitizer of g++ 12 cannot live with the address layout of newer kernels.
fixed_layout=(setarch "$(uname -m)" -R)
"${fixed_layout[@]}" true 2>/dev/null || fixed_layout=()

# GoogleTest writes the single cases beside ctest's own account, which knows of crashes.
run_ctest() { # SUITE TREE arguments of ctest…
  local suite=$1 tree=$2; shift 2
  GTEST_OUTPUT=xml:$results/$suite/ ctest --test-dir "$tree" -j "$(nproc)" --no-tests=error --output-on-failure \
    --output-junit "$results/$suite/ctest.junit" "$@"
}

run_suite() {
  case $1 in
    unit) run_ctest unit build ;;
    asan) scripts/build.sh asan unit_tests && run_ctest asan build/asan -L unit ;;
    tsan)
      local targets
      mapfile -t targets < <(ls -d tests/unit/*/ | sed -nE "s#tests/unit/($concurrent_rooms)/#unit_\1#p")
      export -f run_ctest; export results
      scripts/build.sh tsan "${targets[@]}" &&
        "${fixed_layout[@]}" bash -c 'run_ctest "$@"' - tsan build/tsan -R "^unit_($concurrent_rooms)$"
      ;;
    python)  # the installed wheel, in the process of the tests themselves
      scripts/python_package.sh && build/wheel/tensorflow/bin/python -m pytest -q -p no:cacheprovider \
        --junitxml="$results/python/pytest.junit" tests/python
      ;;
    *) .venv/bin/python -m pytest -q -p no:cacheprovider --junitxml="$results/$1/pytest.junit" "tests/$1" ;;
  esac
}

echo "== building"
scripts/build.sh release all unit_tests
wait "$fetching"
trap - EXIT
for suite in "${suites[@]}"; do
  echo "== $suite"
  rm -rf "${results:?}/$suite"; mkdir -p "$results/$suite"
  began=$SECONDS
  run_suite "$suite" || true  # the account below knows
  echo "== $suite: $((SECONDS - began)) s"
done
/usr/bin/python3 scripts/summarise_tests.py "$results" "${suites[@]}"
