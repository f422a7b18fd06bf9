"""Articles that a person brings → the entries that they are: by their feed, the publisher's id, the link.

First the feed itself is looked at, then the person's archive of it (``store/brought.py``).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from dateline.errors import FetchError
from dateline.fetch.address import absolute_http_url
from dateline.parse.own_words import is_own_feed
from dateline.parse.reader_json import SavedEntry
from dateline.refresh.decide import content_hash, identify
from dateline.refresh.joining import split_url
from dateline.store import brought, saved_pages
from dateline.store.brought import Place
from dateline.store.db import Tx
from dateline.store.entries import guid_hash

Found = tuple[bool, Mapping[bytes, int], Mapping[str, int]]
"""Whether a feed is no archive, and its entries by guid hash and by address."""


class Known(Struct, frozen=True, kw_only=True):
    """An article, where it belongs, the names its feed may know it by, and the entry that it is already.

    ``all_kept``: its file is of articles that are wanted without star and label.
    """

    saved: SavedEntry
    place: Place
    guid: str
    hashes: tuple[bytes, ...]
    entry_id: int | None
    is_live: bool
    all_kept: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it is stored where its feed has it not."""
        return self.all_kept or self.saved.starred or bool(self.saved.labels)


def feed_address(feed_url: str | None) -> str | None:
    """The address of an article's feed, as a feed's address is kept; None for what is none."""
    if feed_url is None:
        return None
    if is_own_feed(feed_url):
        return feed_url
    try:
        url = absolute_http_url(feed_url)
    except FetchError:
        return None
    return None if "@" in url.partition("://")[2].partition("/")[0] else url


def page_address(saved: SavedEntry) -> str | None:
    """The address of a saved page, as it is kept; None for what is none."""
    for address in (*saved.links, saved.entry.guid or ""):
        try:
            return split_url(address)[0]
        except FetchError:
            continue
    return None


def recognised(
    tx: Tx,
    user_id: int,
    url: str,
    saved: Sequence[SavedEntry],
    subscribed: Mapping[str, tuple[int, str]],
    *,
    all_kept: bool = False,
) -> list[Known]:
    """Which entries a feed's articles are: the feed's own, else those in the archive."""
    place = brought.place(tx, user_id, url, subscribed)
    guids = [_guid(url, one) for one in saved]
    names = [_hashes(guid, one) for guid, one in zip(guids, saved, strict=True)]
    found = entries_at(tx, place, list(chain.from_iterable(names)), [link for one in saved for link in one.links])
    known = []
    for one, guid, hashes in zip(saved, guids, names, strict=True):
        entry_id, is_live = match(hashes, one.links, found)
        known.append(
            Known(
                saved=one,
                place=place,
                guid=guid,
                hashes=hashes,
                entry_id=entry_id,
                is_live=is_live,
                all_kept=all_kept or is_own_feed(url),
            )
        )
    return known


def _guid(url: str, saved: SavedEntry) -> str:
    page = page_address(saved) if url == saved_pages.ADDRESS else None
    return page or identify(saved.entry, "guid", content_hash(saved.entry))


def _hashes(guid: str, saved: SavedEntry) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(guid_hash(name) for name in (guid, *saved.links)))


def entries_at(tx: Tx, place: Place, hashes: Sequence[bytes], urls: Sequence[str]) -> list[Found]:
    """What a feed has of these, and what its archive has."""
    return [
        (is_live, *brought.matches(tx, feed_id, hashes, urls))
        for is_live, feed_id in ((True, place.live_id), (False, place.archive_id))
        if feed_id is not None
    ]


def match(hashes: Iterable[bytes], links: Iterable[str], found: Iterable[Found]) -> tuple[int | None, bool]:
    """(the entry, whether its feed has it): by the publisher's id, then by the link."""
    for is_live, by_hash, by_url in found:
        entry_id = next((by_hash[name] for name in hashes if name in by_hash), None)
        if entry_id is None:
            entry_id = next((by_url[link] for link in links if link in by_url), None)
        if entry_id is not None:
            return entry_id, is_live
    return None, False
