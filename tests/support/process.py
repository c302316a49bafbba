"""What a process costs, and what it is doing."""

import re
import sys
from pathlib import Path

from support.command import Finished, Tfhub

# The kernel's count begins with the memory of whoever started the process: here that must be somebody small.
MEASURE = """
import os, sys
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_measured(tfhub: Tfhub, *args, **kw) -> tuple[Finished, int]:
    """Runs it to its end. The number: the most bytes of memory it ever had, as the kernel counts them."""
    peak = Path(tfhub.env["TMPDIR"]) / "peak"
    measured = Tfhub(tfhub.binary, tfhub.env, [sys.executable, "-I", "-S", "-c", MEASURE, peak, *tfhub.prefix])
    finished = measured.run(*args, **kw)
    return finished, int(peak.read_text())


def peak_memory(pid: int) -> int:
    """The high-water mark of its own memory so far."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def asleep_on(lock: Path) -> set:
    """The processes that sleep until somebody lets go of the kernel lock on this file ("->" in /proc/locks)."""
    waiting = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "-> FLOCK" in line]
    return {int(fields[5]) for fields in waiting if fields[6].endswith(f":{lock.stat().st_ino}")}
