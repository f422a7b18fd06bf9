"""The nouns: frozen values that pass between the rooms.

As published (``Parsed…``), as cleaned (``Clean…``), as stored (``Entry``) and a user's state are different types, so
that none can be taken for another. Every ``*_at`` is an aware UTC ``datetime``, every ``*_url`` an absolute http(s)
address, every ``*_html`` HTML, every ``*_text`` and title plain text (entities decoded, no markup).
"""

from datetime import datetime
from typing import Literal, NewType

from msgspec import Struct

from dateline.episode import Episode
from dateline.preferences import Order, Preferences, ShownChoice
from dateline.query import Node, Problem

RawHTML = NewType("RawHTML", str)
"""HTML as somebody published it: hostile until ``clean`` has seen it."""

SafeHTML = NewType("SafeHTML", str)
"""HTML made by ``clean``: may be put into a page as it is."""

CLEANER_VERSION = 3
"""Rises when the sanitiser's policy changes; stored bodies of an older version are cleaned again."""

UNNAMED = "–"
"""The title of an entry that has neither a title nor text nor an address."""

# ---------------------------------------------------------------------------------------------- fetch → parse


class Validators(Struct, frozen=True, kw_only=True):
    """What a server gave to ask again with: ``ETag`` and ``Last-Modified``, byte for byte as they came."""

    etag: str | None = None
    last_modified: str | None = None


class Response(Struct, frozen=True, kw_only=True):
    """One answered GET: a whole body (200) or "not modified" (304, ``body`` empty).

    ``url`` is what was asked, ``final_url`` where the answer came from, ``permanent_url`` the target when every
    hop that led there was permanent (301, 308), else None. ``body`` is decompressed, ``body_hash`` tells it from others
    (16 bytes, empty for a 304). ``fresh_seconds`` is how long the answer says it stays fresh (``Cache-Control:
    max-age`` less ``Age``, else ``Expires``), None when it does not say. ``links`` are the ``Link``
    header's (rel, absolute address) pairs.
    """

    url: str
    final_url: str
    status: Literal[200, 304]
    content_type: str = ""
    body: bytes = b""
    body_hash: bytes = b""
    validators: Validators = Validators()
    permanent_url: str | None = None
    fresh_seconds: float | None = None
    retry_after: float | None = None
    links: tuple[tuple[str, str], ...] = ()
    content_language: str | None = None
    content_location: str | None = None
    wire_bytes: int = 0
    elapsed_seconds: float = 0.0


# ---------------------------------------------------------------------------------------------- parse → refresh

FeedFormat = Literal[
    "rss090",
    "rss091",
    "rss092",
    "rss093",
    "rss094",
    "rss10",
    "rss20",
    "rss",
    "atom03",
    "atom10",
    "json10",
    "json11",
    "cdf",
    "html",
    "xml",
    "json",
    "mail",
]


class Person(Struct, frozen=True, kw_only=True):
    """An author as published; at least one field is set."""

    name: str | None = None
    email: str | None = None
    url: str | None = None


