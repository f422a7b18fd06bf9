"""The views of a stream: what each page holds, who chooses which, and that all carry what the normal one carries."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.model import User

VIEWS = ("normal", "reader", "cards", "panes", "global")
OF_ENTRIES = ("normal", "reader", "cards", "panes")


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def view_of(page: Answer) -> str:
    """The view a page is in; its hidden heading must say the same."""
    (main,) = page.find("//main")
    return str(main.get("data-view"))


@pytest.fixture
def press(bob: Browser, world: World) -> dict[str, int]:
    """Bob's feed in a folder in a folder, with an entry with a picture and one without."""
    feed = world.feed("The Lighthouse")
    world.entries(feed, "Plain", hours_ago=3, preview_text="How it begins.")
    (entry,) = world.entries(
        feed, "Pictured", hours_ago=2, preview_text="It was", thumbnail_url="https://example.org/a.png"
    )
    subscription = world.subscribe(owner(bob), feed)
    outer = world.folder(owner(bob), "Press")
    inner = world.folder(owner(bob), "Coast", subscription, parent_id=outer)
    return {"feed": subscription, "folder": inner, "outer": outer, "entry": entry}


# ------------------------------------------------------------------------------------------------ what each holds


@pytest.mark.parametrize("view", OF_ENTRIES)
def test_every_view_carries_states_actions_marking_and_the_way_on(view: str, bob: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, *(f"Entry {number}" for number in range(60)))
    world.subscribe(owner(bob), feed)
    page = bob.get(f"/?view={view}")
    assert view_of(page) == view
    assert len(page.find("//*[@id='entries']/div[@class='row']/*[@data-entry-id][@data-unread][@data-feed-id]")) == 50
    for verb in ("read", "unread", "star", "unstar"):
        assert page.find(f"//button[@form='entry-form'][@formaction='/entries/{verb}']")
    assert page.find("//form[@action='/entries/read-all']//input[@name='up_to']")
    (more,) = page.find("//a[@rel='next']")
    for address in (more.get("href"), more.get("data-fragment")):
        following = bob.get(str(address))
        assert len(following.find(".row")) == 10
        assert f"view={view}" in str(address), "one look lasts to the end of the list"


def test_the_reader_view_has_every_article_open_and_no_days(bob: Browser, press: dict[str, int]) -> None:
    page = bob.get("/?view=reader")
    assert page.find(".day") == []
    assert page.find("//details[contains(@class, 'entry')]") == []
    assert [text.text_content() for text in page.find("//article//h2")] == ["Pictured", "Plain"]
    assert "The content of Pictured." in page.words
    assert page.find("//h1")[0].text_content() == "Reader view"


def test_cards_have_a_picture_or_the_first_words_and_leave_the_content_to_its_page(
    bob: Browser, press: dict[str, int]
) -> None:
    page = bob.get("/?view=cards")
    (picture,) = page.find("//summary/img[@class='thumb']")
    assert (picture.get("src"), picture.get("alt")) == ("https://example.org/a.png", "")
    assert (picture.get("width"), picture.get("height")) == ("320", "180"), "its place is kept"
    assert [text.text_content() for text in page.find("//summary/span[@class='thumb']")] == ["How it begins."]
    assert "The content of Pictured." not in page.find(".article-content")[0].text_content()
    (left,) = page.find("//*[@data-fragment][@data-whole]")[:1]
    assert "The content of Pictured." in bob.get(str(left.get("data-fragment"))).text
    assert page.find(f"//article//a[@class='button'][@href='/entry/{press['entry']}']")


def test_panes_open_one_article_at_a_time_without_scripts_too(bob: Browser, press: dict[str, int]) -> None:
    page = bob.get("/?view=panes")
    assert {entry.get("name") for entry in page.find("//details[@data-entry-id]")} == {"entry"}
    assert "Choose an article: it opens here." in page.words


# ------------------------------------------------------------------------------------------------ who chooses


def choose(browser: Browser, kind: str, key: int | str, view: str, **more: str) -> Answer:
    return browser.post("/displays", {"kind": kind, "key": key, "view": view, **more})


