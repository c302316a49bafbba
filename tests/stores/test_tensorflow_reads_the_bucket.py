"""The unmodified tensorflow_hub loads models in place, by gs://, from where `tfhub publish` put them."""

import pytest

from support.command import Tfhub, clean_environment
from support.server import Server

pytestmark = pytest.mark.parametrize("cloud", ["gs"], indirect=True)
IN_PLACE = {"TFHUB_MODEL_LOAD_FORMAT": "UNCOMPRESSED"}


@pytest.fixture(scope="module")
def hub(cloud, binary, real_models, module_scratch):
    """(its server, its store's URL)"""
    tfhub = Tfhub(binary, clean_environment(module_scratch)).with_env(**cloud.settings())
    store = cloud.make_bucket("for-tensorflow") + "/models"
    for path, name in [("mul", "acme/mul/1"), ("vocabulary", "acme/words.v1/7"), ("tf1", "acme/old-mul/1")]:
        tfhub.ok("publish", real_models / path, name, "--store", store)
    with Server(tfhub, store, log=module_scratch / "serve.log") as server:
        yield server, store


@pytest.fixture
def in_place(tensorflow_hub, google, hub, cache):
    """in_place(op, name, …): asks tensorflow_hub, which must cache nothing."""

    def ask(op, name, **request):
        value = tensorflow_hub(op, cache.path, env={**google.environment(), **IN_PLACE}, handle=f"{hub[0].url}/{name}", **request)
        assert cache.names() == set()
        return value

    return ask


@pytest.mark.parametrize("device", [None, "/job:localhost"])
def test_a_saved_model_is_loaded_with_its_variable(in_place, google, device):
    assert in_place("call", "acme/mul/1", value=[1.0, 2.5], dtype="float32", io_device=device) == [3.0, 7.5]
    assert any(url.startswith("https://storage.googleapis.com/") and "variables.data-" in url for url in google.asked)


@pytest.mark.parametrize("device", [None, "/job:localhost"])
def test_a_saved_model_is_loaded_with_its_vocabulary(in_place, device):
    assert in_place("call", "acme/words.v1/7", value=["blue", "red", "none"], dtype="string", io_device=device) == [2, 0, -1]


def test_an_unversioned_handle_is_read_in_place_too(in_place):
    assert in_place("call", "acme/mul", value=[2.0], dtype="float32") == [6.0]


@pytest.mark.parametrize("device", [None, "/job:localhost"])
def test_a_tf1_module_is_loaded_with_its_signature(in_place, device):
    assert in_place("call", "acme/old-mul/1", value=[1.0, 2.0], dtype="float32", signature="default", io_device=device) == [7.0, 14.0]


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/old-mul/1"])
def test_both_clients_resolve_to_the_same_path(in_place, tfhub, hub, name):
    server, store = hub
    path = in_place("resolve", name)
    assert path == f"{store}/{name}/uncompressed"
    assert tfhub.with_env(**IN_PLACE).ok("resolve", f"{server.url}/{name}").out == f"{path}\n"
