"""`tfhub cache dir|ls|verify|rm|prune` on entries of ours, of tensorflow_hub, broken ones and left-overs."""

import json
import os
import re
import threading
import time
from pathlib import Path

import pytest

from support import models
from support.cache import dead_process_id, key, lock_text
from support.command import CORRUPT, NOT_FOUND
from support.fault_server import Body
from support.waiting import wait_for


@pytest.fixture
def resolved(tfhub, fault):
    """resolved("/acme/mul/1") is the handle of a model that is in the cache now."""

    def make(path, seed=0, size=2000):
        handle = fault.on(path, Body(models.tar_of(models.saved_model_files(size=size, seed=seed))))
        tfhub.ok("resolve", handle)
        return handle

    return make


def made_by_tensorflow_hub(cache, handle, files=None):
    """What tensorflow_hub leaves, byte for byte: no newline after the third line."""
    models.write_tree(cache.entry(handle), files or models.saved_model_files())
    cache.descriptor(handle).write_text(
        f"Module: {handle}\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: elsewhere (PID:12)")


def entries(tfhub) -> dict:
    return {e["handle"]: e for e in json.loads(tfhub.ok("cache", "ls", "--json").out)}


def age(path, days):
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def test_dir_prints_the_directory_and_makes_none(tfhub, cache):
    assert tfhub.ok("cache", "dir").path == cache.path
    assert not cache.path.exists()


def test_an_empty_or_missing_cache_is_an_empty_list(tfhub, cache):
    assert tfhub.ok("cache", "ls", "--json").out.strip() == "[]"
    cache.path.mkdir()
    assert entries(tfhub) == {}


def test_ls_shows_handle_size_age_last_use_and_state(tfhub, resolved, cache):
    handle = resolved("/acme/mul/1", size=5000)
    made_by_tensorflow_hub(cache, "https://tfhub.dev/google/bert/1")
    listed = entries(tfhub)
    ours, theirs = listed[handle], listed["https://tfhub.dev/google/bert/1"]
    assert ours["state"] == "complete" and theirs["state"] == "tensorflow_hub"
    assert ours["size"] == sum(p.stat().st_size for p in cache.entry(handle).rglob("*") if p.is_file())
    assert ours["files"] == 5 and ours["path"] == str(cache.entry(handle))
    for when in (ours["downloaded"], ours["used"], theirs["downloaded"]):
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", when)
    table = tfhub.ok("cache", "ls").out
    assert handle in table and "tensorflow_hub" in table


def test_ls_shows_broken_entries_left_overs_and_what_is_being_filled(tfhub, resolved, cache):
    broken = resolved("/acme/broken/1")
    (cache.entry(broken) / "saved_model.pb").unlink()
    left = "https://tfhub.dev/left/over/1"
    cache.filling(left, "0" * 32).mkdir(parents=True)
    cache.lock(left).write_text(lock_text(dead_process_id(), "0" * 32))
    states = {Path(e["path"]).name[:40]: e["state"] for e in json.loads(tfhub.ok("cache", "ls", "--json").out)}
    assert states[key(broken)] == "broken"
    assert states[key(left)] == "left-over"


def test_verify_says_nothing_wrong_of_a_sound_cache(tfhub, resolved, cache):
    handle = resolved("/acme/mul/1")
    made_by_tensorflow_hub(cache, "https://tfhub.dev/google/bert/1")
    tfhub.ok("cache", "verify")
    tfhub.ok("cache", "verify", handle)
    assert json.loads(tfhub.ok("cache", "verify", "--json").out) == []


@pytest.mark.parametrize("damage,word", [
    (lambda e: (e / "assets/vocabulary.txt").unlink(), "vocabulary.txt"),
    (lambda e: (e / "saved_model.pb").write_bytes(b"other bytes"), "saved_model.pb"),
    (lambda e: flip(e / "variables/variables.index"), "variables.index"),
    (lambda e: (e / "added.txt").write_bytes(b"x"), "added.txt"),
])
def test_verify_finds_every_kind_of_damage_and_names_the_file(tfhub, resolved, cache, damage, word):
    handle = resolved("/acme/mul/1")
    resolved("/acme/other/1", seed=5)
    damage(cache.entry(handle))
    finished = tfhub.run("cache", "verify", handle)
    assert finished.code == CORRUPT
    assert word in finished.out + finished.err
    everything = tfhub.run("cache", "verify", "--json")
    assert everything.code == CORRUPT
    findings = json.loads(everything.out)
    assert {f["handle"] for f in findings} == {handle} and word in json.dumps(findings)


