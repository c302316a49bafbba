"""The site: documents imported, shown, found, and never dangerous. What a browser does with it is tested in tests/browser."""

import html.parser
import json
import re

import pytest

from support import models
from support.command import CORRUPT, NOT_FOUND, USAGE, Tfhub, clean_environment
from support.documents import DOCUMENTS, write_tree
from support.raw_http import get
from support.server import Server
from support.waiting import wait_for

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def site(binary, session_directory):
    root = session_directory / "site"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root))
    tfhub.ok("publish", models.saved_model(root / "m", seed=1), "acme/bees/1", "--store", root / "store")
    tfhub.ok("publish", models.saved_model(root / "n", seed=2), "acme/Flowers.v2/2", "--store", root / "store")
    imported = tfhub.ok("docs", "import", write_tree(root / "tree"), "--store", root / "store", "--json")
    assert json.loads(imported.out) == {"added": 5, "changed": 0, "unchanged": 0, "skipped": []}
    with Server(tfhub, root / "store", log=root / "serve.log") as server:
        wait_for(lambda: get(server, "/api/v1/models?q=marigolds").json()["total"], "no words are found")  # the index comes after the lists
        yield server


def page(server, target):
    answer = get(server, target, Accept=BROWSER)
    assert answer.status == 200, answer
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    return answer.body.decode()


