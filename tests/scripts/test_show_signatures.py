"""scripts/show_signatures.py against bytes written by hand, and against what it cannot read."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def message(*fields):
    """Protobuf on the wire: (number, int | str | bytes) in order."""
    result = b""
    for number, value in fields:
        if isinstance(value, int):
            result += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            result += varint(number << 3 | 2) + varint(len(data)) + data
    return result


def varint(value):
    value &= (1 << 64) - 1
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(result + bytes([value]))


def tensor(key, dtype, *sizes):
    shape = message(*((2, message((1, size))) for size in sizes))
    return message((1, key), (2, message((1, key + ":0"), (2, dtype), (3, shape))))


def run(directory, data=None):
    if data is not None:
        (directory / "saved_model.pb").write_bytes(data)
    script = ROOT / "scripts/show_signatures.py"
    return subprocess.run([sys.executable, script, directory], capture_output=True, text=True)


def test_names_types_and_shapes(tmp_path):
    signature = message((1, tensor("x", 1, -1, 28)), (2, tensor("y", 9)), (3, "tensorflow/serving/predict"))
    graph = message((1, message((4, "serve"))), (5, message((1, "serving_default"), (2, signature))))
    done = run(tmp_path, message((1, 1), (2, graph)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "serving_default  [serve]  tensorflow/serving/predict\n  input   x: float32 (?, 28)\n  output  y: int64 ()\n"
    )


def test_a_model_without_signatures_says_so(tmp_path):
    assert run(tmp_path, message((2, message((1, message((4, "serve"))))))).stdout == "no signatures\n"


def test_what_is_no_model_is_told_in_one_line(tmp_path):
    assert "cannot read" in run(tmp_path).stderr
    done = run(tmp_path, b"\x12\xff\x01truncated")
    assert done.returncode == 1 and "is no SavedModel" in done.stderr and "Traceback" not in done.stderr
