"""The JSON face: shapes of interface.md and protocol.md, /openapi.json, health, metrics, pages."""

import hashlib
import re
import subprocess

import pytest
from openapi_spec_validator import validate

from conftest import MODELS
from support.command import REPOSITORY, clean_environment
from support.raw_http import get
from support.waiting import wait_for

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_version_lists_its_files_with_sizes_and_digests(hub):
    answer = get(hub.server, "/api/v1/models/acme/mul/1")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("application/json")
    version = answer.json()
    archive = get(hub.server, "/acme/mul/1?tf-hub-format=compressed").body
    assert {"name", "version", "kind", "published", "size", "digest", "downloads", "files"} <= version.keys()
    assert (version["name"], version["version"], version["kind"]) == ("acme/mul", 1, "saved_model_2")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", version["published"])
    assert (version["size"], version["digest"]) == (len(archive), f"sha256:{hashlib.sha256(archive).hexdigest()}")
    assert {f["path"]: f["sha256"] for f in version["files"]} == hub.tree("acme/mul/1")
    sizes = {f["path"]: f["size"] for f in version["files"]}
    assert all((hub.files["acme/mul/1"] / p).stat().st_size == s for p, s in sizes.items())


@pytest.mark.parametrize("path,name,version,rest", [
    ("acme/mul/1", "acme/mul", 1, ""),
    ("acme/mul/3/variables", "acme/mul", 3, "variables"),
    ("acme/mul/3/variables/nothing.there", "acme/mul", 3, "variables/nothing.there"),
    ("acme/mul", "acme/mul", 10, ""),
    ("acme/mul/saved_model.pb", "acme/mul", 10, "saved_model.pb"),
    ("tensorflow/posenet/mobilenet/float/050/1/saved_model.pb", "tensorflow/posenet/mobilenet/float/050", 1,
     "saved_model.pb"),
    ("google/imagenet/mobilenet_v2_050_224/classification/5/variables",
     "google/imagenet/mobilenet_v2_050_224/classification", 5, "variables"),
])
def test_the_files_of_a_path_are_those_of_the_version_it_lies_in(hub, path, name, version, rest):
    answer = get(hub.server, f"/api/v1/files/{path}")
    assert (answer.status, answer["Cache-Control"]) == (200, "no-cache")
    files = answer.json()
    assert (files["name"], files["version"], files["path"]) == (name, version, rest)
    listed = get(hub.server, f"/api/v1/models/{name}/{version}").json()["files"]
    assert files["files"] == listed and listed
    first = get(hub.server, f"/{name}/{version}/{listed[0]['path']}?tf-hub-format=file")
    assert hashlib.sha256(first.body).hexdigest() == listed[0]["sha256"]
    assert get(hub.server, f"/api/v1/files/{path}", If_None_Match=answer["ETag"]).status == 304


@pytest.mark.parametrize("path", ["acme", "acme/none/1/saved_model.pb", "acme/mul/2/saved_model.pb"])
def test_the_files_of_a_path_in_no_version_are_a_problem_document(hub, path):
    answer = get(hub.server, f"/api/v1/files/{path}")
    assert (answer.status, answer["Content-Type"]) == (404, "application/problem+json")
    assert path in answer.json()["detail"]


@pytest.mark.parametrize("name,kind", [
    ("acme/old/2", "hub"), ("acme/lite-model/spice/1", "tflite"), ("acme/tfjs-model/spice/2/default/1", "tfjs"),
    ("tensorflow/posenet/mobilenet/float/050/1", "saved_model_2"),
])
def test_a_version_knows_its_kind(hub, name, kind):
    assert get(hub.server, f"/api/v1/models/{name}").json()["kind"] == kind


def test_a_model_names_its_versions(hub):
    model = get(hub.server, "/api/v1/models/acme/mul").json()
    assert model["name"] == "acme/mul"
    assert model["versions"] == [1, 3, 10]


def test_the_list_holds_every_model_once(hub):
    answer = get(hub.server, "/api/v1/models").json()
    names = [m["name"] for m in answer["models"]]
    assert set(names) == {n.rpartition("/")[0] for n in hub.files}
    assert len(names) == len(set(names)) == answer["total"]
    assert (answer["page"], answer["pages"]) == (1, 1)


@pytest.mark.parametrize("query,names", [
    ("publisher=acme", {"acme/mul", "acme/old", "acme/lite-model/spice", "acme/tfjs-model/spice/2/default"}),
    ("format=tflite", {"acme/lite-model/spice"}),
    ("format=tfjs", {"acme/tfjs-model/spice/2/default"}),
    ("format=hub", {"acme/old"}),
    ("q=posenet", {"tensorflow/posenet/mobilenet/float/050"}),
    ("q=nothing-of-the-kind", set()),
    ("publisher=google&q=classification", {"google/imagenet/mobilenet_v2_050_224/classification"}),
])
def test_the_list_is_narrowed_by_query(hub, query, names):
    assert {m["name"] for m in get(hub.server, f"/api/v1/models?{query}").json()["models"]} == names


def test_the_list_has_pages(tfhub, publish, serve, store, scratch):
    from support import models

    directory = models.saved_model(scratch / "m")
    for i in range(1, 4):
        publish(f"acme/m{i}/1", directory)
    server = serve()
    first = get(server, "/api/v1/models?page=1").json()
    assert [m["name"] for m in first.pop("models")] == ["acme/m1", "acme/m2", "acme/m3"]
    assert first == {"page": 1, "pages": 1, "total": 3}
    beyond = get(server, "/api/v1/models?page=99")
    assert beyond.status == 200 and beyond.json() == {"models": [], "page": 99, "pages": 1, "total": 3}
    for page in ("x", "0", "-1", "1x", "99999999999999999999"):
        wrong = get(server, f"/api/v1/models?page={page}")
        assert (wrong.status, wrong["Content-Type"]) == (400, "application/problem+json"), page
        assert page in wrong.json()["detail"]


