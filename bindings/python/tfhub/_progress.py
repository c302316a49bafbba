"""How far long work is, shown to a person: a bar of tqdm where that is installed, else a line of our own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[str, int, "int | None"], object]
    Progress = bool | Tell | None


class shown:
    """Gives the function that the library is to call, or None. A context, so that a bar ends with its work."""

    __slots__ = ("_bar", "_progress")

    def __init__(self, progress: Progress):
        self._bar = None
        self._progress = progress

    def __enter__(self) -> Tell | None:
        if self._progress is False:
            return None
        return self._progress if callable(self._progress) else self._draw

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _draw(self, what: str, done: int, total: int | None) -> None:
        if self._bar is None or self._bar.desc != what:  # the first news, or another kind of work
            if self._bar is not None:
                self._bar.close()
            self._bar = _bar_class(self._progress is True)(what, total)
        self._bar.show(done, total)


def _bar_class(wanted: bool) -> type:
    import os
    import sys

    seen = wanted or os.environ.get("TFHUB_DOWNLOAD_PROGRESS") or (sys.stderr is not None and sys.stderr.isatty())
    if not seen:
        return _Nothing
    try:
        from tqdm.auto import tqdm  # notebooks get one of their own
    except ImportError:
        return _Line

    class Bar(tqdm):
        def __init__(self, what: str, total: int | None):
            super().__init__(desc=what, total=total, unit="B", unit_scale=True, unit_divisor=1024)

        def show(self, done: int, total: int | None) -> None:
            self.total = total
            self.update(done - self.n)

    return Bar


class _Line:
    """One line on stderr, drawn over itself."""

    def __init__(self, what: str, total: int | None):
        self.desc = what

    def show(self, done: int, total: int | None) -> None:
        import sys

        of = f" of {total / 2**20:.1f} MiB, {done / total:.0%}" if total else ""
        print(f"\r{self.desc} {done / 2**20:.1f} MiB{of}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        import sys

        print(file=sys.stderr, flush=True)


class _Nothing:
    """Where nobody looks."""

    def __init__(self, what: str, total: int | None):
        self.desc = what

    def show(self, done: int, total: int | None) -> None:
        pass

    def close(self) -> None:
        pass
