"""Accounts: creating them, logging in and out, their settings, delivery on arrival."""

import secrets
import unicodedata
import zoneinfo
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.refresh import deliver, ruling
from dateline.store import Database, Tx, accounts, feeds, orphans
from dateline.store.db import WriteTx
from dateline.store.times import HOUR, SECOND, to_us
from dateline.store.write import transaction

MIN_PASSWORD = 10
MAX_PASSWORD = 1024
MAX_NAME = 40
SEEN_EVERY = HOUR
RULED_AT_ONCE = 300
"""Of so many arrivals a page asks the rules itself; the worker asks of all."""

FREE_FAILURES = 5
"""Failed logins that cost nothing; each further one doubles the wait, from a second to a quarter of an hour."""
LONGEST_WAIT = 15 * 60 * SECOND
FORGOTTEN_AFTER = timedelta(days=1)

# RFC 9106's second recommendation (64 MiB, 3 passes): what argon2-cffi calls its default, with one lane less.
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=2)


# ------------------------------------------------------------------------------------------------ creating


def create_first(
    db: Database, *, name: str, password: str, language: str, time_zone: str, now: datetime
) -> tuple[User, str]:
    """Create the first account, an administrator, and log it in. (user, session token).

    Raises ``ActionError``: ``action.forbidden`` when an account exists; a bad name, password, language or zone.
    """
    shown = _checked_name(name)
    hashed = _hashed(password)
    check_language(language)
    check_zone(time_zone)
    with transaction(db) as tx:
        accounts.hold_all(tx)
        if accounts.any_user(tx):
            raise ActionError("action.forbidden", "an account exists already")
        user = accounts.add_user(
            tx, name=shown, password_hash=hashed, is_admin=True, language=language, time_zone=time_zone, now=now
        )
        return user, _open_session(tx, user.id, now)


def create(
    db: Database,
    *,
    name: str,
    password: str,
    is_admin: bool = False,
    language: str = "en",
    time_zone: str = "UTC",
    now: datetime,
) -> User:
    """Create an account. Raises ``ActionError``:
    name taken or invalid, password too short or long, bad language or zone.
    """
    shown = _checked_name(name)
    hashed = _hashed(password)
    check_language(language)
    check_zone(time_zone)
    with transaction(db) as tx:
        accounts.hold_all(tx)
        if accounts.find_user(tx, shown) is not None:
            raise ActionError("action.name_taken", shown)
        return accounts.add_user(
            tx, name=shown, password_hash=hashed, is_admin=is_admin, language=language, time_zone=time_zone, now=now
        )


def remove(db: Database, user_id: int, *, now: datetime) -> None:
    """Delete an account's rows and private feeds, never shared entries.

    Raises ``NotFound``; ``ActionError`` ``action.last_admin``.
    """
    with transaction(db) as tx:
        accounts.hold_all(tx)
        tx.hold_user(user_id)
        user = accounts.user_by_id(tx, user_id)
        _keep_an_admin(tx, user)
        subscribed = tx.column("SELECT feed_id FROM subscription WHERE user_id = :user", user=user_id)
        owned = feeds.private_feeds(tx, user_id)
        feeds.existing(tx, [*subscribed, *owned])  # held in order
        accounts.remove_user(tx, user_id)
        for feed_id in {*subscribed, *owned}:
            orphans.orphan_if_unread_by_all(tx, feed_id, now)
        for feed_id in owned:
            orphans.remove_with_entries(tx, feed_id)


def _keep_an_admin(tx: Tx, user: User) -> None:
    if user.is_admin and accounts.count_admins(tx) == 1 and len(accounts.all_users(tx)) > 1:
        raise ActionError("action.last_admin", user.name)


# ------------------------------------------------------------------------------------------------ sessions


