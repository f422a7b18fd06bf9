"""What makes an article easier to read: its contents, pictures that open, code that is copied; by mouse and by keys."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.clean import clean_html
from dateline.model import RawHTML, SafeHTML, User

PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='2400' height='1600'%3E"
    "%3Crect width='2400' height='1600'/%3E%3C/svg%3E"
)
TEXT = "<p>" + "The tide comes in and goes out again. " * 60 + "</p>"
LONG = (
    f"<h2>Ebb</h2>{TEXT}<h3>Low water</h3>{TEXT}<h2>Flood</h2>{TEXT}"
    f'<p><img src="{PICTURE}" alt="A chart of the bay" width="2400" height="1600"></p>'
    "<pre>ebb = 1\nflood = 2</pre>"
)


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def entry(site: Site, alice: User) -> int:
    feed = site.world.feed("Tides")
    (entry,) = site.world.entries(feed, "Tides", content_html=SafeHTML(LONG))
    site.world.subscribe(alice, feed)
    return entry


def at(page: Page, name: str) -> float:
    return float(page.get_by_role("heading", name=name).evaluate("it => it.getBoundingClientRect().top"))


def test_a_long_article_begins_with_its_contents(entry: int, alice: User, open_page: Open) -> None:
    page = open_page(f"/entry/{entry}", who=alice)
    page.get_by_text("In this article").click()
    expect(page.locator(".contents button")).to_have_text(["Ebb", "Low water", "Flood"])
    assert at(page, "Flood") > 800
    page.locator(".contents").get_by_role("button", name="Flood").click()
    assert at(page, "Flood") < 300
    expect(page.get_by_role("heading", name="Flood")).to_be_focused()


def test_a_footnote_is_reached_in_its_own_article_and_left_again(site: Site, alice: User, open_page: Open) -> None:
    """Of two whole articles on a page, each has a first note."""
    feed = site.world.feed("Notes")
    for title in ("One", "Two"):
        note = f'<p id="n1">{title}: <a href="#r1">back</a>'
        published = f'<p>{title} says<sup id="r1"><a href="#n1">1</a></sup></p>{TEXT * 2}{note}'
        site.world.entries(feed, title, content_html=clean_html(RawHTML(published), "https://notes.example/"))
    site.world.subscribe(alice, feed)
    page = open_page("/?view=reader", who=alice)
    for title in ("Two", "One"):
        article = page.locator(".article-content").filter(has_text=f"{title} says")
        article.get_by_role("link", name="1").click()
        expect(article.locator("#text-n1")).to_be_focused()
        expect(article.locator("#text-n1")).to_be_in_viewport()
        article.get_by_role("link", name="back").click()
        expect(article.locator("#text-r1")).to_be_focused()
        expect(article.locator("#text-r1")).to_be_in_viewport()


def test_a_picture_opens_over_the_page_and_closes_where_one_was(entry: int, alice: User, open_page: Open) -> None:
    page = open_page(f"/entry/{entry}", who=alice)
    picture = page.get_by_role("button", name="Enlarge the picture — A chart of the bay")
    picture.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    expect(page.locator(".zoom img")).to_have_attribute("alt", "A chart of the bay")
    page.keyboard.press("Escape")
    expect(page.locator(".zoom")).to_be_hidden()
    expect(picture).to_be_focused()


def test_code_is_copied_by_one_press(entry: int, alice: User, open_page: Open) -> None:
    page = open_page("/", who=alice)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("summary .title").first.click()
    page.locator("pre").hover()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "ebb = 1\nflood = 2"


def test_without_scripts_the_article_is_as_it_was_published(entry: int, alice: User, open_page: Open) -> None:
    page = open_page(f"/entry/{entry}", who=alice, scripts=False)
    expect(page.locator(".contents, .copy-code, .zoom:visible")).to_have_count(0)
    expect(page.locator("pre")).to_have_text("ebb = 1\nflood = 2")
