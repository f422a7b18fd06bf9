"""Highlights and notes as a page of the Web Annotation Data Model, which annotation tools read; both ways. Pure.

Source: W3C Recommendation "Web Annotation Data Model" (2017): 3.1 annotations, 3.2 bodies and targets, 4.2.4 and 4.2.5
selectors of text, 5.2 pages. The feed and the publisher's id of the article are ours (``dateline:…``): by them it is
found again in another Dateline. What is read is hostile: any value may be of any type.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from dateline.errors import ParseError

from .addresses import absolute
from .dates import parse_date
from .json_feed import text_at
from .json_list import member, open_list
from .limits import MAX_LIST, MAX_TITLE, MAX_URL

_encode = msgspec.json.Encoder().encode
MARK: Final = b"http://www.w3.org/ns/anno.jsonld"
"""Stands at the beginning of every such file."""
MAX_ANNOTATIONS: Final = 50_000
MAX_GUID: Final = 4_000


def annotations_file(annotations: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The whole file, piece by piece."""
    yield b'{"@context":["http://www.w3.org/ns/anno.jsonld",{"dateline":"https://dateline.example/ns#"}],'
    yield b'"type":"AnnotationPage","items":['
    comma = b"\n"
    for annotation in annotations:
        yield comma + _encode(annotation)
        comma = b",\n"
    yield b"\n]}\n"


def annotation(
    *,
    source: str,
    feed_url: str,
    guid: str,
    title: str,
    quote: tuple[str, str, str],
    place: int,
    note: str,
    colour: str,
    created_at: datetime,
    changed_at: datetime,
) -> dict[str, Any]:
    """One highlight or note. ``source``: the article's address; ``feed_url``, ``guid``: where it is from, and its id
    there; ``quote``: what stands before, the words, what follows; ``place``: how many characters of the article's text
    stand before. Without words it is on the whole article.
    """
    before, words, after = quote
    target: dict[str, Any] = {"source": source, "dateline:feed": feed_url, "dateline:guid": guid, "styleClass": colour}
    if words:
        target["selector"] = [
            {"type": "TextQuoteSelector", "prefix": before, "exact": words, "suffix": after},
            {"type": "TextPositionSelector", "start": place, "end": place + len(words)},
        ]
    found: dict[str, Any] = {
        "type": "Annotation",
        "motivation": "commenting" if note else "highlighting",
        "created": _moment(created_at),
        "modified": _moment(changed_at),
        "target": target,
    }
    described = {"type": "TextualBody", "purpose": "describing", "value": title}
    noted = {"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "value": note}
    found["body"] = [described, noted] if note else [described]
    return found


def _moment(at: datetime) -> str:
    shown = at.astimezone(UTC)
    return f"{shown:%Y-%m-%dT%H:%M:%S.%fZ}" if shown.microsecond else f"{shown:%Y-%m-%dT%H:%M:%SZ}"


# ------------------------------------------------------------------------------------------------ reading


class Annotated(Struct, frozen=True, kw_only=True):
    """One annotation of a file; ``place`` is its number there, from 1.

    The article is ``guid`` of ``feed_url``, where the file is ours, and ``source`` its address, None for none.
    ``start`` counts the characters before the words, 0 where it is not said.
    """

    place: int
    source: str | None
    feed_url: str | None
    guid: str | None
    title: str
    quote: str
    prefix: str
    suffix: str
    start: int
    note: str
    colour: str
    created_at: datetime | None
    changed_at: datetime | None


class AnnotationsFile(Struct, frozen=True, kw_only=True):
    """A file, opened: ``count`` annotations, of which ``annotated`` reads one. ``is_damaged``: it breaks off."""

    raw: list[msgspec.Raw]
    is_damaged: bool

    @property
    def count(self) -> int:
        return len(self.raw)

    def annotated(self, place: int) -> Annotated | None:
        """The annotation of that number, from 1; None when it is none, or says nothing."""
        found = member(self.raw[place - 1])
        return _annotated(found, place) if isinstance(found, dict) else None


def open_annotations(body: bytes) -> AnnotationsFile:
    """Open a page of annotations, or a plain list.

    Raises ``ParseError``: ``parse.empty``, ``parse.no_articles``, ``parse.too_complex``.
    """
    opened = open_list(body)
    if len(opened.raw) > MAX_ANNOTATIONS:
        raise ParseError("parse.too_complex", f"more than {MAX_ANNOTATIONS} annotations")
    return AnnotationsFile(raw=opened.raw, is_damaged=opened.is_damaged)


_Object = dict[str, Any]


def _annotated(value: _Object, place: int) -> Annotated | None:
    target = _first(value.get("target"))
    source = target.get("source", target.get("id"))
    words, start = _selected(target)
    note = "\n\n".join(_notes(value))
    if not (words[1].strip() or note):
        return None
    return Annotated(
        place=place,
        source=absolute(source if isinstance(source, str) else text_at(_first(source), "id"), None),
        feed_url=text_at(target, "dateline:feed")[:MAX_URL] or None,
        guid=text_at(target, "dateline:guid")[:MAX_GUID] or None,
        title=next((text_at(body, "value") for body in _bodies(value) if _is_title(body)), "")[:MAX_TITLE],
        quote=words[1],
        prefix=words[0],
        suffix=words[2],
        start=start,
        note=note,
        colour=text_at(target, "styleClass")[:40],
        created_at=_date(value, "created"),
        changed_at=_date(value, "modified"),
    )


def _first(value: object) -> _Object:
    """An object, the first of a list of them, or what an address stands for."""
    found = value[0] if isinstance(value, list) and value else value
    if isinstance(found, str):
        return {"id": found}
    return found if isinstance(found, dict) else {}


def _selected(target: _Object) -> tuple[tuple[str, str, str], int]:
    """(before, the words, after), and how many characters of the text stand before them."""
    selectors = target.get("selector")
    many = selectors if isinstance(selectors, list) else [selectors]
    words, start = ("", "", ""), 0
    for selector in many[:MAX_LIST]:
        if not isinstance(selector, dict):
            continue
        if selector.get("type") == "TextQuoteSelector" and not words[1]:
            words = (text_at(selector, "prefix"), text_at(selector, "exact"), text_at(selector, "suffix"))
        said = selector.get("start")
        if selector.get("type") == "TextPositionSelector" and type(said) is int and said > 0:
            start = said
    return words, start


def _bodies(value: _Object) -> list[_Object]:
    found = value.get("body", value.get("bodyValue"))
    many = found if isinstance(found, list) else [found]
    return [{"value": one} if isinstance(one, str) else one for one in many[:MAX_LIST] if isinstance(one, (dict, str))]


def _is_title(body: _Object) -> bool:
    return body.get("purpose") == "describing"


def _notes(value: _Object) -> Iterator[str]:
    """What somebody wrote: not a title, and no tags."""
    for body in _bodies(value):
        if body.get("purpose", "commenting") in ("commenting", "replying", "questioning", "assessing") and (
            note := text_at(body, "value").strip()
        ):
            yield note


def _date(value: _Object, key: str) -> datetime | None:
    text = text_at(value, key)[:100]
    return parse_date(text) if text else None
