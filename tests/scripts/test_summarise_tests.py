"""scripts/summarise_tests.py: nothing that showed nothing counts as passed."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PASS = '<testcase name="a" classname="t"/>'
FAIL = '<testcase name="b" classname="t"><failure message="x"/></testcase>'
SKIP = '<testcase name="c" classname="t"><skipped/></testcase>'


def run(results, files, *suites):
    for name, body in files.items():
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text(body if body.startswith("<?") else f"<testsuite>{body}</testsuite>")
    script = ROOT / "scripts/summarise_tests.py"
    done = subprocess.run([sys.executable, script, results, *suites], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()[-1], done.stdout


def program(name, failed=False):
    inside = "<failure/>" if failed else ""
    return f'<testcase name="{name}" classname="{name}" status="{"fail" if failed else "run"}">{inside}</testcase>'


def test_the_sum_of_all_suites(tmp_path):
    code, last, _ = run(tmp_path, {
        "one/pytest.junit": PASS + PASS,
        "two/ctest.junit": program("unit_a") + program("unit_b"),
        "two/unit_a.xml": PASS * 3,
    }, "one", "two")  # fmt: skip
    assert (code, last) == (0, "6 passed, 0 failed")


@pytest.mark.parametrize(
    ("files", "last"),
    [
        ({"one/pytest.junit": PASS + FAIL}, "1 passed, 1 failed"),
        ({"one/pytest.junit": PASS + SKIP}, "1 passed, 1 failed"),
        ({"one/pytest.junit": ""}, "0 passed, 1 failed"),
        ({}, "0 passed, 1 failed"),
        ({"one/pytest.junit": "<?broken"}, "0 passed, 1 failed"),
        # A program that dies after its last case, or before it writes its report.
        ({"one/ctest.junit": program("unit_a", failed=True), "one/unit_a.xml": PASS * 2}, "2 passed, 1 failed"),
        ({"one/ctest.junit": program("unit_a", failed=True)}, "0 passed, 1 failed"),
        # A case that failed is counted once, not again for its program.
        ({"one/ctest.junit": program("unit_a", failed=True), "one/unit_a.xml": PASS + FAIL}, "1 passed, 1 failed"),
    ],
)
def test_what_did_not_pass_is_failed(tmp_path, files, last):
    code, line, output = run(tmp_path, files, "one")
    assert (code, line) == (1, last), output
