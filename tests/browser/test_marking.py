"""Marking in a real browser: by scrolling, whole streams, without a connection, with undo; at a desk and on a phone."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.actions import entries, preferences
from dateline.asgi import utc_now
from dateline.model import User

ROWS = 40


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def ids(site: Site, alice: User) -> list[int]:
    """Forty unread entries of one feed, "Number 39" the newest."""
    feed = site.world.feed("The Lighthouse")
    found = site.world.entries(feed, *(f"Number {number}" for number in range(ROWS)))
    site.world.subscribe(alice, feed)
    return found


def prefer(site: Site, user: User, **marking: bool) -> None:
    preferences.change(
        site.db, user, lambda chosen: replace(chosen, marking=replace(chosen.marking, **marking)), now=utc_now()
    )


def scroll_to_row(page: Page, number: int) -> None:
    """With the wheel, until the row stands right under the bars."""
    page.mouse.move(500, 400)
    page.mouse.wheel(0, 1)
    page.evaluate(
        "number => document.querySelectorAll('details.entry')[number].scrollIntoView({block: 'start'})", number
    )


def unread(page: Page) -> int:
    return page.locator("details.entry[data-unread]").count()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_what_was_scrolled_past_is_read_but_not_what_was_marked_unread_by_hand(
    site: Site, alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    prefer(site, alice, on_scroll=True)
    page = open_page(who=alice, size=size)
    page.locator("summary .title").nth(1).click()
    page.locator("details.entry[open] button.when-read").click()
    expect(page.locator("#notice")).to_contain_text("marked as unread")
    page.locator("details.entry[open] > summary").click()
    with page.expect_response("**/entries/read"):
        scroll_to_row(page, 12)
    read = set(ids) - set(site.world.unread_ids(alice))
    assert ids[-1] in read
    assert ids[-2] not in read, "marked unread by hand"
    assert 8 <= len(read) <= 12
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(f"#entry-{ids[-2]}[data-kept]")).to_have_count(1)


def test_a_place_that_the_browser_restores_marks_nothing(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    prefer(site, alice, on_scroll=True)
    page = open_page(who=alice)
    page.evaluate("scrollTo(0, 600)")
    page.wait_for_function("scrollY === 600")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert unread(page) == ROWS


def test_without_a_connection_what_was_read_is_kept_and_sent_later(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    page = open_page(who=alice)
    page.context.set_offline(True)
    page.locator("summary .title").first.click()
    expect(page.locator("#notice")).to_contain_text("No connection")
    expect(page.locator("details.entry[data-unread]")).to_have_count(ROWS - 1)
    page.close()
    assert site.world.unread_ids(alice) == ids
    page.context.set_offline(False)
    later = page.context.new_page()
    with later.expect_response("**/entries/read"):
        later.goto("/")
    expect(later.locator("details.entry[data-unread]")).to_have_count(ROWS - 1)
    expect(later.locator("[data-count='stream']")).to_have_text(str(ROWS - 1))
    assert site.world.unread_ids(alice) == ids[:-1]
    assert later.evaluate("localStorage.length") == 0


def test_a_restarting_server_loses_nothing(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    page = open_page(who=alice)
    page.route("**/entries/read", lambda route: route.fulfill(status=503, body="", content_type="text/html"))
    page.locator("summary .title").first.click()
    expect(page.locator("#notice")).to_contain_text("No connection")
    page.unroute("**/entries/read")
    with page.expect_response("**/entries/read"):
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-count='stream']")).to_have_text(str(ROWS - 1))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_whole_stream_is_marked_and_given_back(
    site: Site, alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    page = open_page(who=alice, size=size)
    page.locator(".mark-all-button").click()
    expect(page.locator("#notice")).to_contain_text("40 articles marked as read.")
    expect(page.locator("details.entry[data-unread]")).to_have_count(0)
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("details.entry[data-unread]")).to_have_count(ROWS)
    assert site.world.unread_ids(alice) == ids


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_given_back_it_is_as_it_was_but_for_what_another_device_read(
    site: Site, alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    prefer(site, alice, on_scroll=True)
    for read in (True, False):
        entries.mark(site.db, alice, [ids[-3]], read=read, now=utc_now())
    page = open_page(who=alice, size=size)
    page.locator(".mark-all-button").click()
    expect(page.locator("details.entry[data-unread]")).to_have_count(0)
    entries.mark(site.db, alice, [ids[-2]], read=True, now=utc_now())  # a second page shows it unread still
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("Undone, for 39 articles.")
    expect(page.locator("details.entry[data-unread]")).to_have_count(ROWS - 1)
    with page.expect_response("**/entries/read"):
        scroll_to_row(page, 12)
    assert ids[-3] in site.world.unread_ids(alice), "marked unread by hand"
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(f"#entry-{ids[-3]}[data-unread][data-kept]")).to_have_count(1)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_menu_marks_what_is_above_and_what_is_old(
    site: Site, alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    feed = site.world.feed("Old")
    old = site.world.entries(feed, "Old", hours_ago=30)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice, size=size)
    page.locator(".mark-all summary").click()
    page.get_by_role("button", name="Mark what is older than a day").click()
    expect(page.locator("#notice")).to_contain_text("18 articles marked as read.")
    expect(page.locator(f"#entry-{old[0]}:not([data-unread])")).to_have_count(1)
    expect(page.locator("details.entry[data-unread]")).to_have_count(23)
    page.locator("summary .title").nth(5).click()
    page.locator(".mark-all summary").click()
    page.get_by_role("button", name="Mark what is above this article").click()
    expect(page.locator("#notice")).to_contain_text("5 articles marked as read.")
    expect(page.locator("details.entry[data-unread]")).to_have_count(17)
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("details.entry[data-unread]")).to_have_count(22)


def test_it_asks_first_where_that_is_wished(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    prefer(site, alice, confirm=True)
    page = open_page(who=alice)
    page.locator(".mark-all-button").click()
    page.locator("dialog").get_by_role("button", name="Cancel").click()
    assert unread(page) == ROWS
    page.locator(".mark-all-button").click()
    page.locator("dialog").get_by_role("button", name="Mark as read").click()
    expect(page.locator("details.entry[data-unread]")).to_have_count(0)
    assert site.world.unread_ids(alice) == []


def test_it_asks_first_without_scripts_too(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    prefer(site, alice, confirm=True)
    page = open_page(who=alice, scripts=False)
    page.locator(".mark-all-button").click()
    assert site.world.unread_ids(alice) == ids
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator("#notice")).to_contain_text("40 articles marked as read.")
    page.get_by_role("button", name="Undo").click()
    assert site.world.unread_ids(alice) == ids


def test_after_a_feed_the_next_one_comes_with_undo(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    other = site.world.feed("A second one")
    more = site.world.entries(other, "Over there")
    site.world.subscribe(alice, other)
    page = open_page("/feed/1", who=alice)
    page.locator(".mark-all-button").click()
    expect(page.locator(".bar-title")).to_contain_text("A second one")
    expect(page.locator("#notice")).to_contain_text("40 articles marked as read. Here is “A second one”.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-count='feed-1']")).to_have_text(str(ROWS))
    assert site.world.unread_ids(alice) == ids + more


def test_read_rows_leave_when_they_are_out_of_sight_and_nothing_moves(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    prefer(site, alice, on_scroll=True, hide_read=True)
    page = open_page(who=alice)
    scroll_to_row(page, 15)
    row = page.locator(f"#entry-{ids[-20]}")
    place = row.bounding_box()
    expect(page.locator(f"#entry-{ids[-1]}")).to_be_hidden()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    after = row.bounding_box()
    assert place is not None
    assert after is not None
    assert abs(place["y"] - after["y"]) < 2


def test_opening_marks_nothing_where_that_is_not_wished(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    prefer(site, alice, on_open=False)
    page = open_page(who=alice)
    page.locator("summary .title").first.click()
    expect(page.locator("details.entry[open]")).to_have_count(1)
    page.goto("/all")
    assert site.world.unread_ids(alice) == ids


@pytest.mark.parametrize("scripts", [True, False])
def test_an_order_is_chosen_in_the_menu_and_kept(
    site: Site, alice: User, ids: list[int], open_page: Open, scripts: bool
) -> None:
    page = open_page(who=alice, scripts=scripts)
    page.locator("summary[title='View']").click()
    page.get_by_role("button", name="Oldest first", exact=True).click()
    expect(page.locator("summary .title").first).to_have_text("Number 0")
    page.locator("summary[title='View']").click()
    page.get_by_role("button", name="Always show this stream so").click()
    page.goto("/")
    expect(page.locator("summary .title").first).to_have_text("Number 0")
    page.goto("/?order=fair")
    expect(page.locator(".order-line")).to_contain_text("first the newest article of each")


@pytest.mark.parametrize("scripts", [True, False])
def test_favourites_of_a_stream_are_chosen_in_the_menu_and_marked_alone(
    site: Site, alice: User, ids: list[int], open_page: Open, scripts: bool
) -> None:
    prefer(site, alice, hide_read=True)
    site.world.star(alice, *ids[:30])
    page = open_page(who=alice, scripts=scripts)
    page.locator("summary[title='View']").click()
    page.get_by_role("button", name="Only favourites").click()
    expect(page.locator(".order-line")).to_have_text("Only favourites")
    expect(page.locator("summary .title").first).to_have_text("Number 29")
    page.locator(".mark-all-button").click()
    expect(page.locator(".notice-text").first).to_contain_text("30 articles")
    expect(page.locator(".entry[data-unread]")).to_have_count(0)
    assert site.world.unread_ids(alice) == ids[30:]
    page.locator("summary .title").last.scroll_into_view_if_needed()
    expect(page.locator(f"#entry-{ids[29]}")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(".entry[data-unread]")).to_have_count(30)
    assert site.world.unread_ids(alice) == ids
