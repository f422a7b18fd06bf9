"""``PrintedFeed`` → RSS 2.0 (with full contents or with summaries only) and RSS 1.0.

Specifications: RSS 2.0 (RSS Advisory Board), RSS 1.0 with its modules content and dc, Media RSS, iTunes podcast tags,
podcast namespace (chapters, transcript left out).
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from lxml import etree

from .press import PrintedEntry, PrintedFeed

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
MEDIA = "http://search.yahoo.com/mrss/"
PODCAST = "https://podcastindex.org/namespace/1.0"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS10 = "http://purl.org/rss/1.0/"
SY = "http://purl.org/rss/1.0/modules/syndication/"

_RDF_ROOT = f'<rdf:RDF xmlns="{RSS10}" xmlns:rdf="{RDF}" xmlns:dc="{DC}" xmlns:content="{CONTENT}" xmlns:sy="{SY}"/>'


def put(parent: etree._Element, tag: str, words: str | None = None, /, **attributes: str) -> etree._Element:
    """Add an element with its words and attributes; without words it stays empty."""
    child = etree.SubElement(parent, tag, attributes)
    child.text = words
    return child


def written(root: etree._Element) -> bytes:
    """A document as UTF-8 with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def rss20(feed: PrintedFeed) -> bytes:
    """RSS 2.0; an outlet whose format is ``rss20-summary`` gives summaries only."""
    spaces = {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA}
    if feed.cover_url:
        spaces |= {"itunes": ITUNES, "podcast": PODCAST}
    root = etree.Element("rss", {"version": "2.0"}, nsmap=spaces)
    channel = put(root, "channel")
    put(channel, "title", feed.title)
    put(channel, "link", feed.site_url)
    put(channel, "description", feed.outlet.description)
    put(channel, "language", feed.outlet.language)
    put(channel, "lastBuildDate", _rfc822(feed.updated_at))
    put(channel, "ttl", "15")
    put(channel, f"{{{ATOM}}}link", href=feed.url, rel="self", type="application/rss+xml")
    image = put(channel, "image")
    put(image, "url", feed.icon_url)
    put(image, "title", feed.title)
    put(image, "link", feed.site_url)
    _itunes_channel(channel, feed)
    for entry in feed.entries:
        _rss20_entry(channel, entry, full=feed.outlet.format == "rss20")
    return written(root)


def _itunes_channel(channel: etree._Element, feed: PrintedFeed) -> None:
    if not feed.cover_url:
        return
    put(channel, f"{{{ITUNES}}}author", feed.outlet.author)
    put(channel, f"{{{ITUNES}}}image", href=feed.cover_url)
    put(channel, f"{{{ITUNES}}}explicit", "false")
    put(channel, f"{{{ITUNES}}}category", text="Arts")


def _rss20_entry(channel: etree._Element, entry: PrintedEntry, *, full: bool) -> None:
    element = put(channel, "item")
    if entry.title:
        put(element, "title", entry.title)
    put(element, "link", entry.url)
    put(element, "guid", entry.guid, isPermaLink="false")
    if entry.published_at:
        put(element, "pubDate", _rfc822(entry.published_at))
    if entry.updated_at:
        put(element, f"{{{ATOM}}}updated", entry.updated_at.isoformat())
    if entry.author:
        put(element, f"{{{DC}}}creator", entry.author)
    for tag in entry.tags:
        put(element, "category", tag)
    put(element, "description", entry.summary_text)
    if full:
        _encoded(element, entry)
    _media(element, entry)


def _encoded(element: etree._Element, entry: PrintedEntry) -> None:
    etree.SubElement(element, f"{{{CONTENT}}}encoded").text = etree.CDATA(entry.content_html)


def _media(element: etree._Element, entry: PrintedEntry) -> None:
    if entry.picture and not entry.audio:
        put(element, f"{{{MEDIA}}}content", url=entry.picture.url, medium="image", type=entry.picture.type)
    if entry.audio:
        put(element, "enclosure", url=entry.audio.url, type=entry.audio.type, length=str(entry.audio.length))
        put(element, f"{{{ITUNES}}}duration", f"{entry.audio.seconds // 60}:{entry.audio.seconds % 60:02}")
        put(element, f"{{{PODCAST}}}chapters", url=entry.audio.chapters_url, type="application/json+chapters")
    if entry.audio and entry.picture:
        put(element, f"{{{ITUNES}}}image", href=entry.picture.url)


def rss10(feed: PrintedFeed) -> bytes:
    """RSS 1.0, which is RDF: the channel names its entries, the entries stand beside it."""
    root = etree.fromstring(_RDF_ROOT)
    channel = _about(root, "channel", feed.url)
    put(channel, f"{{{RSS10}}}title", feed.title)
    put(channel, f"{{{RSS10}}}link", feed.site_url)
    put(channel, f"{{{RSS10}}}description", feed.outlet.description)
    put(channel, f"{{{DC}}}language", feed.outlet.language)
    put(channel, f"{{{DC}}}date", feed.updated_at.isoformat())
    put(channel, f"{{{SY}}}updatePeriod", "hourly")
    put(channel, f"{{{SY}}}updateFrequency", "2")
    put(channel, f"{{{RSS10}}}image").set(f"{{{RDF}}}resource", feed.icon_url)
    sequence = put(put(channel, f"{{{RSS10}}}items"), f"{{{RDF}}}Seq")
    for entry in feed.entries:
        put(sequence, f"{{{RDF}}}li").set(f"{{{RDF}}}resource", entry.guid)
    image = _about(root, "image", feed.icon_url)
    put(image, f"{{{RSS10}}}title", feed.title)
    put(image, f"{{{RSS10}}}url", feed.icon_url)
    put(image, f"{{{RSS10}}}link", feed.site_url)
    for entry in feed.entries:
        _rss10_entry(root, entry)
    return written(root)


def _rss10_entry(root: etree._Element, entry: PrintedEntry) -> None:
    element = _about(root, "item", entry.guid)
    put(element, f"{{{RSS10}}}title", entry.title or "")
    put(element, f"{{{RSS10}}}link", entry.url)
    put(element, f"{{{RSS10}}}description", entry.summary_text)
    if entry.author:
        put(element, f"{{{DC}}}creator", entry.author)
    if entry.published_at:
        put(element, f"{{{DC}}}date", entry.published_at.isoformat())
    for tag in entry.tags:
        put(element, f"{{{DC}}}subject", tag)
    _encoded(element, entry)


def _about(root: etree._Element, tag: str, uri: str) -> etree._Element:
    element = put(root, f"{{{RSS10}}}{tag}")
    element.set(f"{{{RDF}}}about", uri)
    return element


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
