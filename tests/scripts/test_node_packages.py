"""scripts/node_packages.sh with a stand-in for npm: only what is pinned, only what is named, and not twice."""

import base64
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/node_packages.sh"


def packed() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("package/dist/one.js", "package/dist/two.js"):
            entry = tarfile.TarInfo(name)
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"text"))
    return buffer.getvalue()


@pytest.fixture
def tree(tmp_path):
    """The script in a tree of its own, and an npm that always packs the same and writes down what it was asked for."""
    for folder in ("scripts", "tests", "bin"):
        (tmp_path / folder).mkdir()
    script = tmp_path / "scripts/node_packages.sh"
    script.write_text(SCRIPT.read_text())
    (tmp_path / "any.tgz").write_bytes(packed())
    npm = tmp_path / "bin/npm"
    npm.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nwhile [ "$1" != --pack-destination ]; do shift; done\ncp {tmp_path}/any.tgz "$2"\n')
    npm.chmod(0o755)

    def run(digest=hashlib.sha512(packed()).digest()):
        pin = f"# why\n@some/thing@1.2 sha512-{base64.b64encode(digest).decode()} dist/one.js  # reason\n"
        (tmp_path / "tests/requirements-npm.txt").write_text(pin)
        return subprocess.run(["bash", script], env={**os.environ, "PATH": f"{tmp_path}/bin:/usr/bin:/bin"}, capture_output=True, text=True)

    run.root = tmp_path
    return run


def files(root) -> set:
    return {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p.suffix != ".stamp"}


def test_the_files_named_of_the_package_pinned_are_there_and_no_others(tree):
    done = tree()
    assert (done.returncode, done.stderr) == (0, "")
    assert "@some/thing@1.2" in done.stdout
    assert files(tree.root / "build/node") == {"@some/thing/dist/one.js"}


def test_another_digest_is_refused_again_and_again(tree):
    for _ in range(2):
        done = tree(digest=bytes(64))
        assert done.returncode == 1 and "@some/thing@1.2 is not what" in done.stderr


def test_what_is_there_is_not_asked_for_again(tree):
    tree()
    done = tree()
    assert (done.returncode, done.stdout) == (0, "")
    assert len((tree.root / "asked").read_text().splitlines()) == 1
