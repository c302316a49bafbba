"""TensorFlow in this very process, with the plugin that reads hubs in place, and a hub of real models."""

import os
import re
from collections import Counter
from dataclasses import dataclass

import pytest

from support.command import REPOSITORY, Tfhub, clean_environment
from support.server import Server

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PLUGIN = REPOSITORY / "build" / "plugins" / "tensorflow" / "libtfhub_filesystem.so"


@pytest.fixture(scope="session")
def tf():
    import tensorflow

    tensorflow.experimental.register_filesystem_plugin(str(PLUGIN))
    return tensorflow


@pytest.fixture(scope="session")
def gfile(tf):
    return tf.io.gfile


class Log:
    """What a server was asked since this was made, by its access log, which is whole when it has ended: asking ends it."""

    LINE = re.compile(r"GET (?P<target>\S+) (?P<status>\d+) (?P<bytes>\d+)")

    def __init__(self, server: Server):
        self.server = server
        self.begin = server.log.stat().st_size

    def _lines(self):
        self.server.stop()
        return [self.LINE.search(line) for line in self.server.log.read_bytes()[self.begin:].decode().splitlines()]

    def targets(self) -> Counter:
        return Counter(line["target"].removesuffix("?tf-hub-format=file") for line in self._lines() if line)

    def bytes(self) -> int:
        return sum(int(line["bytes"]) for line in self._lines() if line)


def in_place(server: Server, path: str) -> str:
    return f"hub.{server.url}/{path}"


@dataclass
class Hub:
    server: Server
    models: dict  # name → the directory that was published

    def path(self, path: str) -> str:
        return in_place(self.server, path)


addresses = set()


@pytest.fixture
def serve(serve):
    """As everywhere, but never twice on one port, unless told: TensorFlow knows a hub by its address, and keeps what it read."""

    def start(*args, port=0, **kw) -> Server:
        server = serve(*args, port=port, **kw)
        while port == 0 and server.port in addresses:  # those before it still hold theirs
            server = serve(*args, **kw)
        addresses.add(server.port)
        return server

    return start


@pytest.fixture
def hub(binary, real_models, session_directory, scratch, serve):
    """A server of its own, of one store for all."""
    tfhub = Tfhub(binary, clean_environment(scratch))
    store = session_directory / "store-of-real-models"
    names = {f"acme/{name}/1": real_models / name for name in ("mul", "vocabulary", "dense", "tf1", "big")}
    if not store.exists():
        for name, directory in names.items():
            tfhub.ok("publish", directory, name, "--store", store)
    return Hub(serve(location=store), names)
