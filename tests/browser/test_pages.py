"""Every kind of page, on a phone and on a desk, by day and by night."""

import functools

import pytest

from support.browser import DESK, PHONE, look, serve_pictures
from support.browser_pages import PAGES
from support.documents import SITE_DOCUMENTS

SIZES = {"phone": PHONE, "desk": DESK}
every_page = pytest.mark.parametrize("target", PAGES.values(), ids=PAGES)
every_size = pytest.mark.parametrize("size", SIZES)
day_and_night = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="module")
def seen(browser, hub):
    """A page is looked at once, however many tests ask about it."""

    @functools.cache
    def run(target, size):
        context = browser.new_context(viewport=SIZES[size], color_scheme="light")
        try:
            page = context.new_page()
            serve_pictures(page)
            return look(page, hub.url + target)
        finally:
            context.close()

    return run


@every_page
@every_size
def test_a_page_comes_without_a_word_on_the_console(seen, target, size):
    page = seen(target, size)
    missing = target == PAGES["no-such-page"]
    assert page.status == (404 if missing else 200)
    # Chromium itself says on the console that the page was not there.
    assert [c for c in page.heard.complaints if not (missing and "404 (Not Found)" in c)] == []


@every_page
@every_size
@day_and_night
def test_a_page_never_scrolls_sideways(seen, target, size, scheme):
    assert seen(target, size).sideways[scheme] == []


@every_page
@every_size
@day_and_night
def test_a_page_has_no_barrier(seen, target, size, scheme):
    assert seen(target, size).barriers[scheme] == []


@every_page
def test_a_page_asks_nobody_but_this_hub_save_for_pictures_that_a_document_names(seen, hub, target):
    elsewhere = seen(target, "desk").heard.elsewhere(hub.url)
    named = "\n".join(SITE_DOCUMENTS.values())
    assert [r.url for r in elsewhere if r.resource_type != "image" or f"({r.url})" not in named] == []
    # Whoever keeps the picture is not told who looks at what.
    assert [r.url for r in elsewhere if {"referer", "cookie"} & r.headers.keys()] == []


@every_page
def test_a_page_weighs_less_than_60_kilobytes(seen, target):
    assert 0 < seen(target, "desk").sent < 60_000
