"""What a person does with entries: every deed, its history, its undoing, its limits, and other people's entries."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import entries, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import Stream, StreamKind, User
from dateline.refresh import deliver
from dateline.refresh.tidy import tidy
from dateline.store import Database, history, streams
from dateline.store.write import transaction


@pytest.fixture
def ids(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Three unread entries of a feed that Alice subscribes to."""
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    found = fill(db, feed, ["one", "two", "three"], now)
    deliver.catch_up(db, cast.alice.id)
    return found


def unread(db: Database, user: User) -> set[int]:
    with db.reading() as tx:
        return set(tx.column("SELECT entry_id FROM unread WHERE user_id = :user", user=user.id))


def starred(db: Database, user: User) -> set[int]:
    with db.reading() as tx:
        return set(tx.column("SELECT entry_id FROM star WHERE user_id = :user", user=user.id))


def done(db: Database, user: User) -> list[tuple[str, list[int]]]:
    with db.reading() as tx:
        return [(deed.action, deed.entry_ids) for deed in history.deeds(tx, user.id)]


def test_each_deed_is_one_row_of_the_history_with_what_it_changed(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    alice = cast.alice
    entries.mark(db, alice, ids[:2], read=True, now=now)
    entries.mark(db, alice, ids, read=True, now=now)  # one of them was unread still
    entries.mark(db, alice, ids, read=True, now=now)  # nothing changes: no row
    entries.mark(db, alice, ids[1:], read=False, now=now)
    entries.star(db, alice, ids, starred=True, now=now)
    entries.star(db, alice, ids[:1], starred=False, now=now)
    entries.mark_all_read(db, alice, Stream(), up_to=ids[-1], now=now)
    assert done(db, alice) == [
        ("read", ids[:2]),
        ("read", ids[2:]),
        ("unread", ids[1:]),
        ("star", ids),
        ("unstar", ids[:1]),
        ("mark_all", ids[1:]),
    ]
    assert done(db, cast.bob) == []


def test_every_deed_can_be_undone(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    alice = cast.alice

    def undone(done: entries.Done) -> int:
        assert done.seq is not None
        return entries.undo(db, alice, done.seq, now=now).count

    entries.mark(db, alice, ids[:1], read=True, now=now)
    assert undone(entries.mark(db, alice, ids, read=True, now=now)) == 2
    assert unread(db, alice) == set(ids[1:])  # what was read before stays so
    assert undone(entries.mark(db, alice, ids, read=False, now=now)) == 3  # two were unread already, though not by hand
    assert unread(db, alice) == set(ids[1:])
    assert undone(entries.mark_all_read(db, alice, Stream(), up_to=ids[-1], now=now)) == 2
    assert unread(db, alice) == set(ids[1:])
    assert undone(entries.star(db, alice, ids[:2], starred=True, now=now)) == 2
    assert starred(db, alice) == set()
    entries.star(db, alice, ids, starred=True, now=now)
    assert undone(entries.star(db, alice, ids[1:], starred=False, now=now)) == 2
    assert starred(db, alice) == set(ids)


def test_undoing_an_undo_does_it_again(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    done = entries.mark(db, cast.alice, ids, read=True, now=now)
    assert done.seq is not None
    undone = entries.undo(db, cast.alice, done.seq, now=now)
    assert undone.seq is not None
    assert unread(db, cast.alice) == set(ids)
    entries.undo(db, cast.alice, undone.seq, now=now)
    assert unread(db, cast.alice) == set()


def test_a_deed_of_a_feed_that_was_left_brings_nothing_back(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    done = entries.mark(db, cast.alice, ids, read=True, now=now)
    with db.reading() as tx:
        own = tx.value("SELECT id FROM subscription")
    subscriptions.unsubscribe(db, cast.alice, own, now=now)
    assert done.seq is not None
    assert entries.undo(db, cast.alice, done.seq, now=now) == entries.Done(count=0, seq=None)
    assert unread(db, cast.alice) == set()


def test_a_starred_entry_of_a_feed_that_was_left_cannot_become_unread(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    entries.star(db, cast.alice, ids[:1], starred=True, now=now)
    with db.reading() as tx:
        own = tx.value("SELECT id FROM subscription")
    subscriptions.unsubscribe(db, cast.alice, own, now=now)
    assert entries.mark(db, cast.alice, ids[:1], read=False, now=now).count == 0
    assert entries.star(db, cast.alice, ids[:1], starred=False, now=now).count == 1


def test_what_waits_for_delivery_is_marked_with_nothing_lost(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    with db.reading() as tx:
        feed = tx.value("SELECT id FROM feed")
    late = fill(db, feed, ["late"], now)
    assert entries.mark(db, cast.alice, late, read=False, now=now).count == 0
    deliver.catch_up(db, cast.alice.id)
    assert unread(db, cast.alice) == {*ids, *late}
    with db.reading() as tx:
        assert tx.value("SELECT unread_count FROM subscription") == 4


# ------------------------------------------------------------------------------------------------ bad input


def test_ids_that_are_no_entries_are_not_found(db: Database, cast: Cast, now: datetime) -> None:
    for wrong in (0, -1, 999_999, 2**63, 2**80, -(2**70)):
        for yes in (True, False):
            with pytest.raises(NotFound):
                entries.mark(db, cast.alice, [wrong], read=yes, now=now)
            with pytest.raises(NotFound):
                entries.star(db, cast.alice, [wrong, wrong], starred=yes, now=now)
        with pytest.raises(NotFound):
            entries.undo(db, cast.alice, wrong, now=now)


def test_wrong_ids_among_right_ones_are_passed_over(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    assert entries.mark(db, cast.alice, [0, *ids, 2**70, ids[0], -5], read=True, now=now).count == 3
    assert entries.star(db, cast.alice, [ids[0], ids[0], 999_999], starred=True, now=now).count == 1


def test_no_ids_are_no_deed(db: Database, cast: Cast, now: datetime) -> None:
    assert entries.mark(db, cast.alice, [], read=True, now=now) == entries.Done(count=0, seq=None)
    assert done(db, cast.alice) == []


def test_ten_thousand_at_once_are_the_most(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    many = [*ids, *range(100, 100 + 10_000 - len(ids))]
    assert entries.mark(db, cast.alice, many, read=True, now=now).count == 3
    with pytest.raises(ActionError) as caught:
        entries.mark(db, cast.alice, [*many, 1], read=True, now=now)
    assert caught.value.code == "action.too_large"


def test_mark_all_takes_any_bound(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    def marked(up_to: int) -> int:
        return entries.mark_all_read(db, cast.alice, Stream(), up_to=up_to, now=now).count

    assert [marked(up_to) for up_to in (-(2**90), -1, 0, 2**90, 2**63)] == [0, 0, 0, 3, 0]


def test_a_stream_of_nothing_is_not_found(db: Database, cast: Cast, now: datetime) -> None:
    kinds: tuple[StreamKind, ...] = ("feed", "folder", "label")
    for key in (None, 0, -1, 999_999, 2**63, 2**80):
        for kind in kinds:
            if kind == "label" and key is None:
                continue  # any label
            stream = Stream(kind=kind, key=key)
            with db.reading() as tx, pytest.raises(NotFound):
                streams.read(tx, cast.alice.id, stream)
            with pytest.raises(NotFound):
                entries.mark_all_read(db, cast.alice, stream, up_to=1, now=now)
        with db.reading() as tx, pytest.raises(NotFound):
            streams.entry(tx, cast.alice.id, key or 0)


# ------------------------------------------------------------------------------------------------ other people


def test_nobody_changes_what_is_somebody_elses(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    done = entries.star(db, cast.alice, ids, starred=True, now=now)
    assert done.seq is not None
    for read in (True, False):
        with pytest.raises(NotFound):
            entries.mark(db, cast.mallory, ids, read=read, now=now)
        with pytest.raises(NotFound):
            entries.star(db, cast.mallory, ids, starred=read, now=now)
    with pytest.raises(NotFound):
        entries.undo(db, cast.mallory, done.seq, now=now)
    entries.mark_all_read(db, cast.mallory, Stream(), up_to=ids[-1], now=now)
    assert unread(db, cast.alice) == starred(db, cast.alice) == set(ids)


def test_two_readers_of_one_feed_have_states_of_their_own(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    subscribed(db, cast.bob, "https://a.example/feed", now)
    entries.mark(db, cast.bob, ids[:1], read=True, now=now)
    entries.star(db, cast.bob, ids[1:2], starred=True, now=now)
    assert (unread(db, cast.alice), starred(db, cast.alice)) == (set(ids), set())
    assert (unread(db, cast.bob), starred(db, cast.bob)) == (set(ids[1:]), {ids[1]})


def test_somebody_elses_label_is_not_found(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    with transaction(db) as tx:
        label = tx.value(
            "INSERT INTO label (user_id, name, name_key) VALUES (:user, 'L', 'l') RETURNING id", user=cast.alice.id
        )
        tx.run(
            "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
            " SELECT :user, CAST(:label AS BIGINT), listed_at, id, feed_id FROM entry WHERE id = :id",
            user=cast.alice.id,
            label=label,
            id=ids[0],
        )
    stream = Stream(kind="label", key=label)
    with db.reading() as tx:
        page = streams.read(tx, cast.alice.id, stream)
        assert [(entry.id, entry.labels) for entry in page.entries] == [(ids[0], ("L",))]
        with pytest.raises(NotFound):
            streams.read(tx, cast.mallory.id, stream)
    assert entries.mark_all_read(db, cast.alice, stream, up_to=ids[-1], now=now).count == 1


def test_marking_all_of_the_starred_ones_leaves_the_others(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    entries.star(db, cast.alice, ids[:2], starred=True, now=now)
    stream = Stream(kind="starred")
    assert entries.mark_all_read(db, cast.alice, stream, up_to=ids[0], now=now).count == 1
    assert unread(db, cast.alice) == set(ids[1:])


# ------------------------------------------------------------------------------------------------ the history


def test_the_history_is_kept_for_ninety_days(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    entries.mark(db, cast.alice, ids[:1], read=True, now=now)
    entries.mark(db, cast.alice, ids[1:], read=True, now=now + timedelta(days=1))
    tidy(db, now + timedelta(days=90))
    assert len(done(db, cast.alice)) == 2
    tidy(db, now + timedelta(days=90, seconds=1))
    assert done(db, cast.alice) == [("read", ids[1:])]


def test_ids_are_packed_and_come_back(db: Database) -> None:
    for ids in ([], [1], list(range(100_000)), [2**62, 2**63 - 1]):
        assert history.unpack_ids(history.pack_ids(ids)) == ids
    assert len(history.pack_ids(range(1_000_000, 1_100_000))) < 400_000
