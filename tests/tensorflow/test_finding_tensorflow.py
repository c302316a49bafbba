"""TensorFlow is found where it is said or installed; without one, and with a wrong one, the error says the way out."""

import json
import sys

import pytest

from support.command import UNEXPECTED, USAGE

RUN = ["--inputs", "x=[1, 2]", "--json"]


@pytest.fixture
def multiply(cases):
    return cases / "multiply/model"


def ran(finished) -> bool:
    return json.loads(finished.out)["outputs"]["output_0"]["values"] == [3, 6]


def test_the_setting_names_the_package_folder_or_the_library(tfhub, package, multiply):
    for path in (package, package / "libtensorflow_cc.so.2"):
        assert ran(tfhub.with_env(TFHUB_TENSORFLOW=str(path)).ok("run", multiply, *RUN))


def test_the_active_environment_of_python_is_asked(tfhub, multiply, scratch):
    (scratch / "tensorflow").mkdir()  # not what Python would import: the directory that somebody happens to be in
    assert ran(tfhub.with_env(VIRTUAL_ENV=sys.prefix).ok("run", multiply, *RUN, cwd=scratch))


def test_python3_of_the_path_is_asked(tfhub, multiply):
    assert ran(tfhub.with_env(PATH=f"{sys.prefix}/bin:{tfhub.env['PATH']}").ok("run", multiply, *RUN))


def test_without_tensorflow_the_error_says_how_to_get_it(tfhub, multiply, scratch):
    error = tfhub.with_env(PATH=str(scratch)).fails(UNEXPECTED, "run", multiply, *RUN).error
    assert "pip install tensorflow-cpu" in error and "TFHUB_TENSORFLOW" in error


@pytest.mark.parametrize("wrong, code, sentence", [
    ("/no/such/tensorflow", USAGE, "TFHUB_TENSORFLOW: /no/such/tensorflow: no such file or directory"),
    ("/usr/lib", USAGE, "TFHUB_TENSORFLOW: /usr/lib: no TensorFlow library is in it"),
    ("/etc/passwd", UNEXPECTED, "/etc/passwd cannot be opened as TensorFlow"),
    ("/lib/x86_64-linux-gnu/libm.so.6", UNEXPECTED, "libm.so.6 has no TF_Version"),
])
def test_a_wrong_setting_is_told_and_nothing_else_is_taken(tfhub, multiply, wrong, code, sentence):
    assert sentence in tfhub.with_env(TFHUB_TENSORFLOW=wrong, VIRTUAL_ENV=sys.prefix).fails(code, "run", multiply, *RUN).error
