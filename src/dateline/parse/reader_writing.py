"""Entries → JSON in Google Reader's shape, as FreshRSS and most other readers import it. Pure.

Titles and names are escaped, as in Google Reader's own files; ``guid`` is the publisher's id (FreshRSS's addition),
``starredUsec`` ours: when it was starred.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from dateline.model import Entry

from .own_words import said_of

_encode = msgspec.json.Encoder().encode


def saved_file(
    kind: str, title: str, author: str, articles: Iterable[dict[str, Any]], *, updated_at: datetime
) -> Iterator[bytes]:
    """The whole file, piece by piece: however many articles there are, few are in memory. ``kind``: starred, …"""
    head = {
        "id": f"user/-/state/org.dateline/{kind}",
        "title": title,
        "author": author,
        "updated": int(updated_at.timestamp()),
    }
    yield _encode(head)[:-1] + b',"items":['
    comma = b"\n"
    for article in articles:
        yield comma + _encode(article)
        comma = b",\n"
    yield b"\n]}\n"


def article(entry: Entry, *, site_url: str | None, feed_url: str, starred_at: datetime | None) -> dict[str, Any]:
    """One entry with its marks. ``feed_url`` is the address of its feed, whatever it is kept under."""
    links = [{"href": entry.url, "type": "text/html"}] if entry.url else []
    found: dict[str, Any] = {
        "id": entry.guid,
        "guid": entry.guid,
        "timestampUsec": str(_microseconds(entry.received_at)),
        "crawlTimeMsec": str(_microseconds(entry.received_at) // 1_000),
        "published": int((entry.published_at or entry.listed_at).timestamp()),
        "title": escape(entry.title, quote=False),
        "author": escape("; ".join(person.name for person in entry.authors if person.name), quote=False),
        "canonical": links[:1],
        "alternate": links,
        "categories": _categories(entry),
        "content": {"content": entry.content_html or ""},
        "origin": {
            "streamId": f"feed/{feed_url}",
            "title": escape(entry.feed_title, quote=False),
            "htmlUrl": site_url or "",
            "feedUrl": feed_url,
        },
    }
    if entry.updated_at is not None:
        found["updated"] = int(entry.updated_at.timestamp())
    if starred_at is not None:
        found["starredUsec"] = str(_microseconds(starred_at))
    if entry.enclosures:
        found["enclosure"] = [
            {"href": file.url, "type": file.type or "", **({"length": file.length} if file.length else {})}
            for file in entry.enclosures
        ]
    found["dateline"] = said_of(entry)
    return found


def _categories(entry: Entry) -> list[str]:
    states = ["user/-/state/com.google/reading-list"]
    states.append(f"user/-/state/com.google/{'unread' if entry.unread else 'read'}")
    if entry.starred:
        states.append("user/-/state/com.google/starred")
    states += [f"user/-/label/{escape(name, quote=False)}" for name in entry.labels]
    return states + [escape(tag, quote=False) for tag in entry.tags]


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
