"""protocol.md section 5: which handle gives what, redirects, queries, settings and flags."""

import os
from pathlib import Path

import pytest

from support import models
from support.cache import CacheDirectory
from support.command import CORRUPT, NETWORK, NOT_FOUND, USAGE
from support.fault_server import Body, redirect, reply

FILES = models.saved_model_files()
TREE = models.tree_of(FILES)


@pytest.fixture
def archive():
    return Body(models.tar_of(FILES))


@pytest.mark.parametrize("form", ["{path}", "./m", "m/", "file://{path}"])
def test_a_path_that_exists_comes_back_unchanged_and_makes_no_cache(tfhub, scratch, cache, form):
    models.write_tree(scratch / "m", FILES)
    handle = form.format(path=scratch / "m")
    assert tfhub.ok("resolve", handle, cwd=scratch).out == handle + "\n"
    assert not cache.path.exists()


@pytest.mark.parametrize("handle", ["nowhere", "/nowhere/at/all", "./nothing", "file:///nowhere"])
def test_a_path_that_does_not_exist_is_not_found(tfhub, handle):
    assert handle.removeprefix("file://") in tfhub.fails(NOT_FOUND, "resolve", handle).err


def test_the_query_of_the_handle_is_kept_and_the_format_appended(tfhub, fault, archive, cache):
    base = fault.on("/m/1", archive)
    for handle, query in [
        (base, "tf-hub-format=compressed"),
        (f"{base}?a=b", "a=b&tf-hub-format=compressed"),
        (f"{base}?tf-hub-format=uncompressed", "tf-hub-format=uncompressed&tf-hub-format=compressed"),
    ]:
        assert tfhub.ok("resolve", handle).path == cache.entry(handle)
        assert fault.requests[-1].query == query


def test_a_fragment_is_not_sent_but_belongs_to_the_key(tfhub, fault, archive, cache):
    handle = fault.on("/m/1", archive) + "#part"
    assert tfhub.ok("resolve", handle).path == cache.entry(handle)
    assert fault.requests[0].target == "/m/1?tf-hub-format=compressed"


def test_an_archive_handle_gets_the_query_too(tfhub, fault, archive):
    tfhub.ok("resolve", fault.on("/x/model.tar.gz", archive))
    assert fault.requests[0].target == "/x/model.tar.gz?tf-hub-format=compressed"


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_plain_tar_gzip_bzip2_and_xz_are_told_by_their_first_bytes(tfhub, fault, compression):
    body = Body(models.tar_of(FILES, compression), content_type="application/octet-stream", Content_Encoding="gzip")
    assert models.tree(tfhub.ok("resolve", fault.on("/m/1", body)).path) == TREE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(tfhub, fault, archive, status):
    target = fault.on("/real", archive)
    handle = fault.on("/m/1", redirect(status, target))
    assert models.tree(tfhub.ok("resolve", handle).path) == TREE


def test_a_relative_redirect_and_a_chain_of_them_are_followed(tfhub, fault, archive):
    fault.on("/c", archive)
    fault.on("/b", redirect(307, "c"))
    assert models.tree(tfhub.ok("resolve", fault.on("/a", redirect(302, "/b"))).path) == TREE


def test_a_redirect_loop_ends_as_a_network_failure(tfhub, fault):
    handle = fault.on("/a", redirect(302, "/b"))
    fault.on("/b", redirect(302, "/a"))
    finished = tfhub.fails(NETWORK, "resolve", handle)
    assert "redirect" in finished.err
    assert len(fault.requests) < 60


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "ftp://127.0.0.1/x"])
def test_a_redirect_out_of_http_is_not_followed(tfhub, fault, cache, location):
    finished = tfhub.run("resolve", fault.on("/m/1", redirect(302, location)))
    assert finished.code in (NETWORK, CORRUPT)
    assert cache.names() == set()


def test_uncompressed_gives_what_the_303_says_and_makes_no_cache(tfhub, fault, cache):
    handle = fault.on("/m/1", reply(303, b"gs://bucket/m/1/uncompressed"))
    uncompressed = tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT="UNCOMPRESSED")
    assert uncompressed.ok("resolve", handle).out == "gs://bucket/m/1/uncompressed\n"
    assert fault.requests[0].target == "/m/1?tf-hub-format=uncompressed"
    assert not cache.path.exists()


