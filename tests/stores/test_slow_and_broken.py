"""A store that refuses, cuts, dawdles, stalls, goes away and comes back: what was begun is done after all, or fails plainly and leaves
nothing; and whoever downloads through a server gets the right bytes or none that pass for them."""

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import models
from support.bad_cloud import cut_answer, cut_request, delay, lose_answer, reads_of, refuse, stall, stall_after, trickle, without_range
from support.buckets import left_overs, visible
from support.command import NETWORK
from support.emulators import EMULATORS
from support.raw_http import get
from support.waiting import wait_for

ANY = "GET|HEAD|PUT|POST|DELETE"
WRITES = "PUT|POST|DELETE"
ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"
ARCHIVE_BYTES = reads_of("/acme/mul/1.tar.gz")
LARGE = 13 << 20  # goes in parts
SOON = {"TFHUB_STORE_TIMEOUT": "2", "TFHUB_STALL_TIMEOUT": "2"}
FEW = {"TFHUB_RETRIES": "2"}  # for what fails however often it is tried


@pytest.fixture
def tfhub(tfhub, bad):
    return tfhub.with_env(**bad.settings(), TFHUB_RETRIES="4")


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


@pytest.fixture
def large(scratch):
    return models.saved_model(scratch / "large", size=LARGE)


@pytest.fixture
def served(publish, large, serve):
    """A server of the large model, and its archive's bytes."""
    publish("acme/mul/1", large)
    server = serve(env=SOON)
    whole = get(server, ARCHIVE)
    assert whole.status == 200 and len(whole.body) > LARGE
    return server, whole.body


def download(server, target=ARCHIVE, **headers):
    """Its body as far as it comes, and whether that was all that was promised."""
    try:
        answer = get(server, target, **headers)
        return answer.status, answer.body, True
    except http.client.IncompleteRead as cut:
        return None, cut.partial, False


ONCE = {
    "refused": (ANY, refuse(429), refuse(500), refuse(503)), "the question cut": (WRITES, cut_request(20)),
    "the answer cut": (ANY, cut_answer(10)), "the answer lost": (WRITES, lose_answer),
}


@pytest.mark.parametrize("how", ONCE)
def test_what_fails_once_is_done_again(tfhub, cloud, bad, bucket, serve, large, how):
    """Each single request of a publish and of a download fails when it is made for the first time."""
    method, *faults = ONCE[how]
    plan = bad.plan(method, "", *faults, each=True)
    tfhub.ok("publish", large, "acme/mul/1", "--store", bucket)
    assert plan.met > 20
    assert left_overs(cloud, bucket) == []
    bad.plan(ANY, "", *faults, each=True)
    assert models.tree(tfhub.ok("resolve", f"{serve().url}/acme/mul/1").path) == models.tree(large)


@pytest.mark.parametrize("cloud", ["s3"], indirect=True)
def test_an_upload_that_is_done_and_not_told_of_is_done(tfhub, bad, bucket, serve, large):
    """Amazon's storage may not know it any more when it is asked again."""
    plan = bad.plan("POST", "archive.*uploadId=", lose_answer, refuse(404))
    tfhub.ok("publish", large, "acme/mul/1", "--store", bucket)
    assert plan.met == 2
    assert models.tree(tfhub.ok("resolve", f"{serve().url}/acme/mul/1").path) == models.tree(large)


def test_a_request_is_made_again_no_sooner_than_the_cloud_asks(tfhub, bad, bucket, large):
    written = r"mul(/|%2F)1(/|%2F)\.entry\.json"
    plan = bad.plan("PUT|POST", written, refuse(429, Retry_After="1"))
    tfhub.ok("publish", large, "acme/mul/1", "--store", bucket)
    assert plan.met == 1
    first, second = bad.seen("PUT|POST", written)[:2]
    assert second.time - first.time >= 1


