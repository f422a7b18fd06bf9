"""A stream as a board: a box for each folder, with the newest headlines of its feeds, and the feeds with their counts.

Each feed has one headline, so that who writes much does not drown the others.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from dateline.model import Stream
from dateline.store.board import Headline
from dateline.store.sidebars import Sidebar
from dateline.web.proxied import Links, linked
from dateline.web.rows import RowMaker, language_tag
from dateline.web.sidebar import FeedView, FolderView, SidebarView

_HEADLINES = 5


class HeadlineView(Struct, frozen=True, kw_only=True):
    """A headline in words. ``picture`` is there for the first of a box alone."""

    id: int
    title: str
    language: str
    feed_title: str
    short_time: str
    iso_time: str
    is_unread: bool
    picture: str | None


class Box(Struct, frozen=True, kw_only=True):
    """A folder of the board; ``folder`` is None for the feeds that lie in none, or in the folder that is shown."""

    folder: FolderView | None
    feeds: tuple[FeedView, ...]
    headlines: tuple[HeadlineView, ...]


def feed_ids(sidebar: Sidebar) -> list[int]:
    """The feeds that may have a headline: archived ones keep still."""
    return [row.feed_id for row in sidebar.subscriptions if row.visibility != "archived"]


class BoardMaker:
    """Makes one board: in the words and the zone of ``maker``, of somebody’s feeds; ``links``: pictures by us."""

    def __init__(
        self,
        maker: RowMaker,
        sidebar: Sidebar,
        heads: Mapping[int, Headline],
        *,
        shown: Literal["unread", "all"],
        links: Links | None,
    ) -> None:
        self.maker = maker
        self.links = links
        self.shown = shown
        self.heads = {row.id: heads[row.feed_id] for row in sidebar.subscriptions if row.feed_id in heads}

    def boxes(self, side: SidebarView, stream: Stream) -> tuple[Box, ...]:
        """The board of a stream: of everything, or of a folder."""
        folders, feeds = side.folders, side.feeds
        if stream.kind == "folder":
            inside = _find(side.folders, stream.key)
            folders, feeds = (inside.folders, inside.feeds) if inside else ((), ())
        loose = self._box(None, feeds, feeds)
        boxes = [self._box(folder, folder.feeds, _all_feeds(folder)) for folder in folders]
        return tuple(box for box in (*boxes, loose) if box.headlines or self._has_rows(box))

    def _has_rows(self, box: Box) -> bool:
        """Whether something would stand in a box without headlines."""
        if self.shown == "unread":
            return False
        return bool(box.feeds or (box.folder and box.folder.folders))

    def _box(self, folder: FolderView | None, feeds: tuple[FeedView, ...], all_feeds: Iterable[FeedView]) -> Box:
        found = [(self.heads[feed.id], feed) for feed in _once(all_feeds) if feed.id in self.heads]
        if self.shown == "unread":
            found = [(head, feed) for head, feed in found if head.is_unread]
        found.sort(key=lambda pair: (pair[0].listed_at, pair[0].entry_id), reverse=True)
        heads = tuple(
            self._headline(head, feed, is_first=place == 0) for place, (head, feed) in enumerate(found[:_HEADLINES])
        )
        return Box(folder=folder, feeds=feeds, headlines=heads)

    def _headline(self, head: Headline, feed: FeedView, *, is_first: bool) -> HeadlineView:
        picture = head.thumbnail_url if is_first else None
        short, iso = self.maker.times(head.listed_at)
        return HeadlineView(
            id=head.entry_id,
            title=head.title,
            language=language_tag(head.language),
            feed_title=feed.title,
            short_time=short,
            iso_time=iso,
            is_unread=head.is_unread,
            picture=linked(picture, self.links(head.feed_id)) if picture and self.links else picture,
        )


def _find(folders: Iterable[FolderView], ident: int | None) -> FolderView | None:
    for folder in folders:
        if folder.id == ident:
            return folder
        if inside := _find(folder.folders, ident):
            return inside
    return None


def _all_feeds(folder: FolderView) -> list[FeedView]:
    return [*folder.feeds, *(feed for below in folder.folders for feed in _all_feeds(below))]


def _once(feeds: Iterable[FeedView]) -> list[FeedView]:
    """Each feed once, though it may lie in several folders."""
    return list({feed.id: feed for feed in feeds}.values())
