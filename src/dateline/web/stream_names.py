"""What streams are called, at which path they stand, and how much of each is unread."""

from dateline.errors import NotFound
from dateline.model import Stream, StreamKind
from dateline.store.sidebars import Sidebar
from dateline.web.i18n import N_, Words

_TITLES: dict[str, str] = {
    "main": N_("Main stream"),
    "important": N_("Important"),
    "starred": N_("Favourites"),
    "all": N_("All articles"),
    "today": N_("Today"),
    "recent": N_("Recently read"),
    "label": N_("All labels"),
}
_UNCOUNTED = ("starred", "recent", "today")


def stream_title(words: Words, stream: Stream, sidebar: Sidebar) -> str:
    """The name of what is read. Raises ``NotFound`` for a folder or subscription that the sidebar does not have."""
    if stream.kind in _TITLES and stream.key is None:
        return words.text(_TITLES[stream.kind])
    if stream.kind == "folder":
        names = {folder.id: folder.name for folder in sidebar.folders}
    elif stream.kind == "label":
        names = {label.id: label.name for label in sidebar.labels}
    else:
        names = {row.id: row.title for row in sidebar.subscriptions}
    if stream.key not in names:
        raise NotFound(f"{stream.kind} {stream.key}")
    return names[stream.key]


def path_of(kind: StreamKind, key: int | None) -> str:
    """The path of a stream of one's own, without the base: ``/folder/3``."""
    if kind == "main":
        return "/"
    return f"/{kind}" if key is None else f"/{kind}/{key}"


def stream_path(root: str, stream: Stream) -> str:
    """The path of a stream, without the base: ``/@NAME/folder/3``."""
    return root + path_of(stream.kind, stream.key)


def unread_count(stream: Stream, sidebar: Sidebar) -> int:
    """How many of the whole stream are unread; 0 where nobody counts (favourites, a search)."""
    if stream.search or stream.kind in _UNCOUNTED:
        return 0
    if stream.kind == "label":
        return next((label.unread_count for label in sidebar.labels if label.id == stream.key), 0)
    if stream.kind == "main":
        return sidebar.main_unread
    if stream.kind == "important":
        return sidebar.important_unread
    if stream.kind == "folder":
        return next((folder.unread_count for folder in sidebar.folders if folder.id == stream.key), 0)
    if stream.kind == "all":
        return sidebar.all_unread
    return sum(row.unread_count for row in sidebar.subscriptions if stream.key == row.id)
