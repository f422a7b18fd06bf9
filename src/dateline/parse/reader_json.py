"""Articles that another reader exported, as JSON in Google Reader's shape → entries with their marks. Pure.

Google Reader's ``starred.json`` (Takeout), which FreshRSS, Inoreader, The Old Reader and Dateline write too, and its
relatives: Feedly's (a list; ``tags``, ``originId``, milliseconds) and Feedbin's (a list; ``url``, ``content`` a text).
Nothing is believed: every value may be of any type, a file may break off, and one bad entry never spoils the others.
"""

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
from .json_list import member, open_list
from .limits import MAX_LIST, MAX_TITLE
from .markup import folded, plain_title
from .media import distinct, enclosure
from .own_words import is_own_feed, own_words

MAX_LABELS = 50

_STATE = re.compile(r"user/[^/]*/(?:state/[\w.-]*/(?P<state>[\w-]+)|label/(?P<label>.+))", re.DOTALL)
_FEEDLY_TAG = re.compile(r"user/[^/]*/tag/(?P<name>.*)", re.DOTALL)
_OF_READERS = re.compile(r"tag:google\.com,2005:reader/item/|[\w+/-]{20,}=?_[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\Z")
"""Ids that a reader gave, which no feed ever says."""
_STARRED_NAME = re.compile(r"star|saved|favou?ri", re.IGNORECASE)
_LARGEST_TIME = 253_402_300_799.0

Program = Literal["freshrss", "dateline", ""]


class SavedEntry(Struct, frozen=True, kw_only=True):
    """One exported article. ``place`` is its number in the file, from 1.

    ``entry.guid`` is the publisher's id where the file tells it; ``links`` are all addresses by which its feed may know
    it. ``feed_url`` is None when the file does not say where the article is from; ``is_own_feed`` tells of some that it
    is no address of the web. ``is_read`` None: not said. ``listed_at``: its place in the order, if we wrote the file.
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
    listed_at: datetime | None = None


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file, opened: ``count`` articles, of which ``entry`` reads one. ``is_damaged``: it breaks off before its end.

    ``program`` wrote it, as far as that can be seen: elsewhere labels may be the names of folders too. ``all_kept``:
    its articles are wanted without star and label, for what else their owner did with them.
    """

    raw: list[msgspec.Raw]
    program: Program
    all_starred: bool
    is_damaged: bool
    all_kept: bool = False

    @property
    def count(self) -> int:
        return len(self.raw)

    def entry(self, place: int) -> SavedEntry | None:
        """The article of that number, from 1; None when it is no article, or too large."""
        found = member(self.raw[place - 1])
        return _saved(found, place, all_starred=self.all_starred) if isinstance(found, dict) else None


def looks_like_json(body: bytes) -> bool:
    """Whether a file's beginning is JSON's."""
    return body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def open_saved(body: bytes, *, name: str = "") -> SavedFile:
    """Open an export; ``name`` is the file's, which tells of some exports that everything in them is starred.

    Raises ``ParseError``: ``parse.empty``, ``parse.no_articles``, ``parse.too_complex``.
    """
    opened = open_list(body)
    raw, is_damaged = opened.raw, opened.is_damaged
    if raw and not any(bytes(memoryview(one)[:1]) == b"{" for one in raw):
        raise ParseError("parse.no_articles", "a list, but not of articles")
    ident = opened.id.lower()
    program: Program = "freshrss" if "org.freshrss" in ident else "dateline" if "org.dateline" in ident else ""
    of_labels = program != "" or ident.endswith("/reading-list")
    return SavedFile(
        raw=raw,
        program=program,
        all_starred=ident.endswith("/starred") or (not of_labels and bool(_STARRED_NAME.search(name))),
        is_damaged=is_damaged,
        all_kept=ident.endswith("org.dateline/noted"),
    )


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
    ours = own_words(value.get("dateline"))
    return SavedEntry(
        place=place,
        entry=ours.added_to(_entry(value, guid, links, marks.tags, site)),
        links=links,
        feed_url=_feed_url(origin, links),
        feed_title=plain_title(text_at(origin, "title")[:MAX_TITLE]) or "",
        site_url=site,
        starred=starred,
        is_read=marks.is_read,
        labels=marks.labels,
        saved_at=_saved_at(value),
        listed_at=ours.listed_at,
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
    if is_own_feed(text_at(origin, "feedUrl")):
        return text_at(origin, "feedUrl")
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
