"""protocol.md section 2: which query gives which bytes."""

import io
import json
import tarfile

import pytest

from support import models
from support.raw_http import get, head, request


def unpacked(body: bytes) -> dict:
    import hashlib

    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
        return {
            m.name.removeprefix("./"): hashlib.sha256(archive.extractfile(m).read()).hexdigest()
            for m in archive.getmembers() if m.isfile()
        }


@pytest.mark.parametrize("name", [
    "acme/mul/1", "acme/mul/3", "acme/old/2", "tensorflow/posenet/mobilenet/float/050/1",
    "google/imagenet/mobilenet_v2_050_224/5", "google/imagenet/mobilenet_v2_050_224/classification/5",
    "google/ALBERT.en_v2-1.0/4",
])
def test_compressed_gives_the_archive_of_exactly_this_model(hub, name):
    answer = get(hub.server, f"/{name}?tf-hub-format=compressed")
    assert answer.status == 200
    assert answer["Content-Type"] == "application/gzip"
    assert answer["Content-Encoding"] is None
    assert unpacked(answer.body) == hub.tree(name)


@pytest.mark.parametrize("path,name", [
    ("acme/mul", "acme/mul/10"),
    ("tensorflow/posenet/mobilenet/float/050", "tensorflow/posenet/mobilenet/float/050/1"),
    ("google/imagenet/mobilenet_v2_050_224", "google/imagenet/mobilenet_v2_050_224/5"),
    ("google/imagenet/mobilenet_v2_050_224/classification", "google/imagenet/mobilenet_v2_050_224/classification/5"),
])
def test_an_unversioned_url_gives_the_highest_number_and_names_it(hub, path, name):
    answer = get(hub.server, f"/{path}?tf-hub-format=compressed")
    assert answer.status == 200
    assert unpacked(answer.body) == hub.tree(name)
    assert f'/{name}>; rel="canonical"' in answer["Link"]
    assert f"/{name}" in answer["Content-Location"]


def test_the_archive_lists_each_directory_before_what_lies_in_it(hub):
    answer = get(hub.server, "/acme/mul/1?tf-hub-format=compressed")
    known = {""}
    with tarfile.open(fileobj=io.BytesIO(answer.body), mode="r:gz") as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("./").strip("/")
            assert member.isfile() or member.isdir()
            assert (member.uid, member.gid) == (0, 0)
            if name in (".", ""):
                continue
            assert name.rpartition("/")[0] in known, f"{name} comes before its directory"
            if member.isdir():
                known.add(name)


def test_uncompressed_answers_303_with_the_gs_location_as_the_whole_body(hub):
    answer = get(hub.server, "/acme/mul/1?tf-hub-format=uncompressed")
    assert answer.status == 303
    assert answer.body == b"gs://bucket/models/acme/mul/1/uncompressed"
    assert (answer["Location"] or "gs://").startswith("gs://")
    assert answer["Cache-Control"] == "max-age=300" or "max-age=300" in answer["Cache-Control"]


def test_uncompressed_of_an_unversioned_url_names_the_highest_version(hub):
    answer = get(hub.server, "/acme/mul?tf-hub-format=uncompressed")
    assert (answer.status, answer.body) == (303, b"gs://bucket/models/acme/mul/10/uncompressed")


def test_uncompressed_without_a_base_is_404_and_says_why(publish, serve):
    publish("acme/mul/1")
    answer = get(serve(), "/acme/mul/1?tf-hub-format=uncompressed")
    assert answer.status == 404
    assert "--uncompressed-base" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["acme/lite-model/spice/1", "acme/lite-model/spice"])
def test_lite_format_gives_the_file_as_it_was_published(hub, path):
    answer = get(hub.server, f"/{path}?lite-format=tflite")
    assert answer.status == 200
    assert answer.body == hub.files["acme/lite-model/spice/1"].read_bytes()


def test_tfjs_compressed_gives_the_archive(hub):
    name = "acme/tfjs-model/spice/2/default/1"
    answer = get(hub.server, f"/{name}?tfjs-format=compressed")
    assert answer.status == 200
    assert unpacked(answer.body) == hub.tree(name)


@pytest.mark.parametrize("base", ["acme/tfjs-model/spice/2/default/1", "acme/tfjs-model/spice/2/default"])
def test_tfjs_file_gives_model_json_and_every_shard_beside_it(hub, base):
    directory = hub.files["acme/tfjs-model/spice/2/default/1"]
    answer = get(hub.server, f"/{base}/model.json?tfjs-format=file")
    assert answer.status == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Disposition"] is None
    assert answer["Content-Type"].startswith("application/json")
    for shard in answer.json()["weightsManifest"][0]["paths"]:
        part = get(hub.server, f"/{base}/{shard}?tfjs-format=file")
        assert part.status == 200
        assert part.body == (directory / shard).read_bytes()


def test_tf_hub_format_file_gives_any_file_of_a_model(hub):
    for path in ("saved_model.pb", "variables/variables.index", "assets/vocabulary.txt"):
        answer = get(hub.server, f"/acme/mul/1/{path}?tf-hub-format=file")
        assert (answer.status, answer.body) == (200, (hub.files["acme/mul/1"] / path).read_bytes())
    part = get(hub.server, "/acme/mul/1/variables/variables.index?tf-hub-format=file", Range="bytes=3-9")
    assert (part.status, part.body) == (206, (hub.files["acme/mul/1"] / "variables/variables.index").read_bytes()[3:10])


