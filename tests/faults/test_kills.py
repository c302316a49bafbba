"""SIGKILL at random moments, hundreds in all: nothing partial is ever visible, and the next run succeeds at once."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import pytest

from support import models
from support.cache import CacheDirectory
from support.command import REPOSITORY, kill
from support.fault_server import Body
from support.raw_http import get
from support.waiting import wait_for

pytestmark = pytest.mark.alone

SEED = os.environ.get("TESTS_SEED", "tfhub")  # another one gives other moments; unset, every run is the same
# So many are killed in the middle of their work, at moments within what the last whole run took: a machine may become slower
# or quicker meanwhile. One that was done before its kill is not counted.
RESOLVE_KILLS, PULL_KILLS, PUBLISH_KILLS = 150, 40, 110
FILES = models.saved_model_files(size=3_000_000, extra={f"assets.extra/{i:03d}": models.noise(8000, i) for i in range(60)})
TREE = models.tree_of(FILES)


@pytest.fixture(scope="module")
def archive():
    return models.tar_of(FILES)


def kill_after(process, seconds) -> bool:
    """True if that was in the middle of its work."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    kill(process)
    return process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_resolve_leaves_nothing_partial_and_the_next_one_succeeds(tfhub, fault, archive, scratch):
    dice = random.Random(SEED + "resolve")
    handle = fault.on("/acme/mul/1", Body(archive))
    usual = tfhub.ok("resolve", handle).seconds
    for round_ in range(RESOLVE_KILLS // 5):
        cache = CacheDirectory(scratch / f"cache{round_}")
        env = tfhub.with_env(TFHUB_CACHE_DIR=str(cache.path))
        killed = 0
        while killed < 5:
            if cache.entry(handle).exists():  # it was quicker than the kill, or done: a hit is no target
                shutil.rmtree(cache.path)
            killed += kill_after(env.start("resolve", handle), dice.uniform(0, usual))
            cache.must_show_nothing_partial(handle, TREE)
        finished = env.ok("resolve", handle)
        assert finished.seconds < 30, "the next run did not start to fetch at once"  # a lock that is respected: ten minutes
        usual = finished.seconds
        assert models.tree(finished.path) == TREE
        env.ok("cache", "verify")
        env.ok("cache", "prune")
        cache.must_hold_exactly(handle)


@pytest.mark.slow
def test_a_killed_pull_to_a_place_leaves_the_place_as_it_was(tfhub, fault, archive, scratch):
    dice = random.Random(SEED + "pull")
    handle = fault.on("/acme/mul/1", Body(archive))
    out = scratch / "out"
    command = ("pull", handle, "--format", "tf", "-o", out, "--force")
    old = models.tree_of({"old": b"old"})
    usual = tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / "warm")).ok(*command).seconds
    for round_ in range(PULL_KILLS // 10):
        killed = 0
        while killed < 10:
            shutil.rmtree(out, ignore_errors=True)
            models.write_tree(out, {"old": b"old"})
            shutil.rmtree(scratch / "c", ignore_errors=True)
            killed += kill_after(tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / "c")).start(*command), dice.uniform(0, usual))
            if out.exists():  # between taking the old away and putting the new there is one moment, which a kill may hit
                assert models.tree(out) in (old, TREE)
        usual = tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / f"c{round_}")).ok(*command).seconds
        assert models.tree(out) == TREE


