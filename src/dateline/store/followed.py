"""Followed lists: folders that keep up with an OPML file somewhere else, and what they brought."""

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from dateline.model import Validators

from .db import Tx, WriteTx
from .times import from_us, from_us_or_none, to_us

MAX_LEFT_OUT = 20_000


class FollowedList(Struct, frozen=True, kw_only=True):
    """A folder's list. ``left_out`` are addresses that its person unsubscribed from: they do not come again."""

    folder_id: int
    user_id: int
    folder_name: str
    url: str
    validators: Validators
    validators_url: str | None
    body_hash: bytes | None
    next_at: datetime
    checked_at: datetime | None
    ok_at: datetime | None
    failures: int
    error_code: str | None
    error_detail: str | None
    left_out: frozenset[str] = frozenset()


class Brought(Struct, frozen=True, kw_only=True):
    """A subscription that a list brought; ``url`` is its address there.

    ``is_in_folder``: nobody has moved it out of the list's folder.
    """

    subscription_id: int
    url: str
    is_in_folder: bool


_COLUMNS = (
    "SELECT o.folder_id, d.user_id, d.name, o.url, o.etag, o.last_modified, o.validators_url, o.body_hash, o.next_at,"
    " o.checked_at, o.ok_at, o.failures, o.error_code, o.error_detail, o.left_out"
    " FROM followed_opml o JOIN folder d ON d.id = o.folder_id"
)


def _of_row(row: tuple[Any, ...]) -> FollowedList:
    return FollowedList(
        folder_id=row[0],
        user_id=row[1],
        folder_name=row[2],
        url=row[3],
        validators=Validators(etag=row[4], last_modified=row[5]),
        validators_url=row[6],
        body_hash=row[7],
        next_at=from_us(row[8]),
        checked_at=from_us_or_none(row[9]),
        ok_at=from_us_or_none(row[10]),
        failures=row[11],
        error_code=row[12],
        error_detail=row[13],
        left_out=frozenset(json.loads(row[14])) if row[14] else frozenset(),
    )


def of_user(tx: Tx, user_id: int) -> list[FollowedList]:
    """A user's followed lists, in order of folder."""
    rows = tx.all(f"{_COLUMNS} WHERE d.user_id = :user ORDER BY d.position, d.name_key", user=user_id)
    return [_of_row(row) for row in rows]


def of_folder(tx: Tx, folder_id: int) -> FollowedList | None:
    """The list that a folder follows."""
    row = tx.one(f"{_COLUMNS} WHERE o.folder_id = :folder", folder=folder_id)
    return _of_row(row) if row else None


def folders_of(tx: Tx, user_id: int) -> set[int]:
    """A user's folders that follow a list."""
    return set(
        tx.column(
            "SELECT o.folder_id FROM followed_opml o JOIN folder d ON d.id = o.folder_id WHERE d.user_id = :user",
            user=user_id,
        )
    )


def due(tx: Tx, now: datetime, limit: int) -> list[int]:
    """Folders whose lists are due, longest due first."""
    return tx.column(
        "SELECT folder_id FROM followed_opml WHERE next_at <= :now ORDER BY next_at, folder_id LIMIT :limit",
        now=to_us(now),
        limit=limit,
    )


def claim(tx: WriteTx, folder_id: int, now: datetime, until: datetime) -> bool:
    """Take a list that is due, so that nobody else asks for it before then. Whether it was still due."""
    taken = tx.run(
        "UPDATE followed_opml SET next_at = :until WHERE folder_id = :folder AND next_at <= :now",
        folder=folder_id,
        now=to_us(now),
        until=to_us(until),
    )
    return taken > 0


def is_still(tx: WriteTx, folder_id: int, url: str) -> bool:
    """Whether a folder still follows this address; it does until the commit."""
    found = tx.value("SELECT url FROM followed_opml WHERE folder_id = :folder [[lock_row]]", folder=folder_id)
    return bool(found == url)


def postpone(tx: WriteTx, folder_id: int, until: datetime) -> None:
    """The list cannot be asked for before then."""
    tx.run("UPDATE followed_opml SET next_at = :until WHERE folder_id = :folder", folder=folder_id, until=to_us(until))


