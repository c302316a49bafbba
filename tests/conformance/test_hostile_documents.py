"""What a page shows of a document, as a browser's parser reads it: nothing beyond the list of store_format.md, and a page around it
that no document changes. The list is written out here; neither it nor the parser knows the sanitiser."""

import re
import urllib.parse
import xml.etree.ElementTree as etree

import html5lib
import pytest

from support.command import REPOSITORY, Tfhub, clean_environment
from support.documents import write_tree
from support.hostile_html import fragments, mutations
from support.raw_http import get
from support.server import Server

# Element → its attributes. A title says what a link or picture is; all values are looked at in `offence`.
ALLOWED = {
    **dict.fromkeys("blockquote pre ul li dl dt dd summary table thead tbody tr em strong del sub sup span b i u kbd br hr".split(), set()),
    **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], {"id"}),
    "p": {"align"},
    "div": {"align"},
    "ol": {"start"},
    "details": {"open"},
    "th": {"align", "colspan", "rowspan"},
    "td": {"align", "colspan", "rowspan"},
    "a": {"href", "rel", "title"},
    "code": {"class"},
    "img": {"src", "alt", "title", "width", "height", "loading", "referrerpolicy"},
}
VALUES = {
    "id": r"doc-[^\s\"'<>&]*",
    "align": r"left|right|center",
    "start": r"\d{1,5}",
    "colspan": r"\d{1,5}",
    "rowspan": r"\d{1,5}",
    "width": r"\d{1,5}%?",
    "height": r"\d{1,5}%?",
    "open": r"",
    "rel": r"nofollow noopener",
    "class": r"formula|language-[\w.+#-]+",
    "loading": r"lazy",
    "referrerpolicy": r"no-referrer",
}
SCHEMES = {"href": {"http", "https", "mailto", ""}, "src": {"http", "https", ""}}

PLAIN = "Words."
MUTATIONS = 240


def document(name: str, body: str) -> str:
    return f"# Module acme/{name}/1\nA model.\n\n<!-- asset-path: https://example.org/x.tar.gz -->\n<!-- format: saved_model_2 -->\n\n## Overview\n\n{body}\n"


def seeds() -> list:
    """The bodies of the fuzz targets' seeds: what stands below the head of a document."""
    texts = [path.read_text() for path in sorted((REPOSITORY / "fuzz/seeds/documents").glob("*.md"))]
    return [re.sub(r"\A# .*?-->\n\n(\[!\[Icon URL\]\].*?\n\n)?", "", text, flags=re.DOTALL) for text in texts]


def bodies() -> list:
    fixed = seeds() + fragments()
    return [PLAIN] + fixed + mutations(seeds() * 20 + fixed, MUTATIONS)  # a seed has the most that can be changed


def scheme(url: str) -> str:
    """As a browser takes it (URL standard, 4.4): without what it drops from the ends and from within."""
    url = re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(0x21)))))
    found = re.match(r"([^:/?#]*):", url)
    return found[1].lower() if found else ""


def offence(element) -> str | None:
    """What an element has that the list does not."""
    if element.tag not in ALLOWED:
        return f"<{element.tag}>"
    for name, value in element.attrib.items():
        if name not in ALLOWED[element.tag]:
            return f"<{element.tag} {name}={value!r}>"
        if name in SCHEMES and (scheme(value) not in SCHEMES[name] or re.search(r"[\x00-\x20\x7f\\]", value)):
            return f"{name}={value!r}"
        if name in VALUES and not re.fullmatch(VALUES[name], value):
            return f"{name}={value!r}"
    return None


