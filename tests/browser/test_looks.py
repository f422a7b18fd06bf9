"""Every page, light and dark, at a desk and on a phone: no axe violation, nothing wider than the screen, no jump."""

import importlib.resources
import re
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.stage import Open, Site

from dateline.actions import labels, rules
from dateline.actions import saved_searches as searches
from dateline.episode import Chapter, Episode, Transcript
from dateline.model import Enclosure, Person, SafeHTML, User
from dateline.store import devices, mailboxes
from dateline.store.rules import Rule
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
CONTENT = SafeHTML(
    '<p>Text with a <a href="https://example.org/">link</a>, <code>code</code> and <em>emphasis</em>.</p>'
    '<figure><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="A buoy" width="1200" height="500">'
    "<figcaption>A caption</figcaption></figure><h3>A heading</h3><blockquote><p>Quoted.</p></blockquote>"
    "<ul><li>One</li><li>Two</li></ul><pre><code>" + "a_very_long_line_of_code " * 20 + "</code></pre>"
    "<table><tr><th>Port</th><th>Ships</th></tr><tr><td>North</td><td>12</td></tr></table>"
    "<p>" + "Donaudampfschifffahrtsgesellschaft" * 6 + "</p>"
)
NOT_SEEN = 1e-6
"""A layout shift (impact times distance, each a part of the window): an icon's rounding to the next pixel."""
LONG_TITLE = "A title of three hundred characters: " + "and so on " * 27
PAGES = (
    "/",
    "/?view=reader",
    "/?view=cards",
    "/?view=panes",
    "/?view=global",
    "/?shown=all&q=text",
    "/?q=nothing-like-it",
    "/starred",
    "/all",
    "/folder/1",
    "/label/1",
    "/labels",
    "/atom?kind=starred",
    "/statistics",
    "/statistics?days=365",
    "/statistics?feed=1&days=365",
    "/labels/1",
    "/searches",
    "/searches/1",
    "/?q=text&saved=1",
    "/feed/1",
    "/feed/2",
    "/entry/1",
    "/entry/1/changes",
    "/continue",
    "/save",
    "/save?url=https://example.org/",
    "/highlights",
    "/queue",
    "/settings",
    "/settings/look",
    "/settings/marking",
    "/settings/retention",
    "/settings/newsletters",
    "/settings/notifications",
    "/settings/sharing",
    "/settings/rules",
    "/settings/rules/1",
    "/settings/visitors",
    "/settings/keys",
    "/keys",
    "/health",
    "/debug",
    "/folders/1/retention",
    "/subscriptions/1/retention",
    "/subscriptions",
    "/subscriptions/add",
    "/subscriptions/add?welcome=1",
    "/subscriptions/page?url=https://example.org/",
    "/subscriptions/1",
    "/subscriptions/2",
    "/subscriptions/1/full-text",
    "/subscriptions/1/transport",
    "/subscriptions/1/remove",
    "/folders/1",
    "/folders/1/list",
    "/opml",
    "/nothing-here",
)


@pytest.fixture
def alice(site: Site) -> User:
    return somebody(site)


def somebody(site: Site) -> User:
    """Somebody with a bit of everything."""
    world = site.world
    user = world.change(site.person("alice"), preview=True)
    feed = world.feed("The Lighthouse")
    fields: dict[str, Any] = {
        "content_html": CONTENT,
        "authors": (Person(name="Ana"),),
        "tags": ("sea", "wind"),
        "comments_url": "https://example.org/comments",
        "enclosures": (
            Enclosure(url="https://example.org/1.mp3", type="audio/mpeg", title="Episode 1", duration_seconds=3723),
            Enclosure(url="https://example.org/1.jpg", type="image/jpeg"),
            Enclosure(url="https://example.org/2.jpg", type="image/jpeg"),
        ),
        "episode": Episode(
            season="1",
            number="2",
            chapters=(Chapter(start_seconds=0, title="Begin"), Chapter(start_seconds=60, title="A long word " * 20)),
            transcripts=(Transcript(url="https://example.org/1.vtt", type="text/vtt"),),
            player_url="https://www.youtube.com/embed/dQw4w9WgXcQ",
        ),
    }
    (first, *_) = world.entries(feed, "A short title", LONG_TITLE, **fields)
    world.entries(feed, "عنوان من اليمين إلى اليسار", language="ar", hours_ago=30)
    world.entries(feed, "Without language", hours_ago=80)
    subscription = world.subscribe(user, feed)
    broken = world.feed("A feed whose name is far too long for any sidebar that was ever drawn")
    world.subscribe(user, broken)
    world.trouble(broken, "fetch.timeout")
    world.folder(user, "Press", subscription)
    world.star(user, first)
    label = labels.add(site.db, user, "Sea", colour="teal", now=world.clock())
    labels.put(site.db, user, [first], label, on=True, now=world.clock())
    for name, query in (("Morning", "text"), ("A search whose name is far too long for any sidebar", "x" * 300)):
        searches.add(site.db, user, SavedSearch(name=name, query=query), now=world.clock())
    for rule, named in (
        (Rule(query="text", stars=True, marks_read=True), "A label whose name is far too long for any screen"),
        (Rule(query="x" * 300, subscription_id=subscription, marks_read=True), ""),
    ):
        rules.add(site.db, user, rule, label=named, now=world.clock())
    world.revise(first, "An old title", "<p>Before it was changed.</p>", hours_ago=2)
    world.revise(first, "A short title", "<p>Before it was changed again.</p>")
    add_mailboxes(site, user)
    return user


