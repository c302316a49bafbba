"""Models that only the tests of `tfhub inspect` need, built in one process: python tf_inspected.py DIRECTORY.

keras (a trained tf_keras model in SavedModel form, with its optimizer), python (calls back into Python), partitioned (a TF1
variable in slices), quantized.tflite (integers inside), frozen.tflite (without signatures).
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402


def keras(root: Path):
    model = tf_keras.Sequential([tf_keras.layers.Dense(4, input_shape=[3], activation="relu"), tf_keras.layers.Dense(2)])
    model.compile("adam", "mse")
    data = np.random.default_rng(7).standard_normal((64, 3)).astype("float32")
    model.fit(data, data[:, :2], verbose=0)
    model.save(str(root / "keras"), save_format="tf")
    (root / "keras.count").write_text(str(model.count_params()))

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([row[None]] for row in data)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    (root / "quantized.tflite").write_bytes(converter.convert())


def python(root: Path):
    module = tf.Module()
    module.f = tf.function(lambda x: tf.numpy_function(lambda a: a, [x], tf.float32), input_signature=[tf.TensorSpec(None, tf.float32)])
    tf.saved_model.save(module, str(root / "python"), signatures=module.f)


def partitioned(root: Path):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        weights = v1.get_variable("parts", [10, 4], partitioner=v1.fixed_size_partitioner(3), use_resource=False)
        x = v1.placeholder(tf.float32, [None, 10])
        session.run(v1.global_variables_initializer())
        y = tf.matmul(x, tf.convert_to_tensor(weights))
        v1.saved_model.simple_save(session, str(root / "partitioned"), {"x": x}, {"y": y})


def main(root: Path):
    keras(root)
    python(root)
    partitioned(root)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
