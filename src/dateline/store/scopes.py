"""Which feeds a stream is made of, by visibility, folder and right; and which of them "mark all read" reaches.

Visibility, from the most to the least: *important* is in the important stream and in all wider ones, *main* in the
main stream and wider, *folder* in its folders and in "all", *archived* on its own page alone (and among favourites and
labels, which a person put there).
"""

from msgspec import Struct

from dateline.errors import NotFound
from dateline.model import Stream

from . import labels
from .db import Row, Tx


class Scope(Struct, frozen=True, kw_only=True):
    """The feeds of a stream, and how much of the user's unread is in them."""

    feed_ids: list[int]
    unread: int
    unread_in_all: int

    @property
    def is_everything_unread(self) -> bool:
        return self.unread == self.unread_in_all


_VISIBLE = {
    "main": ("main", "important"),
    "today": ("main", "important"),
    "important": ("important",),
    "all": ("main", "important", "folder"),
}
_MARKED = ("starred", "label", "recent")
"""Streams of what a person marked, whatever became of the subscription."""
_SPARED = ("main", "today", "starred")
"""Streams from which "mark all read" leaves important feeds alone: those are marked where they stand."""


def scope(tx: Tx, user_id: int, stream: Stream) -> Scope:
    """Which feeds a stream is made of. Raises ``NotFound`` for a folder, label or subscription that is not the
    user's.
    """
    rows = tx.all("SELECT id, feed_id, unread_count, visibility FROM subscription WHERE user_id = :user", user=user_id)
    allowed = rows
    if stream.public_only:
        public = set(
            tx.column(
                "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
                " AND s.hidden_from_visitors = 0 AND f.owner_id = 0",
                user=user_id,
            )
        )
        allowed = [row for row in rows if row[0] in public]
    chosen = _chosen(tx, user_id, stream, allowed)
    return Scope(
        feed_ids=[row[1] for row in chosen],
        unread=sum(row[2] for row in chosen),
        unread_in_all=sum(row[2] for row in rows),
    )


def _chosen(tx: Tx, user_id: int, stream: Stream, rows: list[Row]) -> list[Row]:
    if stream.kind == "feed":
        found = [row for row in rows if row[0] == stream.key]
        if not found:
            raise NotFound(f"subscription {stream.key}")
        return found
    if stream.kind == "folder":
        inside = set(_folder_subscriptions(tx, user_id, stream.key))
        return [row for row in rows if row[0] in inside and row[3] != "archived"]
    if stream.kind == "label" and stream.key is not None:
        labels.one(tx, user_id, stream.key)
    if stream.kind in _MARKED:
        return rows
    return [row for row in rows if row[3] in _VISIBLE[stream.kind]]


def without_important(tx: Tx, user_id: int, stream: Stream) -> list[int] | None:
    """The feeds that "mark all read" reaches in a stream; None for all of the user's.

    Important feeds are not marked from the main stream, from today's and from the favourites.
    """
    within = scope(tx, user_id, stream)
    if stream.kind not in (*_SPARED, "all"):
        return within.feed_ids
    spared = set(scope(tx, user_id, Stream(kind="important")).feed_ids) if stream.kind in _SPARED else set()
    if not spared and within.is_everything_unread:
        return None
    return [feed for feed in within.feed_ids if feed not in spared]


def _folder_subscriptions(tx: Tx, user_id: int, folder_id: int | None) -> list[int]:
    if tx.value("SELECT 1 FROM folder WHERE id = :id AND user_id = :user", id=folder_id, user=user_id) is None:
        raise NotFound(f"folder {folder_id}")
    return tx.column(
        "WITH RECURSIVE inside (id) AS (SELECT CAST(:id AS BIGINT) UNION"
        " SELECT d.id FROM folder d JOIN inside i ON d.parent_id = i.id WHERE d.user_id = :user)"
        " SELECT sf.subscription_id FROM inside i JOIN subscription_folder sf ON sf.folder_id = i.id",
        id=folder_id,
        user=user_id,
    )