def test_a_view_is_asked_for_once_or_chosen_for_always(bob: Browser, press: dict[str, int]) -> None:
    path = f"/feed/{press['feed']}"
    assert view_of(bob.get(path)) == "normal"
    assert view_of(bob.get(f"{path}?view=cards")) == "cards"
    assert view_of(bob.get(path)) == "normal"
    assert view_of(choose(bob, "feed", press["feed"], "cards", next=path)) == "cards"
    assert view_of(bob.get(f"{path}?view=reader")) == "reader"
    assert view_of(choose(bob, "feed", press["feed"], "", next=path)) == "normal"


def test_a_folder_says_it_for_what_lies_in_it_and_other_streams_for_themselves(
    bob: Browser, press: dict[str, int]
) -> None:
    choose(bob, "folder", press["outer"], "panes")
    choose(bob, "starred", "", "reader")
    assert view_of(bob.get(f"/feed/{press['feed']}")) == "panes"
    assert view_of(bob.get(f"/folder/{press['folder']}")) == "panes"
    assert view_of(bob.get("/starred")) == "reader"
    assert view_of(bob.get("/")) == "normal"


def test_the_menu_offers_what_can_be_done(bob: Browser, press: dict[str, int]) -> None:
    def deeds(page: Answer) -> list[tuple[str, str]]:
        form = "//form[@action='/displays']//button"
        return [(str(button.get("value")), button.text_content()) for button in page.find(form)]

    path = f"/feed/{press['feed']}"
    page = bob.get(f"{path}?view=cards&shown=all&q=plain")
    offered = [
        str(button.get("value")) for button in page.find("//details[@class='menu']//form[@method='get']//button")
    ]
    assert offered == ["normal", "reader", "cards", "panes"], "a feed leads to no other streams: it has no overview"
    assert deeds(page) == [("cards", "Always show this stream so")]
    hidden = page.find("//details[@class='menu']//form[@method='get']//input")
    assert {(field.get("name"), field.get("value")) for field in hidden} == {("q", "plain"), ("shown", "all")}
    choose(bob, "feed", press["feed"], "cards")
    assert deeds(bob.get(path)) == [("", "Show it like the others again")]
    assert len(deeds(bob.get(f"{path}?view=reader"))) == 2


def test_visitors_see_the_owners_choice_may_look_otherwise_and_choose_nothing(
    bob: Browser, anonymous: Browser, world: World, press: dict[str, int]
) -> None:
    world.change(owner(bob), open_to_visitors=True)
    choose(bob, "main", "", "cards")
    assert view_of(anonymous.get("/@bob/")) == "cards"
    page = anonymous.get("/@bob/?view=reader")
    assert view_of(page) == "reader"
    assert page.find("//form[@action='/displays']") == []
    assert page.find("//details[@class='menu']//button[@value='panes']")
    assert choose(anonymous, "main", "", "normal").status == 403
    assert view_of(anonymous.get("/@bob/")) == "cards"


def test_nobody_chooses_for_somebody_else(bob: Browser, mallory: Browser, press: dict[str, int]) -> None:
    assert choose(mallory, "feed", press["feed"], "cards").status == 404
    assert choose(mallory, "folder", press["folder"], "cards").status == 404
    assert choose(mallory, "label", 1, "cards").status == 404
    assert view_of(bob.get(f"/feed/{press['feed']}")) == "normal"


@pytest.mark.parametrize(
    ("kind", "key", "view"),
    [
        ("main", 1, "cards"),
        ("feed", "", "cards"),
        ("feed", "x", "cards"),
        ("main", "", "sideways"),
        ("odd", "", "cards"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(bob: Browser, kind: str, key: int | str, view: str) -> None:
    assert choose(bob, kind, key, view).status == 400


@pytest.mark.parametrize("path", ["/?view=sideways", "/starred?view=global", "/?view=%00", "/?view=cards%22"])
def test_a_view_that_cannot_be_is_refused(bob: Browser, path: str) -> None:
    assert bob.get(path).status == 400
