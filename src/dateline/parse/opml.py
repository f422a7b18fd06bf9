"""OPML → subscriptions, from any reader (http://opml.org/spec2.opml).

Reading is tolerant: half-written files, wrong encodings, ``text`` without ``title``, folders as nested outlines or as
a ``category`` attribute. What cannot be used is told with its line.
"""

import re
from collections.abc import Iterator

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ParseError

from .addresses import absolute
from .encoding import to_utf8
from .names import attributes_of, local_of, split
from .opml_transport import AS_THEY_ARE, MAX_LONG, is_transport
from .xml import read_tree

MAX_BYTES = 20_000_000
MAX_DEPTH = 10
MAX_FEEDS = 50_000
MAX_FOLDERS = 100
MAX_TEXT = 1_000
MAX_RULE = 20_000
"""Characters of an attribute of some reader's own: selectors and rules, one a line."""

OWN = {"text", "title", "type", "xmlurl", "htmlurl", "description", "category"}
_FEED_TYPES = {"rss", "rss1", "atom", "rdf", "pie", "feed", "jsonfeed"}
_FEED_SCHEME = re.compile(r"\Afeed:(?:(?://)?(?=https?:)|//)", re.IGNORECASE)
_PREFIXES = {
    "https://freshrss.org/opml": "frss",
    "https://miniflux.app/opml": "miniflux",
    "https://dateline.example/opml": "dateline",
}
NAMESPACES = {prefix: namespace for namespace, prefix in _PREFIXES.items()}
_RULES = ("frss:xPath", "frss:json", "dateline:pageRules")
_FOLDER_ONLY = {"text", "title", "ttrssSortOrder"}


class OpmlFeed(Struct, frozen=True, kw_only=True):
    """One subscription. ``folders`` are the paths of folder names it stands in, from the outside in; none at the top.

    ``attributes`` are what other readers add (``frss:priority`` …), ``type`` is the outline's, in lower case.
    """

    url: str
    type: str = ""
    title: str = ""
    site_url: str | None = None
    description: str = ""
    folders: tuple[tuple[str, ...], ...] = ()
    attributes: dict[str, str] = {}
    line: int = 0


class OpmlFolder(Struct, frozen=True, kw_only=True):
    """A folder that holds nothing, or of which the file says something (``frss:opmlUrl`` …); ``path`` has names."""

    path: tuple[str, ...]
    attributes: dict[str, str] = {}
    line: int = 0


class OpmlProblem(Struct, frozen=True, kw_only=True):
    """What could not be used:
    ``opml.no_address``, ``opml.bad_address``, ``opml.duplicate``, ``opml.damaged``, ``opml.too_many``, ``opml.include``
    (a line that points to another file), ``opml.left_out`` (settings of another program),
    ``opml.too_deep`` (a folder deeper than ten: what it holds lies in the tenth).
    """

    line: int
    code: str
    text: str


