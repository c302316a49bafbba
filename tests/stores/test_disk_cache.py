"""--disk-cache: the server keeps the files of models that are asked for on its own disk, too."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import models
from support.bad_cloud import reads_of, stall_after
from support.command import CONFLICT, NOT_ALLOWED, USAGE, kill
from support.mounts import as_nobody, read_only, with_small_disk
from support.raw_http import get, request
from support.server import Server
from support.waiting import wait_for

ARCHIVE = "/acme/{}/1?tf-hub-format=compressed"
MIB = 1 << 20


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


@pytest.fixture
def disk(scratch):
    return scratch / "disk-cache"


def metric(server, name: str) -> int:
    return int(re.search(rf"^tfhub_disk_cache_{name} (\d+)$", get(server, "/metrics").text, re.MULTILINE)[1])


def kept(disk) -> dict:
    """The whole files, and their bytes."""
    return {path.name: path.read_bytes() for path in disk.iterdir() if re.fullmatch("[0-9a-f]{64}", path.name)}


def unfinished(disk) -> list:
    return list(disk.glob("*.part"))


def warmed(server, name: str, disk) -> bytes:
    """The archive's bytes, once they are kept as well."""
    body = get(server, ARCHIVE.format(name)).body
    wait_for(lambda: body in kept(disk).values(), "the archive is not kept")
    return body


def test_what_was_downloaded_once_is_served_without_the_cloud(bad, publish, serve, disk, scratch):
    publish("acme/mul/1", models.saved_model(scratch / "model", size=2 * MIB))
    publish("acme/cold/1")
    server = serve("--disk-cache", disk, "--disk-cache-size", "1GiB", env=bad.settings())
    file = "/acme/mul/1/variables/variables.index?tf-hub-format=file"
    first, index = get(server, ARCHIVE.format("mul")), get(server, file)
    wait_for(lambda: {first.body, index.body} == set(kept(disk).values()), "they are not kept")
    bad.go_away()
    again = get(server, ARCHIVE.format("mul"))
    assert (again.status, again.body) == (200, first.body)
    # What does not depend on the moment: on the disk or on its way there, the answer is the same.
    assert {n: v for n, v in again.headers.items() if n != "Date"} == {n: v for n, v in first.headers.items() if n != "Date"}
    assert get(server, file).body == index.body
    part = get(server, ARCHIVE.format("mul"), Range="bytes=1000-1000999")
    assert (part.status, part.body, part["Content-Range"]) == (206, first.body[1000:1001000], f"bytes 1000-1000999/{len(first.body)}")
    assert get(server, ARCHIVE.format("mul"), Range="bytes=-5").body == first.body[-5:]
    assert get(server, ARCHIVE.format("mul"), If_None_Match=first["ETag"]).status == 304
    assert request(server, "HEAD", ARCHIVE.format("mul"))["Content-Length"] == str(len(first.body))
    assert get(server, ARCHIVE.format("cold")).status == 503
    assert metric(server, "bytes") == len(first.body) + len(index.body)
    assert metric(server, "hits_total") == 4 and metric(server, "misses_total") == 2


def test_many_who_ask_at_once_get_the_right_bytes_from_one_download(cloud, publish, serve, disk, scratch):
    publish("acme/large/1", models.saved_model(scratch / "model", size=24 * MIB))
    with_cache, without = serve("--disk-cache", disk), serve()
    expected = get(without, ARCHIVE.format("large")).body
    ranges = [None, (0, 99), (5 * MIB, 7 * MIB), (len(expected) - 10, len(expected) - 1)] * 4

    def ask(part):
        headers = {"Range": f"bytes={part[0]}-{part[1]}"} if part else {}
        body = get(with_cache, ARCHIVE.format("large"), **headers).body
        return body == (expected[part[0]:part[1] + 1] if part else expected)

    with ThreadPoolExecutor(len(ranges)) as pool:
        assert all(pool.map(ask, ranges))
    wait_for(lambda: kept(disk), "it is not kept")  # who read along had it before it was
    assert set(kept(disk).values()) == {expected} and not unfinished(disk)
    assert metric(with_cache, "bytes") == len(expected) and metric(with_cache, "evictions_total") == 0
    assert with_cache.peak_memory() < 64 * MIB
    # Whoever came first brought it; all others read along, or from the disk, or a far part from the cloud.
    assert metric(with_cache, "misses_total") + metric(with_cache, "hits_total") == len(ranges)


def test_what_was_not_asked_for_for_the_longest_time_goes_first(publish, serve, disk, scratch):
    for seed, name in enumerate(["a", "b", "c"]):
        publish(f"acme/{name}/1", models.saved_model(scratch / name, size=MIB, seed=seed))
    server = serve("--disk-cache", disk, "--disk-cache-size", "2500KiB")
    a, b = (warmed(server, name, disk) for name in "ab")
    assert get(server, ARCHIVE.format("a")).body == a
    c = warmed(server, "c", disk)
    assert set(kept(disk).values()) == {a, c} and metric(server, "evictions_total") == 1
    assert get(server, ARCHIVE.format("b")).body == b


def test_what_is_larger_than_the_cache_passes_through(publish, serve, disk, scratch):
    publish("acme/large/1", models.saved_model(scratch / "model", size=2 * MIB))
    server = serve("--disk-cache", disk, "--disk-cache-size", "1MiB")
    assert len({get(server, ARCHIVE.format("large")).body for _ in range(3)}) == 1
    assert not kept(disk) and not unfinished(disk)


