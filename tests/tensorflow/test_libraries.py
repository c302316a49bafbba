"""Programs in C++ and C load and run models through the installed library."""

import os
import subprocess

import pytest

from support.cmake import build, run
from support.command import REPOSITORY, USAGE


@pytest.fixture
def environment(runner):
    return {**runner.env, "TF_CPP_MIN_LOG_LEVEL": "3"}


def test_a_cpp_program_runs_models_from_many_threads(consumers, cases, environment):
    told = run(consumers / "several_cpp", cases / "several/model", cases / "counter/model", env=environment).splitlines()
    assert told == [
        "scaled float32 3 2: 3 6 9 12 15 18",
        "sum float32: 21",
        f"large int64: {2**40 + 3}",
        "shouted string 2: ONE FOUR",
        "long bool 2: 0 1",
        "again float32 3 2: 6 12 18 24 30 36",
        "the input 'n' is int64 (), but the signature serving_default wants int32 ()",
        "kept float32 3 2: 3 6 9 12 15 18",
        "count int64: 401",
        f"{cases / 'several/model'} has no graph with the tags gpu; it has graphs with: serve",
    ]


def test_a_c_program_runs_a_model_of_several_inputs_and_outputs(consumers, cases, environment):
    told = run(consumers / "several_c", cases / "several/model", env=environment).splitlines()
    assert told[0].startswith('{"serving_default":{"inputs":{"n":{"dtype":"int32","shape":[]},"words":{"dtype":"string","shape":[-1]}')
    assert told[1:] == [
        "scaled float32 3 2: 3 6 9 12 15 18",
        "shouted string 2: ONE FOUR",
        "long bool 2: 0 1",
        "the signature has no output 'none'; tfhub_model_signatures lists them",
    ]


def test_the_examples_run_a_model_behind_a_handle(installed, publish, serve, cases, environment, scratch):
    publish("acme/multiply/1", cases / "multiply/model")
    handle = f"{serve().url}/acme/multiply/1"
    cpp = build(REPOSITORY / "examples/cpp", scratch / "cpp", installed)
    assert run(cpp / "run", handle, "serving_default", env=environment) == "output_0 float32 1\n"
    c = build(REPOSITORY / "examples/c", scratch / "c", installed)
    assert run(c / "run", handle, "x", "output_0", "1", "2.5", env=environment) == "3\n7.5\n"
    refused = subprocess.run([c / "run", handle, "y", "output_0", "1"], capture_output=True, text=True, env=environment)
    assert refused.returncode == USAGE and "no input 'y'" in refused.stderr
    missing = {**environment, "TFHUB_TENSORFLOW": os.devnull + "/none"}
    refused = subprocess.run([cpp / "run", handle, "serving_default"], capture_output=True, text=True, env=missing)
    assert refused.returncode == USAGE and "TFHUB_TENSORFLOW" in refused.stderr
