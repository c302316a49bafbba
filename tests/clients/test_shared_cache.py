"""One cache, two clients: what one of them fetched the other uses, and neither breaks what the other is doing."""

import os
import threading

import pytest

from support import models
from support.command import Tfhub
from support.fault_server import Body
from support.looks import Looks
from support.waiting import wait_for

FILES = models.saved_model_files(size=200_000)
TREE = models.tree_of(FILES)


@pytest.fixture
def archive():
    return models.tar_of(FILES)


def test_what_we_fetched_tensorflow_hub_uses_without_a_request(tfhub, tensorflow_hub, fault, archive, cache):
    handle = fault.on("/acme/mul/1", Body(archive))
    ours = tfhub.ok("resolve", handle).path
    assert tensorflow_hub("resolve", cache.path, handle=handle) == str(ours)
    assert len(fault.seen("/acme/mul/1")) == 1
    cache.must_hold_exactly(handle)


def test_what_tensorflow_hub_fetched_we_use_without_a_request(tfhub, tensorflow_hub, fault, archive, cache):
    handle = fault.on("/acme/mul/1", Body(archive))
    theirs = tensorflow_hub("resolve", cache.path, handle=handle)
    assert str(tfhub.ok("resolve", handle).path) == theirs
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)
    assert tfhub.ok("cache", "verify").code == 0


def test_our_descriptor_begins_with_the_three_lines_of_theirs(tfhub, tensorflow_hub, fault, archive, cache, scratch):
    handle = fault.on("/acme/mul/1", Body(archive))
    tfhub.ok("resolve", handle)
    ours = cache.descriptor_head(handle)
    other = type(cache)(scratch / "other")
    tensorflow_hub("resolve", other.path, handle=handle)
    theirs = other.descriptor_head(handle)
    assert other.descriptor(handle).read_text().count("\n") == 2
    assert (ours["module"], ours["host"]) == (theirs["module"], theirs["host"])


def test_an_unversioned_handle_that_we_resolved_loads_through_the_link(tfhub, tensorflow_hub, real_hub, cache):
    handle = f"{real_hub.url}/acme/mul"
    tfhub.ok("resolve", handle)
    assert cache.entry(handle).is_symlink()
    assert tensorflow_hub("call", cache.path, handle=handle, value=[2.0], dtype="float32") == [6.0]
    assert tensorflow_hub("call", cache.path, handle=f"{handle}/2", value=[2.0], dtype="float32") == [6.0]


def test_an_unversioned_entry_of_tensorflow_hub_stays_a_directory_and_keeps_its_bytes(tfhub, tensorflow_hub, publish, serve, cache):
    publish("acme/mul/1", seed=1)
    server = serve()
    handle = f"{server.url}/acme/mul"
    theirs = tensorflow_hub("resolve", cache.path, handle=handle)
    before = models.tree(theirs)
    publish("acme/mul/2", seed=2)
    server.wait_for_newest("acme/mul", 2)
    ours = tfhub.ok("resolve", handle).path
    assert models.tree(theirs) == before, "a path once given changed its bytes"
    assert not os.path.islink(theirs)
    assert ours.exists()


def test_tensorflow_hub_waits_for_our_download_and_takes_its_result(tfhub, tensorflow_hub, fault, archive, cache):
    they_wait = threading.Event()
    handle = fault.on("/acme/mul/1", Body(archive).but(until=they_wait))
    ours = tfhub.start("resolve", handle)
    wait_for(lambda: fault.requests, "nothing was asked")
    with Looks(cache.lock(handle)) as looks:
        tensorflow_hub.begin("resolve", cache.path, handle=handle)
        wait_for(looks.count, "tensorflow_hub does not look at our lock", seconds=120)  # after it has been imported
    they_wait.set()
    finished = tfhub.finish(ours)
    assert finished.code == 0, str(finished)
    assert tensorflow_hub.end() == str(finished.path)
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)


def test_we_wait_for_the_download_of_tensorflow_hub_and_wake_at_once(tfhub, tensorflow_hub, fault, archive, cache):
    we_wait = threading.Event()
    handle = fault.on("/acme/mul/1", Body(archive).but(until=we_wait))
    tensorflow_hub.begin("resolve", cache.path, handle=handle)
    wait_for(lambda: fault.requests, "nothing was asked", seconds=120)
    with Looks(cache.lock(handle)) as looks:
        waiting = tfhub.start("resolve", handle)
        wait_for(looks.count, "we do not look at the lock of tensorflow_hub")
    we_wait.set()
    theirs = tensorflow_hub.end()
    finished = tfhub.finish(waiting)
    assert finished.code == 0, str(finished)
    assert finished.seconds < 30, "the waiter did not wake when the holder had finished"
    assert str(finished.path) == theirs and models.tree(theirs) == TREE
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)


@pytest.mark.slow
@pytest.mark.parametrize("ours,theirs,drip", [(8, 8, 0.0), (2, 12, 0.02), (16, 3, 0.05)])
def test_in_a_mixed_race_all_get_the_path_and_nothing_else_is_left(tfhub, tensorflow_hub, fault, archive, cache, scratch, ours, theirs, drip):
    handle = fault.on("/acme/mul/1", Body(archive).but(drip=drip, piece=1 << 14))
    tensorflow_hub("resolve", cache.path, handle=str(cache.path.parent))  # it is up and has imported everything
    # Each says that it is there by a file of its own, and then waits until we open the gate, too: it is a FIFO.
    gate = scratch / "gate"
    os.mkfifo(gate)
    tensorflow_hub.begin("race", cache.path, handle=handle, processes=theirs, gate=str(gate))
    runner = Tfhub(tfhub.binary, tfhub.env, ["sh", "-c", ': > "$0.$$"; : < "$0"; exec "$@"', gate])
    running = [runner.start("resolve", handle) for _ in range(ours)]
    wait_for(lambda: len(list(scratch.glob("gate.*"))) == ours + theirs, "they are not all there")
    with open(gate, "w"):
        results = [tfhub.finish(p) for p in running]
        paths = {str(r.path) if r.code == 0 else str(r) for r in results} | set(tensorflow_hub.end())
    assert paths == {str(cache.entry(handle))}
    assert models.tree(cache.entry(handle)) == TREE
    cache.must_hold_exactly(handle)
    # Two of theirs may both begin: their lock is looked at and then taken, in two steps (b/144475403 in its resolver.py), and all
    # begin in one moment here. Ours take it in one step, so one of ours at most fetches.
    agents = [request.headers["user-agent"].partition("/")[0] for request in fault.requests]
    assert agents.count("tfhub") <= 1 and set(agents) <= {"tfhub", "Python-urllib"}, agents
