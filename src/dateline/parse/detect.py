"""A whole document of any kind → ``ParsedFeed``: find out what it is, have it read, look over the whole."""

import re
import zlib
from collections import Counter
from collections.abc import Container
from itertools import repeat

from lxml import etree

from dateline.errors import ParseError
from dateline.model import FeedFormat, ParsedEntry, ParsedFeed, ParseWarning

from .addresses import base_address
from .channel import read_channel
from .encoding import to_utf8
from .entry import read_entry
from .fields import Document
from .json_damaged import beginning
from .json_feed import json_value, read_json_feed
from .limits import MAX_BYTES, MAX_ENTRIES
from .markup import XML_BASE
from .names import ATOM03, ATOM10, RDF, Names, local_of, split
from .rss_in_json import rss_tree
from .sources import Items, split_items
from .xml import Tree, items_of, read_tree, unnested

_ROOTS = frozenset({"rss", "rdf", "feed", "channel", "entry", "item"})
_WEB_PAGE = re.compile(
    rb"\s*<(?:head|body|title|meta|script|link|div|p|h1|center|table)[\s>/]|(?s:.{0,4000}?)<(?:!doctype\s+)?html[\s>]",
    re.IGNORECASE,
)
_TRIED = 20  # items that are looked at when no element is a feed's
_GZIP = b"\x1f\x8b\x08"
_SEARCHED = 2_000  # elements among which the feed is looked for when the root is not one
_VERSIONS: dict[str, FeedFormat] = {
    "0.90": "rss090", "0.91": "rss091", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094", "2": "rss20",
}  # fmt: skip


def parse_feed(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str = "",
    content_language: str | None = None,
    content_location: str | None = None,
    known: Container[bytes] | None = None,
) -> ParsedFeed:
    """Understand a document.

    ``url`` is where it came from, the others are the HTTP headers of that answer; all may be missing. ``known`` are
    the ``source_hash``es of entries that need not be read again: they come back as ``known_hashes``; None: no entry is
    told by its bytes. Raises
    ``ParseError``: ``parse.empty``, ``parse.web_page`` (discovery may help), ``parse.not_a_feed`` or
    ``parse.too_complex``; nothing else, whatever the bytes are.
    """
    body = _unpacked(body)
    if len(body) > MAX_BYTES:
        raise ParseError("parse.too_complex", f"more than {MAX_BYTES} bytes")
    text, warnings = to_utf8(body, content_type)
    text = text.lstrip(b" \t\r\n\x0b\x0c\0\xef\xbb\xbf")
    if not text:
        raise ParseError("parse.empty")
    base = base_address(content_location, base_address(url, None))
    feed = _json(beginning(text), base, content_language, warnings)
    if feed is not None:
        return feed
    tree, items = _tree(text, known)
    root = _feed_root(tree.root) if tree is not None else None
    if tree is None or root is None:
        page = text[:1] == b"<" and _WEB_PAGE.match(text[:4096])
        raise ParseError("parse.web_page" if page else "parse.not_a_feed")
    return _read(root, base, content_language, warnings + tree.warnings, items)


