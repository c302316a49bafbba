"""Clouds that stop and come back: told plainly, nothing partial is ever seen, and what can go on goes on."""

import pytest

from support import models
from support.buckets import is_published_now, visible
from support.command import DONE, NETWORK
from support.emulators import EMULATORS
from support.raw_http import get
from support.waiting import wait_for

ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"


@pytest.fixture(params=EMULATORS)
def cloud(request, scratch):
    """No other test's: this one may be stopped."""
    with EMULATORS[request.param](scratch / "cloud") as emulator:
        yield emulator


@pytest.fixture
def store(bucket) -> str:
    """What `publish` and `serve` work on."""
    return bucket


@pytest.fixture
def many(scratch):
    return models.many_files_model(scratch / "many", files=60, size=2000)


@pytest.fixture
def under_way(held_in_the_midst, bucket, many):
    """under_way(**env) starts a publish that is in the midst of its files."""
    return lambda **env: held_in_the_midst("uncompressed", "publish", many, "acme/mul/1", "--store", bucket, **env)


def test_a_server_whose_cloud_goes_away_says_so_and_recovers_by_itself(cloud, publish, serve):
    publish("acme/mul/1")
    server = serve()
    whole = get(server, ARCHIVE)
    assert whole.status == 200
    wait_for(lambda: get(server, "/readyz").status == 200, "not ready")  # versions are served before the bucket is listed
    cloud.stop()
    wait_for(lambda: get(server, "/readyz").status == 503, "ready without its cloud")
    assert get(server, "/healthz").status == 200
    for target in (ARCHIVE, "/acme/mul/1/saved_model.pb?tf-hub-format=file", "/acme/other/1"):
        answer = get(server, target)
        assert (answer.status, answer["Cache-Control"]) == (503, "no-store"), target
    cloud.start()
    wait_for(lambda: get(server, "/readyz").status == 200, "not ready though the cloud is back")
    assert get(server, ARCHIVE).body == whole.body
    assert get(server, "/acme/mul/1", Accept="text/html").status == 200


def test_a_publish_whose_cloud_dies_fails_and_shows_nothing_and_the_next_one_succeeds(tfhub, cloud, bad, bucket, under_way, serve, many):
    publisher = under_way()
    cloud.stop()
    bad.call_off()
    finished = tfhub.finish(publisher)
    assert finished.code == NETWORK, str(finished)
    cloud.start()
    assert visible(cloud, bucket) == set()
    is_published_now(tfhub, cloud, bucket, serve, many)


def test_a_publish_survives_a_cloud_that_is_gone_for_a_moment(tfhub, cloud, bad, bucket, under_way, serve, many):
    publisher = under_way(TFHUB_RETRIES="8")
    cloud.stop()
    bad.call_off()
    wait_for(lambda: bad.forlorn > 0, "nobody asks the cloud that is gone")
    cloud.start()
    finished = tfhub.finish(publisher)
    assert finished.code == DONE, str(finished)
    is_published_now(tfhub, cloud, bucket, serve, many)
