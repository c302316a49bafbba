"""The pages with JavaScript switched off: everything that matters is plain HTML."""

import pytest
from playwright.sync_api import expect

from support.browser import PHONE


@pytest.fixture
def plain(open_page):
    def run(target, **options):
        page = open_page(target, java_script_enabled=False, **options)
        expect(page.locator("h1")).to_be_visible()
        return page

    return run


def test_the_search_form_searches(plain):
    page = plain("/")
    page.get_by_role("searchbox", name="Search models").fill("marigolds")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url("/s?q=marigolds")
    expect(page.get_by_role("main").get_by_role("link", name="acme/Flowers.v2", exact=True)).to_be_visible()


def test_a_filter_is_a_link_and_so_is_its_removal(plain):
    page = plain("/s")
    before = page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Image classification").click()
    expect(page).to_have_url("/s?task=image-classification")
    expect(page.get_by_role("status")).not_to_have_text(before)
    page.get_by_role("link", name="Remove the filter Task").click()
    expect(page).to_have_url("/s")
    expect(page.get_by_role("status")).to_have_text(before)


def test_on_a_phone_the_filters_unfold(plain):
    page = plain("/s", viewport=PHONE)
    link = page.get_by_role("link", name="Image classification")
    expect(link).not_to_be_visible()
    page.locator("summary", has_text="Filters").click()
    link.click()
    expect(page).to_have_url("/s?task=image-classification")
    expect(page.get_by_role("link", name="Remove the filter Task")).to_be_visible()


def test_versions_are_links(plain):
    page = plain("/acme/Flowers.v2")
    versions = page.get_by_role("navigation", name="Versions")
    expect(versions.locator("[aria-current]")).to_have_text("3")
    versions.get_by_role("link", name="1", exact=True).click()
    expect(page).to_have_url("/acme/Flowers.v2/1")
    expect(versions.locator("[aria-current]")).to_have_text("1")


def test_pages_of_a_list_are_links(plain):
    page = plain("/crowd")
    for number in (2, 3):
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text(f"Page {number} of 3")).to_be_visible()
    expect(page.get_by_role("link", name="Next")).to_have_count(0)


def test_what_needs_javascript_is_not_shown(plain):
    page = plain("/spotify/basic-pitch/1")
    page.get_by_text("All tensors").click()
    expect(page.locator("#tensors")).to_be_visible()
    buttons = page.get_by_role("button")
    assert [button.inner_text() for button in buttons.all()] == ["Search", "Filter"]


def test_tensors_are_filtered_by_name(plain):
    page = plain("/acme/deep/1")
    page.get_by_text("All tensors").click()
    page.get_by_label("Filter by name").fill("blocks/7/kernels")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#tensors tbody tr")).to_have_count(6)
    expect(page.get_by_label("Filter by name")).to_have_value("blocks/7/kernels")
    expect(page.get_by_text("6 of 450")).to_be_visible()


def test_hundreds_of_tensors_are_parts_behind_links(plain):
    page = plain("/acme/deep/1")
    page.get_by_text("All tensors").click()
    for _ in range(4):
        page.get_by_role("link", name="Next").click()
    expect(page.locator("#tensors tbody tr")).to_have_count(50)
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
