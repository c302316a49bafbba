"""`tfhub run` gives what Python's TensorFlow gives, on models of every kind; what goes wrong is one sentence."""

import json
import shutil

import numpy as np
import pytest

from support import basic_pitch, models
from support.cases import NAMES, Case, arrays, write_cases
from support.command import CORRUPT, NOT_FOUND, USAGE


@pytest.mark.parametrize("name", NAMES)
def test_the_outputs_are_those_of_tensorflow_in_python(runner, cases, scratch, name):
    case = Case(cases / name)
    told = runner.ok("run", case.model, "--signature", case.signature, "--inputs", *case.inputs, "--output-dir", scratch / "out")
    assert told.err == ""
    outputs = arrays(scratch / "out")
    assert outputs.keys() == case.expected.keys()
    for key, wanted in case.expected.items():
        assert outputs[key].dtype == wanted.dtype and outputs[key].shape == wanted.shape
        np.testing.assert_array_equal(outputs[key], wanted)
    lines = [line.split(" ", 2) for line in told.out.splitlines()]
    assert [line[0] for line in lines] == sorted(case.expected)
    for key, dtype, shape in lines:
        wanted = case.expected[key]
        assert dtype == ("string" if wanted.dtype.kind == "S" else wanted.dtype.name)
        assert shape == "(" + ", ".join(map(str, wanted.shape)) + ")"


def test_a_handle_is_fetched_run_and_found_in_the_cache_the_next_time(runner, publish, serve, cases):
    publish("acme/several/1", cases / "several/model")
    server = serve()
    words = ["--inputs", "x=[[1,2],[3,4]]", "n=3", 'words=["one", "four"]', "--json"]
    first = json.loads(runner.ok("run", f"{server.url}/acme/several/1", *words).out)
    assert first["signature"] == "serving_default"
    assert first["outputs"] == {
        "large": {"dtype": "int64", "shape": [], "values": 2**40 + 3},
        "long": {"dtype": "bool", "shape": [2], "values": [False, True]},
        "scaled": {"dtype": "float32", "shape": [2, 2], "values": [[3, 6], [9, 12]]},
        "shouted": {"dtype": "string", "shape": [2], "values": ["ONE", "FOUR"]},
        "sum": {"dtype": "float32", "shape": [], "values": 10},
    }
    server.stop()
    assert json.loads(runner.ok("run", f"{server.url}/acme/several/1", *words).out) == first


def test_basic_pitch_hears_the_chord_and_gives_what_python_gives(runner, publish, serve, scratch):
    publish(basic_pitch.NAME, basic_pitch.saved_model())
    case = Case(scratch / "case")
    (case.path / "inputs").mkdir(parents=True)
    np.save(case.path / "inputs/input_2.npy", basic_pitch.chord())
    write_cases(case.path, basic_pitch.saved_model())
    runner.ok("run", f"{serve().url}/{basic_pitch.NAME}", "--inputs", *case.inputs, "--output-dir", scratch / "out")
    outputs = arrays(scratch / "out")
    assert outputs.keys() == {"contour", "note", "onset"} == case.expected.keys()
    for key, wanted in case.expected.items():
        np.testing.assert_allclose(outputs[key], wanted, rtol=1e-4, atol=1e-5)
    assert basic_pitch.heard(outputs["note"]) == set(basic_pitch.CHORD)


def test_an_archive_and_a_file_url_are_run_as_the_directory_is(runner, cases, scratch):
    archive = shutil.make_archive(scratch / "vocabulary", "gztar", cases / "vocabulary/model")
    for path in (archive, f"file://{cases / 'vocabulary/model'}"):
        told = json.loads(runner.ok("run", path, "--inputs", 'words=["green", "none"]', "--json").out)
        assert [output["values"] for output in told["outputs"].values()] == [[1, -1]]
    assert not list((scratch / "tmp").iterdir()), "what was unpacked is still there"


def test_a_module_of_tf1_is_loaded_without_tags_and_its_only_signature_is_taken(runner, cases):
    told = json.loads(runner.ok("run", cases / "tf1/model", "--inputs", "x=[1, 2]", "--json").out)
    assert told == {"signature": "default", "outputs": {"default": {"dtype": "float32", "shape": [2], "values": [7, 14]}}}


