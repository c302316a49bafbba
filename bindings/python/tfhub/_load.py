"""load(): tensorflow_hub's function of that name, over tfhub.resolve() and tf.saved_model.load()."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import tfhub
from tfhub import filesystem

if TYPE_CHECKING:
    import tensorflow as tf


def load(handle: str, tags: Collection[str] | None = None, options: tf.saved_model.LoadOptions | None = None) -> Any:
    """Resolves `handle` and loads the SavedModel, or the module of the TF1 Hub format, that is there.

    Args:
      handle: as of tfhub.resolve(), or a path of any file system that TensorFlow knows.
      tags: which graph, of a model that has several. None: the only one; of a TF1 Hub module the one without tags.
      options: tf.saved_model.LoadOptions; experimental_io_device="/job:localhost" reads everything through one host.

    Returns:
      What tf.saved_model.load() gives. A TF1 Hub module has `variables` and `signatures`, no more.

    Raises:
      ValueError: there is no SavedModel at the path; or `handle` is no string. Else as tfhub.resolve().
    """
    if not isinstance(handle, str):
        raise ValueError(f"Expected a string, got {handle}")
    path = _path_of(handle)
    import tensorflow as tf

    is_tf1_module = tf.io.gfile.exists(f"{path}/tfhub_module.pb")
    names = (tf.saved_model.SAVED_MODEL_FILENAME_PB, tf.saved_model.SAVED_MODEL_FILENAME_PBTXT)
    if not any(tf.io.gfile.exists(f"{path}/{name}") for name in names):
        raise ValueError(
            f"Trying to load a model of incompatible/unknown type. '{path}' contains neither '{names[0]}' nor '{names[1]}'."
        )
    if tags is None and is_tf1_module:
        tags = []
    loaded = tf.saved_model.load(path, tags=tags, options=options)
    loaded._is_hub_module_v1 = is_tf1_module  # as tensorflow_hub marks it, for whoever looks
    return loaded


def _path_of(handle: str) -> str:
    scheme, separator, _ = handle.partition("://")
    if not separator or scheme in ("http", "https", "gs", "file"):
        try:
            return tfhub.resolve(handle)
        except tfhub.NotFoundError:
            # In no bucket. What is not to be unpacked into the cache either is read where the hub has it.
            if not scheme.startswith("http") or os.environ.get("TFHUB_MODEL_LOAD_FORMAT") != "UNCOMPRESSED":
                raise
            return filesystem.in_place_path(handle)
    if scheme in filesystem.SCHEMES:
        filesystem.register_filesystem()
    import tensorflow as tf

    if not tf.io.gfile.exists(handle):
        raise tfhub.NotFoundError(f"{handle} does not exist; check the path")
    return handle
