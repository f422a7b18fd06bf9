"""The ways on from a row in a real browser: to the publisher's page with the middle button, to the rest of the feed."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.actions import accounts, preferences
from dateline.asgi import utc_now
from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "Older", "Newer", url=f"{site.url}/offline")  # some page that is there
    site.world.subscribe(user, feed)
    return user


@pytest.mark.parametrize("with_ctrl", [False, True])
def test_the_middle_button_on_a_row_opens_the_publishers_page_behind_and_marks_it(
    alice: User, open_page: Open, site: Site, with_ctrl: bool
) -> None:
    page = open_page(who=alice)
    with page.context.expect_page() as opened, page.expect_response("**/entries/read"):
        title = page.locator("summary .title").first
        if with_ctrl:
            title.click(modifiers=["Control"])
        else:
            title.click(button="middle")
    assert opened.value.url == f"{site.url}/offline"
    expect(page.locator("details.entry[open]")).to_have_count(0)
    expect(page.locator("details.entry[data-unread]")).to_have_count(1)
    assert page.evaluate("document.visibilityState") == "visible"


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_an_open_article_leads_to_the_rest_of_its_feed(alice: User, open_page: Open, size: str) -> None:
    page = open_page(who=alice, size=size)
    page.locator("summary .title").first.click()
    page.get_by_role("link", name="More of this feed").click()
    page.wait_for_url("**/feed/*")
    expect(page.locator(".bar-title")).to_contain_text("The Lighthouse")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_feeds_settings_are_one_press_away_on_a_desk_and_two_on_a_phone(
    alice: User, open_page: Open, size: str
) -> None:
    page = open_page("/feed/1", who=alice, size=size)
    if size == "phone":
        expect(page.locator(".bar-settings")).to_be_hidden()
        page.locator(".bar > .menu:not(.search-menu) > summary").click()
    page.get_by_role("link", name="Settings of this feed").click()
    page.wait_for_url("**/subscriptions/*")


def test_the_button_at_the_end_marks_the_stream_in_place(alice: User, open_page: Open, site: Site) -> None:
    page: Page = open_page(who=alice)
    page.locator(".end button").click()
    expect(page.locator("#notice")).to_contain_text("2 articles marked as read.")
    expect(page.locator("details.entry[data-unread]")).to_have_count(0)
    assert site.world.unread_ids(alice) == []


def test_more_comes_by_itself_or_only_when_it_is_pressed(alice: User, open_page: Open, site: Site) -> None:
    site.world.entries(1, *(f"Number {number}" for number in range(60)))
    accounts.catch_up(site.db, alice.id, now=utc_now())
    rows = open_page("/?shown=all", who=alice).locator("#entries > .row")
    rows.last.scroll_into_view_if_needed()
    expect(rows).to_have_count(62)
    preferences.change(
        site.db, alice, lambda chosen: replace(chosen, look=replace(chosen.look, more_by_itself=False)), now=utc_now()
    )
    page = open_page("/?shown=all", who=alice)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "fragment" in request.url else None)
    page.locator(".more a").scroll_into_view_if_needed()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
    assert asked == []
    page.get_by_role("link", name="Load more articles").click()
    expect(page.locator("#entries > .row")).to_have_count(62)