def test_an_unknown_model_of_the_api_is_a_problem_document(hub):
    for name in ("acme/none", "acme/mul/77", "acme"):
        answer = get(hub.server, f"/api/v1/models/{name}")
        assert answer.status == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_openapi_json_is_a_valid_description_and_names_every_path_of_the_api(hub):
    document = get(hub.server, "/openapi.json").json()
    validate(document)
    assert set(document["paths"]) == {
        "/api/v1/models", "/api/v1/models/{name}", "/api/v1/models/{name}/{version}", "/api/v1/files/{path}"}


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_the_description_allows_is_answered_as_it_says_and_nothing_else(hub, scratch, seed):
    """schemathesis: requests made from the description, right ones and wrong ones, also one after the other."""
    command = [REPOSITORY / ".venv/bin/schemathesis", "run", f"{hub.server.url}/openapi.json", "--max-examples", "40",
               "--seed", str(seed), "--no-color"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=scratch, env=clean_environment(scratch), timeout=200)
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"Tested: +4$", told.stdout, re.MULTILINE), told.stdout  # operations


@pytest.mark.parametrize("query", ["format=", "page=", "format=zip", "page=1000000001"])
def test_a_parameter_that_means_nothing_is_a_problem_document(hub, query):
    answer = get(hub.server, f"/api/v1/models?{query}")
    assert (answer.status, answer["Content-Type"]) == (400, "application/problem+json")
    assert query.partition("=")[0] in answer.json()["detail"]


def test_health_readiness_and_metrics_answer(hub):
    assert get(hub.server, "/healthz").status == 200
    assert get(hub.server, "/readyz").status == 200
    answer = get(hub.server, "/metrics")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("text/plain")
    samples = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    assert samples
    for line in samples:
        assert re.fullmatch(r'[a-zA-Z_:][\w:]*(\{[^}]*\})? [-+0-9.eE]+(Inf|NaN)?', line), line


def test_metrics_count_requests(publish, serve):
    publish("acme/mul/1")
    server = serve()

    def requests(route, code):
        text = get(server, "/metrics").text
        found = re.search(rf'^tfhub_http_requests_total{{route="{route}",code="{code}"}} (\d+)$', text, re.MULTILINE)
        return int(found[1]) if found else 0

    for _ in range(5):
        assert get(server, "/acme/mul/1?tf-hub-format=compressed").status == 200
    # An answer may arrive before it is counted.
    wait_for(lambda: requests("archive", "2xx") >= 5, "five archives are not counted")
    assert (requests("archive", "2xx"), requests("archive", "4xx")) == (5, 0)


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/lite-model/spice/1", "acme/tfjs-model/spice/2/default/1"])
def test_the_downloads_that_a_version_names_work(hub, name):
    downloads = get(hub.server, f"/api/v1/models/{name}").json()["downloads"]
    expected = {
        "saved_model_2": {"tf-hub-format=compressed": 200, "tf-hub-format=uncompressed": 303},
        "tflite": {"lite-format=tflite": 200},
        "tfjs": {"tfjs-format=compressed": 200},
    }
    assert all(download["url"] == f"{hub.server.url}/{name}?{download['format']}" for download in downloads)
    statuses = {d["format"]: get(hub.server, d["url"].removeprefix(hub.server.url)).status for d in downloads}
    assert statuses == expected[MODELS[name][0]]


def test_a_browser_at_a_handle_gets_a_page_that_says_how_to_load_it(hub):
    answer = get(hub.server, "/acme/mul/3", Accept=BROWSER)
    assert answer.status == 200
    assert answer["Content-Type"].startswith("text/html")
    assert "Accept" in answer["Vary"]
    handle = f"{hub.server.url}/acme/mul/3"
    assert handle in answer.text
    for word in ("hub.load", "tfhub::resolve", "tfhub resolve", "sha-256", "SavedModel"):
        assert word.lower() in answer.text.lower(), word
    archive = get(hub.server, "/acme/mul/3?tf-hub-format=compressed").body
    assert hashlib.sha256(archive).hexdigest() in answer.text


def test_an_unversioned_page_says_which_version_code_gets(hub):
    page = get(hub.server, "/acme/mul", Accept=BROWSER)
    assert page.status == 200
    for version in (1, 3, 10):
        assert f"/acme/mul/{version}" in page.text
    assert f'<{hub.server.url}/acme/mul/10>; rel="canonical"' in page["Link"]


def test_home_and_publisher_list_models(hub):
    home, publisher = get(hub.server, "/", Accept=BROWSER), get(hub.server, "/acme", Accept=BROWSER)
    assert "acme/mul" in home.text and "google/ALBERT.en_v2-1.0" in home.text
    assert "acme/mul" in publisher.text and "google/ALBERT" not in publisher.text
    assert get(hub.server, "/nobody", Accept=BROWSER).status == 404


def test_a_document_never_brings_a_script_into_the_page(hub):
    page = get(hub.server, "/acme/mul/10", Accept=BROWSER)
    assert page.status == 200
    assert "<script>alert(1)</script>" not in page.text


def test_a_name_in_a_url_never_becomes_markup(hub):
    page = get(hub.server, "/%3Cscript%3Ealert(1)%3C/script%3E/x", Accept=BROWSER)
    assert page.status == 404
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text
