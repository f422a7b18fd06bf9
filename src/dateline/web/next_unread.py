"""Where to read on once a stream is read: the next feed of the folder, else the next folder, else the main stream."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from dateline.model import Stream
from dateline.store.sidebars import Sidebar
from dateline.web.i18n import N_, Words
from dateline.web.sidebar import FeedView, FolderView, SidebarView, sidebar_view

MAIN_STREAM = N_("Main stream")


class Following(Struct, frozen=True, kw_only=True):
    """A stream to go on with: its path without the base, its name."""

    path: str
    name: str


def following(sidebar: Sidebar, words: Words, stream: Stream) -> Following | None:
    """The next stream with unread entries after a feed or folder, as the sidebar stands; None for other streams.

    A feed is followed by those below it in its (first) folder, then by those above it, then by the folders below and
    above; a folder by the folders below and above.
    """
    if stream.kind not in ("feed", "folder"):
        return None
    view = sidebar_view(sidebar, words, root="", owner_name="", current=stream, is_visitor=False)
    folders = list(_all_folders(view.folders))
    if stream.kind == "feed":
        found = _feed_after(view, folders)
        if found is not None:
            return Following(path=f"/feed/{found.id}", name=found.title)
    place = next((number for number, folder in enumerate(folders) if folder.is_current or _holds(folder)), -1)
    for folder in (*folders[place + 1 :], *folders[: max(place, 0)]):
        if folder.unread:
            return Following(path=f"/folder/{folder.id}", name=folder.name)
    return Following(path="/", name=words.text(MAIN_STREAM))


def _all_folders(folders: Sequence[FolderView]) -> Iterator[FolderView]:
    for folder in folders:
        yield folder
        yield from _all_folders(folder.folders)


def _holds(folder: FolderView) -> bool:
    return any(feed.is_current for feed in folder.feeds)


def _feed_after(view: SidebarView, folders: Sequence[FolderView]) -> FeedView | None:
    siblings = next((folder.feeds for folder in folders if _holds(folder)), view.feeds)
    place = next((number for number, feed in enumerate(siblings) if feed.is_current), -1)
    around = (*siblings[place + 1 :], *siblings[: max(place, 0)])
    return next((feed for feed in around if feed.unread), None)
