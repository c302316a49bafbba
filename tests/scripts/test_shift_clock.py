"""scripts/shift_clock.sh: another day and zone, for the clock and for what is said of files alike."""

import json
import os
import pathlib
import subprocess
import sys
import time

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/shift_clock.sh"
DAY = 86400
TOLD = """
import json, os, subprocess, sys, time
path = sys.argv[1]
open(path, "w").close()
new = os.stat(path).st_mtime
os.utime(path, (1000000000, 1000000000))
print(json.dumps([time.time(), new, os.stat(path).st_mtime, float(subprocess.check_output(["date", "+%s"])), time.strftime("%z"),
                  os.environ["TFHUB_BIN"]]))
"""


def shifted(*arguments):
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True)


def test_a_program_and_its_children_live_on_that_day(tmp_path):
    before = time.time()
    done = shifted("400", "Pacific/Kiritimati", sys.executable, "-c", TOLD, tmp_path / "file")
    after = time.time()
    assert done.returncode == 0, done.stderr
    now, new, set_back, child, zone, command = json.loads(done.stdout)
    for told in (now, new, child):
        assert before - 2 <= told - 400 * DAY <= after + 2
    assert set_back == 1000000000 and os.stat(tmp_path / "file").st_mtime == 1000000000 - 400 * DAY
    assert zone == "+1400"
    assert "SHIFTED_CLOCK=34560000 TZ=Pacific/Kiritimati" in pathlib.Path(command).read_text()


def test_a_zone_that_does_not_exist_is_an_error():
    assert (shifted("1", "Nowhere/Land", "true").returncode, shifted("0", "UTC", "false").returncode) == (2, 1)