class Enclosure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that comes with an entry. ``length`` in bytes, ``width`` and ``height`` in pixels.

    Files of one ``group`` are one thing in several qualities, the best to begin with first.
    """

    url: str
    type: str | None = None
    length: int | None = None
    title: str | None = None
    duration_seconds: int | None = None
    width: int | None = None
    height: int | None = None
    group: int | None = None


class ParsedEntry(Struct, frozen=True, kw_only=True):
    """One item as its publisher wrote it, in our words.

    ``guid`` is the publisher's id or None; ``base_url`` is what relative addresses in its HTML are relative to.
    ``summary_html`` and ``content_html`` are what the feed gives as each; neither is filled from the other.
    ``source_hash`` is what its bytes in the document are known by; None where they do not stand apart.
    """

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    authors: tuple[Person, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    summary_html: RawHTML | None = None
    content_html: RawHTML | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    thumbnail_url: str | None = None
    comments_url: str | None = None
    base_url: str | None = None
    source_hash: bytes | None = None
    episode: Episode | None = None


class ParseWarning(Struct, frozen=True, kw_only=True):
    """Something in a document that had to be worked around: ``code`` is stable, ``message`` plain English."""

    code: str
    message: str


class ParsedFeed(Struct, frozen=True, kw_only=True):
    """A whole document, understood. ``skip_hours`` are hours 0–23 UTC, ``skip_days`` weekdays 0 (Monday) to 6.

    ``description`` is HTML as published, like an entry's summary. ``known_hashes`` are those of the entries that were
    recognised by their bytes and not read.
    """

    format: FeedFormat
    title: str | None = None
    url: str | None = None
    site_url: str | None = None
    description: str | None = None
    language: str | None = None
    updated_at: datetime | None = None
    icon_url: str | None = None
    image_url: str | None = None
    hubs: tuple[str, ...] = ()
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    ttl_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    entries: tuple[ParsedEntry, ...] = ()
    known_hashes: tuple[bytes, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


class FeedLink(Struct, frozen=True, kw_only=True):
    """A feed that a web page announces (or seems to have)."""

    url: str
    title: str | None = None
    type: str | None = None


# ---------------------------------------------------------------------------------------------- clean → store


class CleanEntry(Struct, frozen=True, kw_only=True):
    """One entry ready to be stored: every field plain, safe and bounded.

    ``content_html`` is the sanitised content, or the summary where there is no content; ``text`` the same as plain
    text (for search: blanks as they come); ``preview_text`` its first 500 characters on one line; ``word_count`` how
    many words it has. ``thumbnail_url`` is the published one, else the first picture of the content. ``title`` is
    never empty: it falls back to the start of the text.
    """

    url: str | None
    title: str
    authors: tuple[Person, ...]
    published_at: datetime | None
    updated_at: datetime | None
    content_html: SafeHTML
    text: str
    preview_text: str
    word_count: int
    tags: tuple[str, ...]
    language: str | None
    enclosures: tuple[Enclosure, ...]
    thumbnail_url: str | None
    comments_url: str | None
    episode: Episode | None = None


# ---------------------------------------------------------------------------------------------- full text

FullTextMode = Literal["off", "truncated", "always"]
"""Whether a subscription wants the article behind an entry's link: never, where the feed gives a beginning, always."""
FullTextPlace = Literal["replace", "before", "after"]


class FullTextRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a subscription takes articles. ``content`` and ``remove`` are CSS selectors, one a line.

    ``only``: texts, one a line, of which an entry's title or address must hold one. ``place``: where the article stands
    to what the feed gives.
    """

    content: str = ""
    remove: str = ""
    only: str = ""
    place: FullTextPlace = "replace"


class FullText(Struct, frozen=True, kw_only=True):
    """What became of the article behind an entry's link.

    ``code`` is "ok", or why there is none. ``is_shown``: the entry's ``content_html`` is, or holds, this.
    """

    code: str
    fetched_at: datetime
    page_url: str | None
    word_count: int
    is_shown: bool


# ---------------------------------------------------------------------------------------------- people and pages

Visibility = Literal["important", "main", "folder", "archived"]
StreamKind = Literal["main", "important", "starred", "all", "folder", "feed", "label", "recent", "today"]
"""``recent``: what was read lately. ``today``: what the main stream's feeds listed since midnight."""
ShownNow = Literal["unread", "all", "read", "starred", "unread_or_starred", "unread_not_starred"]
Shown = ShownChoice


class Cursor(Struct, frozen=True, kw_only=True):
    """A place in a stream: after this (sort key, entry id). The key is the time of arrival in µs since 1970, or what
    the order sorts by: ``text``, then ``at``.

    An order that is made of a part of the stream (``store.orders``, ``store.fair``) goes on within that part: from
    ``top`` down to ``floor``, both (time of arrival, entry id); ``seed`` is the chance that it was mixed by.
    """

    at: int
    entry_id: int
    text: str = ""
    top: tuple[int, int] | None = None
    floor: tuple[int, int] | None = None
    seed: int = 0


