"""Devices: browsers that are told of news; and what they are to be told, a queue by lease.

A device goes with the session that added it, a notification with its device.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from dateline.errors import NotFound

from .accounts import token_hash
from .db import Tx, WriteTx
from .times import from_us, from_us_or_none, to_us

MANY = 5_000
"""Of more new entries than these, only the newest are counted."""


class Device(Struct, frozen=True, kw_only=True):
    """A browser of a user. ``address`` is its endpoint and keys, encrypted; ``is_here``: of the session that asks."""

    id: int
    user_id: int
    name: str
    address: bytes
    created_at: datetime
    sent_at: datetime | None
    failures: int
    error_code: str | None
    is_here: bool = False


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a notification says, without words: ``kind``, how many entries, the title of the newest and of its feed,
    and where it leads (a path of ours).
    """

    kind: str
    path: str
    count: int = 0
    title: str = ""
    feed: str = ""


class Leased(Struct, frozen=True, kw_only=True):
    """A notification in somebody's hands, with its device and the language of its user.

    ``tries`` failed; ``begun``: how often it was taken since and nothing was heard of it, this time included.
    """

    id: int
    device: Device
    language: str
    content: Content
    created_at: datetime
    tries: int
    begun: int


class Arrivals(Struct, frozen=True, kw_only=True):
    """What came for a user and is unread: how many entries, the title of the newest, its feed's."""

    count: int
    title: str
    feed: str


_COLUMNS = "d.id, d.user_id, d.name, d.address, d.created_at, d.sent_at, d.failures, d.error_code"


def _of_row(row: tuple[Any, ...], *, is_here: bool = False) -> Device:
    return Device(
        id=row[0],
        user_id=row[1],
        name=row[2],
        address=bytes(row[3]),
        created_at=from_us(row[4]),
        sent_at=from_us_or_none(row[5]),
        failures=row[6],
        error_code=row[7],
        is_here=is_here,
    )


def endpoint_hash(endpoint: str) -> bytes:
    """What makes two devices the same browser."""
    return hashlib.blake2b(endpoint.encode(), digest_size=16).digest()


# ------------------------------------------------------------------------------------------------ people


def of_user(tx: Tx, user_id: int, token: str | None = None) -> list[Device]:
    """A user's devices, the oldest first; ``token`` is the session that asks."""
    here = token_hash(token) if token else b""
    rows = tx.all(
        f"SELECT {_COLUMNS}, d.session_hash FROM device d WHERE d.user_id = :user ORDER BY d.id", user=user_id
    )
    return [_of_row(row, is_here=bytes(row[8]) == here) for row in rows]


def one(tx: Tx, user_id: int, device_id: int) -> Device:
    """One of a user's devices. Raises ``NotFound``."""
    row = tx.one(f"SELECT {_COLUMNS} FROM device d WHERE d.id = :id AND d.user_id = :user", id=device_id, user=user_id)
    if row is None:
        raise NotFound(f"device {device_id}")
    return _of_row(row)


def add(
    tx: WriteTx,
    user_id: int,
    *,
    token: str,
    name: str,
    endpoint: str,
    address: bytes,
    told_entry_id: int,
    now: datetime,
) -> int:
    """Tell a browser of news from now on, in place of whoever it was told for before. Its id."""
    tx.run("DELETE FROM device WHERE endpoint_hash = :hash", hash=endpoint_hash(endpoint))
    ident: int = tx.value(
        "INSERT INTO device (user_id, session_hash, name, endpoint_hash, address, told_entry_id, created_at)"
        " VALUES (:user, :session, :name, :endpoint, :address, :told, :now) RETURNING id",
        user=user_id,
        session=token_hash(token),
        name=name,
        endpoint=endpoint_hash(endpoint),
        address=address,
        told=told_entry_id,
        now=to_us(now),
    )
    return ident


