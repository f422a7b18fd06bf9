"""Mailboxes that newsletters are read from: where, how far, by whom now, and how it fares."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from dateline.errors import NotFound

from .db import Tx, WriteTx
from .times import from_us, from_us_or_none, to_us


class LeftOut(Struct, frozen=True, kw_only=True):
    """A mail that was not taken, and stays in its mailbox: why, in an error's code."""

    uid: int
    code: str
    detail: str
    at: datetime


class Mailbox(Struct, frozen=True, kw_only=True):
    """A folder of a mailbox, read for a user.

    ``login`` is ``user:password``, encrypted. Every mail up to ``last_uid`` is done with, while the folder's
    ``uid_validity`` stays. ``trying_uid`` is the mail that was being read, ``tries`` how many rounds began it.
    """

    id: int
    user_id: int
    host: str
    port: int
    security: str
    login: bytes
    folder: str
    uid_validity: int | None
    last_uid: int
    since_at: datetime | None
    reread_to: int
    next_at: datetime
    checked_at: datetime | None
    ok_at: datetime | None
    failures: int
    error_code: str | None
    error_detail: str | None
    taken: int
    left_out: int
    left_out_last: LeftOut | None
    trying_uid: int | None
    tries: int


_COLUMNS = (
    "SELECT id, user_id, host, port, security, login, folder, uid_validity, last_uid, since_at, reread_to, next_at,"
    " checked_at, ok_at, failures, error_code, error_detail, taken, left_out, left_out_last, trying_uid, tries"
    " FROM mailbox"
)


def _of_row(row: tuple[Any, ...]) -> Mailbox:
    return Mailbox(
        id=row[0],
        user_id=row[1],
        host=row[2],
        port=row[3],
        security=row[4],
        login=bytes(row[5]),
        folder=row[6],
        uid_validity=row[7],
        last_uid=row[8],
        since_at=from_us_or_none(row[9]),
        reread_to=row[10],
        next_at=from_us(row[11]),
        checked_at=from_us_or_none(row[12]),
        ok_at=from_us_or_none(row[13]),
        failures=row[14],
        error_code=row[15],
        error_detail=row[16],
        taken=row[17],
        left_out=row[18],
        left_out_last=msgspec.json.decode(row[19], type=LeftOut) if row[19] else None,
        trying_uid=row[20],
        tries=row[21],
    )


def of_user(tx: Tx, user_id: int) -> list[Mailbox]:
    """A user's mailboxes, the oldest first."""
    return [_of_row(row) for row in tx.all(f"{_COLUMNS} WHERE user_id = :user ORDER BY id", user=user_id)]


def of_user_by_id(tx: Tx, user_id: int, mailbox_id: int) -> Mailbox:
    """One of a user's mailboxes. Raises ``NotFound``."""
    row = tx.one(f"{_COLUMNS} WHERE id = :id AND user_id = :user", id=mailbox_id, user=user_id)
    if row is None:
        raise NotFound(f"mailbox {mailbox_id}")
    return _of_row(row)


def due(tx: Tx, now: datetime, limit: int) -> list[int]:
    """Mailboxes that are due and that nobody reads now, longest due first."""
    return tx.column(
        "SELECT id FROM mailbox WHERE next_at <= :now AND lease_until <= :now ORDER BY next_at, id LIMIT :limit",
        now=to_us(now),
        limit=limit,
    )


# ------------------------------------------------------------------------------------------------ people


def add(
    tx: WriteTx,
    user_id: int,
    *,
    host: str,
    port: int,
    security: str,
    login: bytes,
    folder: str,
    uid_validity: int,
    last_uid: int,
    since_at: datetime | None,
    now: datetime,
) -> int:
    """Read a mailbox from now on, beginning behind ``last_uid``. Its id."""
    ident: int = tx.value(
        "INSERT INTO mailbox (user_id, host, port, security, login, folder, uid_validity, last_uid, since_at, next_at)"
        " VALUES (:user, :host, :port, :security, :login, :folder, :uid_validity, :last_uid,"
        " CAST(:since AS BIGINT), :now) RETURNING id",
        user=user_id,
        host=host,
        port=port,
        security=security,
        login=login,
        folder=folder,
        uid_validity=uid_validity,
        last_uid=last_uid,
        since=to_us(since_at) if since_at else None,
        now=to_us(now),
    )
    return ident


def remove(tx: WriteTx, user_id: int, mailbox_id: int) -> bool:
    """Read it no more. Whether it was there, and theirs."""
    return tx.run("DELETE FROM mailbox WHERE id = :id AND user_id = :user", id=mailbox_id, user=user_id) > 0


def change_login(tx: WriteTx, mailbox_id: int, login: bytes, now: datetime) -> None:
    """Log in otherwise from now on; due at once, and what failed is forgotten."""
    tx.run(
        "UPDATE mailbox SET login = :login, next_at = :now, failures = 0, error_code = NULL, error_detail = NULL"
        " WHERE id = :id",
        id=mailbox_id,
        login=login,
        now=to_us(now),
    )


