"""The first page as a browser gets it: bytes and requests, what moves while it comes, how long what one does takes.

A stream of 50 unread beside 200 feeds in a real Chromium, nothing kept before. Bytes are those over the wire: style
sheet, scripts, and the page without its articles' contents, compressed as the server does. Interactions are those of
the Event Timing API (from the key or finger to the next picture, in steps of 8 ms) with the CPU slowed four times.
"""

from collections.abc import Callable
from statistics import median
from typing import Any

import lxml.html
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.responses import Response

from bench.chromium import ARGUMENTS, CHROMIUM
from bench.figures import Context, Figure
from bench.library import library, session
from bench.page import SMALL
from bench.processes import Server
from dateline.web.compression import compress

SLOWER = 4
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
_WATCH = """
window.shifts = 0;
window.deeds = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const deed of list.getEntries()) if (deed.interactionId) window.deeds.push(deed.duration);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


def bench(context: Context) -> list[Figure]:
    """Weight, layout shift, interactions."""
    path = library(context.folder, SMALL, SMALL)
    token = session(path)[1]
    with Server(path, worker=False) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        stage = _Stage(browser, f"http://127.0.0.1:{server.port}", token)
        figures = [*_weight(stage), *_shifts(stage), *_interactions(stage, 5 if context.quick else 15)]
        browser.close()
    return figures


_Deed = Callable[[int], object]
"""One thing that somebody does, told how often it was done before."""


class _Stage:
    """A browser with nothing kept, logged in."""

    def __init__(self, browser: Browser, url: str, token: str) -> None:
        self.browser, self.url, self.token = browser, url, token

    def context(self, size: Any) -> BrowserContext:
        context = self.browser.new_context(
            viewport=size, is_mobile=size is PHONE, has_touch=size is PHONE, base_url=self.url, service_workers="block"
        )
        context.add_cookies([{"name": "dateline", "value": self.token, "url": self.url}])
        context.add_init_script(_WATCH)
        return context

    def page(self, size: Any, path: str = "/") -> Page:
        page = self.context(size).new_page()
        _open(page, path)
        return page

    def slow_page(self, path: str) -> Page:
        page = self.page(DESK, path)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return page


def _open(page: Page, path: str = "/") -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_load_state("networkidle")


# ------------------------------------------------------------------------------------------------ bytes


def _weight(stage: _Stage) -> list[Figure]:
    page = stage.context(DESK).new_page()
    devtools = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire: dict[str, float] = {}

    def came(event: dict[str, Any]) -> None:
        key, answer = event["requestId"], event["response"]
        kinds[key] = event["type"]
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        sizes[key] = int(headers.get("content-length", 0))

    devtools.on("Network.responseReceived", came)
    devtools.on("Network.loadingFinished", lambda event: wire.update({event["requestId"]: event["encodedDataLength"]}))
    devtools.send("Network.enable")
    _open(page)
    html = page.request.get("/").text()
    by_kind = {kind: sum(sizes.get(key, 0) for key, of in kinds.items() if of == kind) for kind in kinds.values()}
    frame = _compressed(_without_contents(html))
    style, script = by_kind.get("Stylesheet", 0), by_kind.get("Script", 0)
    page.context.close()
    total = (frame + style + script) / 1000
    note = f"page {frame / 1000:.1f}, style {style / 1000:.1f}, scripts {script / 1000:.1f} kB"
    heads = (sum(wire.values()) - sum(sizes.values())) / 1000
    whole = by_kind.get("Document", 0) / 1000
    return [
        Figure(name="first page, without contents", value=total, unit="kB", gate=60, note=note),
        Figure(name="first page, its articles", value=whole - frame / 1000, unit="kB", note="over the wire"),
        Figure(
            name="first page, requests",
            value=len(sizes),
            note=f"{list(kinds.values()).count('Script')} scripts; {heads:.0f} kB of headers, not counted",
        ),
    ]


def _without_contents(html: str) -> bytes:
    tree = lxml.html.document_fromstring(html)
    for content in list(tree.iterfind(".//*[@class='article-content']")):
        for child in list(content):
            content.remove(child)
        content.text = None
    return bytes(lxml.html.tostring(tree, encoding="utf-8"))


def _compressed(body: bytes) -> int:
    answer = compress(Response(body, media_type="text/html"), "gzip, deflate, br, zstd")
    return len(answer.body)


# ------------------------------------------------------------------------------------------------ what moves


def _shifts(stage: _Stage) -> list[Figure]:
    figures = []
    for name, size in (("at a desk", DESK), ("on a phone", PHONE)):
        page = stage.page(size)
        _settle(page)
        figures.append(Figure(name=f"layout shift, {name}", value=page.evaluate("shifts"), gate=0))
        page.context.close()
    return figures


def _settle(page: Page) -> None:
    """Until two pictures were painted, so that the observers have heard of the first."""
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(go, 50))))")


# ------------------------------------------------------------------------------------------------ what one does


def _interactions(stage: _Stage, rounds: int) -> list[Figure]:
    return [
        *_list_interactions(stage, "/", {"open": "open an article", "next": "next article"}, rounds),
        *_list_interactions(stage, "/?view=cards", {"open": "open a card", "next": "next card"}, rounds),
        *_palette_interactions(stage, rounds),
    ]


def _list_interactions(stage: _Stage, path: str, names: dict[str, str], rounds: int) -> list[Figure]:
    page = stage.slow_page(path)
    rows = page.locator("details.entry > summary .title")
    deeds: dict[str, _Deed] = {
        names["open"]: lambda number: rows.nth(2 * number).click(),
        names["next"]: lambda _number: page.keyboard.press("j"),
    }
    if path == "/":
        deeds["mark as read or unread"] = lambda _number: page.keyboard.press("r")
    return _done(page, deeds, rounds)


def _palette_interactions(stage: _Stage, rounds: int) -> list[Figure]:
    """With 200 feeds and what is set and done to choose from, which came before the first is measured."""
    page = stage.slow_page("/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role='option']")
    page.keyboard.press("Escape")
    deeds: dict[str, _Deed] = {
        "open the palette": lambda _number: page.keyboard.press("Control+k"),
        "first letter in it": lambda _number: page.keyboard.press("e"),
        "second letter in it": lambda _number: page.keyboard.press("s"),
        "down in it": lambda _number: page.keyboard.press("ArrowDown"),
        "close it": lambda _number: page.keyboard.press("Escape"),
    }
    return _done(page, deeds, rounds)


def _done(page: Page, deeds: dict[str, _Deed], rounds: int) -> list[Figure]:
    """The deeds one after the other, again and again."""
    times: dict[str, list[float]] = {name: [] for name in deeds}
    for number in range(rounds):
        for name, deed in deeds.items():
            times[name].append(_timed(page, deed, number))
    page.context.close()
    return [
        Figure(
            name=f"interaction, {name}, p50",
            value=median(found),
            unit="ms",
            gate=100,
            note=f"CPU 1/{SLOWER}; longest {max(found):.0f} ms of {rounds}",
        )
        for name, found in times.items()
    ]


def _timed(page: Page, deed: _Deed, number: int) -> float:
    """How long the slowest event of it took; what took less than 16 ms is not told."""
    page.evaluate("deeds.length = 0")
    deed(number)
    _settle(page)
    found: float = page.evaluate("Math.max(16, ...deeds)")
    return found