class OpmlDocument(Struct, frozen=True, kw_only=True):
    """A file, read: each address once, in the order of the file. ``is_damaged``: some of it may be missing.

    ``folder_order``: the paths of all folders that are outlines, as they follow each other.
    """

    title: str
    feeds: tuple[OpmlFeed, ...]
    problems: tuple[OpmlProblem, ...]
    folders: tuple[OpmlFolder, ...] = ()
    folder_order: tuple[tuple[str, ...], ...] = ()

    @property
    def is_damaged(self) -> bool:
        return any(problem.code == "opml.damaged" for problem in self.problems)


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
    reader = _Reader(problems)
    feeds = reader.read(tree.root)
    return OpmlDocument(
        title=_title(tree.root),
        feeds=tuple(feeds),
        problems=tuple(problems),
        folders=tuple(reader.folders.values()),
        folder_order=tuple(reader.order),
    )


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
        self._found: dict[tuple[str, ...], OpmlFeed] = {}
        self.folders: dict[tuple[str, ...], OpmlFolder] = {}
        self.order: dict[tuple[str, ...], None] = {}

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
            return self._without_address(element, values, name, path)
        url = absolute(_without_feed_scheme(address), None)
        if url is None:
            self._problem(element, "opml.bad_address", address)
            return path
        self._add(element, url, values, path)
        return path

    def _without_address(
        self, element: etree._Element, values: dict[str, str], name: str, path: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Take in a folder, or tell what else this is. The path for what is within it."""
        is_empty = len(element) == 0
        if name.startswith("tt-rss-") and "schema-version" in values:  # preferences, labels' colours, filters
            self._problem(element, "opml.left_out", name)
            return path
        if is_empty and (values.get("type", "").lower() == "include" or values.get("url", "").endswith(".opml")):
            self._problem(element, "opml.include", values.get("url", name))
        elif is_empty and _should_be_a_feed(values):
            self._problem(element, "opml.no_address", name)
        elif name and len(path) >= MAX_DEPTH:
            self._problem(element, "opml.too_deep", name)
        elif name:
            self._note_folder(element, values, (*path, name))
            return (*path, name)
        return path

    def _note_folder(self, element: etree._Element, values: dict[str, str], path: tuple[str, ...]) -> None:
        if len(self.order) < MAX_FEEDS:
            self.order.setdefault(path)
        said = {key: value for key, value in values.items() if ":" in key}
        is_empty = len(element) == 0 and set(values) - set(said) <= _FOLDER_ONLY
        if (said or is_empty) and path not in self.folders and len(self.folders) < MAX_FEEDS:
            self.folders[path] = OpmlFolder(path=path, attributes=said, line=_line(element))

    def _add(self, element: etree._Element, url: str, values: dict[str, str], path: tuple[str, ...]) -> None:
        folders = ((path,) if path else ()) + tuple(_categories(values.get("category", "")))
        key = (url, *_page_rules(values))
        known = self._found.get(key)
        if known is not None and len(known.folders) < MAX_FOLDERS:
            more = tuple(folder for folder in folders if folder not in known.folders)
            if not more or _asked(values) != _asked(known.attributes):
                self._problem(element, "opml.duplicate", url)
            self._found[key] = replace(known, folders=known.folders + more)
        elif known is not None or len(self._found) >= MAX_FEEDS:
            self._problem(element, "opml.too_many", url)
        else:
            self._found[key] = OpmlFeed(
                url=url,
                type=values.get("type", "").lower(),
                title=values.get("title") or values.get("text") or "",
                site_url=absolute(values.get("htmlurl"), None),
                description=values.get("description", ""),
                folders=folders,
                attributes={key: value for key, value in values.items() if key not in OWN},
                line=_line(element),
            )

    def _problem(self, element: etree._Element, code: str, text: str) -> None:
        if len(self._problems) < 1_000:
            self._problems.append(OpmlProblem(line=_line(element), code=code, text=text[:200]))


def _page_rules(values: dict[str, str]) -> tuple[str, ...]:
    """What makes two sources of one address: the rules by which a page is read."""
    return tuple(sorted(f"{name}={value}" for name, value in values.items() if name.startswith(_RULES)))


def _asked(values: dict[str, str]) -> dict[str, str]:
    """How a feed is asked: here an address is one feed, however many ways there are to ask for it."""
    return {name: value for name, value in values.items() if is_transport(name)}


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
    """An outline's attributes: the specification's in lower case, others with their prefix and their line breaks."""
    found = {}
    for key, value in attributes_of(element):
        namespace, name = split(key)
        if namespace:
            name = f"{_PREFIXES.get(namespace, 'x')}:{name}"
        elif name.lower() in OWN:
            name = name.lower()
        if name in AS_THEY_ARE:
            found[name] = value[:MAX_LONG]
        elif ":" in name:
            found[name] = value.strip()[:MAX_RULE]
        else:
            found[name] = " ".join(value.split())[: 8_000 if name in ("xmlurl", "htmlurl") else MAX_TEXT]
    return found


def _categories(text: str) -> Iterator[tuple[str, ...]]:
    """``category="/Press/Europe,Sport"`` → paths. Plain words are publishers' categories, not folders."""
    for part in text.split(","):
        names = tuple(name.strip() for name in part.split("/") if name.strip())
        if names and part.strip().startswith("/"):
            yield names[:MAX_DEPTH]