@pytest.mark.slow
def test_a_killed_publish_shows_nothing_partial_and_the_next_one_succeeds(tfhub, serve, store, scratch):
    dice = random.Random(SEED + "publish")
    directory = models.write_tree(scratch / "m", FILES)
    usual = tfhub.ok("publish", directory, "acme/warm/1", "--store", store).seconds
    server = serve()
    killed = version = 0
    while killed < PUBLISH_KILLS:
        version += 1
        name = f"acme/mul/{version}"
        killed += kill_after(tfhub.start("publish", directory, name, "--store", store), dice.uniform(0, usual))
        must_be_absent_or_whole(server, name)
        if version % 11 == 0:
            finished = tfhub.ok("publish", directory, name, "--store", store)
            assert finished.seconds < 30  # a disk that syncs slowly may add seconds; a lock that is waited for, minutes
            # What a server has not found it may say to be missing for a moment more, by one of its URLs and not by another.
            urls = [f"/{name}?tf-hub-format=compressed", f"/api/v1/models/{name}"]
            wait_for(lambda: all(get(server, url).status == 200 for url in urls), f"{name} is published and does not appear")
            assert must_be_absent_or_whole(server, name) == 200
            usual = tfhub.ok("publish", directory, f"acme/warm/{version}", "--store", store).seconds
    tfhub.ok("publish", directory, "acme/last/1", "--store", store)
    assert staged(store) == [], "left-overs of dead publishers were not removed by the next publish"
    whole = [p for p in store.glob("acme/mul/*") if p.suffix == ".gz" or p.is_dir()]
    for path in whole:
        version = path.name.removesuffix(".tar.gz")
        assert get(server, f"/api/v1/models/acme/mul/{version}").status == 200, f"{path} belongs to no version"


def must_be_absent_or_whole(server, name) -> int:
    answer = get(server, f"/{name}?tf-hub-format=compressed")
    assert answer.status in (200, 404), f"{answer.body}\n{server.log.read_text()[-600:]}"
    version = get(server, f"/api/v1/models/{name}")
    assert version.status == answer.status or get(server, f"/{name}?tf-hub-format=compressed").status == version.status
    if answer.status == 200:
        import hashlib
        import io
        import tarfile

        with tarfile.open(fileobj=io.BytesIO(answer.body), mode="r:gz") as archive:
            found = {m.name.removeprefix("./"): hashlib.sha256(archive.extractfile(m).read()).hexdigest() for m in archive if m.isfile()}
        assert found == TREE
        part = get(server, f"/{name}/assets.extra/059?tf-hub-format=file")
        assert (part.status, part.body) == (200, FILES["assets.extra/059"])
    return answer.status


def staged(store):
    return [p for p in (store / ".staging").rglob("*") if p.is_file()]


def test_the_next_publish_never_removes_what_a_living_one_is_writing(tfhub, store, scratch):
    big = models.saved_model(scratch / "big", size=60_000_000)
    small = models.saved_model(scratch / "small")
    running = tfhub.start("publish", big, "acme/big/1", "--store", store)
    wait_for(lambda: staged(store), "nothing is staged")
    running.send_signal(signal.SIGSTOP)  # or it might be done before them
    for version in range(1, 4):
        tfhub.ok("publish", small, f"acme/small/{version}", "--store", store)
    assert staged(store)
    running.send_signal(signal.SIGCONT)
    finished = tfhub.finish(running)
    assert finished.code == 0, str(finished)
    assert models.tree(store / "acme/big/1/uncompressed") == models.tree(big)


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_resolve_cleans_up_after_itself(tfhub, fault, archive, scratch, cache, signal_):
    handle = fault.on("/slow/1", Body(archive).but(until=threading.Event(), piece=1 << 20))  # the rest never comes
    process = tfhub.start("resolve", handle)
    wait_for(lambda: any(cache.path.glob("*.tmp/*")), "nothing is staged")
    process.send_signal(signal_)
    process.wait(30)
    kill(process)
    assert process.returncode == -signal_
    assert cache.names() == set()


def test_what_a_test_interrupts_hears_of_it_in_the_background_of_a_shell_too():
    """Where a shell has SIGINT ignored."""
    this = f"{__file__}::test_an_interrupted_resolve_cleans_up_after_itself[{signal.SIGINT:d}]"
    done = subprocess.run(["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "pytest", "-p", "no:cacheprovider", this],
                          cwd=REPOSITORY / "tests", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
