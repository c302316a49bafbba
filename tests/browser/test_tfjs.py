"""TF.js in a page of somebody else's origin, with a trained model out of the hub."""

import shutil

import numpy as np
import pytest

from support import basic_pitch
from support.basic_pitch import JS_NAME
from support.browser import Heard
from support.browser_origin import Origin
from support.command import Tfhub, clean_environment

PAGE = """<!doctype html><html lang="en"><title>Notes</title><link rel="icon" href="data:,">
<input type="file" multiple><script src="tf.min.js"></script>"""
# By the processor: what a machine has of graphics decides nothing here.
PREDICT = """async ([how, where, sound]) => {
  await tf.setBackend('cpu');
  const model = await (how === 'hub' ? tf.loadGraphModel(where, {fromTFHub: true}) :
                       tf.loadGraphModel(tf.io.browserFiles([...document.querySelector('input').files]
                         .sort((a, b) => b.name.endsWith('.json') - a.name.endsWith('.json')))));
  const outputs = model.execute(tf.tensor(sound, [1, sound.length, 1]), ['Identity', 'Identity_1', 'Identity_2']);
  return Promise.all(outputs.map(async (t) => [t.shape, [...await t.data()]]));
}"""


@pytest.fixture(scope="module")
def expected():
    """What the same network, as a TF Lite file, makes of the same sound."""
    return basic_pitch.lite_prediction(basic_pitch.tflite(), basic_pitch.chord())


@pytest.fixture(scope="module")
def origin(session_directory):
    root = session_directory / "origin"
    root.mkdir()
    (root / "index.html").write_text(PAGE)
    shutil.copy(basic_pitch.tfjs().parents[2] / "@tensorflow/tfjs/dist/tf.min.js", root)
    with Origin(root) as origin:
        yield origin


def predict(page, how, where="") -> dict:
    outputs = page.evaluate(PREDICT, [how, where, basic_pitch.chord().ravel().tolist()])
    return {name: np.array(values).reshape(shape) for name, (shape, values) in zip(["contour", "note", "onset"], outputs)}


def must_be_the_same(found, expected):
    assert basic_pitch.heard(found["note"]) == set(basic_pitch.CHORD)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("handle", [JS_NAME, JS_NAME.removesuffix("/1")], ids=["version", "latest"])
def test_a_handle_is_loaded_and_predicts(open_page, hub, origin, expected, handle):
    page = open_page()
    heard = Heard.of(page)
    page.goto(origin.url)
    must_be_the_same(predict(page, "hub", f"{hub.url}/{handle}"), expected)
    assert heard.complaints == []
    asked = {r.url.removeprefix(hub.url) for r in heard.elsewhere(origin.url) if not r.url.startswith("data:")}
    assert asked == {f"/{handle}/{file}?tfjs-format=file" for file in ("model.json", "group1-shard1of1.bin")}


def test_what_was_pulled_is_loaded_from_disk_and_predicts(open_page, hub, origin, expected, binary, scratch):
    tfhub = Tfhub(binary, clean_environment(scratch))
    directory = tfhub.ok("pull", f"{hub.url}/{JS_NAME}", "--format", "tfjs", "-o", scratch / "model").path
    page = open_page()
    page.goto(origin.url)
    page.locator("input").set_input_files(sorted(directory.iterdir()))
    must_be_the_same(predict(page, "files"), expected)


def test_its_page_says_nothing_that_is_true_of_tensorflow_only(open_page):
    page = open_page(f"/{JS_NAME}")
    assert page.locator(".warning").count() == 0  # TF.js has every operation of it
    table = page.locator("table", has=page.locator("th", has_text="Archive (.tar.gz)"))
    assert table.locator("th").all_inner_texts() == ["Archive (.tar.gz)", "Single files"]
    assert page.locator("dt", has_text="TensorFlow version").count() == 1
    assert page.locator("dt:has-text('TensorFlow version') + dd").inner_text()[0].isdigit()
