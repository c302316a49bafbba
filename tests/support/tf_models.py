"""Builds the real models, once a session, in one process: python tf_models.py DIRECTORY.

mul (x*3, a variable), vocabulary (a table from an asset file), dense (for KerasLayer: trainable, with a regularisation
loss), moody (knows training; two signatures), tf1 (TF1 Hub format), mul.tflite, big (40 MB of random floats), deep (450 tensors).
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf  # noqa: E402

FLOATS = tf.TensorSpec([None], tf.float32)


class Multiply(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(3.0)

    @tf.function(input_signature=[FLOATS])
    def __call__(self, x):
        return x * self.w


class Vocabulary(tf.Module):
    def __init__(self, words: str):
        super().__init__()
        self.words = tf.saved_model.Asset(words)
        keys = tf.lookup.TextFileInitializer(self.words, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
                                             tf.lookup.TextFileIndex.LINE_NUMBER)
        self.table = tf.lookup.StaticHashTable(keys, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, words):
        return self.table.lookup(words)


class Dense(tf.__internal__.tracking.AutoTrackable):
    """The reusable SavedModel interface: __call__, variables, trainable_variables, regularization_losses."""

    def __init__(self):
        super().__init__()
        self.w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
        self.variables = [self.w]
        self.trainable_variables = [self.w]
        self.regularization_losses = [self._loss]

    @tf.function(input_signature=[])
    def _loss(self):
        return 0.5 * tf.reduce_sum(self.w * self.w)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def __call__(self, x):
        return tf.linalg.matmul(x, self.w)


class Moody(tf.__internal__.tracking.AutoTrackable):
    """Twice in training, once otherwise; with signatures of several outputs."""

    def __init__(self):
        super().__init__()
        self.w = tf.Variable([[1.0], [1.0]], name="w")
        self.still = tf.Variable(0.0, trainable=False)
        self.variables = [self.w, self.still]
        self.trainable_variables = [self.w]
        for training in (True, False):
            self.__call__.get_concrete_function(tf.TensorSpec([None, 2], tf.float32), training=training,
                                                factor=tf.TensorSpec([], tf.float32))

    @tf.function
    def __call__(self, x, training=False, factor=1.0):
        return tf.matmul(x, self.w) * factor * (2.0 if training else 1.0) + self.still

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
    def parts(self, x):
        return {"sum": tf.reduce_sum(x, axis=1), "count": tf.shape(x)[0], "names": tf.strings.as_string(x)}


class Big(tf.Module):
    def __init__(self):
        super().__init__()
        self.table = tf.Variable(tf.random.stateless_normal([10_000_000], seed=[1, 2]))

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def __call__(self, i):
        return self.table[i]


def save_tf1(path: str):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        y = x * v1.get_variable("w", initializer=7.0)
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(path)
        signature = v1.saved_model.signature_def_utils.predict_signature_def({"x": x}, {"default": y})
        builder.add_meta_graph_and_variables(session, [], signature_def_map={"default": signature})
        builder.save()
    # ModuleDef{format: FORMAT_V3}: what makes a SavedModel a module of the TF1 Hub format.
    (Path(path) / "tfhub_module.pb").write_bytes(b"\x08\x03")


class Block(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernels = [tf.Variable(tf.eye(4)) for _ in range(6)]
        self.gamma, self.beta = tf.Variable(tf.ones([4])), tf.Variable(tf.zeros([4]))
        self.mean, self.variance = (tf.Variable(tf.zeros([4]), trainable=False), tf.Variable(tf.ones([4]), trainable=False))

    def __call__(self, x):
        for kernel in self.kernels:
            x = tf.matmul(x, kernel)
        return (x - self.mean) / tf.sqrt(self.variance) * self.gamma + self.beta


class Deep(tf.Module):
    """45 blocks of 10 tensors, as the large networks have: 450 in all."""

    def __init__(self):
        super().__init__()
        self.blocks = [Block() for _ in range(45)]

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
    def __call__(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def main(root: Path):
    multiply = Multiply()
    tf.saved_model.save(multiply, str(root / "mul"), signatures=multiply.__call__)
    words = root / "words.txt"
    words.write_text("red\ngreen\nblue\n")
    tf.saved_model.save(Vocabulary(str(words)), str(root / "vocabulary"))
    tf.saved_model.save(Dense(), str(root / "dense"))
    moody = Moody()
    tf.saved_model.save(moody, str(root / "moody"), signatures={"parts": moody.parts, "again": moody.parts})
    tf.saved_model.save(Big(), str(root / "big"))
    deep = Deep()
    tf.saved_model.save(deep, str(root / "deep"), signatures=deep.__call__)
    save_tf1(str(root / "tf1"))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([multiply.__call__.get_concrete_function()], multiply)
    (root / "mul.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
