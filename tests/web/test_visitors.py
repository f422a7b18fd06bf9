"""Accounts opened to visitors: what they see, what they never see, what they cannot change."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.model import User

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
