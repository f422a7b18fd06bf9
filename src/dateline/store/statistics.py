"""What arrived, what was read of it, which feeds are silent: counted for one person, over a bounded time.

Arrivals are counted from the index (feed, listed_at, id) alone, in quarters of an hour, so that any time zone finds its
hours; what was read comes from the history, which reaches back ninety days.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from dateline.errors import NotFound

from .db import Tx
from .history import unpack_ids
from .subscriptions import Folder, SubscriptionDetails, all_details, below, folders
from .times import from_us, to_us

QUARTER = 900_000_000
"""A quarter of an hour in µs: every zone's offset is made of them."""
DEEDS = 5_000
READ_AT_MOST = 20_000
LONGEST = timedelta(days=365)


class FeedNumbers(Struct, frozen=True, kw_only=True):
    """One subscription in the period: ``read`` counts one by one (not "mark all"), ``starred`` is of all time."""

    subscription_id: int
    title: str
    folder_ids: tuple[int, ...]
    arrived: int
    read: int
    starred: int
    unread: int
    newest_at: datetime | None


class Part(Struct, frozen=True, kw_only=True):
    """What is counted: one subscription, or a folder with those below it; neither: everything."""

    subscription_id: int | None = None
    folder_id: int | None = None


EVERYTHING = Part()


class Statistics(Struct, frozen=True, kw_only=True):
    """``quarters`` are (begin, arrivals) of every quarter of an hour since then in which something arrived."""

    since: datetime
    quarters: tuple[tuple[datetime, int], ...]
    feeds: tuple[FeedNumbers, ...]
    folder_names: dict[int, str]

    @property
    def arrived(self) -> int:
        """How many entries arrived."""
        return sum(count for _, count in self.quarters)


def of_user(tx: Tx, user_id: int, since: datetime, part: Part = EVERYTHING) -> Statistics:
    """A person's numbers since then, not more than a year. Raises ``NotFound`` for a part that is not theirs."""
    known = folders(tx, user_id)
    rows = _within(all_details(tx, user_id), known, part)
    feed_ids = [row.feed_id for row in rows]
    params: dict[str, Any] = {"feeds": feed_ids, "since": to_us(since)}
    arrived: dict[int, int] = dict(
        tx.all(
            "SELECT feed_id, count(*) FROM entry WHERE feed_id IN ids(:feeds) AND listed_at >= :since GROUP BY feed_id",
            **params,
        )
    )
    quarters = tx.all(
        f"SELECT listed_at / {QUARTER}, count(*) FROM entry WHERE feed_id IN ids(:feeds) AND listed_at >= :since"
        f" GROUP BY listed_at / {QUARTER} ORDER BY 1",
        **params,
    )
    starred: dict[int, int] = dict(
        tx.all("SELECT feed_id, count(*) FROM star WHERE user_id = :user GROUP BY feed_id", user=user_id)
    )
    read = _read(tx, user_id, since)
    return Statistics(
        since=since,
        quarters=tuple((from_us(row[0] * QUARTER), row[1]) for row in quarters),
        feeds=tuple(_numbers(row, arrived, read, starred) for row in rows),
        folder_names={folder.id: folder.name for folder in known},
    )


def _within(rows: Sequence[SubscriptionDetails], known: Sequence[Folder], part: Part) -> Sequence[SubscriptionDetails]:
    if part.subscription_id is not None:
        found = [row for row in rows if row.id == part.subscription_id]
        if not found:
            raise NotFound(f"subscription {part.subscription_id}")
        return found
    if part.folder_id is not None:
        wanted = below(known, part.folder_id)
        return [row for row in rows if wanted.intersection(row.folder_ids)]
    return rows


def _numbers(
    row: SubscriptionDetails, arrived: dict[int, int], read: Counter[int], starred: dict[int, int]
) -> FeedNumbers:
    return FeedNumbers(
        subscription_id=row.id,
        title=row.title,
        folder_ids=row.folder_ids,
        arrived=arrived.get(row.feed_id, 0),
        read=read[row.feed_id],
        starred=starred.get(row.feed_id, 0),
        unread=row.unread_count,
        newest_at=row.changed_at,
    )


def _read(tx: Tx, user_id: int, since: datetime) -> Counter[int]:
    """How many entries of each feed were read one by one, the newest 20,000 of them."""
    packed = tx.column(
        "SELECT entries FROM (SELECT seq, at, action, entries FROM history WHERE user_id = :user"
        " ORDER BY seq DESC LIMIT :most) h WHERE action IN ('read', 'seen') AND at >= :since ORDER BY seq DESC",
        user=user_id,
        most=DEEDS,
        since=to_us(since),
    )
    ids: set[int] = set()
    for one in packed:
        ids.update(unpack_ids(one))
        if len(ids) >= READ_AT_MOST:
            break
    return _feeds_of(tx, list(ids)[:READ_AT_MOST])


def _feeds_of(tx: Tx, entry_ids: Sequence[int]) -> Counter[int]:
    rows = tx.all("SELECT feed_id, count(*) FROM entry WHERE id IN ids(:ids) GROUP BY feed_id", ids=list(entry_ids))
    return Counter({row[0]: row[1] for row in rows})
