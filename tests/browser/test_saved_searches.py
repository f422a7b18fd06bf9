"""Saved searches in a real browser: key u and a digit, the menu, from a search to its name, on a phone too."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.actions import saved_searches
from dateline.model import User
from dateline.refresh import index
from dateline.store.saved_searches import SavedSearch


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with rain and snow in a feed, and nothing saved."""
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "Rain at noon", "Snow at night")
    site.world.subscribe(user, feed)
    index.index_all(site.db)
    return user


def keep(site: Site, user: User, *names: str) -> None:
    for name in names:
        saved_searches.add(site.db, user, SavedSearch(name=name, query=name.lower()), now=site.world.clock())


def test_u_and_a_digit_open_a_search(alice: User, site: Site, open_page: Open) -> None:
    keep(site, alice, "Rain", "Snow")
    page = open_page(who=alice)
    page.keyboard.press("u")
    menu = page.locator("#searches")
    expect(menu.get_by_role("link", name="Rain")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu).not_to_have_attribute("open", "")
    page.keyboard.press("u")
    page.keyboard.press("2")
    expect(page).to_have_title(re.compile("Snow · Dateline"))
    expect(page.locator("#entries .title")).to_have_text(["Snow at night"])
    expect(page.locator("#sidebar [aria-current=page]")).to_have_text("Snow")


def test_u_twice_closes_the_menu_again(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("u")
    expect(page.locator("#searches").get_by_role("link", name="Save this search")).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#searches[open]")).to_have_count(0)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_search_gets_its_name(alice: User, open_page: Open, size: str, scripts: bool) -> None:
    page = open_page("/?q=rain", who=alice, size=size, scripts=scripts)
    page.locator("#searches summary").click()
    page.get_by_role("link", name="Save this search").click()
    name = page.get_by_label("Name")
    if scripts:
        expect(name).to_be_focused()
    name.fill("Wet")
    page.get_by_role("button", name="Save the search").click()
    expect(page.locator(".bar-title")).to_contain_text("Wet")
    expect(page.locator("#entries .title")).to_have_text(["Rain at noon"])
    page.locator("#searches summary").click()
    expect(page.get_by_role("link", name="Save this search")).to_have_count(0)


def test_another_view_or_order_is_the_same_search_still(alice: User, site: Site, open_page: Open) -> None:
    keep(site, alice, "Rain")
    page = open_page("/?q=rain&saved=1", who=alice)
    page.keyboard.press("3")
    expect(page.locator("main")).to_have_attribute("data-view", "reader")
    expect(page.locator(".bar-title")).to_contain_text("Rain")
    page.get_by_role("searchbox").fill("snow")
    page.keyboard.press("Enter")
    expect(page.locator("#entries")).to_contain_text("Snow at night")
    expect(page.locator(".bar-title")).to_contain_text("Main stream")


def test_the_palette_goes_there(alice: User, site: Site, open_page: Open) -> None:
    keep(site, alice, "Rain")
    page = open_page(who=alice)
    page.keyboard.press("g")
    page.keyboard.type("rain")
    expect(page.get_by_role("option").first).to_contain_text("Rain")
    page.keyboard.press("Enter")
    expect(page.locator(".bar-title")).to_contain_text("Rain")