def renew(
    tx: WriteTx, user_id: int, *, token: str, endpoint: str, address: bytes, has_moved: bool = False
) -> int | None:
    """A user's browser comes again, perhaps in another session: its id; None when it is not known.

    ``has_moved``: else it is the session's device, at another address from now on; another account's of that address
    is that no more.
    """
    hash_ = endpoint_hash(endpoint)
    own = tx.value("SELECT id FROM device WHERE endpoint_hash = :hash AND user_id = :user", hash=hash_, user=user_id)
    if own is None and has_moved:
        tx.run("DELETE FROM device WHERE endpoint_hash = :hash", hash=hash_)
        own = tx.value(
            "SELECT max(id) FROM device WHERE session_hash = :session AND user_id = :user",
            session=token_hash(token),
            user=user_id,
        )
    ident: int | None = tx.value(
        "UPDATE device SET failures = CASE WHEN endpoint_hash = :hash THEN failures ELSE 0 END,"
        " error_code = CASE WHEN endpoint_hash = :hash THEN error_code END, endpoint_hash = :hash,"
        " session_hash = :session, address = :address WHERE id = :id RETURNING id",
        hash=hash_,
        session=token_hash(token),
        address=address,
        id=own,
    )
    return ident


def remove(tx: WriteTx, device_id: int) -> None:
    """Tell it nothing any more."""
    tx.run("DELETE FROM device WHERE id = :id", id=device_id)


def begin_after(tx: WriteTx, user_id: int, entry_id: int) -> None:
    """Nothing up to this entry is news to a user's devices."""
    tx.run(
        "UPDATE device SET told_entry_id = :entry WHERE user_id = :user AND told_entry_id < :entry",
        user=user_id,
        entry=entry_id,
    )


# ------------------------------------------------------------------------------------------------ what is news


def behind(tx: Tx, newest_id: int) -> dict[int, dict[int, list[int]]]:
    """Devices that something came for since: user → the entry that they were told up to → their ids."""
    found: dict[int, dict[int, list[int]]] = {}
    rows = tx.all(
        "SELECT user_id, told_entry_id, id FROM device WHERE told_entry_id < :newest ORDER BY id", newest=newest_id
    )
    for user_id, told, device_id in rows:
        found.setdefault(user_id, {}).setdefault(told, []).append(device_id)
    return found


def important_after(tx: Tx, user_id: int, after: int, upto: int) -> Arrivals | None:
    """What important feeds brought a user after one entry and up to another, of what is still unread; None: nothing.

    What the first document of a feed held is no news: it stood there before the user came. One that held nothing was a
    document, too, as is one of which nothing was kept: what comes after a good check is news.
    """
    rows = tx.all(
        "SELECT e.title, CASE WHEN s.title = '' THEN f.title ELSE s.title END"
        " FROM (SELECT id, feed_id, listed_at, received_at, title FROM entry WHERE id > :after AND id <= :upto"
        " ORDER BY id DESC LIMIT :many) e"
        " JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id AND s.visibility = 'important'"
        " JOIN feed f ON f.id = e.feed_id"
        " JOIN unread u ON u.user_id = :user AND u.feed_id = e.feed_id AND u.listed_at = e.listed_at"
        " AND u.entry_id = e.id WHERE e.received_at >"
        " (SELECT o.received_at FROM entry o WHERE o.feed_id = e.feed_id ORDER BY o.id LIMIT 1)"
        " OR EXISTS (SELECT 1 FROM feed_check c WHERE c.feed_id = e.feed_id AND c.at < e.received_at"
        " AND c.code IN ('ok', 'not_modified', 'unchanged', 'push')) ORDER BY e.id DESC",
        user=user_id,
        after=after,
        upto=upto,
        many=MANY,
    )
    if not rows:
        return None
    return Arrivals(count=len(rows), title=rows[0][0], feed=rows[0][1])


