"""TFHUB_CACHE_DIR=gs://… and s3://…: what a cache in a directory does, in a bucket that many machines share."""

import hashlib
import json

import pytest

from support import models
from support.command import CORRUPT, NETWORK, NOT_ALLOWED, NOT_FOUND, OFFLINE, USAGE, kill
from support.fault_server import reply
from support.waiting import free_port, wait_for

google_only = pytest.mark.parametrize("cloud", ["gs"], indirect=True)
amazon_only = pytest.mark.parametrize("cloud", ["s3"], indirect=True)
ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"


def key(handle: str) -> str:
    return hashlib.sha1(handle.encode()).hexdigest()


@pytest.fixture
def place(bucket) -> str:
    """Of the cache."""
    return bucket + "/cache"


@pytest.fixture
def tfhub(tfhub, place):
    return tfhub.with_env(TFHUB_CACHE_DIR=place)


@pytest.fixture
def server(publish, serve):
    publish("acme/mul/1", seed=1)
    return serve()


@pytest.fixture
def handle(server) -> str:
    return f"{server.url}/acme/mul/1"


def test_resolve_leaves_the_model_and_its_descriptor_and_gives_its_url(tfhub, cloud, place, handle, scratch):
    assert tfhub.ok("resolve", handle).out == f"{place}/{key(handle)}\n"
    files = models.saved_model_files(seed=1)
    assert cloud.keys(place) == {f"{key(handle)}.descriptor.txt", *(f"{key(handle)}/{path}" for path in files)}
    tfhub.ok("pull", handle, "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree_of(files)


def test_a_hit_asks_no_host_and_works_offline(tfhub, place, server, handle):
    path = tfhub.ok("resolve", handle).out
    server.stop()
    assert tfhub.ok("resolve", handle).out == path
    offline = tfhub.with_env(TFHUB_OFFLINE="1")
    assert offline.ok("resolve", handle).out == path
    assert place in offline.fails(OFFLINE, "resolve", handle.replace("mul", "other")).err


def test_an_unversioned_handle_is_one_with_its_version(tfhub, cloud, place, publish, handle):
    unversioned = handle.removesuffix("/1")
    assert tfhub.ok("resolve", unversioned).out == f"{place}/{key(handle)}\n"
    assert f"{key(unversioned)}.descriptor.txt" in cloud.keys(place)
    publish("acme/mul/2", seed=2)
    wait_for(lambda: tfhub.ok("resolve", unversioned).out == f"{place}/{key(unversioned + '/2')}\n", "the newer version is not seen")


def test_of_many_that_ask_at_once_one_downloads(tfhub, server, handle):
    processes = [tfhub.start("resolve", handle) for _ in range(6)]
    paths = {tfhub.finish(process).out for process in processes}
    assert len(paths) == 1 and len(next(iter(paths))) > 1
    assert server.wait_logged("GET", ARCHIVE, 1) == 1


def test_a_killed_resolve_leaves_nothing_that_counts(tfhub, cloud, bad, place, publish, serve, held_in_the_midst, scratch):
    publish("acme/many/1", models.many_files_model(scratch / "many", files=60, size=2000))
    handle = f"{serve().url}/acme/many/1"
    process = held_in_the_midst("assets", "resolve", handle)
    assert len([name for name in cloud.keys(place) if name.startswith(f"{key(handle)}/assets")]) == 21
    kill(process)
    bad.call_off()
    assert f"{key(handle)}.descriptor.txt" not in cloud.keys(place)
    assert {entry["state"] for entry in json.loads(tfhub.ok("cache", "ls", "--json").out)} <= {"broken", "left-over", "filling"}
    assert tfhub.ok("resolve", handle).out == f"{place}/{key(handle)}\n"
    assert f"{key(handle)}.lock" not in cloud.keys(place)
    tfhub.ok("pull", handle, "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(scratch / "many")


def test_a_file_that_a_cleaner_took_is_fetched_again(tfhub, cloud, place, server, handle):
    tfhub.ok("resolve", handle)
    cloud.remove(f"{place}/{key(handle)}/variables/variables.index")
    tfhub.ok("resolve", handle)
    assert server.wait_logged("GET", ARCHIVE, 2) == 2
    assert f"{key(handle)}/variables/variables.index" in cloud.keys(place)


def test_the_cache_is_listed_verified_and_tidied(tfhub, cloud, place, server, handle):
    tfhub.ok("resolve", handle)
    (entry,) = json.loads(tfhub.ok("cache", "ls", "--json").out)
    files = models.saved_model_files(seed=1)
    assert (entry["handle"], entry["state"], entry["files"]) == (handle, "complete", len(files))
    assert entry["size"] == sum(len(data) for data in files.values())
    assert tfhub.ok("cache", "dir").out == f"{place}\n"
    tfhub.ok("cache", "verify")
    assert handle in tfhub.ok("cache", "prune", "--max-size", "0", "--dry-run").out
    assert tfhub.ok("cache", "ls", "--json").out != "[]\n"
    tfhub.ok("cache", "rm", handle)
    assert cloud.keys(place) == set()
    tfhub.fails(NOT_FOUND, "cache", "rm", handle)
    tfhub.ok("resolve", handle)
    tfhub.ok("cache", "prune", "--max-size", "0")
    assert cloud.keys(place) == set()


@google_only
def test_bit_rot_is_found(tfhub, cloud, place, handle):
    tfhub.ok("resolve", handle)
    graph = cloud.root / place.partition("://")[2] / key(handle) / "saved_model.pb"
    graph.write_bytes(bytes(reversed(graph.read_bytes())))
    finished = tfhub.run("cache", "verify", handle)
    assert finished.code == CORRUPT
    assert f"{place}/{key(handle)}/saved_model.pb" in finished.out


def test_every_kind_of_model_and_its_description(tfhub, place, publish, serve, scratch):
    lite = models.tflite_file(scratch / "m.tflite")
    publish("acme/lite/1", lite)
    publish("acme/js/1", models.tfjs_model(scratch / "js"))
    url = serve().url
    path = tfhub.ok("pull", f"{url}/acme/lite/1").out.strip()
    assert path.startswith(place) and path.endswith(".tflite")
    tfhub.ok("pull", f"{url}/acme/lite/1", "-o", scratch / "out.tflite")
    assert (scratch / "out.tflite").read_bytes() == lite.read_bytes()
    tfhub.ok("pull", f"{url}/acme/js/1", "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(scratch / "js")


def test_what_is_inside_is_read_from_the_bucket(tfhub, place, publish, serve, real_models):
    publish("acme/real/1", real_models / "mul")
    handle = f"{serve().url}/acme/real/1"
    there = json.loads(tfhub.ok("inspect", handle, "--json").out)
    here = json.loads(tfhub.ok("inspect", real_models / "mul", "--json").out)
    assert there["signatures"] == here["signatures"] and there["tensors"] == here["tensors"]
    path = tfhub.ok("resolve", handle).out.strip()
    assert json.loads(tfhub.ok("inspect", path, "--json").out)["signatures"] == here["signatures"]


@pytest.mark.parametrize("command", [["resolve", "HANDLE"], ["cache", "ls"], ["cache", "verify"]], ids=" ".join)
def test_a_bucket_that_is_not_there_is_not_found_at_once(tfhub, cloud, handle, command):
    nowhere = tfhub.with_env(TFHUB_CACHE_DIR=f"{cloud.scheme}://no-such-bucket/cache", TFHUB_RETRIES="20")
    finished = nowhere.fails(NOT_FOUND, *(handle if word == "HANDLE" else word for word in command), timeout=30)
    assert "no-such-bucket" in finished.err


@amazon_only
def test_a_wrong_secret_is_refused_at_once(tfhub, handle):
    finished = tfhub.with_env(AWS_SECRET_ACCESS_KEY="wrong", TFHUB_RETRIES="20").fails(NOT_ALLOWED, "resolve", handle, timeout=30)
    assert "credentials" in finished.err


def test_an_endpoint_where_nobody_listens_is_a_network_failure(tfhub, cloud, handle, place):
    nobody = {name: f"http://127.0.0.1:{free_port()}" for name in cloud.settings() if name.endswith("_ENDPOINT")}
    assert place in tfhub.with_env(**nobody).fails(NETWORK, "resolve", handle).err


def test_what_is_no_bucket_is_wrong_usage(tfhub, handle):
    finished = tfhub.with_env(TFHUB_CACHE_DIR="ftp://somewhere/cache").fails(USAGE, "resolve", handle)
    assert "ftp://somewhere/cache" in finished.err and "TFHUB_CACHE_DIR" in finished.err


@google_only
def test_tensorflow_loads_what_was_resolved(tfhub, publish, serve, real_models, tensorflow_hub, google, cache):
    publish("acme/real/1", real_models / "mul")
    publish("acme/words/1", real_models / "vocabulary")
    url = serve().url
    for name, value, dtype, expected in [("real", [1.0, 2.5], "float32", [3.0, 7.5]), ("words", ["blue", "none"], "string", [2, -1])]:
        path = tfhub.ok("resolve", f"{url}/acme/{name}/1").out.strip()
        assert tensorflow_hub("call", cache.path, env=google.environment(), handle=path, value=value, dtype=dtype) == expected


@google_only
def test_tensorflow_hub_uses_what_this_client_put_there(tfhub, place, publish, serve, real_models, tensorflow_hub, google):
    publish("acme/real/1", real_models / "mul")
    server = serve()
    handle = f"{server.url}/acme/real/1"
    path = tfhub.ok("resolve", handle).out.strip()
    assert tensorflow_hub("resolve", place, env=google.environment(), handle=handle) == path
    assert tensorflow_hub("call", place, env=google.environment(), handle=handle, value=[2.0], dtype="float32") == [6.0]
    assert server.wait_logged("GET", "/acme/real/1?tf-hub-format=compressed", 1) == 1


@google_only
def test_what_tensorflow_hub_put_there_is_used(tfhub, cloud, place, publish, serve, real_models, tensorflow_hub, google):
    publish("acme/real/1", real_models / "mul")
    server = serve()
    handle = f"{server.url}/acme/real/1"
    path = tensorflow_hub("resolve", place, env=google.environment(), handle=handle)
    assert tfhub.ok("resolve", handle).out.strip() == path == f"{place}/{key(handle)}"
    assert server.wait_logged("GET", "/acme/real/1?tf-hub-format=compressed", 1) == 1
    (entry,) = json.loads(tfhub.ok("cache", "ls", "--json").out)
    assert (entry["handle"], entry["state"]) == (handle, "tensorflow_hub")


@google_only
def test_an_archive_in_a_public_bucket_is_a_handle(tfhub, bucket, scratch):
    model = models.saved_model(scratch / "model", seed=3)
    tfhub.ok("publish", model, "acme/mul/1", "--store", bucket)
    tfhub.ok("pull", f"{bucket}/acme/mul/1.tar.gz", "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(model)
    tfhub.fails(NOT_FOUND, "resolve", f"{bucket}/acme/other/1.tar.gz")


@google_only
def test_an_archive_in_a_private_bucket_is_read_with_the_users_token(tfhub, cache, fault, scratch):
    """The cache is a directory here; only the archive is behind a door."""
    archive = models.tar_of(models.saved_model_files(seed=3))

    def with_token(connection, request):
        if request.headers.get("authorization") != "Bearer of-the-user":
            return reply(401)(connection, request)
        if "alt=media" in request.query:
            return reply(200, archive)(connection, request)
        about = {"name": "models/mul.tar.gz", "size": str(len(archive)), "updated": "2026-11-21T08:00:00Z", "etag": "x"}
        return reply(200, json.dumps(about).encode(), Content_Type="application/json")(connection, request)

    def bucket(connection, request):
        return reply(200, b'{"items": []}', Content_Type="application/json")(connection, request)

    fault.on("/private/models/mul.tar.gz", reply(403))
    fault.on("/storage/v1/b/private/o", bucket)
    fault.on("/storage/v1/b/private/o/models%2Fmul.tar.gz", with_token)
    private = tfhub.with_env(TFHUB_GCS_ENDPOINT=fault.url, TFHUB_GCS_ANONYMOUS="0", NO_GCE_CHECK="true", TFHUB_CACHE_DIR=str(cache.path),
                             GOOGLE_OAUTH_ACCESS_TOKEN="of-the-user")
    path = private.ok("resolve", "gs://private/models/mul.tar.gz").path
    assert models.tree(path) == models.tree_of(models.saved_model_files(seed=3))
    refused = private.with_env(GOOGLE_OAUTH_ACCESS_TOKEN="of-somebody-else", TFHUB_CACHE_DIR=str(cache.path) + "2")
    refused.fails(NOT_ALLOWED, "resolve", "gs://private/models/mul.tar.gz")
