"""Dragging in the sidebar of a real browser: a feed into a folder, a folder into another, and out again."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with a feed in no folder, and the folders Press and Sea."""
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First")
    site.world.subscribe(user, feed)
    site.world.folder(user, "Press")
    site.world.folder(user, "Sea")
    return user


def test_a_feed_is_dragged_into_a_folder_and_back_out(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    inside = page.locator("li:has(> a.folder-link[href$='/folder/2']) a.feed-link")
    page.locator("a.feed-link").drag_to(page.locator("a.folder-link[href$='/folder/2']"))
    expect(inside).to_have_count(1)
    inside.drag_to(page.locator("a.stream-link").first)
    expect(inside).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    expect(page.locator("a.feed-link")).to_have_count(1)


def test_a_folder_is_dragged_into_another(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator("a.folder-link[href$='/folder/2']").drag_to(page.locator("a.folder-link[href$='/folder/1']"))
    expect(page.locator("li:has(> a.folder-link[href$='/folder/1']) a.folder-link[href$='/folder/2']")).to_have_count(1)
