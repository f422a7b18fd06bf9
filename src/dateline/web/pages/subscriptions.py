"""``/subscriptions`` → everything an account is subscribed to, with what is wrong where, and its folders."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.store import subscriptions
from dateline.store.subscriptions import Folder, Sidebar, SubscriptionDetails
from dateline.web import i18n, messages
from dateline.web.visit import Visit

MAX_DEPTH = 20


class FolderLine(Struct, frozen=True, kw_only=True):
    """A folder in the order of a tree; ``depth`` 0 is the top. ``path`` is its name after those it lies in."""

    id: int
    name: str
    path: str
    depth: int
    parent_id: int | None
    subscription_count: int


class SubscriptionLine(Struct, frozen=True, kw_only=True):
    """A row of the table. ``checked`` is the time of the last check in words, ``trouble`` the last error's sentence."""

    id: int
    title: str
    address: str
    icon_id: int | None
    folders: tuple[str, ...]
    entry_count: int
    unread_count: int
    checked: str
    trouble: str
    is_gone: bool


class SubscriptionsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/subscriptions.html``. ``search`` narrows the table, ``only_troubled`` to what fails."""

    lines: tuple[SubscriptionLine, ...]
    folders: tuple[FolderLine, ...]
    search: str
    only_troubled: bool
    total_count: int
    troubled_count: int


def show(visit: Visit) -> Response:
    """The table and the folders."""
    account_actions.catch_up(visit.db, visit.me.id, now=visit.now)
    with visit.db.reading() as tx:
        details = subscriptions.all_details(tx, visit.me.id)
        sidebar = subscriptions.sidebar(tx, visit.me.id)
    names = {folder.id: folder.name for folder in sidebar.folders}
    lines = [_line(visit, row, names) for row in details]
    search = visit.query.get("q", "").strip()[:200]
    only_troubled = visit.query.get("only") == "troubled"
    page = SubscriptionsPage(
        lines=tuple(line for line in lines if _is_wanted(line, search, only_troubled=only_troubled)),
        folders=folder_lines(sidebar),
        search=search,
        only_troubled=only_troubled,
        total_count=len(lines),
        troubled_count=sum(1 for line in lines if line.trouble),
    )
    return visit.html("pages/subscriptions.html", page)


def _line(visit: Visit, row: SubscriptionDetails, folder_names: dict[int, str]) -> SubscriptionLine:
    checked_at = row.checked_at
    return SubscriptionLine(
        id=row.id,
        title=row.title,
        address=row.url,
        icon_id=row.icon_id,
        folders=tuple(folder_names[ident] for ident in row.folder_ids if ident in folder_names),
        entry_count=row.entry_count,
        unread_count=row.unread_count,
        checked=visit.words.moment(i18n.local(checked_at, visit.zone)) if checked_at else "",
        trouble=messages.sentence(visit.words, row.error_code) if row.error_code else "",
        is_gone=row.gone,
    )


def _is_wanted(line: SubscriptionLine, search: str, *, only_troubled: bool) -> bool:
    if only_troubled and not line.trouble:
        return False
    needle = search.casefold()
    return any(needle in text.casefold() for text in (line.title, line.address, *line.folders))


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
        for folder in children.get(parent_id, ()):
            line = FolderLine(
                id=folder.id,
                name=folder.name,
                path=above + folder.name,
                depth=min(depth, MAX_DEPTH),
                parent_id=parent_id,
                subscription_count=counts.get(folder.id, 0),
            )
            lines.append(line)
            add(folder.id, depth + 1, f"{line.path} / ")

    add(None, 0, "")
    return tuple(lines)
