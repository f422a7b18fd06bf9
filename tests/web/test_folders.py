"""Folders: made, renamed, moved, removed, by their owner alone; what lies in them stays."""

import pytest
from tests.web.browsing import Browser, World

from dateline.model import User
from dateline.store import Database, sidebars, subscriptions


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def tree(db: Database, user: User) -> dict[str, str | None]:
    """Folder names → the name of the folder they lie in."""
    with db.reading() as tx:
        folders = sidebars.read(tx, user.id).folders
    by_id = {folder.id: folder.name for folder in folders}
    return {folder.name: by_id[folder.parent_id] if folder.parent_id else None for folder in folders}


def test_a_folder_is_made(alice: Browser, db: Database) -> None:
    page = alice.post("/folders", {"name": " Presse ", "parent_id": ""})
    assert page.url == "/subscriptions"
    assert "Le dossier « Presse » a été ajouté." in page.words
    assert tree(db, owner(alice)) == {"Presse": None}


def test_a_folder_is_made_in_another(alice: Browser, world: World, db: Database) -> None:
    press = world.folder(owner(alice), "Presse")
    alice.post("/folders", {"name": "Europe", "parent_id": press})
    assert tree(db, owner(alice)) == {"Presse": None, "Europe": "Presse"}


@pytest.mark.parametrize("name", ["presse", " PRESSE", "a/b", ""])
def test_a_name_that_cannot_be_used_is_told_beside_the_field(
    alice: Browser, world: World, db: Database, name: str
) -> None:
    world.folder(owner(alice), "Presse")
    page = alice.post("/folders", {"name": name, "parent_id": ""})
    assert page.status == 400
    assert page.find("//input[@name='name']")[0].get("aria-invalid") == "true"
    assert tree(db, owner(alice)) == {"Presse": None}


def test_a_folder_is_renamed_and_moved_at_once(alice: Browser, world: World, db: Database) -> None:
    press, sea = world.folder(owner(alice), "Presse"), world.folder(owner(alice), "Mer")
    page = alice.post(f"/folders/{sea}", {"name": "Océan", "parent_id": press})
    assert page.url == "/subscriptions"
    assert tree(db, owner(alice)) == {"Presse": None, "Océan": "Presse"}
    alice.post(f"/folders/{sea}", {"name": "Océan", "parent_id": ""})
    assert tree(db, owner(alice)) == {"Presse": None, "Océan": None}


def test_a_folder_is_offered_no_place_within_itself(alice: Browser, world: World, db: Database) -> None:
    press = world.folder(owner(alice), "Presse")
    europe = world.folder(owner(alice), "Europe", parent_id=press)
    north = world.folder(owner(alice), "Nord", parent_id=europe)
    world.folder(owner(alice), "Mer")
    page = alice.get(f"/folders/{press}")
    offered = [option.text_content() for option in page.find("//select[@name='parent_id']/option")]
    assert offered[1:] == ["Mer"]
    assert alice.post(f"/folders/{press}", {"name": "Presse", "parent_id": north}).status == 400
    assert tree(db, owner(alice))["Presse"] is None


def test_a_name_taken_by_another_folder_leaves_the_old_one(alice: Browser, world: World, db: Database) -> None:
    world.folder(owner(alice), "Presse")
    sea = world.folder(owner(alice), "Mer")
    page = alice.post(f"/folders/{sea}", {"name": "presse", "parent_id": ""})
    assert page.status == 400
    assert "Ce nom est déjà pris" in page.words
    assert tree(db, owner(alice)) == {"Presse": None, "Mer": None}


def test_a_removed_folder_leaves_what_lay_in_it(alice: Browser, world: World, db: Database) -> None:
    feed = world.subscribe(owner(alice), world.feed("Le Phare"))
    press = world.folder(owner(alice), "Presse", feed)
    world.folder(owner(alice), "Europe", parent_id=press)
    page = alice.post(f"/folders/{press}/remove")
    assert page.url == "/subscriptions"
    assert "Le dossier « Presse » a été supprimé." in page.words
    assert list(tree(db, owner(alice))) == ["Europe"]
    with db.reading() as tx:
        assert subscriptions.details(tx, owner(alice).id, feed).folder_ids == ()


def test_another_persons_folder_is_not_there(alice: Browser, mallory: Browser, world: World, db: Database) -> None:
    press = world.folder(owner(alice), "Presse")
    assert mallory.get(f"/folders/{press}").status == 404
    assert mallory.post(f"/folders/{press}", {"name": "Mine", "parent_id": ""}).status == 404
    assert mallory.post(f"/folders/{press}/remove").status == 404
    assert mallory.post("/folders", {"name": "Inside", "parent_id": press}).status == 404
    assert tree(db, owner(alice)) == {"Presse": None}
    assert tree(db, owner(mallory)) == {}


def test_two_people_may_have_folders_of_one_name(alice: Browser, bob: Browser, db: Database) -> None:
    for person in (alice, bob):
        person.post("/folders", {"name": "Presse", "parent_id": ""})
        assert tree(db, owner(person)) == {"Presse": None}


def test_without_a_session_nothing_happens(alice: Browser, anonymous: Browser, world: World, db: Database) -> None:
    press = world.folder(owner(alice), "Presse")
    assert anonymous.get(f"/folders/{press}", follow=False).status == 303
    for path in ("/folders", f"/folders/{press}", f"/folders/{press}/remove"):
        assert anonymous.post(path, {"name": "X", "parent_id": ""}).status == 403
    assert tree(db, owner(alice)) == {"Presse": None}


@pytest.mark.parametrize(
    "wrong",
    [{}, {"name": "X", "parent_id": "y"}, {"name": "x" * 300, "parent_id": ""}, {"name": "X", "parent_id": "-1"}],
)
def test_values_that_no_form_offers_are_refused(alice: Browser, db: Database, wrong: dict[str, str]) -> None:
    assert alice.post("/folders", wrong).status == 400
    assert tree(db, owner(alice)) == {}
