"""Reading by keyboard alone: every key of the table does what it says, in every view; never where one types."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site

from dateline.clean import clean_html
from dateline.model import RawHTML, User
from dateline.refresh.index import index_all
from dateline.web.keys import KEYS


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def press(site: Site, alice: User) -> dict[str, int]:
    """Two folders, "Abroad" with The Bell, "Home" with The Lighthouse; four entries each, the newest "Bell 4"."""
    found = {}
    for hours, (folder, feed) in enumerate((("Abroad", "The Bell"), ("Home", "The Lighthouse"))):
        feed_id = site.world.feed(feed)
        name = feed.rpartition(" ")[2]
        site.world.entries(feed_id, *(f"{name} {number}" for number in range(1, 5)), hours_ago=0.1 + hours * 4)
        found[feed] = site.world.subscribe(alice, feed_id)
        found[folder] = site.world.folder(alice, folder, found[feed])
    index_all(site.db)
    return found


def opened(page: Page) -> list[str]:
    return page.locator("details.entry[open] .title").all_text_contents()


def focused(page: Page) -> str:
    """The title of the row that has the focus."""
    return str(page.evaluate("document.activeElement.querySelector('.title, .article-title')?.textContent ?? ''"))


@pytest.mark.usefixtures("press")
def test_one_goes_to_the_next_unread_past_others_and_to_both_ends(alice: User, open_page: Open) -> None:
    page = open_page("/?shown=all", who=alice)
    keys = page.keyboard
    keys.press("n")
    keys.press("n")
    assert (focused(page), opened(page)) == ("Bell 3", [])
    keys.press("p")
    assert focused(page) == "Bell 4"
    keys.press("r")
    expect(page.locator("#notice")).to_contain_text("1 article marked as read.")
    keys.press("Home")
    keys.press("c")
    assert opened(page) == []
    keys.press("End")
    assert opened(page) == ["Lighthouse 1"]
    keys.press("n")
    assert focused(page) == "Lighthouse 1"
    keys.press("Home")
    keys.press("h")
    assert opened(page) == ["Bell 3"]
    assert focused(page) == "Bell 3"


@pytest.mark.usefixtures("press")
def test_what_is_above_is_marked_and_all_of_it(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    for _ in range(4):
        page.keyboard.press("n")
    page.keyboard.press("Alt+r")
    expect(page.locator("#notice")).to_contain_text("3 articles marked as read.")
    expect(page.locator("[data-count='stream']")).to_have_text("5")
    page.keyboard.press("Shift+R")
    expect(page.locator("#notice")).to_contain_text("5 articles marked as read.")
    assert site.world.unread_ids(alice) == []


def test_feeds_and_folders_are_walked_through(press: dict[str, int], alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    feed, folder = f"/feed/{press['The Lighthouse']}", f"/folder/{press['Home']}"
    page.keyboard.press("Shift+J")
    expect(page).to_have_url(re.compile(f"/feed/{press['The Bell']}$"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Shift+J")
    expect(page).to_have_url(re.compile(f"{feed}$"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Alt+k")
    expect(page).to_have_url(re.compile(f"{folder}$"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Alt+Home")
    expect(page).to_have_url(re.compile(f"/folder/{press['Abroad']}$"))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("Shift+End")
    expect(page).to_have_url(re.compile(f"{feed}$"))


@pytest.mark.usefixtures("press")
def test_the_site_opens_in_a_tab_of_its_own(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.context.route("https://example.org/**", lambda route: route.fulfill(body="<title>There</title>"))
    page.keyboard.press("n")
    with page.context.expect_page() as tab:
        page.keyboard.press("Space")
    expect(tab.value).to_have_title("There")
    expect(page.locator("[data-count='stream']")).to_have_text("7")
    assert opened(page) == []


@pytest.mark.parametrize(("key", "view"), [("2", "global"), ("3", "reader"), ("4", "cards"), ("5", "panes")])
@pytest.mark.usefixtures("press")
def test_digits_change_the_view_and_keys_work_in_each(alice: User, open_page: Open, key: str, view: str) -> None:
    page = open_page(who=alice)
    page.keyboard.press(key)
    expect(page.locator(f"#main[data-view='{view}']")).to_be_visible()
    page.wait_for_selector("html[data-ready]", state="attached")
    if view != "global":
        page.keyboard.press("j")
        if view != "reader":  # there the first is open already
            assert focused(page) == "Bell 4"
            page.keyboard.press("j")
        assert focused(page) == "Bell 3"
        page.keyboard.press("f")
        expect(page.locator("#notice")).to_contain_text("1 article added to the favourites.")
        expect(page.locator("#entries .entry").nth(1)).to_have_attribute("data-starred", "")
    page.keyboard.press("1")
    expect(page.locator("#main[data-view='normal']")).to_be_visible()


@pytest.mark.usefixtures("press")
def test_labels_and_sharing_open_with_the_focus_in_them_and_digits_choose(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(page.locator("#new_label")).to_be_focused()
    page.keyboard.type("jkr")
    page.keyboard.press("Enter")
    expect(page.locator(".entry-labels")).to_contain_text("jkr")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("details.share")).to_have_attribute("open", "")
    expect(page.locator("details.share :focus")).to_have_count(1)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("1")
    expect(page.locator("#notice")).to_contain_text("Copied.")
    page.keyboard.press("Escape")
    expect(page.locator("details.share")).not_to_have_attribute("open", "")
    page.keyboard.press("j")
    assert opened(page) == ["Bell 3"]


def test_film_is_played_by_its_key(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Films")
    html = clean_html(RawHTML('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="Tides"></iframe>'), None)
    site.world.entries(feed, "Film", content_html=html)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("v")
    expect(page.locator("details.entry[open] iframe")).to_have_count(1)


@pytest.mark.usefixtures("press")
def test_keys_of_ones_own_are_obeyed_and_the_panel_says_so(alice: User, open_page: Open) -> None:
    page = open_page("/settings/keys", who=alice)
    page.get_by_label("next article", exact=True).fill("z")
    page.get_by_label("favourite or not").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    page.goto("/")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("j")
    page.keyboard.press("f")
    assert opened(page) == []
    page.keyboard.press("z")
    assert opened(page) == ["Bell 4"]
    page.keyboard.press("?")
    panel = page.locator("#panel")
    expect(panel.locator("[data-action='next'] kbd")).to_have_text("z")
    expect(panel.locator("[data-action='star']")).to_have_count(0)
    page.keyboard.press("z")  # the panel lies over the stream
    assert opened(page) == ["Bell 4"]
    page.keyboard.press("F1")
    expect(panel).to_be_hidden()


@pytest.mark.usefixtures("press")
def test_the_panel_shows_what_this_page_can_do(alice: User, open_page: Open) -> None:
    page = open_page("/highlights", who=alice)
    page.keyboard.press("?")
    panel = page.locator("#panel")
    expect(panel.locator("[data-action='next_feed']")).to_be_visible()
    expect(panel.locator("[data-action='next']")).to_be_hidden()
    expect(panel.get_by_role("heading", name="From article to article")).to_be_hidden()


@pytest.mark.usefixtures("press")
def test_keys_are_the_browsers_with_ctrl_and_letters_in_fields_and_dialogs(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.evaluate("document.addEventListener('keydown', (event) => { window.taken = event.defaultPrevented; })")
    for combination in ("Control+j", "Control+r", "Meta+j", "Control+Shift+e"):
        page.evaluate(
            "(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: key.at(-1), bubbles: true,"
            " cancelable: true, ctrlKey: key.startsWith('Control'), metaKey: key.startsWith('Meta')}))",
            combination,
        )
        assert page.evaluate("window.taken") is False
    page.keyboard.press("a")
    page.keyboard.type("jr?")
    assert page.locator(".bar input[type='search']").input_value() == "jr?"
    page.evaluate(
        "() => { const box = document.createElement('dialog'); box.innerHTML = '<button>x</button>';"
        " document.body.append(box); box.showModal(); }"
    )
    page.keyboard.press("j")
    assert opened(page) == []


@pytest.mark.usefixtures("press")
def test_keys_are_found_on_other_keyboards(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    strike = (
        "(key) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...key}))"
    )
    page.evaluate(strike, {"key": "о", "code": "KeyJ"})  # Cyrillic
    assert opened(page) == ["Bell 4"]
    page.evaluate(strike, {"key": "J", "code": "KeyJ"})  # caps lock
    assert opened(page) == ["Bell 3"]
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.evaluate(strike, {"key": "§", "code": "KeyR", "altKey": True})  # Alt writes signs on a Mac
    expect(page.locator("#notice")).to_contain_text("marked as read")
    page.evaluate(strike, {"key": "à", "code": "Digit3"})  # French digits need Shift
    expect(page.locator("#main[data-view='reader']")).to_be_visible()


def test_every_action_of_the_table_is_done_by_a_behaviour(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    known = page.evaluate(
        "async () => { const { use } = await import(document.querySelector('script[type=module]').src);"
        " return Object.keys(use('lib/deeds.js').deeds); }"
    )
    assert sorted(known) == sorted(KEYS)


def test_closing_an_article_takes_the_focus_out_of_it_to_its_row(site: Site, open_page: Open) -> None:
    alice = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "One", "Two")
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.locator("details.entry[open] a.permalink").focus()
    page.keyboard.press("o")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
    assert page.evaluate("document.activeElement.parentElement.id") == "entry-2"
    assert page.evaluate("document.activeElement.localName") == "summary"
