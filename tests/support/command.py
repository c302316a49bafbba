"""The `tfhub` command as a person runs it: arguments in, exit code, stdout and stderr out.

Nothing of this process's environment that could change what the command does is passed on.
"""

import mmap
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# What AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer begin their reports with.
REPORT = re.compile(r"ERROR: \w+Sanitizer|^\S+:\d+:\d+: runtime error:", re.MULTILINE)

# interface.md, "exit".
DONE, UNEXPECTED, USAGE, NOT_FOUND, NETWORK, CORRUPT, CONFLICT, NOT_ALLOWED, OFFLINE = range(9)


def built_executable() -> Path:
    path = REPOSITORY / os.environ.get("TFHUB_BIN", "build/tfhub")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make build`, or name the executable in TFHUB_BIN")
    return path


def is_sanitized(binary: Path) -> bool:
    """AddressSanitizer is in it: it takes a quarter of a second to start and end, where another takes a fiftieth."""
    with open(binary, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"__asan_init") >= 0


def clean_environment(scratch: Path) -> dict:
    """PATH and a home and temporary directory of its own; no TFHUB_*, no proxy."""
    home, temporary = scratch / "home", scratch / "tmp"
    home.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        # Quick failures: what retries do is tested where they are the subject.
        "TFHUB_RETRIES": "1",
        # How a sanitized executable looks and reports; another one does not know them.
        **{name: os.environ[name] for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ},
    }


def must_hold_no_report(said: str):
    """What a process wrote to its stderr. A sanitized one ends after a report with a code that a test may expect of it."""
    assert not REPORT.search(said), said


@dataclass
class Finished:
    args: list
    code: int
    out: str
    err: str
    seconds: float

    @property
    def path(self) -> Path:
        """The one path that `resolve` and `pull` print, and nothing else."""
        assert self.out.endswith("\n") and self.out.count("\n") == 1, f"stdout is not one line: {self.out!r}"
        return Path(self.out[:-1])

    @property
    def error(self) -> str:
        """The one sentence that says what went wrong: the last line of stderr, warnings may stand before it."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert lines, f"{self.args}: exit {self.code} and not a word on stderr"
        others = [line for line in lines[:-1] if "warning" not in line]
        assert not others, f"more than one sentence on stderr: {self.err!r}"
        return lines[-1]

    def __str__(self):
        return f"{' '.join(map(str, self.args))}\nexit {self.code} after {self.seconds:.2f} s\n{self.out}\n{self.err}"


@dataclass
class Tfhub:
    binary: Path
    env: dict
    prefix: list = field(default_factory=list)  # another user, another mount name space

    def with_env(self, **env) -> "Tfhub":
        merged = {k: v for k, v in {**self.env, **env}.items() if v is not None}
        return Tfhub(self.binary, merged, self.prefix)

    def argv(self, *args) -> list:
        return [*map(str, self.prefix), str(self.binary), *map(str, args)]

    def start(self, *args, **kw) -> subprocess.Popen:
        kw.setdefault("stdout", subprocess.PIPE)
        kw.setdefault("stderr", subprocess.PIPE)
        kw.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.argv(*args), env=self.env, text=True, errors="backslashreplace", **kw)

    def finish(self, process: subprocess.Popen, timeout=60) -> Finished:
        began = time.monotonic()
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{process.args} did not end within {timeout} s\n{out}\n{err}") from None
        must_hold_no_report(err or "")
        return Finished(process.args, process.returncode, out, err, time.monotonic() - began)

    def run(self, *args, timeout=60, **kw) -> Finished:
        return self.finish(self.start(*args, **kw), timeout)

    def ok(self, *args, **kw) -> Finished:
        finished = self.run(*args, **kw)
        assert finished.code == DONE, str(finished)
        return finished

    def fails(self, code: int, *args, **kw) -> Finished:
        """It ends with `code`, prints no data and says in one sentence why."""
        finished = self.run(*args, **kw)
        assert finished.code == code, f"expected exit {code}: {finished}"
        assert finished.out == "", f"data on stdout of a failure: {finished}"
        assert len(finished.error) > 10
        return finished


def kill(process: subprocess.Popen):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def copy_for_everyone(binary: Path, directory: Path) -> Path:
    """A copy that another user may run wherever the checkout lies (root's home is closed to others)."""
    copy = directory / binary.name
    shutil.copy2(binary, copy)
    copy.chmod(0o755)
    return copy
