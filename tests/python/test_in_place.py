"""tfhub.register_filesystem(), and what tfhub.load() and tfhub.KerasLayer make of UNCOMPRESSED: a hub read in place."""

import pytest

import tfhub


@pytest.fixture
def mul(publish, serve, real_models):
    publish("acme/mul/1", real_models / "mul")
    return f"{serve().url}/acme/mul"


def test_tensorflow_reads_a_hub_once_the_file_system_is_registered(mul, cache):
    import tensorflow as tf

    for _ in range(2):
        tfhub.register_filesystem()
    assert tf.saved_model.load(f"hub.{mul}/1")([1.0]).numpy() == [3.0]
    assert not cache.path.exists()


def test_load_reads_in_place_what_is_in_no_bucket(mul, cache, monkeypatch):
    monkeypatch.setenv("TFHUB_MODEL_LOAD_FORMAT", "UNCOMPRESSED")
    assert tfhub.load(mul)([1.0]).numpy() == [3.0]
    assert tfhub.load(f"{mul}/1")([2.0]).numpy() == [6.0]
    assert not cache.path.exists()


def test_load_takes_a_path_in_a_hub(mul):
    assert tfhub.load(f"hub.{mul}/1")([1.0]).numpy() == [3.0]


def test_a_layer_reads_in_place_what_is_in_no_bucket(mul, cache, monkeypatch):
    import keras

    monkeypatch.setenv("TFHUB_MODEL_LOAD_FORMAT", "UNCOMPRESSED")
    assert keras.ops.convert_to_numpy(tfhub.keras3.KerasLayer(f"{mul}/1")(keras.ops.array([1.0]))) == [3.0]
    assert not cache.path.exists()


def test_a_model_that_the_host_does_not_have_is_not_found_in_place_either(mul, monkeypatch):
    monkeypatch.setenv("TFHUB_MODEL_LOAD_FORMAT", "UNCOMPRESSED")
    with pytest.raises(tfhub.NotFoundError, match="acme/mul/7"):
        tfhub.load(f"{mul}/7")


def test_resolve_still_says_that_there_is_no_bucket(mul):
    with pytest.raises(tfhub.NotFoundError, match="uncompressed-base"):
        tfhub.resolve(mul, load_format="UNCOMPRESSED")


def test_the_newest_version_is_read_in_place_each_time(mul, publish, real_models):
    from support.waiting import wait_for
    from tfhub import filesystem

    assert filesystem.in_place_path(mul) == f"hub.{mul}/1"
    publish("acme/mul/2", real_models / "dense")
    wait_for(lambda: filesystem.in_place_path(mul) == f"hub.{mul}/2", "the new version is never the newest")
