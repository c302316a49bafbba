"""Clouds that are not there, not this user's or not to be reached, publishers that die or collide: told plainly, and nothing partial is
ever seen."""

import threading

import pytest

from support import models
from support.buckets import is_published_now, visible
from support.command import CONFLICT, DONE, NETWORK, NOT_ALLOWED, NOT_FOUND, Tfhub, kill
from support.raw_http import get
from support.waiting import free_port, wait_for

MANY = {"TFHUB_RETRIES": "20"}  # whoever tries these in vain takes a minute
ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


@pytest.mark.parametrize("command", ["publish", "serve"])
def test_a_bucket_that_is_not_there_is_not_found_at_once(tfhub, cloud, scratch, command):
    what = [models.saved_model(scratch / "m"), "acme/mul/1"] if command == "publish" else ["--listen", "127.0.0.1:0"]
    finished = tfhub.with_env(**MANY).fails(NOT_FOUND, command, *what, "--store", f"{cloud.scheme}://no-such-bucket", timeout=30)
    assert "no-such-bucket" in finished.err


@pytest.mark.parametrize("cloud", ["s3", "az"], indirect=True)
def test_a_name_that_no_bucket_can_have_is_not_found(tfhub, cloud):
    """Clouds want three letters at least."""
    finished = tfhub.fails(NOT_FOUND, "store", "ls", "--store", f"{cloud.scheme}://x", timeout=30)
    assert f"{cloud.scheme}://x" in finished.err and "correct its name" in finished.err


@pytest.mark.parametrize("cloud,secret", [("s3", "AWS_SECRET_ACCESS_KEY"), ("az", "AZURE_STORAGE_ACCOUNT_KEY")], indirect=["cloud"])
def test_a_wrong_secret_is_refused_at_once(tfhub, secret, bucket, scratch):
    wrong = tfhub.with_env(**{secret: "wrong" + "A" * 7}, **MANY)  # Azure's are in base 64
    finished = wrong.fails(NOT_ALLOWED, "publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket, timeout=30)
    assert "credentials" in finished.err and "wrong" not in finished.err


@pytest.mark.parametrize("cloud", ["s3", "az"], indirect=True)
def test_no_credentials_are_missed_at_once(tfhub, bucket, scratch):
    secrets = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_ACCOUNT_KEY")
    without = Tfhub(tfhub.binary, {name: value for name, value in tfhub.env.items() if name not in secrets})
    finished = without.fails(NOT_ALLOWED, "publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket, timeout=30)
    assert "credential" in finished.err and bucket in finished.err


def test_an_endpoint_where_nobody_listens_is_a_network_failure(tfhub, cloud, bucket, scratch):
    nobody = f"http://127.0.0.1:{free_port()}"
    settings = {name: nobody for name in cloud.settings() if name.endswith("_ENDPOINT")}
    finished = tfhub.with_env(**settings).fails(NETWORK, "publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket)
    assert bucket in finished.err


def test_a_killed_publisher_leaves_nothing_visible_and_the_next_one_succeeds(tfhub, cloud, bad, bucket, held_in_the_midst, serve, scratch):
    many = models.many_files_model(scratch / "many", files=60, size=2000)
    publisher = held_in_the_midst("uncompressed", "publish", many, "acme/mul/1", "--store", bucket)
    kill(publisher)
    bad.call_off()
    assert visible(cloud, bucket) == set()
    is_published_now(tfhub, cloud, bucket, serve, many)


def test_of_eight_publishers_of_one_version_one_wins_and_nobody_ever_sees_another_s_bytes(tfhub, bucket, serve, scratch):
    trees = [models.saved_model(scratch / f"m{seed}", seed=seed, size=50_000) for seed in range(8)]
    server, seen, done = serve(), set(), threading.Event()

    def read():
        while not done.is_set():
            answer = get(server, ARCHIVE)
            seen.add((answer.status, answer["ETag"]))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        results = [tfhub.finish(p) for p in [tfhub.start("publish", tree, "acme/mul/1", "--store", bucket) for tree in trees]]
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert sorted(r.code for r in results) == [DONE] + [CONFLICT] * 7, "\n".join(map(str, results))
    winner = trees[[r.code for r in results].index(DONE)]
    # The readers have asked all the time, and "not found" is remembered for a quarter of a second.
    wait_for(lambda: get(server, ARCHIVE).status == 200, "the version that was published is not to be had")
    assert models.tree(tfhub.ok("resolve", f"{server.url}/acme/mul/1").path) == models.tree(winner)
    assert {status for status, _ in seen} <= {200, 404}
    assert {tag for status, tag in seen if status == 200} <= {get(server, ARCHIVE)["ETag"]}
