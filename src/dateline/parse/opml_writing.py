"""Subscriptions → an OPML 2.0 file, for any reader (http://opml.org/spec2.opml)."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from .opml import NAMESPACES, OWN, OpmlFeed, OpmlFolder

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}")
_NO_XML = re.compile("[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_opml(
    title: str, feeds: Iterable[OpmlFeed], *, created_at: datetime, folders: Iterable[OpmlFolder] = ()
) -> bytes:
    """Write an OPML 2.0 file. A feed in several folders stands in each of them.

    ``folders`` are those that hold nothing, of which there is something to say, or that shall stand in this order.
    """
    root = etree.Element("opml", {"version": "2.0"}, nsmap=NAMESPACES)
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = xml_text(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(created_at, usegmt=True)
    body = etree.SubElement(root, "body")
    made: dict[tuple[str, ...], etree._Element] = {(): body}
    for folder in folders:
        _write_attributes(_folder(made, folder.path), folder.attributes)
    for feed in feeds:
        for path in feed.folders or ((),):
            _write_feed(_folder(made, path), feed)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _folder(made: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in made:
        parent = _folder(made, path[:-1])
        name = xml_text(path[-1])
        made[path] = etree.SubElement(parent, "outline", {"text": name, "title": name})
    return made[path]


def _write_feed(parent: etree._Element, feed: OpmlFeed) -> None:
    title = xml_text(feed.title or feed.url)
    values = {"type": feed.type or "rss", "text": title, "title": title, "xmlUrl": xml_text(feed.url)}
    if feed.site_url:
        values["htmlUrl"] = xml_text(feed.site_url)
    if feed.description:
        values["description"] = xml_text(feed.description)
    _write_attributes(etree.SubElement(parent, "outline", values), feed.attributes)


def _write_attributes(outline: etree._Element, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        prefix, _, local = name.rpartition(":")
        if _PLAIN_NAME.fullmatch(local) and local.lower() not in OWN and (not prefix or prefix in NAMESPACES):
            outline.set(f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local, xml_text(value))


def xml_text(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold, and without surrogates."""
    return _NO_XML.sub("", text)
