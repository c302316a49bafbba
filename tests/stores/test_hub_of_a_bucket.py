"""A hub whose store is a bucket, beside one of the same models in a directory: nobody can tell which is which."""

import base64
import hashlib
from dataclasses import dataclass

import pytest

from support import models
from support.command import CONFLICT, Tfhub, clean_environment
from support.documents import write_tree
from support.process import run_measured
from support.raw_http import get, request
from support.server import Server
from support.waiting import wait_for

LIMIT = 64 << 20
MAKE = {
    "acme/mul/1": models.saved_model,
    "acme/mul/3": models.saved_model,
    "acme/old/2": models.tf1_module,
    "acme/lite/mul/1": lambda root, seed: models.tflite_file(root / "mul.tflite", seed=seed),
    "acme/tfjs-model/spice/2/default/1": models.tfjs_model,
}
ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"
FILES = [
    ARCHIVE,
    "/acme/mul?tf-hub-format=compressed",
    "/acme/old/2?tf-hub-format=compressed",
    "/acme/lite/mul/1?lite-format=tflite",
    "/acme/tfjs-model/spice/2/default/1?tfjs-format=compressed",
    "/acme/tfjs-model/spice/2/default/1/model.json?tfjs-format=file",
    "/acme/tfjs-model/spice/2/default/1/group1-shard1of2.bin?tfjs-format=file",
    "/acme/mul/1/variables/variables.index?tf-hub-format=file",
]


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


