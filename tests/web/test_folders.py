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


def test_one_step_up_or_down_leads_back_to_the_button(alice: Browser, world: World, db: Database) -> None:
    air, press, sea = (world.folder(owner(alice), name) for name in ("Air", "Presse", "Mer"))
    page = alice.get("/subscriptions")
    assert [line.get("disabled") for line in page.find("//form[@class='steps']/button")] == [
        *("disabled", None),
        *(None, None),
        *(None, "disabled"),
    ]
    assert "by-name" not in page.text

    def step(folder: int, do: str) -> str:
        answer = alice.post(f"/folders/{folder}/place", {"do": do}, follow=False)
        return answer.header("location") or ""

    assert step(press, "up") == f"/subscriptions#up-{press}"
    assert list(tree(db, owner(alice))) == ["Air", "Presse", "Mer"]
    assert step(press, "up") == f"/subscriptions#down-{press}"  # none above it any more
    assert list(tree(db, owner(alice))) == ["Presse", "Air", "Mer"]
    assert step(air, "down") == f"/subscriptions#up-{air}"
    assert step(sea, "down") == f"/subscriptions#up-{sea}"
    page = alice.post("/folders/all/by-name")
    assert "Tous les dossiers sont rangés par nom." in page.words
    assert list(tree(db, owner(alice))) == ["Air", "Mer", "Presse"]
    undo = page.find("//form[@class='notice-undo']//input[@name='seq']")[0].get("value")
    assert "Annulé. Les dossiers" in alice.post("/undo", {"seq": undo, "next": "/subscriptions"}).words
    assert list(tree(db, owner(alice))) == ["Presse", "Air", "Mer"]


def test_a_folder_is_put_beside_another_and_that_is_undone(alice: Browser, world: World, db: Database) -> None:
    press, sea = world.folder(owner(alice), "Presse"), world.folder(owner(alice), "Mer")
    inside = world.folder(owner(alice), "Europe", parent_id=press)
    page = alice.post(f"/folders/{sea}/place", {"do": "after", "beside": inside, "next": "/all"})
    assert page.url == "/all"
    assert "« Mer » est maintenant ailleurs." in page.words
    assert tree(db, owner(alice)) == {"Presse": None, "Europe": "Presse", "Mer": "Presse"}
    undo = page.find("//form[@class='notice-undo']//input[@name='seq']")[0].get("value")
    alice.post("/undo", {"seq": undo})
    assert tree(db, owner(alice)) == {"Mer": None, "Presse": None, "Europe": "Presse"}
    assert alice.post(f"/folders/{press}/place", {"do": "before", "beside": inside}).status == 400


def test_the_page_of_a_folder_says_where_it_stands_and_puts_it_elsewhere(
    alice: Browser, world: World, db: Database
) -> None:
    _, press, sea = (world.folder(owner(alice), name) for name in ("Air", "Presse", "Mer"))

    def offered() -> list[tuple[str, bool]]:
        options = alice.get(f"/folders/{press}").find("//select[@name='above']/option")
        return [(" ".join(option.text_content().split()), option.get("selected") is not None) for option in options]

    fields = {"name": "Presse", "parent_id": ""}
    assert offered() == [("En premier", False), ("Sous « Air »", False), ("Sous « Mer »", True)]
    alice.post(f"/folders/{press}", {**fields, "above": "first"})
    assert list(tree(db, owner(alice))) == ["Presse", "Air", "Mer"]
    assert offered()[0] == ("En premier", True)
    alice.post(f"/folders/{press}", {**fields, "above": sea})
    assert list(tree(db, owner(alice))) == ["Air", "Mer", "Presse"]
    alice.post("/folders/all/by-name", {})
    alice.post(f"/folders/{press}", {"name": "Aa", "parent_id": "", "above": sea})  # as the page had it: only renamed
    assert list(tree(db, owner(alice))) == ["Aa", "Air", "Mer"]
    alice.post(f"/folders/{press}", {**fields, "above": "first"})
    assert list(tree(db, owner(alice))) == ["Air", "Mer", "Presse"]
    for wrong in (press, 999, "x", "0", "-1"):
        assert alice.post(f"/folders/{press}", {**fields, "above": wrong}).status in (400, 404)
    assert list(tree(db, owner(alice))) == ["Air", "Mer", "Presse"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"do": "left"}, {"do": "before"}, {"do": "before", "beside": "x"}, {"do": "after", "beside": "0"}],
)
def test_a_place_that_cannot_be_is_refused(alice: Browser, world: World, db: Database, fields: dict[str, str]) -> None:
    press = world.folder(owner(alice), "Presse")
    world.folder(owner(alice), "Mer")
    assert alice.post(f"/folders/{press}/place", fields).status in (400, 404)
    assert list(tree(db, owner(alice))) == ["Mer", "Presse"]


def test_everything_that_lists_folders_follows_their_order(alice: Browser, world: World, db: Database) -> None:
    feeds = {name: world.subscribe(owner(alice), world.feed(f"Feed of {name}")) for name in ("Air", "Mer", "Presse")}
    for feed in feeds.values():
        with db.reading() as tx:
            world.entries(subscriptions.feed_of(tx, owner(alice).id, feed), "Nouvelle")
    folders = {name: world.folder(owner(alice), name, feed) for name, feed in feeds.items()}
    alice.post(f"/folders/{folders['Presse']}/place", {"do": "before", "beside": folders["Air"]})
    alice.post(f"/folders/{folders['Mer']}/place", {"do": "before", "beside": folders["Air"]})
    wanted = ["Presse", "Mer", "Air"]

    def names(path: str, where: str) -> list[str]:
        return [found.text_content().strip() for found in alice.get(path).find(where)]

    assert names("/", "//a[contains(@class, 'folder-link')]/span[@class='name']") == wanted
    assert names("/?view=global", "//section[contains(@class, 'board-box')]/h2/a") == wanted
    assert names("/subscriptions", "//ul[@class='folder-list']/li/a/span") == wanted
    assert names("/subscriptions?sort=folder", "//td[contains(@class, 'feed-cell')]/a/span") == [
        f"Feed of {name}" for name in wanted
    ]
    assert names(f"/subscriptions/{feeds['Air']}", "//input[@name='folder_ids']/following-sibling::label") == wanted
    assert names("/subscriptions/add", "//select[@name='folder_id']/option")[1:] in (wanted, [])
    world.put(feeds["Air"], *folders.values())
    cells = alice.get("/subscriptions").find("//td[contains(@class, 'roomy')]")
    assert "Presse, Mer, Air" in [cell.text_content() for cell in cells]
    page = alice.get(f"/folder/{folders['Presse']}")
    fields = {field.get("name"): field.get("value") or "" for field in page.find("//form[@class='mark-all']//input")}
    answer = alice.post("/entries/read-all", fields, follow=False)
    assert answer.header("location") == f"/folder/{folders['Mer']}"


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