def _unpacked(body: bytes) -> bytes:
    """The body of a file that is packed (``feed.xml.gz``), which no header of its answer says; at most one byte above
    the limit."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_BYTES + 1)
    except zlib.error:
        return body


def _json(text: bytes, base: str | None, language: str | None, warnings: list[ParseWarning]) -> ParsedFeed | None:
    """A document in JSON: JSON Feed, or RSS in JSON; None for any other."""
    if text[:1] not in b"{[":
        return None
    value = json_value(text, warnings)
    feed = read_json_feed(value, url=base, language=language, warnings=warnings)
    if feed is not None:
        return _looked_over(feed, [])
    root = rss_tree(value)
    return _read(root, base, language, warnings, Items(text, (), ())) if root is not None else None


def _tree(text: bytes, known: Container[bytes] | None) -> tuple[Tree | None, Items]:
    """The document without its known items, and which these were.

    Where tags are broken, what one item means may hang on another: none stands for itself then, and all are read.
    """
    items = Items(text, (), ()) if known is None else split_items(text, known)
    tree = read_tree(items.rest)
    if tree is None or tree.damage is None:
        return tree, items
    return _tree(text, None) if items.known else (tree, Items(text, (), ()))


def _read(
    root: etree._Element, base: str | None, language: str | None, warnings: list[ParseWarning], items: Items
) -> ParsedFeed:
    channel = _channel(root)
    namespace = split(str(channel.tag))[0] or split(str(root.tag))[0]
    form = _format(root, namespace)
    inner_base = base_address(channel.get(XML_BASE), base_address(root.get(XML_BASE), base))
    document = Document(
        Names(core="" if namespace == RDF else namespace, declared=root.nsmap),
        atom=form in {"atom03", "atom10"},
        rebased=inner_base != base,
    )
    fields = read_channel(root, channel, document, base, language)
    # What addresses in entries are relative to: xml:base; without it RSS means the site, Atom the document.
    own = document.rebased or (document.atom and base is not None)
    entry_base = inner_base if own else base_address(fields["site_url"], base)
    elements = unnested(element for element in items_of(root) if document.names[element.tag] in {"item", "entry"})
    if len(elements) > MAX_ENTRIES:
        warnings.append(_warning("parse.entries_cut", f"Only the first {MAX_ENTRIES} entries were read."))
    # as many elements as items by their bytes: then they are the same ones, in the same order
    hashes = items.fresh if len(items.fresh) == len(elements) else repeat(None)
    entries = tuple(
        read_entry(element, document, entry_base, hash_)
        for element, hash_ in zip(elements[:MAX_ENTRIES], hashes, strict=False)
    )
    feed = ParsedFeed(format=form, entries=entries, known_hashes=items.known, warnings=tuple(warnings), **fields)
    return _looked_over(feed, document.bad_dates)


def _feed_root(root: etree._Element) -> etree._Element | None:
    """The root, or the first element near the top that could be one (feeds get wrapped in all kinds of things)."""
    if local_of(root).lower() in _ROOTS:
        return root
    for count, element in enumerate(root.iter()):
        if count > _SEARCHED:
            break
        if local_of(element).lower() in {"rss", "rdf", "feed"}:
            return element
    return root if local_of(root).lower() != "html" and any(map(_is_entry, items_of(root)[:_TRIED])) else None


def _is_entry(element: etree._Element) -> bool:
    """An item of a document without a feed's root: it has a title, and an address or an id."""
    names = {local_of(child).lower() for child in element}
    return "title" in names and not names.isdisjoint({"link", "guid"})


def _channel(root: etree._Element) -> etree._Element:
    """The element that holds the feed's own fields."""
    for child in root:
        if local_of(child).lower() == "channel":
            return child
    return root


def _format(root: etree._Element, namespace: str) -> FeedFormat:
    name = local_of(root).lower()
    version = (root.get("version") or "").strip()
    if name == "rdf":
        return "rss090" if "netscape.com" in namespace.lower() else "rss10"
    if name in {"feed", "entry"}:
        old = namespace == ATOM03 or version.startswith("0.")
        return "atom03" if old or (namespace and namespace != ATOM10) else "atom10"
    if name == "channel":
        return "rss" if root.find("item") is not None else "cdf"
    return _VERSIONS.get(version[:4]) or _VERSIONS.get(version[:1]) or "rss"


def _looked_over(feed: ParsedFeed, bad_dates: list[str]) -> ParsedFeed:
    """The feed with the warnings that only the whole shows."""
    found = [warning for warning in (_doubles(feed.entries), _dateless(feed.entries), _senseless(bad_dates)) if warning]
    if not found:
        return feed
    fields = {name: getattr(feed, name) for name in feed.__struct_fields__}
    return ParsedFeed(**fields | {"warnings": (*feed.warnings, *found)})


def _doubles(entries: tuple[ParsedEntry, ...]) -> ParseWarning | None:
    guids = Counter(entry.guid for entry in entries if entry.guid is not None)
    doubles = sum(count - 1 for count in guids.values())
    return _warning("parse.duplicate_guid", f"{doubles} entries repeat the id of another.") if doubles else None


def _dateless(entries: tuple[ParsedEntry, ...]) -> ParseWarning | None:
    count = sum(entry.published_at is None and entry.updated_at is None for entry in entries)
    return _warning("parse.no_date", f"{count} entries have no date.") if count else None


def _senseless(bad_dates: list[str]) -> ParseWarning | None:
    if not bad_dates:
        return None
    return _warning("parse.bad_date", f"{len(bad_dates)} dates make no sense, for example {bad_dates[0][:60]!r}.")


def _warning(code: str, message: str) -> ParseWarning:
    return ParseWarning(code=code, message=message)
