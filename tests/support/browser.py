"""Debian's Chromium, headless, and what a visit to a page tells: console, requests, weight, width, barriers."""

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, Playwright

from support.command import REPOSITORY

AXE = REPOSITORY / "build/node/axe-core/axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
NO_PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
COLOURS = ["color-contrast", "link-in-text-block"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# It meets nobody but what listens on this machine: no proxy, and but for one no name has an address. Playwright itself
# switches off what Chromium asks at home (updates, lists, a welcome).
HOST_NAME = "hub.test"
ARGUMENTS = ["--no-proxy-server", f"--host-resolver-rules=MAP {HOST_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
             "--disable-dev-shm-usage"]


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)


@dataclass
class Heard:
    """What a page said and asked while somebody listened."""

    complaints: list = field(default_factory=list)  # on the console, and errors that nobody caught
    requests: list = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> "Heard":
        heard = cls()
        page.on("console", lambda m: heard.complaints.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: heard.complaints.append(f"uncaught: {error}"))
        page.on("request", lambda request: heard.requests.append(request))
        return heard

    def elsewhere(self, origin: str) -> list:
        return [r for r in self.requests if not r.url.startswith(f"{origin}/")]


def serve_pictures(page: Page):
    """Pictures that documents name elsewhere are answered here; whatever else is asked of another machine is refused."""

    def answer(route):
        if route.request.resource_type == "image":
            route.fulfill(body=NO_PICTURE, content_type="image/svg+xml")
        else:
            route.abort()

    page.route(lambda url: not url.startswith(("http://127.0.0.1:", f"http://{HOST_NAME}:")), answer)


@dataclass
class Seen:
    """One page, looked at whole, first as it comes and then with everything opened that can be."""

    heard: Heard
    status: int
    sent: int  # bytes over the wire, headers and what the page asks for included
    sideways: dict  # light or dark → what sticks out to the right
    barriers: dict  # light or dark → axe-core's findings; by night only colours are others


STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 0.5);
  return ['the page', ...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))];
}"""
OPEN_ALL = """async () => {
  document.querySelectorAll('details').forEach((e) => { e.open = true; });
  for (let frame = 0; frame < 2; ++frame) await new Promise(requestAnimationFrame);  // the page's own observers have run
}"""
RUN_AXE = """async (rules) => (await axe.run({runOnly: rules})).violations.map(
  (v) => `${v.impact} ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)"""


def barriers(page: Page) -> list:
    page.evaluate(AXE.read_text())
    return page.evaluate(RUN_AXE, WCAG)


def look(page: Page, url: str) -> Seen:
    heard, sent = Heard.of(page), []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    status = page.goto(url).status
    seen = Seen(heard, status, int(sum(sent)), {"light": page.evaluate(STICKS_OUT)}, {})
    page.evaluate(OPEN_ALL)
    seen.sideways["light"] += page.evaluate(STICKS_OUT)
    seen.barriers["light"] = barriers(page)
    page.emulate_media(color_scheme="dark")
    seen.sideways["dark"] = page.evaluate(STICKS_OUT)
    seen.barriers["dark"] = page.evaluate(RUN_AXE, COLOURS)
    return seen