def add_mailboxes(site: Site, user: User) -> None:
    """One that fares well, one in trouble, with names and words that are too long."""
    now = site.world.clock()
    with transaction(site.db) as tx:
        for name, code in (
            ("Firefox · Linux", None),
            ("A browser with quite a long name of its own " * 3, "fetch.forbidden"),
        ):
            device = devices.add(
                tx,
                user.id,
                token=f"token-of-{user.name}",
                name=name,
                endpoint=f"https://push.example/{name}",
                address=b"",
                told_entry_id=0,
                now=now,
            )
            if code:
                devices.note_failed(tx, device, code)
        for host, folder in (("imap.example.org", "Letters"), ("a-very-long-name." * 6 + "example", "Lettres/" * 9)):
            ident = mailboxes.add(
                tx,
                user.id,
                host=host,
                port=993,
                security="tls",
                login=b"",
                folder=folder,
                uid_validity=1,
                last_uid=0,
                since_at=None,
                now=now,
            )
            assert mailboxes.claim(tx, ident, "lease", now=now, until=now) is not None
            mailboxes.advance(tx, ident, "lease", 1, is_new=True)
        note = mailboxes.LeftOut(uid=2, code="fetch.too_large", detail="11000000 bytes", at=now)
        mailboxes.advance(tx, ident, "lease", 2, left_out=note)
        detail = "NO [AUTHENTICATIONFAILED] " + "averylongwordofaserver" * 8
        mailboxes.fail(tx, ident, "lease", code="fetch.mailbox_login", detail=detail, now=now, next_at=now)


def violations(page: Page, *, colours_alone: bool = False) -> list[str]:
    """What axe finds, in a line each; ``colours_alone``: by the rules that another scheme may break."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    rules = "runOnly: ['color-contrast', 'link-in-text-block'], " if colours_alone else ""
    found = page.evaluate(f"axe.run({{{rules}resultTypes: ['violations']}})")
    return [
        f"{violation['id']}: {node['html'][:120]} — {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def open_first(page: Page) -> None:
    """Open the first entry of a list; on a page without motion it is laid out two pictures later."""
    if page.locator("#entries summary").count():
        page.locator("#entries summary").first.click()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def widest(page: Page, *widths: int) -> dict[int, int]:
    """The widths of the window at which the page is wider than the screen, and by how many pixels."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 600})
        found[width] = too_wide(page)
    return {width: by for width, by in found.items() if by}


