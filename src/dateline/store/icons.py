"""Feeds' small pictures, stored once by hash and served by us; those that people gave their subscriptions, too."""

import hashlib
from datetime import datetime

from msgspec import Struct

from dateline.errors import NotFound

from .db import Tx, WriteTx
from .feeds import FEED_COLUMNS, Feed, feed_of_row
from .times import to_us


class Icon(Struct, frozen=True, kw_only=True):
    """A picture of at most 1 MiB, 100 kB where it was fetched. ``hash_hex`` names its content for ever."""

    content_type: str
    body: bytes
    hash_hex: str


_OPEN = "s.hidden_from_visitors = 0 AND f.owner_id = 0 AND u.open_to_visitors = 1"
_SHOWN_BY = (
    "SELECT 1 FROM subscription s JOIN feed f ON f.id = s.feed_id JOIN users u ON u.id = s.user_id"
    f" WHERE s.own_icon_id = :id AND ({_OPEN}"
)
_FOR_USERS = (
    " EXISTS (SELECT 1 FROM feed f WHERE f.icon_id = :id AND f.owner_id IN (0, :user))"
    f" OR EXISTS ({_SHOWN_BY} OR s.user_id = :user))"
)
_FOR_STRANGERS = (
    " EXISTS (SELECT 1 FROM feed f WHERE f.icon_id = :id AND EXISTS (SELECT 1 FROM subscription s"
    f" JOIN users u ON u.id = s.user_id WHERE s.feed_id = f.id AND {_OPEN}))"
    f" OR EXISTS ({_SHOWN_BY}))"
)


def read(tx: Tx, icon_id: int, *, user_id: int | None) -> Icon:
    """One icon that a user may see (None: a visitor, who may see what open accounts show). Raises ``NotFound``."""
    right = _FOR_STRANGERS if user_id is None else _FOR_USERS
    row = tx.one(
        f"SELECT content_type, body, hash FROM icon WHERE id = :id AND ({right})",
        id=icon_id,
        **({} if user_id is None else {"user": user_id}),
    )
    if row is None:
        raise NotFound(f"icon {icon_id}")
    return Icon(content_type=row[0], body=row[1], hash_hex=row[2].hex())


def add(tx: WriteTx, content_type: str, body: bytes) -> int:
    """Store an icon, unless it is there. Its id; until the commit, nobody drops it."""
    ident: int = tx.value(
        "INSERT INTO icon (hash, content_type, body) VALUES (:hash, :type, :body)"
        " ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id",
        hash=hashlib.blake2b(body, digest_size=16).digest(),
        type=content_type,
        body=body,
    )
    return ident


def drop_unused(tx: WriteTx, icon_id: int | None = None, *, limit: int = 200) -> int:
    """Delete icons that no feed and no subscription has (``icon_id``: only this one, if so). How many."""
    unused = (
        " NOT EXISTS (SELECT 1 FROM feed f WHERE f.icon_id = i.id)"
        " AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.own_icon_id = i.id)"
    )
    only, params = ("", {"limit": limit}) if icon_id is None else (" AND i.id = :id", {"limit": 1, "id": icon_id})
    # Held first: whoever is about to use one has it (``add``), or comes after and stores it anew.
    held = tx.column(f"SELECT i.id FROM icon i WHERE{unused}{only} LIMIT :limit [[skip_locked_of_i]]", **params)
    return tx.run(f"DELETE FROM icon AS i WHERE i.id IN ids(:ids) AND{unused}", ids=held) if held else 0


# ------------------------------------------------------------------------------------------------ whose they are


def without_icon(tx: Tx, limit: int) -> list[Feed]:
    """Feeds whose icon was never looked for."""
    rows = tx.all(
        f"SELECT {FEED_COLUMNS} FROM feed f WHERE f.icon_checked_at IS NULL AND f.ok_at IS NOT NULL ORDER BY f.ok_at"
        " LIMIT :limit",
        limit=limit,
    )
    return [feed_of_row(row) for row in rows]


def set_icon(tx: WriteTx, feed_id: int, icon_id: int | None, now: datetime) -> None:
    """Give a feed its icon, or note that it has none; either way it was looked for."""
    tx.run(
        "UPDATE feed SET icon_id = coalesce(:icon, icon_id), icon_checked_at = :now WHERE id = :id",
        id=feed_id,
        icon=icon_id,
        now=to_us(now),
    )


def icon_address(tx: Tx, feed_id: int) -> str | None:
    """The icon that the feed itself names."""
    found: str | None = tx.value("SELECT icon_url FROM feed WHERE id = :id", id=feed_id)
    return found
