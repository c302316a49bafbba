"""A test waits for an event, not for a time: nothing sleeps but what is listed here, and no bound is so short that a machine with
much else to do breaks it. Such a bound only ends a wait in failure, or lies far from what both outcomes take."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SHORTEST = 5  # seconds

# file → its lines that wait for a time, and why they may
ALLOWED = {
    "tests/support/waiting.py": {
        "time.sleep(0.02)": "polling lives here",
    },
    "tests/support/fault_server.py": {
        "time.sleep(seconds)": "a server that is slow on purpose",
        "time.sleep(stall_for)": "a server that is slow on purpose",
        "time.sleep(drip)": "a server that is slow on purpose",
    },
    "tests/clients/test_locks.py": {
        "while not over.wait(0.02):": "another client at work; it has a second for each step",
    },
    "tests/soak/test_soak.py": {
        "time.sleep(0.5)": "what Retry-After asks of a good client",
        "time.sleep(1)": "figures are taken once a second",
    },
    "tests/unit/cache/concurrent_test.cc": {
        "std::this_thread::sleep_for(milliseconds(30));": "a fill that is slow on purpose",
        "std::this_thread::sleep_for(milliseconds(1300));": "another client at work, for longer than one that may be dead is given",
    },
    "tests/unit/cache/find_test.cc": {
        "EXPECT_LT(seconds / 10, 0.2);  // measured: 0.01; sanitizers are slow": "of processor time",
    },
    "tests/unit/cache/prune_test.cc": {
        "std::this_thread::sleep_for(milliseconds(50));": "another client at work; it has a second for each step",
    },
    "tests/unit/server/connection_test.cc": {
        "std::this_thread::sleep_for(milliseconds(30));": "a client that is slow on purpose",
        "if (got.size() < (6U << 20)) std::this_thread::sleep_for(milliseconds(200));  // 2.4 s in all": "a client that is slow on purpose",
    },
    "tests/unit/transfer/live_body_test.cc": {
        "if (now && now->what == Moved::What::kNothingHere) std::this_thread::sleep_for(milliseconds(20));": "polling, until the host is given up",
        "std::this_thread::sleep_for(milliseconds(1000));": "a reader that is slow on purpose: longer than the host may be silent",
    },
    "tests/unit/transfer/resume_test.cc": {
        "if (reads < 2) std::this_thread::sleep_for(std::chrono::milliseconds(900));": "a reader that is slow on purpose: longer than a host may be silent",
    },
    "tests/unit/testing/wait_until.h": {
        "std::this_thread::sleep_for(std::chrono::milliseconds(2));": "polling lives here",
    },
}

NUMBER = r"(?P<bound>\d+(?:\.\d+)?)"
SLEEP = re.compile(r"\b(sleep|sleep_for|sleep_until|usleep|nanosleep|wait_for_timeout)\s*\(")
BOUNDS = [re.compile(form) for form in (
    # Python
    rf"\b(?:timeout|seconds)\s*=\s*{NUMBER}(?![\w.])",
    rf"\.(?:wait|join|settimeout)\(\s*{NUMBER}\s*\)",
    rf"\bcreate_connection\([^#]*,\s*{NUMBER}\s*\)",
    rf"\bmonotonic\(\)\s*\+\s*{NUMBER}(?![\w.])",
    rf"\.seconds\s*<=?\s*(?:{NUMBER}(?![\w.])|(?P<name>[A-Za-z_]\w*))",
    rf"\bmonotonic\(\)\s*-\s*[\w.]+\s*<=?\s*(?:{NUMBER}(?![\w.])|(?P<name>[A-Za-z_]\w*))",
    # C++
    rf"\b(?:EXPECT|ASSERT)_L[TE]\(.*(?:now\(\)|\btook\b|\belapsed\b).*,\s*(?:std::chrono::)?seconds\({NUMBER}\)\)",
    rf"\b(?:EXPECT|ASSERT)_L[TE]\(.*(?:now\(\)|\btook\b|\belapsed\b).*,\s*{NUMBER}s\)",
    r"\b(?:EXPECT|ASSERT)_L[TE]\(.*(?:now\(\)|\btook\b|\belapsed\b).*,\s*(?:std::chrono::)?(?:milliseconds\(\d+\)|\d+ms)\)",
    rf"\b(?:EXPECT|ASSERT)_L[TE]\((?:.*\.)?seconds(?:\(\))?(?: / \d+)?,\s*{NUMBER}\)",
)]


def is_short(found: re.Match, text: str) -> bool:
    """A form without a number is short whatever stands in it, and so is one by a name that is no constant of the file."""
    groups = found.groupdict()
    number = groups.get("bound")
    if number is None and groups.get("name"):
        constant = re.search(rf"^{groups['name']} = {NUMBER}\b", text, re.M)
        number = constant and constant["bound"]
    return number is None or 0 < float(number) < SHORTEST


def guessed(text: str) -> list:
    """(number, text) of the lines that wait for a time."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return [(number, line) for number, line in lines if not line.startswith(("#", "//"))
            and (SLEEP.search(line) or any(is_short(found, text) for form in BOUNDS for found in form.finditer(line)))]


