"""A download that is cut: taken up again where it stood, or begun anew, or an error; never a splice of two files."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import models
from support.command import CORRUPT, NETWORK
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
        requests = fault.seen(f"/{how}/{point + 1}")
        assert len(requests) == 2
        if "range" in requests[1].headers:
            assert requests[1].headers["if-range"] == '"one"'
        if point >= 16384 and how == "orderly":
            assert requests[1].headers["range"] == f"bytes={point}-"

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


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_spliced(tfhub, fault, etag):
    """No If-Range is possible: the second answer may be another file."""
    handle = fault.on("/m/1", Body(ARCHIVE, etag=etag).but(cut=200_000), Body(OTHER, etag=etag))
    finished = tfhub.run("resolve", handle)
    assert finished.code in (0, NETWORK, CORRUPT)
    if finished.code == 0:
        assert models.tree(finished.path) == models.tree_of(OTHER_FILES)


def test_a_file_that_changed_between_two_parts_gives_the_new_one_whole(tfhub, fault):
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=200_000), Body(OTHER, etag='"two"'))
    assert models.tree(tfhub.ok("resolve", handle).path) == models.tree_of(OTHER_FILES)


def test_a_server_that_ignores_if_range_does_not_make_us_splice(tfhub, fault, cache):
    lying = Body(OTHER, etag='"two"')
    handle = fault.on("/m/1", Body(ARCHIVE).but(cut=200_000), lying.but(ignore_if_range=True), lying)
    finished = tfhub.run("resolve", handle)
    assert finished.code in (0, NETWORK, CORRUPT), str(finished)
    if finished.code == 0:
        assert models.tree(finished.path) == models.tree_of(OTHER_FILES)
    else:
        assert cache.names() == set()


@pytest.mark.parametrize("content_range", [
    "bytes 0-99/{n}", "bytes 199999-{e}/{n}", "bytes 200001-{e}/{n}", "bytes 200000-{e}/999999999", "nonsense",
    "bytes 200000-{e}/{n1}",
])
def test_a_wrong_content_range_is_never_believed(tfhub, fault, cache, content_range):
    body, n = Body(ARCHIVE), len(ARCHIVE)
    lie = content_range.format(n=n, e=n - 1, n1=n + 1)
    handle = fault.on("/m/1", body.but(cut=200_000), body.but(content_range=lie), body)
    finished = tfhub.run("resolve", handle)
    assert finished.code in (0, NETWORK, CORRUPT)
    cache.must_show_nothing_partial(handle, TREE)
    if finished.code:
        assert cache.names() == set()


def test_a_416_to_the_rest_is_no_dead_end(tfhub, fault):
    body = Body(ARCHIVE)
    handle = fault.on("/m/1", body.but(cut=200_000), reply(416, b"", Content_Range=f"bytes */{len(ARCHIVE)}"), body)
    finished = tfhub.with_env(TFHUB_RETRIES="3").run("resolve", handle)
    assert finished.code in (0, NETWORK)
    if finished.code == 0:
        assert models.tree(finished.path) == TREE


def test_a_server_that_always_cuts_is_a_network_failure_and_leaves_nothing(tfhub, fault, cache):
    handle = fault.on("/m/1", Body(ARCHIVE, ranges=False).but(cut=1000))
    finished = tfhub.fails(NETWORK, "resolve", handle)
    assert handle in finished.err
    assert cache.names() == set()


@pytest.mark.parametrize("length", [len(ARCHIVE) + 1000, len(ARCHIVE) + 1])
def test_a_content_length_that_is_too_long_is_noticed(tfhub, fault, cache, length):
    handle = fault.on("/m/1", Body(ARCHIVE, etag=None, ranges=False).but(length=length))
    finished = tfhub.run("resolve", handle)
    assert finished.code in (NETWORK, CORRUPT), str(finished)
    assert cache.names() == set()


@pytest.mark.parametrize("length", [len(ARCHIVE) - 1, len(ARCHIVE) - 1000, 0, 10])
def test_a_content_length_that_is_too_short_is_noticed(tfhub, fault, cache, length):
    handle = fault.on("/m/1", Body(ARCHIVE, etag=None, ranges=False).but(length=length))
    finished = tfhub.run("resolve", handle)
    assert finished.code in (NETWORK, CORRUPT), str(finished)
    assert cache.names() == set()


def test_chunked_answers_without_a_length_are_read_to_their_end_and_noticed_when_cut(tfhub, fault, cache):
    whole = fault.on("/m/1", Body(ARCHIVE, ranges=False).but(chunked=True))
    assert models.tree(tfhub.ok("resolve", whole).path) == TREE
    cut = fault.on("/m/2", Body(ARCHIVE, ranges=False, etag=None).but(chunked=True, cut=200_000))
    assert tfhub.run("resolve", cut).code in (NETWORK, CORRUPT)
    cache.must_hold_exactly(whole)


def test_a_transfer_that_stands_still_counts_as_cut(tfhub, fault):
    body = Body(ARCHIVE)
    handle = fault.on("/m/1", body.but(stall_at=100_000, stall_for=30), body)
    finished = tfhub.with_env(TFHUB_STALL_TIMEOUT="1").ok("resolve", handle)
    assert models.tree(finished.path) == TREE and finished.seconds < 8


def test_a_server_that_never_answers_is_given_up_after_the_stall_timeout(tfhub, fault):
    from support.fault_server import stall

    env = tfhub.with_env(TFHUB_STALL_TIMEOUT="1", TFHUB_RETRIES="1")
    finished = env.fails(NETWORK, "resolve", fault.on("/m/1", stall(60)))
    assert finished.seconds < 10


def test_a_slow_transfer_that_moves_is_not_cut(tfhub, fault):
    handle = fault.on("/m/1", Body(ARCHIVE).but(drip=0.3, piece=len(ARCHIVE) // 8))
    assert models.tree(tfhub.with_env(TFHUB_STALL_TIMEOUT="1").ok("resolve", handle).path) == TREE
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
    tfhub.with_env(TFHUB_RETRIES="3").fails(NETWORK, "resolve", handle)
    times = [r.time for r in fault.requests]
    assert len(times) == 4
    # Each pause is anything from nothing up to its step (full jitter), so only all of them together tell.
    assert times[-1] - times[0] > 0.05, times


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(tfhub, fault, status):
    handle = fault.on("/m/1", reply(status, b"no"))
    tfhub.with_env(TFHUB_RETRIES="4").run("resolve", handle)
    assert len(fault.requests) == 1


def test_retry_after_is_respected(tfhub, fault):
    handle = fault.on("/m/1", reply(429, b"", Retry_After="2"), Body(ARCHIVE))
    tfhub.ok("resolve", handle)
    assert 1.9 <= fault.requests[1].time - fault.requests[0].time < 5


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
    assert tfhub.run("resolve", evil).code in (NETWORK, CORRUPT)
    cache.must_hold_exactly(good)
