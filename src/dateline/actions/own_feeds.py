"""Saved pages and newsletters that a person brings along: into the feeds that are theirs alone, nothing is fetched.

A page keeps the text that it was saved with; one without is fetched like any saved page, as far as there is room in the
queue. Who refuses a sender here gets nothing of it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from dateline.clean import clean_entry
from dateline.errors import ActionError
from dateline.model import FullTextRules, User
from dateline.parse.own_words import is_own_feed
from dateline.refresh.joining import MAX_SUBSCRIPTIONS
from dateline.store import (
    bodies,
    brought,
    delivery,
    entries,
    feeds,
    full_text_queue,
    full_texts,
    mail,
    states,
    subscriptions,
)
from dateline.store.bodies import Body
from dateline.store.db import WriteTx
from dateline.store.entries import Arrived
from dateline.store.full_texts import Taken
from dateline.store.saved_pages import ADDRESS

from .recognising import Known
from .saved_pages import MAX_WAITING, named_page, open_feed

UNNAMED = "Saved pages"
MAX_TITLE = 500


class OwnArticle(Struct, frozen=True, kw_only=True):
    """An article for such a feed, ready to be stored. ``text`` is a page's; None: it is to be fetched, if it is one."""

    arrived: Arrived
    text: Taken | None = None


def is_page(known: Known) -> bool:
    """Whether it is a saved page."""
    return known.place.url == ADDRESS


def page(known: Known, now: datetime) -> OwnArticle:
    """A saved page with the text that the file has of it (costly: outside a transaction)."""
    saved_at = min(known.saved.listed_at or known.saved.saved_at or now, now)
    named = named_page(known.guid, known.saved.entry.title or "", saved_at)
    content = known.saved.entry.content_html or known.saved.entry.summary_html
    if content is None:
        return OwnArticle(arrived=named)
    clean = clean_entry(known.saved.entry, feed_url=known.guid, site_url=None)
    text = Taken(
        rules_hash=full_texts.rules_hash(FullTextRules()),
        code="ok",
        page_url=known.guid,
        word_count=clean.word_count,
        packed=bodies.pack(Body(clean.content_html, content, None, known.saved.entry.base_url)),
    )
    return OwnArticle(arrived=named, text=text)


def feed_for(tx: WriteTx, user: User, url: str, title: str, site_url: str | None, now: datetime) -> int | None:
    """The feed at such an address, made and subscribed to if it is not; None where the sender is refused, or no room
    is left. Its row is held.
    """
    assert is_own_feed(url)
    try:
        feed_id = open_feed(tx, user, title[:MAX_TITLE] or UNNAMED, now) if url == ADDRESS else None
    except ActionError:
        return None
    if feed_id is None:
        feed_id = _sender(tx, user, url, title[:MAX_TITLE], site_url, now)
    if feed_id is not None:
        feeds.hold(tx, feed_id)
    return feed_id


def _sender(tx: WriteTx, user: User, url: str, title: str, site_url: str | None, now: datetime) -> int | None:
    known = feeds.find(tx, url, user.id)
    if known is not None:
        return known.id if subscriptions.by_feed(tx, user.id, known.id) is not None else None
    if subscriptions.count(tx, user.id) >= MAX_SUBSCRIPTIONS:
        return None
    feed_id = mail.add_sender(tx, user.id, url, url.rpartition("@")[2], title, now)
    subscriptions.add(tx, user_id=user.id, feed_id=feed_id, title="", now=now)
    mail.note_arrived(tx, feed_id, title, site_url, now)
    return feed_id


def put(
    tx: WriteTx, user: User, feed_id: int, new: Sequence[OwnArticle], read: Collection[bytes], now: datetime
) -> tuple[Mapping[bytes, int], int]:
    """Put articles into such a feed: unread, but for those whose hashes are in ``read``.

    Their ids by guid hash, also of those that were there; how many were not.
    """
    hashes = [one.arrived.guid_hash for one in new]
    there = {one.guid_hash for one in entries.with_hashes(tx, feed_id, hashes)}
    _deliver(tx, user, feed_id)  # what waited there by itself
    ids, stored = brought.put(tx, feed_id, [one.arrived for one in new], now)
    added = {hash_: ids[hash_] for hash_ in hashes if hash_ not in there}
    _deliver(tx, user, feed_id, as_it_is=True)  # unread there, unread here
    states.mark_read(tx, user.id, [entry_id for hash_, entry_id in added.items() if hash_ in read])
    for one in new:
        if one.text is not None and one.arrived.guid_hash in added:
            full_texts.store(tx, added[one.arrived.guid_hash], [one.text], now)
    return ids, stored


def _deliver(tx: WriteTx, user: User, feed_id: int, *, as_it_is: bool = False) -> None:
    delivered = delivery.deliver_feed(tx, user.id, feed_id, as_it_is=as_it_is)
    if delivered is not None:
        brought.settle(tx, user.id, [delivered])


def fetch_missing(tx: WriteTx, feed_id: int, entry_ids: Sequence[int], now: datetime) -> None:
    """The pages that came without their text are to be fetched, as many as may wait."""
    room = MAX_WAITING - full_text_queue.waiting(tx, feed_id)
    full_text_queue.enqueue(tx, feed_id, list(entry_ids)[: max(room, 0)], now)
