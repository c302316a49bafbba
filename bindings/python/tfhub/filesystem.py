"""Models read where their hub has them, by TensorFlow itself: no bucket, no cache, no copy.

    tfhub.register_filesystem()
    model = tf.saved_model.load("hub.http://127.0.0.1:8080/acme/mul/1")

Whatever opens files through TensorFlow takes such paths, directories and patterns included (tf.io.gfile). They are the URLs
of models with "hub." before them. What was read stays in memory for a while (TFHUB_BLOCK_CACHE_SIZE); nothing can be written.
"""

from __future__ import annotations

import pathlib
import threading

from tfhub import _native

SCHEMES = ("hub.http", "hub.https")

_PLUGIN = pathlib.Path(__file__).parent / "libtfhub_filesystem.so"
_registering = threading.Lock()
_registered = False


def register_filesystem() -> None:
    """Lets TensorFlow read hub.http:// and hub.https:// paths in this process. Calling it again changes nothing."""
    global _registered
    import tensorflow as tf

    with _registering:
        if not _registered:
            tf.experimental.register_filesystem_plugin(str(_PLUGIN))
            _registered = True


def in_place_path(handle: str) -> str:
    """The path under which TensorFlow reads the model behind an http(s) handle in place: of the version that it means now.

    Raises:
      NotFoundError: the host has no such model. NetworkError, NotAllowedError, OfflineError, UsageError.
    """
    path = _native.in_place_path(handle)
    register_filesystem()
    return path
