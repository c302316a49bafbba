"""A terminal that shows the stderr of a command."""

import os
import pty
import select
import termios

from support.command import Finished, Tfhub, kill, must_hold_no_report

STOP = b"\x13"  # what Ctrl-S sends: from then on whoever writes to the terminal waits


class Terminal:
    def __init__(self):
        self._ours, self._its = pty.openpty()
        termios.tcsetwinsize(self._ours, (25, 200))  # a progress bar is cut where a line ends
        self.process = None
        self.shown = b""

    def stop(self):
        """Nothing is shown any more. A command that draws a progress bar stands still at the first one, and can still be killed."""
        os.write(self._ours, STOP)

    def start(self, tfhub: Tfhub, *args):
        self.process = tfhub.start(*args, stderr=self._its)
        os.close(self._its)
        return self.process

    def read(self, timeout=60) -> bool:
        """Waits for more to show. False: there is no more, the command has ended."""
        assert select.select([self._ours], [], [], timeout)[0], f"the terminal shows nothing for {timeout} s after {self.text!r}"
        try:
            block = os.read(self._ours, 65536)
        except OSError:  # nobody has the other end any more
            block = b""
        self.shown += block
        return block != b""

    def run(self, tfhub: Tfhub, *args) -> Finished:
        """Its `err` is what the terminal showed."""
        process = self.start(tfhub, *args)
        while self.read():
            pass
        finished = tfhub.finish(process)
        must_hold_no_report(self.text)
        return Finished(finished.args, finished.code, finished.out, self.text, finished.seconds)

    @property
    def text(self) -> str:
        return self.shown.decode(errors="replace").replace("\r\n", "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            kill(self.process)
        os.close(self._ours)
