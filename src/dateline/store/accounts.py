"""Users, their sessions, and failed logins."""

import hashlib
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from dateline import preferences
from dateline.errors import NotFound
from dateline.model import User

from .db import Tx, WriteTx
from .times import to_us

SESSION_LIFE = timedelta(days=90)
_USER = "id, name, is_admin, language, time_zone, preview, open_to_visitors, indexed, preferences, visitors_may_refresh"


def name_key(name: str) -> str:
    """What makes two names of users, folders or labels the same: NFC, trimmed, blanks folded, without case."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def token_hash(token: str) -> bytes:
    """What is stored of a session's token: its SHA-256, so that a stolen database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _user(row: tuple[Any, ...]) -> User:
    ident, name, is_admin, language, time_zone, preview, open_to_visitors, indexed, chosen, may_refresh = row
    return User(
        id=ident,
        name=name,
        is_admin=bool(is_admin),
        language=language,
        time_zone=time_zone,
        preview=bool(preview),
        open_to_visitors=bool(open_to_visitors),
        visitors_may_refresh=bool(may_refresh),
        indexed=bool(indexed),
        preferences=preferences.decode(chosen),
    )


def any_user(tx: Tx) -> bool:
    """Whether an account exists: until then, the first start is shown."""
    return tx.value("SELECT 1 FROM users LIMIT 1") is not None


def user_by_id(tx: Tx, user_id: int) -> User:
    """One user. Raises ``NotFound``."""
    row = tx.one(f"SELECT {_USER} FROM users WHERE id = :id", id=user_id)
    if row is None:
        raise NotFound(f"user {user_id}")
    return _user(row)


def find_user(tx: Tx, name: str) -> User | None:
    """One user by name, however it is cased."""
    row = tx.one(f"SELECT {_USER} FROM users WHERE name_key = :key", key=name_key(name))
    return _user(row) if row else None


