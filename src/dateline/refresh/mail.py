"""A mail → its reader: the sender becomes a feed of theirs, the mail an entry. One mail is one transaction."""

from collections.abc import Callable
from datetime import datetime

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


def owner_of(db: Database, token: str) -> int | None:
    """Whose address this is. Raises ``StoreError``."""
    with db.reading() as tx:
        return mail.owner(tx, token)


def take_sent(db: Database, token: str, message: bytes, *, now: datetime) -> bool:
    """Store a mail that was sent to an address of ours. Whether it is new.

    It is committed when this returns. Raises ``ParseError``, ``StoreError``, ``NotFound`` (the address is gone),
    ``ActionError``: ``action.sender_refused``, ``action.too_large`` (too many subscriptions).
    """
    return _take(db, message, lambda tx: mail.owner_until_commit(tx, token), now)


def take_for(db: Database, user_id: int, message: bytes, *, now: datetime) -> bool:
    """Store a mail that was fetched for a user. Errors as ``take_sent``."""
    return _take(db, message, lambda _: user_id, now)


def _take(db: Database, message: bytes, whose: Callable[[WriteTx], int | None], now: datetime) -> bool:
    """Nobody sends a mail again once we have answered: the disk has it before, even if the power goes."""
    is_new = _store(db, message, whose, now)
    db.make_lasting()
    return is_new


def _store(db: Database, message: bytes, whose: Callable[[WriteTx], int | None], now: datetime) -> bool:
    parsed = parse_mail(message)
    arrived = _arrived(parsed, now)
    with transaction(db) as tx:
        user_id = whose(tx)
        if user_id is None:
            raise NotFound("an address for mail")
        tx.hold_user(user_id)
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
