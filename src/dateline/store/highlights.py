"""Highlights and notes: words of an article, with what stands around them, and what their owner has to say of them.

An entry that somebody highlighted or noted is kept for its owner, as a starred one is, whatever becomes of its feed.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from .db import Row, Tx, WriteTx
from .times import from_us, to_us

AROUND = 40
"""Characters before and after the words that are kept to find them again."""


class Highlight(Struct, frozen=True, kw_only=True):
    """One highlight. ``quote`` "" is a note on the article as a whole; ``place`` counts the characters before it."""

    id: int
    entry_id: int
    quote: str
    prefix: str
    suffix: str
    place: int
    colour: str
    note: str
    created_at: datetime
    changed_at: datetime


class Listed(Struct, frozen=True, kw_only=True):
    """A highlight with its article, for lists. ``subscription_id`` is None where its owner unsubscribed."""

    highlight: Highlight
    title: str
    url: str | None
    feed_id: int
    feed_title: str
    subscription_id: int | None
    feed_url: str
    guid: str


_COLUMNS = "h.id, h.entry_id, h.quote, h.prefix, h.suffix, h.place, h.colour, h.note, h.created_at, h.changed_at"


def of_entry(tx: Tx, user_id: int, entry_id: int) -> list[Highlight]:
    """A user's highlights of an entry, in the order of the text; notes on the whole come last."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM highlight h WHERE h.entry_id = :entry AND h.user_id = :user",
        entry=entry_id,
        user=user_id,
    )
    return sorted((_highlight(row) for row in rows), key=lambda one: (not one.quote, one.place, one.id))


def listing(tx: Tx, user_id: int) -> list[Listed]:
    """All of a user's highlights, the newest first, with their articles; ``feed_url`` as it is stored."""
    rows = tx.all(
        f"SELECT {_COLUMNS}, e.title, e.url, e.feed_id,"
        " CASE WHEN s.title <> '' THEN s.title WHEN f.title <> '' THEN f.title ELSE f.url END, s.id,"
        " f.url, e.guid"
        " FROM highlight h JOIN entry e ON e.id = h.entry_id JOIN feed f ON f.id = e.feed_id"
        " LEFT JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id"
        " WHERE h.user_id = :user ORDER BY h.id DESC",
        user=user_id,
    )
    return [
        Listed(
            highlight=_highlight(row),
            title=row[10],
            url=row[11],
            feed_id=row[12],
            feed_title=row[13],
            subscription_id=row[14],
            feed_url=row[15],
            guid=row[16],
        )
        for row in rows
    ]


def _highlight(row: Row) -> Highlight:
    return Highlight(
        id=row[0],
        entry_id=row[1],
        quote=row[2],
        prefix=row[3],
        suffix=row[4],
        place=row[5],
        colour=row[6],
        note=row[7],
        created_at=from_us(row[8]),
        changed_at=from_us(row[9]),
    )


def find(tx: Tx, user_id: int, highlight_id: int) -> Highlight | None:
    """One of a user's own."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM highlight h WHERE h.id = :id AND h.user_id = :user", id=highlight_id, user=user_id
    )
    return _highlight(row) if row else None


def count(tx: Tx, user_id: int) -> int:
    """How many a user has."""
    return int(tx.value("SELECT count(*) FROM highlight WHERE user_id = :user", user=user_id))


def held(tx: WriteTx, entry_ids: Sequence[int]) -> set[int]:
    """Which of these entries there are; they stay until the commit."""
    return set(tx.column("SELECT id FROM entry WHERE id IN ids(:ids) ORDER BY id [[lock_row]]", ids=list(entry_ids)))


def of_entries(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> list[Highlight]:
    """A user's highlights of these entries, in no order."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM highlight h WHERE h.entry_id IN ids(:entries) AND h.user_id = :user",
        entries=list(entry_ids),
        user=user_id,
    )
    return [_highlight(row) for row in rows]


def add(tx: WriteTx, user_id: int, one: Highlight) -> int:
    """Keep a new highlight (its ``id`` is not looked at). Its id."""
    ident: int = tx.value(
        "INSERT INTO highlight"
        " (user_id, entry_id, quote, prefix, suffix, place, colour, note, created_at, changed_at) VALUES"
        " (:user, :entry, :quote, :prefix, :suffix, :place, :colour, :note, :created, :changed) RETURNING id",
        user=user_id,
        entry=one.entry_id,
        quote=one.quote,
        prefix=one.prefix,
        suffix=one.suffix,
        place=one.place,
        colour=one.colour,
        note=one.note,
        created=to_us(one.created_at),
        changed=to_us(one.changed_at),
    )
    return ident


def change(tx: WriteTx, user_id: int, highlight_id: int, *, colour: str, note: str, now: datetime) -> bool:
    """Another colour, another note. Whether there was such a one."""
    sql = "UPDATE highlight SET colour = :colour, note = :note, changed_at = :now WHERE id = :id AND user_id = :user"
    return tx.run(sql, colour=colour, note=note, now=to_us(now), id=highlight_id, user=user_id) > 0


def remove(tx: WriteTx, user_id: int, highlight_ids: Sequence[int]) -> int:
    """Take these away. How many there were."""
    return tx.run(
        "DELETE FROM highlight WHERE user_id = :user AND id IN ids(:ids)", user=user_id, ids=list(highlight_ids)
    )


# ------------------------------------------------------------------------------------------------ taken back

_decoder = msgspec.json.Decoder(Highlight)


def encode(one: Highlight) -> str:
    """A highlight as text, for the history: what somebody wrote is not lost by one press."""
    return msgspec.json.encode(one).decode()


def bring_back(tx: WriteTx, user_id: int, text: str) -> bool:
    """Keep again what ``encode`` was made of. Whether it was gone; not if it is there, or its entry went meanwhile."""
    one = _decoder.decode(text)
    if tx.value("SELECT id FROM entry WHERE id = :id [[lock_row]]", id=one.entry_id) is None:
        return False
    same = [there for there in of_entry(tx, user_id, one.entry_id) if there.created_at == one.created_at]
    if any((there.quote, there.place, there.note) == (one.quote, one.place, one.note) for there in same):
        return False
    add(tx, user_id, one)
    return True
