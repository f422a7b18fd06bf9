"""The sidebar in a real browser: it stays as it was left, and hides what is read where that is wished."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.actions import preferences
from dateline.asgi import utc_now
from dateline.model import User

FEEDS = 40  # more than fit on a screen: folders are shut but on the way to what is read


@pytest.fixture
def alice(site: Site) -> User:
    """Forty feeds in four folders; only the first feed of each folder has something unread."""
    user = site.person("alice")
    for folder in range(4):
        inside = []
        for number in range(FEEDS // 4):
            feed = site.world.feed(f"Feed {folder}.{number}")
            if number == 0:
                site.world.entries(feed, "News")
            inside.append(site.world.subscribe(user, feed))
        site.world.folder(user, f"Folder {folder}", *inside)
    return user


def folder(number: int) -> str:
    return f"li:has(> a.folder-link:has-text('Folder {number}')) > details"


def test_folders_stay_open_and_shut_and_the_place_is_kept(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    for number in range(4):
        page.locator(f"{folder(number)} > summary").click()
    page.locator("#sidebar").evaluate("sidebar => { sidebar.scrollTop = 300 }")
    page.get_by_role("link", name="Favourites").evaluate("link => link.click()")
    page.wait_for_url("**/starred")
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("details.folder[open]")).to_have_count(4)
    assert page.locator("#sidebar").evaluate("sidebar => sidebar.scrollTop") == 300
    page.locator(f"{folder(3)} > summary").click()
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("details.folder[open]")).to_have_count(3)
    expect(page.locator(f"{folder(3)}:not([open])")).to_have_count(1)


def test_what_is_read_now_is_in_sight_though_its_folder_was_shut(alice: User, open_page: Open) -> None:
    page = open_page("/folder/4", who=alice)
    page.locator(f"{folder(3)} > summary").click()  # shut by hand
    page.goto("/feed/40")
    page.wait_for_selector("html[data-ready]", state="attached")
    current = page.locator('#sidebar [aria-current="page"]')
    expect(current).to_have_text("Feed 3.9")
    expect(current).to_be_in_viewport()
    box, foot = current.bounding_box(), page.locator(".sidebar-foot").bounding_box()
    assert box is not None
    assert foot is not None
    assert box["y"] + box["height"] <= foot["y"], "nothing stands over it"


def test_feeds_without_unread_articles_leave_where_that_is_wished(alice: User, open_page: Open, site: Site) -> None:
    preferences.change(
        site.db, alice, lambda chosen: replace(chosen, look=replace(chosen.look, hide_read_feeds=True)), now=utc_now()
    )
    page = open_page("/folder/1", who=alice)
    seen = page.locator("#sidebar .feed-link:visible")
    expect(seen).to_have_text(["Feed 0.01"])
    expect(page.locator("#sidebar .folder-link:visible")).to_have_count(4)
    page.goto("/folder/1?shown=all")
    expect(seen).to_have_count(FEEDS // 4)
    page.goto("/folder/2?shown=unread")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(".mark-all-button").click()
    page.wait_for_url("**/folder/3")
    expect(page.locator("#sidebar .folder-link:visible")).to_have_count(3)
    page.goto("/feed/5?shown=unread")
    expect(page.locator('#sidebar [aria-current="page"]')).to_be_visible()


def test_a_visitor_sees_every_feed(alice: User, open_page: Open, site: Site) -> None:
    site.world.change(alice, open_to_visitors=True)
    preferences.change(
        site.db, alice, lambda chosen: replace(chosen, look=replace(chosen.look, hide_read_feeds=True)), now=utc_now()
    )
    page = open_page("/@alice/folder/1")
    expect(page.locator("#sidebar .feed-link:visible")).to_have_count(FEEDS // 4)
