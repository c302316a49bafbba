"""Models with inputs and what Python's TensorFlow makes of them, made in one process: python -m support.tf_cases DIRECTORY [MODEL].

DIRECTORY/<case>/model, inputs/<name>.npy, expected/<name>.npy, signature. With MODEL (a path): DIRECTORY holds the inputs
of a case of that model already, and only what is expected is written.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from support.cases import TYPES  # noqa: E402
from support.tf_models import Multiply, Vocabulary, save_tf1  # noqa: E402


class Several(tf.Module):
    """Inputs and outputs of several types and ranks, in one signature."""

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x"), tf.TensorSpec([], tf.int32, name="n"),
                                  tf.TensorSpec([None], tf.string, name="words")])
    def __call__(self, x, n, words):
        return {"scaled": x * tf.cast(n, tf.float32), "sum": tf.reduce_sum(x), "large": tf.cast(n, tf.int64) + 2**40,
                "shouted": tf.strings.upper(words), "long": tf.strings.length(words) > n}


class Reverse(tf.Module):
    """A signature for each type, which turns its input around."""

    def signatures(self):
        return {dtype: tf.function(lambda x: {"y": tf.reverse(x, [0])}).get_concrete_function(
            tf.TensorSpec([None, 2], dtype, name="x")) for dtype in TYPES}


class Counter(tf.Module):
    """Counts how often it was called."""

    def __init__(self):
        super().__init__()
        self.count = tf.Variable(0, dtype=tf.int64)

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name="by")])
    def __call__(self, by):
        return {"count": self.count.assign_add(by)}


class Picky(tf.Module):
    """Refuses negative numbers when it runs."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def __call__(self, x):
        with tf.control_dependencies([tf.debugging.assert_non_negative(x, message="x must not be negative")]):
            return {"root": tf.sqrt(x)}


def expect(directory: Path, model: Path, signature: str, inputs: dict):
    """Writes what the signature of the saved model makes of `inputs`."""
    outputs = tf.saved_model.load(str(model)).signatures[signature](**{k: tf.constant(v) for k, v in inputs.items()})
    for folder, tensors in (("inputs", inputs), ("expected", {k: v.numpy() for k, v in outputs.items()})):
        (directory / folder).mkdir(parents=True, exist_ok=True)
        for name, value in tensors.items():
            array = np.asarray(value)
            np.save(directory / folder / f"{name}.npy", array.astype("S") if array.dtype == object else array)
    (directory / "signature").write_text(signature)


def values(dtype: str) -> np.ndarray:
    if dtype == "string":
        return np.array([[b"red", b""], ["gr\u00fcn".encode(), b"a longer word than fits into a small string"]])
    if dtype == "bool":
        return np.array([[True, False], [False, False], [True, True]])
    limits = np.finfo(dtype) if dtype.startswith("float") else np.iinfo(dtype)
    return np.array([[0, 1], [limits.max, limits.min], [2, 3]], dtype=dtype)


def main(root: Path):
    def case(name: str, module, signature="serving_default", signatures=None, **inputs):
        model = root / name / "model"
        if not model.exists():
            tf.saved_model.save(module, str(model), signatures=signatures or module.__call__)
        expect(root / name, model, signature, inputs)

    case("multiply", Multiply(), x=np.arange(5, dtype=np.float32))
    case("empty", Multiply(), x=np.zeros([0], np.float32))
    words = root / "words.txt"
    words.write_text("red\ngreen\nblue\n")
    vocabulary = Vocabulary(str(words))
    case("vocabulary", vocabulary, words=np.array([b"blue", b"red", b"pink"]))
    words.unlink()  # its copy in the model's assets is what counts
    case("several", Several(), x=np.array([[1, 2], [3, 4], [5, 6]], np.float32), n=np.int32(3), words=np.array([b"one", b"four"]))
    case("counter", Counter(), by=np.int64(5))
    case("picky", Picky(), x=np.array([4, 9], np.float32))
    reverse = Reverse()
    tf.saved_model.save(reverse, str(root / "reverse"), signatures=reverse.signatures())
    for dtype in TYPES:
        expect(root / f"reverse_{dtype}", root / "reverse", dtype, {"x": values(dtype)})
        (root / f"reverse_{dtype}" / "model").symlink_to(root / "reverse")
    save_tf1(str(root / "tf1" / "model"))
    expect(root / "tf1", root / "tf1" / "model", "default", {"x": np.array([1, 2], np.float32)})


def only_expected(root: Path, model: str):
    inputs = {file.stem: np.load(file) for file in (root / "inputs").glob("*.npy")}
    expect(root, Path(model), "serving_default", inputs)


if __name__ == "__main__":
    only_expected(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else main(Path(sys.argv[1]))
