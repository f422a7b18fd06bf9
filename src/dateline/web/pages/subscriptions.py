"""``/subscriptions`` → everything an account is subscribed to, with what is wrong where, and its folders."""

from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.store import sidebars, subscriptions
from dateline.store.folder_order import is_arranged
from dateline.store.sidebars import Sidebar
from dateline.store.subscriptions import Folder, SubscriptionDetails
from dateline.web import i18n, keeping, messages, rhythms
from dateline.web.several import FULL_TEXTS, KEEPS, PLACES, READ
from dateline.web.subscription_table import PAGE_SIZE, Wanted, in_order, rows_of, wanted_of
from dateline.web.visit import Visit

MAX_DEPTH = 20


class FolderLine(Struct, frozen=True, kw_only=True):
    """A folder in the order of a tree; ``depth`` 0 is the top. ``path`` is its name after those it lies in;
    ``is_first``, ``is_last``: of those that lie there.
    """

    id: int
    name: str
    path: str
    depth: int
    parent_id: int | None
    subscription_count: int
    is_first: bool
    is_last: bool


class SubscriptionLine(Struct, frozen=True, kw_only=True):
    """A row of the table. ``checked`` and ``news`` are times in words (``checked_short``: today's hour, else the day),
    ``trouble`` is the last error's sentence.
    """

    id: int
    title: str
    address: str
    icon_id: int | None
    folders: tuple[str, ...]
    entry_count: int
    unread_count: int
    checked: str
    checked_short: str
    news: str
    rhythm: str
    trouble: str
    is_paused: bool
    is_gone: bool


class SubscriptionsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/subscriptions.html``. ``wanted`` narrows and sorts; ``filter`` is the same as a query.

    ``fit_count`` rows fit in all; ``first`` is the number of the first line shown, ``next`` and ``previous`` those of
    other pages (None: there is none).
    """

    lines: tuple[SubscriptionLine, ...]
    folders: tuple[FolderLine, ...]
    folders_arranged: bool
    wanted: Wanted
    filter: dict[str, str]
    search: str
    only_troubled: bool
    total_count: int
    troubled_count: int
    paused_count: int
    fit_count: int
    first: int
    previous: int | None
    next: int | None
    places: tuple[tuple[str, str], ...]
    full_texts: tuple[tuple[str, str], ...]
    keeps: tuple[tuple[str, str], ...]
    reads: tuple[tuple[str, str], ...]


def show(visit: Visit) -> Response:
    """The table and the folders."""
    account_actions.catch_up(visit.db, visit.me.id, now=visit.now)
    with visit.db.reading() as tx:
        details = subscriptions.all_details(tx, visit.me.id)
        sidebar = sidebars.read(tx, visit.me.id)
    lines = folder_lines(sidebar)
    names = {line.id: line.name for line in lines}
    wanted = wanted_of(visit.query, visit.now)
    rows = rows_of(details, wanted, names)
    start = visit.query.get("from", "")
    first = min(int(start), len(rows)) if start.isascii() and start.isdigit() and len(start) < 6 else 0
    words = visit.words
    page = SubscriptionsPage(
        lines=tuple(_line(visit, row, names) for row in rows[first : first + PAGE_SIZE]),
        folders=lines,
        folders_arranged=is_arranged(sidebar.folders),
        wanted=wanted,
        filter={
            name: visit.query[name][:300] for name in ("q", "only", "folder", "days", "sort") if visit.query.get(name)
        },
        search=wanted.search,
        only_troubled=wanted.only == "troubled",
        total_count=len(details),
        troubled_count=sum(1 for row in details if row.error_code),
        paused_count=sum(1 for row in details if row.paused_at),
        fit_count=len(rows),
        first=first,
        previous=max(0, first - PAGE_SIZE) if first else None,
        next=first + PAGE_SIZE if first + PAGE_SIZE < len(rows) else None,
        places=tuple((value, words.text(label)) for value, label in PLACES.items()),
        full_texts=tuple((value, words.text(label)) for value, label in FULL_TEXTS.items()),
        keeps=tuple((value, keeping.in_words(words, rule)) for value, rule in KEEPS.items()),
        reads=tuple((value, words.text(label)) for value, (_, label, _) in READ.items()),
    )
    return visit.html("pages/subscriptions.html", page)


def _line(visit: Visit, row: SubscriptionDetails, folder_names: dict[int, str]) -> SubscriptionLine:
    checked_at, news_at = row.checked_at, row.changed_at
    return SubscriptionLine(
        id=row.id,
        title=row.title,
        address=row.url,
        icon_id=row.icon_id,
        folders=tuple(folder_names[ident] for ident in in_order(row.folder_ids, folder_names)),
        entry_count=row.entry_count,
        unread_count=row.unread_count,
        checked=visit.words.moment(i18n.local(checked_at, visit.zone)) if checked_at else "",
        checked_short=_shortly(visit, checked_at) if checked_at else "",
        news=visit.words.short_day(i18n.local(news_at, visit.zone).date()) if news_at else "",
        rhythm=rhythms.in_words(visit.words, row.gap_seconds),
        trouble=messages.sentence(visit.words, row.error_code) if row.error_code else "",
        is_paused=row.paused_at is not None,
        is_gone=row.gone,
    )


def _shortly(visit: Visit, moment: datetime) -> str:
    at, now = (i18n.local(one, visit.zone) for one in (moment, visit.now))
    return visit.words.minute(at) if at.date() == now.date() else visit.words.short_day(at.date())


def folder_lines(sidebar: Sidebar) -> tuple[FolderLine, ...]:
    """The folders as a tree read from top to bottom, each with how many subscriptions lie directly in it."""
    children: dict[int | None, list[Folder]] = {}
    for folder in sidebar.folders:
        children.setdefault(folder.parent_id, []).append(folder)
    counts: dict[int, int] = {}
    for row in sidebar.subscriptions:
        for folder_id in row.folder_ids:
            counts[folder_id] = counts.get(folder_id, 0) + 1
    lines: list[FolderLine] = []

    def add(parent_id: int | None, depth: int, above: str) -> None:
        beside = children.get(parent_id, [])
        for folder in beside:
            line = FolderLine(
                id=folder.id,
                name=folder.name,
                path=above + folder.name,
                depth=min(depth, MAX_DEPTH),
                parent_id=parent_id,
                subscription_count=counts.get(folder.id, 0),
                is_first=folder is beside[0],
                is_last=folder is beside[-1],
            )
            lines.append(line)
            add(folder.id, depth + 1, f"{line.path} / ")

    add(None, 0, "")
    return tuple(lines)
