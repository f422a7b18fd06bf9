"""Delivery: what arrived in the feeds of a user's becomes unread, in the transaction that counts it.

``seen_entry_id`` of a subscription says up to which entry that was done.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from . import read_by_itself, rules
from .db import Tx, WriteTx

DELIVERED_AT_ONCE = 5_000


def undelivered(tx: Tx, user_id: int) -> bool:
    """Whether a subscribed feed has entries that were not delivered yet: one indexed read."""
    return (
        tx.value(
            "SELECT 1 FROM subscription s JOIN feed f ON f.id = s.feed_id"
            " WHERE s.user_id = :user AND f.last_entry_id > s.seen_entry_id AND s.paused_at IS NULL LIMIT 1",
            user=user_id,
        )
        is not None
    )


def first_undelivered(tx: Tx, user_id: int) -> int | None:
    """The oldest entry that was not delivered yet; None when there is none."""
    found: int | None = tx.value(
        "SELECT min((SELECT e.id FROM entry e WHERE e.feed_id = s.feed_id AND e.id > s.seen_entry_id"
        " ORDER BY e.id LIMIT 1)) FROM subscription s JOIN feed f ON f.id = s.feed_id"
        " WHERE s.user_id = :user AND f.last_entry_id > s.seen_entry_id AND s.paused_at IS NULL",
        user=user_id,
    )
    return found


def anything_unread(tx: Tx, user_id: int, delivered: Iterable["Delivered"]) -> bool:
    """Whether something of what was delivered is still unread."""
    return any(
        tx.value(
            "SELECT 1 FROM unread WHERE user_id = :user AND feed_id = :feed AND entry_id > :seen AND entry_id <= :upto"
            " LIMIT 1",
            user=user_id,
            feed=one.feed_id,
            seen=one.seen,
            upto=one.upto,
        )
        for one in delivered
    )


class Delivered(Struct, frozen=True, kw_only=True):
    """What was delivered of one feed: entries after ``seen``, up to ``upto``."""

    feed_id: int
    seen: int
    upto: int


def deliver(
    tx: WriteTx,
    user_id: int,
    limit: int = DELIVERED_AT_ONCE,
    told: Callable[[Delivered], None] | None = None,
    *,
    resting: bool = False,
) -> int:
    """Make what arrived since unread for a user, at most ``limit`` entries. How many; ``told`` of which.

    What counts as read by itself is among them, and read.
    ``resting``: of subscriptions that rest, too.
    """
    tx.hold_user(user_id)
    awake = "" if resting else " AND s.paused_at IS NULL"
    behind = tx.all(
        "SELECT s.id, s.feed_id, s.seen_entry_id, f.last_entry_id, s.spared_entry_id FROM subscription s"
        " JOIN feed f ON f.id = s.feed_id"
        f" WHERE s.user_id = :user AND f.last_entry_id > s.seen_entry_id{awake}"
        " ORDER BY s.seen_entry_id, s.id"
        " [[lock_rows_of_s]]",
        user=user_id,
    )
    delivered = 0
    came: dict[int, read_by_itself.Span] = {}
    all_told: list[Delivered] = []
    for subscription_id, feed_id, seen, last, spared in behind:
        if delivered >= limit:
            break
        upto = tx.value(
            "SELECT id FROM entry WHERE feed_id = :feed AND id > :seen ORDER BY id LIMIT 1 OFFSET :rest",
            feed=feed_id,
            seen=seen,
            rest=limit - delivered - 1,
        )
        upto = last if upto is None else min(upto, last)
        delivered += _deliver_feed(tx, user_id, subscription_id, feed_id, seen, upto)
        came[feed_id] = (max(seen, spared), upto)
        all_told.append(Delivered(feed_id=feed_id, seen=seen, upto=upto))
        if told is not None:
            told(all_told[-1])
    read_by_itself.settle(tx, user_id, _to_settle(came))
    rules.note_delivered(tx, user_id, [(one.feed_id, one.seen, one.upto) for one in all_told])
    return delivered


def deliver_feed(tx: WriteTx, user_id: int, feed_id: int, *, as_it_is: bool = False) -> Delivered | None:
    """Make what arrived since in one feed unread for a user who subscribes to it. What was delivered.

    ``as_it_is``: what would count as read by itself, too.
    """
    tx.hold_user(user_id)
    row = tx.one(
        "SELECT s.id, s.seen_entry_id, f.last_entry_id, s.spared_entry_id FROM subscription s"
        " JOIN feed f ON f.id = s.feed_id"
        " WHERE s.user_id = :user AND s.feed_id = :feed AND f.last_entry_id > s.seen_entry_id [[lock_rows_of_s]]",
        user=user_id,
        feed=feed_id,
    )
    if row is None:
        return None
    _deliver_feed(tx, user_id, row[0], feed_id, row[1], row[2])
    if not as_it_is:
        read_by_itself.settle(tx, user_id, _to_settle({feed_id: (max(row[1], row[3]), row[2])}))
        rules.note_delivered(tx, user_id, [(feed_id, row[1], row[2])])
    return Delivered(feed_id=feed_id, seen=row[1], upto=row[2])


def _to_settle(came: Mapping[int, read_by_itself.Span]) -> dict[int, read_by_itself.Span]:
    """Without what came before a choice (``choosing``)."""
    return {feed_id: span for feed_id, span in came.items() if span[0] < span[1]}


def _deliver_feed(tx: WriteTx, user_id: int, subscription_id: int, feed_id: int, seen: int, upto: int) -> int:
    count = tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT CAST(:user AS BIGINT), feed_id, listed_at, id FROM entry"
        " WHERE feed_id = :feed AND id > :seen AND id <= :upto ON CONFLICT DO NOTHING",
        user=user_id,
        feed=feed_id,
        seen=seen,
        upto=upto,
    )
    tx.run(
        "UPDATE subscription SET seen_entry_id = :upto, unread_count = unread_count + :count WHERE id = :id",
        upto=upto,
        count=count,
        id=subscription_id,
    )
    return count


def deliver_carried(tx: WriteTx, user_id: int, subscription_id: int, feed_id: int, upto: int) -> None:
    """On subscribing to a feed that is known: what its document carries now is unread, its archive is read.

    The subscription lies in its folders already: they may say what counts as read by itself.
    """
    count = tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT CAST(:user AS BIGINT), feed_id, listed_at, id FROM entry"
        " WHERE feed_id = :feed AND gone_at IS NULL AND id <= :upto ON CONFLICT DO NOTHING",
        user=user_id,
        feed=feed_id,
        upto=upto,
    )
    tx.run(
        "UPDATE subscription SET seen_entry_id = :upto, unread_count = :count WHERE id = :id",
        upto=upto,
        count=count,
        id=subscription_id,
    )
    read_by_itself.settle(tx, user_id, {feed_id: (0, upto)})
    rules.note_carried(tx, user_id, {feed_id: upto})
