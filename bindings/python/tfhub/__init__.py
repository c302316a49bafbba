"""Models of a TensorFlow Hub host: fetched, published, looked into, loaded.

    import tfhub
    path = tfhub.resolve("https://hub.example.org/acme/mul/1")
    model = tfhub.load("https://hub.example.org/acme/mul/1")

`tfhub.KerasLayer` is a layer of the program's Keras (tfhub.keras2, tfhub.keras3).

Importing this imports neither TensorFlow nor anything else that is slow; what needs TensorFlow imports it when it is used.
Settings come from the environment (docs/settings.md) at each call. Every function may be called from any thread. Long work
lets other threads run; Ctrl-C stops it, and nothing is left behind. Errors are subclasses of `tfhub.Error`.
"""

from __future__ import annotations

from os import fspath as _fspath

from tfhub import _native, _progress
from tfhub._errors import (
    ConflictError,
    CorruptError,
    Error,
    NetworkError,
    NotAllowedError,
    NotFoundError,
    OfflineError,
    UsageError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

    from tfhub import cache as cache
    from tfhub import keras2 as keras2
    from tfhub import keras3 as keras3
    from tfhub._load import load as load
    from tfhub._progress import Progress
    from tfhub._records import Published
    from tfhub.filesystem import register_filesystem as register_filesystem
    from tfhub.keras3 import KerasLayer as KerasLayer

    Path = str | os.PathLike[str]

__version__: str = _native.version

# What is there without TensorFlow, for `from tfhub import *` and help(): both ask for every name. So neither this nor
# __dir__ has KerasLayer, keras2 and keras3.
__all__ = [
    "ConflictError",
    "CorruptError",
    "Error",
    "NetworkError",
    "NotAllowedError",
    "NotFoundError",
    "OfflineError",
    "UsageError",
    "cache",
    "inspect",
    "install",
    "load",
    "publish",
    "pull",
    "register_filesystem",
    "resolve",
]


def resolve(
    handle: str, cache_dir: Path | None = None, load_format: str | None = None, progress: Progress = None
) -> str:
    """The path of the model behind `handle`, fetched into the cache if it is not there.

    Args:
      handle: a URL ("https://…/publisher/model/version", or without the version: the latest), an archive in a bucket
        ("gs://….tar.gz"), or a path, which is given back as it is.
      cache_dir: a directory or gs://bucket/path; TFHUB_CACHE_DIR wins, as in tensorflow_hub.
      load_format: COMPRESSED, UNCOMPRESSED or AUTO; TFHUB_MODEL_LOAD_FORMAT wins.
      progress: None shows a bar where stderr is a terminal or TFHUB_DOWNLOAD_PROGRESS is set; True always, False never. Or
        a function of what is being done, the bytes done, and the bytes in all or None.

    Returns:
      A directory, or for UNCOMPRESSED the gs:// path that the host names (docs/protocol.md, "The client").

    Raises:
      NotFoundError, NetworkError, CorruptError, NotAllowedError, OfflineError, UsageError.
    """
    with _progress.shown(progress) as tell:
        return _native.resolve(handle, _text(cache_dir), load_format or "", tell)


def pull(
    handle: str,
    output: Path | None = None,
    format: str | None = None,
    force: bool = False,
    cache_dir: Path | None = None,
    progress: Progress = None,
) -> str:
    """Fetches a model in any format, and gives the path of its directory or, for tflite, its file.

    Args:
      handle, cache_dir, progress: as of resolve().
      output: where to put it; it appears there whole or not at all. None: into the cache.
      format: "tf", "tflite" or "tfjs"; None: the one that the host has.
      force: replace what is at `output`, if it is not empty.

    Raises:
      As resolve(); UsageError if something is at `output`.
    """
    with _progress.shown(progress) as tell:
        return _native.pull(handle, _text(cache_dir), _text(output), format or "", bool(force), tell)


def publish(
    path: Path,
    name: str,
    store: Path | None = None,
    document: Path | None = None,
    threads: int = 0,
    progress: Progress = None,
) -> Published:
    """Publishes a model into a store, for good: a version never changes. The same bytes again succeed.

    Args:
      path: a SavedModel, TF1 Hub or TF.js directory, an archive of one, or a .tflite file.
      name: "publisher/model/version".
      store: a directory, gs://…, s3://… or az://…; None: TFHUB_STORE, else ~/.local/share/tfhub.
      document: a Markdown file to publish with it.
      threads: 0 for one a core.

    Raises:
      ConflictError: the version exists with other bytes. CorruptError: no model. NotFoundError, NotAllowedError,
      NetworkError, UsageError.
    """
    from tfhub._records import Published

    with _progress.shown(progress) as tell:
        return Published(*_native.publish(_text(path), name, _text(store), _text(document), threads, tell))


def inspect(
    handle: Path, format: str | None = None, cache_dir: Path | None = None, progress: Progress = None
) -> dict[str, Any]:
    """What a model says of itself, without TensorFlow: the JSON of docs/inspect.md (`tfhub inspect --json`) as a dict.

    Args:
      handle: as of resolve(), or the path of a directory, an archive or a .tflite file.
      format: as of pull().

    Raises:
      CorruptError: it cannot be read. Else as pull().
    """
    import json

    with _progress.shown(progress) as tell:
        return json.loads(_native.inspect(_text(handle), _text(cache_dir), format or "", tell))


def install() -> None:
    """From now on hub.resolve, hub.load and hub.KerasLayer of tensorflow_hub fetch by this package.

    Handles that are paths and the load format UNCOMPRESSED stay with tensorflow_hub. Calling it again changes nothing.

    Raises:
      ImportError: there is no tensorflow_hub, or no TensorFlow.
    """
    from tfhub._drop_in import install as install_resolver

    install_resolver()


def _text(path: Path | None) -> str:
    return "" if path is None else _fspath(path)


def __getattr__(name: str) -> Any:
    """What costs time to import, when it is first asked for (PEP 562)."""
    from importlib import import_module

    if name in ("cache", "keras2", "keras3"):
        return import_module(f"tfhub.{name}")
    if name == "load":
        return import_module("tfhub._load").load
    if name == "register_filesystem":
        return import_module("tfhub.filesystem").register_filesystem
    if name == "KerasLayer":
        # Not kept: a program that imports tf_keras later means that one.
        return import_module("tfhub._keras_choice").keras_layer_class()
    raise AttributeError(f"module 'tfhub' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
