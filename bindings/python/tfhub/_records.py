"""What the functions of this package give back, as named tuples."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Published(NamedTuple):
    """A version in a store."""

    name: str  # publisher/model/version
    kind: str  # saved_model_2, hub, tflite, tfjs
    store: str
    archive_size: int  # bytes
    archive_sha256: str  # hex
    files: int
    size: int  # bytes of all files
    already_there: bool  # the same bytes were published before


class Entry(NamedTuple):
    """One model in the cache."""

    handle: str  # "" where nothing says it
    path: str
    state: str  # complete, tensorflow_hub, broken, filling, left-over (docs/cache_format.md)
    alias_of: str  # the versioned handle that an unversioned one stands for, or ""
    size: int  # bytes
    files: int
    downloaded: datetime
    used: datetime


class Damage(NamedTuple):
    """One finding: which file of which model, and what is wrong with it."""

    handle: str
    path: str
    what: str


class Pruned(NamedTuple):
    """What prune() removed (`what` says why), and the bytes that this freed."""

    removed: list[Damage]
    freed: int