def parse(page: str):
    """The tree, and what the parser had to mend. Control characters are passed on as text and mend nothing."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    return tree, [error for error in parser.errors if error[1] != "invalid-codepoint"]


def without_children(article):
    for child in list(article):
        article.remove(child)
    article.text = None


@pytest.fixture(scope="module")
def pages(binary, session_directory):
    """(body, page) of each document, from one import and one server; each page as if its model were named as the first one is."""
    root = session_directory / "hostile-documents"
    root.mkdir()
    tfhub = Tfhub(binary, clean_environment(root))
    texts = {f"m{number:03}": body for number, body in enumerate(bodies())}
    tree = {f"docs/{name}.md": document(name, body) for name, body in texts.items()}
    imported = tfhub.ok("docs", "import", write_tree(root / "tree", tree), "--store", root / "store")
    assert f"{len(texts)} documents added" in imported.out
    with Server(tfhub, root / "store", log=root / "serve.log") as server:
        return [(body, get(server, f"/acme/{name}/1", Accept="text/html").text.replace(name, "m000")) for name, body in texts.items()]


def test_a_page_shows_nothing_of_a_document_beyond_the_list_and_is_not_changed_by_it(pages):
    around = None
    shown = set()
    for body, page in pages:
        tree, errors = parse(page)
        assert errors == [], (errors, body, page)
        articles = tree.findall(".//article")
        assert [article.attrib for article in articles] == [{"class": "document"}], (body, page)
        for element in articles[0].iterfind(".//*"):
            assert offence(element) is None, (offence(element), body, page)
            shown.add(element.tag)
        without_children(articles[0])
        rest = etree.tostring(tree)
        around = around or rest  # of the first: it has nothing but words
        assert rest == around, (body, page)
    assert shown == set(ALLOWED) - {"h1"}  # the page's own


HEAD = """# {kind} {handle}
See {text} here.

<!-- asset-path: {url} -->
<!-- task: {text} -->
<!-- language: {text} -->
<!-- license: {text} -->
<!-- network-architecture: {text} -->
<!-- dataset: {text} -->
<!-- colab: {url} -->
<!-- format: saved_model_2 -->

[![Icon URL]]({url})
"""
HOSTILE = ["<script>alert(1)</script>", "\" onload=\"alert(1)", "' onload='alert(1)", "</title><script>alert(1)</script>", "</dd></dl></main><form>",
           "&quot;&gt;&lt;script&gt;", "<img src=x onerror=alert(1)>", "`\"><svg onload=alert(1)>`", "javascript:alert(1)", "--!><script>alert(1)</script>"]
URLS = {"href", "src", "action", "formaction", "data", "srcset", "poster", "ping", "background", "cite", "longdesc"}


def outline(tree) -> list:
    """The elements of a page with the names of their attributes, in order."""
    return [(element.tag, sorted(element.attrib)) for element in tree.iter()]


@pytest.mark.parametrize("url", ["https://x.example/{}", "{}"], ids=["in a URL", "as a URL"])
def test_the_head_of_a_document_is_text_on_every_page(tfhub, store, scratch, serve, url):
    """Description, tags, addresses and icon, which stand around the article and in lists: no page has other elements for them."""
    texts = {f"p{number}": text for number, text in enumerate(["plain"] + HOSTILE)}
    tree = {}
    for name, text in texts.items():
        for kind, handle in (("Module", f"{name}/model/1"), ("Collection", f"{name}/several/1"), ("Publisher", name)):
            tree[f"docs/{name}-{kind}.md"] = HEAD.format(kind=kind, handle=handle, text=text, url=url.format(text))
    assert f"{len(tree)} documents added" in tfhub.ok("docs", "import", write_tree(scratch / "tree", tree), "--store", store).out
    server = serve()
    for target in ("/{}/model/1", "/{}/collection/several", "/{}", "/s?publisher={}"):
        plain = None
        for name, text in texts.items():
            page = get(server, target.format(name), Accept="text/html").text
            tree, errors = parse(page)
            assert errors == [], (text, errors, page)
            plain = plain or outline(tree)
            assert outline(tree) == plain, (text, page)
            led = {scheme(value) for element in tree.iter() for attribute, value in element.attrib.items() if attribute in URLS}
            assert led <= {"", "http", "https"}, (text, page)
