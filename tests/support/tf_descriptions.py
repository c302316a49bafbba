"""What TensorFlow itself says of models, as JSON: python tf_descriptions.py PATH… → {path: description}.

A directory is loaded as a SavedModel, a .tflite file by the interpreter. Unknown dimensions are -1, an unknown rank None,
as `tfhub inspect --json` has them.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2  # noqa: E402


def spec(tensor):
    shape = None if tensor.shape.rank is None else [-1 if size is None else size for size in tensor.shape.as_list()]
    return {"dtype": tf.as_dtype(tensor.dtype).name, "shape": shape}


def saved_model(path: Path) -> dict:
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((path / "saved_model.pb").read_bytes())
    graphs = proto.meta_graphs
    loaded = tf.saved_model.load(str(path))
    signatures = {
        name: {
            "inputs": {key: spec(value) for key, value in function.structured_input_signature[1].items()},
            "outputs": {key: spec(value) for key, value in function.structured_outputs.items()},
        }
        for name, function in loaded.signatures.items()
    }
    ops = {}
    for graph in graphs:
        functions = {function.signature.name for function in graph.graph_def.library.function}
        for nodes in [graph.graph_def.node, *(function.node_def for function in graph.graph_def.library.function)]:
            for node in nodes:
                if node.op not in functions:
                    ops[node.op] = ops.get(node.op, 0) + 1
    tensors = {}
    if (path / "variables" / "variables.index").exists():
        reader = tf.train.load_checkpoint(str(path / "variables" / "variables"))
        types = reader.get_variable_to_dtype_map()
        for name, shape in tf.train.list_variables(str(path / "variables" / "variables")):
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH":
                tensors[name] = {"dtype": types[name].name, "shape": shape}
    return {
        "signatures": signatures,
        "tensors": tensors,
        "ops": ops,
        "tags": list(graphs[0].meta_info_def.tags),
        "tensorflow_version": graphs[0].meta_info_def.tensorflow_version,
        "assets": sorted(asset.filename for asset in graphs[0].asset_file_def),
        "has_call": callable(loaded) and hasattr(loaded, "__call__"),
    }


def tflite_spec(detail):
    signature = detail["shape_signature"].tolist()
    scale, zero_point = detail["quantization"]
    return {"dtype": tf.as_dtype(detail["dtype"]).name, "shape": signature, "scale": float(scale), "zero_point": int(zero_point)}


def tflite(path: Path) -> dict:
    interpreter = tf.lite.Interpreter(model_path=str(path))
    details = {detail["name"]: tflite_spec(detail) for detail in interpreter.get_tensor_details()}
    inputs = [tflite_spec(detail) for detail in interpreter.get_input_details()]
    outputs = [tflite_spec(detail) for detail in interpreter.get_output_details()]
    ops = {}
    for operator in interpreter._get_ops_details():
        if operator["op_name"] != "DELEGATE":
            ops[operator["op_name"]] = ops.get(operator["op_name"], 0) + 1
    return {"inputs": inputs, "outputs": outputs, "signatures": interpreter.get_signature_list(), "tensors": details, "ops": ops}


if __name__ == "__main__":
    told = {}
    for argument in sys.argv[1:]:
        path = Path(argument)
        told[argument] = saved_model(path) if path.is_dir() else tflite(path)
    print(json.dumps(told))
