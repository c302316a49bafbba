"""The exceptions of this package: one for each code of the library, each also what Python calls such a thing."""

from __future__ import annotations


class Error(Exception):
    """Anything that went wrong, told in one sentence: the thing, the cause and the way out.

    Attributes:
      code: equal to the exit code of the `tfhub` command (README, "Exit codes"); 1 is a failure nobody foresaw.
      chain: what lies beneath the sentence, outermost first; may be empty.
    """

    code: int = 1

    def __init__(self, message: str, chain: tuple[str, ...] = ()):
        super().__init__(message)
        self.chain = tuple(chain)

    def __str__(self) -> str:
        return str(self.args[0])


class UsageError(Error, ValueError):
    """The call makes no sense."""

    code = 2


class NotFoundError(Error, FileNotFoundError):
    """No such model, version, format or path."""

    code = 3


class NetworkError(Error, ConnectionError):
    """The network or the server failed, after retries."""

    code = 4


class CorruptError(Error, OSError):
    """Not an archive, damaged, refused by the archive policy, over a limit."""

    code = 5


class ConflictError(Error, FileExistsError):
    """The version exists with other bytes."""

    code = 6


class NotAllowedError(Error, PermissionError):
    """Credentials missing or refused, permission denied on a disk."""

    code = 7


class OfflineError(Error, ConnectionError):
    """Not in the cache, and TFHUB_OFFLINE forbids the network."""

    code = 8


_BY_CODE = {kind.code: kind for kind in Error.__subclasses__()}


def from_native(code: int, message: str, chain: list[str]) -> Error:
    return _BY_CODE.get(code, Error)(message, tuple(chain))
