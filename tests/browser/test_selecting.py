"""Several articles at once in a real browser: boxes, ranges, keys, labels, undo; offline and without scripts too."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations

from dateline.actions import labels
from dateline.asgi import utc_now
from dateline.model import User

ROWS = 60


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def ids(site: Site, alice: User) -> list[int]:
    """Sixty unread entries of one feed, the newest first."""
    feed = site.world.feed("The Lighthouse")
    found = site.world.entries(feed, *(f"Number {number}" for number in range(ROWS)))
    site.world.subscribe(alice, feed)
    return found[::-1]


def select(page: Page) -> None:
    page.get_by_title("More ways to mark").click()
    page.get_by_role("link", name="Select articles").click()
    expect(page.locator("output.selected-count")).to_have_text("Selected: 0")


def starred(page: Page) -> list[str]:
    return [str(one.get_attribute("data-entry-id")) for one in page.locator("details.entry[data-starred]").all()]


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_range_is_marked_in_one_request_and_taken_back_by_one_press(
    site: Site, alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    page = open_page(who=alice, size=size)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    assert page.locator(".tick").count() == 0
    select(page)
    expect(page.locator(".tick").first).to_be_focused()
    page.locator(".tick").nth(1).click()
    page.locator("#entries summary").nth(4).click(modifiers=["Shift"])  # the whole row is the box
    expect(page.locator("output.selected-count")).to_have_text("Selected: 4")
    assert violations(page) == []
    assert too_wide(page) == 0
    page.locator("#selected").get_by_role("button", name="Mark as read").click()
    expect(page.locator("#notice")).to_contain_text("4 articles marked as read.")
    expect(page.locator('#sidebar [data-count="main"]')).to_have_text(str(ROWS - 4))
    expect(page.locator("#entries > .row > .entry:not([data-unread])")).to_have_count(4)
    assert set(ids) - set(site.world.unread_ids(alice)) == set(ids[1:5])
    assert [url.rpartition("/")[2] for url in sent if "/entries/" in url] == ["read"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('#sidebar [data-count="main"]')).to_have_text(str(ROWS))
    expect(page.locator("#entries > .row > .entry:not([data-unread])")).to_have_count(0)
    assert len(site.world.unread_ids(alice)) == ROWS
    page.get_by_role("link", name="Stop selecting").click()
    expect(page.locator(".tick")).to_have_count(0)
    page.locator("#entries summary").nth(2).click()
    expect(page.locator("details.entry[open]")).to_have_count(1)


def test_all_of_it_is_done_by_keys_and_the_focus_is_never_lost(alice: User, ids: list[int], open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("n")
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("n")
    page.keyboard.press("Shift+X")
    count = page.get_by_role("status").filter(has_text="Selected")
    expect(count).to_have_text("Selected: 3")
    page.keyboard.press("x")
    expect(count).to_have_text("Selected: 2")
    page.keyboard.press("f")
    expect(page.locator("#notice")).to_contain_text("2 articles added")
    assert starred(page) == [str(ids[0]), str(ids[1])]
    page.keyboard.press("f")
    expect(page.locator("#notice")).to_contain_text("2 articles taken")
    page.keyboard.press("r")
    expect(page.locator("#notice")).to_contain_text("2 articles marked as read.")
    page.keyboard.press("r")
    expect(page.locator("#notice")).to_contain_text("2 articles marked as unread.")
    expect(page.locator("details.entry[data-kept]")).to_have_count(2)  # by hand: scrolling leaves them
    page.keyboard.press("Escape")
    expect(page.locator(".tick")).to_have_count(0)
    expect(page.locator("#selected")).to_be_hidden()
    assert page.evaluate("document.activeElement.parentElement.id") == f"entry-{ids[2]}"


def test_a_label_is_made_put_on_and_taken_off_and_the_articles_menu_knows(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    labels.add(site.db, alice, "Calm", now=utc_now())
    page = open_page(who=alice)
    page.keyboard.press("n")
    page.keyboard.press("x")
    page.keyboard.press("n")
    page.keyboard.press("x")
    page.keyboard.press("l")
    expect(page.get_by_label("Label", exact=True)).to_be_focused()
    page.get_by_label("or a new one").fill("Urgent")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("2 articles have the label “Urgent” now.")
    page.locator("#selected .menu > summary").click()
    page.get_by_label("Label", exact=True).select_option("Calm")
    page.get_by_role("button", name="Put it on").click()
    expect(page.locator("#notice")).to_contain_text("“Calm” now.")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator("details.entry[open] .entry-labels > li")).to_have_count(2)
    page.locator(".labelling > summary").click()
    expect(page.get_by_role("checkbox", name="Urgent")).to_be_checked()
    page.get_by_role("checkbox", name="Calm").uncheck()  # what was just put there stays
    expect(page.locator("details.entry[open] .entry-labels")).to_have_text("Urgent")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.keyboard.press("x")
    page.keyboard.press("l")
    page.get_by_label("Label", exact=True).select_option("Urgent")
    page.get_by_role("button", name="Take it off").click()
    expect(page.locator("#notice")).to_contain_text("“Urgent” was taken off 1 article.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#entry-{ids[1]} .entry-labels")).to_have_text("Urgent")


def test_what_is_loaded_later_can_be_selected_too(alice: User, ids: list[int], open_page: Open) -> None:
    page = open_page(who=alice)
    select(page)
    expect(page.locator(".tick")).to_have_count(50)
    page.keyboard.press("m")
    expect(page.locator(".tick")).to_have_count(ROWS)
    page.get_by_role("button", name="Select all").click()
    expect(page.locator("output.selected-count")).to_have_text(f"Selected: {ROWS}")
    page.get_by_role("button", name="Select all").click()
    expect(page.locator("output.selected-count")).to_have_text("Selected: 0")
    page.locator("#selected").get_by_role("button", name="Mark as unread").click()
    expect(page.locator("#notice")).to_contain_text("Nothing was selected")


def test_without_a_connection_it_waits_and_is_sent_later(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    label_id = labels.add(site.db, alice, "Calm", now=utc_now())
    page = open_page(who=alice)
    select(page)
    for number in range(3):
        page.locator(".tick").nth(number).check()
    page.context.set_offline(True)
    page.locator("#selected").get_by_role("button", name="Add to the favourites").click()
    expect(page.locator("#notice")).to_contain_text("No connection")
    page.locator("#selected").get_by_role("button", name="Mark as read").click()
    page.locator("#selected .menu > summary").click()
    page.get_by_label("Label", exact=True).select_option("Calm")
    page.get_by_role("button", name="Put it on").click()
    expect(page.locator(".entry-labels")).to_have_count(3)
    assert len(starred(page)) == 3
    with page.expect_response("**/entries/late"):
        page.context.set_offline(False)
    page.reload()
    assert set(ids) - set(site.world.unread_ids(alice)) == set(ids[:3])
    for path in ("/starred", f"/label/{label_id}"):
        page.goto(path)
        expect(page.locator("details.entry")).to_have_count(3)


@pytest.mark.parametrize("view", ["reader", "cards", "panes"])
def test_every_view_of_rows_has_boxes(alice: User, ids: list[int], open_page: Open, view: str) -> None:
    page = open_page(f"/?view={view}", who=alice, scheme="dark")
    select(page)
    page.locator(".tick").nth(1).check()
    expect(page.locator("output.selected-count")).to_have_text("Selected: 1")
    assert violations(page) == []
    page.locator("#selected").get_by_role("button", name="Mark as read").click()
    expect(page.locator(f"#entry-{ids[1]}:not([data-unread])")).to_have_count(1)


def test_without_scripts_the_boxes_are_one_form(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    page = open_page(who=alice, scripts=False)
    assert page.locator(".tick").count() == 0
    page.locator("form.mark-all summary").click()
    page.get_by_role("link", name="Select articles").click()
    page.get_by_role("checkbox", name="Number 59").check()
    page.get_by_role("checkbox", name="Number 57").check()
    page.locator("#selected").get_by_role("button", name="Add to the favourites").click()
    expect(page.locator("#notice")).to_contain_text("2 articles added to the favourites.")
    assert starred(page) == [str(ids[0]), str(ids[2])]
    page.get_by_role("button", name="Undo").click()
    assert starred(page) == []
    page.get_by_role("checkbox", name="Number 58").check()
    page.locator("#selected .menu > summary").click()
    page.get_by_label("or a new one").fill("Urgent")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("1 article has the label “Urgent” now.")
    page.locator("#selected").get_by_role("button", name="Mark as read").click()
    expect(page.locator("#notice")).to_contain_text("Nothing was selected")
    page.get_by_role("link", name="Load more articles").click()
    expect(page.locator(".tick")).to_have_count(ROWS - 50)
    page.get_by_role("link", name="Stop selecting").last.click()
    expect(page.locator(".tick")).to_have_count(0)
