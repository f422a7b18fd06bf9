"""Feeds' small pictures, stored once by hash and served by us."""

import hashlib
from datetime import datetime

from msgspec import Struct

from dateline.errors import NotFound

from .db import Tx, WriteTx
from .feeds import FEED_COLUMNS, Feed, feed_of_row
from .times import to_us


class Icon(Struct, frozen=True, kw_only=True):
    """A picture of at most 100 kB. ``hash_hex`` names its content for ever."""

    content_type: str
    body: bytes
    hash_hex: str


_FOR_USERS = "f.owner_id IN (0, :user)"
_FOR_STRANGERS = (
    "f.owner_id = 0 AND EXISTS (SELECT 1 FROM subscription s JOIN users u ON u.id = s.user_id"
    " WHERE s.feed_id = f.id AND s.hidden_from_visitors = 0 AND u.open_to_visitors = 1)"
)


def read(tx: Tx, icon_id: int, *, user_id: int | None) -> Icon:
    """One icon that a user may see (None: a visitor, who may see what open accounts show). Raises ``NotFound``."""
    right = _FOR_STRANGERS if user_id is None else _FOR_USERS
    row = tx.one(
        "SELECT content_type, body, hash FROM icon WHERE id = :id"
        f" AND EXISTS (SELECT 1 FROM feed f WHERE f.icon_id = :id AND {right})",
        id=icon_id,
        **({} if user_id is None else {"user": user_id}),
    )
    if row is None:
        raise NotFound(f"icon {icon_id}")
    return Icon(content_type=row[0], body=row[1], hash_hex=row[2].hex())


def add(tx: WriteTx, content_type: str, body: bytes) -> int:
    """Store an icon, unless it is there. Its id."""
    digest = hashlib.blake2b(body, digest_size=16).digest()
    if tx.value("SELECT id FROM icon WHERE hash = :hash", hash=digest) is None:
        tx.run(
            "INSERT INTO icon (hash, content_type, body) VALUES (:hash, :type, :body) ON CONFLICT DO NOTHING",
            hash=digest,
            type=content_type,
            body=body,
        )
    return int(tx.value("SELECT id FROM icon WHERE hash = :hash", hash=digest))


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