def brought(tx: Tx, user_id: int, folder_id: int) -> list[Brought]:
    """What a folder's list brought."""
    rows = tx.all(
        "SELECT s.id, s.followed_url, EXISTS (SELECT 1 FROM subscription_folder sf WHERE sf.subscription_id = s.id"
        " AND sf.folder_id = :folder) FROM subscription s"
        " WHERE s.followed_folder_id = :folder AND s.user_id = :user ORDER BY s.id",
        user=user_id,
        folder=folder_id,
    )
    return [Brought(subscription_id=row[0], url=row[1] or "", is_in_folder=bool(row[2])) for row in rows]


# ------------------------------------------------------------------------------------------------ writing


def follow(tx: WriteTx, folder_id: int, url: str, now: datetime) -> None:
    """A folder follows the list at an address, due at once; what was known of another address is forgotten."""
    tx.run("DELETE FROM followed_opml WHERE folder_id = :folder AND url <> :url", folder=folder_id, url=url)
    tx.run(
        "INSERT INTO followed_opml (folder_id, url, next_at) VALUES (:folder, :url, :now)"
        " ON CONFLICT (folder_id) DO UPDATE SET next_at = excluded.next_at",
        folder=folder_id,
        url=url,
        now=to_us(now),
    )


def unfollow(tx: WriteTx, folder_id: int) -> bool:
    """A folder follows nothing any more; what its list brought is its person's own now. Whether there was a list."""
    tx.run(
        "UPDATE subscription SET followed_folder_id = NULL, followed_url = NULL WHERE followed_folder_id = :folder",
        folder=folder_id,
    )
    return tx.run("DELETE FROM followed_opml WHERE folder_id = :folder", folder=folder_id) > 0


def keep(tx: WriteTx, subscription_ids: list[int]) -> None:
    """Subscriptions that a list brought are their person's own from now on."""
    tx.run(
        "UPDATE subscription SET followed_folder_id = NULL, followed_url = NULL WHERE id IN ids(:ids)",
        ids=subscription_ids,
    )


def leave_out(tx: WriteTx, subscription_id: int) -> None:
    """A person is about to unsubscribe: when a list brought it, it does not bring it again."""
    row = tx.one(
        "SELECT o.folder_id, o.left_out, s.followed_url FROM subscription s JOIN followed_opml o"
        " ON o.folder_id = s.followed_folder_id WHERE s.id = :id",
        id=subscription_id,
    )
    if row is not None:
        addresses = [*(json.loads(row[1]) if row[1] else []), row[2]][-MAX_LEFT_OUT:]
        tx.run(
            "UPDATE followed_opml SET left_out = :addresses WHERE folder_id = :folder",
            addresses=json.dumps(addresses),
            folder=row[0],
        )


def leave_out_all(tx: WriteTx, folder_id: int, addresses: list[str]) -> None:
    """A list that was never asked for does not bring these: its person said so elsewhere."""
    tx.run(
        "UPDATE followed_opml SET left_out = :addresses WHERE folder_id = :folder AND left_out IS NULL",
        addresses=json.dumps(addresses[:MAX_LEFT_OUT]),
        folder=folder_id,
    )


def succeed(
    tx: WriteTx,
    folder_id: int,
    *,
    now: datetime,
    next_at: datetime,
    validators: Validators,
    validators_url: str,
    body_hash: bytes | None,
) -> None:
    """The list was read, and everything that it says is done."""
    tx.run(
        "UPDATE followed_opml SET etag = :etag, last_modified = :last_modified, validators_url = :validators_url,"
        " body_hash = :body_hash, checked_at = :now, ok_at = :now, next_at = :next_at, failures = 0,"
        " error_code = NULL, error_detail = NULL WHERE folder_id = :folder",
        folder=folder_id,
        etag=validators.etag,
        last_modified=validators.last_modified,
        validators_url=validators_url,
        body_hash=body_hash,
        now=to_us(now),
        next_at=to_us(next_at),
    )


def fail(tx: WriteTx, folder_id: int, *, code: str, detail: str, now: datetime, next_at: datetime) -> None:
    """The list could not be read: nothing changes, and the failure stays until it can."""
    tx.run(
        "UPDATE followed_opml SET failures = failures + 1, error_code = :code, error_detail = :detail,"
        " checked_at = :now, next_at = :next_at WHERE folder_id = :folder",
        folder=folder_id,
        code=code,
        detail=detail[:500],
        now=to_us(now),
        next_at=to_us(next_at),
    )
