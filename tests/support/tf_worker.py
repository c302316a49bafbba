"""The unmodified tensorflow_hub in a process that lives as long as the session: its import takes seconds.

Reads one JSON request a line, answers one JSON line: {"op": …, "env": {…}, …} → {"value": …} or {"error": …}.
"""

import json
import os
import sys
import traceback

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # tensorflow_hub's progress goes to stdout: keep it out of the answers

import tensorflow as tf  # noqa: E402
import tensorflow_hub as hub  # noqa: E402
import urllib.request  # noqa: E402


def fresh_resolvers():
    """tensorflow_hub reads certificate settings when its resolvers are made, at import: make them anew."""
    from tensorflow_hub import config, registry

    registry.resolver.clear_implementations()
    config._run()


def resolve(handle):
    return hub.resolve(handle)


def uncompressed_location(handle):
    """What resolve does with UNCOMPRESSED up to the moment it opens the bucket, which is not there in a test."""
    from tensorflow_hub import uncompressed_module_resolver

    resolver = uncompressed_module_resolver.HttpUncompressedFileResolver()
    assert resolver.is_supported(handle)
    return resolver._request_gcs_location(resolver._append_uncompressed_format_query(handle))


def call(handle, value, dtype, signature=None, io_device=None):
    options = tf.saved_model.LoadOptions(experimental_io_device=io_device) if io_device else None
    module = hub.load(handle, options=options)
    argument = tf.constant(value, dtype=dtype)
    if signature:
        return module.signatures[signature](argument)["default"].numpy().tolist()
    result = module(argument)
    return result.numpy().tolist()


def predict(handle, value):
    outputs = hub.load(handle).signatures["serving_default"](tf.constant(value, tf.float32))
    return {name: tensor.numpy().tolist() for name, tensor in outputs.items()}


def keras_layer(handle, value, trainable):
    layer = hub.KerasLayer(handle, trainable=trainable)
    result = layer(tf.constant(value))
    return {"value": result.numpy().tolist(), "trainable": len(layer.trainable_variables), "losses": [float(l) for l in layer.losses]}


def keras_model(handle, value):
    import tf_keras

    model = tf_keras.Sequential([hub.KerasLayer(handle, input_shape=[2])])
    return model.predict(tf.constant(value), verbose=0).tolist()


def run_tflite(path, value):
    interpreter = tf.lite.Interpreter(model_path=path)
    entry, exit_ = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(entry["index"], [len(value)])
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry["index"], tf.constant(value, tf.float32).numpy())
    interpreter.invoke()
    return interpreter.get_tensor(exit_["index"]).tolist()


def race(handle, processes, gate):
    """`processes` forks that all resolve when the FIFO `gate` is opened at its other end; each says by a file that it waits."""
    pipes = []
    for _ in range(processes):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            open(f"{gate}.{os.getpid()}", "w").close()
            open(gate).close()
            try:
                text = hub.resolve(handle)
            except BaseException as error:  # the parent reports it
                text = f"error: {error!r}"
            os.write(writer, text.encode())
            os._exit(0)
        os.close(writer)
        pipes.append((pid, reader))
    results = []
    for pid, reader in pipes:
        with os.fdopen(reader) as stream:
            results.append(stream.read())
        os.waitpid(pid, 0)
    return results


def serve():
    print(json.dumps({"value": "ready"}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        environment = request.pop("env")
        before = {name: os.environ.get(name) for name in environment}
        os.environ.update(environment)
        urllib.request.install_opener(None)  # urllib keeps the proxies of its first call
        try:
            fresh_resolvers()
            answer = {"value": globals()[request.pop("op")](**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve()
