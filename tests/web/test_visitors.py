"""Accounts opened to visitors: what they see, what they never see, what they cannot change."""

from datetime import timedelta

import pytest
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.model import User
from dateline.store import Database
from dateline.store.times import to_us
from dateline.store.write import transaction

SHOWN = "[not(ancestor-or-self::*[@hidden or self::dialog])]"


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def titles(page: Answer) -> list[str]:
    return [str(title.text_content()) for title in page.find("//summary//*[@class='title']")]


@pytest.fixture
def opened(alice: Browser, world: World) -> dict[str, int]:
    """Alice's open account: a public, a hidden and a private feed, each starred once, in folders."""
    ids: dict[str, int] = {}
    for name in ("public", "hidden", "private"):
        feed = world.feed(f"Flux {name}", owner=owner(alice) if name == "private" else None)
        (ids[name],) = world.entries(feed, f"Article {name}")
        ids[f"{name} feed"] = world.subscribe(owner(alice), feed, hidden_from_visitors=name == "hidden")
        ids[f"{name} folder"] = world.folder(owner(alice), f"Dossier {name}", ids[f"{name} feed"])
        world.star(owner(alice), ids[name])
    world.change(owner(alice), open_to_visitors=True)
    return ids


@pytest.mark.parametrize(
    "path", ["/", "/@alice", "/@alice/", "/@ALICE/", "/@alice/all", "/@alice/starred", "/@alice/?shown=unread"]
)
def test_a_visitor_sees_what_is_public_and_nothing_else(anonymous: Browser, opened: dict[str, int], path: str) -> None:
    page = anonymous.get(path)
    assert page.status == 200
    assert titles(page) == ["Article public"]
    for secret in ("hidden", "private"):
        for what in ("Flux", "Article", "Dossier"):
            assert f"{what} {secret}" not in page.text
    assert page.find("//html")[0].get("lang") == "fr", "the account's language"
    assert page.find("//meta[@name='robots']")[0].get("content") == "noindex, nofollow"


def test_a_visitor_follows_links_below_the_account(anonymous: Browser, opened: dict[str, int]) -> None:
    page = anonymous.get("/")
    for link in page.find("//nav[@id='sidebar']//ul/li//a/@href | //main//a/@href"):
        if str(link).startswith("/") and link not in ("/login", "/keys"):
            assert str(link).startswith("/@alice/")
            assert anonymous.get(str(link)).status == 200


def test_what_is_not_public_is_not_there_for_visitors(anonymous: Browser, opened: dict[str, int]) -> None:
    for name in ("hidden", "private"):
        assert anonymous.get(f"/@alice/entry/{opened[name]}").status == 404
        assert anonymous.get(f"/@alice/feed/{opened[f'{name} feed']}").status == 404
    assert anonymous.get(f"/@alice/entry/{opened['public']}").status == 200
    assert titles(anonymous.get(f"/@alice/feed/{opened['public feed']}")) == ["Article public"]
    assert titles(anonymous.get(f"/@alice/folder/{opened['public folder']}")) == ["Article public"]
    assert "Dossier hidden" not in anonymous.get("/").text


def test_a_visitor_sees_neither_states_nor_counts_nor_buttons(anonymous: Browser, opened: dict[str, int]) -> None:
    page = anonymous.get("/")
    assert page.find(f"//main//button{SHOWN} | //main//form{SHOWN}") == []
    assert page.find("//form[@id='entry-form'] | //form[@class='mark-all']") == []
    assert page.find("//details[@data-unread or @data-starred]") == []
    assert "".join(str(count.text_content()) for count in page.find(".count")) == ""
    assert page.find("//title")[0].text_content() == "Flux principal · Dateline"


def test_reading_as_a_visitor_changes_nothing(
    alice: Browser, anonymous: Browser, opened: dict[str, int], world: World
) -> None:
    before = world.unread_ids(owner(alice))
    for path in (
        "/",
        "/@alice/starred",
        f"/@alice/entry/{opened['public']}",
        f"/@alice/entry/{opened['public']}?fragment=1",
    ):
        assert anonymous.get(path).status == 200
    assert world.unread_ids(owner(alice)) == before


def test_the_owner_and_others_see_the_visitors_page_there_too(
    alice: Browser, bob: Browser, opened: dict[str, int]
) -> None:
    for reader in (alice, bob):
        page = reader.get("/@alice/")
        assert titles(page) == ["Article public"]
        assert page.find(f"//main//button{SHOWN}") == []
    assert bob.get("/@alice/").find("//html")[0].get("lang") == "en", "who has an account keeps their language"


def test_an_account_that_is_closed_or_unknown_is_not_there(
    alice: Browser, bob: Browser, anonymous: Browser, opened: dict[str, int]
) -> None:
    for path in ("/@bob/", "/@nobody/", "/@/", "/@bob/starred", "/@bob/entry/1", "/@%00/", "/@" + "x" * 300 + "/"):
        assert anonymous.get(path).status == 404
    assert bob.get("/@bob/").status == 404


def test_several_open_accounts_are_listed(alice: Browser, bob: Browser, anonymous: Browser, world: World) -> None:
    assert anonymous.get("/", follow=False).header("location") == "/login"
    world.change(owner(alice), open_to_visitors=True)
    world.change(owner(bob), open_to_visitors=True)
    anonymous.language = "fr-FR,fr;q=0.9,en;q=0.5"
    page = anonymous.get("/")
    assert page.find("//ul[@class='accounts']//a/@href") == ["/@alice/", "/@bob/"]
    assert "De qui voulez-vous lire les flux ?" in page.words


