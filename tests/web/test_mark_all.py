"""A whole stream marked: what of it, asked for first, where it goes on, what a behaviour hears; without scripts."""

from typing import get_args

import pytest
from msgspec.structs import replace
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.actions import preferences
from dateline.model import Stream, User
from dateline.preferences import Order
from dateline.store import sidebars
from dateline.web import i18n
from dateline.web.next_unread import following


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def notice(page: Answer) -> str:
    return str(page.find(".notice-text")[0].text_content())


def prefer(world: World, user: User, **marking: bool) -> None:
    preferences.change(
        world.db, user, lambda chosen: replace(chosen, marking=replace(chosen.marking, **marking)), now=world.clock()
    )


def fields_of(page: Answer) -> dict[str, str]:
    (form,) = page.find("//form[@class='mark-all']")
    return {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input")}


@pytest.fixture
def shelves(alice: Browser, world: World) -> dict[str, int]:
    """Subscriptions: "A" and "B" in the folder "Press", "C" in "Science" beneath, "D" in none; each with one entry."""
    found = {}
    for name in "ABCD":
        feed = world.feed(name)
        world.entries(feed, f"of {name}")
        found[name] = world.subscribe(owner(alice), feed)
    press = world.folder(owner(alice), "Press", found["A"], found["B"])
    world.folder(owner(alice), "Science", found["C"])
    return {**found, "Press": press}


def next_of(world: World, user: User, stream: Stream) -> str:
    with world.db.reading() as tx:
        found = following(sidebars.read(tx, user.id), i18n.words("en"), stream)
    return found.name if found else ""


def read(alice: Browser, world: World, subscription: int) -> None:
    prefer(world, owner(alice), to_next=False)
    alice.post("/entries/read-all", {"kind": "feed", "key": subscription, "up_to": 1000})
    prefer(world, owner(alice), to_next=True)


def test_after_a_feed_comes_its_sibling_then_the_next_folder_then_the_main_stream(
    alice: Browser, world: World, shelves: dict[str, int]
) -> None:
    user = owner(alice)

    def after(name: str) -> str:
        return next_of(world, user, Stream(kind="feed", key=shelves[name]))

    assert (after("A"), after("B"), after("C"), after("D")) == ("B", "A", "Press", "Press")
    read(alice, world, shelves["A"])
    assert after("B") == "Science"
    read(alice, world, shelves["C"])
    assert after("B") == "Main stream"
    assert next_of(world, user, Stream(kind="folder", key=shelves["Press"])) == "Main stream"
    assert next_of(world, user, Stream()) == ""


def test_an_archived_feed_is_never_next(alice: Browser, world: World, shelves: dict[str, int]) -> None:
    alice.post(f"/subscriptions/{shelves['B']}", {"visibility": "archived", "folder_ids": shelves["Press"]})
    assert next_of(world, owner(alice), Stream(kind="feed", key=shelves["A"])) == "Science"
    assert f"/feed/{shelves['B']}" not in alice.get("/").text
    assert alice.get(f"/feed/{shelves['B']}").status == 200


def test_it_goes_on_with_a_notice_that_gives_it_back(alice: Browser, world: World, shelves: dict[str, int]) -> None:
    page = alice.get(f"/feed/{shelves['A']}")
    answer = alice.post("/entries/read-all", fields_of(page), follow=False)
    assert answer.header("location") == f"/feed/{shelves['B']}"
    page = alice.get(f"/feed/{shelves['B']}")
    assert notice(page) == "1 article marqué comme lu. Voici «\u00a0B\u00a0»."
    assert page.find("//form[@class='notice-undo']")[0].get("hidden") is None
    fields = fields_of(alice.get(f"/feed/{shelves['A']}?shown=all"))
    assert notice(alice.post("/entries/read-all", fields)) == "Tout y était lu. Voici «\u00a0B\u00a0»."


def test_a_behaviour_hears_what_changed_and_where_to_go(alice: Browser, world: World, shelves: dict[str, int]) -> None:
    ids = world.unread_ids(owner(alice))
    fields = [("kind", "feed"), ("key", shelves["A"]), ("up_to", max(ids)), *(("shown", ident) for ident in ids)]
    told = alice.post("/entries/read-all", fields, json=True).json
    assert told["next"] == f"/feed/{shelves['B']}"
    assert told["changed"] == [str(ids[0])]
    assert notice(alice.get("/")) == "1 article marqué comme lu. Voici «\u00a0B\u00a0»."
    told = alice.post("/entries/read-all", [("kind", "main"), ("up_to", ids[2]), *fields[3:]], json=True).json
    assert (told["next"], told["changed"]) == (None, [str(ids[1]), str(ids[2])])


def test_a_behaviour_hears_what_of_its_page_came_back(alice: Browser, world: World, shelves: dict[str, int]) -> None:
    ids = world.unread_ids(owner(alice))
    shown = [("shown", ident) for ident in ids[:2]]
    told = alice.post("/entries/read-all", [("kind", "main"), ("up_to", max(ids)), *shown], json=True).json
    alice.post("/entries/read", {"id": ids[0]}, json=True)  # on another page, which shows it unread still
    back = alice.post("/undo", [("seq", told["undo"]), *shown], json=True).json
    assert back["changed"] == [str(ids[1])]
    assert world.unread_ids(owner(alice)) == ids[1:]


def test_it_stays_where_that_is_wished_or_only_a_part_was_marked(
    alice: Browser, world: World, shelves: dict[str, int]
) -> None:
    page = alice.get(f"/feed/{shelves['A']}")
    for more in ({"what": "day"}, {"what": "week"}, {"what": "unread"}, {"q": "nothing"}):
        answer = alice.post("/entries/read-all", {**fields_of(page), **more}, follow=False)
        assert answer.header("location") == f"/feed/{shelves['A']}"
    prefer(world, owner(alice), to_next=False)
    answer = alice.post("/entries/read-all", fields_of(page), follow=False)
    assert answer.header("location") == f"/feed/{shelves['A']}"


def test_what_is_older_than_a_day_or_a_week(alice: Browser, world: World, clock: Clock) -> None:
    feed = world.feed()
    ids = [world.entries(feed, name, hours_ago=hours)[0] for name, hours in (("a", 200), ("b", 30), ("c", 1))]
    world.subscribe(owner(alice), feed)
    form = {"kind": "main", "up_to": ids[-1]}
    alice.post("/entries/read-all", {**form, "what": "week"})
    assert world.unread_ids(owner(alice)) == ids[1:]
    alice.post("/entries/read-all", {**form, "what": "day"})
    assert world.unread_ids(owner(alice)) == ids[2:]
    page = alice.post("/entries/read-all", {**form, "what": "unread"})
    assert notice(page) == "2 articles marqués comme non lus."
    assert world.unread_ids(owner(alice)) == ids


def test_it_asks_first_and_changes_nothing_before(alice: Browser, world: World, shelves: dict[str, int]) -> None:
    prefer(world, owner(alice), confirm=True)
    before = world.unread_ids(owner(alice))
    fields = {**fields_of(alice.get(f"/folder/{shelves['Press']}?shown=all")), "q": ""}
    page = alice.post("/entries/read-all", fields)
    assert world.unread_ids(owner(alice)) == before
    assert "Press" in page.words
    (form,) = page.find("//main//form")
    assert page.find("//main//a[@class='button']")[0].get("href") == f"/folder/{shelves['Press']}?shown=all"
    again = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input | .//button")}
    alice.post(form.get("action"), again)
    assert world.unread_ids(owner(alice)) == before[2:]


def test_a_page_marks_what_it_shows_and_no_more(alice: Browser, world: World) -> None:
    feed = world.feed()
    ids = world.entries(feed, "a", "b", "c", "d")
    world.subscribe(owner(alice), feed)
    world.star(owner(alice), ids[1], ids[2])
    alice.get("/")
    alice.post("/entries/read", {"id": ids[2]})
    alice.post("/entries/read-all", {**fields_of(alice.get("/?shown=read")), "what": "all"})
    assert world.unread_ids(owner(alice)) == [ids[0], ids[1], ids[3]]
    answer = alice.post("/entries/read-all", fields_of(alice.get("/?shown=starred")), follow=False)
    assert answer.header("location") == "/?shown=starred", "others are unread still: it stays"
    assert world.unread_ids(owner(alice)) == [ids[0], ids[3]]
    alice.post("/entries/read-all", {**fields_of(alice.get("/?shown=starred")), "what": "unread"})
    assert world.unread_ids(owner(alice)) == ids
    alice.post("/entries/read-all", fields_of(alice.get("/?shown=unread_not_starred")))
    assert world.unread_ids(owner(alice)) == ids[1:3]
    alice.post("/entries/read-all", fields_of(alice.get("/?shown=unread_or_starred")))
    assert world.unread_ids(owner(alice)) == []
    assert alice.post("/entries/read-all", {"kind": "main", "up_to": 9, "state": "adaptive"}).status == 400


def test_the_question_before_says_what_alone_is_meant(alice: Browser, world: World) -> None:
    prefer(world, owner(alice), confirm=True)
    feed = world.feed()
    ids = world.entries(feed, "a", "b")
    world.subscribe(owner(alice), feed)
    world.star(owner(alice), ids[0])
    page = alice.post("/entries/read-all", fields_of(alice.get("/?shown=starred")))
    assert "Les favoris seulement." in page.words
    (form,) = page.find("//main//form")
    again = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input | .//button")}
    alice.post(form.get("action"), again)
    assert world.unread_ids(owner(alice)) == [ids[1]]
    assert "Les favoris" not in alice.post("/entries/read-all", fields_of(alice.get("/"))).words


def test_today_is_what_it_was_when_the_page_was_made(alice: Browser, world: World, clock: Clock) -> None:
    feed = world.feed()
    (yesterday,) = world.entries(feed, "Hier", hours_ago=20)
    (today,) = world.entries(feed, "Aujourd’hui", hours_ago=1)
    world.subscribe(owner(alice), feed)
    page = alice.get("/today")
    assert [row.get("id") for row in page.find("//details[@class='entry']")] == [f"entry-{today}"]
    fields = fields_of(page)
    clock.pass_by(hours=20)
    assert alice.get("/today").find("//details[@class='entry']") == []
    alice.post("/entries/read-all", fields)
    assert world.unread_ids(owner(alice)) == [yesterday]
    assert alice.get("/today?since=x").status == 400
    assert alice.get(f"/today?since={2**63 - 1}").status == 400


def test_labels_and_what_was_read_lately_are_streams(alice: Browser, mallory: Browser, world: World) -> None:
    feed = world.feed()
    ids = world.entries(feed, "Un", "Deux")
    world.subscribe(owner(alice), feed)
    alice.post("/labels", {"name": "Plus tard"})
    alice.post("/entries/labels", {"id": ids[0], "label": 1, "offered": 1})
    alice.post("/entries/read", {"id": ids[1]})

    def titles(path: str) -> list[str]:
        return [str(title.text_content()) for title in alice.get(path).find("//summary//*[@class='title']")]

    assert titles("/label/1") == titles("/label") == ["Un"]
    assert titles("/recent") == ["Deux"]
    assert mallory.get("/label/1").status == 404
    assert mallory.get("/recent").find("//details[@class='entry']") == []
    assert alice.get("/recent").find(".mark-all-button") == []


ORDERS = get_args(Order)


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_leads_to_the_next_in_its_order(alice: Browser, world: World, order: str) -> None:
    for name in "AB":
        feed = world.feed(f"{name} & \x01é")
        world.entries(feed, *(f"É{name} {number}" for number in range(60)))
        world.subscribe(owner(alice), feed)
    found: list[str] = []
    path = f"/?order={order}&shown=all"
    while path:
        page = alice.get(path)
        assert page.status == 200
        found += [str(row.get("id")) for row in page.find("//details[@class='entry']")]
        link = page.find("//nav[@class='more']/a")
        assert not link or f"order={order}" in str(link[0].get("href"))
        path = str(link[0].get("data-fragment")) if link else ""
    assert len(found) == len(set(found)) == 120
    days = alice.get(f"/?order={order}").find(".day")
    assert bool(days) == (order in ("newest", "oldest"))


@pytest.mark.parametrize(
    "query",
    [
        *("order=worst", "order=fair&before=1.2.3", "order=fair&before=1.2.3.4...", "seed=x", "seed=-1"),
        f"before={2**64}.1",
        f"order=title&before=1.{2**64}.1.1.1.1.1.x",
        "order=title&before=1.1.1.1.1.1.1." + "x" * 600,
    ],
)
def test_a_place_that_cannot_be_is_refused(alice: Browser, query: str) -> None:
    assert alice.get(f"/?{query}").status == 400


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "before",
    ["0.0", f"{2**63 - 1}.{2**63 - 1}", f"-{2**63 - 1}.0.0.0...0.", f"1.1.{2**63 - 1}.0.0.0.{2**63 - 1}.\x01"],
)
def test_any_place_that_can_be_written_is_answered(alice: Browser, world: World, order: str, before: str) -> None:
    feed = world.feed()
    world.entries(feed, "Un", "Deux")
    world.subscribe(owner(alice), feed)
    assert alice.get(f"/?order={order}&before={before}").status in (200, 400)


