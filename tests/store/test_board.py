"""Headlines of a board: of each feed the newest unread entry, else the newest; on both databases."""

from datetime import datetime

from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries
from dateline.store import Database, board


def test_each_feed_has_its_newest_unread_headline_else_its_newest(db: Database, cast: Cast, now: datetime) -> None:
    _, one = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, two = subscribed(db, cast.alice, "https://b.example/feed", now)
    _, empty = subscribed(db, cast.alice, "https://c.example/feed", now)
    old, new = fill(db, one, ["Old", "New"], now)
    (single,) = fill(db, two, ["Single"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    entries.mark(db, cast.alice, [new, single], read=True, now=now)
    with db.reading() as tx:
        found = board.headlines(tx, cast.alice.id, [one, two, empty])
        seen = board.headlines(tx, cast.alice.id, [one, two, empty], public_only=True)
        nothing = board.headlines(tx, cast.alice.id, [])
    assert {feed: (head.entry_id, head.title, head.is_unread) for feed, head in found.items()} == {
        one: (old, "Old", True),
        two: (single, "Single", False),
    }
    assert {feed: (head.entry_id, head.is_unread) for feed, head in seen.items()} == {
        one: (new, False),
        two: (single, False),
    }
    assert nothing == {}
