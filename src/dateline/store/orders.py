"""Any order but arrival: by publication, title, feed, length, by chance; and the fair order of marked or found entries.

Such an order is made within a window: the newest 5,000 entries of the stream by arrival are sorted, then the next
5,000, and so on. So no page costs more than reading one column of 5,000 entries, and none is ever left out. The window
is pinned by the first page's cursor (from which place to which), and every entry's sort key depends on nothing but
itself: what arrives or is read meanwhile makes neither doubles nor holes.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from dateline.model import Cursor

from .arrival import END, Key, Place
from .db import Tx
from .listing import Wanted, keys
from .subscriptions import sort_key

WINDOW = 5_000
_MASK = 2**64 - 1
_LONGEST_TEXT = 60
"""Characters of a title that count: they stand in the cursor, and so in an address."""

SortKey = tuple[str, int, int]
"""(text, number, minus the entry's id), rising."""
FAIR_STEP = 2**53
"""More than any moment in microseconds: a rank and a moment in one number."""


def page(tx: Tx, wanted: Wanted, before: Cursor | None, limit: int, seed: int) -> tuple[list[int], Cursor | None]:
    """The ids of a page in the stream's order, and where the next begins."""
    top, floor = _window(before)
    after = (before.text, before.at, -before.entry_id) if before and before.floor else None
    while True:
        inside = _inside(tx, wanted, top, floor)
        if not inside:
            return [], None
        if floor is None:
            top, floor = (inside[0][0], inside[0][1] + 1), (inside[-1][0], inside[-1][1])
        ordered = sorted(_sort_keys(tx, wanted, inside, top, floor, seed))
        found = [key for key in ordered if after is None or key > after]
        if len(found) > limit:
            last = found[limit - 1]
            return [-key[2] for key in found[:limit]], _cursor(last, top, floor, seed)
        following = keys(tx, wanted, floor, 1)
        if found or not following:
            return [-key[2] for key in found], _cursor(None, floor, None, seed) if following else None
        top, floor, after = floor, None, None


def _window(before: Cursor | None) -> tuple[Place, Place | None]:
    if before is None:
        return END, None
    return before.top or END, before.floor


def _inside(tx: Tx, wanted: Wanted, top: Place, floor: Place | None) -> list[Key]:
    if floor is None:
        return keys(tx, wanted, top, WINDOW)
    # twice: a feed that was subscribed to meanwhile may have brought older entries into the window
    return keys(tx, wanted, top, 2 * WINDOW, down_to=floor)


def _cursor(last: SortKey | None, top: Place, floor: Place | None, seed: int) -> Cursor:
    text, number, minus_id = last or ("", 0, 0)
    return Cursor(at=number, entry_id=-minus_id, text=text, top=top, floor=floor, seed=seed)


# ------------------------------------------------------------------------------------------------ sort keys


def _sort_keys(tx: Tx, wanted: Wanted, inside: list[Key], top: Place, floor: Place, seed: int) -> list[SortKey]:
    order = wanted.stream.order
    if order == "random":
        return [("", chance(seed, entry_id), -entry_id) for _, entry_id, _ in inside]
    if order == "feed":
        return _by_feed(tx, wanted, inside)
    if order == "fair":
        return _fair(tx, wanted, inside, top, floor)
    column, key = _COLUMNS[order]
    rows = tx.all(f"SELECT id, {column} FROM entry WHERE id IN ids(:ids)", ids=[entry_id for _, entry_id, _ in inside])
    return [(*key(row[1]), -row[0]) for row in rows]


_COLUMNS: dict[str, tuple[str, Callable[..., tuple[str, int]]]] = {
    "published": ("coalesce(published_at, listed_at)", lambda at: ("", -at)),
    "title": ("title", lambda title: (sort_key(title)[:_LONGEST_TEXT], 0)),
    "longest": ("word_count", lambda words: ("", -words)),
    "shortest": ("word_count", lambda words: ("", words)),
}


def _by_feed(tx: Tx, wanted: Wanted, inside: Sequence[Key]) -> list[SortKey]:
    titles = {
        feed_id: f"{sort_key(title)[:_LONGEST_TEXT]}\x01{feed_id}"
        for feed_id, title in tx.all(
            "SELECT f.id, CASE WHEN s.title <> '' THEN s.title WHEN f.title <> '' THEN f.title ELSE f.url END"
            " FROM feed f LEFT JOIN subscription s ON s.feed_id = f.id AND s.user_id = :user WHERE f.id IN ids(:feeds)",
            user=wanted.user_id,
            feeds=list({feed_id for _, _, feed_id in inside}),
        )
    }
    return [(titles[feed_id], -at, -entry_id) for at, entry_id, feed_id in inside]


def _fair(tx: Tx, wanted: Wanted, inside: list[Key], top: Place, floor: Place) -> list[SortKey]:
    """Ranks count what is read too: else reading on would move what comes after."""
    everything = _inside(tx, replace(wanted, shown="all"), top, floor) if wanted.shown == "unread" else inside
    shown = {entry_id for _, entry_id, _ in inside}
    return [key for key in ranked(everything) if -key[2] in shown]


def ranked(newest_first: Sequence[Key]) -> list[SortKey]:
    """Each entry by its rank within its feed (0 is the newest), then from the newest on."""
    ranks: dict[int, int] = {}
    found: list[SortKey] = []
    for at, entry_id, feed_id in newest_first:
        rank = ranks.get(feed_id, 0)
        ranks[feed_id] = rank + 1
        found.append(("", min(rank, 1000) * FAIR_STEP - at, -entry_id))
    return found


def chance(seed: int, entry_id: int) -> int:
    """63 bits that a seed and an id give, the same each time: splitmix64's last steps (Steele et al., 2014)."""
    mixed = (entry_id + (seed + 1) * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return (mixed ^ (mixed >> 31)) >> 1
