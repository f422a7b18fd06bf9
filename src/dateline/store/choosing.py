"""A choice of what counts as read by itself is for what comes after it, for feeds that rest, too.

What waits to be delivered came before: what would have been read on arrival by then is read, all else stays unread.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from . import brought, delivery, read_by_itself, rules
from .db import Tx, WriteTx
from .read_choices import Counting, counting


@contextmanager
def choosing(tx: WriteTx, user_id: int) -> Iterator[None]:
    """Whatever may change what counts is done within: choices, folders, visibility. The user is held.

    One read when nothing waits.
    """
    waiting = _waiting(tx, user_id)
    before = counting(tx, user_id, waiting) if waiting else {}
    yield
    after = counting(tx, user_id, waiting) if waiting else {}
    for feed_id, upto in waiting.items():
        if before.get(feed_id) != after.get(feed_id):
            _settle(tx, user_id, feed_id, upto, before.get(feed_id))


def _waiting(tx: Tx, user_id: int) -> dict[int, int]:
    """Feed → the newest entry of those with something that was not delivered."""
    rows = tx.all(
        "SELECT f.id, f.last_entry_id FROM subscription s JOIN feed f ON f.id = s.feed_id"
        " WHERE s.user_id = :user AND f.last_entry_id > s.seen_entry_id ORDER BY f.id",
        user=user_id,
    )
    return {row[0]: row[1] for row in rows}


def _settle(tx: WriteTx, user_id: int, feed_id: int, upto: int, counted: Counting | None) -> None:
    if counted is not None and counted.rule.arrived:
        spared = tx.value(
            "SELECT spared_entry_id FROM subscription WHERE user_id = :user AND feed_id = :feed",
            user=user_id,
            feed=feed_id,
        )
        delivered = delivery.deliver_feed(tx, user_id, feed_id, as_it_is=True)
        if delivered is not None:
            read_by_itself.read_arrived(tx, user_id, feed_id, (max(delivered.seen, spared), delivered.upto))
            rules.note_delivered(tx, user_id, [(feed_id, delivered.seen, delivered.upto)])
            brought.settle(tx, user_id, [delivered])
        return
    tx.run(
        "UPDATE subscription SET spared_entry_id = :upto WHERE user_id = :user AND feed_id = :feed",
        upto=upto,
        user=user_id,
        feed=feed_id,
    )
