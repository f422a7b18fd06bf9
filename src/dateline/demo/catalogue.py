"""All sample feeds as documents, and the OPML that subscribes to them."""

from collections.abc import Callable
from datetime import datetime

from lxml import etree
from msgspec import Struct

from .atom import atom10
from .json_feed import json11
from .outlet import Format, outlets
from .press import FEED_FILES, PrintedFeed, feed_path, print_feed
from .rss import put, rss10, rss20, written

_WRITERS: dict[str, Callable[[PrintedFeed], bytes]] = {
    "rss20": rss20,
    "rss20-summary": rss20,
    "rss10": rss10,
    "atom10": atom10,
    "atom10-xhtml": atom10,
    "json11": json11,
}


class SampleFeed(Struct, frozen=True, kw_only=True):
    """One feed of the demo. ``body`` is its document, ``entry_count`` how many entries that holds.

    ``folder`` is the path of the folder it is filed in, outermost first.
    """

    name: str
    title: str
    language: str
    format: Format
    folder: tuple[str, ...]
    url: str
    site_url: str
    icon_url: str
    content_type: str
    body: bytes
    entry_count: int


def feeds(base_url: str, now: datetime, edition: int = 1) -> list[SampleFeed]:
    """All sample feeds, by name, as a server at ``base_url`` gives them.

    ``now`` is the aware time that all dates count back from. Edition 2 has a corrected entry and a new one.
    """
    return [_sample(print_feed(outlet, base_url.rstrip("/"), now, edition)) for outlet in outlets()]


def document(feed: PrintedFeed) -> bytes:
    """A feed in the format of its outlet."""
    return _WRITERS[feed.outlet.format](feed)


def _sample(feed: PrintedFeed) -> SampleFeed:
    return SampleFeed(
        name=feed.outlet.name,
        title=feed.title,
        language=feed.outlet.language,
        format=feed.outlet.format,
        folder=feed.outlet.folder,
        url=feed.url,
        site_url=feed.site_url,
        icon_url=feed.icon_url,
        content_type=f"{FEED_FILES[feed.outlet.format][1]}; charset=utf-8",
        body=document(feed),
        entry_count=len(feed.entries),
    )


def opml(base_url: str) -> bytes:
    """OPML 2.0 with every sample feed in its folder, folders inside folders."""
    base = base_url.rstrip("/")
    root = etree.Element("opml", {"version": "2.0"})
    put(put(root, "head"), "title", "Sample feeds")
    body = put(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for outlet in sorted(outlets(), key=lambda outlet: outlet.folder):
        parent = _folder(outlet.folder, folders)
        put(
            parent,
            "outline",
            type="rss",
            text=outlet.title,
            title=outlet.title,
            xmlUrl=base + feed_path(outlet),
            htmlUrl=f"{base}/{outlet.name}/",
            description=outlet.description,
            language=outlet.language,
        )
    return written(root)


def _folder(path: tuple[str, ...], folders: dict[tuple[str, ...], etree._Element]) -> etree._Element:
    """The outline of a folder, made with those above it where it is missing."""
    if path not in folders:
        folders[path] = put(_folder(path[:-1], folders), "outline", text=path[-1], title=path[-1])
    return folders[path]
