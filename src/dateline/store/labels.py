"""Labels: a user's own marks on entries, with colours; how much of each is unread, and on what they stand."""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from dateline.errors import NotFound

from . import kept_queries
from .accounts import name_key
from .db import Tx, WriteTx

Colour = Literal["", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]
COLOURS: tuple[Colour, ...] = get_args(Colour)
"""The palette; "" is none. What each looks like is the theme's matter (tokens.css)."""

COUNTED = 10_000
"""So many of a label's newest entries are looked at for its unread count: no page waits for a label on everything."""


class Label(Struct, frozen=True, kw_only=True):
    """A label. ``unread_count`` is of its newest 10,000 entries."""

    id: int
    name: str
    colour: Colour = ""
    unread_count: int = 0


def all_labels(tx: Tx, user_id: int, *, counted: bool = False) -> list[Label]:
    """A user's labels, in order of name; ``counted``: with what is unread of each."""
    rows = tx.all("SELECT id, name, colour FROM label WHERE user_id = :user ORDER BY name_key", user=user_id)
    return [
        Label(id=row[0], name=row[1], colour=row[2], unread_count=_unread(tx, user_id, row[0]) if counted else 0)
        for row in rows
    ]


def _unread(tx: Tx, user_id: int, label_id: int) -> int:
    return int(
        tx.value(
            "SELECT count(*) FROM (SELECT m.feed_id, m.listed_at, m.entry_id FROM entry_label m"
            " WHERE m.user_id = :user AND m.label_id = :label ORDER BY m.listed_at DESC, m.entry_id DESC LIMIT :most) m"
            " WHERE EXISTS (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = m.feed_id"
            " AND u.listed_at = m.listed_at AND u.entry_id = m.entry_id)",
            user=user_id,
            label=label_id,
            most=COUNTED,
        )
    )


def one(tx: Tx, user_id: int, label_id: int) -> Label:
    """A label. Raises ``NotFound``, also for somebody else's."""
    row = tx.one("SELECT id, name, colour FROM label WHERE id = :id AND user_id = :user", id=label_id, user=user_id)
    if row is None:
        raise NotFound(f"label {label_id}")
    return Label(id=row[0], name=row[1], colour=row[2])


def entry_counts(tx: Tx, user_id: int) -> dict[int, int]:
    """How many entries each of a user's labels stands on."""
    rows = tx.all("SELECT label_id, count(*) FROM entry_label WHERE user_id = :user GROUP BY label_id", user=user_id)
    return {row[0]: row[1] for row in rows}


def of_entry(tx: Tx, user_id: int, entry_id: int) -> set[int]:
    """The labels that a user put on an entry."""
    return set(
        tx.column(
            "SELECT label_id FROM entry_label WHERE entry_id = :entry AND user_id = :user", entry=entry_id, user=user_id
        )
    )


def count(tx: Tx, user_id: int) -> int:
    """How many labels a user has."""
    return int(tx.value("SELECT count(*) FROM label WHERE user_id = :user", user=user_id))


def add(tx: WriteTx, user_id: int, name: str, colour: Colour = "") -> int:
    """Make a label whose name is free. Its id."""
    ident: int = tx.value(
        "INSERT INTO label (user_id, name, name_key, colour) VALUES (:user, :name, :key, :colour) RETURNING id",
        user=user_id,
        name=name,
        key=name_key(name),
        colour=colour,
    )
    return ident


def change(tx: WriteTx, user_id: int, label_id: int, *, name: str, colour: Colour) -> None:
    """Give a label a name that is free, and a colour; saved searches and rules that name it go on naming it."""
    kept_queries.follow_name(tx, user_id, "label", one(tx, user_id, label_id).name, name)
    tx.run(
        "UPDATE label SET name = :name, name_key = :key, colour = :colour WHERE id = :id AND user_id = :user",
        name=name,
        key=name_key(name),
        colour=colour,
        id=label_id,
        user=user_id,
    )


def merge(tx: WriteTx, user_id: int, gone: int, kept: int) -> None:
    """What one label stands on, another stands on too, and what named the first names it; the first is no more."""
    tx.run(
        "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
        " SELECT user_id, CAST(:kept AS BIGINT), listed_at, entry_id, feed_id FROM entry_label"
        " WHERE user_id = :user AND label_id = :gone ON CONFLICT DO NOTHING",
        user=user_id,
        gone=gone,
        kept=kept,
    )
    tx.run(
        "UPDATE saved_search SET key = :kept WHERE user_id = :user AND kind = 'label' AND key = :gone",
        user=user_id,
        gone=gone,
        kept=kept,
    )
    tx.run(
        "UPDATE rule SET label_id = :kept WHERE user_id = :user AND label_id = :gone",
        kept=kept,
        user=user_id,
        gone=gone,
    )
    kept_queries.follow_number(tx, user_id, "label", gone, kept)
    kept_queries.follow_name(tx, user_id, "label", one(tx, user_id, gone).name, one(tx, user_id, kept).name)
    remove(tx, user_id, gone)


def remove(tx: WriteTx, user_id: int, label_id: int) -> int:
    """A label is no more. From how many entries it was taken."""
    taken = tx.run("DELETE FROM entry_label WHERE user_id = :user AND label_id = :label", user=user_id, label=label_id)
    tx.run("DELETE FROM label WHERE id = :id AND user_id = :user", id=label_id, user=user_id)
    return taken


def put(tx: WriteTx, user_id: int, label_id: int, entry_ids: Sequence[int]) -> list[int]:
    """Put a label on entries. Which did not have it."""
    return tx.column(
        "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
        " SELECT CAST(:user AS BIGINT), CAST(:label AS BIGINT), listed_at, id, feed_id FROM entry WHERE id IN ids(:ids)"
        " ON CONFLICT DO NOTHING RETURNING entry_id",
        user=user_id,
        label=label_id,
        ids=list(entry_ids),
    )


def take(tx: WriteTx, user_id: int, label_id: int, entry_ids: Sequence[int]) -> list[int]:
    """Take a label from entries. Which had it."""
    return tx.column(
        "DELETE FROM entry_label WHERE user_id = :user AND label_id = :label AND (listed_at, entry_id) IN"
        " (SELECT listed_at, id FROM entry WHERE id IN ids(:ids)) RETURNING entry_id",
        user=user_id,
        label=label_id,
        ids=list(entry_ids),
    )
