"""Labels: their pages and their menu, without scripts, by their owner alone."""

from typing import Any

import pytest
from tests.web.browsing import Browser, World

from dateline.actions import labels as actions
from dateline.model import User
from dateline.store import Database, labels, streams
from dateline.store.labels import Label


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def all_of(db: Database, browser: Browser) -> list[Label]:
    with db.reading() as tx:
        return labels.all_labels(tx, owner(browser).id)


def names_on(db: Database, browser: Browser, entry_id: int) -> tuple[str, ...]:
    with db.reading() as tx:
        return streams.entry(tx, owner(browser).id, entry_id).labels


@pytest.fixture
def entry(alice: Browser, world: World) -> int:
    """An unread entry of a feed that Alice reads."""
    feed = world.feed("Le Phare")
    (entry_id,) = world.entries(feed, "Marée")
    world.subscribe(owner(alice), feed)
    return entry_id


def make(db: Database, browser: Browser, name: str, world: World, *entries: int, colour: str = "") -> int:
    label = actions.add(db, owner(browser), name, colour=colour, now=world.clock())
    if entries:
        actions.put(db, owner(browser), entries, label, on=True, now=world.clock())
    return label


def test_a_label_is_made_with_a_colour(alice: Browser, db: Database) -> None:
    page = alice.post("/labels", {"name": " Mer ", "colour": "teal"})
    assert page.url == "/labels"
    assert "L’étiquette « Mer » a été ajoutée." in page.words.replace("\u00a0", " ")
    assert [(label.name, label.colour) for label in all_of(db, alice)] == [("Mer", "teal")]


def test_a_name_that_a_folder_has_is_told_beside_the_field(alice: Browser, db: Database, world: World) -> None:
    world.folder(owner(alice), "Presse")
    page = alice.post("/labels", {"name": "presse", "colour": "red"})
    assert page.status == 400
    assert page.find("//input[@name='name']")[0].get("aria-invalid") == "true"
    assert page.find("//input[@name='colour'][@checked]")[0].get("value") == "red"
    assert all_of(db, alice) == []


def test_labels_stand_in_the_sidebar_with_what_is_unread(
    alice: Browser, db: Database, world: World, entry: int
) -> None:
    label = make(db, alice, "Mer", world, entry, colour="blue")
    page = alice.get("/")
    (link,) = page.find(f"//nav[@id='sidebar']//a[@href='/label/{label}']")
    assert " ".join(link.text_content().split()) == "Mer1"
    assert link.find_class("label-mark")[0].get("data-colour") == "blue"


def test_a_label_has_a_stream_and_stands_at_its_articles(
    alice: Browser, db: Database, world: World, entry: int
) -> None:
    label = make(db, alice, "Mer", world, entry)
    page = alice.get(f"/label/{label}")
    assert page.status == 200
    assert "Marée" in page.words
    (item,) = page.find(f"//article//ul[@class='entry-labels']/li[@data-label-id='{label}']")
    assert item.text_content().strip() == "Mer"
    assert len(page.find("//details[@id='labels']")) == 1, "one menu a page"


def test_the_articles_own_page_ticks_what_it_has_and_takes_what_is_chosen(
    alice: Browser, db: Database, world: World, entry: int
) -> None:
    sea, air = make(db, alice, "Mer", world, entry), make(db, alice, "Air", world)
    page = alice.get(f"/entry/{entry}")
    boxes = page.find("//ul[@class='label-ticks']//input[@name='label']")
    assert {box.get("value"): box.get("checked") is not None for box in boxes} == {str(sea): True, str(air): False}
    offered = [("offered", sea), ("offered", air)]
    sent = [("id", entry), ("next", f"/entry/{entry}"), *offered, ("label", air), ("new_label", "Terre")]
    after = alice.post("/entries/labels", sent)
    assert after.url == f"/entry/{entry}#entry-{entry}"
    assert names_on(db, alice, entry) == ("Air", "Terre")


def test_a_behaviour_is_told_the_labels_and_the_counts(alice: Browser, db: Database, world: World, entry: int) -> None:
    sea = make(db, alice, "Mer", world, colour="blue")
    answer: Any = alice.post("/entries/labels", {"id": entry, "label": sea, "offered": sea}, json=True).json
    assert answer["labels"] == [{"id": sea, "name": "Mer", "colour": "blue"}]
    assert answer["unread"]["labels"] == {str(sea): 1}
    alice.post("/undo", {"seq": answer["undo"]})
    assert names_on(db, alice, entry) == ()


