"""The views of a stream: what each page holds, who chooses which, and that all carry what the normal one carries."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.model import User

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


# ------------------------------------------------------------------------------------------------ the overview


def boxes(page: Answer) -> dict[str, list[str]]:
    """Each box of a board: the titles of its headlines."""
    found = {}
    for box in page.find("//section[@class='board-box']"):
        heading = box.xpath("./h2")[0]
        name = (heading.xpath("./a") or [heading])[0].text_content()
        found[name] = [link.text_content() for link in box.xpath(".//li[@class='headline']/a")]
    return found


def test_the_overview_has_a_box_for_each_folder_with_a_headline_of_each_feed(bob: Browser, world: World) -> None:
    user = owner(bob)
    loud, calm, loose = world.feed("Loud"), world.feed("Calm"), world.feed("Loose")
    world.entries(loud, "Loud 1", "Loud 2", "Loud 3", hours_ago=1, thumbnail_url="https://example.org/a.png")
    world.entries(calm, "Calm 1", hours_ago=40)
    world.entries(loose, "Loose 1", hours_ago=5)
    subscriptions = [world.subscribe(user, feed) for feed in (loud, calm)]
    alone = world.subscribe(user, loose)
    press = world.folder(user, "Press", subscriptions[0])
    coast = world.folder(user, "Coast", subscriptions[1], parent_id=press)
    page = bob.get("/?view=global")
    assert boxes(page) == {"Press": ["Loud 3", "Calm 1"], "In no folder": ["Loose 1"]}
    assert page.find(f"//section//a[@href='/folder/{press}']")
    assert page.find(f"//section//a[@href='/folder/{coast}']//*[@data-count='folder-{coast}']")[0].text_content() == "1"
    assert page.find(f"//section//a[@href='/feed/{alone}']//*[@data-count='feed-{alone}']")[0].text_content() == "1"
    assert [picture.get("src") for picture in page.find("//section//img[@class='thumb']")] == [
        "https://example.org/a.png"
    ]
    assert len(page.find("//li[@class='headline'][@data-unread]")) == 3
    assert page.find("//form[@action='/entries/read-all']//input[@name='up_to']")
    assert boxes(bob.get(f"/folder/{press}?view=global")) == {"Coast": ["Calm 1"], "In no other folder": ["Loud 3"]}


def test_the_overview_shows_what_is_unread_while_something_is(bob: Browser, world: World) -> None:
    user = owner(bob)
    read, unread = world.feed("Read"), world.feed("Unread")
    (first,) = world.entries(read, "Read 1")
    world.entries(unread, "Unread 1")
    world.folder(user, "Before", world.subscribe(user, read))
    world.folder(user, "After", world.subscribe(user, unread))
    bob.post("/entries/read", {"id": first})
    assert boxes(bob.get("/?view=global")) == {"After": ["Unread 1"]}
    assert boxes(bob.get("/?view=global&shown=all")) == {"After": ["Unread 1"], "Before": ["Read 1"]}
    newest = bob.get("/").find("//input[@name='up_to']")[0].get("value")
    page = bob.post("/entries/read-all", {"kind": "main", "up_to": newest, "next": "/?view=global"})
    assert set(boxes(page)) == {"After", "Before"}
    assert page.find("//li[@class='headline'][@data-unread]") == []
    assert page.find("//form[@action='/undo']//input[@name='seq']")


def test_a_feed_in_two_folders_has_its_headline_in_both_and_an_archived_one_keeps_still(
    bob: Browser, world: World
) -> None:
    user = owner(bob)
    feed, attic = world.feed("Both"), world.feed("Attic")
    world.entries(feed, "Both 1")
    world.entries(attic, "Attic 1")
    subscription = world.subscribe(user, feed)
    one, two = world.folder(user, "One"), world.folder(user, "Two")
    world.put(subscription, one, two)
    world.folder(user, "Three", world.subscribe(user, attic, visibility="archived"))
    assert boxes(bob.get("/?view=global&shown=all")) == {"One": ["Both 1"], "Two": ["Both 1"]}


def test_what_is_searched_for_on_an_overview_is_a_list(bob: Browser, press: dict[str, int]) -> None:
    assert view_of(bob.get("/?view=global&q=plain")) == "normal"
    assert view_of(bob.get("/?view=global")) == "global"


def test_visitors_see_no_counts_and_nothing_hidden_on_an_overview(
    bob: Browser, anonymous: Browser, world: World
) -> None:
    user = owner(bob)
    world.change(user, open_to_visitors=True)
    shown, hidden = world.feed("Shown"), world.feed("Hidden")
    world.entries(shown, "Shown 1", "Shown 2")
    world.entries(hidden, "Hidden 1")
    world.folder(user, "Press", world.subscribe(user, shown), world.subscribe(user, hidden, hidden_from_visitors=True))
    page = anonymous.get("/@bob/?view=global")
    assert boxes(page) == {"Press": ["Shown 2"]}
    assert "Hidden" not in page.text
    assert page.find("//li[@data-unread]") == []
    assert [count.text_content() for count in page.find("//main//*[@data-count]") if count.text_content()] == []


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


def test_the_pages_of_a_folder_and_of_a_feed_offer_it_too(bob: Browser, press: dict[str, int]) -> None:
    def offered(page: Answer) -> tuple[list[str], list[str]]:
        select = "//form[@action='/displays']//select[@name='view']/option"
        values = [str(option.get("value")) for option in page.find(select)]
        return values, [str(option.get("value")) for option in page.find(f"{select}[@selected]")]

    folder, feed = f"/folders/{press['folder']}", f"/subscriptions/{press['feed']}"
    every = ["", "normal", "reader", "cards", "panes"]
    assert offered(bob.get(feed)) == (every, [""])
    assert offered(bob.get(folder)) == ([*every, "global"], [""])
    page = choose(bob, "folder", press["folder"], "global", next=folder)
    assert (page.url, offered(page)[1]) == (folder, ["global"])
    assert offered(choose(bob, "feed", press["feed"], "reader", next=feed))[1] == ["reader"]


def test_everything_that_can_be_kept_is_shown_chosen_and_reset_on_their_pages(
    bob: Browser, press: dict[str, int]
) -> None:
    folder, feed = f"/folders/{press['folder']}", f"/subscriptions/{press['feed']}"

    def fields(page: Answer) -> dict[str, tuple[str, str]]:
        """Name → what is chosen ("" as above), and what is above in words."""
        found = {}
        for select in page.find("//form[@action='/displays']//select"):
            (chosen,) = select.xpath("option[@selected]/@value")
            found[str(select.get("name"))] = (
                str(chosen),
                " ".join(select.xpath("option[1]")[0].text_content().split()),
            )
        return found

    def reset(page: Answer) -> list[dict[str, str]]:
        forms = page.find("//form[@action='/displays'][not(.//select)]")
        return [{field.get("name"): field.get("value") for field in form.findall(".//input")} for form in forms]

    account = " (your account)"
    adaptive = "What is unread, or all when nothing is"
    assert fields(bob.get(folder)) == {
        "view": ("", f"Normal view{account}"),
        "order": ("", f"Newest first{account}"),
        "shown": ("", f"{adaptive}{account}"),
    }
    assert reset(bob.get(folder)) == []
    page = choose(bob, "folder", press["folder"], "cards", order="fair", shown="", next=folder)
    assert page.url == folder
    assert {name: value for name, (value, _) in fields(page).items()} == {"view": "cards", "order": "fair", "shown": ""}
    assert "so that rare voices are not drowned" in page.words
    assert fields(bob.get(feed)) == {
        "view": ("", "Cards (its folder)"),
        "order": ("", "Feeds in turn (its folder)"),
        "shown": ("", f"{adaptive}{account}"),
    }
    page = choose(bob, "feed", press["feed"], "", order="oldest", shown="unread", next=feed)
    assert fields(page)["order"] == ("oldest", "Feeds in turn (its folder)")
    assert fields(page)["shown"] == ("unread", f"{adaptive}{account}")
    stream = bob.get(f"/feed/{press['feed']}")
    assert stream.find("//*[@id='main']")[0].get("data-shown") == "unread"
    (again,) = reset(page)
    assert {value for value, _ in fields(bob.post("/displays", again)).values()} == {""}
    assert reset(bob.get(feed)) == []
    assert fields(bob.get(folder))["view"][0] == "cards"


def test_what_all_streams_begin_with_is_chosen_for_the_account(bob: Browser, press: dict[str, int]) -> None:
    page = bob.get("/settings/look")
    (form,) = page.find("//form[@action='/settings/look']")
    values = {**{str(name): str(value) for name, value in form.form_values()}, "order": "oldest", "shown": "all"}
    bob.post("/settings/look", values)
    chosen = bob.get("/settings/look").find("//select[@name='order' or @name='shown']/option[@selected]")
    assert [option.get("value") for option in chosen] == ["oldest", "all"]
    page = bob.get(f"/subscriptions/{press['feed']}")
    assert "Oldest first (your account)" in page.words
    assert "All articles (your account)" in page.words
    assert bob.get("/").find("//*[@id='main']")[0].get("data-shown") == "all"


def test_the_page_of_a_label_offers_it_too(bob: Browser, mallory: Browser, world: World) -> None:
    bob.post("/labels", {"name": "Later", "colour": "red"})
    (link,) = bob.get("/labels").find("//main//a[starts-with(@href, '/labels/')]/@href")
    path = str(link)
    page = choose(bob, "label", path.rsplit("/", 1)[1], "reader", order="title", next=path)
    chosen = page.find("//form[@action='/displays']//option[@selected]")
    assert [option.get("value") for option in chosen] == ["reader", "title", ""]
    assert view_of(bob.get(path.replace("labels", "label"))) == "reader"
    assert mallory.get(path).status == 404


def test_the_menu_offers_what_can_be_done(bob: Browser, press: dict[str, int]) -> None:
    def deeds(page: Answer) -> list[tuple[str, str]]:
        form = "//form[@action='/displays']//button"
        return [(str(button.get("value")), button.text_content()) for button in page.find(form)]

    path = f"/feed/{press['feed']}"
    page = bob.get(f"{path}?view=cards&shown=all&q=plain")
    offered = [
        str(button.get("value"))
        for button in page.find("//details[@class='menu']//form[@method='get']//button[@name='view']")
    ]
    assert offered == ["normal", "reader", "cards", "panes"], "a feed leads to no other streams: it has no overview"
    assert deeds(page) == [("cards", "Always show this stream so")]
    hidden = page.find("//details[@class='menu']//form[@method='get'][.//button[@name='view']]//input")
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
