"""What stands beside the stream: every subscription, folder and label of one user with its counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dateline.model import Visibility

from . import labels as kept_labels
from . import saved_searches
from .db import Tx
from .subscriptions import Folder, folder_ids, folders, sort_key


class SidebarRow(Struct, frozen=True, kw_only=True):
    """One subscription as the sidebar shows it. ``gone``: the server said that the feed is gone for good."""

    id: int
    feed_id: int
    title: str
    icon_id: int | None
    unread_count: int
    folder_ids: tuple[int, ...]
    visibility: Visibility
    error_code: str | None
    gone: bool
    hidden_from_visitors: bool
    is_paused: bool = False


class Shelves(Struct, frozen=True, kw_only=True):
    """What else a user has put somewhere: begun, to be played next, highlighted or noted, asked for again; and the last
    of their deeds (``history.seq``, 0 for none), so that a page knows what it shows.
    """

    unfinished: bool = False
    queue: bool = False
    highlights: bool = False
    searches: bool = False
    last_deed: int = 0


class Sidebar(Struct, frozen=True, kw_only=True):
    """Everything beside the stream, in order of name."""

    folders: tuple[Folder, ...]
    subscriptions: tuple[SidebarRow, ...]
    main_unread: int
    important_unread: int
    all_unread: int
    starred_count: int
    labels: tuple[kept_labels.Label, ...] = ()
    shelves: Shelves = Shelves()
    searches: tuple[saved_searches.SavedSearch, ...] = ()


_PUBLIC = " AND s.hidden_from_visitors = 0 AND f.owner_id = 0"


def read(tx: Tx, user_id: int, *, public_only: bool = False) -> Sidebar:
    """What stands beside the stream; ``public_only`` is what a visitor may see of it."""
    rows = _rows(tx, user_id, public_only=public_only)
    shelves = Shelves() if public_only else _shelves(tx, user_id)
    return Sidebar(
        folders=_counted(folders(tx, user_id), rows, public_only=public_only),
        subscriptions=tuple(rows),
        main_unread=sum(row.unread_count for row in rows if row.visibility in ("main", "important")),
        important_unread=sum(row.unread_count for row in rows if row.visibility == "important"),
        all_unread=sum(row.unread_count for row in rows if row.visibility != "archived"),
        starred_count=_starred(tx, user_id, [row.feed_id for row in rows] if public_only else None),
        labels=() if public_only else tuple(kept_labels.all_labels(tx, user_id, counted=True)),
        shelves=shelves,
        searches=tuple(saved_searches.every(tx, user_id)) if shelves.searches else (),
    )


def _shelves(tx: Tx, user_id: int) -> Shelves:
    row = tx.one(
        "SELECT EXISTS (SELECT 1 FROM progress WHERE user_id = :user),"
        " EXISTS (SELECT 1 FROM play_queue WHERE user_id = :user),"
        " EXISTS (SELECT 1 FROM highlight WHERE user_id = :user),"
        " EXISTS (SELECT 1 FROM saved_search WHERE user_id = :user),"
        " (SELECT max(seq) FROM history WHERE user_id = :user)",
        user=user_id,
    )
    unfinished, queue, highlights, searches, last_deed = row or (False, False, False, False, 0)
    return Shelves(
        unfinished=bool(unfinished),
        queue=bool(queue),
        highlights=bool(highlights),
        searches=bool(searches),
        last_deed=last_deed or 0,
    )


def _rows(tx: Tx, user_id: int, *, public_only: bool) -> list[SidebarRow]:
    in_folders = folder_ids(tx, user_id)
    found = tx.all(
        "SELECT s.id, s.feed_id, CASE WHEN s.title <> '' THEN s.title WHEN f.title <> '' THEN f.title ELSE f.url END,"
        " coalesce(s.own_icon_id, f.icon_id), s.unread_count, s.visibility, f.error_code, f.stopped_at,"
        " s.hidden_from_visitors, s.paused_at IS NOT NULL"
        " FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
        + (_PUBLIC if public_only else ""),
        user=user_id,
    )
    rows = [
        SidebarRow(
            id=row[0],
            feed_id=row[1],
            title=row[2],
            icon_id=row[3],
            unread_count=row[4],
            folder_ids=in_folders.get(row[0], ()),
            visibility=row[5],
            error_code=row[6],
            gone=row[7] is not None,
            hidden_from_visitors=bool(row[8]),
            is_paused=bool(row[9]),
        )
        for row in found
    ]
    rows.sort(key=lambda row: sort_key(row.title))
    return rows


def _counted(own: list[Folder], rows: Sequence[SidebarRow], *, public_only: bool) -> tuple[Folder, ...]:
    """Folders with their counts; for a visitor, only those that hold something he may see."""
    parents = {folder.id: folder.parent_id for folder in own}
    counts: dict[int, int] = defaultdict(int)
    filled: set[int] = set()
    known: dict[tuple[int, ...], set[int]] = {}  # two hundred feeds stand in a few folders
    for row in rows:
        above = known.get(row.folder_ids)
        if above is None:
            above = known[row.folder_ids] = _with_ancestors(row.folder_ids, parents)
            filled |= above
        if row.unread_count and row.visibility != "archived":
            for folder_id in above:
                counts[folder_id] += row.unread_count
    shown = [folder for folder in own if not public_only or folder.id in filled]
    return tuple(replace(folder, unread_count=counts[folder.id]) for folder in shown)


def _with_ancestors(folder_ids: Iterable[int], parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    for start in folder_ids:
        current: int | None = start
        while current is not None and current not in found:
            found.add(current)
            current = parents.get(current)
    return found


def _starred(tx: Tx, user_id: int, feed_ids: list[int] | None) -> int:
    if feed_ids is None:
        return int(tx.value("SELECT count(*) FROM star WHERE user_id = :user", user=user_id))
    return int(
        tx.value(
            "SELECT count(*) FROM star WHERE user_id = :user AND feed_id IN ids(:feeds)", user=user_id, feeds=feed_ids
        )
    )