def test_arrays_in_fortran_order_big_endian_and_of_text_are_taken(runner, cases, scratch):
    np.save(scratch / "x.npy", np.asfortranarray(np.array([[1, 2], [3, 4], [5, 6]], ">f4")))
    np.save(scratch / "n.npy", np.array(2, ">i4"))
    np.save(scratch / "words.npy", np.array(["gr\u00fcn", "rot"]))
    inputs = [f"{name}={scratch / name}.npy" for name in ("x", "n", "words")]
    told = json.loads(runner.ok("run", cases / "several/model", "--inputs", *inputs, "--json").out)["outputs"]
    assert told["scaled"]["values"] == [[2, 4], [6, 8], [10, 12]]
    assert told["long"]["values"] == [True, True]


def test_the_benchmark_tells_latencies_that_are_in_order(runner, cases):
    told = json.loads(runner.ok("run", cases / "multiply/model", "--inputs", "x=[1]", "--benchmark", 30, "--json").out)
    latency = told["latency"]
    assert latency["runs"] == 30
    assert 0 < latency["min_ms"] <= latency["median_ms"] <= latency["p90_ms"] <= latency["p99_ms"]
    assert latency["runs_per_second"] > 0
    lines = runner.ok("run", cases / "multiply/model", "--inputs", "x=[1]", "--benchmark", 3).out.splitlines()
    assert len(lines) == 2 and lines[1].startswith("latency of 3 runs: min ")


@pytest.mark.parametrize("words, sentence", [
    (["--inputs", "n=3", 'words=["a"]'], "the input 'x' of the signature serving_default is missing; it takes n (int32 ()), "
                                         "words (string (?)), x (float32 (?, 2))"),
    (["--inputs", "x=[[1,2]]", "n=3", 'words=["a"]', "y=1"], "has no input 'y'; it takes"),
    (["--inputs", "x=[1,2]", "n=3", 'words=["a"]'], "'x' is float32 (2), but the signature serving_default wants float32 (?, 2)"),
    (["--inputs", "x=[[1,2]]", "n=3.5", 'words=["a"]'], "--inputs n: 3.5 is no int32"),
    (["--inputs", "x=[[1,2],[3]]", "n=3", 'words=["a"]'], "different lengths"),
    (["--signature", "none"], "there is no signature 'none'; the model has serving_default"),
    (["--tags", "serve,gpu"], "no graph with the tags serve,gpu; it has graphs with: serve"),
    (["--inputs", "x"], "'x' is no input"),
    (["--json", "--output-dir", "/out"], "--json and --output-dir"),
])
def test_what_does_not_fit_the_model_is_told_by_its_name(runner, cases, words, sentence):
    assert sentence in runner.fails(USAGE, "run", cases / "several/model", *words).error


def test_what_tensorflow_refuses_when_it_runs_is_told_in_its_words(runner, cases):
    assert "x must not be negative" in runner.fails(USAGE, "run", cases / "picky/model", "--inputs", "x=[-1]").error


def test_files_that_are_not_there_or_no_arrays_are_named(runner, cases, scratch):
    (scratch / "bad.npy").write_bytes(b"bad")
    np.save(scratch / "objects.npy", np.array([{}]), allow_pickle=True)
    model = cases / "multiply/model"
    assert "none.npy" in runner.fails(NOT_FOUND, "run", model, "--inputs", f"x={scratch / 'none.npy'}").error
    assert "bad.npy: it is no .npy file" in runner.fails(CORRUPT, "run", model, "--inputs", f"x={scratch / 'bad.npy'}").error
    assert "'|O'" in runner.fails(CORRUPT, "run", model, "--inputs", f"x={scratch / 'objects.npy'}").error


def test_models_that_tensorflow_cannot_run_or_load_are_told_apart(runner, cases, scratch, real_models):
    assert "is a TensorFlow Lite model" in runner.fails(USAGE, "run", real_models / "mul.tflite").error
    assert "is a TF.js model" in runner.fails(USAGE, "run", models.tfjs_model(scratch / "js")).error
    runner.fails(NOT_FOUND, "run", scratch / "none")
    runner.fails(CORRUPT, "run", scratch)
    broken = scratch / "broken"
    shutil.copytree(cases / "multiply/model", broken)
    (broken / "variables/variables.data-00000-of-00001").write_bytes(b"")
    assert "TensorFlow 2." in runner.fails(CORRUPT, "run", broken, "--inputs", "x=[1]").error
