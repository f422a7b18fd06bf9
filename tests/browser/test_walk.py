"""A walk by keyboard alone, and what a screen reader is told on the way; axe looks at every state one comes through."""

import importlib.resources
import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.model import User

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def alice(site: Site) -> User:
    alice = site.person("alice")
    for hours, (folder, name) in enumerate((("Abroad", "Bell"), ("Home", "Lighthouse"))):
        feed = site.world.feed(f"The {name}")
        site.world.entries(feed, *(f"{name} {number}" for number in range(1, 4)), hours_ago=0.1 + hours * 3)
        site.world.folder(alice, folder, site.world.subscribe(alice, feed))
    return alice


def check(page: Page, state: str) -> None:
    """Nothing that axe finds, and the focus is somewhere that can be seen."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    assert [(it["id"], [node["html"] for node in it["nodes"]][:3]) for it in found] == [], state
    assert page.evaluate("document.activeElement !== document.body"), f"{state}: the focus is lost"
    assert page.evaluate("document.activeElement.checkVisibility({ visibilityProperty: true })"), f"{state}: unseen"


def role_of_focus(page: Page) -> tuple[str, str]:
    """(role, name) of what has the focus, as Chromium's accessibility tree has it."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    for node in reversed(tree):
        if any(it["name"] == "focused" and it["value"]["value"] for it in node.get("properties", ())):
            return str(node["role"]["value"]), str(node.get("name", {}).get("value", ""))
    return "", ""


def test_one_tabs_from_the_skip_link_to_the_first_article(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert role_of_focus(page) == ("link", "Skip to the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    role, name = role_of_focus(page)
    assert role == "DisclosureTriangle"
    assert "Bell 3" in name
    page.keyboard.press("Enter")
    expect(page.get_by_text("The content of Bell 3.")).to_be_visible()
    check(page, "an article opened by Enter")
    page.keyboard.press("Tab")
    assert role_of_focus(page) == ("link", "Bell 3")


def test_the_focus_is_never_lost_on_the_way(alice: User, open_page: Open) -> None:
    page = open_page("/?shown=all", who=alice, reduced_motion="reduce")
    status = page.locator("#notice[role='status'] .notice-text")
    keys = page.keyboard
    for key, state in (
        ("j", "opened"),
        ("f", "starred"),
        ("r", "unread again"),
        ("c", "closed"),
        ("n", "passed over"),
        ("o", "opened"),
        ("?", "the keys"),
        ("Escape", "the keys closed"),
        ("s", "sharing"),
        ("Escape", "sharing closed"),
        ("l", "labels"),
        ("Escape", "labels closed"),
        ("Control+k", "the palette"),
        ("Escape", "the palette closed"),
        ("h", "the next unread"),
        ("End", "the last"),
        ("Home", "the first"),
    ):
        keys.press(key)
        if key == "?":
            expect(page.locator("#panel .keys").first).to_be_visible()
        if key == "Control+k":
            expect(page.get_by_role("option").first).to_be_visible()
        check(page, state)
        if state == "starred":
            expect(status).to_have_text("1 article added to the favourites.")
        if state == "unread again":
            expect(status).to_have_text("1 article marked as unread.")


def test_marking_all_and_undoing_it_keep_the_focus(alice: User, open_page: Open) -> None:
    page = open_page("/?shown=all", who=alice, reduced_motion="reduce")
    page.keyboard.press("j")
    page.keyboard.press("Shift+R")
    expect(page.locator("#notice")).to_contain_text("5 articles marked as read.")
    check(page, "all read")
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("Undone, for 5 articles.")
    check(page, "undone")


def test_what_arrives_is_announced_politely(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    with page.expect_response("**/live/events"):
        page.reload()
    page.keyboard.press("j")
    site.world.entries(1, "Bell 4", hours_ago=0)
    link = page.get_by_role("status").get_by_role("link", name="New articles have arrived. Show them.")
    expect(link).to_be_visible()
    check(page, "new articles")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_search_is_saved_opened_and_changed(alice: User, open_page: Open, size: str) -> None:
    page = open_page("/?q=is:unread", who=alice, size=size, reduced_motion="reduce")
    page.keyboard.press("u")
    check(page, "the menu with nothing saved")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    check(page, "the form")
    page.keyboard.type("a/b")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_accessible_description(re.compile("This name cannot be used"))
    check(page, "refused")
    page.get_by_label("Name").fill("Waiting")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("Waiting"))
    page.keyboard.press("u")
    expect(page.get_by_role("link", name="Waiting").and_(page.locator("#searches a"))).to_be_focused()
    check(page, "the menu")


@pytest.mark.parametrize("view", ["reader", "cards", "panes"])
def test_every_view_is_walked_through(alice: User, open_page: Open, view: str) -> None:
    page = open_page(f"/?view={view}", who=alice, reduced_motion="reduce")
    for key in ("j", "j", "f", "k"):
        page.keyboard.press(key)
    expect(page.locator("#notice")).to_contain_text("favourites")
    check(page, view)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_bar_the_sheet_and_the_palette_are_named(alice: User, open_page: Open, scheme: str) -> None:
    page = open_page(who=alice, reduced_motion="reduce", size="phone", scheme=scheme)
    page.locator("details.entry summary").first.tap()
    expect(page.get_by_role("group", name="This article")).to_be_visible()
    check(page, "an article")
    page.get_by_role("button", name="Close the article").tap()
    page.locator(".bar-menu").tap()
    check(page, "the sidebar")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    check(page, "the palette")


def test_the_landmarks_and_headings_tell_where_one_is(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    for role, name in (("navigation", "Streams and feeds"), ("navigation", "This stream"), ("search", "")):
        expect(page.get_by_role(role, name=name or None)).to_have_count(1)  # type: ignore[arg-type] # plain roles
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Normal view")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=2, name="Bell 3")).to_be_visible()
