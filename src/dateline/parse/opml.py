"""OPML both ways: subscriptions in from any reader, out to any reader (http://opml.org/spec2.opml).

Reading is tolerant: half-written files, wrong encodings, ``text`` without ``title``, folders as nested outlines or as
a ``category`` attribute. What cannot be used is told with its line.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ParseError

from .addresses import absolute
from .encoding import to_utf8
from .names import attributes_of, local_of, split
from .xml import read_tree

MAX_BYTES = 20_000_000
MAX_DEPTH = 20
MAX_FEEDS = 50_000
MAX_FOLDERS = 100
MAX_TEXT = 1_000

_OWN = {"text", "title", "type", "xmlurl", "htmlurl", "description", "category"}
_FEED_TYPES = {"rss", "rss1", "atom", "rdf", "pie", "feed", "jsonfeed"}
_FEED_SCHEME = re.compile(r"\Afeed:(?:(?://)?(?=https?:)|//)", re.IGNORECASE)
_PREFIXES = {"https://freshrss.org/opml": "frss"}
_NAMESPACES = {prefix: namespace for namespace, prefix in _PREFIXES.items()}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}")


class OpmlFeed(Struct, frozen=True, kw_only=True):
    """One subscription. ``folders`` are the paths of folder names it stands in, from the outside in; none at the top.

    ``attributes`` are what other readers add (``frss:priority`` …).
    """

    url: str
    title: str = ""
    site_url: str | None = None
    description: str = ""
    folders: tuple[tuple[str, ...], ...] = ()
    attributes: dict[str, str] = {}
    line: int = 0


class OpmlProblem(Struct, frozen=True, kw_only=True):
    """What could not be used:
    ``opml.no_address``, ``opml.bad_address``, ``opml.duplicate``, ``opml.damaged``, ``opml.too_many``.
    """

    line: int
    code: str
    text: str


class OpmlDocument(Struct, frozen=True, kw_only=True):
    """A file, read: each address once, in the order of the file."""

    title: str
    feeds: tuple[OpmlFeed, ...]
    problems: tuple[OpmlProblem, ...]


def parse_opml(body: bytes) -> OpmlDocument:
    """Read a file. Raises ``ParseError``:
    ``parse.empty``, ``parse.not_opml`` when it holds no outline, ``parse.too_complex``.
    """
    if not body.strip():
        raise ParseError("parse.empty")
    if len(body) > MAX_BYTES:
        raise ParseError("parse.too_complex", f"more than {MAX_BYTES} bytes")
    tree = read_tree(to_utf8(body).text)
    if tree is None or next(_outlines(tree.root), None) is None:
        raise ParseError("parse.not_opml", "no outline in it")
    problems: list[OpmlProblem] = []
    if tree.damage is not None:
        problems.append(OpmlProblem(line=tree.damage[0], code="opml.damaged", text=tree.damage[1]))
    feeds = _Reader(problems).read(tree.root)
    return OpmlDocument(title=_title(tree.root), feeds=tuple(feeds), problems=tuple(problems))


def _name(element: etree._Element) -> str:
    return local_of(element).lower()


def _outlines(element: etree._Element) -> Iterator[etree._Element]:
    return (inner for inner in element.iter() if _name(inner) == "outline")


def _title(root: etree._Element) -> str:
    for element in root.iter():
        if _name(element) == "title":
            return " ".join((element.text or "").split())[:MAX_TEXT]
    return ""


class _Reader:
    """Walks the outlines; doubles join their folders to the first of them."""

    def __init__(self, problems: list[OpmlProblem]) -> None:
        self._problems = problems
        self._found: dict[str, OpmlFeed] = {}

    def read(self, root: etree._Element) -> list[OpmlFeed]:
        stack: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
        while stack:
            element, path = stack.pop()
            below = path
            if _name(element) == "outline":
                below = self._outline(element, path)
            stack.extend((child, below) for child in reversed(element))
        return list(self._found.values())

    def _outline(self, element: etree._Element, path: tuple[str, ...]) -> tuple[str, ...]:
        """Take in one outline. The path for what is within it."""
        values = _attributes(element)
        name = values.get("text") or values.get("title") or ""
        address = values.get("xmlurl", "")
        if not address:
            if len(element) == 0 and _should_be_a_feed(values):
                self._problem(element, "opml.no_address", name)
            return (*path, name) if name and len(element) and len(path) < MAX_DEPTH else path
        url = absolute(_without_feed_scheme(address), None)
        if url is None:
            self._problem(element, "opml.bad_address", address)
            return path
        self._add(element, url, values, path)
        return path

    def _add(self, element: etree._Element, url: str, values: dict[str, str], path: tuple[str, ...]) -> None:
        folders = ((path,) if path else ()) + tuple(_categories(values.get("category", "")))
        known = self._found.get(url)
        if known is not None and len(known.folders) < MAX_FOLDERS:
            more = tuple(folder for folder in folders if folder not in known.folders)
            if not more:
                self._problem(element, "opml.duplicate", url)
            self._found[url] = replace(known, folders=known.folders + more)
        elif known is not None or len(self._found) >= MAX_FEEDS:
            self._problem(element, "opml.too_many", url)
        else:
            self._found[url] = OpmlFeed(
                url=url,
                title=values.get("title") or values.get("text") or "",
                site_url=absolute(values.get("htmlurl"), None),
                description=values.get("description", ""),
                folders=folders,
                attributes={key: value for key, value in values.items() if key not in _OWN},
                line=_line(element),
            )

    def _problem(self, element: etree._Element, code: str, text: str) -> None:
        if len(self._problems) < 1_000:
            self._problems.append(OpmlProblem(line=_line(element), code=code, text=text[:200]))


def _without_feed_scheme(address: str) -> str:
    """``feed:https://…`` and ``feed://…`` as some readers write them; the latter means http."""
    rest = _FEED_SCHEME.sub("", address)
    return rest if rest == address or rest.lower().startswith(("http:", "https:")) else f"http://{rest}"