def faults(page: Page) -> list[str]:
    """What is wrong with a page in either scheme, on a desk and at 400 % (WCAG 2.2 1.4.10); it is light before."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in violations(page, colours_alone=True)]
    page.emulate_media(color_scheme="light")
    return found + [f"{by} pixels too wide at {width}" for width, by in widest(page, 320, 1440).items()]


def test_every_page_is_accessible_in_both_schemes_and_fits(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    found = {}
    for path in PAGES:
        page.goto(path)
        begins_at = page.evaluate("scrollY")
        open_first(page)
        found[path] = [*faults(page), *([f"begins at {begins_at}"] if begins_at else [])]
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("alice")
def test_no_door_has_an_axe_violation(open_page: Open, scheme: str) -> None:
    page = open_page("/login", scheme=scheme)
    assert violations(page) == []
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".error")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_start_has_no_axe_violation(open_page: Open, scheme: str) -> None:
    page = open_page("/", scheme=scheme)
    assert page.url.endswith("/start")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_answer_to_a_question_has_an_axe_violation(alice: User, open_page: Open, scheme: str) -> None:
    """The steps of the feed debugger, what a rule of retention would do, what is asked before leaving feeds."""
    page = open_page("/debug", who=alice, scheme=scheme)
    page.get_by_label("Address").fill("http://127.0.0.1:9/")
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector(".box.is-error")
    assert violations(page) == []
    page.goto("/settings/retention")
    page.get_by_label("As follows").check()
    page.get_by_role("button", name="See what this would delete").click()
    page.wait_for_selector("#effect")
    assert violations(page) == []
    page.goto("/health")
    page.locator("[name=id]").first.check()
    page.locator("button[value=unsubscribe]").first.click()
    page.get_by_role("heading", name="Unsubscribe from 1 feed?").wait_for()
    assert violations(page) == []


def test_what_floats_has_no_axe_violation(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("f")
    page.wait_for_selector("#notice:not(.is-empty)")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    assert violations(page) == []
    palette = open_page(who=alice)  # a page of its own: there no notice is fading behind it
    palette.keyboard.press("Control+k")
    palette.wait_for_selector("[role='option']")
    assert violations(palette) == []
    phone = open_page(who=alice, size="phone")
    phone.locator(".bar-menu").tap()
    phone.wait_for_timeout(200)
    assert violations(phone) == []


def test_no_page_is_wider_than_a_phone(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone", reduced_motion="reduce")
    found = {}
    for path in PAGES:
        page.goto(path)
        open_first(page)
        found[path] = too_wide(page)
    assert {path: pixels for path, pixels in found.items() if pixels} == {}


def test_french_words_need_no_sideways_scrolling_either(alice: User, site: Site, open_page: Open) -> None:
    """They are a third longer than English ones."""
    site.world.change(alice, language="fr")
    page = open_page(who=alice, reduced_motion="reduce")
    found = {}
    for path in PAGES:
        page.goto(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        found[path] = widest(page, 320, 390)
    assert {path: wide for path, wide in found.items() if wide} == {}


def test_a_picture_has_its_place_before_it_comes(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.goto("/entry/1")
    picture = page.locator(".article-content figure img").bounding_box()
    assert picture is not None
    assert picture["height"] == pytest.approx(picture["width"] * 500 / 1200, abs=1)


def test_nothing_shifts_while_a_page_is_laid_out(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.goto("/")
    page.wait_for_timeout(300)
    shifts = page.evaluate(
        """() => new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries().map((shift) => shift.value)))
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve([]), 300);
        })"""
    )
    assert sum(shifts) < NOT_SEEN, shifts


def test_the_focus_is_always_to_be_seen(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    for _ in range(25):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              return [style.outlineStyle, parseFloat(style.outlineWidth), document.activeElement.outerHTML];
            }"""
        )
        assert outline[0] == "solid", outline
        assert outline[1] >= 2, outline


def test_motion_stops_for_those_who_wish_so(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--motion')").strip() == "0ms"


def test_the_dark_scheme_is_dark(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, scheme="dark")
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    lightness = re.match(r"oklch\(0?\.(\d\d?)", colour)
    assert lightness is not None
    assert int(lightness[1].ljust(2, "0")) < 25


@pytest.mark.parametrize("subject", ["sharing", "keys", "password"])
def test_on_a_phone_the_subject_that_is_open_is_in_sight_among_the_settings(
    site: Site, open_page: Open, subject: str
) -> None:
    page = open_page(f"/settings/{subject}", who=site.person("alice"), size="phone")
    place = page.locator(".subjects [aria-current]").bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_can_be_pressed_of_a_starter_pack_stands_on_one_line(site: Site, open_page: Open, language: str) -> None:
    page = open_page("/subscriptions/add", who=site.person("alice", language=language))
    for pack in page.locator(".packs form").all():
        tops = pack.evaluate(
            "(form) => [...form.querySelectorAll('button')].map((one) => one.getBoundingClientRect().y)"
        )
        assert max(tops) - min(tops) < 10
