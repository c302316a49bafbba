"""What a running process costs."""

import re
import time
from pathlib import Path


def peak_memory(pid: int) -> int:
    """The high-water mark of its own memory so far; 0 when it is gone."""
    try:
        match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0


def peak_while_running(process) -> int:
    """Looked at until it ends."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, peak_memory(process.pid))
        time.sleep(0.005)
    return peak