def test_renaming_to_another_label_asks_before_it_merges(
    alice: Browser, db: Database, world: World, entry: int
) -> None:
    sea, ocean = make(db, alice, "Mer", world, entry), make(db, alice, "Océan", world)
    page = alice.post(f"/labels/{sea}", {"do": "save", "name": "océan", "colour": ""})
    assert page.status == 409
    assert "Il y a déjà une étiquette « Océan »" in page.words.replace("\u00a0", " ")
    assert len(all_of(db, alice)) == 2
    after = alice.post(f"/labels/{sea}", {"do": "merge", "name": "océan", "colour": ""})
    assert after.url == "/labels"
    assert [label.id for label in all_of(db, alice)] == [ocean]
    assert names_on(db, alice, entry) == ("Océan",)


def test_a_label_is_renamed_coloured_and_deleted(alice: Browser, db: Database, world: World, entry: int) -> None:
    sea = make(db, alice, "Mer", world, entry)
    alice.post(f"/labels/{sea}", {"do": "save", "name": "Mers", "colour": "green"})
    assert [(label.name, label.colour) for label in all_of(db, alice)] == [("Mers", "green")]
    assert "1 article" in alice.get(f"/labels/{sea}").words
    page = alice.post(f"/labels/{sea}", {"do": "remove"})
    assert page.url == "/labels"
    assert all_of(db, alice) == []
    assert alice.get(f"/entry/{entry}").status == 200


def test_what_has_ones_label_stays_readable_after_unsubscribing(
    alice: Browser, db: Database, world: World, entry: int
) -> None:
    label = make(db, alice, "Mer", world, entry)
    alice.post("/subscriptions/1/remove")
    assert "Marée" in alice.get(f"/label/{label}").words


def test_another_persons_label_is_not_there(
    alice: Browser, mallory: Browser, db: Database, world: World, entry: int
) -> None:
    sea = make(db, alice, "Mer", world, entry)
    own = make(db, mallory, "Mine", world)
    assert mallory.get(f"/label/{sea}").status == 404
    assert mallory.get(f"/labels/{sea}").status == 404
    assert mallory.post(f"/labels/{sea}", {"do": "remove"}).status == 404
    assert mallory.post("/entries/labels", {"id": entry, "label": own}).status == 404
    assert alice.post("/entries/labels", {"id": entry, "label": own}).status == 404
    assert names_on(db, alice, entry) == ("Mer",)


def test_visitors_see_no_labels(alice: Browser, anonymous: Browser, db: Database, world: World, entry: int) -> None:
    label = make(db, alice, "Mer", world, entry)
    world.change(owner(alice), open_to_visitors=True)
    for browser in (anonymous, alice):
        for path in ("/@alice/", f"/@alice/entry/{entry}"):
            page = browser.get(path)
            assert "Marée" in page.words
            assert "Mer " not in page.words
            assert page.find("//details[@id='labels']") == []
    assert anonymous.get(f"/@alice/label/{label}").status == 404


def test_without_a_session_nothing_happens(
    alice: Browser, anonymous: Browser, db: Database, world: World, entry: int
) -> None:
    sea = make(db, alice, "Mer", world)
    for path in ("/labels", f"/labels/{sea}", f"/label/{sea}"):
        assert anonymous.get(path, follow=False).status == 303
    for path in ("/labels", f"/labels/{sea}", "/entries/labels"):
        assert anonymous.post(path, {"name": "X", "do": "remove", "id": entry, "label": sea}).status == 403
    assert [label.name for label in all_of(db, alice)] == ["Mer"]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"id": "x"}, {"id": "1", "label": "y"}, {"id": "1", "new_label": "x" * 300}, {"id": "1", "new_label": "a/b"}],
)
def test_values_that_no_form_offers_are_refused(
    alice: Browser, db: Database, entry: int, wrong: dict[str, str]
) -> None:
    assert alice.post("/entries/labels", wrong).status == 400
    assert names_on(db, alice, entry) == ()


def test_odd_colours_and_deeds_are_refused(alice: Browser, db: Database, world: World) -> None:
    sea = make(db, alice, "Mer", world)
    assert alice.post("/labels", {"name": "X", "colour": "beige"}).status == 400
    assert alice.post(f"/labels/{sea}", {"do": "explode", "name": "X"}).status == 400
    assert [label.name for label in all_of(db, alice)] == ["Mer"]
