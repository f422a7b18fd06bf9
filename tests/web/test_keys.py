"""The keys: their table, their page, the settings in which each may choose others."""

import pytest
from tests.web.browsing import Browser

from dateline.model import User
from dateline.store import Database, accounts
from dateline.web import i18n, keys

FRESH = "j k h n p home end m c r f space l s v shift+r alt+r q a 1 2 3 shift+j alt+k shift+home alt+end ? f1"


def chosen(db: Database, browser: Browser) -> dict[str, str]:
    assert isinstance(browser.user, User)
    with db.reading() as tx:
        return accounts.user_by_id(tx, browser.user.id).preferences.keys


def test_the_usual_keys_are_what_readers_have_in_their_fingers_and_none_does_two_things() -> None:
    usual = keys.bound({})
    bound = [key for names in usual.values() for key in names.split()]
    assert len(bound) == len(set(bound))
    assert set(FRESH.split()) <= set(bound)
    assert all(keys.normal(names) == names for names in usual.values())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("J", "shift+j"),
        (" x  y x ", "x y"),
        ("Alt+Home", "alt+home"),
        ("Shift+Alt+j", "shift+alt+j"),
        ("é", "é"),
        ("ArrowDown F12", "arrowdown f12"),
        ("+", "+"),
        ("", ""),
        ("ctrl+c", None),
        ("escape", None),
        ("word", None),
        ("f13", None),
        ("\x07", None),
        ("shift+", None),
    ],
)
def test_a_key_is_kept_as_browsers_name_it(typed: str, kept: str | None) -> None:
    assert keys.normal(typed) == kept


def test_keys_are_shown_as_keyboards_write_them() -> None:
    french = i18n.words("fr")
    assert keys.shown(french, "shift+home") == "Maj + Début"
    assert [keys.shown(french, key) for key in ("j", "f1", "+", "alt++", "space")] == [
        "j",
        "F1",
        "+",
        "Alt + +",
        "Espace",
    ]


def test_the_page_of_keys_is_there_without_scripts_and_for_strangers(alice: Browser, anonymous: Browser) -> None:
    page = alice.get("/keys")
    assert "article suivant" in page.words
    assert "lu ou non lu" in page.words
    assert page.find("//main//a[@href='/settings/keys']")
    stranger = anonymous.get("/keys")
    assert "next article" in stranger.words
    assert "read or unread" not in stranger.words
    assert not stranger.find("//main//a[@href='/settings/keys']")


def test_the_panel_is_filled_with_the_list_alone(alice: Browser) -> None:
    part = alice.get("/keys?fragment=1")
    assert not part.find("//nav")
    assert len(part.find("//*[@data-action]")) == len(keys.KEYS)
    assert alice.get("/").find("//*[@id='panel']/@data-fragment") == ["/keys?fragment=1"]


def test_a_chosen_key_is_on_the_page_and_in_the_help(alice: Browser, db: Database) -> None:
    page = alice.post("/settings/keys", {"next": "Z", "help": "", "search": "/ a"})
    assert page.url == "/settings/keys"
    assert chosen(db, alice) == {"next": "shift+z", "help": "", "search": "/ a"}
    (table,) = alice.get("/").find("//*[@id='panel']/@data-keys")
    assert "next shift+z" in table.split("\n")
    assert "previous k" in table.split("\n")
    assert "help" not in table
    assert "Maj + Z" in alice.get("/keys").words
    assert alice.get("/settings/keys").find("//main//input[@name='next']/@value") == ["shift+z"]


def test_the_usual_keys_are_taken_again(alice: Browser, db: Database) -> None:
    alice.post("/settings/keys", {"next": "z"})
    assert alice.get("/settings/keys").find("//button[@value='reset']")
    alice.post("/settings/keys", {"do": "reset", "next": "y"})
    assert chosen(db, alice) == {}
    assert not alice.get("/settings/keys").find("//button[@value='reset']")


def test_a_key_that_does_something_already_is_told_beside_its_field(bob: Browser, db: Database) -> None:
    page = bob.post("/settings/keys", {"star": "r"})
    assert page.status == 400
    assert page.find("//input[@aria-invalid='true']/@name") == ["star"]
    assert "This key does “read or unread” already." in page.words
    assert page.find("//input[@name='star']/@value") == ["r"]
    assert chosen(db, bob) == {}


@pytest.mark.parametrize("wrong", ["ctrl+c", "j" * 61, "hello", " ".join("jk" * 20)])
def test_what_is_no_key_is_told_beside_its_field_and_nothing_is_kept(bob: Browser, db: Database, wrong: str) -> None:
    page = bob.post("/settings/keys", {"star": wrong, "next": "y"})
    assert page.status == 400
    assert page.find("//input[@aria-invalid='true']/@name") == ["star"]
    assert page.find("//main//input[@name='next']/@value") == ["y"]
    assert chosen(db, bob) == {}


def test_keys_are_ones_own(alice: Browser, bob: Browser, anonymous: Browser, db: Database) -> None:
    alice.post("/settings/keys", {"next": "z"})
    assert chosen(db, bob) == {}
    assert anonymous.post("/settings/keys", {"next": "z"}).status == 403
    assert chosen(db, alice) == {"next": "z"}
    assert bob.post("/settings/keys", {"do": "nonsense"}).status == 400


def test_a_key_that_was_chosen_is_not_taken_by_what_has_it_usually() -> None:
    bound = keys.bound({"refresh": "x", "help": "?"})
    assert (bound["refresh"], bound["select"], bound["help"]) == ("x", "", "?")
    assert keys.conflicts(bound) == {}
    assert keys.bound({"next": "/"})["search"] == "a"
