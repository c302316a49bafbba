#!/usr/bin/env python3
"""Lists the signatures of a SavedModel: name, inputs and outputs with type and shape. Plain Python, no TensorFlow: the
few protobuf fields it needs are walked on the wire.

  scripts/show_signatures.py DIRECTORY
"""

import pathlib
import sys

# Field numbers of tensorflow/core/protobuf/{saved_model,meta_graph}.proto, core/framework/{tensor_shape,types}.proto.
SAVED_MODEL_META_GRAPHS = 2
META_GRAPH_INFO, META_GRAPH_SIGNATURES = 1, 5
INFO_TAGS = 4
SIGNATURE_INPUTS, SIGNATURE_OUTPUTS, SIGNATURE_METHOD = 1, 2, 3
TENSOR_DTYPE, TENSOR_SHAPE = 2, 3
SHAPE_DIM, SHAPE_UNKNOWN_RANK, DIM_SIZE = 2, 3, 1
MAP_KEY, MAP_VALUE = 1, 2
DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64", 9: "int64",
    10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16", 17: "uint16",
    18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
}  # fmt: skip
INITIALISER = "__saved_model_init_op"  # TensorFlow's own, no signature of the model


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number runs on")


def fields(data):
    """(number, value) of each field of a message: an int, or the bytes of what has a length."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value, at = data[at : at + size], at + size
        else:
            raise ValueError(f"wire type {wire}")
        if at > len(data):
            raise ValueError("a field runs over the end")
        yield number, value


def all_of(data, wanted):
    return [value for number, value in fields(data) if number == wanted]


def one_of(data, wanted, default):
    return (all_of(data, wanted) or [default])[-1]  # the last one counts


def shape(data):
    if one_of(data, SHAPE_UNKNOWN_RANK, 0):
        return "(any shape)"
    sizes = [one_of(dimension, DIM_SIZE, 0) for dimension in all_of(data, SHAPE_DIM)]
    return "(" + ", ".join("?" if size >= 1 << 63 else str(size) for size in sizes) + ")"


def tensors(signature, which):
    for entry in all_of(signature, which):
        name = one_of(entry, MAP_KEY, b"").decode()
        tensor = one_of(entry, MAP_VALUE, b"")
        dtype = one_of(tensor, TENSOR_DTYPE, 0)
        yield name, DTYPES.get(dtype, f"type {dtype}"), shape(one_of(tensor, TENSOR_SHAPE, b""))


def signatures(model):
    """(tags, name, method, inputs, outputs) of every signature of every graph, sorted by name."""
    for graph in all_of(model, SAVED_MODEL_META_GRAPHS):
        tags = [tag.decode() for tag in all_of(one_of(graph, META_GRAPH_INFO, b""), INFO_TAGS)]
        found = {one_of(e, MAP_KEY, b"").decode(): one_of(e, MAP_VALUE, b"") for e in all_of(graph, META_GRAPH_SIGNATURES)}
        for name, signature in sorted(found.items()):
            if name != INITIALISER:
                method = one_of(signature, SIGNATURE_METHOD, b"").decode()
                yield tags, name, method, sorted(tensors(signature, SIGNATURE_INPUTS)), sorted(tensors(signature, SIGNATURE_OUTPUTS))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = pathlib.Path(sys.argv[1]) / "saved_model.pb"
    try:
        found = list(signatures(path.read_bytes()))
    except OSError as error:
        sys.exit(f"show_signatures: cannot read {path}: {error.strerror}")
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        sys.exit(f"show_signatures: {path} is no SavedModel: {error}")
    if not found:
        print("no signatures")
    for tags, name, method, inputs, outputs in found:
        print(f"{name}  [{', '.join(tags)}]  {method}".rstrip())
        for label, rows in (("input ", inputs), ("output", outputs)):
            for key, dtype, dimensions in rows:
                print(f"  {label}  {key}: {dtype} {dimensions}")


if __name__ == "__main__":
    main()
