"""Whoever reads a .tar.gz reads ours: curl, wget and GNU tar, Python's tarfile."""

import os
import shlex
import subprocess
import tarfile

import pytest

from support import models


def shell(command: str, cwd):
    finished = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=cwd, capture_output=True, text=True, timeout=60,
                              env={"PATH": os.environ["PATH"], "no_proxy": "*"})
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture
def url(real_hub):
    return shlex.quote(f"{real_hub.url}/acme/words.v1/7?tf-hub-format=compressed")


@pytest.fixture
def expected(real_hub):
    return models.tree(real_hub.models / "vocabulary")


def test_curl_and_tar(url, expected, scratch):
    shell(f"mkdir out && curl -fsSL {url} | tar -xz -C out", scratch)
    assert models.tree(scratch / "out") == expected


def test_wget_and_tar(url, expected, scratch):
    shell(f"mkdir out && wget -qO- {url} | tar -xz -C out", scratch)
    assert models.tree(scratch / "out") == expected


def test_wget_names_the_file_as_the_server_says(url, real_hub, scratch):
    shell(f"wget -q --content-disposition {url}", scratch)
    assert (scratch / "acme_words.v1_7.tar.gz").is_file()


def test_curl_resumes_a_download(url, real_hub, scratch):
    archive = (real_hub.store / "acme/words.v1/7.tar.gz").read_bytes()
    (scratch / "x.tar.gz").write_bytes(archive[:200])
    shell(f"curl -fsS -C - -o x.tar.gz {url}", scratch)
    assert (scratch / "x.tar.gz").read_bytes() == archive


def test_gnu_tar_lists_directories_first_without_a_warning(real_hub, scratch):
    archive = real_hub.store / "acme/words.v1/7.tar.gz"
    finished = subprocess.run(["tar", "-tvzf", archive], capture_output=True, text=True)
    assert finished.returncode == 0 and finished.stderr == ""
    assert any(line.startswith("d") for line in finished.stdout.splitlines())
    assert subprocess.run(["gzip", "-t", archive]).returncode == 0


def test_python_tarfile_extracts_it(real_hub, expected, scratch):
    with tarfile.open(real_hub.store / "acme/words.v1/7.tar.gz") as archive:
        archive.extractall(scratch / "out")
    assert models.tree(scratch / "out") == expected


def test_names_of_any_length_survive_every_reader(publish, store, scratch):
    long = "assets/" + "/".join("d" * 60 for _ in range(5)) + "/" + "f" * 200 + ".txt"
    directory = models.saved_model(scratch / "m", extra={long: b"deep", "assets/größe.txt": b"umlaut"})
    publish("acme/long/1", directory)
    (scratch / "out").mkdir()
    shell(f"tar -xzf {store}/acme/long/1.tar.gz -C out", scratch)
    assert models.tree(scratch / "out") == models.tree(directory)
    with tarfile.open(store / "acme/long/1.tar.gz") as archive:
        archive.extractall(scratch / "py")
    assert models.tree(scratch / "py") == models.tree(directory)


def test_an_archive_made_by_tar_as_the_documentation_says_is_published_and_resolved(tfhub, publish, serve, real_hub, scratch):
    shell(f"tar -cz -f model.tar.gz --owner=0 --group=0 -C {real_hub.models}/mul .", scratch)
    publish("acme/by-hand/1", scratch / "model.tar.gz")
    path = tfhub.ok("resolve", f"{serve().url}/acme/by-hand/1").path
    assert models.tree(path) == models.tree(real_hub.models / "mul")
