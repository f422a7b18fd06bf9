"""How entries stand for a user: unread, read, starred.

A row in ``unread`` exists only while an entry is unread; ``subscription.unread_count`` is changed in the same
transaction, by as many rows as were really inserted or deleted. ``history`` tells of it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from . import rules
from .db import Row, Tx, WriteTx
from .shown import condition, not_starred
from .times import to_us

# ------------------------------------------------------------------------------------------------ read and unread


def visible(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> list[int]:
    """Those of the entries that a user has a right to: by a subscription, or an own star or label."""
    return tx.column(
        "SELECT e.id FROM entry e WHERE e.id IN ids(:ids) AND ("
        " EXISTS (SELECT 1 FROM subscription s WHERE s.user_id = :user AND s.feed_id = e.feed_id)"
        " OR EXISTS (SELECT 1 FROM star t WHERE t.user_id = :user AND t.listed_at = e.listed_at AND t.entry_id = e.id)"
        " OR EXISTS (SELECT 1 FROM entry_label l WHERE l.entry_id = e.id AND l.user_id = :user)"
        " OR EXISTS (SELECT 1 FROM highlight h WHERE h.entry_id = e.id AND h.user_id = :user)"
        " OR EXISTS (SELECT 1 FROM play_queue q WHERE q.user_id = :user AND q.entry_id = e.id)) ORDER BY e.id",
        user=user_id,
        ids=list(entry_ids),
    )


def _count_down(tx: WriteTx, user_id: int, feed_ids: Iterable[int], sign: int) -> None:
    changes = Counter(feed_ids)
    tx.many(
        "UPDATE subscription SET unread_count = unread_count + :change WHERE user_id = :user AND feed_id = :feed",
        [{"change": sign * count, "user": user_id, "feed": feed} for feed, count in sorted(changes.items())],
    )


class Changed(Struct, frozen=True, kw_only=True):
    """What a deed changed: these entries. ``kept``: of what it read, what had been unread by hand; of what it marked
    unread by hand, what was unread already.
    """

    ids: list[int] = []
    kept: list[int] = []


def mark_read(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> Changed:
    """The entries are read now. Which of them were unread before."""
    rows = tx.all(
        "DELETE FROM unread WHERE user_id = :user AND (feed_id, listed_at, entry_id) IN"
        " (SELECT feed_id, listed_at, id FROM entry WHERE id IN ids(:ids)) RETURNING feed_id, entry_id, kept",
        user=user_id,
        ids=list(entry_ids),
    )
    return _read(tx, user_id, rows)


def _read(tx: WriteTx, user_id: int, rows: Sequence[Row]) -> Changed:
    """What was deleted, (feed, entry, kept), is counted down."""
    _count_down(tx, user_id, (row[0] for row in rows), -1)
    return Changed(ids=sorted(row[1] for row in rows), kept=sorted(row[1] for row in rows if row[2]))


def mark_unread(tx: WriteTx, user_id: int, entry_ids: Sequence[int], *, kept: bool = False) -> list[int]:
    """The entries of subscribed feeds are unread now. Which of them were read before.

    Only delivered ones count: what was not delivered yet will be unread anyway. ``kept``: by hand, one by one.
    """
    rows = tx.all(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id, kept)"
        " SELECT s.user_id, e.feed_id, e.listed_at, e.id, CAST(:kept AS INTEGER) FROM entry e"
        " JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id AND e.id <= s.seen_entry_id"
        " WHERE e.id IN ids(:ids) ON CONFLICT DO NOTHING RETURNING feed_id, entry_id",
        user=user_id,
        ids=list(entry_ids),
        kept=int(kept),
    )
    _count_down(tx, user_id, (row[0] for row in rows), +1)
    return sorted(row[1] for row in rows)


def mark_unread_by_hand(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> Changed:
    """The entries are unread, and spared from being read by themselves or scrolled past. Which were not so before."""
    spared = _spare(tx, user_id, entry_ids, kept=True)
    new = mark_unread(tx, user_id, entry_ids, kept=True)
    return Changed(ids=sorted([*spared, *new]), kept=spared)


def spare_no_more(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> list[int]:
    """What is unread by hand of these is unread as it had arrived. Which."""
    return _spare(tx, user_id, entry_ids, kept=False)


def _spare(tx: WriteTx, user_id: int, entry_ids: Sequence[int], *, kept: bool) -> list[int]:
    return sorted(
        tx.column(
            "UPDATE unread SET kept = :kept WHERE user_id = :user AND kept <> :kept AND (feed_id, listed_at, entry_id)"
            " IN (SELECT feed_id, listed_at, id FROM entry WHERE id IN ids(:ids)) RETURNING entry_id",
            kept=int(kept),
            user=user_id,
            ids=list(entry_ids),
        )
    )


def revised(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> list[int]:
    """Revised entries are unread again for a user, those that the user has received. Which of them were read before.

    To be called while the entries still say since when they are gone: what was gone before the user subscribed was
    never received.
    """
    tx.hold_user(user_id)
    received = tx.column(
        "SELECT e.id FROM entry e JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id"
        " WHERE e.id IN ids(:ids) AND s.revised_unread = 1 AND (e.gone_at IS NULL OR e.gone_at >= s.created_at)",
        user=user_id,
        ids=list(entry_ids),
    )
    if not received:
        return []
    rules.note_again(tx, user_id, received)
    return mark_unread(tx, user_id, received)


def mark_all_read(
    tx: WriteTx,
    user_id: int,
    *,
    up_to: int,
    feed_ids: Sequence[int] | None,
    entry_ids: Sequence[int] | None = None,
    listed_from: datetime | None = None,
    listed_before: datetime | None = None,
    starred: bool | None = None,
) -> Changed:
    """Everything up to an entry id is read: of these feeds (None: of all), of these entries (None: all), listed within
    these moments, favourites alone or all others (``starred``). Which were unread.
    """
    where = "user_id = :user AND entry_id <= :up_to"
    if starred is not None:
        where += f" AND {condition('starred', 'unread') if starred else not_starred('unread')}"
    if feed_ids is not None:
        where += " AND feed_id IN ids(:feeds)"
    if entry_ids is not None:
        where += " AND entry_id IN ids(:entries)"
    params: dict[str, object] = {"user": user_id, "up_to": up_to}
    if feed_ids is not None:
        params["feeds"] = list(feed_ids)
    if entry_ids is not None:
        params["entries"] = list(entry_ids)
    if listed_from is not None:
        where += " AND listed_at >= :from"
        params["from"] = to_us(listed_from)
    if listed_before is not None:
        where += " AND listed_at < :before"
        params["before"] = to_us(listed_before)
    return _read(tx, user_id, _deleted(tx, where, params))


def _deleted(tx: WriteTx, where: str, params: dict[str, object]) -> list[Row]:
    """Delete unread rows; (feed, entry, kept) of each.

    SQLite has one writer, so what was selected is what is deleted, and RETURNING takes it two and a half times as long.
    """
    if tx.engine != "sqlite":
        return tx.all(f"DELETE FROM unread WHERE {where} RETURNING feed_id, entry_id, kept", **params)
    rows = tx.all(f"SELECT feed_id, entry_id, kept FROM unread WHERE {where}", **params)
    if rows:
        tx.run(f"DELETE FROM unread WHERE {where}", **params)
    return rows


def recount(tx: WriteTx, user_id: int | None = None) -> int:
    """Make every counter what the rows say, and drop rows of feeds that are not subscribed to.

    How many counters were wrong.
    """
    only = "" if user_id is None else " AND user_id = :user"
    params = {} if user_id is None else {"user": user_id}
    tx.run(
        "DELETE FROM unread WHERE NOT EXISTS (SELECT 1 FROM subscription s"
        f" WHERE s.user_id = unread.user_id AND s.feed_id = unread.feed_id){only}",
        **params,
    )
    return tx.run(
        "UPDATE subscription SET unread_count = (SELECT count(*) FROM unread u"
        " WHERE u.user_id = subscription.user_id AND u.feed_id = subscription.feed_id)"
        " WHERE unread_count <> (SELECT count(*) FROM unread u"
        f" WHERE u.user_id = subscription.user_id AND u.feed_id = subscription.feed_id){only}",
        **params,
    )


# ------------------------------------------------------------------------------------------------ stars


def unread_by_hand(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> set[int]:
    """Which of the entries the user marked as unread."""
    return set(
        tx.column(
            "SELECT u.entry_id FROM entry e JOIN unread u ON u.user_id = :user AND u.feed_id = e.feed_id"
            " AND u.listed_at = e.listed_at AND u.entry_id = e.id WHERE e.id IN ids(:ids) AND u.kept = 1",
            user=user_id,
            ids=list(entry_ids),
        )
    )


def starred(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> set[int]:
    """Which of the entries are favourites."""
    sql = "SELECT entry_id FROM star WHERE entry_id IN ids(:ids) AND user_id = :user"
    return set(tx.column(sql, user=user_id, ids=list(entry_ids)))


def star(tx: WriteTx, user_id: int, entry_ids: Sequence[int], now: datetime) -> list[int]:
    """The entries are starred now. Which of them were not before."""
    return tx.column(
        "INSERT INTO star (user_id, listed_at, entry_id, feed_id, starred_at)"
        " SELECT CAST(:user AS BIGINT), listed_at, id, feed_id, CAST(:now AS BIGINT) FROM entry WHERE id IN ids(:ids)"
        " ON CONFLICT DO NOTHING RETURNING entry_id",
        user=user_id,
        ids=list(entry_ids),
        now=to_us(now),
    )


def unstar(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> list[int]:
    """The entries are starred no more. Which of them were before."""
    return tx.column(
        "DELETE FROM star WHERE user_id = :user AND (listed_at, entry_id) IN"
        " (SELECT listed_at, id FROM entry WHERE id IN ids(:ids)) RETURNING entry_id",
        user=user_id,
        ids=list(entry_ids),
    )
