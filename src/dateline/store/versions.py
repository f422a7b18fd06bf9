"""What entries were before they were changed: the last ten versions of each, as the feed gave them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from dateline.model import SafeHTML

from .bodies import Body, pack, safe_html, unpack
from .db import Tx, WriteTx
from .times import from_us, to_us

KEPT = 10
MAX_BYTES = 500_000
"""Of one version, compressed; of larger ones only the title is kept."""


class Version(Struct, frozen=True, kw_only=True):
    """An entry as it was; ``replaced_at`` is when it was found to be another."""

    title: str
    html: SafeHTML
    replaced_at: datetime


class Replaced(Struct, frozen=True, kw_only=True):
    """A version that is about to be replaced, ready to be stored."""

    title: str
    packed: bytes


def shown(tx: Tx, entry_ids: Sequence[int]) -> dict[int, tuple[str, SafeHTML]]:
    """Title and content of entries as they are now, by id."""
    rows = tx.all(
        "SELECT e.id, e.title, b.version, b.body FROM entry e JOIN entry_body b ON b.entry_id = e.id"
        " WHERE e.id IN ids(:ids)",
        ids=list(entry_ids),
    )
    return {row[0]: (row[1], safe_html(row[3], row[2], tx.sanitiser)) for row in rows}


def replaced(title: str, html: SafeHTML) -> Replaced:
    """What is kept of a version (compressing is costly: do it outside a transaction)."""
    packed = pack(Body(html))
    return Replaced(title=title, packed=packed if len(packed) <= MAX_BYTES else pack(Body(SafeHTML(""))))


def keep(tx: WriteTx, entry_id: int, version: Replaced, now: datetime) -> None:
    """Store what an entry was until now; the oldest of more than ten go. The entry says when it was revised."""
    tx.run(  # the entry may have been purged since it was read
        "INSERT INTO entry_version (entry_id, replaced_at, title, body)"
        " SELECT id, CAST(:now AS BIGINT), CAST(:title AS TEXT), :body FROM entry WHERE id = :id"
        " ON CONFLICT DO NOTHING",
        id=entry_id,
        now=to_us(now),
        title=version.title,
        body=version.packed,
    )
    tx.run(
        "DELETE FROM entry_version WHERE entry_id = :id AND replaced_at < (SELECT min(replaced_at) FROM"
        " (SELECT replaced_at FROM entry_version WHERE entry_id = :id ORDER BY replaced_at DESC LIMIT :kept) newest)",
        id=entry_id,
        kept=KEPT,
    )
    tx.run("UPDATE entry SET revised_at = :now WHERE id = :id", now=to_us(now), id=entry_id)


def of_entry(tx: Tx, entry_id: int) -> list[Version]:
    """An entry's earlier versions, the newest first; the caller has checked the right to the entry."""
    rows = tx.all(
        "SELECT title, body, replaced_at FROM entry_version WHERE entry_id = :id ORDER BY replaced_at DESC", id=entry_id
    )
    return [Version(title=row[0], html=unpack(row[1]).html, replaced_at=from_us(row[2])) for row in rows]


def wanting_unread(tx: Tx, feed_id: int) -> list[int]:
    """The users to whom a revised entry of a feed is unread again, in order."""
    return tx.column(
        "SELECT user_id FROM subscription WHERE feed_id = :feed AND revised_unread = 1 ORDER BY user_id", feed=feed_id
    )
