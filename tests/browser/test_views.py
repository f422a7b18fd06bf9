"""The views and the look in a real browser: at a desk, on a phone, by keys, without scripts, in every theme."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import violations

from dateline import preferences
from dateline.model import SafeHTML, User
from dateline.preferences import Look, Preferences, Theme

PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with two feeds in folders: eight entries with a picture each, one too long for a list."""
    user = site.person("alice")
    press, blog = site.world.feed("The Lighthouse"), site.world.feed("Notes")
    site.world.entries(press, *(f"Story {number}" for number in range(1, 8)), thumbnail_url=PICTURE)
    long = SafeHTML("<p>" + "A long story. " * 2000 + "<b>Its end.</b></p>")
    site.world.entries(blog, "Long", hours_ago=0.5, content_html=long)
    site.world.folder(user, "Press", site.world.subscribe(user, press))
    site.world.folder(user, "Own", site.world.subscribe(user, blog))
    return user


def unread(page: Page) -> list[str]:
    """The titles of the entries that the page shows as unread."""
    return page.locator("#entries .entry[data-unread] .article-title").all_text_contents()


def look(site: Site, user: User, chosen: Look) -> None:
    kept = preferences.encode(replace(Preferences(), look=chosen))
    site.world.change(user, preferences=kept)


# ------------------------------------------------------------------------------------------------ reader


def test_in_the_reader_view_keys_go_from_article_to_article_and_leave_them_read(alice: User, open_page: Open) -> None:
    page = open_page("/?view=reader", who=alice)
    expect(page.locator("#entries b", has_text="Its end.")).to_be_attached()
    page.keyboard.press("j")
    expect(page.locator(".entry:focus .article-title")).to_have_text("Story 7")
    assert "Long" not in unread(page)
    page.keyboard.press("j")
    expect(page.locator(".entry:focus .article-title")).to_have_text("Story 6")
    page.keyboard.press("k")
    expect(page.locator(".entry:focus .article-title")).to_have_text("Story 7")
    page.keyboard.press("f")
    expect(page.locator(".entry:focus")).to_have_attribute("data-starred", "")


# ------------------------------------------------------------------------------------------------ cards


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_card_opens_in_its_place_with_its_content(alice: User, open_page: Open, size: str) -> None:
    page = open_page("/?view=cards", who=alice, size=size)
    pictures = page.locator("#entries .thumb").all()
    ratios = [box["width"] / box["height"] for box in (picture.bounding_box() for picture in pictures) if box]
    assert ratios
    assert all(abs(ratio - 16 / 9) < 0.02 for ratio in ratios)
    page.locator("summary", has_text="Story 7").click()
    expect(page.locator(".entry[open] [data-whole]")).to_contain_text("The content of Story 7.")
    assert "Story 7" not in unread(page)
    page.keyboard.press("j")
    expect(page.locator(".entry[open] [data-whole]")).to_contain_text("The content of Story 6.")


def test_without_scripts_a_card_leads_to_its_own_page(alice: User, open_page: Open) -> None:
    page = open_page("/?view=cards", who=alice, scripts=False)
    page.locator("summary", has_text="Story 7").click()
    page.locator(".entry[open] .article-content a.button").click()
    expect(page.locator(".article-content")).to_contain_text("The content of Story 7.")


# ------------------------------------------------------------------------------------------------ three panes


def pane(page: Page) -> dict[str, float]:
    """Where the open article stands."""
    box = page.locator(".entry[open] > .article").bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"]}


def test_in_three_panes_keys_move_the_selection_and_the_article_beside_follows(alice: User, open_page: Open) -> None:
    page = open_page("/?view=panes", who=alice)
    expect(page.get_by_text("Choose an article: it opens here.")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".entry[open] .article-title")).to_have_text("Long")
    expect(page.locator(".entry[open] b", has_text="Its end.")).to_be_attached()
    first, row = pane(page), page.locator("summary", has_text="Long").bounding_box()
    assert row is not None
    assert first["x"] >= row["x"] + row["width"], "beside the list, not in it"
    page.keyboard.press("j")
    expect(page.locator(".entry[open] .article-title")).to_have_text("Story 7")
    assert pane(page) == first
    assert page.locator("summary", has_text="Long").bounding_box() == row, "nothing moved"
    page.keyboard.press("k")
    expect(page.locator(".entry[open] .article-title")).to_have_text("Long")
    assert unread(page) == [f"Story {number}" for number in range(6, 0, -1)]


def test_on_a_phone_three_panes_are_rows_that_open(alice: User, open_page: Open) -> None:
    page = open_page("/?view=panes", who=alice, size="phone")
    page.locator("summary", has_text="Story 7").tap()
    row = page.locator("summary", has_text="Story 7").bounding_box()
    assert row is not None
    assert pane(page)["y"] >= row["y"] + row["height"] - 1
    expect(page.locator(".pane-empty")).to_be_hidden()


