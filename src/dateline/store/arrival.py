"""Entries in order of arrival, either way: the walk over a user's unread entries, and the gathering feed by feed.

Unread streams walk ``unread``, which holds nothing else: a page costs the same at 10,000 and at 1,000,000 entries.
Streams that also hold read entries are gathered per feed: the newest entry of each feed (one probe a feed) tells from
which moment on a page's entries can only come, and only the feeds that reach so far are read. From the oldest on it is
the same, mirrored.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from .db import Tx
from .scopes import Scope
from .shown import not_starred

Place = tuple[int, int]
"""(listed_at in µs, entry id): where an entry stands in order of arrival."""
Key = tuple[int, int, int]
"""(listed_at in µs, entry id, feed id)."""

END: Place = (2**62, 2**62)
START: Place = (-1, -1)


class Way(Struct, frozen=True, kw_only=True):
    """A direction, as SQL spells it."""

    up_to: str
    past: str
    within: str
    sort: str
    nothing: int


NEWEST = Way(up_to="<=", past="<", within=">=", sort="DESC", nothing=-1)
OLDEST = Way(up_to=">=", past=">", within="<=", sort="ASC", nothing=2**62)


class Source(Struct, frozen=True, kw_only=True):
    """A table with an index (…, feed, listed_at, entry) to gather from."""

    table: str
    entry: str
    where: str


ALL = Source(table="entry", entry="id", where="")
_OWN = "t.user_id = :user AND "
UNREAD = Source(table="unread", entry="entry_id", where=_OWN)
STARRED = Source(table="star", entry="entry_id", where=_OWN)
# What is read has no row of its own. As "NOT EXISTS" PostgreSQL would join each feed with everything unread.
READ = Source(
    table="entry",
    entry="id",
    where="(SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = t.feed_id AND u.listed_at = t.listed_at"
    " AND u.entry_id = t.id) IS NULL AND ",
)
UNREAD_NOT_STARRED = Source(table="unread", entry="entry_id", where=f"{_OWN}{not_starred('t')} AND ")


def walked(
    tx: Tx,
    user_id: int,
    within: Scope,
    before: Place,
    limit: int,
    *,
    way: Way,
    floor: int,
    without_starred: bool = False,
) -> list[Key]:
    """The user's unread entries beyond a place, passing over those of other feeds and those listed before ``floor``."""
    only = "" if within.is_everything_unread else " AND feed_id IN ids(:feeds)"
    since = " AND listed_at >= :floor" if floor else ""
    if without_starred:
        since += f" AND {not_starred('unread')}"
    rows = tx.all(
        f"SELECT listed_at, entry_id, feed_id FROM unread WHERE user_id = :user"
        f" AND (listed_at, entry_id) {way.past} (:at, :id)"
        f"{only}{since} ORDER BY listed_at {way.sort}, entry_id {way.sort} LIMIT :limit",
        user=user_id,
        at=before[0],
        id=before[1],
        limit=limit,
        **({} if within.is_everything_unread else {"feeds": within.feed_ids}),
        **({"floor": floor} if floor else {}),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def gathered(
    tx: Tx, source: Source, feed_ids: Sequence[int], before: Place, limit: int, *, way: Way, floor: int, **params: Any
) -> list[Key]:
    """The first ``limit`` keys of these feeds beyond a place, without reading more of a feed than can be in them.

    If the n feeds with the newest entries are known, the n-th of these moments is a bound: each of the n feeds has an
    entry at or after it, so a page of n holds nothing older, and other feeds have nothing newer.
    """
    is_newest = way is NEWEST
    if limit > len(feed_ids):
        deepest = floor if is_newest else way.nothing
        return _gathered_deep(tx, source, feed_ids, before, limit, way=way, deepest=deepest, **params)
    # A first row, and no maximum: PostgreSQL would read a whole feed for that of a source with a condition.
    ends = tx.all(
        f"SELECT f.id, (SELECT t.listed_at FROM {source.table} t WHERE {source.where}t.feed_id = f.id"
        f" AND t.listed_at {way.up_to} :at ORDER BY t.listed_at {way.sort} LIMIT 1) AS reached"
        " FROM feed f WHERE f.id IN ids(:feeds)",
        feeds=list(feed_ids),
        at=before[0],
        **params,
    )
    # Entries at the very moment of the cursor may all be past it: such feeds do not count towards the bound.
    reached = sorted(((at, feed) for feed, at in ends if at is not None and at >= floor), reverse=is_newest)
    past = sum(1 for at, _ in reached if at == before[0])
    kept = reached[: limit + past]
    bound = kept[-1][0] if len(kept) == limit + past else way.nothing
    if is_newest:
        bound = max(bound, floor)
    rows = of_each(tx, source, [feed for _, feed in kept], before, limit, bound=bound, way=way, **params)
    return sorted(rows, reverse=is_newest)[:limit]


def _gathered_deep(
    tx: Tx,
    source: Source,
    feed_ids: Sequence[int],
    before: Place,
    limit: int,
    *,
    way: Way,
    deepest: int,
    **params: Any,
) -> list[Key]:
    """The same for more keys than there are feeds: twice what each would give if all were alike is read of each feed;
    the last key that counts then can only be nearer. What feeds have more up to that key is read too.
    """
    is_newest = way is NEWEST
    share = 2 * limit // max(1, len(feed_ids)) + 8
    found = of_each(tx, source, feed_ids, before, share, bound=deepest, way=way, **params)
    counts = Counter(key[2] for key in found)
    found.sort(reverse=is_newest)
    cut = found[limit - 1][0] if len(found) >= limit else deepest
    ends = {key[2]: key[0] for key in found}  # the last of each feed stands last
    full = (feed for feed, count in counts.items() if count == share)
    deeper = [feed for feed in full if (ends[feed] >= cut if is_newest else ends[feed] <= cut)]
    if deeper:
        rest = of_each(tx, source, deeper, before, limit, bound=cut, way=way, **params)
        again = set(deeper)
        found = sorted((*(key for key in found if key[2] not in again), *rest), reverse=is_newest)
    return found[:limit]


def of_each(
    tx: Tx,
    source: Source,
    feed_ids: Sequence[int],
    before: Place,
    limit: int,
    *,
    bound: int,
    way: Way = NEWEST,
    **params: Any,
) -> list[Key]:
    """At most ``limit`` keys of each feed beyond a place, none past ``bound``:
    a statement a feed in SQLite, where one costs microseconds, one for all elsewhere.
    """
    place = {"bound": bound, "at": before[0], "id": before[1], "limit": limit, **params}
    first = (
        f"SELECT t.listed_at, t.{source.entry}, t.feed_id FROM {source.table} t"
        f" WHERE {source.where}t.feed_id = {{feed}}"
        f" AND t.listed_at {way.within} :bound AND t.listed_at {way.up_to} :at"
        f" AND (t.listed_at, t.{source.entry}) {way.past} (:at, :id)"
        f" ORDER BY t.listed_at {way.sort}, t.{source.entry} {way.sort} LIMIT :limit"
    )
    if tx.engine == "sqlite":
        sql = first.format(feed=":feed")
        return [(row[0], row[1], row[2]) for feed in feed_ids for row in tx.all(sql, feed=feed, **place)]
    sql = f"SELECT n.* FROM feed f CROSS JOIN LATERAL ({first.format(feed='f.id')}) n WHERE f.id IN ids(:feeds)"
    rows = tx.all(sql, feeds=list(feed_ids), **place)
    return sorted(((row[0], row[1], row[2]) for row in rows), reverse=way is NEWEST)
