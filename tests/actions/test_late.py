"""Deeds that are told late: each counts from when it was done, the last one of its kind, on whichever device."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, labels, late
from dateline.actions.late import LateDeed
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.store import Database, history, streams


@pytest.fixture
def three(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Three entries of a feed that Alice reads."""
    _, feed_id = subscribed(db, cast.alice, "https://a.example/feed", now)
    found = fill(db, feed_id, ["one", "two", "three"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    return found


def deed(entry_id: int, action: str, at: datetime) -> LateDeed:
    return LateDeed(entry_id=entry_id, action=action, at=at)


def state(db: Database, user: User, entry_id: int) -> tuple[bool, bool, tuple[str, ...]]:
    """Unread, starred, labels."""
    with db.reading() as tx:
        entry = streams.entry(tx, user.id, entry_id)
    return entry.unread, entry.starred, entry.labels


def ago(now: datetime, minutes: float) -> datetime:
    return now - timedelta(minutes=minutes)


def test_what_was_done_is_done_and_telling_it_twice_changes_nothing(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    sea = labels.add(db, cast.alice, "Sea", now=now)
    told = [
        deed(three[0], "read", ago(now, 9)),
        deed(three[1], "star", ago(now, 8)),
        deed(three[1], f"label:{sea}", ago(now, 7)),
        deed(three[2], "read", ago(now, 9)),
    ]
    assert late.tell(db, cast.alice, told, now=now).entry_ids == tuple(sorted(three))
    assert state(db, cast.alice, three[0]) == (False, False, ())
    assert state(db, cast.alice, three[1]) == (True, True, ("Sea",))
    assert late.tell(db, cast.alice, told, now=now + timedelta(seconds=2)).count == 0
    with db.reading() as tx:
        actions = [done.action for done in history.deeds(tx, cast.alice.id)]
    assert actions == ["read", "star", f"label:{sea}"], "what was done at one moment is one deed"


def test_of_one_entry_the_last_deed_of_a_kind_counts_in_whatever_order_they_come(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    first, second = deed(three[0], "star", ago(now, 9)), deed(three[0], "unstar", ago(now, 8))
    late.tell(db, cast.alice, [second, first], now=now)
    assert state(db, cast.alice, three[0])[1] is False
    late.tell(db, cast.alice, [deed(three[1], "read", ago(now, 7))], now=now)
    late.tell(db, cast.alice, [deed(three[1], "unread", ago(now, 8))], now=now)
    assert state(db, cast.alice, three[1])[0] is False, "the later deed was told before"


def test_what_another_device_did_after_it_stays(db: Database, cast: Cast, three: list[int], now: datetime) -> None:
    entries.mark(db, cast.alice, [three[0]], read=True, now=ago(now, 30))
    entries.mark(db, cast.alice, [three[0]], read=False, now=ago(now, 20))
    late.tell(
        db,
        cast.alice,
        [deed(three[0], "read", ago(now, 25)), deed(three[0], "star", ago(now, 25))],
        now=now,
    )
    assert state(db, cast.alice, three[0]) == (True, True, ()), "a star says nothing about reading"
    late.tell(db, cast.alice, [deed(three[0], "read", ago(now, 15))], now=now)
    assert state(db, cast.alice, three[0])[0] is False


def test_what_an_undo_took_back_after_it_stays_so(db: Database, cast: Cast, three: list[int], now: datetime) -> None:
    done = entries.star(db, cast.alice, [three[0]], starred=True, now=ago(now, 30))
    assert done.seq is not None
    entries.undo(db, cast.alice, done.seq, now=ago(now, 10))
    late.tell(db, cast.alice, [deed(three[0], "star", ago(now, 20))], now=now)
    assert state(db, cast.alice, three[0])[1] is False


def test_a_clock_that_goes_wrong_does_not_bind_the_future(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    late.tell(db, cast.alice, [deed(three[0], "read", now + timedelta(days=400))], now=now)
    entries.mark(db, cast.alice, [three[0]], read=False, now=now + timedelta(minutes=1))
    late.tell(db, cast.alice, [deed(three[0], "read", now - timedelta(days=4000))], now=now + timedelta(minutes=2))
    assert state(db, cast.alice, three[0])[0] is True


def test_entries_of_others_and_labels_that_are_gone_are_passed_over(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    gone = labels.add(db, cast.alice, "Gone", now=now)
    labels.remove(db, cast.alice, gone, now=now)
    others = labels.add(db, cast.bob, "Bob's", now=now)
    told = [deed(three[0], f"label:{label}", ago(now, 5)) for label in (gone, others)]
    assert late.tell(db, cast.alice, [*told, deed(three[0], "read", ago(now, 5))], now=now).count == 1
    assert state(db, cast.alice, three[0]) == (False, False, ())
    with pytest.raises(NotFound):
        late.tell(db, cast.bob, [deed(three[0], "read", ago(now, 5))], now=now)
    with pytest.raises(ActionError, match=r"at most"):
        late.tell(db, cast.alice, [deed(three[0], "read", now)] * 1001, now=now)
