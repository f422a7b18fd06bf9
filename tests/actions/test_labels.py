"""Labels: made, renamed, merged, coloured, deleted; put on entries and taken off, and back again; each person's own."""

from datetime import datetime

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, labels, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.store import Database, streams
from dateline.store import labels as stored
from dateline.store.labels import Label


def refused(code: str) -> "pytest.RaisesExc[ActionError]":
    """The action must be refused with this code."""
    return pytest.RaisesExc(ActionError, check=lambda error: error.code == code)


def all_of(db: Database, user: User) -> list[Label]:
    with db.reading() as tx:
        return stored.all_labels(tx, user.id, counted=True)


def names_on(db: Database, user: User, entry_id: int) -> tuple[str, ...]:
    with db.reading() as tx:
        return streams.entry(tx, user.id, entry_id).labels


@pytest.fixture
def three(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Three entries of a feed that Alice reads."""
    _, feed_id = subscribed(db, cast.alice, "https://a.example/feed", now)
    found = fill(db, feed_id, ["one", "two", "three"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    return found


def test_a_label_is_made_and_listed_by_name(db: Database, cast: Cast, now: datetime) -> None:
    sea = labels.add(db, cast.alice, "  Sea ", colour="blue", now=now)
    air = labels.add(db, cast.alice, "Air", now=now)
    assert all_of(db, cast.alice) == [Label(id=air, name="Air"), Label(id=sea, name="Sea", colour="blue")]
    assert all_of(db, cast.bob) == []


def test_labels_and_folders_share_one_namespace(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.add_folder(db, cast.alice, "Press", now=now)
    label = labels.add(db, cast.alice, "Sea", now=now)
    with refused("action.name_taken"):
        labels.add(db, cast.alice, "PRESS", now=now)
    with refused("action.name_taken"):
        labels.change(db, cast.alice, label, name="press", colour="", merge=True, now=now)
    with refused("action.name_taken"):
        subscriptions.add_folder(db, cast.alice, "sea", now=now)
    labels.add(db, cast.bob, "Press", now=now)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 101, "a\nb\0"])
def test_a_name_that_cannot_be_is_refused(db: Database, cast: Cast, now: datetime, name: str) -> None:
    with refused("action.name_invalid"):
        labels.add(db, cast.alice, name, now=now)


def test_a_colour_is_one_of_the_palette(db: Database, cast: Cast, now: datetime) -> None:
    with refused("action.bad_value"):
        labels.add(db, cast.alice, "Sea", colour="url(x)", now=now)


def test_there_is_an_end_to_labels(db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MAX_LABELS", 1)
    labels.add(db, cast.alice, "One", now=now)
    with refused("action.too_large"):
        labels.add(db, cast.alice, "Two", now=now)


def test_renaming_to_another_label_is_refused_until_it_is_meant_and_merges_then(
    db: Database, cast: Cast, now: datetime, three: list[int]
) -> None:
    sea, ocean = (labels.add(db, cast.alice, name, now=now) for name in ("Sea", "Ocean"))
    labels.put(db, cast.alice, three[:2], sea, on=True, now=now)
    labels.put(db, cast.alice, three[1:], ocean, on=True, now=now)
    with refused("action.label_exists"):
        labels.change(db, cast.alice, sea, name="ocean", colour="red", now=now)
    assert labels.change(db, cast.alice, sea, name="ocean", colour="red", merge=True, now=now) == ocean
    assert [label.name for label in all_of(db, cast.alice)] == ["Ocean"]
    assert [names_on(db, cast.alice, entry) for entry in three] == [("Ocean",)] * 3


def test_a_label_keeps_what_it_stands_on_under_another_name_and_colour(
    db: Database, cast: Cast, now: datetime, three: list[int]
) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    labels.put(db, cast.alice, three[:1], sea, on=True, now=now)
    assert labels.change(db, cast.alice, sea, name="SEA", colour="teal", now=now) == sea
    assert all_of(db, cast.alice) == [Label(id=sea, name="SEA", colour="teal", unread_count=1)]
    assert names_on(db, cast.alice, three[0]) == ("SEA",)


def test_a_deleted_label_leaves_the_entries(db: Database, cast: Cast, now: datetime, three: list[int]) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    labels.put(db, cast.alice, three, sea, on=True, now=now)
    assert labels.remove(db, cast.alice, sea, now=now) == 3
    assert all_of(db, cast.alice) == []
    assert names_on(db, cast.alice, three[0]) == ()


def test_the_unread_are_counted_as_they_are_read(db: Database, cast: Cast, now: datetime, three: list[int]) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    labels.put(db, cast.alice, three, sea, on=True, now=now)
    entries.mark(db, cast.alice, three[:2], read=True, now=now)
    assert [label.unread_count for label in all_of(db, cast.alice)] == [1]


def test_putting_and_taking_a_label_can_be_undone(db: Database, cast: Cast, now: datetime, three: list[int]) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    put = labels.put(db, cast.alice, three, sea, on=True, now=now)
    assert put.count == 3
    assert put.seq is not None
    assert labels.put(db, cast.alice, three, sea, on=True, now=now).seq is None
    taken = entries.undo(db, cast.alice, put.seq, now=now)
    assert names_on(db, cast.alice, three[0]) == ()
    assert taken.seq is not None
    assert entries.undo(db, cast.alice, taken.seq, now=now).count == 3
    assert names_on(db, cast.alice, three[0]) == ("Sea",)
    labels.remove(db, cast.alice, sea, now=now)
    with pytest.raises(NotFound):
        entries.undo(db, cast.alice, put.seq, now=now)


def test_choosing_changes_what_was_offered_and_nothing_else(
    db: Database, cast: Cast, now: datetime, three: list[int]
) -> None:
    sea, air, fire = (labels.add(db, cast.alice, name, now=now) for name in ("Sea", "Air", "Fire"))
    for label in (sea, fire):
        labels.put(db, cast.alice, three[:1], label, on=True, now=now)
    chosen = labels.choose(db, cast.alice, three[0], wanted=[air], offered=[sea, air], new_name=" Earth ", now=now)
    assert names_on(db, cast.alice, three[0]) == ("Air", "Earth", "Fire")
    assert chosen.label_ids >= {air, fire}
    assert len(chosen.deeds) == 3
    again = labels.choose(db, cast.alice, three[0], wanted=[], offered=[], new_name="AIR", now=now)
    assert again.deeds == ()


def test_a_label_that_is_unticked_and_typed_at_once_stays(
    db: Database, cast: Cast, now: datetime, three: list[int]
) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    labels.put(db, cast.alice, three[:1], sea, on=True, now=now)
    chosen = labels.choose(db, cast.alice, three[0], wanted=[], offered=[sea], new_name="sea", now=now)
    assert chosen.label_ids == {sea}
    assert names_on(db, cast.alice, three[0]) == ("Sea",)


def test_a_new_label_with_the_name_of_a_folder_is_refused_whole(
    db: Database, cast: Cast, now: datetime, three: list[int]
) -> None:
    subscriptions.add_folder(db, cast.alice, "Press", now=now)
    sea = labels.add(db, cast.alice, "Sea", now=now)
    with refused("action.name_taken"):
        labels.choose(db, cast.alice, three[0], wanted=[sea], offered=[sea], new_name="press", now=now)
    assert names_on(db, cast.alice, three[0]) == ()


def test_nobody_touches_what_is_somebody_elses(db: Database, cast: Cast, now: datetime, three: list[int]) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    theirs = labels.add(db, cast.mallory, "Mine", now=now)
    for tried in (
        lambda: labels.change(db, cast.mallory, sea, name="X", colour="", now=now),
        lambda: labels.remove(db, cast.mallory, sea, now=now),
        lambda: labels.put(db, cast.mallory, three, theirs, on=True, now=now),
        lambda: labels.put(db, cast.alice, three, theirs, on=True, now=now),
        lambda: labels.choose(db, cast.mallory, three[0], wanted=[theirs], offered=[], now=now),
        lambda: labels.choose(db, cast.alice, three[0], wanted=[theirs], offered=[theirs], now=now),
    ):
        with pytest.raises(NotFound):
            tried()
    assert [label.name for label in all_of(db, cast.alice)] == ["Sea"]
    assert names_on(db, cast.alice, three[0]) == ()