def test_a_killed_server_leaves_nothing_that_its_successor_takes_for_whole(bad, publish, serve, disk, scratch):
    publish("acme/done/1")
    publish("acme/large/1", models.saved_model(scratch / "large", size=8 * MIB))
    bad.plan("GET", reads_of("/large/1.tar.gz"), stall_after(3 * MIB), always=True)
    server = serve("--disk-cache", disk, env=bad.settings() | {"TFHUB_STORE_TIMEOUT": "100"})
    done = warmed(server, "done", disk)
    with ThreadPoolExecutor(1) as pool:
        download = pool.submit(get, server, ARCHIVE.format("large"))
        wait_for(lambda: any(path.stat().st_size > MIB for path in unfinished(disk)), "nothing arrives")
        kill(server.process)
        assert download.exception() is not None
    assert unfinished(disk) and set(kept(disk).values()) == {done}
    successor = serve("--disk-cache", disk)
    assert not unfinished(disk) and metric(successor, "bytes") == len(done)
    assert get(successor, ARCHIVE.format("done")).body == done
    assert metric(successor, "hits_total") == 1 and metric(successor, "misses_total") == 0
    assert warmed(successor, "large", disk) == get(serve(), ARCHIVE.format("large")).body


def test_a_disk_that_is_too_small_for_all_holds_what_it_can_and_no_download_fails(tfhub, publish, serve, bucket, scratch):
    expected, plain = {}, serve()
    for seed, name in enumerate("abcdef"):
        publish(f"acme/{name}/1", models.saved_model(scratch / name, size=3 * MIB, seed=seed))
        expected[name] = get(plain, ARCHIVE.format(name)).body
    publish("acme/large/1", models.saved_model(scratch / "large", size=12 * MIB))
    disk = scratch / "small"
    disk.mkdir()
    tfhub.prefix = with_small_disk(disk, "10M")
    log = scratch / "small.log"
    with Server(tfhub, bucket, "--disk-cache", disk, "--disk-cache-size", "1GiB", log=log) as server:
        before = 0  # bytes of the one that was asked for before
        for name in "abcdefabcdef":
            assert get(server, ARCHIVE.format(name)).body == expected[name]
            # There is room for two. Whoever came sooner would find the room of this one neither free nor to be made free.
            both = before + len(expected[name])
            wait_for(lambda: metric(server, "bytes") == both, "it is not kept")
            before = len(expected[name])
        assert metric(server, "evictions_total") == 10 and metric(server, "hits_total") == 0
        assert "disk cache" not in log.read_text()
        whole = get(plain, ARCHIVE.format("large")).body
        assert all(get(server, ARCHIVE.format("large")).body == whole for _ in range(3))
    assert log.read_text().count("too full") == 1, "said once, not once a request"  # all of it is written when it has ended


def test_a_directory_that_cannot_be_written_is_told_at_the_start(tfhub, bucket, disk):
    disk.mkdir(mode=0o755)
    serve = ["serve", "--store", bucket, "--listen", "127.0.0.1:0", "--disk-cache"]
    tfhub.prefix = read_only(disk)
    assert "read-only" in tfhub.fails(NOT_ALLOWED, *serve, disk).err
    tfhub.prefix = as_nobody()
    assert str(disk) in tfhub.fails(NOT_ALLOWED, *serve, disk / "deeper").err


def test_a_directory_is_one_server_s_own(tfhub, bucket, serve, disk):
    serve("--disk-cache", disk)
    finished = tfhub.fails(CONFLICT, "serve", "--store", bucket, "--listen", "127.0.0.1:0", "--disk-cache", disk)
    assert str(disk) in finished.err


def test_redirects_and_reading_in_place_go_on_as_without(cloud, bucket, publish, serve, disk):
    publish("acme/mul/1")
    server = serve("--disk-cache", disk, "--redirect-downloads")
    in_place = get(server, "/acme/mul/1?tf-hub-format=uncompressed")
    assert (in_place.status, in_place.text) == (303, f"{bucket}/acme/mul/1/uncompressed")
    answer = get(server, ARCHIVE.format("mul"))
    if cloud.signs:
        assert answer.status == 302 and cloud.signs in answer["Location"]
        assert not kept(disk)
    else:  # anonymous: there is nothing to sign with
        assert answer.status == 200
    file = get(server, "/acme/mul/1/saved_model.pb?tf-hub-format=file")
    assert file.status == 200
    wait_for(lambda: file.body in kept(disk).values(), "what is not redirected is not kept")


def test_documents_and_new_versions_are_seen_as_without(publish, serve, disk):
    publish("acme/mul/1", seed=1)
    server = serve("--disk-cache", disk)
    newest = "/acme/mul?tf-hub-format=compressed"
    first = get(server, newest)
    publish("acme/mul/2", seed=2)
    wait_for(lambda: get(server, newest)["Content-Location"] != first["Content-Location"], "the old version is still the newest")
    assert get(server, newest).body != first.body


def test_it_is_for_a_bucket_and_its_size_is_of_something(tfhub, scratch, disk):
    plain = ["serve", "--create", "--store", scratch / "directory", "--listen", "127.0.0.1:0"]
    assert "bucket" in tfhub.fails(USAGE, *plain, "--disk-cache", disk).err
    assert "--disk-cache" in tfhub.fails(USAGE, *plain, "--disk-cache-size", "1GiB").err
    assert "'much'" in tfhub.fails(USAGE, *plain, "--disk-cache", disk, "--disk-cache-size", "much").err
