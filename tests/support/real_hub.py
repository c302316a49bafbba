"""A hub with the real models in it, as a user would publish them."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from support import models
from support.command import Tfhub, clean_environment
from support.server import Server


@dataclass
class RealHub:
    server: Server
    store: Path
    models: Path

    @property
    def url(self) -> str:
        return self.server.url

    def downloads(self, name: str) -> int:
        """How often the archive was asked for, by anyone."""
        return self.server.logged("GET", f"/{name}?tf-hub-format=compressed")


@contextlib.contextmanager
def serve_real_models(binary: Path, real_models: Path, root: Path):
    tfhub, store = Tfhub(binary, clean_environment(root)), root / "store"
    for path, name in [
        (real_models / "mul", "acme/mul/1"), (real_models / "mul", "acme/mul/2"), (real_models / "vocabulary", "acme/words.v1/7"),
        (real_models / "dense", "acme/dense/050/3"), (real_models / "tf1", "acme/old-mul/1"), (real_models / "big", "acme/big/1"),
        (real_models / "moody", "acme/moody/1"), (real_models / "mul.tflite", "acme/lite/mul/1"),
        (models.tfjs_model(root / "js"), "acme/js/1"),
    ]:
        tfhub.ok("publish", path, name, "--store", store)
    with Server(tfhub, store, "--uncompressed-base", "gs://acme-models", log=root / "serve.log") as server:
        yield RealHub(server, store, real_models)
