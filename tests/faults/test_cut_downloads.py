"""A download that is cut: taken up again where it stood, or begun anew, or an error; never a splice of two files."""

import base64
import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import models
from support.command import CORRUPT, NETWORK, NOT_ALLOWED, NOT_FOUND
from support.fault_server import Body, hang_up, reply

FILES = models.saved_model_files(size=300_000)
TREE = models.tree_of(FILES)
ARCHIVE = models.tar_of(FILES)
OTHER_FILES = models.saved_model_files(size=300_000, seed=50)
OTHER = models.tar_of(OTHER_FILES)


def digest_of(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


POINTS = sorted({0, 1, 17, 1000, 16384, 65536, len(ARCHIVE) - 1, len(ARCHIVE) - 8, len(ARCHIVE) - 20000}
                | {len(ARCHIVE) * i // 23 for i in range(1, 23)})


@pytest.mark.parametrize("how", ["orderly", "reset"])
def test_a_connection_cut_at_any_byte_is_taken_up_by_range_and_the_bytes_are_right(tfhub, fault, how):
    def one(point):
        body = Body(ARCHIVE)
        handle = fault.on(f"/{how}/{point + 1}", body.but(cut=point, hard=how == "reset"), body)
        finished = tfhub.run("resolve", handle)
        assert finished.code == 0, f"cut at {point}: {finished}"
        assert models.tree(finished.path) == TREE
        _, second = fault.seen(f"/{how}/{point + 1}")
        range_ = second.headers.get("range")
        # A reset takes away what was on its way.
        kept = point if how == "orderly" else int(range_.strip("bytes=-")) if range_ else 0
        assert kept <= point and range_ == (f"bytes={kept}-" if kept else None)
        assert second.headers.get("if-range") == ('"one"' if kept else None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, POINTS))


def test_a_download_that_is_cut_again_and_again_but_moves_on_is_finished(tfhub, fault):
    body = Body(ARCHIVE)
    handle = fault.on("/m/1", *[body.but(cut=len(ARCHIVE) // 6)] * 4, body)
    assert models.tree(tfhub.with_env(TFHUB_RETRIES="4").ok("resolve", handle).path) == TREE
    assert len(fault.requests) == 5


def test_without_ranges_the_whole_is_fetched_again(tfhub, fault):
    body = Body(ARCHIVE, ranges=False)
    handle = fault.on("/m/1", body.but(cut=200_000), body)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert [r.headers.get("range") for r in fault.requests] == [None, "bytes=200000-", None]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_spliced(tfhub, fault, etag):
    """No If-Range is possible: the second answer may be another file."""
    handle = fault.on("/m/1", Body(ARCHIVE, etag=etag).but(cut=200_000), Body(OTHER, etag=etag))
    assert models.tree(tfhub.ok("resolve", handle).path) == models.tree_of(OTHER_FILES)
    assert [r.headers.get("range") for r in fault.requests] == [None, None]


def test_a_file_that_changed_between_two_parts_gives_the_new_one_whole(tfhub, fault):
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=200_000), Body(OTHER, etag='"two"'))
    assert models.tree(tfhub.ok("resolve", handle).path) == models.tree_of(OTHER_FILES)


def test_a_server_that_ignores_if_range_does_not_make_us_splice(tfhub, fault, cache):
    lying = Body(OTHER, etag='"two"')
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=200_000), lying.but(ignore_if_range=True), lying)
    assert models.tree(tfhub.ok("resolve", handle).path) == models.tree_of(OTHER_FILES)
    assert [r.headers.get("range") for r in fault.requests] == [None, "bytes=200000-", None]
    cache.must_hold_exactly(handle)


@pytest.mark.parametrize("content_range", [
    "bytes 0-99/{n}", "bytes 199999-{e}/{n}", "bytes 200001-{e}/{n}", "bytes 200000-{e}/999999999", "nonsense",
    "bytes 200000-{e}/{n1}",
])
def test_a_wrong_content_range_is_never_believed(tfhub, fault, cache, content_range):
    body, n = Body(ARCHIVE), len(ARCHIVE)
    lie = content_range.format(n=n, e=n - 1, n1=n + 1)
    handle = fault.on("/m/1", body.but(cut=200_000), body.but(content_range=lie), body)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert [r.headers.get("range") for r in fault.requests] == [None, "bytes=200000-", None]
    cache.must_hold_exactly(handle)


def test_a_416_to_the_rest_is_no_dead_end(tfhub, fault):
    body = Body(ARCHIVE)
    handle = fault.on("/m/1", body.but(cut=200_000), reply(416, b"", Content_Range=f"bytes */{len(ARCHIVE)}"), body)
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE
    assert [r.headers.get("range") for r in fault.requests] == [None, "bytes=200000-", None]


def test_a_server_that_always_cuts_is_a_network_failure_and_leaves_nothing(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(ARCHIVE, ranges=False).but(cut=1000))
    finished = tfhub.fails(NETWORK, "resolve", handle)
    assert handle in finished.err
    assert cache.names() == set()


@pytest.mark.parametrize("length", [len(ARCHIVE) + 1000, len(ARCHIVE) + 1])
def test_a_content_length_that_is_too_long_is_a_cut_connection(tfhub, fault, cache, length):
    handle = fault.on("/m/1", Body(ARCHIVE, etag=None, ranges=False).but(length=length))
    assert "was cut" in tfhub.fails(NETWORK, "resolve", handle).err
    assert cache.names() == set()


@pytest.mark.parametrize("length", [len(ARCHIVE) - 1, len(ARCHIVE) - 1000, 0, 10])
def test_a_content_length_that_is_too_short_is_a_cut_archive(tfhub, fault, cache, length):
    """What follows the end that the server named is none of the answer, so only the archive tells."""
    handle = fault.on("/m/1", Body(ARCHIVE, etag=None, ranges=False).but(length=length))
    tfhub.fails(CORRUPT, "resolve", handle)
    assert cache.names() == set()


def test_chunked_answers_without_a_length_are_read_to_their_end_and_noticed_when_cut(tfhub, fault, cache):
    whole = fault.on("/m/1", Body(ARCHIVE, ranges=False).but(chunked=True))
    assert models.tree(tfhub.ok("resolve", whole).path) == TREE
    cut = fault.on("/m/2", Body(ARCHIVE, ranges=False, etag=None).but(chunked=True, cut=200_000))
    tfhub.fails(NETWORK, "resolve", cut)
    cache.must_hold_exactly(whole)


def test_a_transfer_that_stands_still_counts_as_cut(tfhub, fault):
    body = Body(ARCHIVE)
    handle = fault.on("/m/1", body.but(stall_at=100_000, stall_for=30), body)
    finished = tfhub.with_env(TFHUB_STALL_TIMEOUT="1").ok("resolve", handle)
    assert models.tree(finished.path) == TREE and finished.seconds < 25


def test_a_server_that_never_answers_is_given_up_after_the_stall_timeout(tfhub, fault):
    from support.fault_server import stall

    env = tfhub.with_env(TFHUB_STALL_TIMEOUT="1", TFHUB_RETRIES="1")
    finished = env.fails(NETWORK, "resolve", fault.on("/m/1", stall(60)))
    assert finished.seconds < 30 and len(fault.requests) == 2


def test_a_slow_transfer_that_moves_is_not_cut(tfhub, fault):
    handle = fault.on("/m/1", Body(ARCHIVE).but(drip=0.3, piece=len(ARCHIVE) // 16))
    began = time.monotonic()
    assert models.tree(tfhub.with_env(TFHUB_STALL_TIMEOUT="4").ok("resolve", handle).path) == TREE
    assert time.monotonic() - began > 4, "it was not slow enough to be cut"
    assert len(fault.requests) == 1


def test_a_server_that_hangs_up_at_once_is_tried_again(tfhub, fault):
    handle = fault.on("/m/1", hang_up, Body(ARCHIVE))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_is_busy_is_tried_again(tfhub, fault, status):
    handle = fault.on("/m/1", reply(status, b"busy"), reply(status, b"busy"), Body(ARCHIVE))
    assert models.tree(tfhub.with_env(TFHUB_RETRIES="4").ok("resolve", handle).path) == TREE
    assert len(fault.requests) == 3


def test_retries_are_bounded_and_spaced(tfhub, fault):
    handle = fault.on("/m/1", reply(503, b"busy"))
    finished = tfhub.with_env(TFHUB_RETRIES="3").run("resolve", handle, "--verbose")
    assert finished.code == NETWORK
    times = [r.time for r in fault.requests]
    pauses = [int(ms) for ms in re.findall(r"trying again in (\d+) ms$", finished.err, re.MULTILINE)]
    assert len(times) == 4 and len(pauses) == 3, finished.err
    # Each is anything from nothing up to its step (full jitter).
    assert all(pause <= step for pause, step in zip(pauses, (250, 500, 1000))) and any(pauses), pauses
    assert all(after - before >= pause / 1000 for before, after, pause in zip(times, times[1:], pauses)), (times, pauses)


@pytest.mark.parametrize("status,code", [(400, NETWORK), (401, NOT_ALLOWED), (403, NOT_ALLOWED), (404, NOT_FOUND), (410, NOT_FOUND)])
def test_a_refusal_is_not_tried_again(tfhub, fault, status, code):
    handle = fault.on("/m/1", reply(status, b"no"))
    tfhub.with_env(TFHUB_RETRIES="4").fails(code, "resolve", handle)
    assert len(fault.requests) == 1


def test_retry_after_is_respected(tfhub, fault):
    handle = fault.on("/m/1", reply(429, b"", Retry_After="2"), Body(ARCHIVE))
    tfhub.ok("resolve", handle)
    assert 2 <= fault.requests[1].time - fault.requests[0].time < 30


def test_a_digest_that_the_host_names_is_checked(tfhub, fault, cache):
    good = fault.on("/m/1", Body(ARCHIVE, Repr_Digest=digest_of(ARCHIVE)))
    assert models.tree(tfhub.ok("resolve", good).path) == TREE
    bad = fault.on("/m/2", Body(ARCHIVE, Repr_Digest=digest_of(OTHER)))
    finished = tfhub.fails(CORRUPT, "resolve", bad)
    assert "digest" in finished.err.lower() or "sha-256" in finished.err.lower()
    cache.must_hold_exactly(good)


def test_google_s_md5_is_checked_too(tfhub, fault, cache):
    md5 = base64.b64encode(hashlib.md5(ARCHIVE).digest()).decode()
    good = fault.on("/m/1", Body(ARCHIVE, x_goog_hash=f"md5={md5}"))
    assert models.tree(tfhub.ok("resolve", good).path) == TREE
    wrong = base64.b64encode(bytes(16)).decode()
    tfhub.fails(CORRUPT, "resolve", fault.on("/m/2", Body(ARCHIVE, x_goog_hash=f"md5={wrong}")))
    cache.must_hold_exactly(good)


def test_a_digest_also_covers_a_download_that_was_taken_up_again(tfhub, fault, cache):
    body = Body(ARCHIVE, Repr_Digest=digest_of(ARCHIVE))
    good = fault.on("/m/1", body.but(cut=100_000), body)
    assert models.tree(tfhub.ok("resolve", good).path) == TREE
    spliced = ARCHIVE[:100_000] + OTHER[100_000:]
    evil = fault.on("/m/2", Body(ARCHIVE, Repr_Digest=digest_of(ARCHIVE)).but(cut=100_000), Body(spliced, Repr_Digest=digest_of(ARCHIVE)))
    assert "digest" in tfhub.fails(CORRUPT, "resolve", evil).err
    assert [r.headers.get("range") for r in fault.seen("/m/2")] == [None, "bytes=100000-", None]
    cache.must_hold_exactly(good)
