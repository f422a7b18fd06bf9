"""A feed whose every field attacks, read in a real Chromium: nothing runs, nothing is asked, nothing complains."""

from xml.sax.saxutils import escape

import pytest
from bench.chromium import CHROMIUM
from playwright.sync_api import Browser, Dialog, Page, Request, Route
from tests.browser.conftest import (  # noqa: F401 - fixtures: pytest finds them by their names here
    EVERYTHING,
    chromium,
    site,
)
from tests.browser.stage import Site
from tests.internet import Internet, Reply
from tests.refresh.running import Runner

from dateline.actions import accounts as account_actions
from dateline.actions import subscriptions as subscription_actions
from dateline.asgi import utc_now
from dateline.model import User
from dateline.store import icons
from dateline.store import write as store_write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not EVERYTHING, reason="no Chromium here (Debian: apt-get install chromium)"
    ),
]

MARK = "window.top.name='broken';alert(1)"
MARKUP = (
    f'</title></textarea></style><script>{MARK}</script><img src=x onerror="{MARK}"><svg onload="{MARK}">'
    f'<a href="javascript:{MARK}">x</a><iframe srcdoc="<script>{MARK}</script>"></iframe>'
)
QUOTES = f'"\' autofocus onfocus="{MARK}" x=\''
SCRIPT = f"javascript:{MARK}//"
BODY = f"""
<script>{MARK}</script><script src="https://evil.example/x.js"></script><img src="x:x" onerror="{MARK}">
<img src="https://media.example/p.png" onload="{MARK}" srcset="{SCRIPT} 1x, https://media.example/q.png 2x">
<svg><script>{MARK}</script><animate onbegin="{MARK}" attributeName=x dur=1s></svg><math><mtext><style><img src=x
onerror="{MARK}"></style></mtext></math><a href="{SCRIPT}">l</a><a href="&#106;avascript:{MARK}">l</a>
<a href="data:text/html,<script>{MARK}</script>">l</a><a href=" java&#9;script:{MARK}">l</a>
<form action="/settings/visitors" method="post"><input name="open_to_visitors" value="1"><button>Go</button></form>
<form id="entry-form"></form><input form="entry-form" name="id" value="1"><button formaction="/logout">
<iframe src="{SCRIPT}"></iframe><iframe src="https://evil.example/"></iframe><iframe srcdoc="<script>{MARK}</script>">
</iframe><object data="{SCRIPT}"></object><embed src="{SCRIPT}"><link rel="stylesheet" href="https://evil.example/x.css">
<style>@import "https://evil.example/y.css"; * {{ background: url(https://evil.example/z) }}</style>
<p style="background:url(https://evil.example/s)" onclick="{MARK}" id="main" class="notice" name="x">text</p>
<div data-behaviour="waiting autosave filter" data-fragment="https://evil.example/f" data-rows="*">d</div>
<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">
<link rel="prefetch" href="https://evil.example/pre"><link rel="dns-prefetch" href="https://evil.example/">
<video src="{SCRIPT}" poster="{SCRIPT}" onerror="{MARK}"><source src="{SCRIPT}" onerror="{MARK}"></video>
<audio src=x onerror="{MARK}"></audio><details open ontoggle="{MARK}"><summary>s</summary></details>
<a href="https://ok.example/" ping="https://evil.example/ping" target="_self" rel="opener">ping</a>
<template><script>{MARK}</script></template><noscript><p title="</noscript><script>{MARK}</script>">n</noscript>
<marquee onstart="{MARK}">m</marquee><isindex action="{SCRIPT}"><!--><script>{MARK}</script>--><?xml <script>?>
</p></div></article></details></main></body></html><script>{MARK}</script>
<plaintext>"""


