"""The snippets of a model's page do what they say when they are pasted. Those in Python and C++: tests/clients/test_pasted_code.py."""

import json
import subprocess

import pytest

from support import models
from support.command import Tfhub, clean_environment
from support.html_page import snippets
from support.raw_http import get
from support.server import Server

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CORAL = "# Coral acme/tpu/1\nFor an Edge TPU.\n\n<!-- parent-model: acme/mul/1 -->\n<!-- asset-path: https://example.org/x -->\n"


def layers_model(root):
    model = {"format": "layers-model", "modelTopology": {"model_config": {"class_name": "Sequential", "config": {"layers": []}}},
             "weightsManifest": []}
    return models.write_tree(root, {"model.json": json.dumps(model)})


@pytest.fixture(scope="module")
def published(module_scratch):
    root = module_scratch
    return {
        "acme/mul/1": models.saved_model(root / "tf"),
        "acme/old/1": models.tf1_module(root / "old"),
        "acme/lite-model/mul/1": models.tflite_file(root / "mul.tflite"),
        "acme/coral-model/tpu/1": models.tflite_file(root / "tpu.tflite", seed=3),
        "acme/tfjs-model/mul/1": models.tfjs_model(root / "js"),
        "acme/tfjs-model/layers/1": layers_model(root / "layers"),
    }


@pytest.fixture(scope="module")
def hub(binary, module_scratch, published):
    tfhub, store = Tfhub(binary, clean_environment(module_scratch)), module_scratch / "store"
    document = module_scratch / "coral.md"
    document.write_text(CORAL)
    for name, path in published.items():
        extra = ["--doc", document] if "coral" in name else []
        tfhub.ok("publish", path, name, "--store", store, *extra)
    with Server(tfhub, store, log=module_scratch / "serve.log") as server:
        yield server


def of(hub, name) -> dict:
    return snippets(get(hub, f"/{name}", Accept=BROWSER).body.decode())


@pytest.mark.parametrize("name,labels", [
    ("acme/mul/1", ["Python, with tensorflow_hub", "Python, with tfhub", "C++", "Shell", "wget and tar"]),
    ("acme/old/1", ["Python, with tensorflow_hub", "Python, with tfhub", "C++", "Shell", "wget and tar"]),
    ("acme/lite-model/mul/1", ["Python, with LiteRT", "Shell", "C++", "wget"]),
    ("acme/coral-model/tpu/1", ["Python, with LiteRT on an Edge TPU", "Shell", "C++", "wget"]),
    ("acme/tfjs-model/mul/1", ["JavaScript", "Shell", "wget and tar"]),
    ("acme/tfjs-model/layers/1", ["JavaScript", "Shell", "wget and tar"]),
])
def test_a_format_has_the_snippets_of_what_can_load_it(hub, name, labels):
    found = of(hub, name)
    assert list(found) == labels
    assert all(f"{hub.url}/{name}" in code for code in found.values())


@pytest.mark.parametrize("named", ["with version", "without"])
@pytest.mark.parametrize("name", ["acme/mul/1", "acme/lite-model/mul/1", "acme/coral-model/tpu/1", "acme/tfjs-model/mul/1"])
def test_what_is_pasted_into_a_shell_fetches_the_published_files(hub, tfhub, scratch, published, name, named):
    directory = scratch / "bin"
    directory.mkdir()
    (directory / "tfhub").symlink_to(tfhub.binary)
    env = {**tfhub.env, "PATH": f"{directory}:{tfhub.env['PATH']}"}
    code = of(hub, name if named == "with version" else name.rpartition("/")[0])
    pasted = [label for label in code if label in ("Shell", "wget", "wget and tar")]
    assert len(pasted) == 2
    for label in pasted:
        work = scratch / label.replace(" ", "-")
        work.mkdir()
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code[label]], cwd=work, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (label, code[label], done.stderr)
        if (work / "model.tflite").exists():
            assert (work / "model.tflite").read_bytes() == published[name].read_bytes()
        else:
            got = work / "model" if (work / "model").exists() else done.stdout.strip()
            assert models.tree(got) == models.tree(published[name]), label


def test_the_urls_that_tfjs_makes_of_its_snippets_are_answered(hub):
    # loadGraphModel(…, {fromTFHub: true}) asks for <handle>/model.json?tfjs-format=file, then for the shards beside it.
    assert f"loadGraphModel('{hub.url}/acme/tfjs-model/mul/1', {{fromTFHub: true}})" in of(hub, "acme/tfjs-model/mul/1")["JavaScript"]
    model = get(hub, "/acme/tfjs-model/mul/1/model.json?tfjs-format=file").json()
    for path in model["weightsManifest"][0]["paths"]:
        assert get(hub, f"/acme/tfjs-model/mul/1/{path}?tfjs-format=file").status == 200
    # A layers model is loaded from the very URL.
    layers = of(hub, "acme/tfjs-model/layers/1")["JavaScript"]
    assert f"loadLayersModel('{hub.url}/acme/tfjs-model/layers/1/model.json?tfjs-format=file')" in layers
    assert get(hub, "/acme/tfjs-model/layers/1/model.json?tfjs-format=file").json()["format"] == "layers-model"


def test_an_edge_tpu_gets_its_delegate(hub):
    code = of(hub, "acme/coral-model/tpu/1")["Python, with LiteRT on an Edge TPU"]
    compile(code, "snippet", "exec")
    assert 'load_delegate("libedgetpu.so.1")' in code
    assert "load_delegate" not in of(hub, "acme/lite-model/mul/1")["Python, with LiteRT"]
