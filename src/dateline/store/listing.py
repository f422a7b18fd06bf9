"""What a stream holds, in order of arrival: one question for feeds, favourites, labels and searches alike."""

from itertools import chain
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dateline.model import Search, ShownNow, Stream

from . import arrival
from .arrival import ALL, NEWEST, OLDEST, READ, STARRED, UNREAD, UNREAD_NOT_STARRED, Key, Place, Source
from .db import Tx
from .scopes import Scope, scope
from .search import matching, newest_matches
from .shown import ALL_UNREAD, condition
from .times import to_us

WALKED_SHARE = 0.1
"""From this share of the user's unread entries on, walking them all beats gathering feed by feed."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A stream of a user, its feeds, and which of its entries."""

    user_id: int
    stream: Stream
    within: Scope
    shown: ShownNow

    @property
    def floor(self) -> int:
        """Nothing listed before this moment is in the stream; 0 without one."""
        return to_us(self.stream.since) if self.stream.since else 0


def keys(
    tx: Tx, wanted: Wanted, before: Place, limit: int, *, rising: bool = False, down_to: Place | None = None
) -> list[Key]:
    """At most ``limit`` keys past a place: newest first (``down_to`` another place), or oldest first (``rising``)."""
    if down_to is not None:
        found = _keys(tx, wanted, before, limit, floor=max(wanted.floor, down_to[0]))
        return [key for key in found if key[:2] >= down_to]
    return _keys(tx, wanted, before, limit, floor=wanted.floor, rising=rising)


def _keys(tx: Tx, wanted: Wanted, before: Place, limit: int, *, floor: int, rising: bool = False) -> list[Key]:
    way = OLDEST if rising else NEWEST
    if rising:
        before = max(before, (floor, -1))
    stream = wanted.stream
    if stream.kind in ("starred", "label"):
        return _marked(tx, wanted, before, limit, way)
    if stream.search:
        return _found(tx, wanted, stream.search, before, limit, rising=rising)
    return _of_feeds(tx, wanted, before, limit, way=way, floor=floor)


_SOURCES: dict[ShownNow, Source] = {
    "all": ALL,
    "read": READ,
    "unread": UNREAD,
    "starred": STARRED,
    "unread_not_starred": UNREAD_NOT_STARRED,
}


def _of_feeds(tx: Tx, wanted: Wanted, before: Place, limit: int, *, way: arrival.Way, floor: int) -> list[Key]:
    within, shown, user = wanted.within, wanted.shown, wanted.user_id
    if shown == "unread_or_starred":
        parts = (replace(wanted, shown="unread"), replace(wanted, shown="starred"))
        found = {*chain.from_iterable(_of_feeds(tx, part, before, limit, way=way, floor=floor) for part in parts)}
        return sorted(found, reverse=way is NEWEST)[:limit]
    if shown in ALL_UNREAD and within.unread >= WALKED_SHARE * within.unread_in_all:
        without = shown == "unread_not_starred"
        return arrival.walked(tx, user, within, before, limit, way=way, floor=floor, without_starred=without)
    return arrival.gathered(tx, _SOURCES[shown], within.feed_ids, before, limit, way=way, floor=floor, user=user)


def _found(tx: Tx, wanted: Wanted, search: Search, before: Place, limit: int, *, rising: bool) -> list[Key]:
    """Of the newest thousand matches."""
    feeds = wanted.within.feed_ids
    found = newest_matches(tx, search.tree, feeds, user_id=wanted.user_id, shown=wanted.shown)
    chosen = [key for key in found if (key > before if rising else key < before) and key[0] >= wanted.floor]
    chosen.sort(reverse=not rising)
    chosen = chosen[:limit]
    rows = tx.all("SELECT id, feed_id FROM entry WHERE id IN ids(:ids)", ids=[key[1] for key in chosen])
    of_feed = {row[0]: row[1] for row in rows}
    return [(at, ident, of_feed[ident]) for at, ident in chosen]


def _marked(tx: Tx, wanted: Wanted, before: Place, limit: int, way: arrival.Way) -> list[Key]:
    """Starred or labelled entries; for a visitor only those of subscriptions that he may see."""
    stream = wanted.stream
    table = "star" if stream.kind == "starred" else "entry_label"
    clauses = [f"m.user_id = :user AND (m.listed_at, m.entry_id) {way.past} (:at, :id)"]
    params: dict[str, Any] = {"user": wanted.user_id, "at": before[0], "id": before[1], "limit": limit}
    if stream.key is not None:
        clauses.append("m.label_id = :label")
        params["label"] = stream.key
    if stream.public_only:
        clauses.append("m.feed_id IN ids(:feeds)")
        params["feeds"] = wanted.within.feed_ids
    if wanted.shown != "all":
        clauses.append(condition(wanted.shown, "m"))
    if stream.search:
        clauses.append("m.entry_id IN ids(:found)")
        params["found"] = matching(
            tx, stream.search.tree, _all_marked(tx, wanted.user_id, table), user_id=wanted.user_id
        )
    # an entry with two labels is in "any label" once
    once = "DISTINCT " if stream.kind == "label" and stream.key is None else ""
    rows = tx.all(
        f"SELECT {once}m.listed_at, m.entry_id, m.feed_id FROM {table} m WHERE {' AND '.join(clauses)}"
        f" ORDER BY m.listed_at {way.sort}, m.entry_id {way.sort} LIMIT :limit",
        **params,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _all_marked(tx: Tx, user_id: int, table: str) -> list[int]:
    return tx.column(f"SELECT entry_id FROM {table} WHERE user_id = :user", user=user_id)


def marked_unread(tx: Tx, user_id: int, stream: Stream) -> list[tuple[int, int]]:
    """The unread entries among the starred or labelled ones of a stream: (entry id, feed id)."""
    wanted = Wanted(user_id=user_id, stream=stream, within=scope(tx, user_id, stream), shown="unread")
    return [(entry_id, feed_id) for _, entry_id, feed_id in keys(tx, wanted, arrival.END, 1_000_000)]
