"""Files that come with an entry: enclosures, pictures, lengths and durations as feeds write them."""

import re
from urllib.parse import urlsplit

from lxml import etree

from dateline.model import Enclosure

from .addresses import absolute
from .limits import MAX_LIST
from .markup import folded
from .names import attributes_of

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]{0,60}/(?:[a-z0-9][a-z0-9!#$&^_.+\-]{0,100}|\*)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})(?:\.\d+)?")
_SECONDS = re.compile(r"(\d{1,7})(?:\.\d+)?")
_WORDS = re.compile(  # "1h 2m 3s", "45 min", ISO 8601's "PT1H2M3S"
    r"(?:pt)?(?:(\d{1,3})\s*h(?:ours?|rs?)?\.?[\s,]*)?(?:(\d{1,4})\s*m(?:in(?:ute)?s?)?\.?[\s,]*)?"
    r"(?:(\d{1,6})(?:\.\d+)?\s*s(?:ec(?:ond)?s?)?\.?)?",
    re.IGNORECASE,
)
_PICTURE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
_MEDIUMS = {"image": "image/*", "audio": "audio/*", "video": "video/*"}
_PAGES = frozenset({"text/html", "application/x-shockwave-flash"})
_PORTRAIT = re.compile(r"https?://(?:[\w-]+\.)?gravatar\.com/avatar/", re.IGNORECASE)
_MAX_LENGTH = 2**53
_MAX_PIXELS = 100_000


def enclosure(
    url: str | None,
    *,
    type: str | None = None,  # noqa: A002 - the field's name in every feed format
    length: str | int | None = None,
    title: str | None = None,
    duration: str | int | None = None,
    width: str | None = None,
    height: str | None = None,
    group: int | None = None,
) -> Enclosure | None:
    """An enclosure from what a feed says of it; ``url`` is absolute already, None gives None."""
    if url is None:
        return None
    return Enclosure(
        url=url,
        type=media_type(type),
        length=whole(length),
        title=folded(title),
        duration_seconds=duration_seconds(duration),
        width=_pixels(width),
        height=_pixels(height),
        group=group,
    )


def enclosure_of(element: etree._Element, base: str | None, address: str | None) -> Enclosure | None:
    """RSS ``<enclosure>`` or Atom ``<link rel="enclosure">``; ``address`` is the link's, wherever it stood."""
    url = absolute(address or element.get("url") or element.get("href") or element.get("uri"), base)
    if url is not None:
        return enclosure(url, type=element.get("type"), length=element.get("length"), title=element.get("title"))
    said = {name.lower(): value for name, value in attributes_of(element)}
    url = absolute(said.get("url") or element.text, base)
    return enclosure(url, type=said.get("type"), length=said.get("length"), title=said.get("title"))


def media_content(element: etree._Element, base: str | None, group: int | None) -> Enclosure | None:
    """Media RSS ``<media:content>``; web pages and Flash players are no files, an author's portrait is not the entry's.

    ``group`` is the number of the ``<media:group>`` that it stands in.
    """
    kind = media_type(element.get("type")) or _MEDIUMS.get((element.get("medium") or "").strip().lower())
    if kind in _PAGES or (element.get("medium") or "") == "document":
        return None
    url = absolute(element.get("url"), base)
    if url is not None and _PORTRAIT.match(url):
        return None
    return enclosure(
        url,
        type=kind,
        length=element.get("fileSize"),
        duration=element.get("duration"),
        width=element.get("width"),
        height=element.get("height"),
        group=group,
    )


def player_address(element: etree._Element, base: str | None) -> str | None:
    """A ``<media:content>`` that is a page playing something, or a Flash player: where it plays."""
    kind = media_type(element.get("type"))
    plays = (element.get("medium") or "").strip().lower() in {"video", "audio"}
    if kind == "application/x-shockwave-flash" or (kind == "text/html" and plays):
        return absolute(element.get("url"), base)
    return None


def is_picture(file: Enclosure) -> bool:
    """By its type, or by its ending when it says none."""
    return file.type.startswith("image/") if file.type else bool(_PICTURE_ENDING.search(path_of(file.url)))


def path_of(url: str) -> str:
    """The path of an address; empty for one that cannot be split."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def distinct(files: list[Enclosure], duration: str | None) -> tuple[Enclosure, ...]:
    """Each address once, completed by later mentions; ``duration`` (itunes) is that of the first sound or film."""
    if not files:
        return ()
    known: dict[str, Enclosure] = {}
    for file in files:
        before = known.get(file.url)
        if before is None:
            if len(known) < MAX_LIST:
                known[file.url] = file
        else:
            known[file.url] = _completed(before, file)
    seconds = duration_seconds(duration)
    if seconds is not None:
        first = next((file for file in known.values() if not is_picture(file)), None)
        if first is not None and first.duration_seconds is None:
            known[first.url] = _completed(first, Enclosure(url=first.url, duration_seconds=seconds))
    return tuple(known.values())


def media_type(text: str | None) -> str | None:
    """A media type without its parameters, in lower case (``image/*`` when only the kind is known), else None."""
    if not text:
        return None
    kind = text.partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else None


def whole(value: str | int | float | None) -> int | None:
    """A positive whole number (bytes); None for zero, negative, absurd or no number."""
    if isinstance(value, str):
        value = value.strip()
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 16 else None
    return int(value) if value is not None and 0 < value < _MAX_LENGTH else None


def duration_seconds(value: str | int | float | None) -> int | None:
    """``3723``, ``62:03``, ``1:02:03`` or ``1 h 2 min`` → seconds; None for anything else, and for zero."""
    if isinstance(value, int | float):
        return int(value) if 1 <= value < 10_000_000 else None
    if not value:
        return None
    text = value.strip()
    if found := _SECONDS.fullmatch(text):
        return int(found[1]) or None
    if found := _CLOCK.fullmatch(text) or _WORDS.fullmatch(text):
        return (int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + int(found[3] or 0)) or None
    return None


def _pixels(value: str | None) -> int | None:
    number = whole(value)
    return number if number is not None and number <= _MAX_PIXELS else None


def _completed(one: Enclosure, other: Enclosure) -> Enclosure:
    return Enclosure(
        url=one.url,
        type=one.type or other.type,
        length=one.length or other.length,
        title=one.title or other.title,
        duration_seconds=one.duration_seconds or other.duration_seconds,
        width=one.width or other.width,
        height=one.height or other.height,
        group=one.group if one.group is not None else other.group,
    )
