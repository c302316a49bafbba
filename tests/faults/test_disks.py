"""Full and read-only disks, foreign owners: a clear word, the right exit code, nothing lost."""

import os
import re
import shutil
import subprocess

import pytest

from support import models
from support.command import NOT_ALLOWED, UNEXPECTED, CORRUPT, Tfhub
from support.fault_server import Body
from support.mounts import as_nobody, read_only, unshare, with_small_disk

FILES = models.saved_model_files(size=100_000)
TREE = models.tree_of(FILES)


@pytest.fixture
def handle(fault):
    return fault.on("/acme/mul/1", Body(models.tar_of(FILES)))


def behind(tfhub: Tfhub, prefix: list) -> Tfhub:
    return Tfhub(tfhub.binary, tfhub.env, prefix)


def test_a_full_disk_is_said_to_be_full_and_nothing_partial_stays(tfhub, fault, cache):
    big = fault.on("/acme/big/1", Body(models.tar_of(models.saved_model_files(size=12_000_000))))
    cache.path.mkdir()
    script = f'"$@"; code=$?; ls -A {cache.path} >&2; exit $code'
    prefix = [*with_small_disk(cache.path, "8m"), "sh", "-c", script, "sh"]
    finished = behind(tfhub, prefix).run("resolve", big)
    assert finished.code in (UNEXPECTED, CORRUPT), str(finished)
    assert finished.out == ""
    words = finished.err.strip().splitlines()
    assert len(words) == 1, f"left behind: {words[1:]}"
    assert re.search(r"full|space|free", words[0])


def test_after_a_full_disk_a_smaller_model_still_fits(tfhub, fault, handle, cache):
    big = fault.on("/acme/big/1", Body(models.tar_of(models.saved_model_files(size=12_000_000))))
    cache.path.mkdir()
    script = f'"$@" resolve {big} 2>/dev/null && exit 99; "$@" resolve {handle} && cat {cache.entry(handle)}/assets/vocabulary.txt | wc -l'
    prefix = [*with_small_disk(cache.path, "8m"), "sh", "-c", script, "sh"]
    finished = behind(tfhub, prefix).run()
    assert finished.code == 0, str(finished)
    assert finished.out.split() == [str(cache.entry(handle)), "50"]


def test_publishing_into_a_full_disk_shows_nothing_and_leaves_nothing(tfhub, store, scratch):
    directory = models.saved_model(scratch / "m", size=12_000_000)
    store.mkdir()
    script = f'"$@"; code=$?; find {store} -type f >&2; exit $code'
    prefix = [*with_small_disk(store, "8m"), "sh", "-c", script, "sh"]
    finished = behind(tfhub, prefix).run("publish", directory, "acme/mul/1", "--store", store)
    assert finished.code == UNEXPECTED, str(finished)
    words = [w for w in finished.err.strip().splitlines() if "/.catalog/.generation" not in w]
    assert len(words) == 1 and re.search(r"full|space", words[0]), finished.err


def snapshot(root):
    return {str(p): (p.lstat().st_mtime_ns, p.lstat().st_size) for p in root.rglob("*")}


def test_a_hit_in_a_cache_on_a_read_only_disk_works_and_writes_nothing(tfhub, fault, handle, cache):
    tfhub.ok("resolve", handle)
    os.utime(cache.descriptor(handle), (1, 1))  # long unused: the time of last use would be written if it could
    before = snapshot(cache.path)
    finished = behind(tfhub, read_only(cache.path)).ok("resolve", handle)
    assert finished.path == cache.entry(handle) and finished.err == "" and len(fault.requests) == 1
    assert snapshot(cache.path) == before


def test_a_miss_in_a_cache_on_a_read_only_disk_says_so_at_once(tfhub, fault, handle, cache):
    cache.path.mkdir()
    finished = behind(tfhub, read_only(cache.path)).fails(NOT_ALLOWED, "resolve", handle)
    assert str(cache.path) in finished.err and fault.requests == []
    assert cache.names() == set()


