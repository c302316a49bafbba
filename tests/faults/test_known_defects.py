"""What the existing client gets wrong and people report (protocol.md section 7): ours must not."""

import resource
import shutil

import pytest

from support import models
from support.cache import dead_process_id, lock_text
from support.command import CORRUPT, NETWORK
from support.fault_server import Body

FILES = models.saved_model_files(size=50_000)
TREE = models.tree_of(FILES)


@pytest.fixture
def handle(fault):
    return fault.on("/acme/mul/1", Body(models.tar_of(FILES)))


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("gone", ["saved_model.pb", "variables", "variables/variables.index", "assets", "assets/vocabulary.txt",
                                  "fingerprint.pb", "variables/variables.data-00000-of-00001"])
def test_a_half_deleted_entry_is_noticed_and_fetched_again(tfhub, fault, handle, cache, gone):
    path = tfhub.ok("resolve", handle).path
    remove(path / gone)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert len(fault.requests) == 2
    cache.must_hold_exactly(handle)


def test_an_entry_emptied_by_a_cleaner_is_fetched_again(tfhub, handle, cache):
    path = tfhub.ok("resolve", handle).path
    for child in path.iterdir():
        remove(child)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


def test_files_deleted_but_folders_kept_as_a_tmp_cleaner_does(tfhub, handle):
    path = tfhub.ok("resolve", handle).path
    for file in [p for p in path.rglob("*") if p.is_file()]:
        file.unlink()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


def test_a_truncated_file_is_noticed_and_fetched_again(tfhub, handle):
    path = tfhub.ok("resolve", handle).path
    with open(path / "variables/variables.data-00000-of-00001", "r+b") as file:
        file.truncate(100)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


@pytest.mark.parametrize("gone", ["saved_model.pb", "variables/variables.index"])
def test_a_half_deleted_entry_of_tensorflow_hub_is_noticed_as_far_as_that_goes(tfhub, fault, handle, cache, gone):
    models.write_tree(cache.entry(handle), FILES)
    cache.descriptor(handle).write_text(f"Module: {handle}\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: x (PID:1)")
    (cache.entry(handle) / gone).unlink()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert len(fault.requests) == 1


def test_a_lost_descriptor_costs_no_download(tfhub, fault, handle, cache):
    """The model is whole; only what is written about it is gone."""
    path = tfhub.ok("resolve", handle).path
    cache.descriptor(handle).unlink()
    assert tfhub.ok("resolve", handle).path == path
    assert models.tree(path) == TREE


def test_a_broken_entry_is_not_given_out_offline(tfhub, handle, cache):
    path = tfhub.ok("resolve", handle).path
    (path / "saved_model.pb").unlink()
    assert tfhub.with_env(TFHUB_OFFLINE="1").run("resolve", handle).code == 8


def test_a_broken_entry_survives_a_failed_repair_attempt_without_becoming_valid(tfhub, fault, handle):
    path = tfhub.ok("resolve", handle).path
    (path / "saved_model.pb").unlink()
    fault.on("/acme/mul/1", Body(b"<html>login</html>"))
    assert tfhub.run("resolve", handle).code == CORRUPT
    fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


def test_what_a_killed_download_of_tensorflow_hub_left_does_not_hold_up_the_next_user(tfhub, handle, cache):
    uid = "f" * 32
    models.write_tree(cache.filling(handle, uid), {"saved_model.pb": b"half"})
    cache.lock(handle).write_text(lock_text(dead_process_id(), uid))
    assert tfhub.ok("resolve", handle).seconds < 30  # a lock that is respected is waited for ten minutes
    cache.must_hold_exactly(handle)


def test_a_login_portal_s_page_is_said_to_be_a_page(tfhub, fault, cache):
    page = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in</body></html>"
    handle = fault.on("/acme/mul/1", Body(page, content_type="text/html; charset=utf-8"))
    finished = tfhub.fails(CORRUPT, "resolve", handle)
    assert "HTML" in finished.err and handle in finished.err
    assert cache.names() == set()


def test_a_warm_resolve_takes_milliseconds(tfhub, handle):
    """Of the processor: what a machine does beside it does not count."""
    tfhub.ok("resolve", handle)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(20):
        tfhub.ok("resolve", handle)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert taken / 20 < 0.1, "a hit loads what only a download needs"


def test_a_host_that_takes_connections_and_says_nothing_does_not_hang_forever(tfhub, fault, cache):
    from support.fault_server import stall

    env = tfhub.with_env(TFHUB_STALL_TIMEOUT="1", TFHUB_RETRIES="0")
    assert env.fails(NETWORK, "resolve", fault.on("/acme/mul/1", stall(60))).seconds < 30
    assert cache.names() == set()


def test_a_missing_bucket_as_cache_fails_at_once_instead_of_hanging(tfhub, handle):
    finished = tfhub.with_env(TFHUB_CACHE_DIR="gs://no-such-bucket/cache", TFHUB_RETRIES="0").run("resolve", handle, timeout=20)
    assert finished.code != 0 and finished.err.strip()