def test_a_cloud_that_takes_its_time_to_copy_has_it(tfhub, cloud, bad, bucket, scratch):
    """It says nothing while it writes every byte again, longer than anything else may stand still: a second more for each 8 MiB."""
    copies = r"(rewriteTo|^(?!.*\.staging)).*(mul(/|%2F)1\.tar\.gz|variables\.data)"
    large = models.saved_model(scratch / "large", size=40 << 20)
    plan = bad.plan("PUT|POST", copies, delay(3.2), always=True)
    tfhub.with_env(TFHUB_STALL_TIMEOUT="3", TFHUB_RETRIES="0").ok("publish", large, "acme/mul/1", "--store", bucket)
    assert plan.met == 2
    assert left_overs(cloud, bucket) == []


COPY = {"gs": lambda asked: "/rewriteTo/" in asked.target, "s3": lambda asked: "x-amz-copy-source" in asked.headers,
        "az": lambda asked: "x-ms-copy-source" in asked.headers}


def test_the_file_that_shows_that_all_are_there_is_copied_last(tfhub, cloud, bad, bucket, scratch):
    """The last one in the order of paths, and not before the others have arrived: their answers come late."""
    others = r"(rewriteTo|^(?!.*\.staging)).*(mul(/|%2F)1\.tar\.gz|vocabulary\.txt|fingerprint\.pb|saved_model\.pb|variables\.data)"
    late = bad.plan("PUT|POST", others, delay(0.5), always=True)
    tfhub.ok("publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", bucket)
    *before, last = [asked for asked in bad.seen("PUT|POST", "") if COPY[cloud.scheme](asked)]
    assert late.met == len(before) == 5 and "variables.index" in last.target
    assert all(last.time - asked.time >= 0.5 for asked in before)


def test_large_bytes_come_by_a_connection_of_our_own_and_after_a_cut_by_another_way(bad, served):
    """Signed as the cloud wants it; and not one byte is asked for twice, nor left out."""
    server, whole = served
    ours = bad.seen("GET", ARCHIVE_BYTES)
    assert len(ours) == 1 and ours[0].headers["user-agent"].startswith("tfhub/")
    bad.plan("GET", ARCHIVE_BYTES, cut_answer(6 << 20))
    assert download(server) == (200, whole, True)
    _, cut, rest = bad.seen("GET", ARCHIVE_BYTES)
    assert cut.headers["user-agent"].startswith("tfhub/") and "user-agent" not in rest.headers  # OpenDAL has none
    first, last = rest.headers["range"].removeprefix("bytes=").split("-")
    assert (6 << 20) - (64 << 10) <= int(first) <= 6 << 20 and int(last) == len(whole) - 1


ALWAYS = {"503": (ANY, refuse(503)), "429": (ANY, refuse(429)), "cut answers": (ANY, cut_answer(0)), "no answers": (ANY, stall)}


FOR_GOOD = {how: fault for how, (_, fault) in ALWAYS.items()} | {"lost answers": lose_answer}


@pytest.mark.parametrize("cloud,how", [  # Azure's answers to writes have no body that could be cut
    (cloud, how) for cloud in EMULATORS for how in FOR_GOOD if (cloud, how) != ("az", "cut answers")], indirect=["cloud"])
def test_what_fails_for_good_fails_plainly_and_nothing_is_seen(tfhub, cloud, bad, bucket, serve, large, how):
    fault = FOR_GOOD[how]
    bad.plan("PUT|POST", r"uncompressed|part-", fault, always=True)
    finished = tfhub.with_env(**SOON, **FEW).fails(NETWORK, "publish", large, "acme/mul/1", "--store", bucket)
    assert bucket in finished.err
    assert visible(cloud, bucket) == set()
    bad.call_off()
    tfhub.ok("publish", large, "acme/mul/1", "--store", bucket)
    assert left_overs(cloud, bucket) == []
    assert models.tree(tfhub.ok("resolve", f"{serve().url}/acme/mul/1").path) == models.tree(large)


@pytest.mark.parametrize("how", ALWAYS)
def test_a_server_says_that_its_store_does_not_answer_and_recovers_by_itself(bad, publish, serve, how):
    publish("acme/mul/1")
    server = serve("--refresh-interval", "0.1", env=SOON | FEW)
    whole = get(server, ARCHIVE).body
    method, fault = ALWAYS[how]
    bad.plan(method, "", fault, always=True)
    for target in (ARCHIVE, "/acme/other/1"):
        answer = get(server, target)
        assert (answer.status, answer["Cache-Control"]) == (503, "no-store"), target
    wait_for(lambda: get(server, "/readyz").status == 503, "ready though its store does not answer")
    assert get(server, "/healthz").status == 200
    bad.call_off()
    wait_for(lambda: get(server, "/readyz").status == 200, "not ready though its store answers again")
    assert get(server, ARCHIVE).body == whole


