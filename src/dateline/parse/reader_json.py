"""Articles that another reader exported, as JSON in Google Reader's shape → entries with their marks. Pure.

Google Reader's ``starred.json`` (Takeout), which FreshRSS, Inoreader, The Old Reader and Dateline write too, and its
relatives: Feedly's (a list; ``tags``, ``originId``, milliseconds) and Feedbin's (a list; ``url``, ``content`` a text).
Nothing is believed: every value may be of any type, a file may break off, and one bad entry never spoils the others.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from dateline.errors import ParseError
from dateline.model import Enclosure, ParsedEntry, Person, RawHTML

from .addresses import absolute
from .dates import parse_date
from .json_feed import text_at
from .limits import MAX_LIST, MAX_TITLE
from .markup import folded, plain_title
from .media import distinct, enclosure

MAX_BYTES = 1_000_000_000
MAX_ARTICLES = 500_000
MAX_LABELS = 50
MAX_ENTRY_BYTES = 20_000_000
"""Bytes of one entry; a larger one is passed over."""
MAX_PARTS = 200_000
"""Lists and objects in one entry; three bytes of them become a hundred."""
MAX_ALL_PARTS = 5_000_000
MAX_BROKEN_PARTS = 1_000_000
"""Lists and objects in a file that is not quite JSON: an entry of it is read before it is known how large it is."""
_FEW = 1_000_000
"""So many commas cannot part more articles than memory holds."""

_STATE = re.compile(r"user/[^/]*/(?:state/[\w.-]*/(?P<state>[\w-]+)|label/(?P<label>.+))", re.DOTALL)
_FEEDLY_TAG = re.compile(r"user/[^/]*/tag/(?P<name>.*)", re.DOTALL)
_OF_READERS = re.compile(r"tag:google\.com,2005:reader/item/|[\w+/-]{20,}=?_[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\Z")
"""Ids that a reader gave, which no feed ever says."""
_STARRED_NAME = re.compile(r"star|saved|favou?ri", re.IGNORECASE)
_TOKEN = re.compile(rb'[][{}]|(?:[^][{}"]++|"(?:[^"\\]++|\\.?)*+(?:"|\Z))++', re.DOTALL)
_BEGINNING = re.compile(r'\s*(?:\[|\{.*?"items"\s*:\s*\[)', re.DOTALL)
_LARGEST_TIME = 253_402_300_799.0

Program = Literal["freshrss", "dateline", ""]


class SavedEntry(Struct, frozen=True, kw_only=True):
    """One exported article. ``place`` is its number in the file, from 1.

    ``entry.guid`` is the publisher's id where the file tells it; ``links`` are all addresses by which its feed may know
    it. ``feed_url`` is None when the file does not say where the article is from. ``is_read`` None: not said.
    """

    place: int
    entry: ParsedEntry
    links: tuple[str, ...]
    feed_url: str | None
    feed_title: str
    site_url: str | None
    starred: bool
    is_read: bool | None
    labels: tuple[str, ...]
    saved_at: datetime | None


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file, opened: ``count`` articles, of which ``entry`` reads one. ``is_damaged``: it breaks off before its end.

    ``program`` wrote it, as far as that can be seen: elsewhere labels may be the names of folders too.
    """

    raw: list[msgspec.Raw]
    program: Program
    all_starred: bool
    is_damaged: bool

    @property
    def count(self) -> int:
        return len(self.raw)

    def entry(self, place: int) -> SavedEntry | None:
        """The article of that number, from 1; None when it is no article, or too large."""
        body = self.raw[place - 1]
        if memoryview(body).nbytes > MAX_ENTRY_BYTES or _parts(bytes(body)) > MAX_PARTS:
            return None
        try:
            found = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, ValueError):
            found = _forgiven(bytes(body))
        return _saved(found, place, all_starred=self.all_starred) if isinstance(found, dict) else None


