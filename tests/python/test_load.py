"""tfhub.load and tfhub.KerasLayer beside tensorflow_hub's, value by value, and in Keras 3, which that does not know."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import tfhub
from support import models
from support.html_page import snippets
from support.raw_http import get

ROWS = np.array([[1.0, 2.0], [3.0, -4.0]], np.float32)
WORLDS = pytest.mark.parametrize("world,layers", [(tf_keras, tfhub.keras2), (keras, tfhub.keras3)], ids=["keras2", "keras3"])


def equal(ours, theirs):
    """Structures of tensors and arrays; or one of them, and what it holds."""
    if isinstance(theirs, (list, float)) and tf.is_tensor(ours):
        ours, theirs = ours.numpy().tolist(), theirs
    tf.nest.map_structure(lambda a, b: np.testing.assert_array_equal(np.asarray(a), np.asarray(b)), ours, theirs)


@pytest.mark.parametrize("name,value", [
    ("acme/mul/1", tf.constant([1.0, 2.5])), ("acme/mul", tf.constant([2.0])), ("acme/words.v1/7", tf.constant(["blue", "none", "red"])),
    ("acme/dense/050/3", tf.constant(ROWS)), ("acme/big/1", tf.constant(77)), ("acme/moody/1", tf.constant(ROWS)),
])
def test_load_computes_as_tensorflow_hub_does(hub, real_hub, name, value):
    handle = f"{real_hub.url}/{name}"
    equal(tfhub.load(handle)(value), hub.load(handle)(value))


def test_load_brings_every_signature_and_variable(hub, real_hub):
    handle = f"{real_hub.url}/acme/moody/1"
    ours, theirs = tfhub.load(handle), hub.load(handle)
    assert set(ours.signatures) == set(theirs.signatures) == {"parts", "again"}
    for name in ours.signatures:
        equal(ours.signatures[name](x=tf.constant(ROWS)), theirs.signatures[name](x=tf.constant(ROWS)))
    equal(ours.variables, theirs.variables)


def test_load_takes_the_tf1_hub_format(hub, real_hub):
    handle = f"{real_hub.url}/acme/old-mul/1"
    ours, theirs = tfhub.load(handle), hub.load(handle)
    equal(ours.signatures["default"](tf.constant([2.0])), theirs.signatures["default"](tf.constant([2.0])))
    equal(ours.variables, theirs.variables)
    assert ours._is_hub_module_v1 and not tfhub.load(f"{real_hub.url}/acme/mul/1")._is_hub_module_v1


def test_load_takes_tags_and_options(hub, real_hub):
    handle = f"{real_hub.url}/acme/mul/1"
    options = tf.saved_model.LoadOptions(experimental_io_device="/job:localhost")
    equal(tfhub.load(handle, tags=["serve"], options=options)(tf.constant([2.0])), [6.0])
    for library in (tfhub, hub):
        with pytest.raises(ValueError, match="incompatible argument to `tags`"):
            library.load(handle, tags=["elsewhere"])


def test_load_takes_paths_of_every_file_system(real_models, scratch):
    for handle in (str(real_models / "mul"), f"file://{real_models}/mul"):
        equal(tfhub.load(handle)(tf.constant([2.0])), [6.0])
    tf.io.gfile.makedirs("ram://mul/variables")
    for file in (real_models / "mul").rglob("*.*"):
        tf.io.gfile.copy(str(file), f"ram://mul/{file.relative_to(real_models / 'mul')}", overwrite=True)
    equal(tfhub.load("ram://mul")(tf.constant([2.0])), [6.0])
    with pytest.raises(tfhub.NotFoundError):
        tfhub.load("ram://nothing")


def test_what_is_no_model_and_what_is_no_handle_is_refused_in_the_same_words(hub, publish, serve, scratch):
    publish("acme/js/1", models.tfjs_model(scratch / "js"))
    (scratch / "empty").mkdir()
    for handle in (str(scratch / "empty"), 5):
        with pytest.raises(ValueError) as ours:
            tfhub.load(handle)
        with pytest.raises(ValueError) as theirs:
            hub.load(handle)
        assert str(ours.value) == str(theirs.value)


@WORLDS
def test_a_layer_computes_as_tensorflow_hubs(hub, real_hub, world, layers):
    for name, value, options in [
        ("acme/mul/1", tf.constant([1.0, 2.5]), {}), ("acme/words.v1/7", tf.constant(["blue", "none"]), {}),
        ("acme/old-mul/1", tf.constant([2.0]), {}), ("acme/old-mul/1", tf.constant([2.0]), {"signature_outputs_as_dict": True}),
        ("acme/moody/1", tf.constant(ROWS), {"arguments": {"factor": 5.0}}),
        ("acme/moody/1", tf.constant(ROWS), {"signature": "parts", "output_key": "count"}),
        ("acme/moody/1", {"x": tf.constant(ROWS)}, {"signature": "parts", "signature_outputs_as_dict": True}),
        ("acme/dense/050/3", tf.constant(ROWS), {"trainable": True, "output_shape": [2]}),
    ]:
        handle = f"{real_hub.url}/{name}"
        ours, theirs = layers.KerasLayer(handle, **options), hub.KerasLayer(handle, **options)
        equal(ours(value), theirs(value))
        assert len(ours.trainable_weights) == len(theirs.trainable_weights)
        assert len(ours.weights) == len(theirs.weights)
        equal(sum(map(float, ours.losses)), sum(map(float, theirs.losses)))


@WORLDS
def test_a_layer_stands_in_models(real_hub, world, layers):
    layer = layers.KerasLayer(f"{real_hub.url}/acme/dense/050/3")
    model = world.Sequential([world.layers.InputLayer((2,)), layer, world.layers.Dense(1)])
    assert model.predict(ROWS, verbose=0).shape == (2, 1)
    inputs = world.Input((2,))
    functional = world.Model(inputs, layer(inputs))
    equal(functional.predict(ROWS, verbose=0), ROWS @ [[1.0, 2.0], [3.0, 4.0]])
    assert tuple(functional.output_shape) == (None, 2)


@WORLDS
def test_text_goes_through_a_model(real_hub, world, layers):
    inputs = world.Input((), dtype="string")
    model = world.Model(inputs, layers.KerasLayer(f"{real_hub.url}/acme/words.v1/7")(inputs))
    equal(model(tf.constant(["green", "none"])), [1, -1])
    assert model.outputs[0].dtype in ("int64", tf.int64)


@WORLDS
def test_fine_tuning_moves_the_models_own_variables(real_hub, world, layers):
    layer = layers.KerasLayer(f"{real_hub.url}/acme/dense/050/3", trainable=True)
    model = world.Sequential([world.layers.InputLayer((2,)), layer])
    model.compile(world.optimizers.SGD(0.01), "mse")
    before = [weight.numpy().copy() for weight in layer.trainable_weights]
    first = model.evaluate(ROWS, np.zeros((2, 2), np.float32), verbose=0)
    model.fit(ROWS, np.zeros((2, 2), np.float32), epochs=3, verbose=0)
    assert model.evaluate(ROWS, np.zeros((2, 2), np.float32), verbose=0) < first
    assert not np.array_equal(before[0], layer.trainable_weights[0].numpy())
    equal(layer.resolved_object.w, layer.trainable_weights[0])


def test_training_goes_the_same_way_in_both_keras_as_in_tensorflow_hub(hub, real_hub):
    def trained(world, kind):
        layer = kind(f"{real_hub.url}/acme/dense/050/3", trainable=True)
        model = world.Sequential([world.layers.InputLayer((2,)), layer])
        model.compile(world.optimizers.SGD(0.01), "mse")
        model.fit(ROWS, np.zeros((2, 2), np.float32), batch_size=2, epochs=2, shuffle=False, verbose=0)
        return layer.trainable_weights[0].numpy()

    theirs = trained(tf_keras, hub.KerasLayer)
    for world, layers in ((tf_keras, tfhub.keras2), (keras, tfhub.keras3)):
        np.testing.assert_allclose(trained(world, layers.KerasLayer), theirs, rtol=1e-5)


@WORLDS
def test_training_reaches_the_model_only_where_the_layer_is_trainable(real_hub, world, layers):
    handle = f"{real_hub.url}/acme/moody/1"
    once = ROWS.sum(axis=1, keepdims=True)
    frozen, free = layers.KerasLayer(handle), layers.KerasLayer(handle, trainable=True)
    equal(frozen(tf.constant(ROWS), training=True), once)
    equal(free(tf.constant(ROWS), training=True), 2 * once)
    equal(free(tf.constant(ROWS), training=False), once)
    equal(free(tf.constant(ROWS)), once)
    free.trainable = False
    equal(free(tf.constant(ROWS), training=True), once)
    assert free.trainable_weights == []


@WORLDS
@pytest.mark.parametrize("name,options,words", [
    ("acme/old-mul/1", {"trainable": True}, "unsupported when loading from the TF1 Hub format"),
    ("acme/moody/1", {"trainable": True, "signature": "parts", "output_key": "sum"}, "unsupported when calling a SavedModel signature"),
])
def test_what_cannot_be_trained_says_so(real_hub, world, layers, name, options, words):
    layer = layers.KerasLayer(f"{real_hub.url}/{name}", **options)
    with pytest.raises(ValueError, match=words):
        layer(tf.constant(ROWS))


@pytest.mark.parametrize("options", [
    {"signature": "parts"}, {"signature": "parts", "output_key": "sum", "signature_outputs_as_dict": True},
    {"signature_outputs_as_dict": True},
])
@WORLDS
def test_options_that_contradict_each_other_are_refused_in_the_same_words(hub, real_hub, world, layers, options):
    handle = f"{real_hub.url}/acme/moody/1"
    with pytest.raises(ValueError) as theirs:
        hub.KerasLayer(handle, **options)
    with pytest.raises(ValueError) as ours:
        layers.KerasLayer(handle, **options)
    assert str(ours.value) == str(theirs.value)


@WORLDS
def test_an_unknown_signature_and_output_are_named(real_hub, world, layers):
    handle = f"{real_hub.url}/acme/moody/1"
    with pytest.raises(ValueError, match="Unknown signature nowhere"):
        layers.KerasLayer(handle, signature="nowhere", output_key="sum")
    with pytest.raises(ValueError, match="does not contain the output key nothing"):
        layers.KerasLayer(handle, signature="parts", output_key="nothing")(tf.constant(ROWS))
    with pytest.raises(ValueError, match="is forbidden if output type"):
        layers.KerasLayer(handle, output_key="nothing")(tf.constant(ROWS))


@WORLDS
def test_a_config_goes_round(hub, real_hub, world, layers):
    options = {"handle": f"{real_hub.url}/acme/moody/1", "arguments": {"factor": 3.0}, "output_shape": (1,), "trainable": True}
    layer = layers.KerasLayer(**options)
    config = json.loads(json.dumps(layer.get_config()))
    again = layers.KerasLayer.from_config(config)
    equal(again(tf.constant(ROWS)), layer(tf.constant(ROWS)))
    theirs = hub.KerasLayer(**options).get_config()
    for ours in (layer.get_config(), again.get_config()):
        assert {key: ours[key] for key in options} == {key: theirs[key] for key in options}
    assert set(layer.get_config()) - {"batch_input_shape"} == set(theirs) - {"batch_input_shape"}


@WORLDS
def test_a_model_with_a_layer_is_saved_and_loaded(real_hub, world, layers, scratch):
    inputs = world.Input((2,))
    model = world.Model(inputs, layers.KerasLayer(f"{real_hub.url}/acme/dense/050/3", trainable=True)(inputs))
    model.layers[-1].trainable_weights[0].assign([[5.0, 6.0], [7.0, 8.0]])
    model.save(scratch / "model.keras")
    equal(world.models.load_model(scratch / "model.keras").predict(ROWS, verbose=0), ROWS @ [[5.0, 6.0], [7.0, 8.0]])


@WORLDS
def test_a_model_with_a_layer_is_exported_with_its_table(real_hub, world, layers, scratch):
    inputs = world.Input((), dtype="string")
    model = world.Model(inputs, layers.KerasLayer(f"{real_hub.url}/acme/words.v1/7")(inputs))
    model.export(str(scratch / "exported"))
    equal(tf.saved_model.load(str(scratch / "exported")).serve(tf.constant(["blue"])), [2])


@WORLDS
def test_a_callable_is_a_handle_and_has_no_config(world, layers):
    layer = layers.KerasLayer(lambda x: x + 1.0)
    equal(layer(tf.constant([1.0])), [2.0])
    with pytest.raises(NotImplementedError, match="uses a string `handle`"):
        layer.get_config()
    with pytest.raises(ValueError, match="mutually exclusive with setting tags"):
        layers.KerasLayer(lambda x: x, tags=["serve"])


@WORLDS
def test_arguments_that_are_no_json_are_named(world, layers, real_hub):
    layer = layers.KerasLayer(f"{real_hub.url}/acme/moody/1", arguments={"factor": tf.constant(2.0)})
    equal(layer(tf.constant(ROWS)), 2 * ROWS.sum(axis=1, keepdims=True))
    with pytest.raises(ValueError, match="non json-serializable values in key: factor"):
        layer.get_config()


@WORLDS
def test_an_output_shape_is_given_to_what_does_not_tell_its_own(world, layers):
    layer = layers.KerasLayer(lambda x: tf.numpy_function(lambda a: a, [x], tf.float32), output_shape=[2])
    assert tuple(layer.compute_output_shape((7, 2))) == (7, 2)
    inputs = world.Input((2,))
    assert tuple(world.Model(inputs, layer(inputs)).output_shape) == (None, 2)


CHOICE = "import {}, tfhub, numpy; print(tfhub.KerasLayer.__module__, tfhub.KerasLayer(lambda x: x)(numpy.float32([3])).numpy())"


@pytest.mark.parametrize("imports,variables,chosen", [
    ("tensorflow", {}, "tfhub.keras3"), ("keras", {}, "tfhub.keras3"), ("tf_keras", {}, "tfhub.keras2"),
    ("tensorflow", {"TF_USE_LEGACY_KERAS": "1"}, "tfhub.keras2"),
])
def test_keras_layer_is_of_the_keras_that_the_program_uses(run, imports, variables, chosen):
    assert run("tensorflow", "-c", CHOICE.format(imports), **variables) == f"{chosen} [3.]\n"


def test_a_machine_without_tf_keras_has_keras_3(run, real_models):
    code = ("import sys; sys.modules['tf_keras'] = None; import keras, numpy as np, tfhub; "
            "model = keras.Sequential([tfhub.KerasLayer(sys.argv[1], trainable=True)]); "
            "print(model.predict(np.ones((1, 2), 'float32'), verbose=0).tolist())")
    assert run("tensorflow", "-c", code, real_models / "dense") == "[[4.0, 6.0]]\n"


def test_the_snippet_of_a_models_page_runs_as_it_is_pasted(run, real_hub):
    code = snippets(get(real_hub.server, "/acme/mul/1", Accept="text/html").body.decode())["Python, with tfhub"]
    assert run("tensorflow", "-c", f"{code}\nprint(model([2.0]).numpy().tolist())") == "[6.0]\n"
