"""Any page of the web, saved by a person: an entry of a feed that is theirs alone, with its full text, never purged.

The address is kept at once; the worker fetches the page and takes its article, as for any full text. What goes wrong
stands at the entry, and saving it again tries again.
"""

from datetime import datetime

from msgspec.structs import replace

from dateline.clean import clean_entry
from dateline.errors import ActionError, FetchError
from dateline.model import FullTextRules, ParsedEntry, User
from dateline.refresh.joining import MAX_SUBSCRIPTIONS, split_url
from dateline.store import (
    Database,
    entries,
    feeds,
    full_text_queue,
    full_texts,
    retention,
    saved_pages,
    states,
    subscriptions,
)
from dateline.store.db import WriteTx
from dateline.store.entries import Arrived, guid_hash
from dateline.store.full_texts import Wish
from dateline.store.retention import EVERYTHING, Proposal
from dateline.store.write import transaction

MAX_WAITING = 500
MAX_TITLE = 500


def save(db: Database, user: User, address: str, *, title: str = "", feed_title: str, now: datetime) -> int:
    """Save a page; one that is saved already is fetched again unless its text is there. The entry's id.

    ``feed_title``: what the feed is called when it is made. Raises ``ActionError``: ``action.bad_url``,
    ``action.too_large`` (too many are waiting, or too many subscriptions).
    """
    try:
        url, _ = split_url(address)  # a password is not kept in the open: it would leave with every shared link
    except FetchError as error:
        raise ActionError("action.bad_url", error.detail) from error
    arrived = named_page(url, title, now)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feed_id = open_feed(tx, user, feed_title, now)
        feeds.hold(tx, feed_id)
        known = entries.with_hashes(tx, feed_id, [arrived.guid_hash])
        if known:
            entry_id = known[0].id
            states.mark_unread(tx, user.id, [entry_id])
            if _has_text(tx, user, feed_id, entry_id):
                return entry_id
            full_texts.forget(tx, entry_id)
        else:
            if full_text_queue.waiting(tx, feed_id) >= MAX_WAITING:
                raise ActionError("action.too_large", f"at most {MAX_WAITING} pages may wait")
            (entry_id,) = entries.insert(tx, feed_id, [arrived], now)
            entries.mark_gone(tx, [entry_id], now)  # no document carries it
            saved_pages.note_saved(tx, feed_id, now)
        full_text_queue.enqueue(tx, feed_id, [entry_id], now)
        return entry_id


def _has_text(tx: WriteTx, user: User, feed_id: int, entry_id: int) -> bool:
    rules = full_texts.wish(tx, user.id, feed_id).rules
    sql = "SELECT code FROM full_text WHERE entry_id = :id AND rules_hash = :hash"
    return bool(tx.value(sql, id=entry_id, hash=full_texts.rules_hash(rules)) == "ok")


def named_page(url: str, title: str, saved_at: datetime) -> Arrived:
    """A page that is saved, without its text; ``url`` is clean. Without a title it goes by its address."""
    named = " ".join(title.split())[:MAX_TITLE]
    clean = clean_entry(ParsedEntry(guid=url, url=url, title=named or url), feed_url=url, site_url=None)
    if not named:  # it goes by its address until it is read
        clean = replace(clean, title=clean.url or url)
    return Arrived(
        guid=url,
        guid_hash=guid_hash(url),
        content_hash=guid_hash(named or url),
        listed_at=saved_at,
        clean=clean,
        packed=entries.packed_body(clean, None, None, None),
    )


def open_feed(tx: WriteTx, user: User, title: str, now: datetime) -> int:
    """A person's feed of saved pages, made and subscribed to if it is not. Its id.

    Raises ``ActionError`` (``action.too_large``) beyond so many subscriptions.
    """
    feed_id = saved_pages.find(tx, user.id)
    if feed_id is None:
        feed_id = saved_pages.add(tx, user.id, title, now)
    if subscriptions.by_feed(tx, user.id, feed_id) is None:
        if subscriptions.count(tx, user.id) >= MAX_SUBSCRIPTIONS:
            raise ActionError("action.too_large", f"at most {MAX_SUBSCRIPTIONS} subscriptions")
        ident = subscriptions.add(tx, user_id=user.id, feed_id=feed_id, title="", now=now)
        full_texts.set_wish(tx, user.id, ident, Wish(mode="always", rules=FullTextRules()))
        # who saves a page means it: no rule of the account takes it away
        retention.save(tx, Proposal(scope="subscription", key=ident, rule=EVERYTHING))
        saved_pages.note_saved(tx, feed_id, now)
    return feed_id