def rss() -> bytes:
    """An RSS document that attacks through every field that there is."""
    markup, quotes, script = escape(MARKUP), escape(QUOTES, {'"': "&quot;", "'": "&apos;"}), escape(SCRIPT)
    entry = (
        f"<guid isPermaLink='true'>{script}</guid><title>{markup}{quotes}</title><link>{{link}}</link>"
        f"<author>{markup}{quotes}</author><dc:creator>{markup}</dc:creator><dc:language>en&quot; onx</dc:language>"
        f'<category domain="{quotes}">{markup}</category><category>{quotes}</category><comments>{script}</comments>'
        f'<enclosure url="{script}" type="audio/mpeg" length="1"/>'
        f'<enclosure url="https://media.example/a.mp3?{quotes}" type="audio/mpeg{quotes}" length="{quotes}"/>'
        f'<enclosure url="https://media.example/v.mp4" type="video/mp4" length="9"/>'
        f'<media:content url="{script}" type="image/svg+xml"><media:title>{markup}</media:title></media:content>'
        f'<media:thumbnail url="{script}"/><source url="{script}">{markup}</source>'
        f"<description>{markup}</description><content:encoded><![CDATA[{BODY}]]></content:encoded>"
    )
    entries = "".join(
        f"<item>{entry.replace('{link}', link)}</item>" for link in (script, f"https://e.example/{quotes}")
    )
    spaces = (
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    )
    head = (
        f"<title>{markup}{quotes}</title><link>{script}</link><description>{markup}</description>"
        f"<language>{quotes}</language><generator>{markup}</generator>"
        f"<image><url>{script}</url><title>{markup}</title><link>{script}</link></image>"
    )
    return f"<rss version='2.0' {spaces}><channel>{head}{entries}</channel></rss>".encode()


PICTURE = (
    f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="{MARK}">'
    f'<script>document.documentElement.setAttribute("ran", "1");{MARK}</script><script href="https://evil.example/x.js"/>'
    f'<image href="https://evil.example/i.png"/><use href="https://evil.example/u.svg#a"/>'
    f'<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:{MARK}"/></foreignObject>'
    f'<a href="javascript:{MARK}"><text y="20">click</text></a></svg>'
).encode()


@pytest.fixture
def reader(site: Site) -> User:  # noqa: F811 - the fixture of that name
    """Somebody who subscribed to the feed, with its icon; the account is open to visitors."""
    user = site.person("alice")
    account_actions.change(site.db, user, open_to_visitors=True, preview=True, now=utc_now())
    with Internet({"/feed": Reply(rss()), "/favicon.ico": Reply(PICTURE, content_type="image/svg+xml")}) as internet:
        subscription_actions.subscribe(site.db, user, internet.url("/feed"), new_folder=QUOTES[:90], now=utc_now())
        assert [report.code for report in Runner(site.db, utc_now()).run().values()] == ["ok"]
    with store_write.transaction(site.db) as tx:
        icon = icons.add(tx, "image/svg+xml", PICTURE)
        tx.run("UPDATE feed SET icon_id = :icon", icon=icon)
    return user


class Watch:
    """What a page did that it must not do."""

    def __init__(self, page: Page, home: str) -> None:
        self.home = home
        self.wrong: list[str] = []
        self.media: set[str] = set()
        page.on("dialog", self._interrupted)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self._heard(message.text) if message.type == "error" else None)
        page.on("popup", lambda popup: self.wrong.append(f"a window: {popup.url}"))
        page.on("request", self._asked)

    def _interrupted(self, dialog: Dialog) -> None:
        self.wrong.append("a dialog")
        dialog.dismiss()

    def _heard(self, text: str) -> None:
        if not text.startswith("Failed to load resource"):
            self.wrong.append(text)

    def _asked(self, request: Request) -> None:
        is_medium = request.url.startswith("https://media.example/") and request.resource_type in ("image", "media")
        if is_medium:
            self.media.add(request.url)
        elif not request.url.startswith((self.home, "data:")):
            self.wrong.append(f"{request.resource_type} {request.url}")


PAGES = (
    "/",
    "/all",
    "/feed/1",
    "/folder/1",
    "/entry/1",
    "/entry/2",
    "/entry/1?fragment=1",
    "/?fragment=1",
    "/?q=text",
    "/subscriptions",
    "/subscriptions/1",
    "/subscriptions/1/remove",
    "/folders/1",
    "/subscriptions/add",
    "/@alice/",
    "/@alice/entry/2",
)
# but for the icon with its count, and the links to be dragged to the bookmarks
BAD_LINKS = """() => [...document.querySelectorAll(
    "*:not(link[rel=icon][href^='data:image/png'], main > * a[data-behaviour~=bookmarklet])")]
    .flatMap(element => [...element.attributes]
    .filter(({name, value}) => name.startsWith("on") || name === "style" || name === "srcdoc" || name === "ping"
        || (["href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href"].includes(name)
            && /^[\\s\\x00-\\x1f]*(javascript|data|vbscript|file|blob)\\s*:/i.test(value)))
    .map(({name, value}) => `${element.tagName} ${name}=${value}`))"""


