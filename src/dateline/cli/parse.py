"""``dateline parse``: what was understood of a document; the tool with which anyone debugs a feed."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from dateline import __version__
from dateline.model import Enclosure, ParsedEntry, ParsedFeed, Response
from dateline.settings import Settings

from .opening import settings_of
from .output import JsonOption, counted, moment, print_json, say


def parse(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A file, an address, or - for standard input.")],
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="BASE", help="Where the document came from: the base of its addresses."),
    ] = None,
    content_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="The Content-Type that came with it.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules", metavar="FILE", help="How a page without a feed is read, as JSON; says what was found."
        ),
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Sanitise every entry, as it is done before it is stored.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what is understood of a feed. Unknown input: exit code 65, and the error's code on standard error."""
    feed, base = _parsed(settings_of(context), source, url, content_type, rules)
    if as_json:
        print_json(_shape(feed, base if clean else None))
        return
    say(f"{feed.format}\t{feed.title or '-'}\t{feed.site_url or '-'}")
    for entry in feed.entries:
        say(f"{moment(entry.published_at)}\t{entry.title or '-'}\t{entry.url or '-'}")
    for warning in feed.warnings:
        say(f"warning {warning.code}: {warning.message}")
    say(counted(len(feed.entries), "entry", "entries"))


def _parsed(
    settings: Settings, source: str, url: str | None, content_type: str | None, rules_file: Path | None
) -> tuple[ParsedFeed, str]:
    """The document, and the address that its own are relative to ("" when none is known)."""
    from dateline.parse import parse_feed
    from dateline.parse.page import parse_page
    from dateline.parse.page.rules import rules_from_json

    rules = rules_from_json(rules_file.read_bytes()) if rules_file else None
    answer, base = _answered(settings, source, url, content_type, is_page=rules is not None)
    read = partial(parse_page, rules=rules) if rules else parse_feed
    feed = read(
        answer.body,
        url=base or None,
        content_type=answer.content_type,
        content_language=answer.content_language,
        content_location=answer.content_location,
    )
    return feed, base


def _answered(
    settings: Settings, source: str, url: str | None, content_type: str | None, *, is_page: bool
) -> tuple[Response, str]:
    """The bytes with their headers, and the base of their addresses."""
    if source.lower().startswith(("http://", "https://")):
        from dateline.fetch import fetch_now

        answer = fetch_now(settings, source, version=__version__, accept="page" if is_page else "feed")
        return replace(answer, content_type=content_type or answer.content_type), url or answer.final_url
    body = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    return Response(url="", final_url="", status=200, body=body, content_type=content_type or ""), url or ""


def _shape(feed: ParsedFeed, clean_base: str | None) -> dict[str, Any]:
    """The document's JSON; ``clean_base`` is not None when its entries shall be cleaned."""
    base = clean_base or feed.url or ""
    return {
        "format": feed.format,
        "title": feed.title,
        "url": feed.url,
        "site_url": feed.site_url,
        "description": feed.description,
        "language": feed.language,
        "updated_at": feed.updated_at,
        "icon_url": feed.icon_url,
        "image_url": feed.image_url,
        "hubs": feed.hubs,
        "authors": feed.authors,
        "tags": feed.tags,
        "ttl_seconds": feed.ttl_seconds,
        "entries": [
            _entry(entry if clean_base is None else _cleaned(entry, base, feed.site_url)) for entry in feed.entries
        ],
        "warnings": feed.warnings,
    }


def _entry(entry: ParsedEntry) -> dict[str, Any]:
    return {
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "authors": entry.authors,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "summary_html": entry.summary_html,
        "content_html": entry.content_html,
        "tags": entry.tags,
        "language": entry.language,
        "enclosures": [_enclosure(enclosure) for enclosure in entry.enclosures],
        "thumbnail_url": entry.thumbnail_url,
        "comments_url": entry.comments_url,
        "episode": entry.episode,
    }


def _enclosure(enclosure: Enclosure) -> dict[str, Any]:
    return {
        "url": enclosure.url,
        "type": enclosure.type,
        "length": enclosure.length,
        "title": enclosure.title,
        "duration_seconds": enclosure.duration_seconds,
    }


def _cleaned(entry: ParsedEntry, feed_url: str, site_url: str | None) -> ParsedEntry:
    """The same entry with every field as it would be stored; summary and content stay two."""
    from dateline.clean import clean_entry, clean_html
    from dateline.model import RawHTML

    cleaned = clean_entry(entry, feed_url=feed_url, site_url=site_url)
    base = entry.base_url or cleaned.url or site_url or feed_url

    def safe(html: RawHTML | None) -> RawHTML | None:
        return None if html is None else RawHTML(clean_html(html, base))

    return ParsedEntry(
        guid=entry.guid,
        url=cleaned.url,
        title=cleaned.title,
        authors=cleaned.authors,
        published_at=cleaned.published_at,
        updated_at=cleaned.updated_at,
        summary_html=safe(entry.summary_html),
        content_html=safe(entry.content_html),
        tags=cleaned.tags,
        language=cleaned.language,
        enclosures=cleaned.enclosures,
        thumbnail_url=cleaned.thumbnail_url,
        comments_url=cleaned.comments_url,
        episode=cleaned.episode,
    )
