"""How pages look: what is chosen sets attributes of the page, and nothing when nothing was chosen; one's own sheet."""

import pytest
from msgspec.structs import replace
from tests.web.browsing import Answer, Browser, World

from dateline.model import User
from dateline.preferences import Look, Preferences
from dateline.store import Database, accounts

CHOSEN = {
    "view": "cards",
    "order": "title",
    "shown": "all",
    "theme": "sepia",
    "typeface": "sans",
    "text_size": "22",
    "measure": "wide",
    "density": "compact",
    "thumbnail": "small",
    "row_site": "icon",
    "row_authors": "1",
    "hide_read_feeds": "1",
    "more_by_itself": "1",
    "page_size": "100",
    "preview": "1",
}
FLAGS = ("row_authors", "hide_read_feeds", "more_by_itself", "preview")
SHEET = "p { color: red }"


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def chosen(db: Database, browser: Browser) -> Preferences:
    with db.reading() as tx:
        return accounts.user_by_id(tx, owner(browser).id).preferences


def root(page: Answer) -> dict[str, str]:
    """The data attributes of the page."""
    (html,) = page.find("/html")
    return {str(name): str(value) for name, value in html.attrib.items() if str(name).startswith("data-")}


def sheets(page: Answer) -> list[str]:
    """The addresses of the page's own style sheets, without ours."""
    links = [str(link.get("href")) for link in page.find("//link[@rel='stylesheet']")]
    return [link for link in links if "/static/" not in link]


def test_who_chose_nothing_gets_a_page_that_says_nothing_of_it(bob: Browser) -> None:
    page = bob.get("/")
    assert root(page) == {}
    assert page.find("//meta[@name='color-scheme']")[0].get("content") == "light dark"
    assert sheets(page) == []


def test_what_is_chosen_is_kept_and_said_on_every_page(bob: Browser, db: Database) -> None:
    page = bob.post("/settings/look", CHOSEN)
    assert "Saved." in page.words
    said = {
        "data-theme": "sepia",
        "data-typeface": "sans",
        "data-text": "22",
        "data-measure": "wide",
        "data-density": "compact",
        "data-row-site": "icon",
    }
    for path in ("/settings/look", "/", "/settings", "/subscriptions", "/nowhere"):
        assert root(bob.get(path)) == said
    assert page.find("//meta[@name='color-scheme']")[0].get("content") == "light"
    kept = chosen(db, bob)
    assert kept.look == Look(
        theme="sepia",
        typeface="sans",
        text_size=22,
        measure="wide",
        density="compact",
        thumbnail="small",
        row_site="icon",
        row_authors=True,
        hide_read_feeds=True,
        page_size=100,
    )
    assert kept.display.view == "cards"
    selected = {str(field.getparent().get("name")): field.get("value") for field in page.find("//option[@selected]")}
    assert selected == {name: value for name, value in CHOSEN.items() if name not in ("text_size", *FLAGS)}


def test_rows_show_what_is_wished(bob: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Plain")
    world.entries(feed, "Pictured", thumbnail_url="https://example.org/a.png", authors=(), preview_text="It begins.")
    world.subscribe(owner(bob), feed)
    page = bob.get("/")
    assert page.find("//summary//*[@class='thumb' or @class='entry-authors' or @class='preview']") == []
    bob.post("/settings/look", {**CHOSEN, "view": "normal"})
    page = bob.get("/")
    assert [picture.get("src") for picture in page.find("//summary/img[@class='thumb']")] == [
        "https://example.org/a.png"
    ]
    assert page.find("//main")[0].get("data-pictures") == "small"
    assert len(page.find("//summary//*[@class='preview']")) == 2


def test_a_behaviour_gets_the_sentence_alone(bob: Browser) -> None:
    assert bob.post("/settings/look", CHOSEN, json=True).json["notice"] == "Saved."


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "neon"},
        {"text_size": "13"},
        {"text_size": "29"},
        {"text_size": "x"},
        {"page_size": "51"},
        {"view": ""},
        {"measure": "1px"},
    ],
)
def test_a_look_that_does_not_exist_is_refused(bob: Browser, db: Database, wrong: dict[str, str]) -> None:
    assert bob.post("/settings/look", {**CHOSEN, **wrong}).status == 400
    assert chosen(db, bob) == Preferences()


def test_visitors_see_the_owners_look_and_people_with_an_account_their_own(
    bob: Browser, mallory: Browser, anonymous: Browser, world: World
) -> None:
    world.change(owner(bob), open_to_visitors=True)
    bob.post("/settings/look", CHOSEN)
    bob.post("/settings/look/sheet", {"css": SHEET})
    page = anonymous.get("/@bob/")
    assert root(page)["data-theme"] == "sepia"
    assert sheets(page) == [], "a sheet is for its owner alone"
    assert root(mallory.get("/@bob/")) == {}
    assert root(anonymous.get("/login")) == {}


# ------------------------------------------------------------------------------------------------ one's own sheet


def test_ones_own_sheet_comes_after_ours_from_an_address_of_its_own(
    bob: Browser, mallory: Browser, anonymous: Browser
) -> None:
    bob.post("/settings/look/sheet", {"css": SHEET})
    (address,) = sheets(bob.get("/"))
    answer = bob.get(address)
    assert (answer.status, answer.text, answer.header("content-type")) == (200, SHEET, "text/css; charset=utf-8")
    assert answer.header("cache-control") == "private, max-age=31536000, immutable"
    assert bob.get("/settings/look/own.css").header("cache-control") == "private, no-store"
    assert mallory.get(address).status == 404
    assert anonymous.get(address, follow=False).status == 303


def test_a_sheet_that_locks_one_out_can_be_left_out_and_taken_away(bob: Browser, db: Database) -> None:
    bob.post("/settings/look/sheet", {"css": "body { display: none }"})
    assert sheets(bob.get("/settings/look"))
    page = bob.get("/settings/look?css=off")
    assert sheets(page) == []
    assert page.find("//textarea[@name='css']")[0].text_content().strip() == "body { display: none }"
    bob.post("/settings/look", CHOSEN)
    assert chosen(db, bob).look.css, "the other form does not speak of it"
    bob.post("/settings/look/sheet", {"css": ""})
    assert sheets(bob.get("/")) == []
    assert bob.get("/settings/look/own.css").status == 404


def test_a_sheet_that_would_fetch_is_refused_beside_its_field_and_not_lost(bob: Browser, db: Database) -> None:
    page = bob.post("/settings/look/sheet", {"css": "p { background: u\\72l(//a.example) }"})
    assert page.status == 400
    assert "cannot fetch anything" in page.find(".error")[0].text_content()
    assert "a.example" in page.find("//textarea[@name='css']")[0].text_content()
    assert chosen(db, bob) == Preferences()


def test_a_sheet_without_end_is_refused(bob: Browser, db: Database) -> None:
    assert bob.post("/settings/look/sheet", {"css": "a" * 50_001}).status == 413
    assert bob.post("/settings/look/sheet", {"css": "a" * 60_001}).status == 400
    assert chosen(db, bob) == Preferences()


def test_a_sheet_is_text_whatever_stands_in_it(bob: Browser, db: Database) -> None:
    nasty = "</textarea><script>alert(1)</script>"
    bob.post("/settings/look/sheet", {"css": nasty})
    page = bob.get("/settings/look")
    assert page.find("//script[not(@src)]") == []
    assert page.find("//textarea[@name='css']")[0].text_content().strip() == nasty
    assert replace(chosen(db, bob).look, css="") == Look()
