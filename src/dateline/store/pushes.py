"""What hubs brought, until it is read: a queue by lease, in order within each feed.

A feed's next push is not given to anybody before the one before it is gone from here.
"""

from datetime import datetime

import zstandard
from msgspec import Struct

from .db import Tx, WriteTx
from .times import to_us

MAX_UNPACKED = 1_100_000_000
"""Above the largest body that ``settings`` allows."""

_FIRST = "NOT EXISTS (SELECT 1 FROM websub_push e WHERE e.feed_id = f.feed_id AND e.id < f.id)"


class Leased(Struct, frozen=True, kw_only=True):
    """A push in somebody's hands. ``tries``: how often it was, this time included."""

    id: int
    feed_id: int
    tries: int


class Waiting(Struct, frozen=True, kw_only=True):
    """What waits: how many pushes of a feed, how many bytes of it, and how many of all feeds."""

    count: int
    size: int
    whole_size: int


def packed(body: bytes) -> bytes:
    """A body → what is stored."""
    frame: bytes = zstandard.ZstdCompressor(level=1, write_content_size=True).compress(body)
    return frame


def waiting(tx: Tx, feed_id: int) -> Waiting:
    """What waits of one feed, and in all."""
    count, size = tx.all(
        "SELECT count(*), coalesce(sum(size), 0) FROM websub_push WHERE feed_id = :feed", feed=feed_id
    )[0]
    whole = tx.value("SELECT coalesce(sum(size), 0) FROM websub_push")
    return Waiting(count=count, size=int(size), whole_size=int(whole))


def add(tx: WriteTx, feed_id: int, *, content_type: str, packed_body: bytes, now: datetime) -> None:
    """Put a push behind the others of its feed, which is held (``feeds.hold``)."""
    tx.run(
        "INSERT INTO websub_push (feed_id, content_type, size, body, next_at)"
        " VALUES (:feed, :type, :size, :body, :now)",
        feed=feed_id,
        now=to_us(now),
        type=content_type,
        size=len(packed_body),
        body=packed_body,
    )


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether there is one to take."""
    found = tx.value(f"SELECT 1 FROM websub_push f WHERE f.next_at <= :now AND {_FIRST} LIMIT 1", now=to_us(now))
    return found is not None


def lease(tx: WriteTx, now: datetime, until: datetime) -> Leased | None:
    """Take the longest waiting push that is the first of its feed: nobody else does before ``until``."""
    row = tx.one(
        "UPDATE websub_push SET next_at = :until, tries = tries + 1 WHERE id ="
        f" (SELECT f.id FROM websub_push f WHERE f.next_at <= :now AND {_FIRST}"
        " ORDER BY f.next_at, f.id LIMIT 1 [[skip_locked_of_f]]) RETURNING id, feed_id, tries",
        now=to_us(now),
        until=to_us(until),
    )
    return Leased(id=row[0], feed_id=row[1], tries=row[2]) if row else None


def read(tx: Tx, push_id: int) -> tuple[int, str, bytes] | None:
    """(feed, content type, body) of a push; None when it is gone, or nobody reads its feed any more."""
    row = tx.one(
        "SELECT p.feed_id, p.content_type, p.body FROM websub_push p JOIN feed f ON f.id = p.feed_id"
        " WHERE p.id = :id AND f.orphaned_at IS NULL",
        id=push_id,
    )
    return (row[0], row[1], _unpacked(row[2])) if row else None


def _unpacked(frame: bytes) -> bytes:
    body: bytes = zstandard.ZstdDecompressor().decompress(frame, max_output_size=MAX_UNPACKED)
    return body


def give_back(tx: WriteTx, push_id: int, at: datetime) -> None:
    """It could not be stored, through no fault of its own: take it again then."""
    tx.run("UPDATE websub_push SET next_at = :at, tries = tries - 1 WHERE id = :id", id=push_id, at=to_us(at))


def remove(tx: WriteTx, push_id: int) -> None:
    """It was read, or will not be."""
    tx.run("DELETE FROM websub_push WHERE id = :id", id=push_id)
