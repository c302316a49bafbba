"""A cache in a shared /tmp: links that somebody else planted there never lead us to write or delete elsewhere."""

import pytest

from support import models
from support.cache import CacheDirectory, dead_process_id, lock_text
from support.fault_server import Body

FILES = models.saved_model_files()
TREE = models.tree_of(FILES)
UID = "ab" * 16


@pytest.fixture
def handle(fault):
    return fault.on("/acme/mul/1", Body(models.tar_of(FILES)))


@pytest.fixture
def victim(scratch, cache):
    cache.path.mkdir()
    models.write_tree(scratch / "victim", {"keep": b"me", "saved_model.pb/inner": b"me too"})
    return scratch / "victim"


@pytest.fixture(autouse=True)
def victim_is_untouched(victim):
    before = models.tree(victim)
    yield
    assert models.tree(victim) == before, "a planted link led outside the cache"


def test_a_link_where_the_model_should_be(tfhub, handle, cache, victim):
    """It is read as tensorflow_hub reads it: any directory with a file in it counts. What is removed is the link."""
    cache.entry(handle).symlink_to(victim)
    assert tfhub.ok("resolve", handle).path == cache.entry(handle)
    tfhub.ok("cache", "rm", handle)
    assert cache.names() == set()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


@pytest.mark.parametrize("limit", [("--max-size", "0"), ("--older-than", "0s")])
def test_a_relative_link_where_the_model_should_be(tfhub, handle, cache, victim, limit):
    cache.entry(handle).symlink_to("../victim")
    assert tfhub.ok("resolve", handle).path == cache.entry(handle)
    assert f"removed {cache.entry(handle)} " in tfhub.ok("cache", "prune", *limit).out
    assert cache.names() == set()
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


def test_a_link_where_the_descriptor_should_be(tfhub, handle, cache, victim):
    cache.descriptor(handle).symlink_to(victim / "keep")
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert not cache.descriptor(handle).is_symlink()
    cache.must_hold_exactly(handle)
    tfhub.ok("cache", "prune", "--max-size", "0")
    assert cache.names() == set()


def test_a_link_where_the_lock_should_be(tfhub, handle, cache, victim):
    cache.lock(handle).symlink_to(victim / "keep")
    assert models.tree(tfhub.with_env(TFHUB_LOCK_TIMEOUT="1").ok("resolve", handle).path) == TREE
    cache.must_hold_exactly(handle)


def test_a_dangling_link_where_the_lock_should_be_creates_nothing(tfhub, handle, cache, victim):
    cache.lock(handle).symlink_to(victim / "made")
    assert models.tree(tfhub.with_env(TFHUB_LOCK_TIMEOUT="1").ok("resolve", handle).path) == TREE
    cache.must_hold_exactly(handle)
    assert not (victim / "made").exists()


def test_a_link_where_a_dead_download_was(tfhub, handle, cache, victim):
    cache.filling(handle, UID).symlink_to(victim)
    cache.lock(handle).write_text(lock_text(dead_process_id(), UID))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    tfhub.ok("cache", "prune")
    cache.must_hold_exactly(handle)


def test_links_inside_a_dead_download_and_inside_a_broken_entry(tfhub, handle, cache, victim):
    models.write_tree(cache.filling(handle, UID), {"a": b"x"})
    (cache.filling(handle, UID) / "out").symlink_to(victim)
    cache.lock(handle).write_text(lock_text(dead_process_id(), UID))
    path = tfhub.ok("resolve", handle).path
    (path / "saved_model.pb").unlink()
    (path / "out").symlink_to(victim)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    tfhub.ok("cache", "rm", handle)
    assert cache.names() == set()


def test_a_cache_directory_that_is_itself_a_link_works(tfhub, handle, scratch, victim):
    (scratch / "real").mkdir()
    (scratch / "link").symlink_to("real")
    path = tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / "link")).ok("resolve", handle).path
    assert path.parent == scratch / "link" and models.tree(path) == TREE


@pytest.mark.parametrize("name", ["with space", "ümlaut", "a'quote", "per%20cent", "n" * 200])
def test_a_cache_directory_of_any_name_works(tfhub, handle, scratch, name):
    path = tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / name)).ok("resolve", handle).path
    assert path.parent == scratch / name and models.tree(path) == TREE
    CacheDirectory(scratch / name).must_hold_exactly(handle)
