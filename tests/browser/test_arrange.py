"""Dragging in the sidebar of a real browser: a feed into a folder, a folder into another, and out again."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.actions import folder_order
from dateline.asgi import utc_now
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
    page.locator("a.folder-link[href$='/folder/2']").drag_to(
        page.locator("a.folder-link[href$='/folder/1']"), target_position={"x": 80, "y": 17}
    )
    expect(page.locator("li:has(> a.folder-link[href$='/folder/1']) a.folder-link[href$='/folder/2']")).to_have_count(1)


def names(page: Page) -> list[str]:
    return page.locator(".tree > li > .folder-link .name").all_text_contents()


def test_a_folder_is_dragged_between_two_others_and_put_back(site: Site, alice: User, open_page: Open) -> None:
    site.world.folder(alice, "Travel")
    page = open_page(who=alice)
    travel, press = (page.locator(f"a.folder-link[href$='/folder/{number}']") for number in (3, 1))
    travel.drag_to(press, target_position={"x": 80, "y": 32})
    page.wait_for_selector("#notice:has-text('“Travel” stands elsewhere now.')")
    assert names(page) == ["Press", "Travel", "Sea"]
    travel.drag_to(press, target_position={"x": 80, "y": 2})
    expect(page.locator(".tree > li > .folder-link .name").first).to_have_text("Travel")
    assert names(page) == ["Travel", "Press", "Sea"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("The folders stand as they did before.")
    assert names(page) == ["Press", "Travel", "Sea"]


def test_while_a_folder_is_dragged_a_line_shows_where_it_would_stand(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    press, sea = (page.locator(f"a.folder-link[href$='/folder/{number}']") for number in (1, 2))
    sea.hover()
    page.mouse.down()
    for y, mark in ((3, "li.is-before"), (30, "li.is-after"), (17, "a.is-target")):
        press.hover(position={"x": 80, "y": y})
        press.hover(position={"x": 82, "y": y})
        expect(page.locator(f".tree {mark}")).to_have_count(1)
        expect(page.locator(".tree :is(.is-before, .is-after, .is-target)")).to_have_count(1)
    page.mouse.up()


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scripts", [True, False])
def test_folders_are_stepped_by_keys_alone(site: Site, alice: User, open_page: Open, size: str, scripts: bool) -> None:
    site.world.folder(alice, "Travel")
    page = open_page("/subscriptions", who=alice, size=size, scripts=scripts)
    shown = page.locator(".folder-list a")
    page.locator("#up-3").focus()
    for expected, focused in ((["Press", "Travel", "Sea"], "up-3"), (["Travel", "Press", "Sea"], "down-3")):
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert [text.strip() for text in shown.all_text_contents()] == expected
        expect(page.locator(f"#{focused}")).to_be_focused()
    page.get_by_role("button", name="Put them all by name again").click()
    expect(page.locator("#notice")).to_contain_text("All folders stand by name.")
    assert [text.strip() for text in shown.all_text_contents()] == ["Press", "Sea", "Travel"]


def test_the_keys_to_the_next_folder_follow_the_order(site: Site, alice: User, open_page: Open) -> None:
    entry = site.world.feed("Another")
    site.world.entries(entry, "Second")
    for number in (1, 2):
        site.world.put(site.world.subscribe(alice, site.world.feed(f"Feed {number}")), number)
    folder_order.step(site.db, alice, 2, down=False, now=utc_now())
    page = open_page(who=alice)
    for number in (2, 1):
        with page.expect_navigation():
            page.keyboard.press("Alt+j")
        assert page.url.endswith(f"/folder/{number}")