def log_in(db: Database, *, name: str, password: str, client: str, now: datetime) -> tuple[User, str]:
    """Open a session. (user, token).

    Failures are counted per name and per client address; after five of them each costs a longer wait. An attempt counts
    as a failure before it is looked at, so that many at once do not pass as one.
    Raises ``ActionError``: ``action.wrong_password`` (also for an unknown name, after the same work),
    ``action.too_many_attempts`` with the seconds to wait as its detail.
    """
    name = name[: 4 * MAX_NAME]  # the same name is looked for and counted
    keys = [f"name:{accounts.name_key(name)}", f"client:{client}"]
    with transaction(db) as tx:
        accounts.hold_attempts(tx, keys, now)
        _refuse_in_haste(tx, keys, now)
        before = accounts.failures(tx, keys[1])[1]
        for key in keys:
            accounts.note_failure(tx, key, _failures(tx, key, now)[0] + 1, now)
        user = accounts.find_user(tx, name)
        found = accounts.password_hash(tx, user.id) if user else None
    hashed = found or _nobodys_hash()
    if not _verified(hashed, password) or user is None:
        raise ActionError("action.wrong_password")
    better = _hasher.hash(password) if _hasher.check_needs_rehash(hashed) else None
    with transaction(db) as tx:
        if accounts.password_hash(tx, user.id) != hashed:  # changed meanwhile: what was right is not any more
            raise ActionError("action.wrong_password")
        accounts.forget_failures(tx, keys[0])
        accounts.take_back_failure(tx, keys[1], now, before)
        if better is not None:
            accounts.change_user(tx, user.id, password_hash=better)
        accounts.note_active(tx, user.id, now)
        return user, _open_session(tx, user.id, now)


