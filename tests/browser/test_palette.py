"""The command palette: by keyboard and for screen readers, from any page; nothing of it without scripts."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.stage import Open, Site

from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def press(site: Site, alice: User) -> int:
    """Alice's subscription to "The Lighthouse" with two entries, in the folder "Press"."""
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First", "Second")
    subscription = site.world.subscribe(alice, feed)
    site.world.folder(alice, "Press", subscription)
    return subscription


def chosen(page: Page) -> str:
    """What the field says is chosen, as a screen reader is told."""
    return str(
        page.evaluate(
            "document.getElementById(document.querySelector('.commands input').getAttribute('aria-activedescendant'))"
            "?.querySelector('.command-name').textContent ?? ''"
        )
    )


def test_a_few_letters_lead_to_a_feed(alice: User, press: int, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="go anywhere by typing")
    expect(field).to_be_focused()
    expect(page.get_by_role("option").first).to_contain_text("Main stream")
    page.keyboard.type("lghtse")
    expect(page.get_by_role("option", selected=True)).to_contain_text("The Lighthouse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/feed/{press}$"))


@pytest.mark.usefixtures("press")
def test_arrows_choose_and_the_field_says_what(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("g")
    page.locator(".commands input").fill("article")
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    second = chosen(page)
    assert "" != first != second != ""
    page.keyboard.press("ArrowUp")
    assert chosen(page) == first
    page.keyboard.press("ArrowUp")
    assert chosen(page) == page.get_by_role("option").last.locator(".command-name").inner_text()
    page.locator(".commands input").fill("xqzv")
    expect(page.locator(".commands [role='status']")).to_have_text("Nothing was found")
    assert chosen(page) == ""
    page.keyboard.press("Enter")
    expect(page.locator("dialog.commands")).to_be_visible()


@pytest.mark.usefixtures("press")
def test_an_action_is_done_where_the_focus_was(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("Control+k")
    page.keyboard.type("favourite or")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("1 article added to the favourites.")
    assert page.evaluate("document.activeElement.matches('details.entry[open] summary')")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.commands")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('details.entry[open] summary')")
    page.keyboard.press("j")
    expect(page.locator("details.entry[open] .title")).to_have_text(["First"])


@pytest.mark.usefixtures("press")
def test_who_is_faster_than_the_server_gets_there_too(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/palette", hold)
    page.keyboard.press("Control+k")
    page.keyboard.type("lighth")
    page.keyboard.press("Enter")
    expect(page.locator("dialog.commands")).to_be_visible()
    for _ in range(1_000):
        if held:
            break
        page.wait_for_timeout(10)
    assert held, "the list was asked for"
    held[0].continue_()
    expect(page).to_have_url(re.compile("/feed/"))


def test_settings_have_it_too_without_what_only_streams_can_do(alice: User, open_page: Open) -> None:
    page = open_page("/settings", who=alice)
    page.keyboard.press("Control+k")
    page.locator(".commands input").fill("next article")
    expect(page.get_by_text("Nothing was found")).to_be_visible()
    page.locator(".commands input").fill("password")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings/password$"))


@pytest.mark.usefixtures("press")
def test_on_a_phone_it_is_tapped(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    page.keyboard.press("Control+k")
    page.locator(".commands input").fill("press")
    box = page.locator(".commands > div").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("option", name="Press").tap()
    expect(page).to_have_url(re.compile("/folder/1$"))


@pytest.mark.usefixtures("press")
def test_strangers_and_browsers_without_scripts_have_none(alice: User, open_page: Open) -> None:
    page = open_page("/login")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.commands")).to_have_count(0)
    page = open_page(who=alice, scripts=False)
    expect(page.locator(".commands")).to_have_count(0)


def test_where_the_server_is_away_it_says_so_and_comes_the_next_time(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.route("**/palette", lambda route: route.abort(), times=1)
    page.keyboard.press("Control+k")
    expect(page.locator("#notice")).to_contain_text("That did not work.")
    page.keyboard.press("Control+k")
    expect(page.locator(".commands input")).to_be_focused()


@pytest.mark.usefixtures("press")
def test_the_page_behind_is_out_of_reach(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("n")
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role='option']")
    for key in ("Tab", "Shift+Tab"):
        page.keyboard.press(key)
        expect(page.locator(".commands input")).to_be_focused()
    page.locator(".commands input").fill("xqzv")
    page.get_by_text("Nothing was found").click()
    expect(page.locator(".commands input")).to_be_focused()
    row = page.locator("details.entry summary").last.bounding_box()
    assert row is not None
    page.mouse.click(row["x"] + 5, row["y"] + 5)
    expect(page.locator("dialog.commands")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('details.entry summary')"), "where it was"
    expect(page.locator("details.entry[open]")).to_have_count(0)


@pytest.mark.usefixtures("press")
def test_escape_closes_it_and_nothing_else(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("n")
    page.keyboard.press("x")
    expect(page.locator("#selected")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.commands")).to_be_hidden()
    expect(page.locator("#selected")).to_be_visible()


@pytest.mark.usefixtures("press")
def test_the_page_behind_is_not_styled_anew(alice: User, open_page: Open) -> None:
    """A modal dialog makes all of it inert, which takes long where there are many elements."""
    page = open_page(who=alice)
    page.keyboard.press("Control+k")
    page.wait_for_selector("[role='option']")
    assert page.locator("dialog:modal").count() == 0
    assert page.evaluate("document.querySelector('.commands').ariaModal") == "true"


@pytest.mark.usefixtures("press")
def test_browsers_without_popovers_have_it_as_a_dialog(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.evaluate("delete HTMLElement.prototype.showPopover; delete HTMLElement.prototype.popover")
    page.keyboard.press("Control+k")
    page.keyboard.type("lghtse")
    expect(page.get_by_role("option", selected=True)).to_contain_text("The Lighthouse")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.commands")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator(".commands input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.commands")).to_be_hidden()


@pytest.mark.usefixtures("press")
def test_a_narrow_page_cuts_what_a_goal_belongs_to_before_its_name(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.set_viewport_size({"width": 320, "height": 640})
    page.keyboard.press("Control+k")
    page.keyboard.type("previous article")
    name = page.get_by_role("option", selected=True).locator(".command-name")
    expect(name).to_have_text("previous article")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