class Balanced(html.parser.HTMLParser):
    """Collects tags and attributes; fails on what is opened and not closed, or the other way round."""

    EMPTY = {"meta", "link", "input", "img", "br", "hr", "rect"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()


PAGES = ["/", "/s", "/s?q=flowers", "/acme", "/other", "/acme/Flowers.v2", "/acme/Flowers.v2/3", "/acme/Flowers.v2/2",
         "/acme/bees/1", "/acme/lite-model/Flowers.v2/quantised/1", "/acme/collection/garden", "/other/words"]


@pytest.mark.parametrize("target", PAGES)
def test_every_page_is_balanced_and_runs_nothing_of_a_document(site, target):
    parsed = Balanced(page(site, target))
    scripts = [a for t, a in parsed.tags if t == "script"]
    assert len(scripts) == 1 and scripts[0]["src"].startswith("/static/script.js?v=")
    for tag, attributes in parsed.tags:
        assert tag not in {"iframe", "object", "embed", "style", "base"}
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("href", "src"):
            assert not re.match(r"(?i)\s*(javascript|data|vbscript):", attributes.get(name) or ""), attributes
    policy = get(site, target)["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_a_documents_page_has_its_title_description_tags_and_text(site):
    text = page(site, "/acme/Flowers.v2/3")
    assert "<h1>acme/Flowers.v2</h1>" in text
    assert "Names flowers in pictures." in text
    assert "Image classification" in text and "mobilenet-v2" in text and "apache-2.0" in text
    assert "Trained on marigolds." in text and "<table>" in text
    assert "alert(&quot;owned" not in text and "press" in text and "bold" in text


def test_links_to_tfhub_dev_lead_into_this_hub(site):
    text = page(site, "/acme/Flowers.v2/3")
    assert 'href="/acme/bees/1"' in text and "tfhub.dev" not in text
    assert re.search(r'href="/acme/collection/garden[^"]*"', text)


def test_a_page_says_what_code_gets(site):
    assert "code that loads the model without a version gets" in page(site, "/acme/Flowers.v2")
    assert "the latest with files is" in page(site, "/acme/Flowers.v2/3")
    assert "not its files" in page(site, "/other/words")
    answer = get(site, "/acme/Flowers.v2", Accept=BROWSER)
    assert answer["Content-Location"] == "/acme/Flowers.v2/3"
    assert get(site, "/acme/Flowers.v2?tf-hub-format=compressed")["Content-Location"].endswith("/acme/Flowers.v2/2")


# What a copy button calls itself to a screen reader.
COPY_HANDLE = '<span class="hidden"> handle</span>'


def test_what_is_only_described_is_said_to_be_so(site):
    """Its page exists, so "there is no model" would be wrong; and a handle that is 404 is nothing to copy."""
    text = page(site, "/other/words")
    assert COPY_HANDLE not in text and "(no files here)" in text
    assert COPY_HANDLE in page(site, "/acme/Flowers.v2/2")
    assert COPY_HANDLE not in page(site, "/acme/Flowers.v2/3")
    for path, said in {
        "/other/words": "but not its files.",
        "/acme/Flowers.v2/3": "the latest version with files is acme/Flowers.v2/2.",
        "/acme/nothing": "There is no model",
    }.items():
        answer = get(site, f"{path}?tf-hub-format=compressed")
        assert answer.status == 404 and said in json.loads(answer.body)["detail"]


def test_deployments_are_named_on_the_pages_of_model_and_deployment(site):
    assert 'href="/acme/lite-model/Flowers.v2/quantised"' in page(site, "/acme/Flowers.v2")
    assert 'href="/acme/Flowers.v2"' in page(site, "/acme/lite-model/Flowers.v2/quantised")


def test_publishers_and_collections_have_pages(site):
    text = page(site, "/acme")
    assert "Acme Research" in text and "We make <em>models</em>" in text
    assert 'href="/acme/collection/garden"' in text and 'href="/acme/bees"' in text
    assert "Everything that grows." in page(site, "/acme/collection/garden")
    plural = get(site, "/acme/collections/garden")
    assert plural.status == 301 and plural["Location"] == "/acme/collection/garden"
    assert get(site, "/nobody").status == 404


def icons(site, target):
    return [attributes for tag, attributes in Balanced(page(site, target)).tags if tag == "img" and attributes.get("class") == "icon"]


@pytest.mark.parametrize("target,size", [("/acme", "40"), ("/", "20"), ("/acme/bees", "20")])
def test_a_publisher_s_icon_stands_beside_its_name(site, target, size):
    assert icons(site, target) == [{
        "class": "icon", "src": "https://example.org/acme.png", "alt": "", "width": size, "height": size, "loading": "lazy",
        "referrerpolicy": "no-referrer"}]
    assert "img-src 'self' https: http:" in get(site, target)["Content-Security-Policy"]


def test_who_names_no_icon_has_none(site):
    assert icons(site, "/other") == [] and icons(site, "/other/words") == []
    assert "<h1>other/words</h1>" in page(site, "/other/words")


def test_a_model_without_bytes_is_in_the_catalogue_and_cannot_be_downloaded(site):
    names = [m["name"] for m in get(site, "/api/v1/models").json()["models"]]
    assert names == ["acme/Flowers.v2", "acme/bees", "acme/lite-model/Flowers.v2/quantised", "other/words"]
    words = get(site, "/api/v1/models/other/words").json()
    assert (words["versions"], words["downloadable"], words["tags"]) == ([1], [], {"task": ["text-embedding"]})
    version = get(site, "/api/v1/models/other/words/1").json()
    assert version["files"] == [] and version["downloads"] == []
    assert get(site, "/other/words/1?tf-hub-format=compressed").status == 404


@pytest.mark.parametrize("query,found", [
    ("q=marigolds", ["acme/Flowers.v2"]),
    ("q=marig", ["acme/Flowers.v2"]),
    ("q=marigolts", ["acme/Flowers.v2"]),
    ("q=rhododendorn", ["other/words"]),
    ("q=MARIGOLDS+pictures", ["acme/Flowers.v2"]),
    ("q=marigolds+rhododendron", []),
    ("q=image+classification", ["acme/Flowers.v2"]),
    ("q=acme+research&format=tflite", ["acme/lite-model/Flowers.v2/quantised"]),
    ("task=text-embedding", ["other/words"]),
    ("publisher=other", ["other/words"]),
    ("architecture=mobilenet-v2", ["acme/Flowers.v2"]),
    ("language=en", ["acme/Flowers.v2"]),
    ("format=coral", []),
    ("q=%22)%20OR%20(", []),
])
def test_search(site, query, found):
    assert [m["name"] for m in get(site, f"/api/v1/models?{query}").json()["models"]] == found
    text = page(site, f"/s?{query}")
    assert all(f'<a href="/{name}">' in text for name in found)
    assert found or "No model matches" in text


def test_filters_have_counts_and_can_be_taken_away(site):
    text = page(site, "/s")
    assert re.search(r'href="/s\?task=image-classification"[^>]*>Image classification</a> <span[^>]*>1<', text)
    chosen = page(site, "/s?publisher=acme&format=tflite")
    assert 'aria-label="Remove the filter Publisher"' in chosen and 'href="/s?format=tflite"' in chosen


def test_sitemap_and_robots(site):
    robots = get(site, "/robots.txt").body.decode()
    assert f"Sitemap: {site.url}/sitemap.xml" in robots
    sitemap = get(site, "/sitemap.xml").body.decode()
    for path in ("", "acme", "acme/Flowers.v2", "acme/collection/garden", "other/words"):
        assert f"<loc>{site.url}/{path}</loc>" in sitemap


def test_text_is_compressed_for_who_takes_it(site):
    plain, small = get(site, "/s"), get(site, "/s", Accept_Encoding="gzip")
    assert small["Content-Encoding"] == "gzip" and plain["Content-Encoding"] is None
    assert len(small.body) < len(plain.body) and small["ETag"] != plain["ETag"]


def test_a_running_hub_shows_what_is_imported_and_changed(tfhub, store, scratch):
    store.mkdir()
    with Server(tfhub, store, log=scratch / "log") as server:
        assert get(server, "/other/words").status == 404
        tree = write_tree(scratch / "tree")
        first = tfhub.ok("docs", "import", tree, "--store", store)
        assert "5 documents added" in first.out
        wait_for(lambda: get(server, "/other/words").status == 200, "what was imported does not appear")
        assert "Rhododendron" in page(server, "/other/words")
        (tree / "docs/other/models/words/1.md").write_text(DOCUMENTS["docs/other/models/words/1.md"].replace("Rhodo", "Philo"))
        again = tfhub.ok("docs", "import", tree, "--store", store)
        assert "1 changed" in again.out and "4 unchanged" in again.out
        wait_for(lambda: "Philodendron" in page(server, "/other/words"), "what was changed does not appear")


def test_import_says_what_it_could_not_take(tfhub, store, scratch):
    tree = write_tree(scratch / "tree", {**DOCUMENTS, "docs/acme/bad.md": "no heading\n"})
    finished = tfhub.run("docs", "import", tree, "--store", store)
    assert finished.code == CORRUPT and "bad.md" in finished.err
    assert "5 documents added" in finished.out  # the others are there
    tfhub.fails(NOT_FOUND, "docs", "import", scratch / "nothing", "--store", store)


def test_a_document_of_another_model_is_not_published_with_this_one(tfhub, store, scratch):
    document = scratch / "d.md"
    document.write_text(DOCUMENTS["docs/acme/models/Flowers.v2/3.md"])
    model = models.saved_model(scratch / "m")
    tfhub.fails(USAGE, "publish", model, "acme/bees/1", "--store", store, "--doc", document)
    tfhub.ok("publish", model, "acme/Flowers.v2/3", "--store", store, "--doc", document)
