"""The page of a folder's list: set, seen, checked, given up, by its owner alone."""

import pytest
from tests.web.browsing import Browser, World

from dateline.model import User
from dateline.store import Database, followed
from dateline.store.write import transaction

URL = "https://lists.example/all.opml"


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def folder(alice: Browser, world: World) -> int:
    return world.folder(owner(alice), "Presse")


def address(db: Database, folder_id: int) -> str | None:
    with db.reading() as tx:
        found = followed.of_folder(tx, folder_id)
    return found.url if found else None


def test_a_list_is_set_and_its_state_is_shown(alice: Browser, folder: int, db: Database) -> None:
    assert "Une liste à suivre" in alice.get(f"/folders/{folder}").words
    page = alice.post(f"/folders/{folder}/list", {"url": f" {URL} "})
    assert (page.url, address(db, folder)) == (f"/folders/{folder}/list", URL)
    assert "Enregistré." in page.words
    assert page.find("//input[@name='url']/@value") == [URL]
    assert "dès que possible" in page.words


def test_a_failure_is_told_in_words(alice: Browser, folder: int, db: Database, world: World) -> None:
    alice.post(f"/folders/{folder}/list", {"url": URL})
    with transaction(db) as tx:
        followed.fail(
            tx, folder, code="parse.opml_damaged", detail="<b>line 3", now=world.clock(), next_at=world.clock()
        )
    page = alice.get(f"/folders/{folder}/list")
    assert "La liste est endommagée" in page.words
    assert "<b>line 3" in page.words
    assert "rien n’a été changé" in page.words


def test_it_is_given_up(alice: Browser, folder: int, db: Database) -> None:
    alice.post(f"/folders/{folder}/list", {"url": URL})
    assert alice.post(f"/folders/{folder}/list", {"do": "stop"}).status == 200
    assert address(db, folder) is None
    assert alice.post(f"/folders/{folder}/list", {"do": "stop"}).status == 404


def test_it_is_checked_soon(alice: Browser, folder: int) -> None:
    alice.post(f"/folders/{folder}/list", {"url": URL})
    assert "demandée dans un instant" in alice.post(f"/folders/{folder}/list", {"do": "check"}).words


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://me:secret@lists.example/", "x" * 7_000])
def test_what_cannot_be_followed_is_told_beside_the_field(alice: Browser, folder: int, db: Database, url: str) -> None:
    page = alice.post(f"/folders/{folder}/list", {"url": url})
    assert page.status == 400
    assert page.find("//input[@name='url']")[0].get("aria-invalid") == "true"
    assert address(db, folder) is None


def test_nonsense_is_refused(alice: Browser, folder: int, db: Database) -> None:
    assert alice.post(f"/folders/{folder}/list", {"do": "explode"}).status == 400
    assert alice.post(f"/folders/{folder}/list", {}).status == 400
    assert address(db, folder) is None