def test_the_choices_about_marking_are_kept(alice: Browser, world: World) -> None:
    alice.post("/settings/marking", {"on_scroll": "1", "shown": "all"})
    page = alice.get("/settings/marking")
    ticked = {str(box.get("name")) for box in page.find("//input[@type='checkbox'][@checked]")}
    assert ticked == {"on_scroll"}
    form = alice.get("/").find("//form[@id='entry-form']")[0]
    assert str(form.get("data-marking")).split() == ["scroll"]
    feed = world.feed()
    ids = world.entries(feed, "Un", "Deux")
    world.subscribe(owner(alice), feed)
    alice.post("/entries/read", {"id": ids[0]})
    assert len(alice.get("/").find("//summary//*[@class='title']")) == 2, "streams begin with everything"
    assert alice.post("/settings/marking", {"shown": "nothing"}).status == 400


def test_an_order_and_what_is_shown_are_kept_for_a_stream(alice: Browser, world: World) -> None:
    feed = world.feed()
    ids = world.entries(feed, "Un", "Deux", "Trois")
    subscription = world.subscribe(owner(alice), feed)
    alice.post("/entries/read", {"id": ids[2]})
    page = alice.get(f"/feed/{subscription}?order=oldest&shown=all")
    (form, *_) = page.find("//form[@action='/displays']")
    fields = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input | .//button")}
    alice.post("/displays", fields)

    def titles(path: str) -> list[str]:
        return [str(title.text_content()) for title in alice.get(path).find("//summary//*[@class='title']")]

    assert titles(f"/feed/{subscription}") == ["Un", "Deux", "Trois"]
    assert titles("/") == ["Deux", "Un"]
    (form,) = alice.get(f"/feed/{subscription}").find("//form[@action='/displays']")
    fields = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input | .//button")}
    alice.post("/displays", fields)
    assert titles(f"/feed/{subscription}") == ["Deux", "Un"]
