"""What the pages' script adds: suggestions while one types, copying, a filter for tensors."""

import re

import pytest
from playwright.sync_api import expect

from support.browser import DESK, HOST_NAME, PHONE, STICKS_OUT, barriers


def suggestions(page):
    return page.get_by_role("search").get_by_role("listitem")


def type_words(page, words):
    page.get_by_role("searchbox", name="Search models").press_sequentially(words)


def test_models_are_suggested_while_one_types_by_name_and_by_what_their_documents_say(open_page):
    page = open_page("/")
    type_words(page, "marigo")
    expect(suggestions(page)).to_have_text([re.compile("^acme/Flowers.v2")])
    page.get_by_role("searchbox").clear()
    expect(suggestions(page)).to_have_count(0)
    type_words(page, "basic-pi")
    expect(suggestions(page)).to_have_count(4)
    suggestions(page).filter(has_text="spotify/tfjs-model/basic-pitch").get_by_role("link").click()
    expect(page).to_have_url("/spotify/tfjs-model/basic-pitch")


def test_suggestions_are_chosen_by_arrow_keys_and_put_away_by_escape(open_page):
    page = open_page("/")
    type_words(page, "basic-pi")
    expect(suggestions(page)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(suggestions(page).first.get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(suggestions(page)).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("t")
    expect(suggestions(page)).to_have_count(4)
    target = suggestions(page).nth(1).get_by_role("link").get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(target)


def test_enter_searches_for_the_words(open_page):
    page = open_page("/")
    type_words(page, "marigolds")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/s?q=marigolds")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_suggestions_are_no_barrier_and_stay_on_the_page(open_page, viewport, scheme):
    page = open_page("/", viewport=viewport, color_scheme=scheme)
    type_words(page, "basic-pi")
    expect(suggestions(page)).to_have_count(4)
    assert page.evaluate(STICKS_OUT) == []
    assert barriers(page) == []


def test_a_button_copies_the_handle_and_says_so(open_page, hub):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.clock.install(time=0)
    page.goto("/spotify/basic-pitch/1")
    page.clock.pause_at(3_600_000)  # from here on time passes only when it is told to
    page.get_by_role("button", name="Copy handle").click()
    expect(page.get_by_role("button", name="Copied handle")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{hub.url}/spotify/basic-pitch/1"
    page.clock.run_for(1500)
    expect(page.get_by_role("button", name="Copy handle")).to_be_visible()


def test_a_button_copies_on_plain_http_under_a_host_name_too(open_page, hub):
    """There browsers have no navigator.clipboard: it is for secure contexts, HTTPS and this very machine."""
    page = open_page("/spotify/basic-pitch/1", permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('nothing yet')")
    by_name = page.context.new_page()
    by_name.goto(hub.url.replace("127.0.0.1", HOST_NAME) + "/spotify/basic-pitch/1")
    assert by_name.evaluate("[isSecureContext, navigator.clipboard === undefined]") == [False, True]
    by_name.get_by_role("button", name="Copy handle").click()
    expect(by_name.get_by_role("button", name="Copied handle")).to_be_visible()
    page.bring_to_front()
    assert HOST_NAME in page.evaluate("navigator.clipboard.readText()")
    by_name.bring_to_front()
    shell = by_name.locator(".snippet").nth(3)
    shell.get_by_role("button", name=re.compile("^Copy ")).click()
    page.bring_to_front()
    assert page.evaluate("navigator.clipboard.readText()") == shell.locator("pre").inner_text()


def test_every_example_can_be_copied_as_it_stands(open_page):
    page = open_page("/spotify/basic-pitch/1", permissions=["clipboard-read", "clipboard-write"])
    examples = page.locator(".snippet")
    assert examples.count() == 5  # tensorflow_hub, tfhub, C++, shell, wget
    for example in examples.all():
        example.get_by_role("button", name=re.compile("^Copy ")).click()
        assert page.evaluate("navigator.clipboard.readText()") == example.locator("pre").inner_text()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_button_covers_the_text_that_it_copies(open_page, viewport):
    page = open_page("/spotify/basic-pitch/1", viewport=viewport)
    for example in page.locator(".snippet").all():
        button, text = example.get_by_role("button").bounding_box(), example.locator("pre").bounding_box()
        assert button["y"] + button["height"] <= text["y"]


def test_the_tensor_table_is_filtered_by_name(open_page):
    page = open_page("/spotify/basic-pitch/1")
    rows = page.locator("#tensors tbody tr:visible")
    page.get_by_text("All tensors").click()
    everything = rows.count()
    page.get_by_label("Filter by name").fill("WEIGHTS-4/Kernel")
    assert 0 < rows.count() < everything
    assert all("weights-4/kernel" in row.locator("td").first.inner_text() for row in rows.all())
    page.get_by_label("Filter by name").fill("no such tensor")
    expect(rows).to_have_count(0)
    page.get_by_label("Filter by name").fill("")
    expect(rows).to_have_count(everything)


def test_of_many_tensors_the_filter_finds_those_of_other_parts_too(open_page):
    page = open_page("/acme/deep/1")
    rows, links = page.locator("#tensors tbody tr"), page.get_by_role("navigation", name="Parts of the list: tensors")
    page.get_by_text("All tensors").click()
    expect(rows).to_have_count(100)
    expect(links.get_by_role("link", name="5", exact=True)).to_be_visible()
    field, told = page.get_by_label("Filter by name"), page.locator("#weights").get_by_role("status")
    field.fill("Blocks/44/")
    expect(rows).to_have_count(10)
    expect(told).to_have_text("10 of 450")
    assert all("blocks/44/" in row.locator("td").first.inner_text() for row in rows.all())
    expect(links).to_have_count(0)
    field.fill("kernels")
    expect(told).to_have_text("270 of 450")
    links.get_by_role("link", name="3", exact=True).click()
    expect(rows).to_have_count(70)
    expect(field).to_have_value("kernels")
    field.fill("")
    expect(rows).to_have_count(100)
    expect(links.get_by_role("link", name="5", exact=True)).to_be_visible()
    assert barriers(page) == []


def test_an_icon_whose_host_is_away_leaves_no_broken_picture(open_page):
    page = open_page()
    page.goto("/acme")
    expect(page.locator("img.icon")).not_to_have_count(0)
    page.route(lambda url: not url.startswith("http://127.0.0.1:"), lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("img.icon")).to_have_count(0)
