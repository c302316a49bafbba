"""scripts/gcov_of_what_is_written.sh: branches of conditions count, those of destructors after an exception do not."""

import pathlib
import re
import subprocess

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/gcov_of_what_is_written.sh"
SOURCE = """#include <string>
int f(int x) {
  std::string words[] = {"a" + std::to_string(x), "b" + std::to_string(x)};
  return x > 3 && words[0].size() > 1;
}
int main(int count, char**) { return f(count); }
"""


def branches(directory, *command) -> dict:
    """Line → what gcov says of its branches, but for the jumps of an exception itself."""
    subprocess.run([*command, "--branch-counts", "--branch-probabilities", "x.gcda"], cwd=directory, check=True, capture_output=True)
    found, line = {}, 0
    for text in (directory / "x.cc.gcov").read_text().splitlines():
        place = re.match(r" *[^ :]+: *(\d+)[:-]", text)
        line = int(place[1]) if place else line
        if text.startswith("branch") and "(throw)" not in text:
            found.setdefault(line, []).append("taken 0" not in text and "never" not in text)
    return found


def test_branches_of_conditions_are_all_that_is_left(tmp_path):
    (tmp_path / "x.cc").write_text(SOURCE)
    for command in (["g++", "-O0", "--coverage", "-c", "x.cc"], ["g++", "--coverage", "x.o", "-o", "x"], ["./x"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    everything, written = branches(tmp_path, "gcov"), branches(tmp_path, SCRIPT)
    assert len(everything[3]) > len(written.get(3, [])) and all(written.get(3, []))
    # x > 3 was false, so words[0] was never asked.
    assert written[4] == everything[4] and (written[4].count(True), written[4].count(False)) == (1, 3)