@dataclass
class Twins:
    """One hub in a bucket, one in a directory."""

    bucket: Server
    directory: Server
    url: str
    files: dict

    def alike(self, method: str, target: str, **headers):
        """The answer, which both must give: every header but the times."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        ours, theirs = (request(server, method, target, headers) for server in (self.bucket, self.directory))
        assert ours.status == theirs.status, f"{ours.body[:300]}\n{theirs.body[:300]}"
        assert ours.body == theirs.body
        assert comparable(ours) == comparable(theirs)
        return ours


def comparable(answer) -> list:
    """The two were not published in the same second."""
    return sorted((name, value) for name, value in answer.headers.items() if name not in ("Date", "Last-Modified"))


def undated(value):
    """JSON without the times of publishing."""
    if isinstance(value, dict):
        return {name: undated(part) for name, part in value.items() if name != "published"}
    return [undated(part) for part in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def twins(cloud, binary, session_directory):
    root = session_directory / f"twins-{cloud.scheme}"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root)).with_env(**cloud.settings())
    url, directory, files = cloud.make_bucket("twins") + "/models", root / "directory", {}
    for seed, (name, make) in enumerate(MAKE.items()):
        files[name] = make(root / "published" / name, seed=seed)
        for store in (url, directory):
            tfhub.ok("publish", files[name], name, "--store", store)
    public = ("--public-url", "https://hub.example.org")
    with Server(tfhub, url, *public, log=root / "bucket.log") as ours, \
            Server(tfhub, directory, *public, "--uncompressed-base", url, log=root / "directory.log") as theirs:
        for server in (ours, theirs):  # lists and search are made after the start
            wait_for(lambda: get(server, "/api/v1/models?q=mul").json()["total"] == 2, "the models cannot be found")
        yield Twins(ours, theirs, url, files)


@pytest.mark.parametrize("target", FILES)
def test_a_download_is_as_from_a_directory(twins, target):
    whole = twins.alike("GET", target)
    assert whole.status == 200
    digest = base64.b64encode(hashlib.sha256(whole.body).digest()).decode()
    assert f"sha-256=:{digest}:" in whole["Repr-Digest"]
    assert twins.alike("HEAD", target)["Content-Length"] == str(len(whole.body))
    assert twins.alike("GET", target, If_None_Match=whole["ETag"]).status == 304


@pytest.mark.parametrize("value,status", [
    ("bytes=0-0", 206), ("bytes=5-99", 206), ("bytes=7-", 206), ("bytes=-1", 206), ("bytes=10-99999999", 206), ("bytes=99999999-", 416),
    ("bytes=0-5,10-15", 200), ("bytes=9-5", 200)])
def test_a_range_is_as_from_a_directory(twins, value, status):
    assert twins.alike("GET", ARCHIVE, Range=value).status == status
    assert twins.alike("HEAD", ARCHIVE, Range=value).body == b""


def test_a_range_counts_only_for_the_tag_that_it_names(twins):
    whole = get(twins.bucket, ARCHIVE)
    assert twins.alike("GET", ARCHIVE, Range="bytes=10-", If_Range=whole["ETag"]).body == whole.body[10:]
    assert twins.alike("GET", ARCHIVE, Range="bytes=10-", If_Range='"other"').body == whole.body


@pytest.mark.parametrize("target", ["/acme/none/1", "/acme/mul/2", "/acme/mul/1?lite-format=tflite", "/acme/mul/1/none?tf-hub-format=file"])
def test_what_is_not_there_is_not_found_in_the_same_words(twins, target):
    assert twins.alike("GET", target).status == 404


@pytest.mark.parametrize("target", ["/api/v1/models", "/api/v1/models?q=mul", "/api/v1/models/acme/mul", "/api/v1/models/acme/mul/1",
                                    "/api/v1/files/acme/mul/variables"])
def test_the_interface_for_programs_tells_the_same(twins, target):
    told, expected = (get(server, target) for server in (twins.bucket, twins.directory))
    assert (told.status, undated(told.json())) == (200, undated(expected.json()))


def test_pages_are_there(twins):
    for target in ("/", "/acme", "/acme/mul", "/acme/mul/1", "/s?q=mul"):
        assert get(twins.bucket, target, Accept="text/html").status == 200, target


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/old/2"])
def test_read_in_place_is_at_the_bucket_without_being_told(twins, name):
    answer = twins.alike("GET", f"/{name}?tf-hub-format=uncompressed")
    assert (answer.status, answer.text) == (303, f"{twins.url}/{name}/uncompressed")


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/mul", "acme/old/2"])
def test_resolve_gives_the_published_tree(twins, tfhub, name):
    published = twins.files["acme/mul/3" if name == "acme/mul" else name]
    assert models.tree(tfhub.ok("resolve", f"{twins.bucket.url}/{name}").path) == models.tree(published)


def test_pull_gives_the_published_bytes_of_every_other_kind(twins, tfhub, scratch):
    lite = tfhub.ok("pull", f"{twins.bucket.url}/acme/lite/mul/1", "--format", "tflite", "-o", scratch / "mul.tflite").path
    assert lite.read_bytes() == twins.files["acme/lite/mul/1"].read_bytes()
    name = "acme/tfjs-model/spice/2/default/1"
    assert models.tree(tfhub.ok("pull", f"{twins.bucket.url}/{name}", "--format", "tfjs", "-o", scratch / "js").path) == models.tree(twins.files[name])


def test_the_bucket_holds_the_layout_that_is_promised_and_nothing_else(cloud, bucket, publish, scratch):
    publish("acme/mul/1")
    files = models.tree(scratch / "published/acme/mul/1")
    assert cloud.keys(bucket) == {"acme/mul/1.tar.gz", *(f"acme/mul/1/uncompressed/{path}" for path in files),
                                  ".catalog/acme/mul/.entry.json", ".catalog/acme/mul/1/.entry.json", ".catalog/.generation", ".tfhub-store.json"}


def test_publishing_again_says_so_and_other_bytes_are_a_conflict(tfhub, cloud, bucket, publish, scratch):
    publish("acme/mul/1")
    before = cloud.keys(bucket)
    assert "already" in tfhub.ok("publish", scratch / "published/acme/mul/1", "acme/mul/1", "--store", bucket).out
    other = models.saved_model(scratch / "other", seed=9)
    assert "other bytes" in tfhub.fails(CONFLICT, "publish", other, "acme/mul/1", "--store", bucket).err
    tfhub.fails(CONFLICT, "publish", other, "acme/mul/1/2", "--store", bucket)
    assert cloud.keys(bucket) == before


def test_documents_are_imported_and_shown(tfhub, bucket, publish, serve, scratch):
    publish("acme/Flowers.v2/3")
    tree = write_tree(scratch / "tree")
    tfhub.ok("docs", "import", tree, "--store", bucket)
    assert "5 unchanged" in tfhub.ok("docs", "import", tree, "--store", bucket).out
    server = serve()
    wait_for(lambda: get(server, "/api/v1/models?q=marigolds").json()["total"] == 1, "the documents cannot be found")
    assert "Trained on marigolds" in get(server, "/acme/Flowers.v2/3", Accept="text/html").text
    assert "Rhododendron" in get(server, "/other/words/1", Accept="text/html").text


def test_a_large_model_passes_through_publisher_and_server_in_little_memory(tfhub, cloud, bucket, serve, scratch):
    directory = models.saved_model(scratch / "large", size=60 << 20)
    finished, peak = run_measured(tfhub, "publish", directory, "acme/large/1", "--store", bucket, timeout=170)
    assert finished.code == 0, str(finished)
    assert 1 << 20 < peak < LIMIT, f"the publisher: {peak >> 20} MiB"
    assert not [key for key in cloud.keys(bucket) if ".staging" in key or ".part-" in key]
    server = serve()
    assert models.tree(tfhub.ok("resolve", f"{server.url}/acme/large/1").path) == models.tree(directory)
    archive = get(server, "/acme/large/1?tf-hub-format=compressed")
    assert f"sha-256=:{base64.b64encode(hashlib.sha256(archive.body).digest()).decode()}:" in archive["Repr-Digest"]
    assert server.peak_memory() < LIMIT, f"the server: {server.peak_memory() >> 20} MiB"
