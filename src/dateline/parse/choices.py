"""What a person chose about an account, as a file that travels from one Dateline to another; both ways. Pure.

One JSON object, told by ``id``. Each part is read by itself, each member of a list too: what cannot be understood is
counted and left out, and spoils nothing beside it. Sizes, depth and types are those of a stranger's file.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from dateline import preferences
from dateline.errors import ParseError
from dateline.model import Retention, StreamKind
from dateline.preferences import Display, Preferences

from .json_list import parts

ID: Final = "https://dateline.example/ns#choices"
MARK: Final = ID.encode()
MAX_BYTES: Final = 50_000_000
MAX_PARTS: Final = 500_000
MAX_VALUES: Final = 2_000_000
"""Of all lists and objects together, told by their commas before a value is made for each: a file as large as may be
that holds hashes has fewer."""
MAX_MEMBERS: Final = 20_000
MAX_CHOSEN: Final = 1_000
"""Labels, saved searches, rules, and feeds of one's own."""
MAX_READ: Final = 500_000
_HASH_BYTES: Final = 16


class LabelChoice(Struct, frozen=True, kw_only=True):
    """A label, with how its stream is shown where that was chosen."""

    name: str
    colour: str = ""
    display: Display | None = None


class SearchChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A saved search, and what it searches: a stream by its kind; ``keyed``: one of them, by ``folder`` (its path),
    ``feed`` (its address) or ``label`` (its name).
    """

    name: str
    query: str = ""
    kind: StreamKind = "main"
    keyed: bool = False
    folder: list[str] = []
    feed: str | None = None
    label: str | None = None
    shown: str = ""
    order: str = ""


class RuleChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule: for a ``folder`` (its path), a ``feed`` (its address), or all; ``label`` is a name, "" for none."""

    query: str = ""
    folder: list[str] = []
    feed: str | None = None
    marks_read: bool = False
    stars: bool = False
    label: str = ""


class OwnFeedChoice(Struct, frozen=True, kw_only=True):
    """A subscription to saved pages or newsletters; ``attributes`` are an OPML outline's. ``refused``: not wanted."""

    url: str
    title: str = ""
    folders: list[list[str]] = []
    attributes: dict[str, str] = {}
    refused: bool = False


class OwnIcon(Struct, frozen=True, kw_only=True):
    """The icon that somebody gave a subscription; ``feed_url`` as stored, with the mark of a page's rules."""

    feed_url: str
    picture: bytes


class Going(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article that is begun, or (all zero) stands in the queue. ``at`` in microseconds since 1970."""

    feed_url: str | None = None
    guid: str | None = None
    source: str | None = None
    place: int = 0
    share: int = 0
    played_url: str | None = None
    played: int = 0
    played_of: int = 0
    at: int = 0


class ReadThere(Struct, frozen=True, kw_only=True):
    """What was read of a feed, as the hashes of the publisher's ids (hexadecimal)."""

    feed_url: str
    hashes: list[str]


class Choices(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it. ``unreadable`` names the parts of which something could not be understood."""

    id: str = ID
    preferences: Preferences = Preferences()
    language: str | None = None
    time_zone: str | None = None
    preview: bool = False
    retention: Retention | None = None
    labels: tuple[LabelChoice, ...] = ()
    searches: tuple[SearchChoice, ...] = ()
    rules: tuple[RuleChoice, ...] = ()
    own_feeds: tuple[OwnFeedChoice, ...] = ()
    icons: tuple[OwnIcon, ...] = ()
    begun: tuple[Going, ...] = ()
    queue: tuple[Going, ...] = ()
    read: tuple[ReadThere, ...] = ()
    unreadable: tuple[str, ...] = ()


def choices_file(choices: Choices) -> bytes:
    """The whole file. ``id`` comes first: the file is told by it."""
    said = msgspec.to_builtins(choices)
    return msgspec.json.encode({"id": ID} | said) + b"\n"


_Member = TypeVar("_Member")


def read_choices(body: bytes) -> Choices:
    """Read a file. Raises ``ParseError``: ``parse.too_complex``, ``parse.no_articles`` for what is no such file."""
    if len(body) > MAX_BYTES or parts(body) > MAX_PARTS or body.count(b",") > MAX_VALUES:
        raise ParseError("parse.too_complex", "more than anybody chooses")
    try:
        said = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ParseError("parse.no_articles", "no choices in it") from error
    return _Reading(said).choices()


class _Reading:
    """A file, part by part."""

    def __init__(self, said: dict[str, msgspec.Raw]) -> None:
        self._said = said
        self._unreadable: list[str] = []

    def choices(self) -> Choices:
        return Choices(
            preferences=preferences.decode(self._text("preferences")),
            language=self._one("language", str),
            time_zone=self._one("time_zone", str),
            preview=self._one("preview", bool) or False,
            retention=self._one("retention", Retention),
            labels=self._many("labels", LabelChoice, MAX_CHOSEN),
            searches=self._many("searches", SearchChoice, MAX_CHOSEN),
            rules=self._many("rules", RuleChoice, MAX_CHOSEN),
            own_feeds=self._many("own_feeds", OwnFeedChoice, MAX_CHOSEN),
            icons=self._many("icons", OwnIcon),
            begun=_numbered(self._many("begun", Going)),
            queue=_numbered(self._many("queue", Going)),
            read=tuple(self._read()),
            unreadable=tuple(dict.fromkeys(self._unreadable)),
        )

    def _text(self, name: str) -> str:
        """A part as text, to be read by whoever wrote it; whatever is not an object, as nothing."""
        raw = bytes(self._said.get(name, msgspec.Raw(b"{}")))
        return raw.decode("utf-8", "replace") if raw[:1] == b"{" else ""

    def _one(self, name: str, kind: type[_Member]) -> _Member | None:
        raw = self._said.get(name)
        return None if raw is None or bytes(raw) == b"null" else self._decoded(name, raw, kind)

    def _many(self, name: str, kind: type[_Member], most: int = MAX_MEMBERS) -> tuple[_Member, ...]:
        members = self._one(name, list[msgspec.Raw]) or []
        if len(members) > most:
            self._unreadable.append(name)
        found = (self._decoded(name, raw, kind) for raw in members[:most])
        return tuple(one for one in found if one is not None)

    def _decoded(self, name: str, raw: msgspec.Raw, kind: type[_Member]) -> _Member | None:
        try:
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            self._unreadable.append(name)
            return None

    def _read(self) -> Iterator[ReadThere]:
        left = MAX_READ
        for one in self._many("read", ReadThere):
            yield ReadThere(feed_url=one.feed_url, hashes=one.hashes[:left])
            left -= len(one.hashes[:left])


def _numbered(found: tuple[Going, ...]) -> tuple[Going, ...]:
    return tuple(msgspec.structs.replace(one, place=place) for place, one in enumerate(found, 1))


def hashes_of(one: ReadThere) -> list[bytes]:
    """The hashes themselves; what is none is passed over."""
    found = []
    for text in one.hashes:
        try:
            found.append(bytes.fromhex(text))
        except ValueError:
            continue
    return [hash_ for hash_ in found if len(hash_) == _HASH_BYTES]


def moment(us: int) -> datetime | None:
    """A time as the file has it; None for what is none."""
    return datetime.fromtimestamp(us / 1_000_000, UTC) if 0 < us < 253_402_300_799_000_000 else None
