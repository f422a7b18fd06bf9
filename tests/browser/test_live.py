"""Live pages: what is done elsewhere and what arrives shows here, without moving anything; where no event comes too."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.actions import entries
from dateline.asgi import utc_now
from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def feed(site: Site, alice: User) -> int:
    """The feed of three unread entries, the newest "Third"."""
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First", "Second", "Third")
    site.world.subscribe(alice, feed)
    return feed


def listening(page: Page) -> Page:
    """The page, once it hears what happens."""
    with page.expect_response("**/live/events"):
        page.reload()
    return page


@pytest.mark.usefixtures("feed")
def test_what_is_read_on_the_phone_is_read_at_the_desk(alice: User, open_page: Open) -> None:
    desk = listening(open_page(who=alice))
    phone = open_page(who=alice, size="phone")
    phone.locator("summary .title").first.tap()
    expect(desk.locator("[data-count='main']")).to_have_text("2")
    expect(desk).to_have_title("(2) Main stream · Dateline")
    expect(desk.locator("details.entry[data-unread]")).to_have_count(2)
    assert desk.locator("details.entry[open]").count() == 0
    phone.locator("details.entry[open] button.when-read").tap()
    expect(desk.locator("details.entry[data-unread][data-kept]")).to_have_count(1)  # by hand: scrolling leaves it so
    phone.get_by_role("group", name="This article").get_by_role("button", name="Favourite").tap()
    expect(desk.locator("[data-count='starred']")).to_have_text("1")
    expect(desk.locator("details.entry[data-starred]")).to_have_count(1)


def test_new_articles_announce_themselves_and_move_nothing(site: Site, alice: User, feed: int, open_page: Open) -> None:
    page = listening(open_page(who=alice))
    page.keyboard.press("j")
    before = page.locator(".row").first.bounding_box()
    words = page.locator("output#arrivals")
    assert words.inner_text() == ""
    site.world.entries(feed, "Fourth", hours_ago=0)
    expect(page.locator("#arrivals a")).to_be_visible()
    assert words.inner_text() == "New articles have arrived. Show them."
    expect(page.locator("[data-count='main']")).to_have_text("3")
    assert page.locator("summary .title").all_text_contents() == ["Third", "Second", "First"]
    assert page.locator(".row").first.bounding_box() == before
    assert page.locator("details.entry[open]").count() == 1
    page.locator("#arrivals a").click()
    expect(page.locator("summary .title").first).to_have_text("Fourth")
    expect(page.locator("#arrivals a")).to_be_hidden()


def test_news_of_other_feeds_is_counted_not_announced(site: Site, alice: User, feed: int, open_page: Open) -> None:
    other = site.world.feed("Elsewhere")
    site.world.subscribe(alice, other)
    page = listening(open_page("/feed/1", who=alice))
    site.world.entries(other, "News", hours_ago=0)
    expect(page.locator("[data-count='main']")).to_have_text("4")
    expect(page.locator("[data-count='feed-2']")).to_have_text("1")
    expect(page.locator("#arrivals a")).to_be_hidden()


@pytest.mark.usefixtures("feed")
def test_the_icon_carries_the_count(site: Site, alice: User, open_page: Open) -> None:
    page = listening(open_page(who=alice))
    icon = page.locator("link[rel='icon']")
    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    drawn = icon.get_attribute("href") or ""
    entries.mark(site.db, alice, site.world.unread_ids(alice)[:1], read=True, now=utc_now())
    expect(icon).not_to_have_attribute("href", drawn)
    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    entries.mark(site.db, alice, site.world.unread_ids(alice), read=True, now=utc_now())
    expect(icon).to_have_attribute("href", re.compile(r"favicon\.svg$"))


@pytest.mark.usefixtures("feed")
def test_where_no_event_comes_through_the_page_asks(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.context.route("**/live/events", lambda route: route.fulfill(status=503))
    page.clock.install()
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    entries.mark(site.db, alice, site.world.unread_ids(alice)[:1], read=True, now=utc_now())
    expect(page.locator("[data-count='main']")).to_have_text("3")
    page.clock.run_for(61_000)
    expect(page.locator("[data-count='main']")).to_have_text("2")


@pytest.mark.usefixtures("feed")
def test_what_is_done_here_meanwhile_is_not_taken_back(site: Site, alice: User, open_page: Open) -> None:
    page = listening(open_page(who=alice))
    page.context.route("**/entries/read", lambda route: route.abort())  # no connection for what was read here
    page.keyboard.press("j")
    expect(page.locator("details.entry[data-unread]")).to_have_count(2)
    entries.star(site.db, alice, site.world.unread_ids(alice)[:1], starred=True, now=utc_now())
    expect(page.locator("details.entry[data-starred]")).to_have_count(1)
    expect(page.locator("details.entry[data-unread]")).to_have_count(2)
