"""An unversioned handle: looked up again each time by one short conditional request; a path once given keeps its bytes."""

import json
import os

import pytest

from support import models
from support.fault_server import Body, reply, stall


class Host:
    """A host of one model: /acme/mul names the version that answers, /acme/mul/N is that version. Both know 304."""

    def __init__(self, fault):
        self.fault, self.trees = fault, {}
        self.handle = f"{fault.url}/acme/mul"

    def publish(self, version: int):
        files = models.saved_model_files(seed=version)
        data = Body(models.tar_of(files), etag=f'"v{version}"', Link=f'</acme/mul/{version}>; rel="canonical"',
                    Content_Location=f"/acme/mul/{version}")
        self.trees[version] = models.tree_of(files)
        for path in ("/acme/mul", f"/acme/mul/{version}"):
            self.fault.on(path, answering(data))

    def downloads(self) -> int:
        """GETs that were not answered by 304."""
        return len([r for r in self.fault.requests if r.method == "GET" and "if-none-match" not in r.headers])


def answering(data):
    def answer(connection, request):
        if request.headers.get("if-none-match") == data.etag:
            return reply(304, b"", ETag=data.etag, **data.headers)(connection, request)
        return data(connection, request)

    return answer


@pytest.fixture
def host(fault):
    host = Host(fault)
    host.publish(1)
    return host


def test_the_tree_lies_under_the_versioned_handle_s_key_and_the_alias_is_a_relative_link(tfhub, host, cache):
    path = tfhub.ok("resolve", host.handle).path
    assert path == cache.entry(f"{host.handle}/1")
    assert models.tree(path) == host.trees[1]
    alias = cache.entry(host.handle)
    assert alias.is_symlink() and os.readlink(alias) == path.name
    assert host.downloads() == 1


def test_the_versioned_handle_is_then_a_hit(tfhub, host):
    path = tfhub.ok("resolve", host.handle).path
    before = len(host.fault.requests)
    assert tfhub.ok("resolve", f"{host.handle}/1").path == path
    assert len(host.fault.requests) == before


def test_a_second_resolve_asks_once_conditionally_and_downloads_nothing(tfhub, host):
    path = tfhub.ok("resolve", host.handle).path
    before = len(host.fault.requests)
    assert tfhub.ok("resolve", host.handle).path == path
    asked = host.fault.requests[before:]
    assert [r.path for r in asked] == ["/acme/mul"]
    assert asked[0].method == "HEAD" or asked[0].headers.get("if-none-match") == '"v1"'


def test_a_new_version_is_found_and_the_old_path_keeps_its_bytes(tfhub, host, cache):
    old = tfhub.ok("resolve", host.handle).path
    host.publish(2)
    new = tfhub.ok("resolve", host.handle).path
    assert new == cache.entry(f"{host.handle}/2") and new != old
    assert (models.tree(old), models.tree(new)) == (host.trees[1], host.trees[2])
    assert os.readlink(cache.entry(host.handle)) == new.name


def test_against_our_own_server_a_new_version_is_found(tfhub, publish, serve, cache):
    publish("acme/mul/1", seed=1)
    server = serve()
    handle = f"{server.url}/acme/mul"
    assert tfhub.ok("resolve", handle).path == cache.entry(f"{handle}/1")
    publish("acme/mul/3", seed=3)
    server.wait_for_newest("acme/mul", 3)
    assert tfhub.ok("resolve", handle).path == cache.entry(f"{handle}/3")
    assert tfhub.ok("resolve", f"{handle}/3").path == cache.entry(f"{handle}/3")


@pytest.mark.parametrize("answer", [stall(60), reply(500), reply(404)], ids=["silent", "broken", "gone"])
def test_if_the_look_up_fails_the_cached_version_is_used_with_a_warning_within_the_time_set(tfhub, host, answer):
    """Two seconds. So it asks once, and does not try four times more as it would for a model that it has not."""
    path = tfhub.ok("resolve", host.handle).path
    before = len(host.fault.requests)
    host.fault.on("/acme/mul", answer)
    again = tfhub.with_env(TFHUB_RETRIES="4").ok("resolve", host.handle)
    assert again.path == path and models.tree(path) == host.trees[1]
    assert "warning" in again.err
    assert again.seconds < 30 and len(host.fault.requests) == before + 1


def test_a_host_that_is_gone_does_not_matter_either(tfhub, host):
    path = tfhub.ok("resolve", host.handle).path
    host.fault.close()
    again = tfhub.ok("resolve", host.handle)
    assert again.path == path and again.seconds < 30


def test_a_time_of_zero_never_asks_and_offline_neither(tfhub, host):
    path = tfhub.ok("resolve", host.handle).path
    before = len(host.fault.requests)
    assert tfhub.with_env(TFHUB_REVALIDATE_TIMEOUT="0").ok("resolve", host.handle).path == path
    assert tfhub.with_env(TFHUB_OFFLINE="1").ok("resolve", host.handle).path == path
    assert len(host.fault.requests) == before


def test_without_a_named_version_the_tree_lies_under_the_handle_s_own_key(tfhub, fault, cache):
    files = models.saved_model_files()
    handle = fault.on("/acme/mul", Body(models.tar_of(files)))
    path = tfhub.ok("resolve", handle).path
    assert path == cache.entry(handle) and not path.is_symlink()
    assert models.tree(path) == models.tree_of(files)


def test_a_link_to_another_host_is_not_believed(tfhub, fault, cache):
    files = models.saved_model_files()
    evil = Body(models.tar_of(files), Link='<https://tfhub.dev/google/bert/1>; rel="canonical"', Content_Location="/google/bert/1")
    handle = fault.on("/acme/mul", evil)
    tfhub.ok("resolve", handle)
    assert not cache.entry("https://tfhub.dev/google/bert/1").exists(), "one host filled the cache for another host's handle"


def test_through_a_mirror_the_versioned_key_is_the_canonical_handle_s(tfhub, publish, serve, cache):
    publish("acme/mul/1")
    env = tfhub.with_env(TFHUB_MIRRORS=f"https://tfhub.dev={serve().url}")
    assert env.ok("resolve", "https://tfhub.dev/acme/mul").path == cache.entry("https://tfhub.dev/acme/mul/1")


def test_the_cache_list_shows_the_alias_and_what_it_stands_for(tfhub, host):
    tfhub.ok("resolve", host.handle)
    listed = {e["handle"]: e for e in json.loads(tfhub.ok("cache", "ls", "--json").out)}
    assert listed[host.handle]["alias_of"] == f"{host.handle}/1"
    assert listed[f"{host.handle}/1"]["state"] == "complete"