def test_cache_ls_and_verify_work_on_a_read_only_disk(tfhub, handle, cache):
    tfhub.ok("resolve", handle)
    on_disk = behind(tfhub, read_only(cache.path))
    assert handle in on_disk.ok("cache", "ls").out
    on_disk.ok("cache", "verify")
    on_disk.fails(NOT_ALLOWED, "cache", "rm", handle)


@pytest.fixture
def nobody(tfhub, scratch):
    """The command as another user, whose own home and temporary directory are writable."""
    for name in ("home", "tmp"):
        (scratch / name).chmod(0o777)
    return behind(tfhub, as_nobody())


def close_for_others(path):
    """For the root of CI another user is enough; where we are no root ourselves, the mode does it."""
    path.chmod(0o555)


def test_a_hit_in_a_cache_that_belongs_to_somebody_else_works(tfhub, nobody, handle, cache):
    tfhub.ok("resolve", handle)
    close_for_others(cache.path)
    try:
        finished = nobody.ok("resolve", handle)
        assert models.tree(finished.path) == TREE and finished.err == ""
    finally:
        cache.path.chmod(0o755)


def test_a_miss_in_a_cache_that_belongs_to_somebody_else_says_so_at_once(nobody, fault, handle, cache):
    cache.path.mkdir()
    close_for_others(cache.path)
    try:
        finished = nobody.fails(NOT_ALLOWED, "resolve", handle)
        assert str(cache.path) in finished.err and fault.requests == []
        assert "TFHUB_CACHE_DIR" in finished.err, "no way out is named"
    finally:
        cache.path.chmod(0o755)


def test_a_cache_directory_that_cannot_be_made_is_not_allowed(nobody, handle, scratch):
    close_for_others(scratch)
    try:
        nobody.fails(NOT_ALLOWED, "resolve", handle)
    finally:
        scratch.chmod(0o755)


def test_a_file_where_the_cache_directory_should_be_is_a_clear_error(tfhub, handle, cache):
    cache.path.write_text("a file")
    finished = tfhub.run("resolve", handle)
    assert finished.code not in (0, -11, -6) and str(cache.path) in finished.error


def test_publishing_into_a_store_of_somebody_else_is_not_allowed(nobody, store, scratch):
    directory = models.saved_model(scratch / "m")
    store.mkdir()
    close_for_others(store)
    try:
        nobody.fails(NOT_ALLOWED, "publish", directory, "acme/mul/1", "--store", store)
        assert list(store.iterdir()) == []
    finally:
        store.chmod(0o755)


def test_a_server_of_another_user_serves_a_store_that_it_may_only_read(tfhub, nobody, publish, store, scratch):
    from support.raw_http import get
    from support.server import Server

    publish("acme/mul/1")
    with Server(nobody, store, log=scratch / "nobody.log") as server:
        assert get(server, "/acme/mul/1?tf-hub-format=compressed").status == 200
        assert get(server, "/readyz").status == 200


def test_a_server_on_a_read_only_store_serves(tfhub, publish, store, scratch):
    from support.raw_http import get
    from support.server import Server

    publish("acme/mul/1")
    with Server(behind(tfhub, read_only(store)), store, log=scratch / "ro.log") as server:
        assert get(server, "/acme/mul?tf-hub-format=compressed").status == 200


def test_the_mounts_of_these_tests_are_real(scratch):
    """Were they not, every test above would prove nothing."""
    (scratch / "d").mkdir()
    written = subprocess.run([*read_only(scratch / "d"), "touch", scratch / "d/x"], capture_output=True, text=True)
    assert written.returncode != 0 and "Read-only" in written.stderr
    filled = subprocess.run([*with_small_disk(scratch / "d", "1m"), "dd", "if=/dev/zero", f"of={scratch}/d/x", "bs=1M", "count=3"],
                            capture_output=True, text=True)
    assert filled.returncode != 0 and "No space" in filled.stderr
    assert list((scratch / "d").iterdir()) == [] and shutil.which(unshare()[0])
