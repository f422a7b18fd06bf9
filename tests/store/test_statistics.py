"""What is counted of a person's feeds: arrivals by the quarter, reading by the feed, within bounds."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries
from dateline.store import Database, statistics
from dateline.store.statistics import Statistics

A, B = "https://a.example/feed", "https://b.example/feed"


def numbers(db: Database, cast: Cast, now: datetime, days: int = 30) -> Statistics:
    with db.reading() as tx:
        return statistics.of_user(tx, cast.alice.id, now - timedelta(days=days))


@pytest.fixture
def read(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Alice reads A (three entries, an hour apart) and B (one, long ago); Bob reads something else."""
    _, first = subscribed(db, cast.alice, A, now)
    _, second = subscribed(db, cast.alice, B, now)
    _, other = subscribed(db, cast.bob, "https://c.example/feed", now)
    ids = fill(db, first, ["one", "two", "three"], now - timedelta(hours=3), step=3600)
    fill(db, second, ["old"], now - timedelta(days=100))
    fill(db, other, ["theirs"], now - timedelta(hours=1))
    accounts.catch_up(db, cast.alice.id, now=now)
    return ids


@pytest.mark.usefixtures("read")
def test_arrivals_are_counted_by_the_quarter_of_an_hour(db: Database, cast: Cast, now: datetime) -> None:
    found = numbers(db, cast, now)
    assert found.quarters == tuple((now - timedelta(hours=back), 1) for back in (3, 2, 1))
    assert found.arrived == 3
    assert [(feed.arrived, feed.unread) for feed in found.feeds] == [(3, 3), (0, 1)]
    assert numbers(db, cast, now, 365).arrived == 4


def test_reading_counts_what_was_read_one_by_one(db: Database, cast: Cast, now: datetime, read: list[int]) -> None:
    entries.mark(db, cast.alice, read[:2], read=True, now=now)
    entries.star(db, cast.alice, read[:1], starred=True, now=now)
    entries.mark(db, cast.bob, [max(read) + 2], read=True, now=now)
    first, second = numbers(db, cast, now).feeds
    assert (first.read, first.starred, first.unread) == (2, 1, 1)
    assert (second.read, second.starred) == (0, 0)
    assert numbers(db, cast, now + timedelta(days=40)).feeds[0].read == 0


def test_who_has_nothing_has_noughts(db: Database, cast: Cast, now: datetime) -> None:
    found = numbers(db, cast, now)
    assert (found.arrived, found.quarters, found.feeds, found.folder_names) == (0, (), (), {})
