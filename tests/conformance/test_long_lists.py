"""The page of a large model: lists of hundreds of rows, in parts, by plain links."""

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest

from support import models
from support.command import Tfhub, clean_environment
from support.html_page import first_cells, link
from support.raw_http import get
from support.server import Server

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TENSORS = [f"encoder/layer_{i:03d}/attention/query/kernel" for i in range(350)]


def large_model(root):
    """350 tensors, the later the larger, 130 kinds of operations, 260 files."""
    weights = [{"name": name, "shape": [i + 1], "dtype": "float32"} for i, name in enumerate(TENSORS)]
    model = {
        "format": "graph-model",
        "modelTopology": {"node": [{"name": f"n{i}", "op": f"Kind{i:03d}"} for i in range(130)]},
        "weightsManifest": [{"paths": ["w.bin"], "weights": weights}],
    }
    size = sum(4 * (i + 1) for i in range(len(TENSORS)))
    more = {f"notes/{i:03d}.txt": f"{i}" for i in range(258)}
    return models.write_tree(root, {"model.json": json.dumps(model), "w.bin": models.noise(size, 1), **more})


@pytest.fixture(scope="module")
def hub(binary, session_directory):
    root = session_directory / "long-lists"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root))
    tfhub.ok("publish", large_model(root / "m"), "acme/tfjs-model/large/1", "--store", root / "store")
    tfhub.ok("publish", models.tfjs_model(root / "s"), "acme/tfjs-model/small/1", "--store", root / "store")
    with Server(tfhub, root / "store", log=root / "serve.log") as server:
        yield server


def page(hub, target):
    answer = get(hub, target, Accept=BROWSER)
    assert answer.status == 200, answer
    return answer.body.decode()


def follow(hub, target, text, of):
    url = link(page(hub, target), text, of, hub.url + target)
    return url and urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl()


@pytest.mark.parametrize("handle", ["/acme/tfjs-model/large/1", "/acme/tfjs-model/large"])
def test_who_follows_next_sees_every_tensor_once_the_largest_first(hub, handle):
    seen, target, parts = [], handle, 0
    while target:
        rows = first_cells(page(hub, target), "tensors")
        assert len(rows) <= 100
        seen += rows
        parts += 1
        target = follow(hub, target, "Next", "tensors")
    assert seen == TENSORS[::-1] and parts == 4


def test_previous_and_numbers_lead_where_they_say(hub):
    third = "/acme/tfjs-model/large/1?tensors=3"
    assert first_cells(page(hub, third), "tensors") == TENSORS[149:49:-1]
    assert follow(hub, third, "Previous", "tensors") == "/acme/tfjs-model/large/1?tensors=2"
    assert follow(hub, third, "1", "tensors") == "/acme/tfjs-model/large/1?tensors=1"
    assert 'aria-current="page">3</a>' in page(hub, third)
    assert 'href="?tensors=4#weights"' in page(hub, third)


def test_a_part_that_was_asked_for_is_open_and_its_anchor_is_there(hub):
    assert '<details id="weights"><summary>' in page(hub, "/acme/tfjs-model/large/1")
    assert '<details id="weights" open><summary>' in page(hub, "/acme/tfjs-model/large/1?tensors=2")
    assert '<details id="operations" open><summary>' in page(hub, "/acme/tfjs-model/large/1?ops=2")


def test_search_engines_keep_to_the_model_s_own_page(hub):
    own, part = page(hub, "/acme/tfjs-model/large/1"), page(hub, "/acme/tfjs-model/large/1?tensors=2")
    canonical = f'<link rel="canonical" href="{hub.url}/acme/tfjs-model/large/1">'
    assert canonical in own and canonical in part
    assert '<meta name="robots" content="noindex">' in part and "noindex" not in own
    assert "Disallow: /*?" in get(hub, "/robots.txt").body.decode()


def test_operations_and_files_have_parts_too(hub):
    kinds, files = [], []
    for target in ("/acme/tfjs-model/large/1", "/acme/tfjs-model/large/1?ops=2"):
        kinds += re.findall(r"<code>(Kind\d+)</code>", page(hub, target))
    assert sorted(kinds) == [f"Kind{i:03d}" for i in range(130)]
    for part in (1, 2, 3):
        files += re.findall(r">(notes/\d+\.txt|model\.json|w\.bin)</a>", page(hub, f"/acme/tfjs-model/large/1?files={part}"))
    assert len(files) == len(set(files)) == 260


@pytest.mark.parametrize("query,status", [
    ("tensors=5", 404), ("tensors=99999999", 404), ("files=4", 404), ("assets=1", 404), ("tensors=0", 400), ("tensors=-1", 400),
    ("tensors=two", 400), ("tensors=", 400), ("tensors=1&tensors=9", 404), ("tensors=%3Cscript%3E", 400), ("unknown=7", 200),
])
def test_a_part_that_there_is_not(hub, query, status):
    answer = get(hub, f"/acme/tfjs-model/large/1?{query}", Accept=BROWSER)
    assert answer.status == status
    assert b"<script>" not in answer.body
    assert query != "tensors=5" or b"no part 5 of tensors" in answer.body


def test_every_part_is_light(hub):
    for target in ("/acme/tfjs-model/large/1", "/acme/tfjs-model/large/1?tensors=2", "/acme/tfjs-model/large/1?files=2"):
        sent = get(hub, target, Accept=BROWSER, Accept_Encoding="gzip")
        assert sent["Content-Encoding"] == "gzip" and len(sent.body) < 60_000, target
        assert len(gzip.decompress(sent.body)) < 120_000, target


def test_a_short_list_has_no_navigation(hub):
    text = page(hub, "/acme/tfjs-model/small/1")
    assert "Parts of the list" not in text and "All tensors<" in text
