#!/usr/bin/env bash
# Every test: `make test`. A suite that fails does not keep the next from running; the last line is the sum, and the exit
# code is 0 only when nothing failed and every suite ran something.
#   scripts/test.sh [SUITE…]     (default: all, in lanes side by side; results, logs and times in build/results/)
set -euo pipefail
# A shell that starts this in the background has it ignore SIGINT, and every child with it: tests send that signal.
[ -n "${TFHUB_TEST_SIGNALS-}" ] || TFHUB_TEST_SIGNALS=default exec env --default-signal=INT,QUIT,TERM "$0" "$@"
cd "$(dirname "$0")/.."
results=$PWD/build/results
began=$SECONDS

# Lanes, side by side. ThreadSanitizer's needs nothing but the compiler and begins at once, beside the build of the crate, which
# cannot keep two cores busy to its end. While the other lane of sanitizers compiles, the suites that mostly wait run in two more.
# What looks at kills, at memory, at 64 processes at once and at hostile clients has the machine to itself at the end.
threads=(tsan)
sanitized=(asan asan_faults asan_stores)
black_box=(scripts conformance clients faults cases tensorflow tensorflow_files python browser)
buckets=(stores)
alone=(faults_alone cases_alone soak)
suites=("$@"); [ ${#suites[@]} -gt 0 ] || suites=("${threads[@]}" "${sanitized[@]}" "${black_box[@]}" "${buckets[@]}" "${alone[@]}")

# What a test needs from outside is set here; whatever else this shell has set does not count.
unset "${!TFHUB_@}"
export TFHUB_BIN=$PWD/build/tfhub TFHUB_BUCKET_TEST=$PWD/build/bucket_test
export PYTHONDONTWRITEBYTECODE=1
export no_proxy=127.0.0.1,localhost${no_proxy:+,$no_proxy}
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
# Without the last, a process that ends while a thread of its still waits for a lock sleeps for a second first.
export TSAN_OPTIONS=second_deadlock_stack=1:atexit_sleep_ms=0

# ThreadSanitizer of g++ 12 cannot live with the address layout of newer kernels.
fixed_layout=(setarch "$(uname -m)" -R)
"${fixed_layout[@]}" true 2>/dev/null || fixed_layout=()

# Compilers stand back for tests, which measure nothing but do wait for answers.
build() { nice -n 10 scripts/build.sh "$@"; }

fetch() { # what the tests need besides Debian's packages
  scripts/python_env.sh tests && scripts/node_packages.sh && scripts/azurite.sh && scripts/basic_pitch.sh >/dev/null &&
    nice -n 10 scripts/go_tools.sh
}

# GoogleTest writes the single cases beside ctest's own account, which knows of crashes.
unit_tests() { # SUITE TREE COMMAND…   (the command starts ctest)
  env GTEST_OUTPUT="xml:$results/$1/" "${@:3}" ctest --test-dir "$2" -j "$(nproc)" -L unit --no-tests=error --output-on-failure \
    --output-junit "$results/$1/ctest.junit"
}

python_tests() { # SUITE arguments of pytest…
  local python=.venv/bin/python suite=$1; shift
  [ "$suite" != python ] || python=build/wheel/tensorflow/bin/python  # the installed wheel, in the process of the tests themselves
  "$python" -m pytest -q -p no:cacheprovider --junitxml="$results/$suite/pytest.junit" "$@"
}

# The steps of a suite. What it needs is built before, as a step of its own; what is there already costs nothing.
run_suite() {
  local suite=$1
  rm -rf "${results:?}/$suite"; mkdir -p "$results/$suite"
  case $suite in
    unit) step "build unit" build release unit_tests || return ;;
    asan*) step "build asan" build asan unit_tests tfhub_command || return ;;
    tsan) step "build tsan" build tsan unit_tests || return ;;
    python) step wheel nice -n 10 scripts/python_package.sh || return ;;
  esac
  case $suite in
    unit) step unit unit_tests unit build ;;
    asan) step asan unit_tests asan build/asan ;;
    tsan) step tsan unit_tests tsan build/tsan "${fixed_layout[@]}" ;;
    # The parts that face strangers, and the access to buckets, as a sanitizer sees them.
    asan_faults)
      TFHUB_BIN=$PWD/build/asan/tfhub step asan_faults python_tests asan_faults \
        tests/faults/test_{hostile_requests,random_bytes,archive_policy}.py
      ;;
    asan_stores) TFHUB_BUCKET_TEST=$PWD/build/asan/bucket_test step asan_stores python_tests asan_stores tests/stores/test_every_store_alike.py ;;
    faults) step faults python_tests faults -m "not alone" tests/faults ;;
    faults_alone) step faults_alone python_tests faults_alone -m alone tests/faults ;;
    cases) step cases python_tests cases -m "not alone" tests/cases ;;
    cases_alone) step cases_alone python_tests cases_alone -m alone tests/cases ;;
    *) step "$suite" python_tests "$suite" "tests/$suite" ;;
  esac
}

# Runs a command, its output into a log; a line when it begins and one when it has ended, and the whole log when it failed.
step() { # NAME COMMAND…
  local name=$1 log=$results/log/${1// /-}.log status=0 TIMEFORMAT='%0R %0U %0S'; shift
  echo "== $name"
  { time "$@" &>"$log" </dev/null; } 2>"$log.time" || status=$?
  read -r wall user system < <(tail -1 "$log.time")
  [ $((wall + user + system)) -eq 0 ] || echo "| $name | $wall | $((user + system)) |" >>"$results/times.md"
  flock "$results/log" "$BASH" -c '[ "$1" = 0 ] || { echo "== $2: failed"; cat "$3"; }; echo "== $2: $4 s"' - "$status" "$name" "$log" "$wall"
  return $status
}

lane() { # SUITE…
  for suite in "$@"; do run_suite "$suite" || true; done  # the account at the end knows
}

rm -rf "$results/log"; mkdir -p "$results/log"
printf '| step | wall, s | processor, s |\n|---|---:|---:|\n' >"$results/times.md"
step packages scripts/install_packages.sh build test

# Each of these is a job with a group of its own: an interrupted run ends what it started.
set -m
trap 'for group in $(jobs -p); do kill -- "-$group" 2>/dev/null || true; done' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
step fetch fetch & fetching=$!
step build build release all bucket_test & building=$!
[ $# -gt 0 ] || { lane "${threads[@]}" & lanes=($!); }
wait "$building"
wait "$fetching"
if [ $# -gt 0 ]; then
  lane "$@" & wait $!
else
  lane "${sanitized[@]}" & lanes+=($!)
  lane "${buckets[@]}" & lanes+=($!)
  lane "${black_box[@]}" & lanes+=($!)
  wait "${lanes[@]}"
  lane "${alone[@]}" & wait $!
fi

echo "| **in all** | $((SECONDS - began)) | $(awk -F'|' 'NR > 2 { sum += $4 } END { print sum }' "$results/times.md") |" >>"$results/times.md"
cat "$results/times.md"
/usr/bin/python3 scripts/summarise_tests.py "$results" "${suites[@]}"
