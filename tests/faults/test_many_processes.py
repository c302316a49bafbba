"""Many processes want one model: one fetches it, all get it; if it fails, the next tries at once."""

import threading

import pytest

from support import models
from support.fault_server import Body, reply
from support.waiting import wait_for

pytestmark = pytest.mark.alone

FILES = models.saved_model_files(size=300_000)
TREE = models.tree_of(FILES)


def test_64_processes_resolving_one_model_make_one_get(tfhub, fault, cache):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(FILES)).but(drip=0.05, piece=1 << 14))
    running = [tfhub.start("resolve", handle) for _ in range(64)]
    results = [tfhub.finish(p) for p in running]
    assert all(r.code == 0 for r in results), next(str(r) for r in results if r.code)
    assert {r.path for r in results} == {cache.entry(handle)}
    assert len(fault.requests) == 1
    assert models.tree(cache.entry(handle)) == TREE
    cache.must_hold_exactly(handle)


def test_64_processes_resolving_an_unversioned_handle_download_once(tfhub, publish, serve, cache):
    publish("acme/mul/4")
    server = serve()
    running = [tfhub.start("resolve", f"{server.url}/acme/mul") for _ in range(64)]
    results = [tfhub.finish(p) for p in running]
    assert all(r.code == 0 for r in results), next(str(r) for r in results if r.code)
    assert {r.path for r in results} == {cache.entry(f"{server.url}/acme/mul/4")}
    server.stop()  # whose log is whole then
    log = server.log.read_text()
    downloads = [line for line in log.splitlines() if "GET /acme/mul" in line and "tf-hub-format=compressed" in line and " 200 " in line]
    assert len(downloads) == 1, "\n".join(downloads)
    assert not [n for n in cache.names() if n.endswith((".lock", ".tmp"))]


def test_when_the_first_fails_the_others_are_not_stuck(tfhub, fault, cache):
    handle = fault.on("/acme/mul/1", reply(404), reply(404), Body(models.tar_of(FILES)))
    results = [tfhub.finish(p) for p in [tfhub.start("resolve", handle) for _ in range(12)]]
    assert sorted(r.code for r in results) == [0] * 10 + [3] * 2
    assert len(fault.requests) == 3
    cache.must_hold_exactly(handle)


def test_different_models_do_not_wait_for_each_other(tfhub, fault):
    quick_is_there = threading.Event()
    slow = fault.on("/slow/1", Body(models.tar_of(FILES)).but(until=quick_is_there))
    quick = fault.on("/quick/1", Body(models.tar_of(FILES)))
    waiting = tfhub.start("resolve", slow)
    wait_for(lambda: fault.requests, "nothing was asked")
    tfhub.ok("resolve", quick)
    assert waiting.poll() is None
    quick_is_there.set()
    assert tfhub.finish(waiting).code == 0


def test_many_processes_healing_one_broken_entry_all_get_it_whole(tfhub, fault, cache):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    tfhub.ok("resolve", handle)
    (cache.entry(handle) / "variables/variables.index").unlink()
    results = [tfhub.finish(p) for p in [tfhub.start("resolve", handle) for _ in range(32)]]
    assert all(r.code == 0 for r in results), next(str(r) for r in results if r.code)
    assert models.tree(cache.entry(handle)) == TREE
    assert len(fault.requests) == 2
    cache.must_hold_exactly(handle)


def test_many_processes_pulling_to_one_place_leave_one_whole_result(tfhub, fault, scratch):
    handle = fault.on("/acme/mul/1", Body(models.tar_of(FILES)))
    out = scratch / "out"
    running = [tfhub.start("pull", handle, "--format", "tf", "-o", out) for _ in range(10)]
    codes = [tfhub.finish(p).code for p in running]
    assert 0 in codes and set(codes) <= {0, 2}, codes
    assert models.tree(out) == TREE
    assert {p.name for p in scratch.iterdir()} <= {"out", "cache", "home", "tmp"}
