"""A bucket of each cloud that can be had on loopback, empty and nobody else's."""

import itertools

import pytest

from support.emulators import EMULATORS
from support.google_proxy import HOSTS, GoogleProxy
from support.tls import make_certificates

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
    """The way by which the unmodified TensorFlow reaches this cloud (gs); nobody else is asked."""
    certificates = make_certificates(module_scratch / "certificates", names=HOSTS)
    with GoogleProxy(certificates, to=("127.0.0.1", cloud.port)) as proxy:
        yield proxy
    assert proxy.refused == []
