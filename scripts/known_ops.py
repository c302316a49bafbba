#!/usr/bin/env python3
"""Writes src/savedmodel/known_ops.cc: the names of the operations that the installed TensorFlow registers. An operation
that is not among them is reported as custom. To be run with a new TensorFlow:

  .venv/bin/python scripts/known_ops.py [--check]     (--check: changes nothing, fails where TensorFlow has more)
"""

import os
import pathlib
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src" / "savedmodel" / "known_ops.cc"

HEAD = """// The operations of TensorFlow {version}, sorted: made by scripts/known_ops.py. One text, because an array of pointers
// would have to be relocated whenever the program starts.
#include "savedmodel/op_uses.h"

namespace tfhub::savedmodel {{
namespace {{

// clang-format off
constexpr std::string_view kKnownOps =
"""
TAIL = """// clang-format on

}}  // namespace

bool is_tensorflow_op(std::string_view op) {{
  if (op.empty() || op.find(' ') != std::string_view::npos) return false;
  if (op.front() == '_') return true;
  return kKnownOps.find(" " + std::string(op) + " ") != std::string_view::npos;
}}

std::string_view known_ops_version() {{
  return "{version}";
}}

}}  // namespace tfhub::savedmodel
"""


def registered():
    """(version, names): without a leading underscore (they are internal) and without a namespace (not TensorFlow's)."""
    import tensorflow
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    ops = op_def_pb2.OpList()
    ops.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    version = ".".join(tensorflow.__version__.split(".")[:2])
    return version, sorted(op.name for op in ops.op if re.fullmatch(r"[A-Za-z]\w*", op.name))


def source(version, names):
    lines, line = [], ""
    for name in names:
        if len(line) + len(name) > 104:
            lines.append(line)
            line = ""
        line += name + " "
    lines.append(line)
    text = "\n".join(f'    "{" " if i == 0 else ""}{line}"' for i, line in enumerate(lines)) + ";\n"
    return HEAD.format(version=version) + text + TAIL.format(version=version)


def main():
    version, names = registered()
    if sys.argv[1:] == ["--check"]:
        missing = set(names) - set(re.findall(r"\w+", TARGET.read_text()))
        sys.exit(f"known_ops.cc lacks {', '.join(sorted(missing))}; run scripts/known_ops.py" if missing else 0)
    TARGET.write_text(source(version, names))


if __name__ == "__main__":
    main()
