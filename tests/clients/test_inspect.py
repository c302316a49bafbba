"""`tfhub inspect`, which has no TensorFlow, against what TensorFlow says of the same models."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support import models
from support.command import CORRUPT, NOT_FOUND, USAGE

SUPPORT = Path(__file__).parent.parent / "support"
SAVED_MODELS = ["mul", "vocabulary", "dense", "tf1", "big", "keras", "python", "partitioned"]
LITE_MODELS = ["mul.tflite", "quantized.tflite"]


def python(script, *args) -> str:
    done = subprocess.run([sys.executable, "-P", SUPPORT / script, *args], capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def inspected_models(real_models, session_directory):
    root = session_directory / "inspected"
    root.mkdir()
    python("tf_inspected.py", root)
    return {path.name: path for directory in (real_models, root) for path in directory.iterdir()}


@pytest.fixture(scope="module")
def tensorflow_says(inspected_models):
    paths = [str(inspected_models[name]) for name in SAVED_MODELS + LITE_MODELS]
    return json.loads(python("tf_descriptions.py", *paths))


@pytest.fixture
def inspect(tfhub):
    def run(path, *args) -> dict:
        return json.loads(tfhub.ok("inspect", "--json", path, *args).out)

    return run


def plain(specs: dict) -> dict:
    return {key: {"dtype": spec["dtype"], "shape": spec["shape"]} for key, spec in specs.items()}


@pytest.mark.parametrize("name", SAVED_MODELS)
def test_signatures_are_those_that_tensorflow_loads(inspect, inspected_models, tensorflow_says, name):
    path = inspected_models[name]
    told, expected = inspect(path), tensorflow_says[str(path)]
    ours = {key: {"inputs": plain(s["inputs"]), "outputs": plain(s["outputs"])} for key, s in told["signatures"].items()}
    assert ours == expected["signatures"]
    assert told["tags"] == expected["tags"]
    assert told["tensorflow_version"] == expected["tensorflow_version"]
    assert told["assets"] == expected["assets"]
    assert ("__call__" in told["functions"]) == expected["has_call"]


@pytest.mark.parametrize("name", SAVED_MODELS)
def test_tensors_are_those_that_tensorflow_lists(inspect, inspected_models, tensorflow_says, name):
    path = inspected_models[name]
    told = inspect(path)
    ours = {t["name"]: {"dtype": t["dtype"], "shape": t["shape"]} for t in told["tensors"]}
    assert ours == tensorflow_says[str(path)]["tensors"]
    assert told["tensor_bytes"] == sum(t["bytes"] for t in told["tensors"])


@pytest.mark.parametrize("name", SAVED_MODELS)
def test_ops_are_those_of_the_graph(inspect, inspected_models, tensorflow_says, name):
    path = inspected_models[name]
    assert {op["name"]: op["count"] for op in inspect(path)["ops"]} == tensorflow_says[str(path)]["ops"]


def test_what_they_are(inspect, inspected_models):
    told = inspect(inspected_models["mul"])
    assert (told["kind"], told["generation"], told["parameter_count"], told["warnings"]) == ("saved_model", "TF2", 1, [])
    told = inspect(inspected_models["tf1"])
    assert (told["kind"], told["generation"]) == ("hub", "TF1")
    told = inspect(inspected_models["keras"])
    assert told["parameter_count"] == int(inspected_models["keras.count"].read_text())


def test_a_variable_in_slices_is_one_tensor(inspect, inspected_models):
    (tensor,) = inspect(inspected_models["partitioned"])["tensors"]
    assert tensor == {"name": "parts", "dtype": "float32", "shape": [10, 4], "bytes": 160}


def test_a_call_without_a_signature_tells_its_argument(inspect, inspected_models):
    (variant,) = inspect(inspected_models["vocabulary"])["functions"]["__call__"]
    assert plain(variant["inputs"]) == {"words": {"dtype": "string", "shape": [-1]}}
    assert plain(variant["outputs"]) == {"output_0": {"dtype": "int64", "shape": [-1]}}


def test_python_in_the_graph_is_warned_of(tfhub, inspect, inspected_models):
    told = inspect(inspected_models["python"])
    assert [(w["kind"], w["op"]) for w in told["warnings"]] == [("python", "PyFunc")]
    assert "PyFunc runs Python" in tfhub.ok("inspect", inspected_models["python"]).out


@pytest.mark.parametrize("name", LITE_MODELS)
def test_tflite_is_what_the_interpreter_says(inspect, inspected_models, tensorflow_says, name):
    path = inspected_models[name]
    told, expected = inspect(path), tensorflow_says[str(path)]
    assert told["kind"] == "tflite"
    assert {key: {"inputs": list(s["inputs"]), "outputs": list(s["outputs"])} for key, s in told["signatures"].items()} == expected["signatures"]
    (signature,) = told["signatures"].values()
    for side in ("inputs", "outputs"):
        for ours, theirs in zip(signature[side].values(), expected[side], strict=True):
            assert (ours["dtype"], ours["shape"]) == (theirs["dtype"], theirs["shape"])
            quantization = ours.get("quantization", {"scale": 0.0, "zero_point": 0})
            assert quantization["scale"] == pytest.approx(theirs["scale"]) and quantization["zero_point"] == theirs["zero_point"]
    assert {op["name"]: op["count"] for op in told["ops"]} == expected["ops"]
    for tensor in told["tensors"]:
        assert tensor["dtype"] == expected["tensors"][tensor["name"]]["dtype"]


def test_a_quantised_tflite_says_so(tfhub, inspect, inspected_models):
    told = inspect(inspected_models["quantized.tflite"])
    kernels = [t for t in told["tensors"] if t["dtype"] == "int8"]
    assert kernels and all(t["quantization"]["dtype"] == "int8" for t in kernels)
    assert "int8, scale" in tfhub.ok("inspect", inspected_models["quantized.tflite"]).out


def test_tfjs(inspect, tfhub, scratch):
    told = inspect(models.tfjs_model(scratch / "js"))
    assert (told["kind"], told["format"]) == ("tfjs", "graph-model")
    assert told["tensors"] == [{"name": "dense/kernel", "dtype": "float32", "shape": [10, 10], "bytes": 400}]


@pytest.mark.parametrize("name, model", [("acme/mul/1", "mul"), ("acme/lite/mul/1", "mul.tflite"), ("acme/old-mul/1", "tf1")])
def test_a_handle_is_its_model(inspect, real_hub, name, model):
    assert inspect(f"{real_hub.url}/{name}") == inspect(real_hub.models / model)


def test_a_handle_of_tfjs(inspect, real_hub):
    assert inspect(f"{real_hub.url}/acme/js/1")["kind"] == "tfjs"
    assert inspect(f"{real_hub.url}/acme/js/1", "--format", "tfjs")["kind"] == "tfjs"


def test_an_archive_is_its_model(inspect, inspected_models, scratch):
    archive = scratch / "mul.tar.gz"
    subprocess.run(["tar", "-czf", archive, "-C", inspected_models["mul"], "."], check=True)
    assert inspect(archive) == inspect(inspected_models["mul"])


def test_text_names_what_a_person_looks_for(tfhub, inspected_models):
    out = tfhub.ok("inspect", inspected_models["mul"]).out
    for words in ("SavedModel, TensorFlow 2.", "tagged serve", "1 parameter,", "serving_default", "float32", "(?)"):
        assert words in out


def test_what_cannot_be_read_is_one_sentence(tfhub, scratch, inspected_models):
    tfhub.fails(NOT_FOUND, "inspect", scratch / "none")
    tfhub.fails(USAGE, "inspect")
    broken = models.saved_model(scratch / "broken")
    assert "saved_model.pb" in tfhub.fails(CORRUPT, "inspect", broken).error
    (scratch / "a.tflite").write_bytes(models.tflite_bytes())
    assert "a.tflite" in tfhub.fails(CORRUPT, "inspect", scratch / "a.tflite").error
    cut = scratch / "cut"
    graph = (inspected_models["keras"] / "saved_model.pb").read_bytes()
    for size in (10, len(graph) // 2, len(graph) - 1):
        models.write_tree(cut, {"saved_model.pb": graph[:size]})
        tfhub.fails(CORRUPT, "inspect", cut)


def test_the_known_operations_are_those_of_the_installed_tensorflow():
    script = SUPPORT.parent.parent / "scripts" / "known_ops.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
