"""Headlines for a board of feeds: of each feed the newest unread entry, else the newest. Two statements a board."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from .db import Tx
from .times import from_us


class Headline(Struct, frozen=True, kw_only=True):
    """One entry as a board shows it."""

    feed_id: int
    entry_id: int
    title: str
    language: str | None
    thumbnail_url: str | None
    listed_at: datetime
    is_unread: bool


def headlines(tx: Tx, user_id: int, feed_ids: Sequence[int], *, public_only: bool = False) -> dict[int, Headline]:
    """Feed → its headline; the caller has checked the right to the feeds. ``public_only``: nothing counts as unread."""
    probed = tx.all(
        "SELECT f.id, (SELECT u.entry_id FROM unread u WHERE u.user_id = :user AND u.feed_id = f.id"
        " ORDER BY u.listed_at DESC, u.entry_id DESC LIMIT 1),"
        " (SELECT e.id FROM entry e WHERE e.feed_id = f.id ORDER BY e.listed_at DESC, e.id DESC LIMIT 1)"
        " FROM feed f WHERE f.id IN ids(:feeds)",
        user=0 if public_only else user_id,
        feeds=list(feed_ids),
    )
    unread = {unread_id for _, unread_id, _ in probed if unread_id is not None}
    wanted = [unread_id or newest_id for _, unread_id, newest_id in probed if unread_id or newest_id]
    rows = tx.all(
        "SELECT feed_id, id, title, language, thumbnail_url, listed_at FROM entry WHERE id IN ids(:ids)",
        ids=wanted,
    )
    return {
        row[0]: Headline(
            feed_id=row[0],
            entry_id=row[1],
            title=row[2],
            language=row[3],
            thumbnail_url=row[4],
            listed_at=from_us(row[5]),
            is_unread=row[1] in unread,
        )
        for row in rows
    }
