"""Feeds that are pages read by rules: which rules, and how often these found nothing."""

from datetime import datetime

from .db import WriteTx
from .feeds import forget_document
from .times import to_us


def make_page(tx: WriteTx, feed_id: int, rules: str, title: str) -> None:
    """A feed that somebody has just subscribed to is a page with these rules; ``title`` until it says its own."""
    tx.run(
        "UPDATE feed SET kind = 'page', rules = :rules, title = CASE WHEN title = '' THEN :title ELSE title END"
        " WHERE id = :id",
        id=feed_id,
        rules=rules,
        title=title[:500],
    )


def note_empty(tx: WriteTx, feed_id: int) -> None:
    """The page was answered, and its rules found nothing."""
    tx.run("UPDATE feed SET empty_rounds = empty_rounds + 1 WHERE id = :id", id=feed_id)


def change_rules(tx: WriteTx, feed_id: int, url: str, rules: str, now: datetime) -> None:
    """Read a page by other rules from now on, at an ``url`` that no other feed of its owner has; it is due at once."""
    tx.run(
        "UPDATE feed SET url = :url, rules = :rules, empty_rounds = 0, failures = 0, error_code = NULL,"
        " error_detail = NULL, error_at = NULL, stopped_at = NULL,"
        " next_at = CASE WHEN orphaned_at IS NULL THEN CAST(:now AS BIGINT) END WHERE id = :id",
        id=feed_id,
        url=url,
        rules=rules,
        now=to_us(now),
    )
    forget_document(tx, feed_id)


def move_subscription(tx: WriteTx, subscription_id: int, user_id: int, feed_id: int) -> None:
    """A subscription is to another feed from now on; what was unread of the old one leaves the streams."""
    old = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=subscription_id)
    tx.run("DELETE FROM unread WHERE user_id = :user AND feed_id = :feed", user=user_id, feed=old)
    tx.run(
        "UPDATE subscription SET feed_id = :feed, unread_count = 0, seen_entry_id = 0 WHERE id = :id",
        feed=feed_id,
        id=subscription_id,
    )
