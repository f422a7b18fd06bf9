"""Reading in a real browser: opening, keys, buttons, more, mark all, search; at a desk, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.stage import Open, Site

from dateline.asgi import utc_now
from dateline.clean import clean_html
from dateline.clean.players import SANDBOX
from dateline.model import RawHTML, SafeHTML, User
from dateline.refresh.index import index_all
from dateline.store.times import to_us
from dateline.store.write import transaction


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def lighthouse(site: Site, alice: User) -> int:
    """Alice's subscription to a feed with five unread entries, the newest "Fifth", in the folder "Press"."""
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First", "Second", "Third", "Fourth", "Fifth")
    subscription = site.world.subscribe(alice, feed)
    site.world.folder(alice, "Press", subscription)
    index_all(site.db)
    return subscription


def opened(page: Page) -> list[str]:
    return page.locator("details.entry[open] .title").all_text_contents()


def counts(page: Page) -> list[str]:
    names = ("stream", "main", "folder-1", "feed-1")
    return [page.locator(f"[data-count='{name}']").inner_text() for name in names]


def title(page: Page, text: str) -> Locator:
    """The title of a row."""
    return page.locator(f"summary .title:text-is('{text}')")


def top(page: Page, text: str) -> float:
    box = title(page, text).bounding_box()
    assert box is not None
    return box["y"]


# ------------------------------------------------------------------------------------------------ players


