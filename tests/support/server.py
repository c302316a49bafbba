"""`tfhub serve` on a free port: started, asked, stopped."""

import re
import signal
import subprocess
import threading
from pathlib import Path

from support.command import Tfhub, kill, must_hold_no_report
from support.process import peak_memory
from support.raw_http import head
from support.waiting import wait_for


class Server:
    """Runs until stop(). Its stderr (the access log) is collected in a file."""

    def __init__(self, tfhub: Tfhub, store, *args, log: Path, env=None, port=0):
        self.tfhub = tfhub.with_env(**(env or {}))
        self.log = log
        self._log = open(log, "a")
        self.process = self.tfhub.start("serve", "--store", store, "--create", "--listen", f"127.0.0.1:{port}", *args, stderr=self._log)
        self.first_line = self._read_first_line()
        match = re.fullmatch(r"listening on (https?)://([^\s/]+):(\d+)\n", self.first_line)
        assert match, f"first line of stdout is {self.first_line!r}\n{log.read_text()}"
        self.scheme, self.host, self.port = match[1], match[2], int(match[3])

    def _read_first_line(self, timeout=20) -> str:
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(timeout)
        if not lines:
            kill(self.process)
            raise AssertionError(f"serve printed nothing for {timeout} s\n{self.log.read_text()}")
        return lines[0]

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def logged(self, method: str, target: str) -> int:
        """How many requests for exactly this target the access log holds."""
        needle = re.compile(rf'\b{method} {re.escape(target)}(?=[\s"])')
        return len(needle.findall(self.log.read_text()))

    def wait_logged(self, method: str, target: str, count: int) -> int:
        """The log may be a moment behind the answer."""
        wait_for(lambda: self.logged(method, target) >= count, f"{method} {target} is not {count} times in the log")
        return self.logged(method, target)

    def wait_for_newest(self, name: str, version: int):
        """Until the unversioned URL gives this version: a server may be a moment behind what is published."""
        def given():
            return (head(self, f"/{name}?tf-hub-format=compressed")["Content-Location"] or "").partition("?")[0]

        wait_for(lambda: given() == f"/{name}/{version}", f"/{name} does not give version {version}")

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def peak_memory(self) -> int:
        """The most resident bytes it ever had."""
        return peak_memory(self.process.pid)

    def stop(self, timeout=20) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                kill(self.process)
                raise AssertionError(f"serve did not stop within {timeout} s of SIGTERM") from None
        self.process.stdout.close()
        self._log.close()
        must_hold_no_report(self.log.read_text(errors="backslashreplace"))
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