def note_told(tx: WriteTx, device_ids: Sequence[int], entry_id: int) -> list[int]:
    """These devices are told up to an entry; those of them that nobody else told meanwhile."""
    return tx.column(
        "UPDATE device SET told_entry_id = :entry WHERE id IN ids(:ids) AND told_entry_id < :entry RETURNING id",
        ids=list(device_ids),
        entry=entry_id,
    )


# ------------------------------------------------------------------------------------------------ the queue


def queue(tx: WriteTx, device_ids: Sequence[int], content: Content, now: datetime) -> None:
    """Put a notification into the queue of each device; it speaks for those of its kind that wait there, as long as
    they wait and after as many tries: a service that asked for a pause gets it.
    """
    for device_id in device_ids:
        before = tx.all(
            "DELETE FROM notification WHERE device_id = :device AND kind = :kind AND begun = 0"
            " RETURNING content, next_at, tries",
            device=device_id,
            kind=content.kind,
        )
        count = content.count + sum(_content(row[0]).count for row in before)
        tx.run(
            "INSERT INTO notification (device_id, kind, content, created_at, next_at, tries)"
            " VALUES (:device, :kind, :content, :now, :at, :tries)",
            device=device_id,
            kind=content.kind,
            content=msgspec.json.encode(msgspec.structs.replace(content, count=count)).decode(),
            now=to_us(now),
            at=max([to_us(now), *(row[1] for row in before)]),
            tries=max((row[2] for row in before), default=0),
        )


def _content(text: str) -> Content:
    return msgspec.json.decode(text, type=Content)


def waiting(tx: Tx, device_id: int) -> int:
    """How many notifications wait for a device."""
    return int(tx.value("SELECT count(*) FROM notification WHERE device_id = :device", device=device_id))


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether there is one to send."""
    return tx.value("SELECT 1 FROM notification WHERE next_at <= :now LIMIT 1", now=to_us(now)) is not None


def lease(tx: WriteTx, now: datetime, until: datetime) -> Leased | None:
    """Take the longest waiting notification: nobody else does before ``until``."""
    row = tx.one(
        "UPDATE notification SET next_at = :until, begun = begun + 1 WHERE id = (SELECT f.id FROM notification f"
        " WHERE f.next_at <= :now ORDER BY f.next_at, f.id LIMIT 1 [[skip_locked_of_f]])"
        " RETURNING id, device_id, content, created_at, tries, begun",
        now=to_us(now),
        until=to_us(until),
    )
    if row is None:
        return None
    device = tx.one(
        f"SELECT {_COLUMNS}, u.language FROM device d JOIN users u ON u.id = d.user_id WHERE d.id = :id", id=row[1]
    )
    assert device is not None  # it takes its notifications along
    return Leased(
        id=row[0],
        device=_of_row(device),
        language=device[8],
        content=_content(row[2]),
        created_at=from_us(row[3]),
        tries=row[4],
        begun=row[5],
    )


def drop(tx: WriteTx, notification_id: int) -> None:
    """It was sent, or will not be."""
    tx.run("DELETE FROM notification WHERE id = :id", id=notification_id)


def put_off(tx: WriteTx, notification_id: int, at: datetime, *, failed: bool) -> None:
    """Send it then: after a failure, or because nobody could be asked."""
    tx.run(
        "UPDATE notification SET next_at = :at, tries = tries + :failed, begun = 0 WHERE id = :id",
        id=notification_id,
        at=to_us(at),
        failed=int(failed),
    )


def note_sent(tx: WriteTx, device_id: int, now: datetime) -> None:
    """The push service took something for a device."""
    tx.run(
        "UPDATE device SET sent_at = :now, failures = 0, error_code = NULL WHERE id = :id",
        id=device_id,
        now=to_us(now),
    )


def note_failed(tx: WriteTx, device_id: int, code: str) -> int:
    """It did not. How often in a row."""
    count: int | None = tx.value(
        "UPDATE device SET failures = failures + 1, error_code = :code WHERE id = :id RETURNING failures",
        id=device_id,
        code=code,
    )
    return count or 0
