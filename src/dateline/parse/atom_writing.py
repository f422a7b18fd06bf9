"""Entries → an Atom 1.0 document (RFC 4287), for other readers to subscribe to. Pure.

What is personal is not in it: no state, no label, no note, and no address of a feed, which may hold a secret.
"""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from msgspec import Struct

from dateline.model import Entry, Person

from .opml_writing import xml_text

TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_MEDIA = "http://search.yahoo.com/mrss/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_CONTENT = 4_000_000
"""Characters of HTML in one document: what comes after has the beginning of its text alone."""


class OutgoingFeed(Struct, frozen=True, kw_only=True):
    """What a document says of itself: ``self_url`` is its own address, ``page_url`` that of the same as a page."""

    id: str
    title: str
    self_url: str
    page_url: str
    updated_at: datetime


class OutgoingEntry(Struct, frozen=True, kw_only=True):
    """An entry with its body, its ``id`` for the world and that of its feed; ``page_url`` is where it is read here."""

    id: str
    source_id: str
    page_url: str
    entry: Entry


def changed_at(entry: Entry) -> datetime:
    """When an entry was last changed, as far as is known."""
    known = (entry.updated_at, entry.revised_at)
    return max((at for at in known if at is not None), default=entry.published_at or entry.listed_at)


def write_atom(feed: OutgoingFeed, entries: Iterable[OutgoingEntry]) -> bytes:
    """The whole document, in UTF-8. A body that is missing or finds no room is a summary: the beginning of its text."""
    root = etree.fromstring(f'<feed xmlns="{_ATOM}" xmlns:media="{_MEDIA}"/>')
    _put(root, "id", feed.id)
    _put(root, "title", feed.title)
    _put(root, "updated", _moment(feed.updated_at))
    _put(root, "link", rel="self", type=TYPE, href=feed.self_url)
    _put(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    _put(root, "generator", "Dateline")
    room = _MOST_CONTENT
    for one in entries:
        html = one.entry.content_html or ""
        fits = len(html) <= room
        room -= len(html) if fits else 0
        _entry(root, one, html=html if fits else "")
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: etree._Element, one: OutgoingEntry, *, html: str) -> None:
    entry = one.entry
    element = _put(root, "entry")
    if entry.language:
        element.set(_LANG, xml_text(entry.language))
    _put(element, "id", one.id)
    _put(element, "title", entry.title)
    _put(element, "updated", _moment(changed_at(entry)))
    _put(element, "published", _moment(entry.published_at or entry.listed_at))
    # every entry has an author (RFC 4287, 4.2.1): where none signed it, the feed that it is from
    for person in entry.authors or (Person(name=entry.feed_title),):
        _author(element, person)
    for tag in entry.tags:
        _put(element, "category", term=tag)
    _links(element, one)
    _source(element, one)
    if html:
        _put(element, "content", html, type="html")
    else:
        _put(element, "summary", entry.preview_text)


def _author(element: etree._Element, person: Person) -> None:
    author = _put(element, "author")
    _put(author, "name", person.name or person.email or person.url or "")
    if person.url:
        _put(author, "uri", person.url)
    if person.email:
        _put(author, "email", person.email)


def _links(element: etree._Element, one: OutgoingEntry) -> None:
    entry = one.entry
    _put(element, "link", rel="alternate", type="text/html", href=entry.url or one.page_url)
    if entry.comments_url:
        _put(element, "link", rel="replies", type="text/html", href=entry.comments_url)
    for file in entry.enclosures:
        more = {"type": file.type, "length": str(file.length) if file.length else None, "title": file.title}
        said = {name: value for name, value in more.items() if value}
        _put(element, "link", rel="enclosure", href=file.url, **said)
    if entry.thumbnail_url:
        etree.SubElement(element, f"{{{_MEDIA}}}thumbnail", {"url": xml_text(entry.thumbnail_url)})


def _source(element: etree._Element, one: OutgoingEntry) -> None:
    source = _put(element, "source")
    _put(source, "id", one.source_id)
    _put(source, "title", one.entry.feed_title)
    _put(source, "updated", _moment(changed_at(one.entry)))


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    values = {key: xml_text(value) for key, value in attributes.items()}
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", values)
    element.text = xml_text(text) or None
    return element


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