def test_uncompressed_follows_no_location(tfhub, fault):
    handle = fault.on("/m/1", reply(303, b"gs://bucket/x", Location="gs://bucket/x"))
    assert tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT="UNCOMPRESSED").ok("resolve", handle).out == "gs://bucket/x\n"


@pytest.mark.parametrize("answer,code", [
    (reply(200, b"gs://bucket/x"), NETWORK), (reply(303, b"http://elsewhere/"), NETWORK), (reply(303, b""), NETWORK),
    (reply(404), NOT_FOUND),
])
def test_uncompressed_refuses_every_other_answer(tfhub, fault, answer, code):
    finished = tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT="UNCOMPRESSED").run("resolve", fault.on("/m/1", answer))
    assert finished.code in (code, CORRUPT) and finished.code != 0
    assert finished.out == ""


@pytest.mark.parametrize("value,sent", [("COMPRESSED", "compressed"), ("AUTO", "compressed"), ("", "compressed")])
def test_load_formats(tfhub, fault, archive, value, sent):
    tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT=value).ok("resolve", fault.on("/m/1", archive))
    assert fault.requests[0].query == f"tf-hub-format={sent}"


@pytest.mark.parametrize("value", ["compressed", "UNCOMPRESSED ", "GZIP"])
def test_another_load_format_is_wrong_usage(tfhub, fault, archive, value):
    handle = fault.on("/m/1", archive)
    assert "UNCOMPRESSED or AUTO" in tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT=value).fails(USAGE, "resolve", handle).err
    tfhub.fails(USAGE, "resolve", handle, "--tfhub_model_load_format", value)
    assert fault.requests == []


def test_the_environment_wins_over_the_two_flags_of_tensorflow_hub(tfhub, fault, archive, scratch):
    handle = fault.on("/m/1", archive)
    fault.on("/u/1", reply(303, b"gs://b/u"))
    flag = str(scratch / "flag")
    env = tfhub.with_env(TFHUB_CACHE_DIR=str(scratch / "env"), TFHUB_MODEL_LOAD_FORMAT="COMPRESSED")
    assert env.ok("resolve", handle, "--tfhub_cache_dir", flag, "--tfhub_model_load_format=UNCOMPRESSED").path.parent == scratch / "env"
    bare = tfhub.with_env(TFHUB_CACHE_DIR=None)
    assert bare.ok("resolve", handle, f"--tfhub_cache_dir={flag}").path.parent == scratch / "flag"
    assert bare.ok("resolve", fault.url + "/u/1", "--tfhub_model_load_format=UNCOMPRESSED").out == "gs://b/u\n"


@pytest.mark.parametrize("cache_dir", [None, ""])
def test_without_a_cache_directory_it_is_tfhub_modules_in_the_temporary_directory(tfhub, fault, archive, scratch, cache_dir):
    handle = fault.on("/m/1", archive)
    path = tfhub.with_env(TFHUB_CACHE_DIR=cache_dir).ok("resolve", handle).path
    assert path == CacheDirectory(scratch / "tmp/tfhub_modules").entry(handle)


def test_resolve_writes_nowhere_but_the_cache(tfhub, fault, archive, scratch, cache):
    before = {p for p in scratch.rglob("*")}
    tfhub.ok("resolve", fault.on("/m/1", archive), cwd=scratch)
    made = {p for p in scratch.rglob("*")} - before
    assert made and all(p == cache.path or cache.path in p.parents for p in made)


def test_a_relative_cache_directory_works(tfhub, fault, archive, scratch):
    path = tfhub.with_env(TFHUB_CACHE_DIR="some/where").ok("resolve", fault.on("/m/1", archive), cwd=scratch).path
    assert models.tree(scratch / path) == TREE


def test_mirrors_fetch_elsewhere_and_keep_the_handle_as_key(tfhub, fault, archive, cache):
    fault.on("/short/acme/mul/1", archive)
    fault.on("/long/mul/1", archive)
    mirrors = f"https://tfhub.dev={fault.url}/short,https://tfhub.dev/acme={fault.url}/long"
    env = tfhub.with_env(TFHUB_MIRRORS=mirrors)
    handle = "https://tfhub.dev/acme/mul/1"
    assert env.ok("resolve", handle).path == cache.entry(handle)
    assert [r.path for r in fault.requests if r.method == "GET"] == ["/long/mul/1"]
    assert cache.descriptor_head(handle)["module"] == handle