def flip(path):
    """One bit, the size stays: only the digest tells."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_verify_and_rm_of_what_is_not_there_are_not_found(tfhub, resolved):
    resolved("/acme/mul/1")
    for command in ("verify", "rm"):
        assert "no/such" in tfhub.fails(NOT_FOUND, "cache", command, "https://tfhub.dev/no/such/1").err


def test_rm_removes_one_entry_with_its_descriptor(tfhub, resolved, cache):
    one, other = resolved("/acme/one/1"), resolved("/acme/other/1")
    tfhub.ok("cache", "rm", one)
    cache.must_hold_exactly(other)


def test_rm_of_an_alias_leaves_the_version(tfhub, publish, serve, cache):
    publish("acme/mul/1")
    handle = f"{serve().url}/acme/mul"
    tfhub.ok("resolve", handle)
    tfhub.ok("cache", "rm", handle)
    assert not os.path.lexists(cache.entry(handle))
    assert cache.entry(f"{handle}/1").is_dir()


def test_prune_without_a_limit_removes_only_left_overs_and_broken_entries(tfhub, resolved, cache):
    sound, broken = resolved("/acme/sound/1"), resolved("/acme/broken/1")
    made_by_tensorflow_hub(cache, "https://tfhub.dev/google/bert/1")
    age(cache.descriptor(sound), 1000)
    (cache.entry(broken) / "saved_model.pb").unlink()
    left = "https://tfhub.dev/left/over/1"
    models.write_tree(cache.filling(left, "1" * 32), {"half": b"x"})
    cache.lock(left).write_text(lock_text(dead_process_id(), "1" * 32))
    (cache.path / "not-ours").mkdir()
    tfhub.ok("cache", "prune")
    names = cache.names()
    assert "not-ours" in names, "prune removed what is not a cache entry"
    assert names - {"not-ours"} == {
        key(sound), f"{key(sound)}.descriptor.txt", key("https://tfhub.dev/google/bert/1"),
        f"{key('https://tfhub.dev/google/bert/1')}.descriptor.txt"}


def test_a_dry_run_says_the_same_and_removes_nothing(tfhub, resolved, cache):
    broken = resolved("/acme/broken/1")
    (cache.entry(broken) / "saved_model.pb").unlink()
    before = cache.names()
    told = json.loads(tfhub.ok("cache", "prune", "--dry-run", "--json").out)
    assert [r["handle"] for r in told["removed"]] == [broken] and cache.names() == before
    assert [r["handle"] for r in json.loads(tfhub.ok("cache", "prune", "--json").out)["removed"]] == [broken]
    assert cache.names() == set()


def test_prune_by_size_removes_the_least_recently_used_first(tfhub, resolved, cache):
    handles = [resolved(f"/acme/m{i}/1", seed=i, size=100_000) for i in range(4)]
    for days, handle in zip((1, 9, 3, 5), handles):
        age(cache.descriptor(handle), days)
    tfhub.ok("cache", "prune", "--max-size", "230K")
    cache.must_hold_exactly(handles[0], handles[2])


def test_prune_by_age_removes_what_was_not_used_for_so_long(tfhub, resolved, cache):
    old, new = resolved("/acme/old/1"), resolved("/acme/new/1")
    age(cache.descriptor(old), 40)
    tfhub.ok("cache", "prune", "--older-than", "30d")
    cache.must_hold_exactly(new)


def test_using_an_entry_makes_it_young_again(tfhub, resolved, cache):
    handle = resolved("/acme/old/1")
    age(cache.descriptor(handle), 40)
    tfhub.ok("resolve", handle)
    tfhub.ok("cache", "prune", "--older-than", "30d")
    cache.must_hold_exactly(handle)
    assert cache.descriptor_head(handle)["module"] == handle


def test_prune_never_removes_what_is_being_filled(tfhub, fault, cache):
    files = models.saved_model_files(size=3_000_000)
    body = Body(models.tar_of(files))
    pruned = threading.Event()
    handle = fault.on("/acme/slow/1", body.but(until=pruned, piece=1 << 20))
    filling = tfhub.start("resolve", handle)
    wait_for(lambda: any(cache.path.glob("*.tmp/*")), "nothing is being filled")
    for arguments in ([], ["--max-size", "0"], ["--older-than", "0s"]):
        tfhub.ok("cache", "prune", *arguments)
    pruned.set()
    finished = tfhub.finish(filling)
    assert finished.code == 0, str(finished)
    assert models.tree(finished.path) == models.tree_of(files)
    cache.must_hold_exactly(handle)


def test_an_alias_whose_version_is_pruned_goes_with_it(tfhub, publish, serve, cache):
    publish("acme/mul/1")
    handle = f"{serve().url}/acme/mul"
    tfhub.ok("resolve", handle)
    age(cache.descriptor(f"{handle}/1"), 40)
    if cache.descriptor(handle).exists():
        age(cache.descriptor(handle), 40)
    tfhub.ok("cache", "prune", "--older-than", "30d")
    tfhub.ok("cache", "prune")
    assert not any(p.is_symlink() and not p.exists() for p in cache.path.iterdir())
    assert models.tree(tfhub.ok("resolve", handle).path)