def test_a_player_is_loaded_when_it_is_pressed_and_not_before(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Films")
    html = clean_html(RawHTML('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="Tides"></iframe>'), None)
    site.world.entries(feed, "Film", content_html=html)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    title(page, "Film").click()
    expect(page.locator("iframe")).to_have_count(0)
    page.locator("a.on-demand").click()
    frame = page.locator("details.entry[open] iframe")
    expect(frame).to_have_attribute("src", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ")
    expect(frame).to_have_attribute("sandbox", SANDBOX)
    expect(page.locator("a.on-demand")).to_have_count(0)
    link = page.locator("details.entry[open] iframe + a")
    expect(link).to_have_attribute("href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")


# ------------------------------------------------------------------------------------------------ opening


@pytest.mark.usefixtures("lighthouse")
def test_opening_marks_as_read_and_every_count_follows(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    assert counts(page) == ["5", "5", "5", "5"]
    assert page.title() == "(5) Main stream · Dateline"
    title(page, "Fifth").click()
    expect(page.get_by_text("The content of Fifth.")).to_be_visible()
    expect(page.locator("[data-count='stream']")).to_have_text("4")
    assert counts(page) == ["4", "4", "4", "4"]
    assert page.title() == "(4) Main stream · Dateline"
    assert len(site.world.unread_ids(alice)) == 4


def test_what_is_prepared_of_the_next_article_is_neither_asked_for_nor_read(
    site: Site, alice: User, open_page: Open
) -> None:
    feed = site.world.feed("Pictures")
    html = clean_html(RawHTML('<p>Below: <img src="https://pictures.invalid/tide.png" width="9" height="9"></p>'), None)
    site.world.entries(feed, "Beneath", content_html=html)
    site.world.entries(feed, "Above")
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    title(page, "Above").click()
    expect(page.locator("[data-count='stream']")).to_have_text("1")
    page.evaluate("new Promise((go) => requestIdleCallback(() => requestIdleCallback(go)))")
    assert opened(page) == ["Above"]
    assert len(site.world.unread_ids(alice)) == 1
    assert not any("pictures.invalid" in address for address in asked)
    with page.expect_request("https://pictures.invalid/tide.png"):
        page.keyboard.press("j")
    assert opened(page) == ["Beneath"]


@pytest.mark.usefixtures("lighthouse")
def test_one_entry_is_open_at_a_time_and_its_row_keeps_its_place(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Long")
    site.world.entries(feed, *(f"Number {number}" for number in range(40)), hours_ago=0.5)
    tall = SafeHTML("".join(f"<p>Paragraph {number}.</p>" for number in range(200)))
    site.world.entries(feed, "Tall", content_html=tall, hours_ago=0.1)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    title(page, "Tall").click()
    below = title(page, "Number 20")
    below.scroll_into_view_if_needed()
    before = top(page, "Number 20")
    below.click()
    assert opened(page) == ["Number 20"]
    assert abs(top(page, "Number 20") - before) < 2


@pytest.mark.usefixtures("lighthouse")
def test_what_was_opened_is_told_to_the_server_when_the_page_is_left_at_once(
    site: Site, alice: User, open_page: Open
) -> None:
    page = open_page(who=alice)
    title(page, "Fifth").click()
    page.goto("/settings")
    page.goto("/")
    expect(page.locator("[data-count='stream']")).to_have_text("4")
    assert len(site.world.unread_ids(alice)) == 4


@pytest.mark.usefixtures("lighthouse")
def test_a_server_that_refuses_is_said_and_nothing_pretends(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.route("**/entries/star", lambda route: route.fulfill(status=400, json={"code": "action.bad_value"}))
    page.locator(".row-actions button.when-unstarred").first.click()
    expect(page.locator("#notice")).to_contain_text("That did not work.")
    expect(page.locator("details.entry[data-starred]")).to_have_count(0)


def test_a_long_article_comes_when_it_is_opened(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Long")
    long = SafeHTML("".join(f"<p>Paragraph {number} of a long article.</p>" for number in range(1000)))
    site.world.entries(feed, "Long read", content_html=long)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    assert "Paragraph 999" not in page.content()
    title(page, "Long read").click()
    expect(page.get_by_text("Paragraph 999 of a long article.")).to_be_attached()


# ------------------------------------------------------------------------------------------------ keys


@pytest.mark.usefixtures("lighthouse")
def test_keys_move_open_mark_and_star(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    keys = page.keyboard
    keys.press("j")
    assert opened(page) == ["Fifth"]
    keys.press("j")
    assert opened(page) == ["Fourth"]
    keys.press("k")
    assert opened(page) == ["Fifth"]
    keys.press("o")
    assert opened(page) == []
    keys.press("o")
    assert opened(page) == ["Fifth"]
    expect(page.locator("[data-count='stream']")).to_have_text("3")
    keys.press("r")
    expect(page.locator("#notice")).to_contain_text("1 article marked as unread.")
    expect(page.locator("[data-count='stream']")).to_have_text("4")
    keys.press("f")
    expect(page.locator("#notice")).to_contain_text("1 article added to the favourites.")
    expect(page.locator("[data-count='starred']")).to_have_text("1")
    keys.press("f")
    expect(page.locator("[data-count='starred']")).to_have_text("")
    assert len(site.world.unread_ids(alice)) == 4


@pytest.mark.usefixtures("lighthouse")
def test_keys_are_letters_where_one_types(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("/")
    page.keyboard.type("jkorf")
    assert page.locator(".bar input[type='search']").input_value() == "jkorf"
    assert opened(page) == []


@pytest.mark.usefixtures("lighthouse")
def test_the_panel_of_keys_opens_takes_the_focus_and_gives_it_back(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_text("next article", exact=True)).to_be_visible()
    assert page.evaluate("document.activeElement.matches('#panel .close')")
    page.keyboard.press("Escape")
    expect(page.get_by_text("next article", exact=True)).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('details.entry[open] summary')")


# ------------------------------------------------------------------------------------------------ buttons


@pytest.mark.usefixtures("lighthouse")
def test_the_star_of_a_row_is_kept_and_can_be_undone(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    first = page.locator(".row").first
    first.hover()
    first.get_by_role("button", name="Add to the favourites").click()
    expect(page.locator("[data-count='starred']")).to_have_text("1")
    page.goto("/starred")
    expect(page.locator("summary .title")).to_have_text(["Fifth"])
    page.goto("/")
    page.locator(".row").first.get_by_role("button", name="Take from the favourites").click()
    expect(page.locator("#notice")).to_contain_text("taken from the favourites")
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-count='starred']")).to_have_text("1")
    expect(page.locator(".row").first.locator("details[data-starred]")).to_be_visible()


@pytest.mark.usefixtures("lighthouse")
def test_marking_all_changes_the_page_in_place_and_undo_gives_it_back(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator("#bar").get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#notice")).to_contain_text("5 articles marked as read.")
    expect(page.locator("details.entry[data-unread]")).to_have_count(0)
    assert counts(page) == ["", "", "", ""]
    assert page.title() == "Main stream · Dateline"
    assert site.world.unread_ids(alice) == []
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("details.entry[data-unread]")).to_have_count(5)
    assert counts(page) == ["5", "5", "5", "5"]
    assert len(site.world.unread_ids(alice)) == 5


@pytest.mark.usefixtures("lighthouse")
def test_marking_all_leaves_what_came_after_the_page(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    feed = site.world.feed("Later")
    site.world.entries(feed, "Sixth")
    site.world.subscribe(alice, feed)
    page.locator("#bar").get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#notice")).to_contain_text("5 articles marked as read.")
    assert len(site.world.unread_ids(alice)) == 1


@pytest.mark.usefixtures("lighthouse")
def test_the_notice_is_closed_by_its_cross(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.keyboard.press("j")
    page.keyboard.press("f")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("added to the favourites")
    notice.locator("a.close").click()
    expect(notice).to_be_hidden()


# ------------------------------------------------------------------------------------------------ more, search


def test_more_articles_come_after_the_last_without_doubles(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Busy")
    titles = [f"Number {number:03}" for number in range(120)]
    site.world.entries(feed, *titles)
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    assert page.locator(".row").count() == 50
    link = page.get_by_role("link", name="Load more articles")
    for _ in range(4):  # the end comes near, and the next page by itself; or the link is pressed
        if link.count():
            link.scroll_into_view_if_needed()
            page.wait_for_timeout(300)
    expect(page.get_by_text("End of the articles")).to_be_visible()
    assert page.locator("summary .title").all_text_contents() == titles[::-1]
    days = [day.get_attribute("data-day") for day in page.locator(".day").all()]
    assert len(days) == len(set(days))


def test_pressing_the_link_brings_the_focus_to_the_first_new_row(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Busy")
    site.world.entries(feed, *(f"Number {number:03}" for number in range(60)))
    site.world.subscribe(alice, feed)
    page = open_page(who=alice)
    page.locator("a[rel='next']").evaluate("link => { link.focus({ preventScroll: true }); link.click(); }")
    expect(page.locator(".row")).to_have_count(60)
    assert page.evaluate("document.activeElement.querySelector('.title').textContent") == "Number 009"


@pytest.mark.usefixtures("lighthouse")
def test_a_search_finds_words_of_the_stream(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator(".bar input[type='search']").fill("third")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=third"))
    expect(page.locator("summary .title")).to_have_text(["Third"])
    page.locator(".bar input[type='search']").fill("nothing-like-it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing in this stream says")).to_be_visible()
    page.get_by_role("link", name="End the search").click()
    expect(page.locator(".row")).to_have_count(5)


def test_refreshing_announces_what_came_and_moves_nothing(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First")
    site.world.subscribe(alice, feed)
    with transaction(site.db) as tx:
        tx.run("UPDATE feed SET next_at = :later", later=to_us(utc_now()) + 3_600_000_000)
    page = open_page(who=alice)
    title(page, "First").click()
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#notice")).to_contain_text("1 feed is being fetched.")
    site.world.entries(feed, "Second", hours_ago=0)  # what the worker brings
    expect(page.locator("#arrivals a")).to_be_visible(timeout=15_000)
    expect(page.locator("summary .title")).to_have_text(["First"])
    assert opened(page) == ["First"]
    expect(page.locator("[data-count='main']")).to_have_text("1")
    page.get_by_role("link", name="New articles have arrived.").click()
    expect(page.locator("summary .title")).to_have_text(["Second"])


# ------------------------------------------------------------------------------------------------ the phone


@pytest.mark.usefixtures("lighthouse")
def test_on_a_phone_the_sidebar_is_a_sheet(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    sidebar = page.locator("#sidebar")
    expect(sidebar).to_be_hidden()
    page.locator(".bar-menu").tap()
    expect(sidebar).to_be_visible()
    page.touchscreen.tap(380, 500)  # beside it
    expect(sidebar).to_be_hidden()
    assert opened(page) == []
    page.locator(".bar-menu").tap()
    sidebar.get_by_role("link", name="The Lighthouse").tap()
    expect(page).to_have_url(re.compile(r"/feed/"))
    expect(page.locator(".row")).to_have_count(5)


@pytest.mark.usefixtures("lighthouse")
def test_on_a_phone_an_article_opens_and_is_starred(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    title(page, "Fifth").tap()
    expect(page.get_by_text("The content of Fifth.")).to_be_visible()
    page.locator(".row").first.locator(".row-actions").get_by_role("button").first.tap()
    expect(page.locator("#notice")).to_contain_text("1 article added to the favourites.")


@pytest.mark.usefixtures("lighthouse")
def test_on_a_phone_the_magnifier_becomes_a_field(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    field = page.locator(".bar input[type='search']")
    field.tap()
    field.fill("second")
    page.keyboard.press("Enter")
    expect(page.locator("summary .title")).to_have_text(["Second"])


@pytest.mark.usefixtures("lighthouse")
def test_on_a_phone_a_bar_at_the_thumb_goes_through_the_articles(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    bar = page.get_by_role("group", name="This article")
    expect(bar).to_be_hidden()
    title(page, "Fifth").tap()
    bar.get_by_role("button", name="Next article").tap()
    assert opened(page) == ["Fourth"]
    read = bar.get_by_role("button", name="Already read")
    expect(read).to_have_attribute("aria-pressed", "true")
    read.tap()
    expect(read).to_have_attribute("aria-pressed", "false")
    bar.get_by_role("button", name="Favourite").tap()
    expect(page.locator("[data-count='starred']")).to_have_text("1")
    bar.get_by_role("button", name="Close the article").tap()
    expect(bar).to_be_hidden()
    assert opened(page) == []
    assert len(site.world.unread_ids(alice)) == 4


@pytest.mark.parametrize(("way", "told"), [(120, "marked as read"), (-120, "added to the favourites"), (40, "")])
@pytest.mark.usefixtures("lighthouse")
def test_on_a_phone_a_row_is_swiped(alice: User, open_page: Open, way: int, told: str) -> None:
    page = open_page(who=alice, size="phone")
    box = title(page, "Fifth").bounding_box()
    assert box is not None
    finger = page.context.new_cdp_session(page)
    x, y = 180.0, box["y"] + 5
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        point = {"x": x + way * step / 10, "y": y}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    if told:
        expect(page.locator("#notice")).to_contain_text(f"1 article {told}.")
    else:
        page.wait_for_timeout(300)
        expect(page.locator("#notice")).to_be_hidden()
    assert opened(page) == []
    assert page.locator(".row").first.evaluate("row => row.style.translate") == ""


# ------------------------------------------------------------------------------------------------ without scripts


@pytest.mark.usefixtures("lighthouse")
def test_without_scripts_everything_has_a_button(site: Site, alice: User, open_page: Open) -> None:
    page = open_page(who=alice, scripts=False)
    title(page, "Fifth").click()
    expect(page.get_by_text("The content of Fifth.")).to_be_visible()
    page.get_by_role("button", name="Mark as read", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("1 article marked as read.")
    assert len(site.world.unread_ids(alice)) == 4
    page.locator("#bar").get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#notice")).to_contain_text("4 articles marked as read.")
    page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("Undone, for 4 articles.")
    page.locator("#notice a.close").click()
    expect(page.locator("#notice")).to_be_hidden()
    assert len(site.world.unread_ids(alice)) == 4


def test_without_scripts_a_phone_has_the_sheet_and_more_articles(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Busy")
    site.world.entries(feed, *(f"Number {number:03}" for number in range(60)))
    site.world.subscribe(alice, feed)
    page = open_page(who=alice, size="phone", scripts=False)
    page.locator(".bar-menu").tap()
    expect(page.locator("#sidebar")).to_be_visible()
    page.locator(".sidebar-close").tap()
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("link", name="Load more articles").tap()
    expect(page.locator(".row")).to_have_count(10)


# ------------------------------------------------------------------------------------------------ visitors


@pytest.mark.usefixtures("lighthouse")
def test_a_visitor_reads_and_changes_nothing(site: Site, alice: User, open_page: Open) -> None:
    site.world.change(alice, open_to_visitors=True)
    page = open_page()
    page.keyboard.press("j")
    expect(page.get_by_text("The content of Fifth.")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("f")
    page.wait_for_timeout(600)
    assert page.locator("form[method='post']").count() == 0
    assert page.locator("button[form]").count() == 0
    assert len(site.world.unread_ids(alice)) == 5
