"""`tfhub inspect`, against TensorFlow's own saved_model_cli. (Not named inspect: that is a module of Python's.)"""

import statistics
import subprocess

import models
from support import PYTHON, TFHUB, Row, environment, fresh_directory, seconds

SAVED_MODEL_CLI = "from tensorflow.python.tools.saved_model_cli import main; main()"


def float_model(rounds):
    """Whole processes, on a model of 500 MB whose graph and index are in memory."""
    model = models.tensorflow_model()
    with fresh_directory("/dev/shm") as work:
        env = environment(work / "cache")
        ours = statistics.median(seconds([TFHUB, "inspect", model], env=env) for _ in range(rounds * 20))
        peer = seconds([PYTHON, "-c", SAVED_MODEL_CLI, "show", "--dir", model, "--all"], env=env, stderr=subprocess.DEVNULL)
    yield Row("inspecting a SavedModel of 500 MB, whole process", f"{ours * 1000:.2f} ms", "50 ms", ours * 1000, 50, 50,
              "ms", less_is_better=True)
    yield Row("the same against saved_model_cli show --all", f"{ours * 1000:.2f} ms", f"{peer:.2f} s", peer / ours, 10, 100)


CASES = [float_model]
