"""Any order but arrival: by publication, title, feed, folder, link, length, by chance; and the fair order of marked or
found entries.

Such an order is made within a window: the newest 5,000 entries of the stream by arrival are sorted, then the next
5,000, and so on (from the oldest on where what was published first comes first). So no page costs more than reading one
column of 5,000 entries, and none is ever left out. The window is pinned by the first page's cursor (from which place
to which), and every entry's sort key depends on nothing but itself: what arrives or is read meanwhile makes neither
doubles nor holes.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from dateline.model import Cursor

from .arrival import END, START, Key, Place
from .db import Tx
from .listing import Wanted, keys
from .subscriptions import below, folders, sort_key

WINDOW = 5_000
_MASK = 2**64 - 1
_LONGEST_TEXT = 60
"""Characters of a title that count: they stand in the cursor, and so in an address."""
_LONGEST_LINK = 200
_OLDEST_WINDOW_FIRST = ("published_oldest",)
"""What came first was mostly published first: so windows begin there."""
_FALLING = ("title_z", "feed_z", "folder_z", "link_z")

SortKey = tuple[str, int, int]
"""(text, number, minus the entry's id), rising; the text falling in some orders (``_FALLING``)."""
FAIR_STEP = 2**53
"""More than any moment in microseconds: a rank and a moment in one number."""


def page(tx: Tx, wanted: Wanted, before: Cursor | None, limit: int, seed: int) -> tuple[list[int], Cursor | None]:
    """The ids of a page in the stream's order, and where the next begins."""
    rising = wanted.stream.order in _OLDEST_WINDOW_FIRST
    top, floor = _window(before, rising=rising)
    after = (before.text, before.at, -before.entry_id) if before and before.floor else None
    while True:
        inside = _inside(tx, wanted, top, floor, rising=rising)
        if not inside and floor is None:
            return [], None
        if floor is None:
            top, floor = (inside[0][0], inside[0][1] + (-1 if rising else 1)), (inside[-1][0], inside[-1][1])
        found = _beyond(after, _sort_keys(tx, wanted, inside, top, floor, seed), falling=_is_falling(wanted))
        if len(found) > limit:
            last = found[limit - 1]
            return [-key[2] for key in found[:limit]], _cursor(last, top, floor, seed)
        following = keys(tx, wanted, floor, 1, rising=rising)
        if found or not following:
            return [-key[2] for key in found], _cursor(None, floor, None, seed) if following else None
        top, floor, after = floor, None, None


def _window(before: Cursor | None, *, rising: bool) -> tuple[Place, Place | None]:
    beginning = START if rising else END
    if before is None:
        return beginning, None
    return before.top or beginning, before.floor


def _inside(tx: Tx, wanted: Wanted, top: Place, floor: Place | None, *, rising: bool = False) -> list[Key]:
    if floor is None:
        return keys(tx, wanted, top, WINDOW, rising=rising)
    # twice: a feed that was subscribed to meanwhile may have brought older entries into the window
    if rising:
        return [key for key in keys(tx, wanted, top, 2 * WINDOW, rising=True) if key[:2] <= floor]
    return keys(tx, wanted, top, 2 * WINDOW, down_to=floor)


def _is_falling(wanted: Wanted) -> bool:
    return wanted.stream.order in _FALLING


def _beyond(after: SortKey | None, sort_keys: list[SortKey], *, falling: bool) -> list[SortKey]:
    """What comes after a key, in order. Where texts fall, what has the same stands as it does where they rise."""
    if not falling:
        return sorted(key for key in sort_keys if after is None or key > after)
    kept = (key for key in sort_keys if after is None or key[0] < after[0] or (key[0] == after[0] and key > after))
    return sorted(sorted(kept), key=lambda key: key[0], reverse=True)


def _cursor(last: SortKey | None, top: Place, floor: Place | None, seed: int) -> Cursor:
    text, number, minus_id = last or ("", 0, 0)
    return Cursor(at=number, entry_id=-minus_id, text=text, top=top, floor=floor, seed=seed)


# ------------------------------------------------------------------------------------------------ sort keys


def _sort_keys(tx: Tx, wanted: Wanted, inside: list[Key], top: Place, floor: Place, seed: int) -> list[SortKey]:
    order = wanted.stream.order
    if order == "random":
        return [("", chance(seed, entry_id), -entry_id) for _, entry_id, _ in inside]
    if order in ("feed", "feed_z"):
        return _by_feed(tx, wanted, inside)
    if order in ("folder", "folder_z"):
        return _by_folder(tx, wanted, inside)
    if order == "fair":
        return _fair(tx, wanted, inside, top, floor)
    column, key = _COLUMNS[order]
    rows = tx.all(f"SELECT id, {column} FROM entry WHERE id IN ids(:ids)", ids=[entry_id for _, entry_id, _ in inside])
    return [(*key(row[1]), -row[0]) for row in rows]


def _title(title: str) -> tuple[str, int]:
    return sort_key(title)[:_LONGEST_TEXT], 0


def _link(url: str | None) -> tuple[str, int]:
    """By site, then by path: what all addresses begin with does not count."""
    return sort_key((url or "").partition("://")[2].removeprefix("www."))[:_LONGEST_LINK], 0


_COLUMNS: dict[str, tuple[str, Callable[..., tuple[str, int]]]] = {
    "published": ("coalesce(published_at, listed_at)", lambda at: ("", -at)),
    "published_oldest": ("coalesce(published_at, listed_at)", lambda at: ("", at)),
    "title": ("title", _title),
    "title_z": ("title", _title),
    "link": ("url", _link),
    "link_z": ("url", _link),
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


def _by_folder(tx: Tx, wanted: Wanted, inside: Sequence[Key]) -> list[SortKey]:
    """By the name of the feed's folder, within those that it lies in; of several the first. What lies in none is last,
    whichever way.
    """
    nowhere = "0" if _is_falling(wanted) else "2"
    names = _folder_names(tx, wanted)
    texts: dict[int, str] = {}
    for feed_id, folder_id in tx.all(
        "SELECT s.feed_id, sf.folder_id FROM subscription s JOIN subscription_folder sf ON sf.subscription_id = s.id"
        " WHERE s.user_id = :user",
        user=wanted.user_id,
    ):
        if folder_id in names:
            text = f"1{names[folder_id]}\x01{folder_id}"
            texts[feed_id] = min(text, texts.get(feed_id, text))
    return [(texts.get(feed_id, nowhere), -at, -entry_id) for at, entry_id, feed_id in inside]


def _folder_names(tx: Tx, wanted: Wanted) -> dict[int, str]:
    """The folders of the stream by id: as they sort, each after the one that it lies in."""
    known = folders(tx, wanted.user_id)
    by_id = {folder.id: folder for folder in known}
    reached = below(known, wanted.stream.key or 0) if wanted.stream.kind == "folder" else set(by_id)
    names: dict[int, str] = {}
    for folder_id in reached:
        path, place = "", by_id.get(folder_id)
        while place is not None and len(path) < 10 * _LONGEST_TEXT:
            path = f"{sort_key(place.name)}\x01{path}"
            place = by_id.get(place.parent_id or 0)
        names[folder_id] = path[:_LONGEST_TEXT]
    return names


def _fair(tx: Tx, wanted: Wanted, inside: list[Key], top: Place, floor: Place) -> list[SortKey]:
    """Ranks count what is read too: else reading on would move what comes after."""
    everything = _inside(tx, replace(wanted, shown="all"), top, floor) if wanted.shown != "all" else inside
    keys_of = {-key[2]: key for key in ranked(everything)}
    # beyond what is ranked (more than two windows of read ones, and then these): last
    return [keys_of.get(ident) or ("", 1000 * FAIR_STEP - at, -ident) for at, ident, _ in inside]


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
