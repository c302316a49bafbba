"""Models made by hand, without TensorFlow: the form is right, the contents are bytes. Enough wherever nobody loads them.

(What is inside a model is never a reason to refuse it, so the hub must take these.)
"""

import gzip
import hashlib
import io
import json
import os
import random
import tarfile
from pathlib import Path


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def write_tree(root: Path, files: dict) -> Path:
    for name, content in files.items():
        path = Path(root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Path(root)


def saved_model_files(size: int = 2000, seed: int = 0, extra: dict | None = None) -> dict:
    return {
        "saved_model.pb": b"\x08\x01\x12\x04seed" + str(seed).encode(),
        "fingerprint.pb": noise(40, seed + 1),
        "variables/variables.index": noise(120, seed + 2),
        "variables/variables.data-00000-of-00001": noise(size, seed + 3),
        "assets/vocabulary.txt": "\n".join(f"word{i}-{seed}" for i in range(50)) + "\n",
        **(extra or {}),
    }


def saved_model(root: Path, size: int = 2000, seed: int = 0, extra: dict | None = None) -> Path:
    return write_tree(root, saved_model_files(size, seed, extra))


def many_files_model(root: Path, files: int = 100, size: int = 50_000, seed: int = 0) -> Path:
    """Enough files that a kill falls between two of them."""
    extra = {f"assets.extra/part-{i:04d}.bin": noise(size, seed * 100_000 + i) for i in range(files)}
    return saved_model(root, size, seed, extra)


def tf1_module(root: Path, seed: int = 0) -> Path:
    return saved_model(root, seed=seed, extra={"tfhub_module.pb": b"\x08\x03"})


def tfjs_model(root: Path, seed: int = 0, shards: int = 2) -> Path:
    names = [f"group1-shard{i + 1}of{shards}.bin" for i in range(shards)]
    weights = [{"name": "dense/kernel", "shape": [10, 10], "dtype": "float32"}]
    model = {
        "format": "graph-model",
        "generatedBy": "handmade",
        "modelTopology": {"node": []},
        "weightsManifest": [{"paths": names, "weights": weights}],
    }
    shard = 400 // shards
    return write_tree(root, {"model.json": json.dumps(model), **{n: noise(shard, seed + i) for i, n in enumerate(names)}})


def tflite_bytes(size: int = 3000, seed: int = 0) -> bytes:
    return b"\x1c\x00\x00\x00TFL3" + noise(size, seed)


def tflite_file(path: Path, size: int = 3000, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tflite_bytes(size, seed))
    return path


def tree(root) -> dict:
    """Relative path to SHA-256 of every regular file; anything that is neither file nor directory is a failure."""
    root, found = str(root), {}
    for directory, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(directory, name)
            assert not os.path.islink(path), f"a link in a model: {path}"
        for name in files:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def tree_of(files: dict) -> dict:
    encoded = {k: v if isinstance(v, bytes) else v.encode() for k, v in files.items()}
    return {k: hashlib.sha256(v).hexdigest() for k, v in encoded.items()}


def tar_of(files: dict, compression: str = "gz") -> bytes:
    """An ordinary archive of `files`, directories before what lies in them; compression gz, bz2, xz or ''."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        seen = set()
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            for parent in reversed(Path(name).parents[:-1]):
                if parent not in seen:
                    seen.add(parent)
                    entry = tarfile.TarInfo(f"./{parent}")
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                    archive.addfile(entry)
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return compress(buffer.getvalue(), compression)


def compress(data: bytes, compression: str) -> bytes:
    if compression == "gz":
        return gzip.compress(data, 6, mtime=0)
    if compression == "bz2":
        import bz2

        return bz2.compress(data)
    if compression == "xz":
        import lzma

        return lzma.compress(data)
    return data
