"""Feeds that nobody subscribes to any more: put to sleep, found after long, removed with what nobody saved."""

from datetime import datetime

from . import entries, own_marks
from .db import Tx, WriteTx
from .feeds import hold
from .times import to_us


def orphan_if_unread_by_all(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """The last subscriber left: the feed is not fetched any more."""
    hold(tx, feed_id)
    tx.run(
        "UPDATE feed SET orphaned_at = :now, next_at = NULL WHERE id = :id"
        " AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.feed_id = feed.id)",
        id=feed_id,
        now=to_us(now),
    )


def left_before(tx: Tx, before: datetime, limit: int) -> list[int]:
    """Feeds that nobody has subscribed to since long, and that hold more than what somebody marked."""
    return tx.column(
        "SELECT f.id FROM feed f WHERE f.orphaned_at IS NOT NULL AND f.orphaned_at < :before"
        # an empty feed of mail stays: it says that its sender is not wanted any more
        " AND ((f.kind <> 'mail' AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.feed_id = f.id))"
        " OR EXISTS (SELECT 1 FROM entry e WHERE e.feed_id = f.id"
        " AND NOT EXISTS (SELECT 1 FROM star s WHERE s.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM entry_label l WHERE l.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM highlight h WHERE h.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM play_queue q WHERE q.entry_id = e.id)))"
        " ORDER BY f.orphaned_at LIMIT :limit",
        before=to_us(before),
        limit=limit,
    )


def is_orphan(tx: WriteTx, feed_id: int, before: datetime) -> bool:
    """Whether nobody has subscribed to a feed since long; nobody does until the commit."""
    hold(tx, feed_id)
    at = tx.value("SELECT orphaned_at FROM feed WHERE id = :id", id=feed_id)
    return at is not None and at < to_us(before)


def remove_if_empty(tx: WriteTx, feed_id: int) -> None:
    """Delete a feed that holds no entry and has no subscriber."""
    tx.run(
        "DELETE FROM feed WHERE id = :id AND kind <> 'mail'"
        " AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.feed_id = feed.id)"
        " AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.feed_id = feed.id)",
        id=feed_id,
    )


def remove_with_entries(tx: WriteTx, feed_id: int) -> None:
    """Delete a private feed and all it holds: its owner is gone.

    What somebody else marked, when the feed was everybody's, stays; the feed then is a mere name around it, without
    its secrets, asked by nobody.
    """
    unmarked = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} m WHERE m.entry_id = e.id)" for table in own_marks.KEPT_BY
    )
    gone = tx.column(f"SELECT e.id FROM entry e WHERE e.feed_id = :id AND {unmarked}", id=feed_id)
    entries.hold(tx, gone)
    tx.run("DELETE FROM entry_edited WHERE entry_id IN ids(:ids)", ids=gone)
    tx.run("DELETE FROM entry_text WHERE [[text_key]] IN ids(:ids)", ids=gone)
    tx.run("DELETE FROM entry WHERE id IN ids(:ids)", ids=gone)
    tx.run(
        "UPDATE feed SET credentials = NULL, transport = NULL, next_at = NULL,"
        " entry_count = (SELECT count(*) FROM entry WHERE feed_id = :id) WHERE id = :id",
        id=feed_id,
    )
    tx.run(
        "DELETE FROM feed WHERE id = :id AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.feed_id = feed.id)", id=feed_id
    )