def test_search_engines_are_let_in_only_where_wished(
    anonymous: Browser, alice: Browser, opened: dict[str, int], world: World
) -> None:
    world.change(owner(alice), indexed=True)
    assert anonymous.get("/@alice/").find("//meta[@name='robots']") == []
    assert alice.get("/").find("//meta[@name='robots']"), "one's own page is never for search engines"


# ------------------------------------------------------------------------------------------------ refreshing


@pytest.fixture
def refreshed(alice: Browser, world: World, opened: dict[str, int], db: Database, clock: Clock) -> dict[str, int]:
    """The same; visitors may refresh, and every feed was asked two hours ago, the next time being tomorrow."""
    world.change(owner(alice), visitors_may_refresh=True)
    asked, following = to_us(clock.now - timedelta(hours=2)), to_us(clock.now + timedelta(days=1))
    with transaction(db) as tx:
        tx.run("UPDATE feed SET checked_at = :asked, next_at = :following", asked=asked, following=following)
    return opened


def due(db: Database, clock: Clock) -> list[str]:
    with db.reading() as tx:
        return tx.column("SELECT title FROM feed WHERE next_at <= :now ORDER BY title", now=to_us(clock.now))


def press(visitor: Browser, *, kind: str = "main", key: object = "", client: str = "192.0.2.1") -> Answer:
    visitor.client = client
    return visitor.post("/@alice/refresh", {"kind": kind, "key": key, "next": "/@alice/"})


@pytest.mark.usefixtures("opened")
def test_visitors_refresh_nothing_unless_the_owner_lets_them(
    alice: Browser, anonymous: Browser, world: World, db: Database, clock: Clock
) -> None:
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = NULL")
    assert anonymous.get("/@alice/").find("//form[@class='refresh']") == []
    assert (press(anonymous).status, press(alice).status) == (404, 404)
    world.change(owner(alice), visitors_may_refresh=True, open_to_visitors=False)
    assert press(anonymous).status == 404
    assert due(db, clock) == []


def test_visitors_refresh_what_they_see_and_nothing_else(
    anonymous: Browser, refreshed: dict[str, int], db: Database, clock: Clock
) -> None:
    assert anonymous.get("/").find("//form[@action='/@alice/refresh']")
    for name in ("hidden", "private"):
        assert press(anonymous, kind="feed", key=refreshed[f"{name} feed"]).status == 404
        assert press(anonymous, kind="folder", key=refreshed[f"{name} folder"]).status == 404
    assert due(db, clock) == []
    page = press(anonymous)
    assert (page.status, page.url) == (200, "/@alice/")
    assert "1 flux est en train d’être relevé." in page.words
    assert due(db, clock) == ["Flux public"]


def test_visitors_ask_no_sooner_than_the_owner_may(
    anonymous: Browser, refreshed: dict[str, int], db: Database, clock: Clock
) -> None:
    with transaction(db) as tx:
        tx.run("UPDATE feed SET checked_at = :now", now=to_us(clock.now - timedelta(minutes=14)))
    assert "Rien n’est récupéré pour l’instant" in press(anonymous, kind="feed", key=refreshed["public feed"]).words
    assert due(db, clock) == []


def test_presses_are_counted_per_account_and_per_address(
    bob: Browser,
    alice: Browser,
    anonymous: Browser,
    world: World,
    refreshed: dict[str, int],
    db: Database,
    clock: Clock,
) -> None:
    others = [world.subscribe(owner(alice), world.feed(f"Autre {n}")) for n in range(4)]
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = :then", then=to_us(clock.now + timedelta(days=1)))

    def presses(place: int, who: Browser, client: str) -> bool:
        press(who, kind="feed", key=others[place], client=client)
        return f"Autre {place}" in due(db, clock)

    assert presses(0, anonymous, "192.0.2.1")
    assert not presses(1, bob, "192.0.2.2"), "of one account once a minute, whoever asks"
    clock.pass_by(seconds=61)
    assert not presses(1, bob, "192.0.2.1"), "from one address once in two minutes"
    assert presses(1, bob, "192.0.2.2")
    clock.pass_by(seconds=61)
    assert presses(2, anonymous, "192.0.2.1")
    clock.pass_by(seconds=121)
    assert presses(3, anonymous, "2001:db8::1")
    clock.pass_by(seconds=61)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = :then", then=to_us(clock.now + timedelta(days=1)))
    assert not presses(3, anonymous, "2001:db8::2"), "everybody has many addresses of the newer kind"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "label", "key": "1"},
        {"kind": "recent"},
        {"kind": "today", "since": "0"},
        {"kind": "feed"},
        {"kind": "main", "key": "1"},
        {"kind": "feed", "key": "x"},
        {},
    ],
)
def test_a_refresh_asked_badly(anonymous: Browser, refreshed: dict[str, int], fields: dict[str, str]) -> None:
    assert anonymous.post("/@alice/refresh", fields).status == 400
    assert anonymous.post("/@nobody/refresh", {"kind": "main"}).status == 404


def test_a_refresh_leads_nowhere_else(anonymous: Browser, refreshed: dict[str, int]) -> None:
    for link in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = anonymous.post("/@alice/refresh", {"kind": "main", "key": "", "next": link}, follow=False)
        assert answer.header("location") == "/@alice/"