def test_a_mirror_never_falls_back_to_the_origin_and_a_prefix_ends_at_a_segment(tfhub, fault):
    env = tfhub.with_env(TFHUB_MIRRORS=f"http://127.0.0.1:{fault.port}/a={fault.url}/mirror", TFHUB_RETRIES="0")
    fault.on("/a/1", Body(b"origin"))
    env.fails(NOT_FOUND, "resolve", f"{fault.url}/a/1")
    assert {r.path for r in fault.requests} == {"/mirror/1"}
    fault.on("/ab/1", Body(models.tar_of(FILES)))
    assert models.tree(env.ok("resolve", f"{fault.url}/ab/1").path) == TREE


@pytest.mark.parametrize("mirrors", ["nonsense", "=http://x", "http://x="])
def test_mirrors_that_do_not_parse_are_wrong_usage(tfhub, fault, mirrors):
    assert "TFHUB_MIRRORS" in tfhub.with_env(TFHUB_MIRRORS=mirrors).fails(USAGE, "resolve", f"{fault.url}/m/1").err


@pytest.mark.parametrize("name,value", [
    ("TFHUB_RETRIES", "many"), ("TFHUB_STALL_TIMEOUT", "-1"), ("TFHUB_MAX_MODEL_SIZE", "big"), ("TFHUB_CONNECT_TIMEOUT", "soon"),
    ("TFHUB_OFFLINE", "perhaps"),
])
def test_a_setting_that_makes_no_sense_is_wrong_usage_and_names_the_variable(tfhub, fault, archive, name, value):
    assert name in tfhub.with_env(**{name: value}).fails(USAGE, "resolve", fault.on("/m/1", archive)).err


def test_a_hit_asks_nothing_and_writes_nothing(tfhub, fault, archive, cache):
    handle = fault.on("/acme/mul/1", archive)
    first = tfhub.ok("resolve", handle).path
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ctime_ns) for p in cache.path.rglob("*") if "descriptor" not in p.name}
    requests = len(fault.requests)
    assert tfhub.ok("resolve", handle).path == first
    assert len(fault.requests) == requests
    assert before == {p: (p.stat().st_mtime_ns, p.stat().st_ctime_ns) for p in cache.path.rglob("*") if "descriptor" not in p.name}


def test_after_a_download_the_cache_holds_the_model_and_its_descriptor_and_nothing_else(tfhub, fault, archive, cache):
    handle = fault.on("/acme/mul/1", archive)
    tfhub.ok("resolve", handle)
    cache.must_hold_exactly(handle)
    head = cache.descriptor_head(handle)
    assert head["module"] == handle
    assert head["host"] == os.uname().nodename
    assert not any(p.is_symlink() for p in Path(cache.path).rglob("*"))


def test_files_are_0644_and_directories_0755_whatever_the_archive_says(tfhub, fault):
    import io
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, kind, mode in [("d", tarfile.DIRTYPE, 0o4777), ("d/saved_model.pb", tarfile.REGTYPE, 0o6777), ("r", tarfile.REGTYPE, 0)]:
            member = tarfile.TarInfo(name)
            member.type, member.mode = kind, mode
            archive.addfile(member, io.BytesIO())
    path = tfhub.ok("resolve", fault.on("/m/1", Body(buffer.getvalue()))).path
    assert {p.name: oct(p.stat().st_mode & 0o7777) for p in path.rglob("*")} == {
        "d": "0o755", "saved_model.pb": "0o644", "r": "0o644"}


@pytest.mark.parametrize("load_format", ["AUTO", "COMPRESSED", "UNCOMPRESSED"])
@pytest.mark.parametrize("suffix", ["tar.gz", "tgz", "tar"])
def test_a_gs_archive_is_fetched_and_unpacked_whatever_the_load_format(tfhub, fault, cache, load_format, suffix):
    fault.on(f"/bucket/path/mul.{suffix}", Body(models.tar_of(FILES, "" if suffix == "tar" else "gz")))
    handle = f"gs://bucket/path/mul.{suffix}"
    env = tfhub.with_env(TFHUB_GCS_ENDPOINT=fault.url, TFHUB_MODEL_LOAD_FORMAT=load_format)
    assert env.ok("resolve", handle).path == cache.entry(handle)
    assert models.tree(cache.entry(handle)) == TREE
    assert fault.requests[0].target == f"/bucket/path/mul.{suffix}"
    assert cache.descriptor_head(handle)["module"] == handle
