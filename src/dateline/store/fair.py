"""The fair order: feeds in turn, so that a feed of a hundred entries a day does not drown one of a page a month.

First the newest entry of every feed, then the second of every feed, and so on, each round from the newest on; after the
last round (a hundred; fewer with many feeds: together at most 20,000 entries are looked at) the rest, from the newest
on. An entry's round is its rank among *all* entries of its feed, read or not, up to the moment of the first page: so
reading on moves nothing, and what arrives meanwhile waits for the next visit.
"""

from collections.abc import Sequence

from dateline.model import Cursor

from . import arrival
from .arrival import ALL, END, STARRED, UNREAD, Key, Place, Source
from .db import Tx
from .listing import Wanted, keys
from .orders import SortKey, ranked
from .shown import ALL_UNREAD, fits

ROUNDS = 100
LOOKED_AT = 20_000
_FEWEST_ROUNDS = 4


def page(tx: Tx, wanted: Wanted, before: Cursor | None, limit: int) -> tuple[list[int], Cursor | None]:
    """The ids of a page in fair order, and where the next begins."""
    if before is None:
        newest = keys(tx, wanted, END, 1)
        if not newest:
            return [], None
        rounds = max(_FEWEST_ROUNDS, min(ROUNDS, LOOKED_AT // max(1, len(wanted.within.feed_ids))))
        top, after = (newest[0][0], newest[0][1] + 1), None
    else:
        rounds, top = min(max(before.seed, 1), ROUNDS), before.top or END
        after = ("", before.at, -before.entry_id)
    found: list[int] = []
    if before is None or before.floor is None:  # still among the rounds
        heads = [key for key in _rounds(tx, wanted, top, rounds) if after is None or key > after]
        heads.sort()
        found = [-key[2] for key in heads[:limit]]
        if len(heads) > limit:
            return found, Cursor(at=heads[limit - 1][1], entry_id=found[-1], top=top, seed=rounds)
    place = before.floor if before is not None and before.floor is not None else top
    rest = _rest(tx, wanted, place, top, rounds, limit - len(found) + 1)
    more = len(rest) > limit - len(found)
    rest = rest[: limit - len(found)]
    found += [entry_id for _, entry_id, _ in rest]
    if not more:
        return found, None
    floor = (rest[-1][0], rest[-1][1]) if rest else place
    return found, Cursor(at=0, entry_id=0, top=top, floor=floor, seed=rounds)


def _rounds(tx: Tx, wanted: Wanted, top: Place, rounds: int) -> list[SortKey]:
    """The newest ``rounds`` entries of each feed with their ranks; of them those that are shown."""
    shown = wanted.shown
    if shown == "all":
        return ranked(_newest(tx, wanted.within.feed_ids, top, rounds, wanted.floor))
    feeds = _with_unread(tx, wanted) if shown in ALL_UNREAD else wanted.within.feed_ids

    def ids(source: Source) -> set[int]:
        found = arrival.of_each(tx, source, feeds, top, rounds, bound=wanted.floor, user=wanted.user_id)
        return {entry_id for _, entry_id, _ in found}

    unread = ids(UNREAD) if shown != "starred" else set()
    starred = ids(STARRED) if shown not in ("unread", "read") else set()
    heads = ranked(_newest(tx, feeds, top, rounds, wanted.floor))
    return [key for key in heads if fits(shown, unread=-key[2] in unread, starred=-key[2] in starred)]


def _newest(tx: Tx, feed_ids: Sequence[int], top: Place, rounds: int, floor: int) -> list[Key]:
    return arrival.of_each(tx, ALL, feed_ids, top, rounds, bound=floor)


def _with_unread(tx: Tx, wanted: Wanted) -> list[int]:
    return tx.column(
        "SELECT feed_id FROM subscription WHERE user_id = :user AND unread_count > 0 AND feed_id IN ids(:feeds)",
        user=wanted.user_id,
        feeds=wanted.within.feed_ids,
    )


def _rest(tx: Tx, wanted: Wanted, place: Place, top: Place, rounds: int, limit: int) -> list[Key]:
    """What comes after the rounds, by arrival; at most ``LOOKED_AT`` entries are passed over to find it."""
    last: dict[int, Key] = {}
    counts: dict[int, int] = {}
    for key in _newest(tx, wanted.within.feed_ids, top, rounds, wanted.floor):
        last[key[2]] = key
        counts[key[2]] = counts.get(key[2], 0) + 1
    full = {feed: key[:2] for feed, key in last.items() if counts[feed] == rounds}
    found: list[Key] = []
    while full:
        batch = keys(tx, wanted, place, 10 * limit)
        found += [key for key in batch if key[2] in full and key[:2] < full[key[2]]]
        if len(found) >= limit or len(batch) < 10 * limit:
            break
        place = batch[-1][:2]
    return found[:limit]
