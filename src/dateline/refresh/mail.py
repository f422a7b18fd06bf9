"""A mail → its reader: the sender becomes a feed of theirs, the mail an entry. One mail is one transaction."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar

from dateline.clean import clean_entry
from dateline.errors import ActionError, NotFound
from dateline.model import ParsedFeed
from dateline.parse.mail import parse_mail
from dateline.store import Database, entries, feeds, mail, subscriptions
from dateline.store.db import WriteTx
from dateline.store.entries import Arrived
from dateline.store.write import transaction

from .decide import candidates, listed_at
from .joining import MAX_SUBSCRIPTIONS

AT_ONCE: Final = 2
"""So many mails are read and stored at once in a process: each takes its thread, and some ten times its size."""
_readers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dateline-mail")

Result = TypeVar("Result")
Beside = Callable[[WriteTx, bool], None]
"""Written in the transaction of a mail; it is told whether the mail was new."""


async def in_turn(take: Callable[[], Result]) -> Result:
    """Take a mail in one of the few threads for that; others wait, without keeping a thread from the feeds."""
    return await asyncio.get_running_loop().run_in_executor(_readers, take)


def owner_of(db: Database, token: str) -> int | None:
    """Whose address this is. Raises ``StoreError``."""
    with db.reading() as tx:
        return mail.owner(tx, token)


def take_sent(db: Database, token: str, message: bytes, *, now: datetime) -> bool:
    """Store a mail that was sent to an address of ours. Whether it is new.

    It is committed and on the disk when this returns: nobody sends a mail again once we have answered. Raises
    ``ParseError``, ``StoreError``, ``NotFound`` (the address is gone), ``ActionError``: ``action.sender_refused``,
    ``action.too_large`` (too many subscriptions).
    """
    is_new = _store(db, message, lambda tx: mail.owner_until_commit(tx, token), now, _nothing)
    db.make_lasting()
    return is_new


def take_for(db: Database, user_id: int, message: bytes, *, now: datetime, beside: Beside) -> bool:
    """Store a mail that was read in a user's mailbox, and what ``beside`` writes, both or neither. Whether it is new.

    Errors as ``take_sent``, and those of ``beside``.
    """
    return _store(db, message, lambda _: user_id, now, beside)


def _nothing(tx: WriteTx, is_new: bool) -> None:
    """Nothing else is written."""


def _store(db: Database, message: bytes, whose: Callable[[WriteTx], int | None], now: datetime, beside: Beside) -> bool:
    parsed = parse_mail(message)
    arrived = _arrived(parsed, now)
    with transaction(db) as tx:
        user_id = whose(tx)
        if user_id is None:
            raise NotFound("an address for mail")
        tx.hold_user(user_id)
        is_new = _add(tx, user_id, parsed, arrived, now)
        beside(tx, is_new)
        return is_new


def _add(tx: WriteTx, user_id: int, parsed: ParsedFeed, arrived: Arrived, now: datetime) -> bool:
    feed_id = _feed(tx, user_id, parsed, now)
    feeds.hold(tx, feed_id)
    hashes = [arrived.guid_hash]
    if entries.with_hashes(tx, feed_id, hashes) or entries.buried(tx, feed_id, hashes):
        return False
    ids = entries.insert(tx, feed_id, [arrived], now)
    # nothing carries a mail once it came: only a rule of retention, a star or a label keeps it
    entries.mark_gone(tx, ids, now)
    mail.note_arrived(tx, feed_id, parsed.title or "", parsed.site_url, now)
    return True


def _arrived(parsed: ParsedFeed, now: datetime) -> Arrived:
    candidate = candidates(parsed, "guid")[0]
    assert parsed.url is not None
    clean = clean_entry(candidate.entry, feed_url=parsed.site_url or "", site_url=parsed.site_url)
    entry = candidate.entry
    return Arrived(
        guid=candidate.guid,
        guid_hash=candidate.guid_hash,
        content_hash=candidate.content_hash,
        listed_at=listed_at(None, first=False, now=now),
        clean=clean,
        packed=entries.packed_body(clean, entry.content_html, None, entry.base_url),
        source_hash=None,
    )


def _feed(tx: WriteTx, user_id: int, parsed: ParsedFeed, now: datetime) -> int:
    """The sender's feed, made and subscribed to at the first mail. Raises ``ActionError``."""
    assert parsed.url is not None
    known = feeds.find(tx, parsed.url, user_id)
    if known is not None:
        if subscriptions.by_feed(tx, user_id, known.id) is None:
            raise ActionError("action.sender_refused", parsed.url)
        return known.id
    if subscriptions.count(tx, user_id) >= MAX_SUBSCRIPTIONS:
        raise ActionError("action.too_large", f"at most {MAX_SUBSCRIPTIONS} subscriptions")
    host = parsed.url.rpartition("@")[2]
    feed_id = mail.add_sender(tx, user_id, parsed.url, host, parsed.title or "", now)
    subscriptions.add(tx, user_id=user_id, feed_id=feed_id, title="", now=now)
    return feed_id
