"""What people met: small scripts, whole in themselves, each with where such a thing comes from and what is right.

A script exits 0 when the product is right, 3 when it is right and says something worth reading, 77 where it cannot run.
"""

import os
import subprocess
from pathlib import Path

import pytest

from support.command import must_hold_no_report

# What measures how soon somebody is answered while somebody else is hostile.
ALONE = ("48", "62", "64", "65", "66", "68")
CASES = [pytest.param(path, id=path.stem, marks=[pytest.mark.alone] if path.name.startswith(ALONE) else [])
         for path in sorted(Path(__file__).parent.glob("*.sh"))]
RIGHT = (0, 3)
CANNOT_RUN_HERE = 77


@pytest.mark.parametrize("case", CASES)
def test_case(binary, scratch, case):
    environment = {**os.environ, "TFHUB_BIN": str(binary), "TMPDIR": str(scratch)}
    done = subprocess.run(["bash", case], env=environment, cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode == CANNOT_RUN_HERE and os.geteuid() != 0:
        pytest.skip(f"as root only: {done.stdout.splitlines()[-1:]}")
    assert done.returncode in RIGHT, f"{done.returncode}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    must_hold_no_report(done.stderr)
