"""The table of subscriptions: narrowed and sorted; the same for the page and for what is done to all of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from dateline.store.subscriptions import SubscriptionDetails

PAGE_SIZE = 200
MAX_SEARCH = 200

Sort = Literal["name", "folder", "unread", "news", "rhythm", "trouble"]
SORTS: tuple[Sort, ...] = ("name", "folder", "unread", "news", "rhythm", "trouble")
Only = Literal["", "troubled", "paused", "idle"]
ONLY: tuple[Only, ...] = ("", "troubled", "paused", "idle")


class Wanted(Struct, frozen=True, kw_only=True):
    """Which rows: ``search`` in names, addresses, folders; ``only`` those that fail or rest; ``folder`` (0: in none);
    ``idle_since``: nothing new since then, with ``only`` "idle".
    """

    search: str = ""
    only: Only = ""
    folder: int | None = None
    idle_since: datetime | None = None
    sort: Sort = "name"


def wanted_of(said: Mapping[str, str], now: datetime) -> Wanted:
    """A query or a form → which rows it asks for; what cannot be understood counts as not said."""
    days = said.get("days", "")
    folder = said.get("folder", "")
    number = int(days) if days.isascii() and days.isdigit() and len(days) <= 5 else 180
    return Wanted(
        search=said.get("q", "").strip()[:MAX_SEARCH],
        only=next((only for only in ONLY if only == said.get("only")), ""),
        folder=int(folder) if folder.isascii() and folder.isdigit() and len(folder) < 19 else None,
        idle_since=now - timedelta(days=number),
        sort=next((sort for sort in SORTS if sort == said.get("sort")), "name"),
    )


def in_order(folder_ids: Iterable[int], folder_names: Mapping[int, str]) -> list[int]:
    """Folders in the order in which ``folder_names`` has them; those that it lacks are left out."""
    some = set(folder_ids)
    return [ident for ident in folder_names if ident in some] if len(some) > 1 else [*some & folder_names.keys()]


def rows_of(
    rows: Sequence[SubscriptionDetails], wanted: Wanted, folder_names: Mapping[int, str]
) -> list[SubscriptionDetails]:
    """The rows that fit, in order; ``folder_names`` in the order of the folders."""
    needle = wanted.search.casefold()

    def fits(row: SubscriptionDetails) -> bool:
        names = [folder_names.get(ident, "") for ident in row.folder_ids]
        return _is_of_kind(row, wanted) and any(needle in text.casefold() for text in (row.title, row.url, *names))

    found = [row for row in rows if fits(row)]
    key = _KEYS.get(wanted.sort)
    if wanted.sort == "folder":
        ranks = {ident: rank for rank, ident in enumerate(folder_names)}
        found.sort(key=lambda row: min((ranks.get(ident, 0) for ident in row.folder_ids), default=len(ranks)))
    elif key is not None:
        found.sort(key=key)  # of what is alike, the order of names stays
    return found


def _is_of_kind(row: SubscriptionDetails, wanted: Wanted) -> bool:
    if wanted.folder is not None and (wanted.folder not in row.folder_ids if wanted.folder else row.folder_ids):
        return False
    if wanted.only == "troubled":
        return row.error_code is not None
    if wanted.only == "paused":
        return row.paused_at is not None
    if wanted.only == "idle" and wanted.idle_since is not None:
        return (row.changed_at or row.created_at) < wanted.idle_since
    return True


_KEYS: Mapping[str, Callable[[SubscriptionDetails], Any]] = {
    "unread": lambda row: -row.unread_count,
    "news": lambda row: -(row.changed_at.timestamp() if row.changed_at else 0),
    "rhythm": lambda row: row.gap_seconds if row.gap_seconds is not None else float("inf"),
    "trouble": lambda row: (row.error_code is None, -row.failures),
}
