"""``PrintedFeed`` → JSON Feed 1.1."""

from typing import Any

from msgspec import json

from .press import PrintedEntry, PrintedFeed

VERSION = "https://jsonfeed.org/version/1.1"


def json11(feed: PrintedFeed) -> bytes:
    """JSON Feed 1.1, indented for people who look into it."""
    document: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "description": feed.outlet.description,
        "home_page_url": feed.site_url,
        "feed_url": feed.url,
        "icon": feed.icon_url,
        "favicon": feed.icon_url,
        "language": feed.outlet.language,
        "authors": [{"name": feed.outlet.author}] if feed.outlet.author else [],
        "items": [_entry(entry) for entry in feed.entries],
    }
    return json.format(json.encode(document), indent=2)


def _entry(entry: PrintedEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content_html,
        "summary": entry.summary_text,
        "image": entry.picture.url if entry.picture else None,
        "date_published": entry.published_at.isoformat() if entry.published_at else None,
        "date_modified": entry.updated_at.isoformat() if entry.updated_at else None,
        "authors": [{"name": entry.author}] if entry.author else None,
        "tags": list(entry.tags) or None,
    }
    return {key: value for key, value in fields.items() if value is not None}
