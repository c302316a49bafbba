"""What a test takes out of a page: its snippets, its tables, its links."""

import html
import re
from urllib.parse import urljoin


def snippets(page: str) -> dict:
    """Label → code, as somebody would paste it."""
    found = re.findall(r'<h3>([^<]+)</h3>\n<div class="snippet">.*?<pre[^>]*><code>(.*?)</code></pre>', page, re.DOTALL)
    return {html.unescape(label): html.unescape(code) for label, code in found}


def first_cells(page: str, table: str) -> list:
    """The text of each row's first cell, of the table with this id."""
    body = re.search(rf'<table id="{table}">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [html.unescape(text) for text in re.findall(r"<tr><td><code>(.*?)</code>", body[1])] if body else []


def link(page: str, text: str, of: str, base: str) -> str | None:
    """Where the link of this text leads to, in the navigation between parts of the list `of`."""
    navigation = re.search(rf'<nav class="pages" aria-label="Parts of the list: {of}">(.*?)</nav>', page, re.DOTALL)
    found = navigation and re.search(rf'<a href="([^"]*)"[^>]*>{re.escape(text)}</a>', navigation[1])
    return urljoin(base, html.unescape(found[1])) if found else None
