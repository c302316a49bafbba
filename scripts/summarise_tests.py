#!/usr/bin/env python3
"""Adds up what the suites of scripts/test.sh left behind. A suite is a directory with a ctest.junit and the GoogleTest
reports of its programs, or with a pytest.junit. A program that crashed, a skipped test and a suite without a test count as
failed: none of them shows anything.

  scripts/summarise_tests.py RESULTS SUITE...
"""

import pathlib
import sys
import xml.etree.ElementTree as xml


def cases(path):
    """(name, problem or None) of each test case in a junit-like report."""
    for case in xml.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
        problem = None
        if case.find("failure") is not None or case.find("error") is not None:
            problem = "failed"
        elif case.find("skipped") is not None or case.get("status") == "notrun" or case.get("result") == "skipped":
            problem = "skipped"
        yield name, problem


def ctest_cases(directory):
    """ctest's programs, each replaced by its GoogleTest cases where it wrote them."""
    for program, problem in cases(directory / "ctest.junit"):
        program = program.split(".")[-1]
        report = directory / f"{program}.xml"
        inner = [(f"{program}: {n}", p) for n, p in cases(report) if p != "disabled"] if report.is_file() else []
        yield from inner
        if problem and not any(p for _, p in inner):
            yield f"{program} as a whole", problem
        elif not inner and not problem:
            yield program, None


def suite_cases(directory):
    try:
        if (directory / "ctest.junit").is_file():
            return list(ctest_cases(directory))
        if (directory / "pytest.junit").is_file():
            return list(cases(directory / "pytest.junit"))
    except xml.ParseError as error:
        return [(f"its report ({error})", "failed")]
    return []


def main():
    results, suites = pathlib.Path(sys.argv[1]), sys.argv[2:]
    passed = failed = 0
    for suite in suites:
        found = suite_cases(results / suite) or [("the suite", "ran no test")]
        problems = [(name, problem) for name, problem in found if problem]
        print(f"{suite + ':':13}{len(found) - len(problems)} passed, {len(problems)} failed")
        for name, problem in problems:
            print(f"    {problem}: {name}")
        passed, failed = passed + len(found) - len(problems), failed + len(problems)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
