"""Feeds' addresses: where a permanent redirect leads, which address is adopted, which one somebody wants kept.

When another feed of the same owner has an address already, the two become one, but only where the one may speak for
the other: anybody can redirect an address of theirs to a bank's feed, and what they published would stand in it then,
before all its readers.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from dateline.errors import StoreError

from . import brought, feeds, merging
from .db import WriteTx
from .times import to_us, to_us_or_none


def hold(tx: WriteTx, moves: Mapping[int, str], *, by: Collection[int] = (), beside: Collection[int] = ()) -> None:
    """Before feeds adopt these addresses (feed → address): hold all whom a merge would concern, and ``by`` whom it is
    done, then the feeds, and those ``beside``.

    To be called, and raises, as ``merging.hold``.
    """
    concerned = _at_addresses(tx, moves)
    alike = {feed_id for together in concerned if len(together) > 1 for feed_id in together}
    every = {feed_id for together in concerned for feed_id in together}
    merging.hold(tx, alike, every.union(beside), by=by)
    if _at_addresses(tx, moves) != concerned:
        raise StoreError("store.busy", "a feed took another address meanwhile")


def _at_addresses(tx: WriteTx, moves: Mapping[int, str]) -> list[set[int]]:
    """Of each new address the feeds that come to it, and the one that has it."""
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for feed_id, url in moves.items():
        if tx.value("SELECT 1 FROM feed WHERE id = :id", id=feed_id) is not None:
            feed = feeds.read(tx, feed_id)
            other = feeds.find(tx, url + feed.mark, feed.owner_id)
            found[url + feed.mark, feed.owner_id] |= {feed_id} if other is None else {feed_id, other.id}
    return list(found.values())


def adopt(tx: WriteTx, feed_id: int, url: str, host: str, now: datetime) -> int | None:
    """Give a feed a new address, merging it with the feed that has it. The id of the feed that remains.

    None, and nothing was done, when that is another publisher's feed and somebody reads only that one.

    The old address is remembered, unless only its scheme became a safer one: somebody may go back to it.
    """
    feed = feeds.read(tx, feed_id)
    url += feed.mark  # a page read by rules stays one
    other = feeds.find(tx, url, feed.owner_id)
    is_same = url.replace("https://", "http://", 1) == feed.url.replace("https://", "http://", 1)
    previous = None if is_same else feed.url
    if other is None or other.id == feed_id:
        brought.follow_move(tx, feed_id, feed.url, url)
        change_address(tx, feed_id, url, host, previous_url=previous, now=now)
        return feed_id
    merging.hold_more(tx, feed_id, other.id)  # it may have come to this address after ``hold``
    if not _speaks_for(tx, feed, other):
        return None
    brought.follow_move(tx, feed_id, feed.url, url)
    kept, gone = min(feed_id, other.id), max(feed_id, other.id)
    merging.merge(tx, kept, gone, now)
    change_address(tx, kept, url, host, previous_url=previous, now=now)
    return kept


def _speaks_for(tx: WriteTx, feed: feeds.Feed, other: feeds.Feed) -> bool:
    """Whether what a feed published may stand in another: they are of one host, or all readers of the other chose it
    too.
    """
    if are_of_one_site(feed.url, other.url):
        return True
    readers_of_one: int = tx.value(
        "SELECT count(*) FROM subscription o WHERE o.feed_id = :other AND NOT EXISTS"
        " (SELECT 1 FROM subscription s WHERE s.user_id = o.user_id AND s.feed_id = :feed)",
        other=other.id,
        feed=feed.id,
    )
    return readers_of_one == 0


def are_of_one_site(url: str, other: str) -> bool:
    """Whether two addresses are of one host, with ``www.`` or without."""
    return _site(url) == _site(other)


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def remember_move(tx: WriteTx, feed_id: int, target: str | None, host: str, now: datetime) -> None:
    """A permanent redirect: ask its target, at ``host``, from now on (None: the address itself again)."""
    tx.run(
        "UPDATE feed SET moved_url = :target, moved_at = :now, old_asked_at = :now, host = :host WHERE id = :id",
        id=feed_id,
        target=target,
        host=host,
        now=to_us_or_none(now if target else None),
    )


def note_old_asked(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """The old address was asked, and still redirects as it did."""
    tx.run("UPDATE feed SET old_asked_at = :now WHERE id = :id", id=feed_id, now=to_us(now))


def change_address(
    tx: WriteTx, feed_id: int, url: str, host: str, *, previous_url: str | None = None, now: datetime
) -> None:
    """Adopt an address that no other feed of the same owner has; a ``previous_url`` is remembered, and since when."""
    tx.run(
        "UPDATE feed SET url = :url, host = :host, moved_url = NULL, old_asked_at = NULL,"
        " moved_at = CAST(:moved AS BIGINT), previous_url = coalesce(:previous, previous_url) WHERE id = :id",
        id=feed_id,
        url=url,
        host=host,
        previous=previous_url,
        moved=to_us(now) if previous_url else None,
    )


def keep_address(tx: WriteTx, feed_id: int, url: str, host: str, now: datetime) -> None:
    """Somebody wants an address of this feed's kept, whatever it redirects to; it is asked at once."""
    tx.run(
        "UPDATE feed SET url = :url, host = :host, address_kept = 1, moved_url = NULL, moved_at = NULL,"
        " old_asked_at = NULL, previous_url = NULL, next_at = CASE WHEN orphaned_at IS NULL THEN CAST(:now AS BIGINT)"
        " END, failures = 0, error_code = NULL, error_detail = NULL, error_at = NULL, stopped_at = NULL WHERE id = :id",
        id=feed_id,
        url=url,
        host=host,
        now=to_us(now),
    )
    feeds.forget_document(tx, feed_id)


def ask_anew(tx: WriteTx, feed_id: int, now: datetime) -> None:
    """Somebody gave this feed its address: it is asked at once, and what was wrong at the one before is forgotten."""
    tx.run(
        "UPDATE feed SET address_kept = 0, next_at = CASE WHEN orphaned_at IS NULL THEN CAST(:now AS BIGINT) END,"
        " failures = 0, error_code = NULL, error_detail = NULL, error_at = NULL, stopped_at = NULL WHERE id = :id",
        id=feed_id,
        now=to_us(now),
    )
    feeds.forget_document(tx, feed_id)
