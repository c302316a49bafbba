"""One hub for all questions that do not change it: every kind of model, every odd name of protocol.md."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from support import models
from support.cache import CacheDirectory
from support.command import Tfhub, clean_environment
from support.server import Server

DOCUMENT = "# Multiply\n\nMultiplies by *three*.\n\n<script>alert(1)</script>\n"

# name → (kind of the API, how it is made)
MODELS = {
    "acme/mul/1": ("saved_model_2", models.saved_model),
    "acme/mul/3": ("saved_model_2", models.saved_model),
    "acme/mul/10": ("saved_model_2", models.saved_model),
    "acme/old/2": ("hub", models.tf1_module),
    "acme/lite-model/spice/1": ("tflite", None),
    "acme/tfjs-model/spice/2/default/1": ("tfjs", models.tfjs_model),
    # Names that a pattern would take for a version, names that are prefixes of others, dots and capitals.
    "tensorflow/posenet/mobilenet/float/050/1": ("saved_model_2", models.saved_model),
    "google/imagenet/mobilenet_v2_050_224/5": ("saved_model_2", models.saved_model),
    "google/imagenet/mobilenet_v2_050_224/classification/5": ("saved_model_2", models.saved_model),
    "google/ALBERT.en_v2-1.0/4": ("saved_model_2", models.saved_model),
}


@dataclass
class Hub:
    server: Server
    store: Path
    files: dict  # name → directory or file that was published

    def tree(self, name: str) -> dict:
        return models.tree(self.files[name])


@pytest.fixture(scope="session")
def hub(binary, session_directory):
    root = session_directory / "hub"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root))
    store, files = root / "store", {}
    document = root / "mul.md"
    document.write_text(DOCUMENT)
    for seed, (name, (kind, make)) in enumerate(MODELS.items()):
        path = root / "published" / name
        files[name] = make(path, seed=seed) if make else models.tflite_file(path / "spice.tflite", seed=seed)
        extra = ["--doc", document] if name == "acme/mul/10" else []
        tfhub.ok("publish", files[name], name, "--store", store, *extra)
    with Server(tfhub, store, "--uncompressed-base", "gs://bucket/models", log=root / "serve.log") as server:
        yield Hub(server, store, files)


@pytest.fixture(scope="session")
def asker(binary, session_directory, hub):
    """The command with a cache that holds nothing but what the questions of a test put there."""
    root = session_directory / "asker"
    root.mkdir()
    return Tfhub(binary, clean_environment(root)).with_env(TFHUB_CACHE_DIR=str(CacheDirectory(root / "cache").path))
