"""nginx before our server as a reverse proxy, and nginx alone as a host of plain archives."""

import re

import pytest

from support import models
from support.command import REPOSITORY
from support.nginx import Nginx
from support.raw_http import get, head


def readme_location() -> str:
    """The example of the README, as a reader copies it."""
    return re.search(r"^ *(location / \{ proxy_pass http://127\.0\.0\.1:8080;.*\})$", (REPOSITORY / "README.md").read_text(), re.M)[1]


@pytest.fixture
def proxied(publish, serve, scratch):
    """(nginx, our server): nginx on a free port before ours, which knows its public name."""
    publish("acme/mul/1", seed=1)
    publish("acme/mul/2", seed=2)
    server = serve("--public-url", "https://hub.example.org")
    with Nginx(scratch / "nginx", readme_location().replace(":8080;", f":{server.port};")) as nginx:
        yield nginx, server


def test_through_a_reverse_proxy_everything_is_as_without_it(proxied):
    nginx, server = proxied
    for target in ("/acme/mul/1?tf-hub-format=compressed", "/acme/mul?tf-hub-format=compressed", "/api/v1/models", "/nothing"):
        through, direct = get(nginx, target), get(server, target)
        assert (through.status, through.body) == (direct.status, direct.body)
        for name in ("ETag", "Cache-Control", "Repr-Digest", "Content-Disposition", "Link", "Content-Location", "Content-Type"):
            assert through[name] == direct[name], name
    part = get(nginx, "/acme/mul/1?tf-hub-format=compressed", Range="bytes=5-9")
    assert part.status == 206 and len(part.body) == 5
    assert head(nginx, "/acme/mul/1?tf-hub-format=compressed")["Content-Length"]


def test_links_and_pages_name_the_public_url(proxied):
    nginx, server = proxied
    answer = get(nginx, "/acme/mul?tf-hub-format=compressed")
    assert "<https://hub.example.org/acme/mul/2>" in answer["Link"]
    page = get(nginx, "/acme/mul/2", Accept="text/html").text
    assert "https://hub.example.org/acme/mul/2" in page
    assert str(server.port) not in page and str(nginx.port) not in page


def test_what_one_client_calls_the_hub_does_not_reach_another_out_of_the_proxy_s_cache(publish, serve, scratch):
    """Without --public-url a hub is called what its client calls it, which is anybody's word."""
    publish("acme/mul/1", seed=1)
    publish("acme/mul/2", seed=2)
    server = serve()
    root = scratch / "nginx"
    location = readme_location().replace(":8080;", f":{server.port}; proxy_cache all; proxy_cache_valid any 10m;")
    with Nginx(root, location, f"proxy_cache_path {root}/cache keys_zone=all:1m;") as nginx:
        targets = ("/acme/mul?tf-hub-format=compressed", "/acme/mul?tf-hub-format=uncompressed", "/acme/mul", "/", "/api/v1/models",
                   "/acme/mul/2", "/openapi.json", "/sitemap.xml", "/robots.txt", "/nothing")
        for target in targets:
            for accept in ("text/html", "*/*"):
                for name in ("evil.example", "evil.example", "hub.example"):
                    answer = get(nginx, target, Host=name, Accept=accept)
                    said = str(answer.headers) + answer.body.decode(errors="replace")
                    assert name == "evil.example" or "evil.example" not in said, (target, accept, said)
        # The cache is one: who calls the hub the same gets what it kept.
        asked = server.wait_logged("GET", targets[0], 1)
        assert get(nginx, targets[0], Host="hub.example")["Link"] == '<http://hub.example/acme/mul/2>; rel="canonical"'
        get(nginx, "/nothing/more", Host="hub.example")
        server.wait_logged("GET", "/nothing/more", 1)
        assert server.logged("GET", targets[0]) == asked


def test_both_clients_resolve_through_the_proxy(proxied, tfhub, tensorflow_hub, cache, scratch):
    nginx, _ = proxied
    expected = models.tree(scratch / "published/acme/mul/1")
    handle = f"{nginx.url}/acme/mul/1"
    assert models.tree(tfhub.ok("resolve", handle).path) == expected
    other = scratch / "other-cache"
    assert models.tree(tensorflow_hub("resolve", other, handle=handle)) == expected


def test_an_nginx_directory_of_plain_archives_is_a_host_too(tfhub, tensorflow_hub, cache, scratch):
    files = models.saved_model_files(size=1_000_000)
    root = scratch / "www"
    root.mkdir()
    for suffix, compression in (("tar.gz", "gz"), ("tar", ""), ("tar.xz", "xz"), ("tar.bz2", "bz2")):
        (root / f"model.{suffix}").write_bytes(models.tar_of(files, compression))
    with Nginx(scratch / "nginx", f"root {root};") as nginx:
        for suffix in ("tar.gz", "tar", "tar.xz", "tar.bz2"):
            handle = f"{nginx.url}/model.{suffix}"
            path = tfhub.ok("resolve", handle).path
            assert models.tree(path) == models.tree_of(files)
            assert tensorflow_hub("resolve", cache.path, handle=handle) == str(path)
        assert tfhub.run("resolve", f"{nginx.url}/none.tar.gz").code == 3
        assert nginx.log().count("GET /model.tar.gz?") == 1


def test_the_store_s_own_layout_served_by_nginx_is_a_hub_of_archives(tfhub, publish, store, scratch):
    publish("acme/mul/1")
    with Nginx(scratch / "nginx", f"root {store};") as nginx:
        path = tfhub.ok("resolve", f"{nginx.url}/acme/mul/1.tar.gz").path
    assert models.tree(path) == models.tree(scratch / "published/acme/mul/1")

