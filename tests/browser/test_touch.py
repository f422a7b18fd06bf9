"""Under a finger: the top of a stream is pulled to refresh it; the bar at the thumb goes through every view."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    alice = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, *(f"Number {number:02}" for number in range(1, 31)))
    site.world.subscribe(alice, feed)
    return alice


def drag(page: Page, start: tuple[float, float], way: tuple[float, float]) -> None:
    """A finger put down, moved, lifted."""
    finger = page.context.new_cdp_session(page)
    for step in range(11):
        point = {"x": start[0] + way[0] * step / 10, "y": start[1] + way[1] * step / 10}
        kind = "touchMove" if step else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_pull_at_the_top_refreshes(alice: User, open_page: Open, motion: str) -> None:
    page = open_page(who=alice, size="phone", reduced_motion=motion)
    with page.expect_response("**/refresh"):
        drag(page, (200, 200), (0, 140))
    expect(page.locator("#notice")).to_contain_text("feed")
    expect(page.locator(".pull")).to_be_hidden()
    assert page.locator("details.entry[open]").count() == 0


@pytest.mark.parametrize("way", [(0, 40), (140, 0), (0, -300)])
def test_less_than_a_pull_refreshes_nothing(alice: User, open_page: Open, way: tuple[float, float]) -> None:
    page = open_page(who=alice, size="phone")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    drag(page, (120, 400), way)
    page.locator("summary .title").first.evaluate("() => new Promise(requestAnimationFrame)")
    assert not [url for url in asked if url.endswith("/refresh")]
    expect(page.locator(".pull")).to_be_hidden()


def test_in_the_middle_of_the_stream_a_pull_scrolls(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    page.evaluate("scrollTo({ top: 600, behavior: 'instant' })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    drag(page, (200, 300), (0, 140))
    page.wait_for_function("() => scrollY < 600")
    assert not [url for url in asked if url.endswith("/refresh")]


@pytest.mark.parametrize("view", ["normal", "cards", "panes"])
def test_the_bar_at_the_thumb_is_there_in_every_view(alice: User, open_page: Open, view: str) -> None:
    page = open_page(f"/?view={view}", who=alice, size="phone")
    bar = page.get_by_role("group", name="This article")
    expect(bar).to_be_hidden()
    page.locator("details.entry summary").first.tap()
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Next article").tap()
    expect(page.locator("details.entry[open] summary .title")).to_have_text(["Number 29"])
    bar.get_by_role("button", name="Close the article").tap()
    expect(bar).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('summary')")


def test_in_the_reader_view_the_bar_speaks_of_what_is_in_sight(site: Site, alice: User, open_page: Open) -> None:
    page = open_page("/?view=reader", who=alice, size="phone")
    bar = page.get_by_role("group", name="This article")
    expect(bar).to_be_visible()
    expect(bar.get_by_role("button", name="Close the article")).to_be_hidden()
    page.locator("#entry-20").evaluate(
        "entry => scrollBy({ top: entry.getBoundingClientRect().top - 60, behavior: 'instant' })"
    )
    bar.get_by_role("button", name="Favourite").tap()
    expect(page.locator("#notice")).to_contain_text("1 article added to the favourites.")
    starred = page.locator(".entry[data-starred]")
    expect(starred).to_have_count(1)
    expect(starred).to_be_in_viewport()
    bar.get_by_role("button", name="Next article").tap()
    expect(bar.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("language", ["de", "ru", "nl", "pl", "pt", "ar"])
def test_on_a_phone_the_name_of_the_stream_has_room_in_every_language(
    site: Site, alice: User, open_page: Open, language: str
) -> None:
    page = open_page("/?shown=unread", who=site.world.change(alice, language=language), size="phone")
    name = page.locator(".bar-title > [dir]")
    assert name.evaluate("(name) => name.scrollWidth <= name.clientWidth || name.clientWidth >= 110")
    choice = page.locator(".shown a").locator("visible=true")
    expect(choice).to_have_count(1)
    choice.click()
    expect(page).to_have_url(re.compile(r"shown=all"))
    choice.click()
    expect(page).to_have_url(re.compile(r"shown=unread"))


@pytest.mark.parametrize("finger", [True, False])
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_narrowest_bar_keeps_the_name_of_the_stream(
    site: Site, alice: User, open_page: Open, language: str, finger: bool
) -> None:
    """320 pixels: a small phone, or a desk at 400 %."""
    site.world.change(alice, language=language)
    page = open_page("/feed/1?shown=unread", who=alice, size="phone" if finger else "desk")
    page.set_viewport_size({"width": 320, "height": 640})
    name = page.locator(".bar-title > [dir]")
    assert name.evaluate("(name) => name.clientWidth") >= 64
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_at_200_percent_the_field_gives_way_before_the_name(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.set_viewport_size({"width": 640, "height": 400})
    name = page.locator(".bar-title > [dir]")
    expect(name).to_have_text("Main stream")
    assert name.evaluate("(name) => name.scrollWidth <= name.clientWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_what_has_no_room_in_the_bar_is_a_press_away(alice: User, open_page: Open, scripts: bool) -> None:
    page = open_page(who=alice, size="phone", scripts=scripts)
    expect(page.locator(".bar .refresh button")).to_be_hidden()
    page.locator("summary[title='View']").tap()
    with page.expect_response("**/refresh"):
        page.get_by_role("button", name="Refresh").tap()
    expect(page.locator("#notice")).to_contain_text("feed")
    expect(page.locator("details.menu[open]")).to_have_count(0)


def test_on_a_phone_what_is_searched_for_stands_in_the_bar(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    expect(page.locator("#searches")).to_be_hidden()
    page.keyboard.press("u")
    expect(page.locator("#searches a").first).to_be_focused()
    page.keyboard.press("Escape")
    field = page.locator(".bar input[type='search']")
    field.tap()
    page.keyboard.type("Number 07")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=Number"))
    box = field.bounding_box()
    assert box is not None
    assert box["width"] > 100
    colours = field.evaluate("(field) => [getComputedStyle(field).color, getComputedStyle(document.body).color]")
    assert colours[0] == colours[1]
    expect(page.locator("#searches")).to_be_visible()
    page.locator("#searches summary").tap()
    expect(page.get_by_role("link", name="Save this search")).to_be_visible()
