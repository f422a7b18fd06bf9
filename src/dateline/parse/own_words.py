"""What only we say of an article that leaves (``"dateline"`` beside Google Reader's fields), both ways. Pure.

Its place in the order, and what of an entry Google Reader's shape has no word for, so that an article that no feed
carries any more is the same in another Dateline. Read like everything from outside: what is not quite so is left out.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dateline.episode import Episode
from dateline.model import Enclosure, Entry, ParsedEntry, Person

from .limits import MAX_LIST, MAX_URL

_OWN_FEED: Final = re.compile(r"saved:pages|mailto:[^\s@/?#]{1,200}@[^\s@/?#]{1,200}")
_LARGEST_TIME: Final = 253_402_300_799_000_000


class OwnWords(Struct, frozen=True, kw_only=True):
    """What an article says in our own words; None and () are not said. ``undated``: its publisher gave no date."""

    listed_at: datetime | None = None
    undated: bool = False
    authors: tuple[Person, ...] = ()
    language: str | None = None
    thumbnail_url: str | None = None
    comments_url: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None

    def added_to(self, entry: ParsedEntry) -> ParsedEntry:
        """An entry with what is said of it here."""
        return replace(
            entry,
            published_at=None if self.undated else entry.published_at,
            authors=self.authors or entry.authors,
            language=self.language or entry.language,
            thumbnail_url=self.thumbnail_url or entry.thumbnail_url,
            comments_url=self.comments_url or entry.comments_url,
            enclosures=self.enclosures or entry.enclosures,
            episode=self.episode or entry.episode,
        )


_NOTHING: Final = OwnWords()


def is_own_feed(address: str) -> bool:
    """Whether this is a feed that no server brings: a person's saved pages, or the newsletters of a sender."""
    return _OWN_FEED.fullmatch(address) is not None


def said_of(entry: Entry) -> dict[str, Any]:
    """An entry in our own words, for a file."""
    found: dict[str, Any] = {"listedUsec": str(round(entry.listed_at.timestamp() * 1_000_000))}
    if entry.published_at is None:
        found["undated"] = True
    more = {
        "authors": entry.authors,
        "language": entry.language,
        "thumbnail": entry.thumbnail_url,
        "comments": entry.comments_url,
        "enclosures": entry.enclosures,
        "episode": entry.episode,
    }
    return found | {name: said for name, said in more.items() if said}


def own_words(value: object) -> OwnWords:
    """What a file says in our own words."""
    if not isinstance(value, dict) or not _is_text(value):
        return _NOTHING
    enclosures = _converted(value.get("enclosures"), tuple[Enclosure, ...]) or ()
    return OwnWords(
        listed_at=_moment(value.get("listedUsec")),
        undated=value.get("undated") is True,
        authors=(_converted(value.get("authors"), tuple[Person, ...]) or ())[:MAX_LIST],
        language=_short(value.get("language")),
        thumbnail_url=_short(value.get("thumbnail")),
        comments_url=_short(value.get("comments")),
        enclosures=enclosures[:MAX_LIST],
        episode=_converted(value.get("episode"), Episode),
    )


def _is_text(value: object) -> bool:
    """Whether it can be written again: forgiven JSON may hold halves of surrogate pairs."""
    try:
        msgspec.json.encode(value)
    except (UnicodeError, RecursionError, ValueError, TypeError, OverflowError, msgspec.MsgspecError):
        return False
    return True


_Said = TypeVar("_Said")


def _converted(value: object, kind: type[_Said]) -> _Said | None:
    try:
        return None if value is None else msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError, ValueError):
        return None


def _short(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_URL else None


def _moment(value: object) -> datetime | None:
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value)):
        return None
    return datetime.fromtimestamp(int(value) / 1_000_000, UTC) if 0 < int(value) < _LARGEST_TIME else None
