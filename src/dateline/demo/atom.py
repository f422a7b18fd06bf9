"""``PrintedFeed`` → Atom 1.0 (RFC 4287), its contents as escaped HTML or as XHTML."""

from lxml import etree

from .press import PrintedEntry, PrintedFeed
from .rss import ATOM, put, written

XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"


def atom10(feed: PrintedFeed) -> bytes:
    """Atom 1.0; an outlet whose format is ``atom10-xhtml`` gives XHTML."""
    root = etree.fromstring(f'<feed xmlns="{ATOM}"/>')
    root.set(f"{{{XML}}}lang", feed.outlet.language)
    if feed.outlet.relative:
        root.set(f"{{{XML}}}base", feed.base_url)
    put(root, _named("id"), f"tag:{feed.outlet.name}.example,2026:feed")
    put(root, _named("title"), feed.title)
    put(root, _named("subtitle"), feed.outlet.description)
    put(root, _named("updated"), feed.updated_at.isoformat())
    put(root, _named("link"), rel="self", type="application/atom+xml", href=feed.url)
    put(root, _named("link"), rel="alternate", type="text/html", href=feed.site_url)
    put(root, _named("icon"), feed.icon_url)
    if feed.outlet.author:
        put(put(root, _named("author")), _named("name"), feed.outlet.author)
    for entry in feed.entries:
        _entry(root, entry, xhtml=feed.outlet.format == "atom10-xhtml")
    return written(root)


def _entry(root: etree._Element, entry: PrintedEntry, *, xhtml: bool) -> None:
    element = put(root, _named("entry"))
    put(element, _named("id"), entry.guid)
    put(element, _named("title"), entry.title or "")
    put(element, _named("link"), rel="alternate", type="text/html", href=entry.url)
    if entry.published_at:
        put(element, _named("published"), entry.published_at.isoformat())
    put(element, _named("updated"), (entry.updated_at or entry.sorted_at).isoformat())
    if entry.author:
        put(put(element, _named("author")), _named("name"), entry.author)
    for tag in entry.tags:
        put(element, _named("category"), term=tag)
    put(element, _named("summary"), entry.summary_text)
    if xhtml:
        _xhtml(put(element, _named("content"), type="xhtml"), entry)
    else:
        put(element, _named("content"), entry.content_html, type="html")


def _xhtml(content: etree._Element, entry: PrintedEntry) -> None:
    """RFC 4287, 3.1.1.3: the content is one ``div``, which is not part of it."""
    content.append(etree.fromstring(f'<div xmlns="{XHTML}">{entry.content_html}</div>'))


def _named(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"
