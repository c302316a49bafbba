"""Any number of servers before one bucket: they tell the same, and none of them is needed."""

import pytest

from support import models
from support.bad_cloud import reads_of, stall_after
from support.command import kill
from support.nginx import Nginx
from support.raw_http import get
from support.waiting import free_port, wait_for

VERSIONED = "/acme/mul/{}?tf-hub-format=compressed"
NEWEST = "/acme/mul?tf-hub-format=compressed"


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


def test_what_is_published_is_seen_through_every_server(publish, serve):
    publish("acme/mul/1", seed=1)
    servers = [serve(), serve()]
    publish("acme/mul/2", seed=2)
    publish("acme/other/1", seed=3)
    answers = [get(server, VERSIONED.format(2)) for server in servers]
    assert [answer.status for answer in answers] == [200, 200], "not at once"
    assert len({(answer.body, answer["ETag"]) for answer in answers}) == 1
    for server in servers:
        wait_for(lambda: "/acme/mul/2" in get(server, NEWEST)["Content-Location"], "the old version is still the newest")
        wait_for(lambda: get(server, "/api/v1/models").json()["total"] == 2, "the list is old")
        assert get(server, NEWEST).body == answers[0].body


def test_no_download_fails_when_a_server_comes_and_another_is_killed(tfhub, bad, publish, serve, scratch):
    directory = models.saved_model(scratch / "large", size=16 << 20)
    publish("acme/large/1", directory)
    # The first one has no more than a part to give, so whoever asks it is in the midst of a download when it is killed.
    part = bad.plan("GET", reads_of("/large/1.tar.gz"), stall_after(4 << 20), always=True)
    first, second, third_port = serve(env=bad.settings() | {"TFHUB_STORE_TIMEOUT": "100"}), serve(), free_port()
    upstream = "upstream hub { " + " ".join(f"server 127.0.0.1:{port};" for port in (first.port, second.port, third_port)) + " }"
    location = "location / { proxy_pass http://hub; proxy_buffering off; }"
    with Nginx(scratch / "nginx", location, before=upstream) as nginx:
        caches = [scratch / f"cache{i}" for i in range(4)]
        clients = [tfhub.with_env(TFHUB_RETRIES="8", TFHUB_CACHE_DIR=str(cache)).start("resolve", f"{nginx.url}/acme/large/1") for cache in caches]
        wait_for(lambda: part.met and any(path.is_file() for cache in caches for path in cache.glob("*.tmp/**/*")), "nothing arrives")
        serve(port=third_port)
        kill(first.process)
        results = [tfhub.finish(client) for client in clients]
        assert [result.code for result in results] == [0] * 4, "\n".join(map(str, results))
        assert all(models.tree(result.path) == models.tree(directory) for result in results)
        assert "prematurely closed" in (nginx.root / "error.log").read_text(), "nobody was cut off"
        assert get(nginx, "/acme/large/1?tf-hub-format=compressed").status == 200
