"""TensorFlow for the command and for programs, and models with what Python's TensorFlow makes of them."""

import sysconfig
from pathlib import Path

import pytest

from support.cases import write_cases
from support.cmake import build
from support.command import REPOSITORY, Tfhub


@pytest.fixture(scope="session")
def cases(session_directory) -> Path:
    root = session_directory / "cases"
    root.mkdir()
    write_cases(root)
    return root


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the Python package `tensorflow`."""
    return Path(sysconfig.get_path("platlib")) / "tensorflow"


@pytest.fixture
def runner(tfhub, package) -> Tfhub:
    """The command with a TensorFlow named."""
    return tfhub.with_env(TFHUB_TENSORFLOW=str(package))


@pytest.fixture(scope="session")
def consumers(installed, session_directory) -> Path:
    return build(REPOSITORY / "tests/tensorflow/consumer", session_directory / "runners", installed)
