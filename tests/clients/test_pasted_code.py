"""The snippets of a model's page in Python and C++, run as they are pasted, beside the unmodified libraries."""

import os
import subprocess
import sys

import pytest

from support.html_page import snippets
from support.raw_http import get


def of(server, name) -> dict:
    return snippets(get(server, f"/{name}", Accept="text/html").body.decode())


def run_python(code, tfhub, scratch, cache) -> str:
    directory = scratch / "bin"
    directory.mkdir()
    (directory / "tfhub").symlink_to(tfhub.binary)
    env = {k: v for k, v in os.environ.items() if not k.startswith("TFHUB_")}
    env.update(TFHUB_CACHE_DIR=str(cache.path), CUDA_VISIBLE_DEVICES="", PATH=f"{directory}:{env['PATH']}", TMPDIR=str(scratch))
    done = subprocess.run([sys.executable, "-P", "-c", code], env=env, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, f"{code}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/mul"])
def test_python_with_tensorflow_hub(real_hub, tfhub, scratch, cache, name):
    code = of(real_hub.server, name)["Python, with tensorflow_hub"]
    assert run_python(code + "\nimport tensorflow as tf\nprint(model(tf.constant([2.0])).numpy().tolist())", tfhub, scratch, cache) == "[6.0]\n"


@pytest.mark.parametrize("name", ["acme/lite/mul/1", "acme/lite/mul"])
def test_python_with_litert(real_hub, tfhub, scratch, cache, name):
    code = of(real_hub.server, name)["Python, with LiteRT"]
    told = run_python(code + "\nprint(len(interpreter.get_input_details()), path)", tfhub, scratch, cache)
    assert told.startswith("1 ") and told.endswith(".tflite\n")


def test_cpp(installed, real_hub, scratch, tfhub):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "tfhub"], capture_output=True, text=True, check=True,
                           env={**os.environ, "PKG_CONFIG_PATH": str(next(installed.rglob("tfhub.pc")).parent)}).stdout.split()
    library = next(installed.rglob("libtfhub.so")).parent
    for name in ("acme/mul/1", "acme/lite/mul/1"):
        code = of(real_hub.server, name)["C++"]
        main = '\n#include <cstdio>\nint main() { return path ? std::puts(path->c_str()) < 0 : static_cast<int>(path.error().code()); }\n'
        (scratch / "snippet.cc").write_text(code + main)
        built = subprocess.run(["g++", "-std=c++20", scratch / "snippet.cc", "-o", scratch / "snippet", *flags],
                               capture_output=True, text=True, timeout=170)
        assert built.returncode == 0, built.stderr
        env = {**tfhub.env, "LD_LIBRARY_PATH": str(library)}
        done = subprocess.run([scratch / "snippet"], env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and os.path.exists(done.stdout.strip()), done
