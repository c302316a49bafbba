"""tf.saved_model.load() out of a hub: the same values as from a directory, each byte fetched once."""

import pytest
from conftest import Log

from support import models


def total(directory) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


@pytest.fixture
def loaded(tf, hub):
    """The same model twice: from the hub, and from the directory it was made of."""

    def load(name, **options):
        return (tf.saved_model.load(hub.path(name), **options),
                tf.saved_model.load(str(hub.models[name]), **options))

    return load


def test_a_model_with_a_variable(loaded):
    ours, theirs = loaded("acme/mul/1")
    assert ours([1.0, 2.5]).numpy().tolist() == theirs([1.0, 2.5]).numpy().tolist() == [3.0, 7.5]


def test_a_model_with_a_vocabulary_in_an_asset(loaded):
    ours, theirs = loaded("acme/vocabulary/1")
    words = ["green", "blue", "mauve"]
    assert ours(words).numpy().tolist() == theirs(words).numpy().tolist() == [1, 2, -1]


def test_a_model_that_is_trained_further(tf, loaded):
    ours, theirs = loaded("acme/dense/1")
    for model in (ours, theirs):
        model.trainable_variables[0].assign_add(tf.ones([2, 2]))
    x = tf.constant([[1.0, 2.0]])
    assert ours(x).numpy().tolist() == theirs(x).numpy().tolist()


def test_a_module_of_the_tf1_hub_format(tf, loaded):
    ours, theirs = loaded("acme/tf1/1", tags=[])
    x = tf.constant([2.0])
    assert ours.signatures["default"](x=x)["default"].numpy() == theirs.signatures["default"](x=x)["default"].numpy() == 14


def test_a_name_without_a_version_is_the_newest(tf, hub):
    assert tf.saved_model.load(hub.path("acme/mul"))([1.0]).numpy() == [3.0]


def test_the_name_is_looked_up_once_and_nothing_is_fetched_twice(tf, hub):
    asked = Log(hub.server)
    tf.saved_model.load(hub.path("acme/vocabulary/1"))([b"red"])
    assert sum(n for target, n in asked.targets().items() if target.startswith("/api/")) == 1
    files = {f"/acme/vocabulary/1/{path}" for path in models.tree(hub.models["acme/vocabulary/1"])}
    fetched = {target: n for target, n in asked.targets().items() if not target.startswith("/api/")}
    assert fetched.keys() <= files
    assert set(fetched.values()) == {1}


def test_a_large_model_is_fetched_in_few_requests_and_hardly_more_than_its_bytes(tf, hub):
    asked = Log(hub.server)
    ours = tf.saved_model.load(hub.path("acme/big/1"))
    theirs = tf.saved_model.load(str(hub.models["acme/big/1"]))
    assert [ours(i).numpy() for i in (0, 9_999_999)] == [theirs(i).numpy() for i in (0, 9_999_999)]
    size = total(hub.models["acme/big/1"])
    assert size > 40_000_000
    assert size <= asked.bytes() <= 1.05 * size
    assert sum(asked.targets().values()) <= 12


def test_loading_through_one_host(tf, hub):
    options = tf.saved_model.LoadOptions(experimental_io_device="/job:localhost")
    assert tf.saved_model.load(hub.path("acme/mul/1"), options=options)([2.0]).numpy() == [6.0]
