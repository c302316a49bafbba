"""One hub with every kind of page, and one browser; each test has a context of its own."""

import json

import pytest
from playwright.sync_api import expect, sync_playwright

from support import basic_pitch, models
from support.browser import DESK, launch, serve_pictures
from support.command import Tfhub, clean_environment
from support.documents import SITE_DOCUMENTS, write_tree
from support.raw_http import get
from support.server import Server
from support.waiting import wait_for


@pytest.fixture(scope="session")
def hub(binary, session_directory, real_models):
    root = session_directory / "browser-hub"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root))
    for path, name in [
        (models.saved_model(root / "bees", seed=1), "acme/bees/1"),
        (models.saved_model(root / "flowers-1", seed=2), "acme/Flowers.v2/1"),
        (models.saved_model(root / "flowers-2", seed=3), "acme/Flowers.v2/2"),
        (models.many_files_model(root / "many", files=30, size=100), "acme/many-files/1"),
        (real_models / "deep", "acme/deep/1"),
        (basic_pitch.saved_model(), basic_pitch.NAME),
        (basic_pitch.tflite(), basic_pitch.LITE_NAME),
        (basic_pitch.tfjs(), basic_pitch.JS_NAME),
    ]:
        tfhub.ok("publish", path, name, "--store", root / "store")
    imported = tfhub.ok("docs", "import", write_tree(root / "tree", SITE_DOCUMENTS), "--store", root / "store", "--json")
    assert json.loads(imported.out)["skipped"] == []
    with Server(tfhub, root / "store", log=root / "serve.log") as server:
        # The index comes a moment after the lists.
        wait_for(lambda: get(server, "/api/v1/models?q=marigolds").json()["total"], "no words are found", seconds=20)
        yield server


@pytest.fixture(scope="session")
def browser():
    # What a test expects of a page comes in milliseconds; this is only how long a fault is waited for.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, hub):
    """open_page("/acme", …) in a context of its own, with the options of a context."""
    contexts = []

    def run(target=None, viewport=DESK, **options):
        contexts.append(browser.new_context(base_url=hub.url, viewport=viewport, **options))
        contexts[-1].set_default_timeout(20_000)
        page = contexts[-1].new_page()
        serve_pictures(page)
        if target:
            page.goto(target)
        return page

    yield run
    for context in contexts:
        context.close()
