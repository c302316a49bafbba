"""The cache directory as protocol.md describes it, looked at from outside."""

import hashlib
import re
import socket
import subprocess
from pathlib import Path

from support.models import tree


def key(handle: str) -> str:
    return hashlib.sha1(handle.encode()).hexdigest()


def dead_process_id() -> int:
    """Of a process that was, and is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def lock_text(pid: int, uid: str, host: str | None = None) -> str:
    return f"{host or socket.gethostname()}.{pid}.{uid}"


class CacheDirectory:
    def __init__(self, path):
        self.path = Path(path)

    def entry(self, handle: str) -> Path:
        return self.path / key(handle)

    def descriptor(self, handle: str) -> Path:
        return self.path / f"{key(handle)}.descriptor.txt"

    def lock(self, handle: str) -> Path:
        return self.path / f"{key(handle)}.lock"

    def filling(self, handle: str, uid: str) -> Path:
        return self.path / f"{key(handle)}.{uid}.tmp"

    def names(self) -> set:
        return {p.name for p in self.path.iterdir()} if self.path.is_dir() else set()

    def must_hold_exactly(self, *handles: str):
        """M and M.descriptor.txt for each handle, nothing else: no lock, no staging."""
        expected = {key(h) for h in handles} | {f"{key(h)}.descriptor.txt" for h in handles}
        assert self.names() == expected

    def must_show_nothing_partial(self, handle: str, whole: dict):
        """M is absent or whole."""
        entry = self.entry(handle)
        if entry.exists():
            assert tree(entry) == whole, "a partial model is visible"

    def descriptor_head(self, handle: str) -> dict:
        """The three lines that tensorflow_hub writes, checked to the letter."""
        lines = self.descriptor(handle).read_text().split("\n")
        assert len(lines) >= 3
        patterns = {
            "module": r"Module: (.*)",
            "time": r"Download Time: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?)",
            "host": r"Downloader Hostname: (\S+) \(PID:\d+\)",
        }
        found = {}
        for line, (name, pattern) in zip(lines, patterns.items()):
            match = re.fullmatch(pattern, line)
            assert match, f"descriptor line {line!r} is not {pattern}"
            found[name] = match[1]
        return found
