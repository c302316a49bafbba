"""What tf_cases.py makes: models with inputs, and what Python's TensorFlow makes of them."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from support.command import REPOSITORY

TYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"]
NAMES = ["multiply", "empty", "vocabulary", "several", "counter", "picky", "tf1", *(f"reverse_{dtype}" for dtype in TYPES)]

def arrays(folder: Path) -> dict:
    return {file.stem: np.load(file) for file in folder.glob("*.npy")}


@dataclass
class Case:
    path: Path

    @property
    def model(self) -> Path:
        return self.path / "model"

    @property
    def signature(self) -> str:
        return (self.path / "signature").read_text()

    @property
    def inputs(self) -> list:
        """What stands behind --inputs."""
        return [f"{file.stem}={file}" for file in sorted((self.path / "inputs").glob("*.npy"))]

    @property
    def expected(self) -> dict:
        return arrays(self.path / "expected")


def write_cases(*arguments):
    done = subprocess.run([sys.executable, "-m", "support.tf_cases", *arguments], cwd=REPOSITORY / "tests", capture_output=True, text=True,
                          timeout=170)
    assert done.returncode == 0, done.stderr