def test_the_last_of_a_repeated_parameter_wins(hub):
    answer = get(hub.server, "/acme/mul/1?tf-hub-format=uncompressed&tf-hub-format=compressed")
    assert answer.status == 200
    assert get(hub.server, "/acme/mul/1?tf-hub-format=compressed&tf-hub-format=uncompressed").status == 303


def test_of_a_comma_separated_list_the_first_that_the_host_has_is_served(hub, publish, serve):
    assert get(hub.server, "/acme/mul/1?tf-hub-format=uncompressed,compressed").status == 303
    assert get(hub.server, "/acme/mul/1?tf-hub-format=compressed,uncompressed").status == 200
    assert get(hub.server, "/acme/mul/1?tf-hub-format=compressed%2Cuncompressed").status == 200
    publish("acme/mul/1")
    assert get(serve(), "/acme/mul/1?tf-hub-format=uncompressed,compressed").status == 200


def test_parameters_that_are_not_ours_do_not_matter(hub):
    plain = get(hub.server, "/acme/mul/1?tf-hub-format=compressed")
    assert get(hub.server, "/acme/mul/1?utm=x&a&tf-hub-format=compressed&b=%20").body == plain.body


@pytest.mark.parametrize("target,names", [
    ("/acme/mul/1?lite-format=tflite", "tf-hub-format=compressed"),
    ("/acme/mul/1?tfjs-format=compressed", "tf-hub-format=compressed"),
    ("/acme/lite-model/spice/1?tf-hub-format=compressed", "lite-format=tflite"),
    ("/acme/tfjs-model/spice/2/default/1?tf-hub-format=compressed", "tfjs-format=compressed"),
])
def test_a_format_that_the_model_does_not_have_is_404_and_says_which_it_has(hub, target, names):
    answer = get(hub.server, target)
    assert answer.status == 404
    assert names in answer.json()["detail"]


@pytest.mark.parametrize("target", [
    "/acme/mul/2?tf-hub-format=compressed", "/acme/nothing/1?tf-hub-format=compressed", "/acme/mul/1?tf-hub-format=zip",
    "/nobody/mul/1?tf-hub-format=compressed", "/acme/mul/01?tf-hub-format=compressed", "/acme/mul/1/2?tf-hub-format=compressed",
    "/acme/mul/1/none.txt?tf-hub-format=file", "/acme/mul/1/variables?tf-hub-format=file", "/acme?tf-hub-format=compressed",
    "/acme/mul/99999999999999999999?tf-hub-format=compressed", "/acme/tfjs-model/spice/2/default/1/no.bin?tfjs-format=file",
    "/tensorflow/posenet/mobilenet/float?tf-hub-format=compressed", "/acme/mul/10/saved_model.pb/x?tf-hub-format=file",
])
def test_what_is_not_there_is_404(hub, target):
    answer = get(hub.server, target)
    assert answer.status == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert head(hub.server, target).status == 404


@pytest.mark.parametrize("target", [
    "/acme/mul/1?tf-hub-format=compressed", "/acme/mul/1?tf-hub-format=uncompressed", "/acme/mul?tf-hub-format=compressed",
    "/acme/lite-model/spice/1?lite-format=tflite", "/acme/tfjs-model/spice/2/default/1/model.json?tfjs-format=file",
    "/acme/mul/1", "/", "/acme", "/api/v1/models", "/api/v1/models/acme/mul/1", "/openapi.json", "/healthz", "/nothing/here",
])
def test_head_answers_as_get_does_without_the_body(hub, target):
    full, only_head = get(hub.server, target), head(hub.server, target)
    assert only_head.status == full.status
    assert only_head.body == b""
    moving = {"date"}
    assert {k.lower(): v for k, v in only_head.headers.items() if k.lower() not in moving} == {
        k.lower(): v for k, v in full.headers.items() if k.lower() not in moving}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_wrong_method_is_405_and_names_the_right_ones(hub, method):
    answer = request(hub.server, method, "/acme/mul/1?tf-hub-format=compressed", body=b"x" if method != "TRACE" else None)
    assert answer.status == 405
    allowed = {m.strip() for m in answer["Allow"].split(",")}
    assert {"GET", "HEAD"} <= allowed and method not in allowed



def test_a_download_says_what_the_file_should_be_called(hub):
    def name(target):
        return get(hub.server, target)["Content-Disposition"]

    assert name("/acme/mul/1?tf-hub-format=compressed") == 'attachment; filename="acme_mul_1.tar.gz"'
    assert name("/acme/lite-model/spice/1?lite-format=tflite") == 'attachment; filename="acme_lite-model_spice_1.tflite"'
    assert name("/acme/mul?tf-hub-format=compressed") == 'attachment; filename="acme_mul_10.tar.gz"'


def test_a_browser_that_follows_a_download_link_gets_the_file(hub):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for target, status in (("tf-hub-format=compressed", 200), ("tf-hub-format=uncompressed", 303)):
        plain, asked = get(hub.server, f"/acme/mul/1?{target}"), get(hub.server, f"/acme/mul/1?{target}", Accept=browser)
        assert (asked.status, asked.body, asked["Content-Type"]) == (status, plain.body, plain["Content-Type"])


def test_errors_are_problem_json_with_the_fields_of_the_rfc(hub):
    answer = get(hub.server, "/acme/nothing/1?tf-hub-format=compressed")
    problem = json.loads(answer.body)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert problem["status"] == 404
    assert problem["title"] and "acme/nothing" in problem["detail"]


def test_a_browser_gets_its_errors_as_a_page(hub):
    answer = get(hub.server, "/acme/nothing/1", Accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert answer.status == 404
    assert answer["Content-Type"].startswith("text/html")
    assert "Accept" in answer["Vary"]
    assert "acme/nothing" in answer.text