def hold_all(tx: WriteTx) -> None:
    """Until the commit, no other transaction that holds all accounts runs: names and administrators are counted one
    after the other.
    """
    tx.run(
        "INSERT INTO meta (key, value) VALUES ('accounts', '') ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )


def all_users(tx: Tx) -> list[User]:
    """Every user, in order of name."""
    return [_user(row) for row in tx.all(f"SELECT {_USER} FROM users ORDER BY name_key")]


def open_accounts(tx: Tx) -> list[User]:
    """The users who let visitors read, in order of name."""
    return [_user(row) for row in tx.all(f"SELECT {_USER} FROM users WHERE open_to_visitors = 1 ORDER BY name_key")]


def password_hash(tx: Tx, user_id: int) -> str:
    """A user's argon2id hash. Raises ``NotFound``."""
    found = tx.value("SELECT password_hash FROM users WHERE id = :id", id=user_id)
    if found is None:
        raise NotFound(f"user {user_id}")
    return str(found)


def session_user(tx: Tx, token: str, now: datetime) -> User | None:
    """Whose session a token is; None when it is unknown or over."""
    row = tx.one(
        "SELECT user_id FROM session WHERE token_hash = :hash AND expires_at > :now",
        hash=token_hash(token),
        now=to_us(now),
    )
    return user_by_id(tx, row[0]) if row else None


def session_seen_at(tx: Tx, token: str) -> int | None:
    """When a session was last noted as used (µs)."""
    seen: int | None = tx.value("SELECT seen_at FROM session WHERE token_hash = :hash", hash=token_hash(token))
    return seen


def add_user(
    tx: WriteTx, *, name: str, password_hash: str, is_admin: bool, language: str, time_zone: str, now: datetime
) -> User:
    """Insert a user whose name is free. ``name`` as it shall be shown."""
    ident = tx.value(
        "INSERT INTO users (name, name_key, password_hash, is_admin, language, time_zone, created_at, active_at)"
        " VALUES (:name, :key, :hash, :is_admin, :language, :time_zone, :now, :now) RETURNING id",
        name=name,
        key=name_key(name),
        hash=password_hash,
        is_admin=int(is_admin),
        language=language,
        time_zone=time_zone,
        now=to_us(now),
    )
    return user_by_id(tx, ident)


def change_user(tx: WriteTx, user_id: int, **columns: Any) -> User:
    """Set columns of a user (``language``, ``time_zone``, ``preview``, ``open_to_visitors``, ``indexed``,
    ``visitors_may_refresh``, ``is_admin``, ``password_hash``, ``preferences`` as they are stored).
    """
    for column, value in columns.items():
        assert column in _CHANGEABLE, column
        stored = int(value) if isinstance(value, bool) else value
        tx.run(f"UPDATE users SET {column} = :value WHERE id = :id", value=stored, id=user_id)
    return user_by_id(tx, user_id)


_CHANGEABLE = {
    *("language", "time_zone", "preview", "open_to_visitors", "indexed", "visitors_may_refresh"),
    *("is_admin", "password_hash", "preferences"),
}


def remove_user(tx: WriteTx, user_id: int) -> None:
    """Delete an account's rows and its private feeds; shared feeds and entries stay."""
    tx.run("DELETE FROM unread WHERE user_id = :id", id=user_id)
    tx.run("DELETE FROM star WHERE user_id = :id", id=user_id)
    tx.run("DELETE FROM entry_label WHERE user_id = :id", id=user_id)
    for table in ("highlight", "progress", "play_queue"):
        tx.run(f"DELETE FROM {table} WHERE user_id = :id", id=user_id)
    tx.run("DELETE FROM subscription WHERE user_id = :id", id=user_id)
    tx.run("DELETE FROM users WHERE id = :id", id=user_id)


def count_admins(tx: Tx) -> int:
    """How many users may administer."""
    return int(tx.value("SELECT count(*) FROM users WHERE is_admin = 1"))


def note_active(tx: WriteTx, user_id: int, now: datetime) -> None:
    """Remember that a user was here: the worker delivers for users active in the last days."""
    tx.run("UPDATE users SET active_at = :now WHERE id = :id", now=to_us(now), id=user_id)


def active_users(tx: Tx, since: datetime) -> list[int]:
    """The ids of users who were here since then."""
    return tx.column("SELECT id FROM users WHERE active_at >= :since ORDER BY id", since=to_us(since))


# ------------------------------------------------------------------------------------------------ sessions


def add_session(tx: WriteTx, user_id: int, token: str, now: datetime) -> None:
    """Open a session."""
    tx.run(
        "INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at)"
        " VALUES (:hash, :user, :now, :now, :expires)",
        hash=token_hash(token),
        user=user_id,
        now=to_us(now),
        expires=to_us(now + SESSION_LIFE),
    )
    tx.run("DELETE FROM session WHERE expires_at <= :now", now=to_us(now))


def prolong_session(tx: WriteTx, token: str, now: datetime) -> None:
    """A session in use lives on."""
    tx.run(
        "UPDATE session SET seen_at = :now, expires_at = :expires WHERE token_hash = :hash",
        hash=token_hash(token),
        now=to_us(now),
        expires=to_us(now + SESSION_LIFE),
    )


def end_session(tx: WriteTx, token: str) -> None:
    """Close one session."""
    tx.run("DELETE FROM session WHERE token_hash = :hash", hash=token_hash(token))


def end_other_sessions(tx: WriteTx, user_id: int, keep_token: str | None) -> None:
    """Close every session of a user but one."""
    tx.run(
        "DELETE FROM session WHERE user_id = :user AND token_hash <> :keep",
        user=user_id,
        keep=token_hash(keep_token) if keep_token else b"",
    )


# ------------------------------------------------------------------------------------------------ failed logins
# Counted in the same table: when visitors last had an account's feeds asked, and from which address.


def hold_attempts(tx: WriteTx, keys: list[str], now: datetime) -> None:
    """Until the commit, no other transaction counts failed logins of these names and clients."""
    for key in sorted(keys):
        tx.run(
            "INSERT INTO attempt (key, failures, last_at) VALUES (:key, 0, :now)"
            " ON CONFLICT (key) DO UPDATE SET failures = attempt.failures",
            key=key,
            now=to_us(now),
        )


def failures(tx: Tx, key: str) -> tuple[int, int]:
    """(failed logins in a row, when the last one was in µs) of a name or a client."""
    row = tx.one("SELECT failures, last_at FROM attempt WHERE key = :key", key=key)
    return (row[0], row[1]) if row else (0, 0)


def note_failure(tx: WriteTx, key: str, count: int, now: datetime) -> None:
    """Set the number of failed logins in a row."""
    tx.run(
        "INSERT INTO attempt (key, failures, last_at) VALUES (:key, :count, :now)"
        " ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
        key=key,
        count=count,
        now=to_us(now),
    )


def forget_failures(tx: WriteTx, key: str) -> None:
    """After a good login: the name starts anew."""
    tx.run("DELETE FROM attempt WHERE key = :key", key=key)


def take_back_failure(tx: WriteTx, key: str, at: datetime, before_us: int) -> None:
    """An attempt that was counted before it was looked at, then, was a good one; the one before it was earlier."""
    tx.run(
        "UPDATE attempt SET failures = failures - 1, last_at = CASE WHEN last_at = :at THEN :before ELSE last_at END"
        " WHERE key = :key AND failures > 0",
        key=key,
        at=to_us(at),
        before=before_us,
    )


def forget_old(tx: WriteTx, failures_before: datetime, now: datetime) -> None:
    """Drop failed logins from before a moment, and sessions that are over."""
    tx.run("DELETE FROM attempt WHERE last_at < :before", before=to_us(failures_before))
    tx.run("DELETE FROM session WHERE expires_at <= :now", now=to_us(now))
