"""Feeds' small pictures, stored once by hash and served by us."""

import hashlib

from msgspec import Struct

from dateline.errors import NotFound

from .db import Tx, WriteTx


class Icon(Struct, frozen=True, kw_only=True):
    """A picture of at most 100 kB. ``hash_hex`` names its content for ever."""

    content_type: str
    body: bytes
    hash_hex: str


def read(tx: Tx, icon_id: int) -> Icon:
    """One icon. Raises ``NotFound``."""
    row = tx.one("SELECT content_type, body, hash FROM icon WHERE id = :id", id=icon_id)
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
