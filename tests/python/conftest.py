"""The installed wheel in this very process, beside TensorFlow and the unmodified tensorflow_hub; and in environments of its own.

Run by build/wheel/tensorflow/bin/python, which scripts/python_package.sh makes: `scripts/test.sh python`.
"""

import os
import subprocess
from pathlib import Path

import pytest

from support import models
from support.command import REPOSITORY, clean_environment

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tfhub  # noqa: E402

ENVIRONMENTS = REPOSITORY / "build" / "wheel"
assert Path(tfhub.__file__).is_relative_to(ENVIRONMENTS), f"{tfhub.__file__} is not the wheel's: {__doc__}"


@pytest.fixture(autouse=True)
def settings(monkeypatch, cache):
    """A cache of the test's own, quick failures, and nothing of what this shell has set."""
    for name in os.environ:
        if name.startswith("TFHUB_") and name != "TFHUB_BIN" or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(cache.path))
    monkeypatch.setenv("TFHUB_RETRIES", "0")


@pytest.fixture
def python(scratch, cache):
    """python("bare" or "tensorflow", arguments…): a program in that environment, as a process that has not begun to talk."""

    def start(environment: str, *arguments, **variables) -> subprocess.Popen:
        env = {**clean_environment(scratch), "TFHUB_CACHE_DIR": str(cache.path), "TF_CPP_MIN_LOG_LEVEL": "3",
               "CUDA_VISIBLE_DEVICES": "", "PYTHONDONTWRITEBYTECODE": "1", **variables}
        executable = ENVIRONMENTS / environment / "bin" / "python"
        return subprocess.Popen([executable, *map(str, arguments)], env=env, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=scratch)

    return start


@pytest.fixture
def run(python):
    """The same to its end: what it wrote on stdout. It must succeed."""

    def to_the_end(environment: str, *arguments, **variables) -> str:
        process = python(environment, *arguments, **variables)
        out, err = process.communicate(timeout=170)
        assert process.returncode == 0, err
        return out

    return to_the_end


@pytest.fixture
def hub():
    """The unmodified tensorflow_hub, as it is after its import."""
    import tensorflow_hub
    from tensorflow_hub import config, registry

    def afresh():
        registry.resolver.clear_implementations()
        config._run()

    afresh()
    yield tensorflow_hub
    afresh()


@pytest.fixture
def installed_hub(hub):
    tfhub.install()
    return hub


FILES = models.saved_model_files(size=200_000)


@pytest.fixture
def archive() -> bytes:
    return models.tar_of(FILES)