def _refuse_in_haste(tx: Tx, keys: list[str], now: datetime) -> None:
    for key in keys:
        count, last_at = _failures(tx, key, now)
        if count >= FREE_FAILURES:
            wait = min(SECOND * 2 ** min(count - FREE_FAILURES, 20), LONGEST_WAIT)
            left = last_at + wait - to_us(now)
            if left > 0:
                raise ActionError("action.too_many_attempts", str(-(-left // SECOND)))


def _failures(tx: Tx, key: str, now: datetime) -> tuple[int, int]:
    """(failures in a row, when the last one was in µs); those of yesterday are forgotten."""
    count, last_at = accounts.failures(tx, key)
    return (count, last_at) if last_at > to_us(now - FORGOTTEN_AFTER) else (0, last_at)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """A hash that nothing matches, so that an unknown name takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _verified(hashed: str, password: str) -> bool:
    try:
        return len(password) <= MAX_PASSWORD and _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _open_session(tx: WriteTx, user_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    accounts.add_session(tx, user_id, token, now)
    return token


def log_out(db: Database, *, token: str, now: datetime) -> None:
    """Close a session."""
    with transaction(db) as tx:
        accounts.end_session(tx, token)


def seen(db: Database, token: str, *, now: datetime) -> None:
    """A session was used: at most once an hour this prolongs it and notes that its user is here."""
    with db.reading() as tx:
        at = accounts.session_seen_at(tx, token)
        if at is None or to_us(now) - at < SEEN_EVERY:
            return
        user = accounts.session_user(tx, token, now)
    if user is None:
        return
    with transaction(db) as tx:
        accounts.prolong_session(tx, token, now)
        accounts.note_active(tx, user.id, now)


# ------------------------------------------------------------------------------------------------ settings


def change(
    db: Database,
    user: User,
    *,
    now: datetime,
    language: str | None = None,
    time_zone: str | None = None,
    preview: bool | None = None,
    open_to_visitors: bool | None = None,
    indexed: bool | None = None,
    visitors_may_refresh: bool | None = None,
) -> User:
    """Change what is given of a user's settings; None leaves as it is. Raises ``ActionError`` ``action.bad_value``."""
    wanted = {
        "language": language,
        "time_zone": time_zone,
        "preview": preview,
        "open_to_visitors": open_to_visitors,
        "indexed": indexed,
        "visitors_may_refresh": visitors_may_refresh,
    }
    if language is not None:
        check_language(language)
    if time_zone is not None:
        check_zone(time_zone)
    with transaction(db) as tx:
        return accounts.change_user(tx, user.id, **{key: value for key, value in wanted.items() if value is not None})


def set_admin(db: Database, user: User, is_admin: bool, *, now: datetime) -> User:
    """Give or take the right to administer. Raises ``ActionError`` ``action.last_admin``."""
    with transaction(db) as tx:
        accounts.hold_all(tx)
        if not is_admin:
            _keep_an_admin(tx, accounts.user_by_id(tx, user.id))
        return accounts.change_user(tx, user.id, is_admin=is_admin)


def change_password(db: Database, user: User, *, old: str, new: str, keep_token: str | None, now: datetime) -> None:
    """Change one's own password; all other sessions end.

    The old one is asked for again, so that a session left open does not lose the account; guesses are counted as in
    ``log_in``. Raises ``ActionError``: ``action.wrong_password``, ``action.too_many_attempts``, too short or long.
    """
    key = f"password:{user.id}"
    with transaction(db) as tx:
        accounts.hold_attempts(tx, [key], now)
        _refuse_in_haste(tx, [key], now)
        accounts.note_failure(tx, key, _failures(tx, key, now)[0] + 1, now)
        hashed = accounts.password_hash(tx, user.id)
    if not _verified(hashed, old):
        raise ActionError("action.wrong_password")
    with transaction(db) as tx:
        accounts.forget_failures(tx, key)
    set_password(db, user, new, keep_token=keep_token, now=now)


def set_password(
    db: Database,
    user: User,
    new: str,
    *,
    keep_token: str | None = None,
    now: datetime,
) -> None:
    """Set a password without the old one (for the command line); all other sessions end."""
    hashed = _hashed(new)
    with transaction(db) as tx:
        accounts.change_user(tx, user.id, password_hash=hashed)
        accounts.end_other_sessions(tx, user.id, keep_token)


def catch_up(db: Database, user_id: int, *, now: datetime) -> int:
    """Deliver what arrived since to a user: runs first in every page and sync request. How many entries."""
    count = deliver.catch_up(db, user_id)
    ruling.apply(db, user_id, now, most=RULED_AT_ONCE)
    return count


# ------------------------------------------------------------------------------------------------ checks


def _checked_name(name: str) -> str:
    """A user's name as it is kept:
    NFC, one blank between words, at most 40 characters, no signs that mean something in addresses.
    """
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    bad = any(unicodedata.category(char)[0] == "C" or char in '/\\@?#%:;,"<>' for char in shown)
    if not shown or len(shown) > MAX_NAME or bad or shown in (".", ".."):
        raise ActionError("action.name_invalid", shown[:MAX_NAME])
    return shown


def _hashed(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise ActionError("action.password_too_short", str(MIN_PASSWORD))
    if len(password) > MAX_PASSWORD:
        raise ActionError("action.password_too_long", str(MAX_PASSWORD))
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError as error:
        raise ActionError("action.bad_value", "password") from error


def check_language(language: str) -> None:
    """Raises ``ActionError`` (``action.bad_value``) for what is no language."""
    # The catalogues are the page's matter; here only the form of a language tag counts (BCP 47, short).
    if not (1 < len(language) <= 11 and language.replace("-", "").replace("_", "").isalnum() and language.isascii()):
        raise ActionError("action.bad_value", f"language {language[:20]!r}")


def check_zone(time_zone: str) -> None:
    """Raises ``ActionError`` (``action.bad_value``) for what is no time zone."""
    if time_zone not in zoneinfo.available_timezones():
        raise ActionError("action.bad_value", f"time zone {time_zone[:60]!r}")


def exists(db: Database, name: str) -> User:
    """The user of this name. Raises ``NotFound``."""
    with db.reading() as tx:
        user = accounts.find_user(tx, name)
    if user is None:
        raise NotFound(f"user {name}")
    return user
