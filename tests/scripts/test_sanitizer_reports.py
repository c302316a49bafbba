"""What a sanitizer reports makes a black-box test fail, whatever exit code that test expects."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.command import Tfhub, clean_environment, is_sanitized, must_hold_no_report

# Each fault is hidden from the compiler by `argc`.
PROGRAM = r"""
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char** argv) {
  std::fprintf(stderr, "tfhub: error: in vain\n");
  char* memory = static_cast<char*>(std::malloc(static_cast<size_t>(argc)));
  std::memset(memory, 0, static_cast<size_t>(argc));
  int number = INT_MAX - 2;
  if (std::strcmp(argv[1], "overflow") == 0) number += argc + 1;
  if (std::strcmp(argv[1], "leak") == 0) memory = nullptr;
  std::free(memory);
  if (std::strcmp(argv[1], "use after free") == 0) number = memory[argc - 1];
  return number == 0 ? 2 : 1;
}
"""


@pytest.fixture(scope="module")
def faulty(module_scratch):
    source, binary = module_scratch / "faulty.cc", module_scratch / "faulty"
    source.write_text(PROGRAM)
    options = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", binary]
    built = subprocess.run(["c++", *options, source], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return Tfhub(binary, clean_environment(module_scratch))


@pytest.mark.parametrize("fault", ["use after free", "overflow", "leak"])
def test_a_report_fails_a_test_that_expects_the_exit_code(faulty, fault):
    process = faulty.start(fault)
    code, said = process.wait(60), process.stderr.read()
    process.stdout.close(), process.stderr.close()
    assert code != 0 and said.startswith("tfhub: error: in vain\n")
    with pytest.raises(AssertionError):
        must_hold_no_report(said)
    with pytest.raises(AssertionError, match="Sanitizer|runtime error"):
        faulty.run(fault)


def test_what_is_no_report_fails_nothing(faulty):
    finished = faulty.run("none")
    assert (finished.code, finished.error) == (1, "tfhub: error: in vain")


def test_a_sanitized_executable_is_told_from_another(faulty):
    assert is_sanitized(faulty.binary) and not is_sanitized(Path(sys.executable))
