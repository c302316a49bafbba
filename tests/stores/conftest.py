"""A bucket of each cloud that can be had on loopback, empty and nobody else's."""

import itertools

import pytest

from support.emulators import EMULATORS
from support.google_proxy import google_before

numbers = itertools.count(1)


@pytest.fixture(scope="session", params=EMULATORS)
def cloud(request, session_directory):
    with EMULATORS[request.param](session_directory / f"cloud-{request.param}") as emulator:
        yield emulator


@pytest.fixture
def bucket(cloud) -> str:
    """Its URL, with a prefix: a store seldom has a bucket to itself."""
    return cloud.make_bucket(f"bucket-{next(numbers)}") + "/models/of-ours"


@pytest.fixture
def tfhub(tfhub, cloud):
    """The command, with what it needs to reach the cloud."""
    return tfhub.with_env(**cloud.settings())


@pytest.fixture(scope="module")
def google(cloud, module_scratch):
    with google_before(cloud, module_scratch) as google:
        yield google
