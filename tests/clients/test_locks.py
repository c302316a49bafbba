"""The lock protocol of the cache: a living holder is respected, a dead one is taken over at once."""

import os
import shutil
import subprocess
import threading
import time

import pytest

from support import models
from support.cache import dead_process_id, lock_text
from support.command import kill
from support.fault_server import Body, stall

FILES = models.saved_model_files()
TREE = models.tree_of(FILES)
UID = "0123456789abcdef" * 2


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


def test_the_lock_of_a_living_tensorflow_hub_is_respected_and_its_result_taken(tfhub, fault, handle, cache, holder):
    hold(cache, handle, holder)
    waiting = tfhub.start("resolve", handle)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(3)
    assert fault.requests == []
    finish_as_tensorflow_hub(cache, handle)
    finished = tfhub.finish(waiting)
    assert finished.code == 0, str(finished)
    assert finished.seconds < 1.5
    assert models.tree(finished.path) == TREE and fault.requests == []


def test_when_a_living_holder_gives_up_the_waiter_takes_over_at_once(tfhub, fault, handle, cache, holder):
    hold(cache, handle, holder)
    waiting = tfhub.start("resolve", handle)
    time.sleep(0.7)
    shutil.rmtree(cache.filling(handle, UID))
    cache.lock(handle).unlink()
    finished = tfhub.finish(waiting)
    assert finished.code == 0 and finished.seconds < 2, str(finished)
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)


def test_the_lock_of_a_dead_process_of_this_host_is_taken_over_at_once(tfhub, handle, cache):
    hold(cache, handle, dead_process_id())
    finished = tfhub.ok("resolve", handle)
    assert finished.seconds < 3
    assert models.tree(finished.path) == TREE
    cache.must_hold_exactly(handle)


def test_a_dead_looking_lock_whose_directory_grows_belongs_to_another_container_and_is_respected(tfhub, fault, handle, cache):
    hold(cache, handle, dead_process_id())
    growing = threading.Event()

    def grow():
        with open(cache.filling(handle, UID) / "variables", "ab") as file:
            while not growing.wait(0.2):
                file.write(bytes(1000))
                file.flush()

    grower = threading.Thread(target=grow)
    grower.start()
    waiting = tfhub.start("resolve", handle)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(4)
        assert fault.requests == []
    finally:
        growing.set()
        grower.join()
    finish_as_tensorflow_hub(cache, handle)
    assert tfhub.finish(waiting).code == 0


def test_a_living_holder_that_does_nothing_is_taken_over_after_the_lock_timeout(tfhub, handle, cache, holder):
    hold(cache, handle, holder)
    finished = tfhub.with_env(TFHUB_LOCK_TIMEOUT="2").ok("resolve", handle)
    assert 1.8 <= finished.seconds < 6
    assert models.tree(finished.path) == TREE


def test_a_lock_of_another_host_is_respected_until_the_lock_timeout(tfhub, handle, cache):
    hold(cache, handle, dead_process_id(), host="another.host.example")
    finished = tfhub.with_env(TFHUB_LOCK_TIMEOUT="3").ok("resolve", handle)
    assert 2.5 <= finished.seconds < 8


@pytest.mark.parametrize("text", ["", "nonsense", "a.b", "\x00\xff" * 50, "host.notanumber." + UID, "h" * 100_000])
def test_a_lock_file_that_says_nothing_sensible_is_no_trap(tfhub, handle, cache, text):
    cache.path.mkdir()
    cache.lock(handle).write_text(text, encoding="latin-1")
    finished = tfhub.with_env(TFHUB_LOCK_TIMEOUT="2").ok("resolve", handle)
    assert finished.seconds < 6 and models.tree(finished.path) == TREE


def test_a_lock_file_never_leads_outside_the_cache(tfhub, handle, cache, scratch):
    victim = models.write_tree(scratch / "victim", {"keep": b"me"})
    cache.path.mkdir()
    cache.lock(handle).write_text(lock_text(dead_process_id(), "/../../victim"))
    tfhub.with_env(TFHUB_LOCK_TIMEOUT="1").ok("resolve", handle)
    assert (victim / "keep").read_bytes() == b"me"


def test_our_lock_file_names_host_process_and_staging_while_we_download(tfhub, fault, cache):
    handle = fault.on("/slow/1", stall(20))
    process = tfhub.start("resolve", handle)
    try:
        deadline = time.monotonic() + 10
        while not (cache.lock(handle).exists() and cache.lock(handle).read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
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
    while len(fault.requests) < 1:
        time.sleep(0.01)
    waiting = [tfhub.start("resolve", handle) for _ in range(4)]
    time.sleep(0.5)
    kill(holder)
    results = [tfhub.finish(p) for p in waiting]
    assert all(r.code == 0 and r.seconds < 2 for r in results), "\n".join(map(str, results))
    assert len(fault.requests) == 2
    cache.must_hold_exactly(handle)


def test_the_next_after_a_failed_download_tries_itself(tfhub, fault, cache):
    from support.fault_server import reply

    handle = fault.on("/m/1", reply(404), Body(models.tar_of(FILES)))
    assert tfhub.run("resolve", handle).code == 3
    assert cache.names() == set()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
