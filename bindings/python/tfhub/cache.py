"""The cache: where it is, what is in it, whether that is whole, and room in it. `tfhub.cache.ls()` and its like.

`cache_dir` everywhere: a directory or gs://bucket/path; TFHUB_CACHE_DIR wins; neither: tfhub_modules in the temporary
directory. The format is docs/cache_format.md; unmodified tensorflow_hub clients may use it at the same time.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tfhub import _native
from tfhub import _text as _path_text
from tfhub._errors import UsageError
from tfhub._records import Damage, Entry, Pruned

if TYPE_CHECKING:
    from tfhub import Path

__all__ = ["dir", "ls", "prune", "rm", "verify"]


def dir(cache_dir: Path | None = None) -> str:
    """Where the cache is. Nothing is made."""
    return _native.cache_directory(_path_text(cache_dir))


def ls(cache_dir: Path | None = None) -> list[Entry]:
    """Every model in the cache, in whatever state it is."""
    return [
        Entry(*fields, downloaded=_moment(downloaded), used=_moment(used))
        for *fields, downloaded, used in _native.cache_list(_path_text(cache_dir))
    ]


def verify(handle: str | None = None, cache_dir: Path | None = None) -> list[Damage]:
    """Reads every byte of one model, or of all, and gives what is not as it was downloaded: nothing, if all is well.

    Raises:
      NotFoundError: `handle` is not in the cache.
    """
    return [Damage(*one) for one in _native.cache_verify(handle or "", _path_text(cache_dir))]


def rm(handle: str, cache_dir: Path | None = None) -> None:
    """Removes a model and what stands for it.

    Raises:
      NotFoundError: it is not in the cache.
    """
    _native.cache_remove(handle, _path_text(cache_dir))


def prune(
    max_size: int | str | None = None,
    older_than: timedelta | float | str | None = None,
    dry_run: bool = False,
    cache_dir: Path | None = None,
) -> Pruned:
    """Removes what dead processes left and what is broken; with a limit also models, the least recently used first.

    What is in use stays.

    Args:
      max_size: bytes, or "20GiB".
      older_than: time since the last use: a timedelta, seconds, or "30d".
      dry_run: only tell.
    """
    pruned = _native.cache_prune(_bytes(max_size), _seconds(older_than), dry_run, _path_text(cache_dir))
    return Pruned([Damage(*one) for one in pruned[0]], pruned[1])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc).astimezone()


def _bytes(size: int | str | None) -> int | None:
    if not isinstance(size, str):
        return size
    if (parsed := _native.parse_size(size)) is None:
        raise UsageError(f"'{size}' is no size; write it like 20GiB")
    return parsed


def _seconds(age: timedelta | float | str | None) -> int | None:
    if isinstance(age, timedelta):
        return int(age.total_seconds())
    if not isinstance(age, str):
        return None if age is None else int(age)
    if (parsed := _native.parse_duration(age)) is None:
        raise UsageError(f"'{age}' is no time; write it like 30d")
    return parsed
