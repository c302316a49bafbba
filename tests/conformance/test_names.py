"""Names, versions and what a URL means (protocol.md section 1), asked through publish."""

import json

import pytest

from support import models
from support.command import CONFLICT, USAGE
from support.raw_http import get


@pytest.fixture
def directory(scratch):
    return models.saved_model(scratch / "model")


@pytest.mark.parametrize("name", [
    "acme/mul", "acme", "", "acme/mul/0", "acme/mul/01", "acme/mul/-1", "acme/mul/+1", "acme/mul/1.5", "acme/mul/x", "acme//1",
    "acme/mul/1/", "/acme/mul/1", "acme/mul//1", "Acme/mul/1", "a_c/mul/1", "acme/mu l/1", "acme/mül/1", "acme/../1", "acme/./1",
    "acme/.hidden/1", "acme/a/.b/1", "acme/uncompressed/1", "acme/collection/1", "acme/a/uncompressed/b/1", "acme/a/collection/1",
    "acme/mul/18446744073709551616", "acme/mul/9223372036854775808", "acme/a%2fb/1", "acme/a\\b/1", "acme/7.tar.gz/1",
    "s/mul/1", "api/mul/1", "healthz/mul/1", "readyz/mul/1", "metrics/mul/1", "static/mul/1", "https://tfhub.dev/acme/mul/1",
])
def test_a_name_outside_the_grammar_is_wrong_usage_and_leaves_nothing(tfhub, store, directory, name):
    tfhub.fails(USAGE, "publish", directory, name, "--store", store)
    assert not store.exists() or not [p for p in store.rglob("*") if p.is_file() and not p.name.startswith(".")]


@pytest.mark.parametrize("name", [
    "acme/mul/1", "a-1/x/9223372036854775807", "acme/ALBERT.en_v2-1.0/1", "acme/a/b/c/d/e/f/7", "0/0/1",
    "acme/posenet/float/050/1", "acme/mobilenet_v2_050_224/classification/5", "acme/s/1", "acme/api/1", "acme/a..b/1", "acme/-/1",
])
def test_a_name_inside_the_grammar_is_published_and_served(publish, serve, directory, name):
    publish(name, directory)
    server = serve()
    assert get(server, f"/{name}?tf-hub-format=compressed").status == 200
    assert get(server, f"/{name.rpartition('/')[0]}?tf-hub-format=compressed").status == 200


@pytest.mark.parametrize("first,second", [
    ("acme/mul/1", "acme/mul/1/2"), ("acme/mul/1/2", "acme/mul/1"), ("acme/a/b/5", "acme/a/b/5/5"),
])
def test_a_name_that_would_make_a_url_mean_two_things_conflicts_and_names_the_other(tfhub, publish, store, scratch, first, second):
    publish(first)
    other = models.saved_model(scratch / "other", seed=9)
    finished = tfhub.fails(CONFLICT, "publish", other, second, "--store", store)
    assert first.removesuffix("/2") in finished.err
    assert get_names(store) == {first}


def get_names(store) -> set:
    return {str(p.relative_to(store)).removesuffix(".tar.gz") for p in store.rglob("*.tar.gz") if ".staging" not in p.parts}


def test_a_segment_with_leading_zeros_is_no_version_and_meets_none(publish, serve):
    publish("acme/x/050/1", seed=1)
    publish("acme/x/50", seed=2)
    server = serve()
    one = get(server, "/acme/x/050?tf-hub-format=compressed")
    assert one["Content-Location"].split("?")[0].endswith("/acme/x/050/1")
    assert get(server, "/acme/x/50?tf-hub-format=compressed").body != one.body


def test_one_model_may_have_several_kinds_in_different_versions_but_a_version_has_one(tfhub, publish, store, scratch):
    publish("acme/mul/1")
    lite = models.tflite_file(scratch / "mul.tflite")
    tfhub.fails(CONFLICT, "publish", lite, "acme/mul/1", "--store", store)
    tfhub.ok("publish", lite, "acme/mul/2", "--store", store)


def test_latest_is_the_highest_number_however_they_were_published(publish, serve):
    for version in (9, 10, 2):
        publish(f"acme/mul/{version}", seed=version)
    answer = get(serve(), "/acme/mul?tf-hub-format=compressed")
    assert "/acme/mul/10" in answer["Content-Location"]


def test_the_files_of_a_version_lie_where_the_bucket_layout_says(publish, store, scratch):
    publish("acme/a/mul/7")
    publish("acme/lite/2", models.tflite_file(scratch / "x.tflite"))
    assert (store / "acme/a/mul/7.tar.gz").is_file()
    assert (store / "acme/lite/2.tflite").read_bytes() == (scratch / "x.tflite").read_bytes()
    assert models.tree(store / "acme/a/mul/7/uncompressed") == models.tree(scratch / "published/acme/a/mul/7")


def test_published_objects_are_readable_by_a_server_of_another_user(publish, store):
    publish("acme/mul/1")
    for path in [store / "acme/mul/1.tar.gz", *(store / "acme/mul/1/uncompressed").rglob("*")]:
        assert path.stat().st_mode & 0o004, path


def test_publish_tells_in_json_what_it_did(tfhub, store, directory):
    told = json.loads(tfhub.ok("publish", directory, "acme/mul/1", "--store", store, "--json").out)
    assert told["name"] == "acme/mul/1" or (told["name"], told["version"]) == ("acme/mul", 1)
    assert told["kind"] == "saved_model_2"