# but for what our own behaviour "prose" adds to the text
NAMED = """() => document.querySelectorAll(
    ".article-content [id], .article-content [class]:not(.code, .copy-code, .enlargeable)").length"""


def test_a_feed_that_attacks_in_every_field_is_only_read(
    chromium: Browser,  # noqa: F811 - the fixture of that name
    site: Site,  # noqa: F811 - the fixture of that name
    reader: User,
) -> None:
    context = chromium.new_context(base_url=site.url)
    context.add_cookies([{"name": "dateline", "value": "token-of-alice", "url": site.url}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    watch = Watch(page, site.url)
    page.route("https://media.example/**", lambda route: route.abort())
    page.route("https://evil.example/**", lambda route: route.abort())
    for path in PAGES:
        page.goto(path)
        if "fragment" not in path:
            page.wait_for_selector("html[data-ready]", state="attached")
        for row in page.query_selector_all("details.entry > summary"):
            row.click()
        assert page.evaluate(BAD_LINKS) == [], path
        assert page.evaluate("window.name") == ""
        assert page.evaluate("document.querySelectorAll('.article-content form, .article-content input').length") == 0
        assert page.evaluate(NAMED) == 0
        assert page.evaluate("document.querySelectorAll('main#main').length") == (0 if "fragment" in path else 1)
        assert watch.wrong == [], path
    page.goto("/")
    texts = page.locator("details.entry .title").all_text_contents()
    assert len(texts) == 2
    assert "https://media.example/p.png" in watch.media, "pictures are shown: the feed did reach the page"
    context.close()


def test_an_icon_opened_by_itself_runs_nothing(
    chromium: Browser,  # noqa: F811 - the fixture of that name
    site: Site,  # noqa: F811 - the fixture of that name
    reader: User,
) -> None:
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    # What the policy refuses is announced as a request too, but it never gets as far as a route.
    page.route("https://evil.example/**", refuse)
    watch = Watch(page, "")
    page.goto("/icon/1")
    assert page.evaluate("document.documentElement.tagName") == "svg"
    assert page.evaluate("document.documentElement.getAttribute('ran')") is None
    assert page.evaluate("window.origin") == "null", "sandboxed"
    page.mouse.click(5, 15)
    page.wait_for_load_state("networkidle")
    assert asked == []
    assert "a dialog" not in watch.wrong
    context.close()


def test_no_page_can_be_framed_or_read_from_elsewhere(
    chromium: Browser,  # noqa: F811 - the fixture of that name
    site: Site,  # noqa: F811 - the fixture of that name
    reader: User,
) -> None:
    context = chromium.new_context()
    context.add_cookies([{"name": "dateline", "value": "token-of-alice", "url": site.url}])
    page = context.new_page()
    html = (
        f'<iframe src="{site.url}/settings"></iframe><script src="{site.url}/opml/subscriptions.opml"></script>'
        f'<img src="{site.url}/icon/1"><form id=f method=post enctype=text/plain action="{site.url}/logout"></form>'
    )
    with Internet({"/": Reply(html.encode(), content_type="text/html")}, host="127.0.0.2") as elsewhere:
        page.goto(elsewhere.url("/"))
        frames = [frame for frame in page.frames if frame.url.startswith(site.url)]
        assert all("Alice" not in frame.content() and "alice" not in frame.content() for frame in frames)
        read = f"fetch('{site.url}/', {{credentials: 'include'}}).then(r => r.text()).catch(() => 'refused')"
        assert page.evaluate(read) == "refused"
        with page.expect_navigation() as navigation:
            page.evaluate("document.getElementById('f').submit()")
        assert navigation.value.status == 403
    page.goto(f"{site.url}/settings")
    assert page.locator("h1").count() == 1
    assert page.url.endswith("/settings"), "still logged in"
    context.close()


def test_after_the_logout_the_back_button_shows_nothing(
    chromium: Browser,  # noqa: F811 - the fixture of that name
    site: Site,  # noqa: F811 - the fixture of that name
    reader: User,
) -> None:
    context = chromium.new_context(base_url=site.url)
    context.add_cookies([{"name": "dateline", "value": "token-of-alice", "url": site.url}])
    page = context.new_page()
    page.goto("/settings")
    page.locator("header form button").click()
    page.wait_for_url("**/login")
    page.go_back()
    page.wait_for_url("**/login**")
    assert "alice" not in page.content().lower().replace("/@alice", "")
    context.close()