class Search(Struct, frozen=True, kw_only=True):
    """A search as somebody typed it, and what it asks for; ``problems`` are what of it could not be meant."""

    text: str
    tree: Node
    problems: tuple[Problem, ...] = ()


class Stream(Struct, frozen=True, kw_only=True):
    """The one way to ask for entries: what (``kind``, ``key``), narrowed how (``shown``, ``search``), in which order.

    ``key`` is the folder's, subscription's or label's id for these kinds, else None; a label without one is any label.
    ``since`` is the moment that ``today`` begins at for the reader. ``public_only`` narrows to what a visitor may see.
    ``saved`` is the id of the saved search that it was opened by.
    """

    kind: StreamKind = "main"
    key: int | None = None
    shown: Shown = "adaptive"
    search: Search | None = None
    order: Order = "newest"
    since: datetime | None = None
    public_only: bool = False
    saved: int | None = None


class User(Struct, frozen=True, kw_only=True):
    """An account."""

    id: int
    name: str
    is_admin: bool = False
    language: str = "en"
    time_zone: str = "UTC"
    preview: bool = False
    open_to_visitors: bool = False
    visitors_may_refresh: bool = False
    indexed: bool = False
    preferences: Preferences = Preferences()


RetentionUnit = Literal["days", "months", "years"]
_DAYS: dict[RetentionUnit, int] = {"days": 1, "months": 30, "years": 365}


class Retention(Struct, frozen=True, kw_only=True):
    """How long entries are kept: by age, by number in each feed, or both (what is past either may go).

    None means without a limit: without any, everything is kept for ever. Starred and labelled entries, and those that
    their feed still carries, are always kept, whatever is said here.
    """

    age: int | None = None
    unit: RetentionUnit = "days"
    count: int | None = None
    keep_unread: bool = True

    @property
    def days(self) -> int | None:
        """The age in days; a month has 30, a year 365."""
        return None if self.age is None else self.age * _DAYS[self.unit]

    @property
    def is_endless(self) -> bool:
        """Whether nothing ever goes."""
        return self.age is None and self.count is None


class Entry(Struct, frozen=True, kw_only=True):
    """A stored entry as one user sees it in a stream.

    ``unread`` and ``starred`` are the asking user's; ``content_html`` is None when the body was not asked for.
    ``full_text`` is None where nobody asked for the article behind the link. ``kept``: marked unread by hand;
    ``important``: its feed is, for this user.
    """

    id: int
    feed_id: int
    subscription_id: int | None
    feed_title: str
    feed_url: str
    icon_id: int | None
    guid: str
    url: str | None
    title: str
    authors: tuple[Person, ...]
    tags: tuple[str, ...]
    language: str | None
    enclosures: tuple[Enclosure, ...]
    thumbnail_url: str | None
    comments_url: str | None
    preview_text: str
    word_count: int
    published_at: datetime | None
    updated_at: datetime | None
    received_at: datetime
    listed_at: datetime
    unread: bool
    starred: bool
    kept: bool = False
    important: bool = False
    labels: tuple[str, ...] = ()
    content_html: SafeHTML | None = None
    episode: Episode | None = None
    full_text: FullText | None = None
    revised_at: datetime | None = None


class Page(Struct, frozen=True, kw_only=True):
    """One page of a stream, in its order; ``next`` is None at the end.

    ``shown`` is what was asked for, of an adaptive stream what it turned out to be; ``newest_id`` the newest entry id
    that existed when the page was read: "mark all read" is bounded by it.
    """

    entries: tuple[Entry, ...]
    next: Cursor | None
    shown: ShownNow
    newest_id: int