CUTS = {"cut": cut_answer, "stalled": stall_after}


@pytest.mark.parametrize("how", CUTS)
def test_a_download_goes_on_where_the_store_s_answer_broke_off(bad, served, how):
    server, whole = served
    seen = len(bad.seen("GET", ARCHIVE_BYTES))
    plan = bad.plan("GET", ARCHIVE_BYTES, *(CUTS[how](size) for size in (1_000, 3_000_000, 100_001, 5_000_000)))
    assert download(server) == (200, whole, True)
    assert plan.met == 4
    offsets = [int(asked.headers.get("range", "bytes=0-")[6:].partition("-")[0]) for asked in bad.seen("GET", ARCHIVE_BYTES)[seen:]]
    assert len(offsets) == 5 and sorted(set(offsets)) == offsets


def test_a_part_goes_on_where_the_store_s_answer_broke_off(bad, served):
    server, whole = served
    plan = bad.plan("GET", ARCHIVE_BYTES, cut_answer(2_000_000), cut_answer(10))
    assert download(server, Range="bytes=1000000-9999999") == (206, whole[1_000_000:10_000_000], True)
    assert plan.met == 2


@pytest.mark.parametrize("cloud", ["gs"], indirect=True)
def test_what_goes_on_with_the_whole_is_not_taken_for_the_rest(bad, served):
    server, whole = served
    plan = bad.plan("GET", ARCHIVE_BYTES, cut_answer(2_000_000), without_range)
    assert download(server) == (200, whole, True)
    assert plan.met == 2


def test_a_download_that_cannot_go_on_is_cut_and_never_wrong(tfhub, bad, served, large, cache):
    server, whole = served
    plan = bad.plan("GET", ARCHIVE_BYTES, cut_answer(2_000_000), *[refuse(503)] * 5)
    _, body, complete = download(server)
    assert not complete and whole.startswith(body) and len(body) > 1_000_000
    assert plan.met > 2
    bad.plan("GET", ARCHIVE_BYTES, cut_answer(2_000_000), *[refuse(503)] * 5, always=True)
    tfhub.with_env(TFHUB_RETRIES="0").fails(NETWORK, "resolve", f"{server.url}/acme/mul/1")
    assert cache.names() == set()
    bad.call_off()
    assert models.tree(tfhub.ok("resolve", f"{server.url}/acme/mul/1").path) == models.tree(large)


def test_a_download_survives_a_store_that_goes_away_and_comes_back(bad, served):
    server, whole = served
    slow = bad.plan("GET", ARCHIVE_BYTES, trickle(1 << 16, 0.05))
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(download, server)
        wait_for(lambda: slow.met == 1, "nobody asks for the archive")
        bad.go_away()
        bad.come_back()
        assert answer.result() == (200, whole, True)


def test_a_slow_store_keeps_nobody_else_waiting(bad, served, publish, serve, scratch):
    """Many wait for bytes that do not come; others are answered meanwhile."""
    publish("acme/quick/1", models.saved_model(scratch / "quick", seed=2))
    server, whole, waiting = serve(env={"TFHUB_STORE_TIMEOUT": "100"}), served[1], 40
    plan = bad.plan("GET", ARCHIVE_BYTES, stall_after(1_000), always=True)
    with ThreadPoolExecutor(waiting) as pool:
        slow = [pool.submit(download, server) for _ in range(waiting)]
        wait_for(lambda: plan.met == waiting, "not everybody waits for the archive")
        for target in ("/acme/quick/1?tf-hub-format=compressed", "/acme/mul/1?tf-hub-format=uncompressed", "/acme/none/1", "/api/v1/models", "/"):
            assert get(server, target).status in (200, 303, 404), target
        assert not [one for one in slow if one.done()]
        bad.call_off()
        assert [one.result() for one in slow] == [(200, whole, True)] * waiting
