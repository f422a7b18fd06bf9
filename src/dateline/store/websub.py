"""Subscriptions at hubs (W3C WebSub): what a feed's hub was asked, what it promised, and whether it keeps its word."""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from .db import Tx, WriteTx
from .times import from_us_or_none, to_us, to_us_or_none

State = Literal["offered", "asked", "verified", "denied", "leaving"]

POLLED_EVERY = timedelta(hours=24)
"""How often a feed is asked all the same while its hub keeps its word."""
MISSES = 2
"""Polls that found what the hub had not brought, after which it is not trusted until it delivers again."""


class HubSubscription(Struct, frozen=True, kw_only=True):
    """One feed's subscription at its hub. ``is_orphaned``: nobody reads the feed any more."""

    feed_id: int
    hub_url: str
    topic_url: str
    token: str | None
    secret: bytes | None
    state: State
    tries: int
    asked_at: datetime | None
    verified_at: datetime | None
    lease_until: datetime | None
    delivered_at: datetime | None
    missed: int
    detail: str | None
    is_orphaned: bool

    def is_trusted(self, now: datetime) -> bool:
        """Whether news is expected from the hub, so that the feed itself is asked but once a day."""
        leased = self.state == "verified" and self.lease_until is not None and self.lease_until > now
        return leased and self.delivered_at is not None and self.missed < MISSES


_COLUMNS = (
    "SELECT w.feed_id, w.hub_url, w.topic_url, w.token, w.secret, w.state, w.tries, w.asked_at, w.verified_at,"
    " w.lease_until, w.delivered_at, w.missed, w.detail, f.orphaned_at FROM websub w JOIN feed f ON f.id = w.feed_id"
)


def _of_row(row: tuple[Any, ...]) -> HubSubscription:
    return HubSubscription(
        feed_id=row[0],
        hub_url=row[1],
        topic_url=row[2],
        token=row[3],
        secret=row[4],
        state=row[5],
        tries=row[6],
        asked_at=from_us_or_none(row[7]),
        verified_at=from_us_or_none(row[8]),
        lease_until=from_us_or_none(row[9] or None),
        delivered_at=from_us_or_none(row[10]),
        missed=row[11],
        detail=row[12],
        is_orphaned=row[13] is not None,
    )


def of_feed(tx: Tx, feed_id: int) -> HubSubscription | None:
    """A feed's subscription at its hub."""
    row = tx.one(f"{_COLUMNS} WHERE w.feed_id = :feed", feed=feed_id)
    return _of_row(row) if row else None


def by_token(tx: Tx, token: str) -> HubSubscription | None:
    """The subscription whose callback ends in this token."""
    row = tx.one(f"{_COLUMNS} WHERE w.token = :token", token=token)
    return _of_row(row) if row else None


def due(tx: Tx, now: datetime, limit: int) -> list[HubSubscription]:
    """Subscriptions whose hub is to be asked, longest due first."""
    rows = tx.all(
        f"{_COLUMNS} WHERE w.next_at IS NOT NULL AND w.next_at <= :now ORDER BY w.next_at LIMIT :limit",
        now=to_us(now),
        limit=limit,
    )
    return [_of_row(row) for row in rows]


def next_due_at(tx: Tx) -> datetime | None:
    """When the next hub is to be asked."""
    return from_us_or_none(tx.value("SELECT min(next_at) FROM websub WHERE next_at IS NOT NULL"))


# ------------------------------------------------------------------------------------------------ what feeds say


def offer(tx: WriteTx, feed_id: int, hub_url: str, topic_url: str, now: datetime) -> None:
    """A document names a hub: ask it soon, unless that is the one that was asked already."""
    tx.run(
        "INSERT INTO websub (feed_id, hub_url, topic_url, next_at) VALUES (:feed, :hub, :topic, :now)"
        " ON CONFLICT (feed_id) DO UPDATE SET hub_url = excluded.hub_url, topic_url = excluded.topic_url,"
        " state = 'offered', next_at = excluded.next_at, tries = 0, lease_until = 0, delivered_at = NULL, missed = 0,"
        " detail = NULL WHERE websub.hub_url <> excluded.hub_url OR websub.topic_url <> excluded.topic_url"
        " OR websub.state = 'leaving'",
        feed=feed_id,
        hub=hub_url,
        topic=topic_url,
        now=to_us(now),
    )


def withdraw(tx: WriteTx, feed_id: int) -> None:
    """The feed's document names no hub any more."""
    tx.run("DELETE FROM websub WHERE feed_id = :feed", feed=feed_id)


def note_missed(tx: WriteTx, feed_id: int) -> None:
    """A poll found entries that the hub had not brought; what it brought and nobody read yet may hold them."""
    tx.run(
        "UPDATE websub SET missed = missed + 1 WHERE feed_id = :feed AND state = 'verified'"
        " AND delivered_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM websub_push p WHERE p.feed_id = websub.feed_id)",
        feed=feed_id,
    )


def note_delivered(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """The hub brought something: it is trusted from now on, and the feed itself asked in a day, unless it is due."""
    tx.run(
        "UPDATE websub SET delivered_at = :now, missed = 0 WHERE feed_id = :feed AND state = 'verified'",
        feed=feed_id,
        now=to_us(now),
    )
    tx.run(
        "UPDATE feed SET next_at = :later WHERE id = :feed AND orphaned_at IS NULL"
        " AND next_at > :now AND next_at < :later AND failures = 0 AND lease_until <= :now",
        feed=feed_id,
        now=to_us(now),
        later=to_us(now + POLLED_EVERY),
    )


# ------------------------------------------------------------------------------------------------ what hubs say


def note_asked(
    tx: WriteTx, feed_id: int, *, token: str, secret: bytes, now: datetime, next_at: datetime, leaving: bool = False
) -> bool:
    """The hub is being asked: noted before the request, since its question back may come before the request ends.

    False: another process was quicker.
    """
    noted = tx.run(
        "UPDATE websub SET token = :token, secret = :secret, asked_at = :now, next_at = :next_at, tries = tries + 1,"
        " state = CASE WHEN :leaving = 1 THEN 'leaving' WHEN state = 'verified' THEN state ELSE 'asked' END"
        " WHERE feed_id = :feed AND next_at <= :now",
        feed=feed_id,
        token=token,
        secret=secret,
        now=to_us(now),
        next_at=to_us(next_at),
        leaving=int(leaving),
    )
    return noted > 0


def note_refused(tx: WriteTx, feed_id: int, *, detail: str, next_at: datetime, denied: bool = False) -> None:
    """The hub could not be asked, or said no. A lease that runs goes on."""
    tx.run(
        "UPDATE websub SET detail = :detail, next_at = :next_at,"
        " state = CASE WHEN :denied = 1 THEN 'denied' ELSE state END,"
        " lease_until = CASE WHEN :denied = 1 THEN 0 ELSE lease_until END WHERE feed_id = :feed",
        feed=feed_id,
        detail=detail[:300],
        next_at=to_us(next_at),
        denied=int(denied),
    )


def note_verified(tx: WriteTx, feed_id: int, *, now: datetime, lease_until: datetime, next_at: datetime) -> None:
    """The hub promised to deliver until then; ``next_at`` is when to renew."""
    tx.run(
        "UPDATE websub SET state = 'verified', verified_at = :now, lease_until = :until, next_at = :next_at, tries = 0,"
        " detail = NULL WHERE feed_id = :feed",
        feed=feed_id,
        now=to_us(now),
        until=to_us(lease_until),
        next_at=to_us_or_none(next_at),
    )
