"""Every document of a tree has its page: title, description, and links that lead into this hub."""

import re
import urllib.parse

import pytest
from playwright.sync_api import expect

from support.documents import SITE_DOCUMENTS

FOLDERS = {"Lite": "lite-model/", "Tfjs": "tfjs-model/", "Coral": "coral-model/", "Collection": "collection/"}
DOCUMENTS = {name: text for name, text in SITE_DOCUMENTS.items() if name.endswith(".md") and "crowd" not in name}
DEAD = {"/spotify/basic-pitch/2", "/gone/away/1"}  # as in real documents: links to what nobody has


def address(first_line: str) -> str:
    kind, name = re.fullmatch(r"# (\w+) (.+)", first_line.replace("&zwnj;", "")).groups()
    publisher, _, rest = name.partition("/")
    if kind == "Collection":
        rest = rest.rpartition("/")[0]
    return f"/{publisher}/{FOLDERS.get(kind, '')}{rest}".rstrip("/")


def description(lines: list) -> str:
    text = "\n".join(lines[1:]).strip().split("\n\n")[0]
    return " ".join(text.split())


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_has_its_page(open_page, hub, text):
    lines = text.splitlines()
    target = address(lines[0])
    page = open_page()
    assert page.goto(target).status == 200
    path = re.sub(r"/\d+$", "", target)
    if lines[0].startswith("# Publisher"):
        expect(page.get_by_role("heading", level=1)).to_have_text(description(lines))
    else:
        title = path.removeprefix("/").replace("collection/", "")
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page).to_have_title(f"{title} - TensorFlow Hub")
        expect(page.locator(".lead")).to_have_text(description(lines))
        assert page.locator("meta[name=description]").get_attribute("content") == description(lines)
    expect(page.locator("article.document")).to_be_visible()


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_links_to_tfhub_dev_lead_into_this_hub(open_page, hub, text):
    page = open_page(java_script_enabled=False)
    page.goto(address(text.splitlines()[0]))
    links = [link.get_attribute("href") for link in page.locator("article.document a").all()]
    assert not [link for link in links if "tfhub.dev" in link]
    inside = {urllib.parse.urldefrag(link).url for link in links if link.startswith("/")}
    written = {urllib.parse.urlsplit(url).path for url in re.findall(r"\]\(https://tfhub\.dev([^)]*)\)", text)}
    assert len(inside) == len(written)
    for link in inside:
        assert page.request.get(link).status == (404 if link in DEAD else 200), link
