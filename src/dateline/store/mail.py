"""Newsletters: the addresses of ours that mail is sent to, and the feeds that its senders are."""

from datetime import datetime

from msgspec import Struct

from .db import Tx, WriteTx
from .times import from_us, to_us


class MailAddress(Struct, frozen=True, kw_only=True):
    """An address of ours: ``token`` is what stands before the @."""

    id: int
    token: str
    created_at: datetime


class Sender(Struct, frozen=True, kw_only=True):
    """A sender whose mail is refused since somebody unsubscribed from it."""

    feed_id: int
    url: str
    title: str


def addresses(tx: Tx, user_id: int) -> list[MailAddress]:
    """A user's addresses, the oldest first."""
    rows = tx.all("SELECT id, token, created_at FROM mail_address WHERE user_id = :user ORDER BY id", user=user_id)
    return [MailAddress(id=row[0], token=row[1], created_at=from_us(row[2])) for row in rows]


def owner(tx: Tx, token: str) -> int | None:
    """Whose address it is."""
    found: int | None = tx.value("SELECT user_id FROM mail_address WHERE token = :token", token=token)
    return found


def owner_until_commit(tx: WriteTx, token: str) -> int | None:
    """Whose address it is, and stays until the commit."""
    found: int | None = tx.value("SELECT user_id FROM mail_address WHERE token = :token [[lock_row]]", token=token)
    return found


def add_address(tx: WriteTx, user_id: int, token: str, now: datetime) -> int:
    """Give a user an address. Its id."""
    ident: int = tx.value(
        "INSERT INTO mail_address (user_id, token, created_at) VALUES (:user, :token, :now) RETURNING id",
        user=user_id,
        token=token,
        now=to_us(now),
    )
    return ident


def remove_address(tx: WriteTx, user_id: int, address_id: int) -> bool:
    """Take an address away. Whether it was there, and theirs."""
    return tx.run("DELETE FROM mail_address WHERE id = :id AND user_id = :user", id=address_id, user=user_id) > 0


def add_sender(tx: WriteTx, user_id: int, url: str, host: str, title: str, now: datetime) -> int:
    """A sender becomes a private feed that is never fetched, nor is an icon looked for. Its id."""
    ident: int = tx.value(
        "INSERT INTO feed (url, owner_id, host, kind, title, created_at, icon_checked_at)"
        " VALUES (:url, :owner, :host, 'mail', :title, :now, :now) RETURNING id",
        url=url,
        owner=user_id,
        host=host,
        title=title,
        now=to_us(now),
    )
    return ident


def note_arrived(tx: WriteTx, feed_id: int, title: str, site_url: str | None, now: datetime) -> None:
    """A mail of this sender came: so it is called now."""
    tx.run(
        "UPDATE feed SET title = :title, site_url = :site_url, format = 'mail', ok_at = :now, checked_at = :now,"
        " changed_at = :now WHERE id = :id",
        id=feed_id,
        title=title,
        site_url=site_url,
        now=to_us(now),
    )


def refused(tx: Tx, user_id: int) -> list[Sender]:
    """The senders that a user unsubscribed from."""
    rows = tx.all(
        "SELECT id, url, title FROM feed WHERE owner_id = :user AND owner_id <> 0 AND kind = 'mail'"
        " AND orphaned_at IS NOT NULL ORDER BY title, id",
        user=user_id,
    )
    return [Sender(feed_id=row[0], url=row[1], title=row[2]) for row in rows]


def refuse(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """A sender's mail is not taken: nobody subscribes to it."""
    tx.run("UPDATE feed SET orphaned_at = :now WHERE id = :id", id=feed_id, now=to_us(now))


def wake(tx: WriteTx, feed_id: int) -> None:
    """A refused sender's mail is taken again."""
    tx.run("UPDATE feed SET orphaned_at = NULL WHERE id = :id", id=feed_id)
