"""The lock protocol of the cache: a living holder is respected, a dead one is taken over at once."""

import os
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest

from support import models
from support.cache import dead_process_id, lock_text
from support.command import kill
from support.fault_server import Body, stall
from support.looks import Looks
from support.process import asleep_on
from support.waiting import wait_for

FILES = models.saved_model_files()
TREE = models.tree_of(FILES)
UID = "0123456789abcdef" * 2
AT_ONCE = 30  # seconds, of a machine with much else to do; who respects a lock waits for ten minutes


@pytest.fixture
def handle(fault):
    return fault.on("/acme/mul/1", Body(models.tar_of(FILES)))


@pytest.fixture
def holder():
    """A process that lives and holds nothing but its id."""
    process = subprocess.Popen(["sleep", "120"])
    yield process.pid
    kill(process)


def hold(cache, handle, pid, host=None, uid=UID):
    """What tensorflow_hub has on disk while it downloads; it knows no kernel lock."""
    cache.filling(handle, uid).mkdir(parents=True)
    (cache.filling(handle, uid) / "saved_model.pb").write_bytes(b"half")
    cache.lock(handle).write_text(lock_text(pid, uid, host))


def finish_as_tensorflow_hub(cache, handle, uid=UID):
    filling = cache.filling(handle, uid)
    shutil.rmtree(filling)
    models.write_tree(filling, FILES)
    cache.descriptor(handle).write_text(f"Module: {handle}\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: x (PID:1)")
    filling.rename(cache.entry(handle))
    cache.lock(handle).unlink()


def wait_for_looks(path, count: int, process):
    """Until it was opened so often, and `process` goes on."""
    with Looks(path) as looks:
        wait_for(lambda: looks.count() >= count or process.poll() is not None, f"nobody looks at {path}")
    assert process.poll() is None, "it did not wait"


@contextmanager
def growing(path):
    over = threading.Event()

    def grow():
        with open(path, "ab") as file:
            while not over.wait(0.02):
                file.write(bytes(1000))
                file.flush()

    grower = threading.Thread(target=grow)
    grower.start()
    try:
        yield
    finally:
        over.set()
        grower.join()


def test_the_lock_of_a_living_tensorflow_hub_is_respected_and_its_result_taken(tfhub, fault, handle, cache, holder):
    hold(cache, handle, holder)
    waiting = tfhub.start("resolve", handle)
    # One look opens it three times at most. What seems dead is taken over after a second, by the tenth look or so.
    wait_for_looks(cache.lock(handle), 40, waiting)
    assert fault.requests == []
    finish_as_tensorflow_hub(cache, handle)
    finished = tfhub.finish(waiting)
    assert finished.code == 0, str(finished)
    assert finished.seconds < AT_ONCE
    assert models.tree(finished.path) == TREE and fault.requests == []


def test_when_a_living_holder_gives_up_the_waiter_takes_over_at_once(tfhub, fault, handle, cache, holder):
    hold(cache, handle, holder)
    waiting = tfhub.start("resolve", handle)
    wait_for_looks(cache.lock(handle), 10, waiting)
    shutil.rmtree(cache.filling(handle, UID))
    cache.lock(handle).unlink()
    finished = tfhub.finish(waiting)
    assert finished.code == 0 and finished.seconds < AT_ONCE, str(finished)
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)


def test_the_lock_of_a_dead_process_of_this_host_is_taken_over_at_once(tfhub, handle, cache):
    hold(cache, handle, dead_process_id())
    finished = tfhub.ok("resolve", handle)
    assert finished.seconds < AT_ONCE
    assert models.tree(finished.path) == TREE
    cache.must_hold_exactly(handle)


def test_a_dead_looking_lock_whose_directory_grows_belongs_to_another_container_and_is_respected(tfhub, fault, handle, cache):
    hold(cache, handle, dead_process_id())
    with growing(cache.filling(handle, UID) / "variables"):
        waiting = tfhub.start("resolve", handle)
        wait_for_looks(cache.filling(handle, UID), 4, waiting)  # is it larger than a second ago?
        assert fault.requests == []
    finish_as_tensorflow_hub(cache, handle)
    assert tfhub.finish(waiting).code == 0


def test_a_living_holder_that_does_nothing_is_taken_over_after_the_lock_timeout(tfhub, handle, cache, holder):
    hold(cache, handle, holder)
    began = time.monotonic()
    finished = tfhub.with_env(TFHUB_LOCK_TIMEOUT="2").ok("resolve", handle)
    assert time.monotonic() - began > 2 and finished.seconds < AT_ONCE
    assert models.tree(finished.path) == TREE


def test_a_lock_of_another_host_is_respected_until_the_lock_timeout(tfhub, handle, cache):
    hold(cache, handle, dead_process_id(), host="another.host.example")
    began = time.monotonic()
    finished = tfhub.with_env(TFHUB_LOCK_TIMEOUT="3").ok("resolve", handle)
    assert time.monotonic() - began > 3 and finished.seconds < AT_ONCE


@pytest.mark.parametrize("text", ["", "nonsense", "a.b", "\x00\xff" * 50, "host.notanumber." + UID, "h" * 100_000])
def test_a_lock_file_that_says_nothing_sensible_is_no_trap(tfhub, handle, cache, text):
    cache.path.mkdir()
    cache.lock(handle).write_text(text, encoding="latin-1")
    finished = tfhub.ok("resolve", handle)
    assert finished.seconds < AT_ONCE and models.tree(finished.path) == TREE


def test_a_lock_file_never_leads_outside_the_cache(tfhub, handle, cache, scratch):
    victim = models.write_tree(scratch / "victim", {"keep": b"me"})
    cache.path.mkdir()
    cache.lock(handle).write_text(lock_text(dead_process_id(), "/../../victim"))
    tfhub.with_env(TFHUB_LOCK_TIMEOUT="1").ok("resolve", handle)
    assert (victim / "keep").read_bytes() == b"me"


def test_our_lock_file_names_host_process_and_staging_while_we_download(tfhub, fault, cache):
    handle = fault.on("/slow/1", stall(60))
    process = tfhub.start("resolve", handle)
    try:
        wait_for(lambda: fault.requests, "nothing was asked")
        text = cache.lock(handle).read_text()
        host, pid, uid = text.rsplit(".", 2)
        assert (host, int(pid)) == (os.uname().nodename, process.pid)
        assert len(uid) == 32 and set(uid) <= set("0123456789abcdef")
        assert cache.names() <= {cache.lock(handle).name, cache.filling(handle, uid).name}
    finally:
        kill(process)


def test_the_waiters_of_a_killed_download_of_ours_take_over_at_once(tfhub, fault, cache):
    handle = fault.on("/slow/1", stall(60), Body(models.tar_of(FILES)))
    holder = tfhub.start("resolve", handle)
    wait_for(lambda: fault.requests, "nothing was asked")
    waiting = [tfhub.start("resolve", handle) for _ in range(4)]
    wait_for(lambda: asleep_on(cache.lock(handle)) >= {p.pid for p in waiting}, "they do not wait for the lock")
    kill(holder)
    results = [tfhub.finish(p) for p in waiting]
    assert all(r.code == 0 and r.seconds < AT_ONCE for r in results), "\n".join(map(str, results))
    assert len(fault.requests) == 2
    cache.must_hold_exactly(handle)


def test_the_next_after_a_failed_download_tries_itself(tfhub, fault, cache):
    from support.fault_server import reply

    handle = fault.on("/m/1", reply(404), Body(models.tar_of(FILES)))
    assert tfhub.run("resolve", handle).code == 3
    assert cache.names() == set()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
