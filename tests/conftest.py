"""Fixtures of all black-box tests: the command, stores, servers, the real models and the unmodified tensorflow_hub."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support import models
from support.cache import CacheDirectory
from support.command import Tfhub, built_executable, clean_environment, copy_for_everyone
from support.fault_server import FaultServer
from support.hub_client import TensorflowHub
from support.real_hub import serve_real_models
from support.server import Server


# A shell starts what runs in its background with SIGINT ignored, and whoever that starts inherits it, also those that a test
# interrupts. We go on ignoring it by a handler, which nobody inherits.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, lambda *_: None)


@pytest.fixture(scope="session")
def session_directory():
    """Open to every user (pytest's own is not): some tests run the command as somebody else."""
    path = Path(tempfile.mkdtemp(prefix="tfhub-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def binary(session_directory) -> Path:
    return copy_for_everyone(built_executable(), session_directory)


@pytest.fixture(scope="session")
def installed(session_directory) -> Path:
    """The library as a user would install it: `cmake --install` of the build tree that holds the executable under test."""
    prefix = session_directory / "prefix"
    done = subprocess.run(["cmake", "--install", built_executable().parent, "--prefix", prefix], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return prefix


@pytest.fixture
def scratch(session_directory) -> Path:
    path = Path(tempfile.mkdtemp(dir=session_directory))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def module_scratch(session_directory) -> Path:
    path = Path(tempfile.mkdtemp(dir=session_directory))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def cache(scratch) -> CacheDirectory:
    return CacheDirectory(scratch / "cache")


@pytest.fixture
def tfhub(binary, scratch, cache) -> Tfhub:
    """The command with an environment and a cache of its own."""
    return Tfhub(binary, clean_environment(scratch)).with_env(TFHUB_CACHE_DIR=str(cache.path))


@pytest.fixture
def store(scratch) -> Path:
    return scratch / "store"


@pytest.fixture
def serve(tfhub, store, scratch):
    """serve(*args, env=…, port=…) starts a server on `store`; all are stopped at the end."""
    servers = []

    def start(*args, location=None, **kw) -> Server:
        servers.append(Server(tfhub, location or store, *args, log=scratch / f"serve-{len(servers)}.log", **kw))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def fault():
    with FaultServer() as server:
        yield server


@pytest.fixture
def publish(tfhub, store, scratch):
    """publish("acme/mul/1", directory-or-file) into `store`; without one, a handmade SavedModel."""

    def run(name: str, path=None, *args, seed=0):
        if path is None:
            path = models.saved_model(scratch / "published" / name, seed=seed)
        return tfhub.ok("publish", path, name, "--store", store, *args)

    return run


@pytest.fixture(scope="session")
def real_models(session_directory) -> Path:
    """The directory of what tf_models.py builds."""
    root = session_directory / "real-models"
    root.mkdir()
    script = Path(__file__).parent / "support" / "tf_models.py"
    built = subprocess.run([sys.executable, "-P", script, root], capture_output=True, text=True, timeout=170)
    assert built.returncode == 0, built.stderr
    return root


@pytest.fixture(scope="session")
def real_hub(binary, real_models, session_directory):
    root = session_directory / "real-hub"
    root.mkdir()
    with serve_real_models(binary, real_models, root) as hub:
        yield hub


@pytest.fixture(scope="session")
def tensorflow_hub(session_directory) -> TensorflowHub:
    client = TensorflowHub(session_directory)
    yield client
    client.close()
