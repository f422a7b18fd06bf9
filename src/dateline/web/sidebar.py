"""The sidebar: ``store``'s flat ``Sidebar`` → folders in folders with their feeds, as the template draws them."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from dateline.model import Stream
from dateline.store.sidebars import Shelves, Sidebar, SidebarRow
from dateline.store.subscriptions import Folder
from dateline.web import messages
from dateline.web.i18n import Words
from dateline.web.label_views import LabelView, label_views
from dateline.web.saved_searches import SearchLink, search_links

# Deeper folders are drawn beside their parent: the page stays readable and the template's recursion short.
_MAX_DEPTH = 12
# A sidebar that fits on a screen has its folders open; beyond, only the way to what is shown.
_ALL_OPEN = 30


class FeedView(Struct, frozen=True, kw_only=True):
    """A subscription; ``count`` is ``unread`` in words. ``problem`` says why its feed fails, "" when all is well."""

    id: int
    title: str
    icon_id: int | None
    unread: int
    count: str
    problem: str
    is_paused: bool
    is_current: bool


class FolderView(Struct, frozen=True, kw_only=True):
    """A folder with what is in it. ``is_open``: unfolded."""

    id: int
    name: str
    unread: int
    count: str
    is_current: bool
    is_open: bool
    folders: tuple["FolderView", ...]
    feeds: tuple[FeedView, ...]


class SidebarView(Struct, frozen=True, kw_only=True):
    """Everything beside a stream. A visitor's has no counts. ``current`` is the kind of the stream that is shown."""

    root: str
    is_visitor: bool
    owner_name: str
    current: str
    main_unread: int
    important_unread: int
    starred: int
    has_important: bool
    shelves: Shelves
    folders: tuple[FolderView, ...]
    feeds: tuple[FeedView, ...]
    labels: tuple[LabelView, ...]
    searches: tuple[SearchLink, ...]


class SidebarBuilder:
    """Builds one sidebar; holds what every folder and feed of it needs."""

    def __init__(self, sidebar: Sidebar, words: Words, current: Stream | None, *, is_visitor: bool) -> None:
        self.words = words
        self.current = current
        self.is_visitor = is_visitor
        self.all_open = len(sidebar.subscriptions) <= _ALL_OPEN
        self.children: dict[int | None, list[Folder]] = {}
        self.feeds: dict[int | None, list[FeedView]] = {}
        self.titles: dict[int, str] = {}
        for folder in sidebar.folders:
            self.children.setdefault(folder.parent_id, []).append(folder)
        for row in sidebar.subscriptions:
            view = self._feed(row)
            if row.visibility == "archived" and not view.is_current:
                continue  # on its own page, and nowhere else
            for folder_id in row.folder_ids or (None,):
                self.feeds.setdefault(folder_id, []).append(view)

    def _is_current(self, kind: str, key: int) -> bool:
        return self.current is not None and self.current.kind == kind and self.current.key == key

    def _feed(self, row: SidebarRow) -> FeedView:
        return FeedView(
            id=row.id,
            title=row.title,
            icon_id=row.icon_id,
            unread=0 if self.is_visitor else row.unread_count,
            count=self._count(row.unread_count),
            problem=messages.sentence(self.words, row.error_code)
            if row.error_code and not self.is_visitor and not row.is_paused
            else "",
            is_paused=row.is_paused and not self.is_visitor,
            is_current=self._is_current("feed", row.id),
        )

    def _count(self, unread: int) -> str:
        return self.words.number(unread) if unread and not self.is_visitor else ""

    def branches(self, parent_id: int | None, depth: int = 0) -> tuple[FolderView, ...]:
        """The folders below ``parent_id``, each with its own. A visitor sees only those that hold something."""
        found: list[FolderView] = []
        for folder in self.children.get(parent_id, ()):
            below = self.branches(folder.id, depth + 1)
            view = self._folder(folder, () if depth >= _MAX_DEPTH else below)
            if not self.is_visitor or view.feeds or view.folders:
                found.append(view)
            if depth >= _MAX_DEPTH:
                found.extend(below)
        return tuple(found)

    def _folder(self, folder: Folder, below: Sequence[FolderView]) -> FolderView:
        feeds = tuple(self.feeds.get(folder.id, ()))
        is_current = self._is_current("folder", folder.id)
        holds_current = any(view.is_current for view in feeds) or any(view.is_open for view in below)
        return FolderView(
            id=folder.id,
            name=folder.name,
            unread=0 if self.is_visitor else folder.unread_count,
            count=self._count(folder.unread_count),
            is_current=is_current,
            is_open=self.all_open or is_current or holds_current,
            folders=tuple(below),
            feeds=feeds,
        )


def sidebar_view(
    sidebar: Sidebar, words: Words, *, root: str, owner_name: str, current: Stream | None, is_visitor: bool
) -> SidebarView:
    """Draw up the sidebar of ``owner_name`` with ``current`` marked (None: none of them).

    Of a saved search that is open, it alone is marked, not the stream that it searches.
    """
    saved = current.saved if current else None
    current = None if saved is not None else current
    builder = SidebarBuilder(sidebar, words, current, is_visitor=is_visitor)
    return SidebarView(
        root=root,
        is_visitor=is_visitor,
        owner_name=owner_name,
        current=current.kind if current else "",
        main_unread=0 if is_visitor else sidebar.main_unread,
        important_unread=0 if is_visitor else sidebar.important_unread,
        starred=0 if is_visitor else sidebar.starred_count,
        has_important=any(row.visibility == "important" for row in sidebar.subscriptions),
        shelves=Shelves() if is_visitor else sidebar.shelves,
        folders=builder.branches(None),
        feeds=tuple(builder.feeds.get(None, ())),
        labels=label_views(sidebar.labels, words, current.key if current and current.kind == "label" else None),
        searches=search_links(sidebar, saved),
    )


def for_visitors(sidebar: Sidebar) -> Sidebar:
    """The same without the folders in which a visitor would find nothing: their names are the owner's own."""
    parents = {folder.id: folder.parent_id for folder in sidebar.folders}
    kept: set[int] = set()
    for row in sidebar.subscriptions:
        for folder_id in row.folder_ids:
            inside: int | None = folder_id
            while inside is not None and inside in parents and inside not in kept:
                kept.add(inside)
                inside = parents[inside]
    return replace(sidebar, folders=tuple(folder for folder in sidebar.folders if folder.id in kept))


def counts(sidebar: Sidebar) -> dict[str, object]:
    """Every count, for a behaviour that keeps the page's numbers true after an action."""
    return {
        "main": sidebar.main_unread,
        "all": sidebar.all_unread,
        "important": sidebar.important_unread,
        "starred": sidebar.starred_count,
        "labels": {str(label.id): label.unread_count for label in sidebar.labels},
        "folders": {str(folder.id): folder.unread_count for folder in sidebar.folders},
        "feeds": {str(row.id): row.unread_count for row in sidebar.subscriptions},
    }
