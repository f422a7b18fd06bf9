"""Saved pages: a private feed of a person's own that nothing brings and nothing fetches but the pages themselves."""

from datetime import datetime

from .db import Tx, WriteTx
from .times import to_us

ADDRESS = "saved:pages"
"""What such a feed is called by; never sent."""
KIND = "saved"


def find(tx: Tx, user_id: int) -> int | None:
    """A user's feed of saved pages."""
    found: int | None = tx.value(
        "SELECT id FROM feed WHERE url = :url AND owner_id = :owner", url=ADDRESS, owner=user_id
    )
    return found


def add(tx: WriteTx, user_id: int, title: str, now: datetime) -> int:
    """Make it. Its id."""
    ident: int = tx.value(
        "INSERT INTO feed (url, owner_id, host, kind, title, created_at, icon_checked_at)"
        " VALUES (:url, :owner, '', :kind, :title, :now, :now) RETURNING id",
        url=ADDRESS,
        owner=user_id,
        kind=KIND,
        title=title,
        now=to_us(now),
    )
    return ident


def note_saved(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """A page was saved; whoever left the feed is back."""
    tx.run(
        "UPDATE feed SET ok_at = :now, checked_at = :now, changed_at = :now, orphaned_at = NULL WHERE id = :id",
        id=feed_id,
        now=to_us(now),
    )


def name(tx: WriteTx, entry_id: int, title: str) -> None:
    """A saved page that goes by its address is called so, now that it was read."""
    tx.run(
        "UPDATE entry SET title = :title WHERE id = :id AND title = url"
        " AND feed_id IN (SELECT f.id FROM feed f WHERE f.kind = :kind)",
        title=title,
        id=entry_id,
        kind=KIND,
    )