def ask_soon(tx: WriteTx, mailbox_id: int, now: datetime) -> None:
    """Make it due."""
    tx.run("UPDATE mailbox SET next_at = :now WHERE id = :id", id=mailbox_id, now=to_us(now))


# ------------------------------------------------------------------------------------------------ the machine


def claim(tx: WriteTx, mailbox_id: int, lease: str, *, now: datetime, until: datetime) -> Mailbox | None:
    """Take the lease on a mailbox that is due; None when somebody else has it, or it is not due any more."""
    taken = tx.run(
        "UPDATE mailbox SET lease = :lease, lease_until = :until"
        " WHERE id = :id AND next_at <= :now AND lease_until <= :now",
        id=mailbox_id,
        lease=lease,
        until=to_us(until),
        now=to_us(now),
    )
    row = tx.one(f"{_COLUMNS} WHERE id = :id", id=mailbox_id) if taken else None
    return _of_row(row) if row else None


def begin_anew(tx: WriteTx, mailbox_id: int, lease: str, *, uid_validity: int, last_uid: int, reread_to: int) -> bool:
    """The folder's UIDs mean other mails than before. Whether the lease still holds."""
    changed = tx.run(
        "UPDATE mailbox SET uid_validity = :uid_validity, last_uid = :last_uid, reread_to = :reread_to,"
        " trying_uid = NULL, tries = 0 WHERE id = :id AND lease = :lease",
        id=mailbox_id,
        lease=lease,
        uid_validity=uid_validity,
        last_uid=last_uid,
        reread_to=reread_to,
    )
    return changed > 0


def begin(tx: WriteTx, mailbox_id: int, lease: str, uid: int) -> int:
    """A mail is about to be read: how many rounds began it by now; 0 when the lease is lost."""
    tries: int | None = tx.value(
        "UPDATE mailbox SET tries = CASE WHEN trying_uid = :uid THEN tries + 1 ELSE 1 END, trying_uid = :uid"
        " WHERE id = :id AND lease = :lease RETURNING tries",
        id=mailbox_id,
        lease=lease,
        uid=uid,
    )
    return tries or 0


def advance(
    tx: WriteTx, mailbox_id: int, lease: str, last_uid: int, *, is_new: bool = False, left_out: LeftOut | None = None
) -> bool:
    """Every mail up to a UID is done with. Whether the lease still holds: if not, nothing was written."""
    changed = tx.run(
        "UPDATE mailbox SET last_uid = :last_uid, trying_uid = NULL, tries = 0, taken = taken + :new,"
        " left_out = left_out + :count, left_out_last = coalesce(CAST(:last AS TEXT), left_out_last)"
        " WHERE id = :id AND lease = :lease",
        id=mailbox_id,
        lease=lease,
        last_uid=last_uid,
        new=int(is_new),
        count=int(left_out is not None),
        last=msgspec.json.encode(left_out).decode() if left_out else None,
    )
    return changed > 0


def succeed(tx: WriteTx, mailbox_id: int, lease: str, *, now: datetime, next_at: datetime) -> None:
    """The round is over, and all went well."""
    tx.run(
        "UPDATE mailbox SET checked_at = :now, ok_at = :now, next_at = :next_at, failures = 0, error_code = NULL,"
        " error_detail = NULL, lease = NULL, lease_until = 0 WHERE id = :id AND lease = :lease",
        id=mailbox_id,
        lease=lease,
        now=to_us(now),
        next_at=to_us(next_at),
    )


def fail(tx: WriteTx, mailbox_id: int, lease: str, *, code: str, detail: str, now: datetime, next_at: datetime) -> None:
    """The round broke off; what was taken before stays taken."""
    tx.run(
        "UPDATE mailbox SET checked_at = :now, next_at = :next_at, failures = failures + 1, error_code = :code,"
        " error_detail = :detail, lease = NULL, lease_until = 0 WHERE id = :id AND lease = :lease",
        id=mailbox_id,
        lease=lease,
        code=code,
        detail=detail[:500],
        now=to_us(now),
        next_at=to_us(next_at),
    )


def give_back(tx: WriteTx, mailbox_id: int, lease: str, next_at: datetime) -> None:
    """The round ended by no fault of the mailbox or of a mail: it is due then, and no try is counted."""
    tx.run(
        "UPDATE mailbox SET next_at = :next_at, trying_uid = NULL, tries = 0, lease = NULL, lease_until = 0"
        " WHERE id = :id AND lease = :lease",
        id=mailbox_id,
        lease=lease,
        next_at=to_us(next_at),
    )


def forget_tries(tx: WriteTx, mailbox_id: int) -> None:
    """The mail that was being read is not at fault."""
    tx.run("UPDATE mailbox SET trying_uid = NULL, tries = 0 WHERE id = :id", id=mailbox_id)