def _should_be_a_feed(values: dict[str, str]) -> bool:
    """An outline without children and address is an empty folder, unless it says that it is a feed."""
    return values.get("type", "").lower() in _FEED_TYPES or bool(values.get("htmlurl"))


def _line(element: etree._Element) -> int:
    line: int | None = getattr(element, "sourceline", None)
    return line or 0


def _attributes(element: etree._Element) -> dict[str, str]:
    """An outline's attributes: the specification's in lower case, others with their prefix."""
    found = {}
    for key, value in attributes_of(element):
        namespace, name = split(key)
        if namespace:
            name = f"{_PREFIXES.get(namespace, 'x')}:{name}"
        elif name.lower() in _OWN:
            name = name.lower()
        found[name] = " ".join(value.split())[: 8_000 if name in ("xmlurl", "htmlurl") else MAX_TEXT]
    return found


def _categories(text: str) -> Iterator[tuple[str, ...]]:
    """``category="/Press/Europe,Sport"`` → paths. Plain words are publishers' categories, not folders."""
    for part in text.split(","):
        names = tuple(name.strip() for name in part.split("/") if name.strip())
        if names and part.strip().startswith("/"):
            yield names[:MAX_DEPTH]


# ------------------------------------------------------------------------------------------------ writing


def write_opml(title: str, feeds: Iterable[OpmlFeed], *, created_at: datetime) -> bytes:
    """Write an OPML 2.0 file. A feed in several folders stands in each of them."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap=_NAMESPACES)
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _xml_text(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(created_at, usegmt=True)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for feed in feeds:
        for path in feed.folders or ((),):
            _write_feed(_folder(folders, path), feed)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _folder(folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in folders:
        parent = _folder(folders, path[:-1])
        name = _xml_text(path[-1])
        folders[path] = etree.SubElement(parent, "outline", {"text": name, "title": name})
    return folders[path]


def _write_feed(parent: etree._Element, feed: OpmlFeed) -> None:
    title = _xml_text(feed.title or feed.url)
    values = {"type": "rss", "text": title, "title": title, "xmlUrl": _xml_text(feed.url)}
    if feed.site_url:
        values["htmlUrl"] = _xml_text(feed.site_url)
    if feed.description:
        values["description"] = _xml_text(feed.description)
    outline = etree.SubElement(parent, "outline", values)
    for name, value in feed.attributes.items():
        prefix, _, local = name.rpartition(":")
        if _PLAIN_NAME.fullmatch(local) and local.lower() not in _OWN and (not prefix or prefix in _NAMESPACES):
            outline.set(f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local, _xml_text(value))


def _xml_text(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold, and without surrogates."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
