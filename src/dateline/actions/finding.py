"""Articles that a file names → the entries of its owner that they are: by feed and publisher's id, else by address."""

from collections.abc import Sequence
from itertools import chain, groupby
from typing import Protocol

from dateline.errors import FetchError
from dateline.fetch.address import host_key
from dateline.store import brought
from dateline.store.brought import Place
from dateline.store.db import Tx
from dateline.store.entries import guid_hash

from .recognising import entries_at, feed_address, match

MAX_FEEDS = 50
"""So many of one's feeds on an article's server are looked through where the file does not say which one it is of."""


class Named(Protocol):
    """What a file says of an article: its number there, its feed's address, its id in that feed, its own address."""

    @property
    def place(self) -> int: ...
    @property
    def feed_url(self) -> str | None: ...
    @property
    def guid(self) -> str | None: ...
    @property
    def source(self) -> str | None: ...


class Finder:
    """Where a user's articles stand, as it is when an import begins."""

    def __init__(self, tx: Tx, user_id: int) -> None:
        self._user_id = user_id
        self._subscribed = brought.subscribed_feeds(tx, user_id)
        own = sorted(brought.own_places(tx, user_id), key=lambda one: one[0])
        self._by_host = {host: [ident for _, ident in some] for host, some in groupby(own, key=lambda one: one[0])}

    def entries_of(self, tx: Tx, some: Sequence[Named]) -> dict[int, int]:
        """The entries that are meant, by their number in the file. Each feed is looked at once."""
        groups: dict[tuple[str | None, str], list[Named]] = {}
        for one in some:
            url = feed_address(one.feed_url)
            groups.setdefault((url, "" if url else _host(one.source)), []).append(one)
        found: dict[int, int] = {}
        for (url, host), group in groups.items():
            places = [brought.place(tx, self._user_id, url, self._subscribed)] if url else self._likely(host)
            for place in places:
                left = [one for one in group if one.place not in found]
                found |= _matched(tx, place, left) if left else {}
        return found

    def _likely(self, host: str) -> list[Place]:
        """The user's feeds on the server that an article stands on, and what is on none: saved pages, newsletters."""
        idents = [ident for name in dict.fromkeys(("", host)) for ident in self._by_host.get(name, ())]
        return [Place(url="", live_id=ident) for ident in idents[:MAX_FEEDS]]


def _host(source: str | None) -> str:
    try:
        return host_key(source) if source else ""
    except FetchError:
        return ""


def _matched(tx: Tx, place: Place, some: Sequence[Named]) -> dict[int, int]:
    hashes = {one.place: [guid_hash(name) for name in (one.guid, one.source) if name] for one in some}
    links = {one.place: [one.source] if one.source else [] for one in some}
    there = entries_at(tx, place, list(chain.from_iterable(hashes.values())), list(chain.from_iterable(links.values())))
    found = {ident: match(hashes[ident], links[ident], there)[0] for ident in hashes}
    return {ident: entry_id for ident, entry_id in found.items() if entry_id is not None}
