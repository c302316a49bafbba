"""The unmodified tensorflow_hub against our server: what it computes must be what was published."""

import pytest

from support import models
from support.hub_client import TensorflowHubError


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/mul"])
def test_hub_resolve_gives_the_published_tree(tensorflow_hub, real_hub, cache, name):
    handle = f"{real_hub.url}/{name}"
    path = tensorflow_hub("resolve", cache.path, handle=handle)
    assert path == str(cache.entry(handle))
    assert models.tree(path) == models.tree(real_hub.models / "mul")


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/mul"])
def test_hub_load_computes_with_the_published_variable(tensorflow_hub, real_hub, cache, name):
    value = tensorflow_hub("call", cache.path, handle=f"{real_hub.url}/{name}", value=[1.0, 2.5], dtype="float32")
    assert value == [3.0, 7.5]


def test_hub_load_finds_the_asset_vocabulary(tensorflow_hub, real_hub, cache):
    value = tensorflow_hub("call", cache.path, handle=f"{real_hub.url}/acme/words.v1/7", value=["blue", "red", "none"], dtype="string")
    assert value == [2, 0, -1]


def test_hub_load_takes_the_tf1_hub_format_with_its_signature(tensorflow_hub, real_hub, cache):
    value = tensorflow_hub("call", cache.path, handle=f"{real_hub.url}/acme/old-mul/1", value=[1.0, 2.0], dtype="float32",
                           signature="default")
    assert value == [7.0, 14.0]


@pytest.mark.parametrize("name", ["acme/dense/050/3", "acme/dense/050"])
def test_a_keras_layer_is_trainable_and_brings_its_regularisation(tensorflow_hub, real_hub, cache, name):
    told = tensorflow_hub("keras_layer", cache.path, handle=f"{real_hub.url}/{name}", value=[[1.0, 1.0]], trainable=True)
    assert told == {"value": [[4.0, 6.0]], "trainable": 1, "losses": [15.0]}
    fixed = tensorflow_hub("keras_layer", cache.path, handle=f"{real_hub.url}/{name}", value=[[1.0, 1.0]], trainable=False)
    assert fixed["trainable"] == 0


def test_a_keras_model_predicts_with_it(tensorflow_hub, real_hub, cache):
    value = tensorflow_hub("keras_model", cache.path, handle=f"{real_hub.url}/acme/dense/050/3", value=[[2.0, 0.0], [0.0, 1.0]])
    assert value == [[2.0, 4.0], [3.0, 4.0]]


def test_a_model_of_forty_megabytes_arrives_whole(tensorflow_hub, real_hub, cache):
    path = tensorflow_hub("resolve", cache.path, handle=f"{real_hub.url}/acme/big/1")
    assert models.tree(path) == models.tree(real_hub.models / "big")


def test_uncompressed_gives_it_the_gs_location(tensorflow_hub, real_hub, cache):
    location = tensorflow_hub("uncompressed_location", cache.path, handle=f"{real_hub.url}/acme/mul/1",
                              env={"TFHUB_MODEL_LOAD_FORMAT": "UNCOMPRESSED"})
    assert location == "gs://acme-models/acme/mul/1/uncompressed"


def test_uncompressed_without_a_base_fails_there_as_a_404(tensorflow_hub, publish, serve, cache):
    publish("acme/mul/1")
    with pytest.raises(TensorflowHubError, match="received code 404"):
        tensorflow_hub("uncompressed_location", cache.path, handle=f"{serve().url}/acme/mul/1",
                       env={"TFHUB_MODEL_LOAD_FORMAT": "UNCOMPRESSED"})


def test_a_handle_that_has_the_format_already_works(tensorflow_hub, real_hub, cache):
    for query in ("tf-hub-format=compressed", "tf-hub-format=uncompressed", "x=y"):
        path = tensorflow_hub("resolve", cache.path, handle=f"{real_hub.url}/acme/mul/1?{query}")
        assert models.tree(path) == models.tree(real_hub.models / "mul")


def test_an_unknown_model_is_its_http_404(tensorflow_hub, real_hub, cache):
    with pytest.raises(TensorflowHubError, match="404"):
        tensorflow_hub("resolve", cache.path, handle=f"{real_hub.url}/acme/none/1")


def test_what_we_resolved_loads_in_tensorflow(tfhub, tensorflow_hub, real_hub, cache):
    path = tfhub.ok("resolve", f"{real_hub.url}/acme/mul/1").path
    assert tensorflow_hub("call", cache.path, handle=str(path), value=[2.0], dtype="float32") == [6.0]


def test_what_we_pulled_as_tflite_runs(tfhub, tensorflow_hub, real_hub, cache, scratch):
    path = tfhub.ok("pull", f"{real_hub.url}/acme/lite/mul/1", "--format", "tflite", "-o", scratch / "mul.tflite").path
    assert tensorflow_hub("run_tflite", cache.path, path=str(path), value=[1.0, 4.0]) == [3.0, 12.0]


def test_tensorflow_hub_never_takes_a_pulled_tflite_for_a_saved_model(tfhub, tensorflow_hub, real_hub, cache):
    handle = f"{real_hub.url}/acme/lite/mul/1"
    tfhub.ok("pull", handle)
    with pytest.raises(TensorflowHubError, match="404"):
        tensorflow_hub("resolve", cache.path, handle=handle)


def test_a_tf1_module_is_recognised_as_one(real_hub):
    from support.raw_http import get

    assert get(real_hub.server, "/api/v1/models/acme/old-mul/1").json()["kind"] == "hub"
