#!/usr/bin/env python3
"""Prints the unit tests in which a second thread can start: what ThreadSanitizer's tree is made of (cmake/rooms.cmake). The
others would show it nothing, and cost as much to compile.

A test counts when a thread starts in its own text, in a header it includes, or in the source file of such a header, to any
depth. The list is derived and stands nowhere, so it cannot be out of date.

  scripts/concurrent_tests.py [ROOT]      one path a line, relative to tests/unit
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# std::thread::id and std::thread::hardware_concurrency start none.
STARTS_A_THREAD = re.compile(r"\bstd::j?thread\b(?!::)|\bstd::async\b|\bpthread_create\b|\bquiet_thread\(")
WHERE_HEADERS_LIE = ("src", "tests/unit", "include", "plugins/tensorflow")


class Sources:
    """The include graph, each file read once."""

    def __init__(self, root):
        self.root = root
        self.known = {}

    def facts(self, path):
        """(whether a thread starts in this very file, the files that belong to it)."""
        if path not in self.known:
            text = path.read_text()
            beside = {path.with_suffix(".cc")} if path.suffix == ".h" else set()
            included = {self.find(name, path) for name in INCLUDE.findall(text)}
            code = COMMENT.sub("", text)
            self.known[path] = bool(STARTS_A_THREAD.search(code)), {p for p in beside | included if p and p.is_file()}
        return self.known[path]

    def find(self, name, includer):
        for directory in (includer.parent, *(self.root / where for where in WHERE_HEADERS_LIE)):
            if (directory / name).is_file():
                return directory / name
        return None

    def starts_a_thread(self, path):
        seen, waiting = {path}, [path]
        while waiting:
            starts, more = self.facts(waiting.pop())
            if starts:
                return True
            waiting += more - seen
            seen |= more
        return False


def concurrent_tests(root):
    tests, sources = root / "tests" / "unit", Sources(root)
    return [path.relative_to(tests) for path in sorted(tests.rglob("*_test.cc")) if sources.starts_a_thread(path)]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    found = concurrent_tests(root)
    if not found:
        sys.exit("concurrent_tests: no test starts a thread: wrong directory?")
    print(*found, sep="\n")


if __name__ == "__main__":
    main()
