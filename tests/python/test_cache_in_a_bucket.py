"""TFHUB_CACHE_DIR=gs://…: tensorflow_hub's own functions, and ours, download into the bucket, and TensorFlow loads from there."""

import json

import pytest

from support.emulators import FakeGcs
from support.google_proxy import google_before

BY_TENSORFLOW_HUB = """
import json, sys
import tensorflow_hub as hub, tfhub
tfhub.install()
path = hub.resolve(sys.argv[1])
print(json.dumps([path, hub.load(sys.argv[1])([1.0, 2.5]).numpy().tolist(), [entry.handle for entry in tfhub.cache.ls()]]))
"""
BY_OURS = """
import json, sys
import tfhub
print(json.dumps([tfhub.resolve(sys.argv[1]), tfhub.load(sys.argv[1])([1.0, 2.5]).numpy().tolist()]))
"""


@pytest.fixture(scope="module")
def cloud(module_scratch):
    with FakeGcs(module_scratch / "cloud") as cloud:
        yield cloud


@pytest.fixture(scope="module")
def google(cloud, module_scratch):
    with google_before(cloud, module_scratch) as google:
        yield google


def test_install_and_load_use_a_cache_in_a_bucket(run, real_models, publish, serve, cloud, google):
    publish("acme/real/1", real_models / "mul")
    server = serve()
    handle = f"{server.url}/acme/real/1"
    place = cloud.make_bucket("cache") + "/of-python"
    variables = {**google.environment(), **cloud.settings(), "TFHUB_CACHE_DIR": place}
    path, product, listed = json.loads(run("tensorflow", "-c", BY_TENSORFLOW_HUB, handle, **variables))
    assert path.startswith(place + "/") and product == [3.0, 7.5] and listed == [handle]
    assert json.loads(run("tensorflow", "-c", BY_OURS, handle, **variables)) == [path, [3.0, 7.5]]
    assert server.wait_logged("GET", "/acme/real/1?tf-hub-format=compressed", 1) == 1


FORKS = """
import multiprocessing, os, sys, tfhub

fork = multiprocessing.get_context("fork")
first, *handles = sys.argv[1:]
tfhub.resolve(first)  # from here on this process has threads and sockets for the bucket

def child(handle, answers):
    answers.put((handle, tfhub.resolve(handle)))

for _ in range(5):
    answers = fork.Queue()
    children = [fork.Process(target=child, args=(handle, answers)) for handle in handles]
    for each in children:
        each.start()
    for handle in handles:
        tfhub.resolve(handle)
        tfhub.cache.ls()
    got = dict(answers.get(timeout=100) for _ in children)
    for each in children:
        each.join()
        assert each.exitcode == 0, each.exitcode
    assert got == {handle: tfhub.resolve(handle) for handle in handles}
    for handle in handles:
        tfhub.cache.rm(handle)
print("done")
"""


def test_after_a_fork_child_and_parent_both_go_on(run, real_models, publish, serve, cloud, google):
    """Python's multiprocessing, gunicorn, a DataLoader: what has threads and sockets is of one process."""
    for version in (1, 2, 3, 4):
        publish(f"acme/forked/{version}", real_models / "mul")
    server = serve()
    handles = [f"{server.url}/acme/forked/{version}" for version in (1, 2, 3, 4)]
    place = cloud.make_bucket("forked") + "/cache"
    variables = {**google.environment(), **cloud.settings(), "TFHUB_CACHE_DIR": place}
    assert run("bare", "-c", FORKS, *handles, **variables).strip() == "done"
