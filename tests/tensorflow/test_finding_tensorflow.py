"""TensorFlow is found where it is said or installed; without one, and with a wrong one, the error says the way out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import NOT_FOUND, UNEXPECTED, USAGE

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


# What Python imports before it reads a line of ours, what our line imports, and what it looks for.
IMPORTED = ["contextlib", "functools", "types", "importlib", "collections", "abc", "enum", "keyword", "operator", "os", "re", "site",
            "sitecustomize", "usercustomize", "stat", "io", "threading", "tensorflow", "numpy"]


@pytest.mark.parametrize("relative", ["", ".", "./sub/.."])
def test_nothing_in_the_current_directory_is_executed(tfhub, multiply, scratch, relative):
    there = scratch / "downloads"
    (there / "sub").mkdir(parents=True)
    for name in IMPORTED:
        (there / f"{name}.py").write_text(f"open({str(scratch / 'executed')!r}, 'a').write('{name} ')\n")
    for name in ("python3", "python", "sh"):
        (there / name).write_text(f"#!/bin/sh\necho {name} >> {scratch}/executed\n")
        (there / name).chmod(0o755)
    environment = {"PATH": f"{relative}:{sys.prefix}/bin:{tfhub.env['PATH']}", "PYTHONPATH": relative, "VIRTUAL_ENV": ""}
    assert ran(tfhub.with_env(**environment).ok("run", multiply, *RUN, cwd=there))
    assert not (scratch / "executed").exists(), (scratch / "executed").read_text()


def test_what_the_user_installed_is_found(tfhub, multiply, scratch, package):
    """PYTHONPATH, and `pip install --user`: neither is seen by a Python in isolated mode by itself."""
    plain = "/usr/bin:/bin"
    site = scratch / "site"
    site.mkdir()
    (site / "tensorflow").symlink_to(package)
    assert ran(tfhub.with_env(PATH=plain, PYTHONPATH=str(site)).ok("run", multiply, *RUN))
    asked = ["/usr/bin/python3", "-c", "import site; print(site.getusersitepackages())"]
    user = subprocess.run(asked, env={"HOME": str(scratch), "PATH": plain}, check=True, capture_output=True, text=True)
    Path(user.stdout.strip()).mkdir(parents=True)
    (Path(user.stdout.strip()) / "tensorflow").symlink_to(package)
    assert ran(tfhub.with_env(PATH=plain, HOME=str(scratch)).ok("run", multiply, *RUN))


def test_python3_of_the_path_is_asked(tfhub, multiply):
    assert ran(tfhub.with_env(PATH=f"{sys.prefix}/bin:{tfhub.env['PATH']}").ok("run", multiply, *RUN))


def test_without_tensorflow_the_error_says_how_to_get_it(tfhub, multiply, scratch):
    error = tfhub.with_env(PATH=str(scratch)).fails(NOT_FOUND, "run", multiply, *RUN).error
    assert "pip install tensorflow-cpu" in error and "TFHUB_TENSORFLOW" in error


@pytest.mark.parametrize("wrong, code, sentence", [
    ("/no/such/tensorflow", USAGE, "TFHUB_TENSORFLOW: /no/such/tensorflow: no such file or directory"),
    ("/usr/lib", USAGE, "TFHUB_TENSORFLOW: /usr/lib: no TensorFlow library is in it"),
    ("/etc/passwd", UNEXPECTED, "/etc/passwd cannot be opened as TensorFlow"),
    ("/lib/x86_64-linux-gnu/libm.so.6", UNEXPECTED, "libm.so.6 has no TF_Version"),
])
def test_a_wrong_setting_is_told_and_nothing_else_is_taken(tfhub, multiply, wrong, code, sentence):
    assert sentence in tfhub.with_env(TFHUB_TENSORFLOW=wrong, VIRTUAL_ENV=sys.prefix).fails(code, "run", multiply, *RUN).error
