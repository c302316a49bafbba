"""tfhub as the resolver of an unmodified tensorflow_hub: install().

What tensorflow_hub does is known from its documentation and version 0.16.1 (docs/protocol.md, "The client"): flags, environment,
returned paths and exceptions here are as there.
"""

from __future__ import annotations

import email.message
import http.client
import os
import re
import tempfile
import urllib.error
from typing import TYPE_CHECKING

import tensorflow as tf
from tensorflow_hub import registry
from tensorflow_hub import resolver as hub_resolver

import tfhub

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARCHIVES = (".tar", ".tar.gz", ".tgz")
_STATUS = re.compile(r"HTTP status (\d{3})")  # how the library ends the chain of an error that a host answered


def install() -> None:
    """See tfhub.install(), which calls this."""
    if not any(isinstance(known, Resolver) for known in registry.resolver._impls):
        registry.resolver.add_implementation(Resolver())  # asked in reverse order: ours comes first


class Resolver(hub_resolver.Resolver):
    """What tensorflow_hub's two resolvers of archives do: http(s) handles, and archives in gs:// buckets."""

    def is_supported(self, handle: str) -> bool:
        if handle.startswith("gs://"):
            return handle.endswith(_ARCHIVES)
        if not handle.startswith(("http://", "https://")):
            return False
        return hub_resolver.model_load_format() in ("COMPRESSED", "AUTO")

    def __call__(self, handle: str) -> str:
        cache_dir = hub_resolver.tfhub_cache_dir() or ""
        if not cache_dir and tempfile.tempdir is not None and os.path.dirname(tfhub.cache.dir()) != tempfile.gettempdir():
            # The program has its own temporary directory. Else ours is the default: tensorflow_hub's believes whoever
            # made it first.
            cache_dir = os.path.join(tempfile.gettempdir(), "tfhub_modules")
        try:
            path = tfhub.resolve(handle, cache_dir)
        except tfhub.Error as error:
            raise _as_tensorflow_hub_says_it(handle, error) from error
        # tensorflow_hub joins names to the directory as it was given.
        return f"file://{path}" if cache_dir.startswith("file://") else path


def _as_tensorflow_hub_says_it(handle: str, error: tfhub.Error) -> Exception:
    if isinstance(error, tfhub.CorruptError):
        return OSError(f"{handle} does not appear to be a valid module.")
    if (status := next(_statuses(error), None)) and handle.startswith("http"):
        reason = http.client.responses.get(status, "")
        return urllib.error.HTTPError(handle, status, reason, email.message.Message(), None)
    if isinstance(error, (tfhub.NetworkError, tfhub.OfflineError)):
        return urllib.error.URLError(str(error))
    if isinstance(error, tfhub.NotFoundError):
        return tf.errors.NotFoundError(None, None, str(error))
    if isinstance(error, tfhub.NotAllowedError):
        return tf.errors.PermissionDeniedError(None, None, str(error))
    return error


def _statuses(error: tfhub.Error) -> Iterator[int]:
    return (int(match[1]) for told in error.chain if (match := _STATUS.fullmatch(told)))
