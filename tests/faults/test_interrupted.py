"""A download that ends in the middle, by Ctrl-C, a kill or the network, goes on where it stopped in the next process."""

import os
import signal
import threading
import time

import pytest

from support import models
from support.command import NETWORK, kill
from support.fault_server import Body, hang_up
from support.waiting import wait_for

FILES = models.saved_model_files(size=30_000_000)
ARCHIVE = models.tar_of(FILES)
TREE = models.tree_of(FILES)
THIRD = len(ARCHIVE) // 3


def parts(cache):
    return list(cache.path.glob("*.part"))


@pytest.fixture
def interrupt(tfhub, cache):
    """interrupt(handle): a resolve that got a third, and then this signal."""

    def run(handle, how=signal.SIGINT):
        process = tfhub.start("resolve", handle)
        wait_for(lambda: parts(cache) and parts(cache)[0].stat().st_size > THIRD - (1 << 20), "no part grows")
        process.send_signal(how)
        process.wait(60)
        kill(process)
        assert process.returncode == -how

    return run


@pytest.fixture
def stuck(fault):
    """stuck("/m/1", …): the first answer stops after a third; those that follow."""
    over = threading.Event()

    def on(path, *answers, body=Body(ARCHIVE)):
        return fault.on(path, body.but(piece=THIRD, until=over), *answers)

    yield on
    over.set()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_next_process_asks_only_for_the_rest(tfhub, fault, cache, stuck, interrupt, how):
    handle = stuck("/m/1", Body(ARCHIVE))
    interrupt(handle, how)
    if how != signal.SIGKILL:
        assert {path.suffix for path in cache.path.iterdir()} == {".part"}
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    _, second = fault.seen("/m/1")
    begin = int(second.headers["range"].removeprefix("bytes=").rstrip("-"))
    assert THIRD - (1 << 20) < begin <= THIRD
    assert second.headers["if-range"] == '"one"'
    entry = cache.entry(handle).name
    assert cache.names() == {entry, f"{entry}.descriptor.txt"}


def test_again_and_again(tfhub, fault, cache, interrupt):
    over = threading.Event()
    slow = Body(ARCHIVE).but(piece=THIRD, until=over)
    handle = fault.on("/m/1", slow, slow, Body(ARCHIVE))
    interrupt(handle)
    process = tfhub.start("resolve", handle)
    wait_for(lambda: parts(cache) and parts(cache)[0].stat().st_size > 2 * THIRD - (1 << 20), "the part does not grow")
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    begins = [int(r.headers["range"][6:-1]) for r in fault.seen("/m/1")[1:]]
    assert begins[0] <= THIRD < begins[1] <= 2 * THIRD
    over.set()


def test_a_network_that_goes_away_and_comes_back(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=THIRD), hang_up)
    tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", handle)
    assert len(parts(cache)) == 1
    fault.on("/m/1", Body(ARCHIVE))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert fault.seen("/m/1")[-1].headers["range"] == f"bytes={THIRD}-"


def test_what_changed_meanwhile_is_fetched_whole(tfhub, fault, cache, stuck, interrupt):
    other_files = models.saved_model_files(size=20_000_000, seed=7)
    handle = stuck("/m/1", Body(models.tar_of(other_files), etag='"two"'))
    interrupt(handle)
    assert models.tree(tfhub.ok("resolve", handle).path) == models.tree_of(other_files)
    assert parts(cache) == []


def test_damage_in_what_was_kept_costs_a_download_and_nothing_else(tfhub, fault, cache, stuck, interrupt):
    handle = stuck("/m/1", Body(ARCHIVE), Body(ARCHIVE))
    interrupt(handle)
    with open(parts(cache)[0], "r+b") as part:
        part.seek(2_000_000)
        part.write(bytes(1_000))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert [r.headers.get("range") is None for r in fault.seen("/m/1")] == [True, False, True]


@pytest.mark.parametrize("etag,ranges", [(None, True), ('W/"weak"', True)])
def test_without_a_strong_validator_nothing_is_kept(tfhub, fault, cache, etag, ranges):
    handle = fault.on("/m/1", *[Body(ARCHIVE, etag=etag, ranges=ranges).but(cut=THIRD)] * 5)
    tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", handle)
    assert parts(cache) == []


def test_a_part_lasts_a_day(tfhub, cache, stuck, interrupt):
    handle = stuck("/m/1")
    interrupt(handle)
    assert tfhub.ok("cache", "prune").path and len(parts(cache)) == 1
    assert "left-over" in tfhub.ok("cache", "ls").out
    long_ago = time.time() - 25 * 3600
    os.utime(parts(cache)[0], (long_ago, long_ago))
    tfhub.ok("cache", "prune")
    assert cache.names() == set()


def test_who_reads_only_little_leaves_nothing(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=2_000_000), hang_up)
    tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", handle)
    assert cache.names() == set()
