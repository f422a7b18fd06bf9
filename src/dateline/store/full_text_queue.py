"""The queue of articles: which entries' pages are to be fetched, and what their sites ask of programs (robots.txt)."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from .db import Tx, WriteTx
from .times import to_us


class Due(Struct, frozen=True, kw_only=True):
    """An entry whose article is to be fetched. ``tries``: how often it was tried before."""

    entry_id: int
    feed_id: int
    url: str | None
    tries: int


def has_due(tx: Tx, entry_id: int) -> bool:
    """Whether the article of an entry will be fetched."""
    return tx.value("SELECT 1 FROM full_text_due WHERE entry_id = :id", id=entry_id) is not None


def waiting(tx: Tx, feed_id: int) -> int:
    """How many articles of a feed are to be fetched."""
    return int(tx.value("SELECT count(*) FROM full_text_due WHERE feed_id = :feed", feed=feed_id))


def enqueue(tx: WriteTx, feed_id: int, entry_ids: Sequence[int], now: datetime) -> None:
    """The articles of these entries are to be fetched, unless that is known."""
    rows = [{"entry": entry_id, "feed": feed_id, "now": to_us(now)} for entry_id in entry_ids]
    tx.many(
        "INSERT INTO full_text_due (entry_id, feed_id, next_at) VALUES (:entry, :feed, :now) ON CONFLICT DO NOTHING",
        rows,
    )


def newest_unread(tx: Tx, user_id: int, feed_id: int, limit: int) -> list[int]:
    """Those of a feed's newest entries that a user has not read, delivered or not."""
    return tx.column(
        "SELECT n.id FROM (SELECT e.id, e.listed_at FROM entry e WHERE e.feed_id = :feed"
        " ORDER BY e.listed_at DESC, e.id DESC LIMIT :limit) n"
        " JOIN subscription s ON s.user_id = :user AND s.feed_id = :feed"
        " WHERE n.id > s.seen_entry_id OR EXISTS (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = :feed"
        " AND u.listed_at = n.listed_at AND u.entry_id = n.id)",
        user=user_id,
        feed=feed_id,
        limit=limit,
    )


def listed_since(tx: Tx, entry_ids: Sequence[int], since: datetime) -> list[int]:
    """Those of these entries that are not older, the newest first."""
    return tx.column(
        "SELECT id FROM entry WHERE id IN ids(:ids) AND listed_at >= :since ORDER BY listed_at DESC, id DESC",
        ids=list(entry_ids),
        since=to_us(since),
    )


def due(tx: Tx, now: datetime, limit: int) -> list[Due]:
    """Articles whose time has come, the longest waiting first."""
    rows = tx.all(
        "SELECT d.entry_id, d.feed_id, e.url, d.tries FROM full_text_due d JOIN entry e ON e.id = d.entry_id"
        " WHERE d.next_at <= :now ORDER BY d.next_at LIMIT :limit",
        now=to_us(now),
        limit=limit,
    )
    return [Due(entry_id=row[0], feed_id=row[1], url=row[2], tries=row[3]) for row in rows]


def lease(tx: WriteTx, entry_ids: Sequence[int], now: datetime, until: datetime) -> set[int]:
    """Take those of these articles whose time has come: nobody else does before ``until``. The attempt counts now."""
    return set(
        tx.column(
            "UPDATE full_text_due SET next_at = :until, tries = tries + 1"
            " WHERE entry_id IN ids(:ids) AND next_at <= :now RETURNING entry_id",
            ids=list(entry_ids),
            now=to_us(now),
            until=to_us(until),
        )
    )


def postpone(tx: WriteTx, entry_id: int, until: datetime, *, tried: bool) -> None:
    """Try again then; ``tried`` False: the attempt did not take place, and does not count."""
    tx.run(
        "UPDATE full_text_due SET next_at = :until, tries = tries - :back WHERE entry_id = :id",
        id=entry_id,
        until=to_us(until),
        back=0 if tried else 1,
    )


def put_off(tx: WriteTx, feed_id: int, until: datetime) -> None:
    """None of a feed's articles is asked for before then; saved pages are of many sites, and do not wait."""
    tx.run(
        "UPDATE full_text_due SET next_at = :until WHERE feed_id = :feed AND next_at < :until"
        " AND EXISTS (SELECT 1 FROM feed f WHERE f.id = :feed AND f.kind <> 'saved')",
        feed=feed_id,
        until=to_us(until),
    )


def forget_due(tx: WriteTx, entry_id: int) -> None:
    """The article need not be fetched (any more)."""
    tx.run("DELETE FROM full_text_due WHERE entry_id = :id", id=entry_id)


# ------------------------------------------------------------------------------------------------ robots.txt


def robots(tx: Tx, origin: str, since: datetime) -> str | None:
    """What a site asks of programs, if that was asked since then."""
    found: str | None = tx.value(
        "SELECT body FROM robots WHERE origin = :origin AND checked_at >= :since", origin=origin, since=to_us(since)
    )
    return found


def note_robots(tx: WriteTx, origin: str, body: str, now: datetime) -> None:
    """Remember what a site asks of programs; what was asked more than two days ago is forgotten."""
    tx.run(
        "INSERT INTO robots (origin, checked_at, body) VALUES (:origin, :now, :body) ON CONFLICT (origin) DO UPDATE"
        " SET checked_at = excluded.checked_at, body = excluded.body",
        origin=origin,
        now=to_us(now),
        body=body,
    )
    tx.run("DELETE FROM robots WHERE checked_at < :before", before=to_us(now) - 2 * 86_400_000_000)
