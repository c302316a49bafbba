"""The models that benchmarks move: made once, kept in build/bench-data."""

import subprocess

import numpy

from support import DATA, PYTHON

FLOAT_BYTES = 500_000_000
SMALL_FILES = 8_000


def float_model():
    """A SavedModel directory of 500 MB of trained-looking floats (normally distributed, as weights are)."""
    directory = DATA / "float"
    data = directory / "variables" / "variables.data-00000-of-00001"
    if not data.exists():
        data.parent.mkdir(parents=True, exist_ok=True)
        (directory / "saved_model.pb").write_bytes(b"\x08\x01")
        (directory / "variables" / "variables.index").write_bytes(b"index")
        weights = numpy.random.default_rng(7).standard_normal(FLOAT_BYTES // 4, dtype=numpy.float32) * 0.05
        part = data.with_suffix(".part")
        weights.tofile(part)
        part.rename(data)
    return directory


# Sixty variables and a chain of functions, about as many nodes as a large vision model has.
TENSORFLOW_MODEL = """
import sys
import tensorflow as tf

class Model(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = [tf.Variable(tf.random.stateless_normal([1444, 1444], seed=[7, i]), name=f"w{i}") for i in range(60)]

    @tf.function(input_signature=[tf.TensorSpec([None, 1444], tf.float32)])
    def __call__(self, x):
        for w in self.w:
            x = tf.nn.relu(tf.linalg.matmul(x, w)) + tf.reduce_mean(x)
        return x

model = Model()
tf.saved_model.save(model, sys.argv[1], signatures=model.__call__)
"""


def tensorflow_model():
    """A real SavedModel of 500 MB, written by TensorFlow."""
    directory = DATA / "tensorflow"
    if not directory.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        part = directory.with_suffix(".part")
        subprocess.run([PYTHON, "-c", TENSORFLOW_MODEL, part], check=True, stderr=subprocess.DEVNULL)
        part.rename(directory)
    return directory


def small_files_model():
    """8,000 files of about 2 KB in 80 directories: an asset-heavy model."""
    directory = DATA / "small"
    if not (directory / "done").exists():
        generator = numpy.random.default_rng(7)
        (directory / "variables").mkdir(parents=True, exist_ok=True)
        (directory / "saved_model.pb").write_bytes(b"\x08\x01")
        for index in range(SMALL_FILES):
            path = directory / "assets" / f"{index // 100:02d}" / f"{index:05d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(generator.integers(97, 123, 2_000, dtype=numpy.uint8)))
        (directory / "done").touch()
    return directory


def archive(directory):
    """The plain .tar.gz that anybody makes: `tar -cz`."""
    path = directory.with_suffix(".tar.gz")
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run(["tar", "-cz", "--owner=0", "--group=0", "-f", part, "-C", directory, "."], check=True)
        part.rename(path)
    return path
