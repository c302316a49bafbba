"""Both libraries race for one model in one cache: one download, one path, nothing left over."""

import threading

import pytest

import tfhub
from python.conftest import FILES
from support import models
from support.fault_server import Body
from support.waiting import wait_for


@pytest.mark.parametrize("ours_first", [True, False])
def test_whoever_comes_second_waits_for_the_first(tensorflow_hub, fault, archive, cache, ours_first):
    handle = fault.on("/acme/mul/1", Body(archive).but(drip=0.1, piece=1 << 13))
    mine = []
    thread = threading.Thread(target=lambda: mine.append(tfhub.resolve(handle)))
    ask_ours = thread.start
    ask_theirs = lambda: tensorflow_hub.begin("resolve", cache.path, handle=handle)  # noqa: E731
    first, second = (ask_ours, ask_theirs) if ours_first else (ask_theirs, ask_ours)
    first()
    wait_for(lambda: cache.lock(handle).exists(), "nobody downloads")
    second()
    theirs = tensorflow_hub.end()
    thread.join(60)
    assert mine == [theirs] == [str(cache.entry(handle))]
    assert models.tree(theirs) == models.tree_of(FILES)
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)


def test_many_threads_of_ours_fetch_once(fault, archive, cache):
    handle = fault.on("/acme/mul/1", Body(archive).but(drip=0.02, piece=1 << 14))
    paths = []
    threads = [threading.Thread(target=lambda: paths.append(tfhub.resolve(handle))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert paths == [str(cache.entry(handle))] * 8
    assert len(fault.requests) == 1
    cache.must_hold_exactly(handle)
