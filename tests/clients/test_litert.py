"""A trained .tflite out of the hub, run by the runtime of phones, against TensorFlow on the SavedModel of the same network."""

import numpy as np
import pytest

from support import basic_pitch
from support.server import Server


@pytest.fixture
def hub(tfhub, store, scratch):
    tfhub.ok("publish", basic_pitch.saved_model(), basic_pitch.NAME, "--store", store)
    tfhub.ok("publish", basic_pitch.tflite(), basic_pitch.LITE_NAME, "--store", store)
    with Server(tfhub, store, log=scratch / "serve.log") as server:
        yield server


def test_a_pulled_tflite_predicts_what_the_resolved_saved_model_does(tfhub, hub, scratch, cache, tensorflow_hub):
    handle = f"{hub.url}/{basic_pitch.LITE_NAME}"
    pulled = tfhub.ok("pull", handle, "--format", "tflite", "-o", scratch / "notes.tflite").path
    assert pulled.read_bytes() == basic_pitch.tflite().read_bytes()
    sound = basic_pitch.chord()
    lite = basic_pitch.lite_prediction(pulled, sound)
    full = tensorflow_hub("predict", cache.path, handle=f"{hub.url}/{basic_pitch.NAME}", value=sound.tolist())
    assert basic_pitch.heard(lite["note"]) == set(basic_pitch.CHORD)
    assert lite.keys() == full.keys() == {"contour", "note", "onset"}
    # Probabilities. The network makes much of the last bit: without AVX-512, two kernels of this one runtime are 0.0009 apart.
    for name, values in full.items():
        np.testing.assert_allclose(lite[name], np.array(values), rtol=0, atol=0.005, err_msg=name)