def test_without_scripts_three_panes_open_one_article_at_a_time(alice: User, open_page: Open) -> None:
    page = open_page("/?view=panes", who=alice, scripts=False)
    page.locator("summary", has_text="Story 7").click()
    page.locator("summary", has_text="Story 6").click()
    assert page.locator(".entry[open] .article-title").all_text_contents() == ["Story 6"]
    assert pane(page)["x"] > 600


# ------------------------------------------------------------------------------------------------ overview, menu


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_menu_leads_to_every_view_and_keeps_one(alice: User, open_page: Open, size: str, scripts: bool) -> None:
    page = open_page("/", who=alice, size=size, scripts=scripts)
    for name, view in (("Overview", "global"), ("Cards", "cards"), ("Reader view", "reader")):
        page.locator(".menu summary[title='View']").click()
        page.locator(".menu[open]").get_by_role("button", name=name).click()
        expect(page.locator(f"main[data-view='{view}']")).to_be_attached()
    page.locator(".menu summary[title='View']").click()
    page.get_by_role("button", name="Always show this stream so").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/")
    expect(page.locator("main[data-view='reader']")).to_be_attached()


def test_the_menu_closes_by_escape_and_by_a_click_beside_it(alice: User, open_page: Open) -> None:
    page = open_page("/", who=alice)
    summary = page.locator(".menu summary[title='View']")
    summary.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    summary.click()
    page.locator("main").click(position={"x": 5, "y": 500})
    expect(page.locator(".menu[open]")).to_have_count(0)


def test_everything_is_marked_read_from_the_overview_and_undone(alice: User, open_page: Open) -> None:
    page = open_page("/?view=global", who=alice)
    expect(page.locator(".headline[data-unread]")).to_have_count(2)
    page.locator("#bar").get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".headline[data-unread]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".headline[data-unread]")).to_have_count(2)


# ------------------------------------------------------------------------------------------------ the look


@pytest.mark.parametrize("theme", ["light", "dark", "sepia", "contrast"])
def test_every_view_is_accessible_in_every_theme(alice: User, site: Site, open_page: Open, theme: Theme) -> None:
    """Whatever the device has: a dark theme on a light device, and the other way round."""
    look(site, alice, Look(theme=theme, thumbnail="small", row_authors=True, density="compact"))
    page = open_page("/", who=alice, scheme="light" if theme == "dark" else "dark")
    found = {}
    for path in ("/", "/?view=reader", "/?view=cards", "/?view=panes", "/?view=global", "/settings/look"):
        page.goto(path)
        if page.locator("#entries summary").count():
            page.locator("#entries summary").first.click()
        page.wait_for_timeout(200)
        found[path] = violations(page)
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_choice_is_seen_at_once_saved_at_once_and_there_on_the_next_page(alice: User, open_page: Open) -> None:
    page = open_page("/settings/look", who=alice)
    sample = page.locator(".look-sample .article-content")
    before = sample.evaluate("element => getComputedStyle(element).fontSize")
    page.get_by_label("Colours").select_option("sepia")
    expect(page.locator("html")).to_have_attribute("data-theme", "sepia")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Size of their text").fill("26")
    page.get_by_label("Size of their text").blur()
    with page.expect_response(lambda it: "density=compact" in (it.request.post_data or "")):
        page.get_by_label("Room between rows").select_option("compact")
    assert before == "19px"
    assert sample.evaluate("element => getComputedStyle(element).fontSize") == "26px"
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("data-text", "26")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")


def test_without_scripts_the_look_is_saved_by_its_button(alice: User, open_page: Open) -> None:
    page = open_page("/settings/look", who=alice, scripts=False)
    page.get_by_label("Colours").select_option("dark")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body.parentElement).colorScheme") == "dark"


def test_ones_own_sheet_is_believed_and_left_out_when_asked(alice: User, site: Site, open_page: Open) -> None:
    look(site, alice, Look(css=":root { --accent: rgb(1, 2, 3) } .bar { display: none }"))
    page = open_page("/", who=alice)
    expect(page.locator(".bar")).to_be_hidden()
    page.goto("/?css=off")
    expect(page.locator(".bar")).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scripts", [True, False])
def test_order_and_what_is_shown_are_chosen_on_the_page_of_a_folder_and_reset_there(
    alice: User, site: Site, open_page: Open, size: str, scripts: bool
) -> None:
    folder = site.world.folder(alice, "Shelf", site.world.subscribe(alice, site.world.feed("The Shelf")))
    page = open_page(f"/folders/{folder}", who=alice, size=size, scripts=scripts)
    form = page.locator("form[action='/displays']").first
    expect(form.get_by_label("Order").locator("option:checked")).to_have_text("Newest first (your account)")
    form.get_by_label("Order").select_option("fair")
    form.get_by_label("What is shown").select_option("all")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    expect(form).to_contain_text("so that rare voices are not drowned")
    page.goto(page.url.replace("/folders/", "/folder/"))
    expect(page.locator("#main")).to_have_attribute("data-shown", "all")
    page.go_back()
    page.get_by_role("button", name="Show it like the others again").click()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    for label in ("View", "Order", "What is shown"):
        expect(form.get_by_label(label, exact=True)).to_have_value("")
    expect(page.get_by_role("button", name="Show it like the others again")).to_have_count(0)