def sources():
    for pattern in ("*.py", "*.cc", "*.h"):
        for path in sorted((ROOT / "tests").rglob(pattern)):
            if path != pathlib.Path(__file__):
                yield str(path.relative_to(ROOT)), path.read_text()


def test_no_test_waits_for_a_time():
    wrong = [f"{name}:{number}: {line}" for name, text in sources() for number, line in guessed(text) if line not in ALLOWED.get(name, {})]
    assert not wrong, "wait for an event instead, or list the line with its reason:\n" + "\n".join(wrong)


def test_nothing_is_listed_that_is_not_there():
    there = {(name, line) for name, text in sources() for _, line in guessed(text)}
    gone = [f"{name}: {line}" for name, lines in ALLOWED.items() for line in lines if (name, line) not in there]
    assert not gone


@pytest.mark.parametrize("line", [
    "time.sleep(0.5)", "sleep(1)", "    page.wait_for_timeout(500)", "time.sleep(delay)  # a moment",
    "std::this_thread::sleep_for(milliseconds(100));", "std::this_thread::sleep_until(then);", "usleep(1000);",
    "exchange(hub, data, timeout=3)", "wait_for(seen, 'nothing came', seconds=2.0)", "def wait(what, seconds=2.0):",
    "process.wait(4.5)", "thread.join(1)", "stream.settimeout(0.5)", "socket.create_connection((host, port), 1)",
    "deadline = time.monotonic() + 3", "assert finished.seconds < 2", "assert 1.8 <= finished.seconds <= 4.9, finished",
    "assert all(r.code == 0 and r.seconds < 2 for r in results)", "assert finished.seconds < usual + 10", "assert finished.seconds < LIMIT",
    "LIMIT = 2\nassert finished.seconds < LIMIT", "assert time.monotonic() - began < 1", "assert 0.5 < time.monotonic() - began < 3",
    "EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(2)) << \"late\";", "ASSERT_LT(steady_clock::now() - since, 1s);",
    "EXPECT_LE(took, std::chrono::milliseconds(900));", "EXPECT_LT(watch.seconds(), 0.9);", "EXPECT_LT(watch.seconds() / 10, 0.2);", "EXPECT_LT(seconds, 4);",
])
def test_is_refused(line):
    assert guessed(line)


@pytest.mark.parametrize("line", [
    "# time.sleep(1) was here", "// no sleep_for(x) before a signal", "process = subprocess.Popen(['sleep', '120'])", "asleep_on(lock)",
    "process.wait(60)", "process.wait()", "event.wait(until)", "lines.join(', ')", "communicate(timeout=60)", "finish(process, timeout=None)", "wait_for(seen, what)",
    "timedelta(seconds=-1)", "deadline = time.monotonic() + seconds", "LIMIT = 30\nassert finished.seconds < LIMIT", "assert finished.seconds < 30",
    "assert time.monotonic() - began > 2", "began = time.monotonic()", "serve('--drain-timeout', '1')", "TFHUB_STALL_TIMEOUT='1'",
    "EXPECT_LT(steady_clock::now() - begin, seconds(10));", "EXPECT_LT(watch.seconds(), 10);", "EXPECT_LT(bytes, 4);", "EXPECT_GE(took, milliseconds(100));",
])
def test_is_free(line):
    assert not guessed(line)
