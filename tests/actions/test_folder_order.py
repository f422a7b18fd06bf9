"""The order of folders: put, stepped, by name again, taken back; by their owner alone; carried by OPML."""

from collections.abc import Callable
from datetime import datetime

import pytest
from tests.people import Cast

from dateline.actions import arranging, exporting, folder_order, opml, subscriptions
from dateline.actions.entries import Done
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.preferences import Display
from dateline.store import Database, displays, sidebars
from dateline.store import folder_order as stored
from dateline.store.write import transaction

Add = Callable[..., int]


@pytest.fixture
def add(db: Database, cast: Cast, now: datetime) -> Add:
    """Makes folders of Alice's."""

    def added(name: str, parent_id: int | None = None) -> int:
        return subscriptions.add_folder(db, cast.alice, name, parent_id=parent_id, now=now)

    return added


def order(db: Database, user: User, parent_id: int | None = None) -> list[str]:
    """The names of what lies there, as the sidebar lists them."""
    with db.reading() as tx:
        return [folder.name for folder in sidebars.read(tx, user.id).folders if folder.parent_id == parent_id]


def test_folders_stand_by_name_until_somebody_puts_one(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    press, _, art = add("Press"), add("élan"), add("Art")
    assert order(db, cast.alice) == ["Art", "élan", "Press"]
    assert folder_order.place(db, cast.alice, press, beside=art, after=False, now=now).count == 3
    assert order(db, cast.alice) == ["Press", "Art", "élan"]
    add("Aaa")  # what is new comes last
    assert order(db, cast.alice) == ["Press", "Art", "élan", "Aaa"]
    assert folder_order.by_name(db, cast.alice, now=now).count == 4
    assert order(db, cast.alice) == ["Aaa", "Art", "élan", "Press"]
    assert folder_order.by_name(db, cast.alice, now=now).seq is None


def test_one_step_up_or_down_ends_at_the_ends(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    a, _, c = add("A"), add("B"), add("C")
    assert folder_order.step(db, cast.alice, c, down=False, now=now).count > 0
    assert order(db, cast.alice) == ["A", "C", "B"]
    folder_order.step(db, cast.alice, c, down=False, now=now)
    assert folder_order.step(db, cast.alice, c, down=False, now=now).seq is None
    assert order(db, cast.alice) == ["C", "A", "B"]
    for _ in range(3):
        folder_order.step(db, cast.alice, a, down=True, now=now)
    assert order(db, cast.alice) == ["C", "B", "A"]


def test_beside_a_folder_elsewhere_it_goes_there(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    press, sea = add("Press"), add("Sea")
    europe, asia = add("Europe", press), add("Asia", press)
    done = folder_order.place(db, cast.alice, sea, beside=asia, after=True, now=now)
    assert (order(db, cast.alice), order(db, cast.alice, press)) == (["Press"], ["Asia", "Sea", "Europe"])
    folder_order.place(db, cast.alice, europe, beside=press, after=False, now=now)
    assert (order(db, cast.alice), order(db, cast.alice, press)) == (["Europe", "Press"], ["Asia", "Sea"])
    assert done.seq is not None


def test_what_is_moved_into_a_folder_stands_last_there_or_by_name(
    db: Database, cast: Cast, add: Add, now: datetime
) -> None:
    press, sea, air = add("Press"), add("Sea"), add("Air")
    europe, asia = add("Europe", press), add("Asia", press)
    subscriptions.move_folder(db, cast.alice, sea, press, now=now)
    assert order(db, cast.alice, press) == ["Asia", "Europe", "Sea"]
    folder_order.place(db, cast.alice, europe, beside=asia, after=False, now=now)
    subscriptions.move_folder(db, cast.alice, air, press, now=now)
    assert order(db, cast.alice, press) == ["Europe", "Asia", "Sea", "Air"]


@pytest.mark.parametrize("is_arranged", [True, False])
def test_what_lay_in_a_removed_folder_stands_where_it_stood(
    db: Database, cast: Cast, add: Add, now: datetime, is_arranged: bool
) -> None:
    sea, press, air = add("Sea"), add("Press"), add("Air")
    europe, asia = add("Europe", press), add("Asia", press)
    folder_order.place(db, cast.alice, europe, beside=asia, after=False, now=now)
    if is_arranged:
        folder_order.place(db, cast.alice, sea, beside=air, after=False, now=now)
        folder_order.place(db, cast.alice, press, beside=sea, after=True, now=now)
    subscriptions.remove_folder(db, cast.alice, press, now=now)
    assert order(db, cast.alice) == (
        ["Sea", "Europe", "Asia", "Air"] if is_arranged else ["Air", "Asia", "Europe", "Sea"]
    )


def test_every_change_is_taken_back(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    press, sea, air = add("Press"), add("Sea"), add("Air")
    europe = add("Europe", press)

    def now_so() -> list[stored.Stood]:
        with db.reading() as tx:
            return stored.snapshot(tx, cast.alice.id)

    deeds: tuple[Callable[[], Done], ...] = (
        lambda: folder_order.place(db, cast.alice, sea, beside=air, after=False, now=now),
        lambda: folder_order.place(db, cast.alice, air, beside=europe, after=True, now=now),
        lambda: folder_order.step(db, cast.alice, press, down=False, now=now),
        lambda: folder_order.by_name(db, cast.alice, now=now),
    )
    for deed in deeds:
        before = now_so()
        done = deed()
        assert done.seq is not None
        after = now_so()
        assert after != before
        assert arranging.what_of(db, cast.alice, done.seq) == "folders"
        with pytest.raises(NotFound):
            arranging.undo(db, cast.mallory, done.seq, now=now)
        arranging.undo(db, cast.alice, done.seq, now=now)
        assert now_so() == before
        deed()


def test_taking_back_passes_over_what_is_gone_and_never_makes_a_circle(
    db: Database, cast: Cast, add: Add, now: datetime
) -> None:
    press, sea, _ = add("Press"), add("Sea"), add("Air")
    inside = add("Inside", press)
    folder_order.place(db, cast.alice, sea, beside=press, after=True, now=now)
    done = folder_order.place(db, cast.alice, inside, beside=sea, after=True, now=now)  # out of Press
    subscriptions.move_folder(db, cast.alice, press, inside, now=now)  # and Press into it
    assert done.seq is not None
    assert arranging.undo(db, cast.alice, done.seq, now=now).count == 0
    assert order(db, cast.alice, inside) == ["Press"]
    subscriptions.remove_folder(db, cast.alice, press, now=now)
    subscriptions.remove_folder(db, cast.alice, sea, now=now)
    arranging.undo(db, cast.alice, done.seq, now=now)
    assert sorted(order(db, cast.alice)) == ["Air", "Inside"]


def test_taking_back_never_makes_folders_lie_deeper_than_they_may(
    db: Database, cast: Cast, add: Add, now: datetime
) -> None:
    top, deepest = add("Top"), None
    for number in range(subscriptions.MAX_DEPTH - 1):
        deepest = add(f"Level {number}", deepest)
    moved = add("Moved", deepest)
    done = folder_order.place(db, cast.alice, moved, beside=top, after=True, now=now)
    add("Below", moved)
    assert done.seq is not None
    assert arranging.undo(db, cast.alice, done.seq, now=now).count == 0
    assert order(db, cast.alice, moved) == ["Below"]
    assert "Moved" in order(db, cast.alice)


def test_no_folder_stands_beside_itself_or_in_itself(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    press = add("Press")
    inside = add("Inside", press)
    for beside in (press, inside):
        with pytest.raises(ActionError) as caught:
            folder_order.place(db, cast.alice, press, beside=beside, after=True, now=now)
        assert caught.value.code == "action.bad_value"
    assert (order(db, cast.alice), order(db, cast.alice, press)) == (["Press"], ["Inside"])


def test_nobody_orders_somebody_elses_folders(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    a, b = add("A"), add("B")
    own = subscriptions.add_folder(db, cast.mallory, "Own", now=now)
    for folder, beside in ((a, b), (a, own), (own, a), (0, own), (own, 2**70)):
        with pytest.raises(NotFound):
            folder_order.place(db, cast.mallory, folder, beside=beside, after=True, now=now)
    with pytest.raises(NotFound):
        folder_order.step(db, cast.mallory, a, down=True, now=now)
    folder_order.place(db, cast.alice, b, beside=a, after=False, now=now)
    assert folder_order.by_name(db, cast.mallory, now=now).seq is None
    assert order(db, cast.alice) == ["B", "A"]


def test_of_two_folders_the_first_in_order_says_how_a_feed_is_shown(
    db: Database, cast: Cast, add: Add, now: datetime
) -> None:
    a, b = add("A"), add("B")
    feed = subscriptions.subscribe(db, cast.alice, "https://a.example/feed", now=now)
    with transaction(db) as tx:
        for folder_id, display in ((a, Display(view="cards")), (b, Display(view="reader"))):
            tx.run("INSERT INTO subscription_folder VALUES (:feed, :folder)", feed=feed, folder=folder_id)
            displays.keep(tx, cast.alice.id, "folder", folder_id, display)

    def view() -> str:
        with db.reading() as tx:
            return displays.arrangement(tx, cast.alice, "feed", feed).view

    assert view() == "cards"
    folder_order.step(db, cast.alice, b, down=False, now=now)
    assert view() == "reader"


# ------------------------------------------------------------------------------------------------ OPML


def test_the_order_leaves_and_comes_back_as_the_order_of_the_file(
    db: Database, cast: Cast, add: Add, now: datetime
) -> None:
    press, sea, air = add("Press"), add("Sea"), add("Air")
    for name in ("Europe", "Asia", "Arctic"):
        add(name, press)
    feed = subscriptions.subscribe(db, cast.alice, "https://a.example/feed", now=now)
    subscriptions.edit(db, cast.alice, feed, folder_ids=[air, press], now=now)
    folder_order.place(db, cast.alice, sea, beside=air, after=False, now=now)
    with db.reading() as tx:
        inner = {one.name: one.id for one in stored.siblings(tx, cast.alice.id, press)}
    folder_order.step(db, cast.alice, inner["Europe"], down=False, now=now)
    exported = exporting.export_opml(db, cast.alice, now=now)
    opml.import_opml(db, cast.bob, exported, now=now)
    assert order(db, cast.bob) == order(db, cast.alice) == ["Sea", "Air", "Press"]
    with db.reading() as tx:
        theirs = next(one.id for one in sidebars.read(tx, cast.bob.id).folders if one.name == "Press")
    assert order(db, cast.bob, theirs) == order(db, cast.alice, press) == ["Arctic", "Europe", "Asia"]


def outlines(*names: str) -> bytes:
    inside = "".join(
        f'<outline text="{name}"><outline type="rss" text="x" xmlUrl="https://{place}.example/{name}"/></outline>'
        for place, name in enumerate(names)
    )
    return f'<opml version="2.0"><body>{inside}</body></opml>'.encode()


def test_a_file_in_order_of_name_leaves_the_folders_by_name(db: Database, cast: Cast, now: datetime) -> None:
    opml.import_opml(db, cast.alice, outlines("Air", "Sea"), now=now)
    subscriptions.add_folder(db, cast.alice, "Press", now=now)
    assert order(db, cast.alice) == ["Air", "Press", "Sea"]


def test_folders_of_a_file_come_after_those_that_were_put(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    a, b = add("A"), add("B")
    folder_order.place(db, cast.alice, b, beside=a, after=False, now=now)
    opml.import_opml(db, cast.alice, outlines("Sea", "A", "Air"), now=now)
    assert order(db, cast.alice) == ["B", "A", "Sea", "Air"]


def test_among_folders_by_name_those_of_a_file_stand_by_name(db: Database, cast: Cast, add: Add, now: datetime) -> None:
    add("B")
    opml.import_opml(db, cast.alice, outlines("Sea", "Air"), now=now)
    assert order(db, cast.alice) == ["Air", "B", "Sea"]
