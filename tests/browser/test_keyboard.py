"""Everything that can be pressed or filled in is reached by Tab, in the order in which it stands, and shows that it is."""

import pytest

from support.browser import DESK, PHONE
from support.browser_pages import PAGES

# Each gets a number where it stands in the text; what cannot be seen is not expected.
NUMBER_ALL = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((e) => e.checkVisibility({checkVisibilityCSS: true, contentVisibilityAuto: true}) && !e.disabled);
  all.forEach((e, i) => { e.dataset.number = i; });
  return all.length;
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {
    html: e.outerHTML.slice(0, 120), number: e.dataset.number === undefined ? null : Number(e.dataset.number),
    inView: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    top: box.top + scrollY, bottom: box.bottom + scrollY,
  };
}"""


def stops(page, most=700) -> list:
    """What has the focus after each Tab, until the page is left."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return found
        found.append(focused)
    raise AssertionError(f"Tab never left the page; the last was {found[-1]['html']}")


@pytest.mark.parametrize("target", PAGES.values(), ids=PAGES)
def test_tab_reaches_everything_in_its_order_and_shows_where_it_is(open_page, target):
    page = open_page(target)
    count = page.evaluate(NUMBER_ALL)
    reached = stops(page)
    assert [s["number"] for s in reached if s["number"] is not None] == list(range(count))
    assert [s["html"] for s in reached if s["outline"] < 2] == []
    assert [s["html"] for s in reached if not s["inView"]] == []


@pytest.mark.parametrize("name", ["filtered", "tf2", "model-with-document", "home"])
def test_on_a_phone_the_focus_goes_down_the_page(open_page, name):
    reached = stops(open_page(PAGES[name], viewport=PHONE))[1:]  # the first lies over the page: it leads past the head
    backwards = [(a["html"], b["html"]) for a, b in zip(reached, reached[1:]) if b["bottom"] <= a["top"]]
    assert backwards == []


def test_the_first_stop_leads_past_the_head(open_page):
    page = open_page(PAGES["tf2"], viewport=DESK)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["inView"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_what_is_folded_opens_by_key_and_its_contents_are_reached(open_page):
    page = open_page(PAGES["tf2"])
    page.get_by_text("All tensors").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.type") == "search"


@pytest.mark.parametrize("target", [PAGES["document-that-is-wide"], PAGES["tf2"]])
def test_what_scrolls_sideways_can_be_scrolled_by_key_and_nothing_else_stops_the_focus(open_page, target):
    page = open_page(target, viewport=PHONE)
    boxes = page.evaluate("""async () => {
      for (let frame = 0; frame < 2; ++frame) await new Promise(requestAnimationFrame);
      const boxes = [...document.querySelectorAll('pre, .wide, .document table')].filter((e) => e.checkVisibility());
      return boxes.map((e) => [e.scrollWidth > e.clientWidth, e.tabIndex]);
    }""")
    assert {True, False} == {scrolls for scrolls, _ in boxes}
    assert [(scrolls, index) for scrolls, index in boxes if (index == 0) != scrolls] == []