def looks_like_json(body: bytes) -> bool:
    """Whether a file's beginning is JSON's."""
    return body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def open_saved(body: bytes, *, name: str = "") -> SavedFile:
    """Open an export; ``name`` is the file's, which tells of some exports that everything in them is starred.

    Raises ``ParseError``: ``parse.empty``, ``parse.no_articles``, ``parse.too_complex``.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        raise ParseError("parse.empty")
    if len(body) > MAX_BYTES:
        raise ParseError("parse.too_complex", f"more than {MAX_BYTES} bytes")
    if _is_crowded(body):
        raise ParseError("parse.too_complex", f"more than {MAX_ARTICLES} articles")
    top, raw, is_damaged = _opened(body)
    if raw and not any(bytes(memoryview(one)[:1]) == b"{" for one in raw):
        raise ParseError("parse.no_articles", "a list, but not of articles")
    if len(raw) > MAX_ARTICLES:
        raise ParseError("parse.too_complex", f"more than {MAX_ARTICLES} articles")
    ident = top.lower()
    program: Program = "freshrss" if "org.freshrss" in ident else "dateline" if "org.dateline" in ident else ""
    of_labels = program != "" or ident.endswith("/reading-list")
    return SavedFile(
        raw=raw,
        program=program,
        all_starred=ident.endswith("/starred") or (not of_labels and bool(_STARRED_NAME.search(name))),
        is_damaged=is_damaged,
    )


class _Top(Struct, frozen=True):
    items: list[msgspec.Raw]
    id: msgspec.Raw = msgspec.Raw(b'""')


def _opened(body: bytes) -> tuple[str, list[msgspec.Raw], bool]:
    """(the list's id, its articles unread, whether the file breaks off)."""
    try:
        if body[:1] == b"[":
            return "", msgspec.json.decode(body, type=list[msgspec.Raw]), False
        top = msgspec.json.decode(body, type=_Top)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raw, is_whole = _salvaged(body)
        if not raw:
            raise ParseError("parse.no_articles", "no list of articles in it") from None
        beginning = re.search(rb'"id"\s*:\s*"([^"]{0,200})"', body[:2_000])
        return beginning[1].decode("utf-8", "replace") if beginning else "", raw, not is_whole
    else:
        return _id(top.id), top.items, False


def _id(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return ""


def _parts(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _is_crowded(body: bytes) -> bool:
    """Whether the list of articles is longer than it may be, told before a value is made for each of them."""
    if body.count(b",") <= _FEW:
        return False
    if _parts(body) > MAX_ALL_PARTS:
        return True
    of_articles = 1 if body[:1] == b"[" else 2
    depth = commas = 0
    for found in _TOKEN.finditer(body):
        token = found[0]
        if token in (b"[", b"{"):
            depth += 1
        elif token in (b"]", b"}"):
            depth -= 1
        elif depth <= of_articles:
            commas += token.count(b",")
            if commas > MAX_ARTICLES:
                return True
    return False


def _salvaged(body: bytes) -> tuple[list[msgspec.Raw], bool]:
    """What can be read of a file that breaks off or is not quite JSON: article by article, to the first bad one."""
    if _parts(body) > MAX_BROKEN_PARTS:
        raise ParseError("parse.too_complex", f"damaged, and more than {MAX_BROKEN_PARTS} lists and objects")
    text = body.decode("utf-8", "replace")
    start = _BEGINNING.match(text[:100_000])
    if start is None:
        return [], False
    decoder = json.JSONDecoder(strict=False)
    place = start.end()
    found: list[msgspec.Raw] = []
    blank = re.compile(r"[\s,]*")
    while len(found) <= MAX_ARTICLES:
        skipped = blank.match(text, place)
        place = skipped.end() if skipped else place
        if text[place : place + 1] in ("]", ""):
            break
        try:
            _, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        found.append(msgspec.Raw(text[place:end].encode("utf-8", "replace")))
        place = end
    return found, text[place : place + 1] == "]"


def _forgiven(body: bytes) -> object:
    """Line breaks inside of texts and halves of surrogate pairs are no reason to lose an article."""
    try:
        return json.loads(body, strict=False)
    except (RecursionError, ValueError):
        return None


# ------------------------------------------------------------------------------------------------ one article

_Object = dict[str, Any]


def _saved(value: _Object, place: int, *, all_starred: bool) -> SavedEntry | None:
    origin = _object(value.get("origin"))
    links = _links(value)
    guid = _guid(value)
    if guid is None and not links:
        return None
    marks = _marks(value)
    site = absolute(text_at(origin, "htmlUrl"), None)
    starred = marks.starred or (all_starred and not marks.labels)
    return SavedEntry(
        place=place,
        entry=_entry(value, guid, links, marks.tags, site),
        links=links,
        feed_url=_feed_url(origin, links),
        feed_title=plain_title(text_at(origin, "title")[:MAX_TITLE]) or "",
        site_url=site,
        starred=starred,
        is_read=marks.is_read,
        labels=marks.labels,
        saved_at=_saved_at(value),
    )


def _entry(
    value: _Object, guid: str | None, links: tuple[str, ...], tags: tuple[str, ...], site: str | None
) -> ParsedEntry:
    content = _html(value, "content") or _html(value, "fullContent")
    summary = _html(value, "summary")
    return ParsedEntry(
        guid=guid,
        url=links[0] if links else None,
        title=plain_title(text_at(value, "title")[:MAX_TITLE]),
        authors=_authors(value),
        published_at=_time(value, "published") or _time(value, "timestampUsec") or _time(value, "crawlTimeMsec"),
        updated_at=_time(value, "updated"),
        content_html=RawHTML(content) if content else None,
        summary_html=RawHTML(summary) if summary else None,
        tags=tags,
        enclosures=_enclosures(value),
        base_url=links[0] if links else site,
    )


def _guid(value: _Object) -> str | None:
    """The publisher's id: FreshRSS's ``guid`` (or ``id``, before 1.20), Feedly's ``originId``; not a reader's own."""
    for key in ("guid", "originId", "id"):
        found = text_at(value, key).strip()
        if found and not (key == "id" and (_OF_READERS.match(found) or found.isdigit())):
            return found
    return None


def _links(value: _Object) -> tuple[str, ...]:
    found = [text_at(link, "href") for key in ("alternate", "canonical") for link in _objects(value.get(key))]
    found += [text_at(value, "canonicalUrl"), text_at(value, "url"), text_at(value, "originId")]
    addresses = (absolute(link, None) for link in found if link)
    return tuple(dict.fromkeys(address for address in addresses if address))[:5]


def _feed_url(origin: _Object, links: tuple[str, ...]) -> str | None:
    """The address of the feed; without one, what the article's own server is called stands for it."""
    stream = text_at(origin, "streamId")
    named = stream.removeprefix("feed/") if stream.startswith("feed/http") else ""
    for candidate in (text_at(origin, "feedUrl"), named, text_at(origin, "htmlUrl")):
        if address := absolute(candidate, None):
            return address
    if not links:
        return None
    parts = urlsplit(links[0])
    return absolute(f"{parts.scheme}://{parts.netloc}/", None)


class _Marks(Struct, frozen=True, kw_only=True):
    starred: bool
    is_read: bool | None
    labels: tuple[str, ...]
    tags: tuple[str, ...]


def _marks(value: _Object) -> _Marks:
    states: set[str] = set()
    labels: dict[str, None] = {}
    tags: dict[str, None] = {}
    for category in _list(value.get("categories"))[: 4 * MAX_LIST]:
        if isinstance(category, str):
            _sort_out(category.strip(), states, labels, tags)
    for tag in _objects(value.get("tags")):
        _sort_out_feedly(tag, states, labels)
    for keyword in _list(value.get("keywords"))[:MAX_LIST]:
        if isinstance(keyword, str) and (word := folded(keyword)):
            tags[word] = None
    is_read = True if "read" in states else False if states & {"unread", "kept-unread"} else None
    if is_read is None and isinstance(value.get("unread"), bool):
        is_read = not value["unread"]
    return _Marks(
        starred="starred" in states, is_read=is_read, labels=tuple(labels)[:MAX_LABELS], tags=tuple(tags)[:MAX_LIST]
    )


def _sort_out(category: str, states: set[str], labels: dict[str, None], tags: dict[str, None]) -> None:
    found = _STATE.fullmatch(category)
    if found is None:
        if word := plain_title(category[:MAX_TITLE]):
            tags[word] = None
    elif found["state"]:
        states.add(found["state"])
    elif name := plain_title(found["label"][:MAX_TITLE]):
        labels[name] = None


def _sort_out_feedly(tag: _Object, states: set[str], labels: dict[str, None]) -> None:
    found = _FEEDLY_TAG.fullmatch(text_at(tag, "id"))
    if found is None:
        return
    if found["name"] == "global.saved":
        states.add("starred")
    elif found["name"] == "global.read":
        states.add("read")
    elif name := folded(text_at(tag, "label") or found["name"]):
        labels[name[:MAX_TITLE]] = None


def _saved_at(value: _Object) -> datetime | None:
    """When it was starred: our own word for it, Feedly's; else when the reader had it."""
    keys = ("starredUsec", "actionTimestamp", "timestampUsec", "crawlTimeMsec", "crawled")
    return next((at for key in keys if (at := _time(value, key))), None)


# ------------------------------------------------------------------------------------------------ values of any type


def _time(value: _Object, key: str) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970, or a date in words."""
    text = text_at(value, key).strip()
    if not re.fullmatch(r"[0-9]{1,20}(?:\.[0-9]{1,9})?", text):
        return parse_date(text[:100]) if text else None
    seconds = float(text)
    while seconds > 100_000_000_000:  # no article is from after the year 5138
        seconds /= 1_000
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LARGEST_TIME else None


def _authors(value: _Object) -> tuple[Person, ...]:
    names = (folded(plain_title(name)) for name in text_at(value, "author")[:MAX_TITLE].split(";"))
    return tuple(Person(name=name) for name in dict.fromkeys(names) if name)[:MAX_LIST]


def _enclosures(value: _Object) -> tuple[Enclosure, ...]:
    files = (
        enclosure(
            absolute(text_at(file, "href"), None), type=text_at(file, "type"), length=text_at(file, "length") or None
        )
        for file in _objects(value.get("enclosure"))
    )
    return distinct([file for file in files if file is not None], None)


def _html(value: _Object, key: str) -> str:
    """``{"content": "<p>…"}``, or the HTML itself."""
    found = value.get(key)
    return text_at(found, "content") if isinstance(found, dict) else text_at(value, key)


def _object(value: object) -> _Object:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> Iterator[_Object]:
    return (found for found in _list(value)[:MAX_LIST] if isinstance(found, dict))
