"""Judge of other parsers' own test cases: their neutral assertions against what ``parse_feed`` understood.

A case of feedparser counts for the gate when every field it asserts is one that ``dateline parse --json`` prints. Text
is compared with blanks folded; HTML as equal trees, after both sides went through ``clean`` where they differ before
(the expected values were sanitised and had their links resolved by another policy); titles as plain text.
"""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import lxml.html
from lxml import etree

from dateline.clean import clean_html
from dateline.model import ParsedFeed, RawHTML
from dateline.parse import parse_feed

_FEED = {
    "title": "title",
    "description": "description",
    "link": "site_url",
    "language": "language",
    "image.url": "image_url",
    "icon": "icon_url",
    "updated": "updated_at",
}
_ENTRY = {
    "title": "title",
    "summary": "summary_html",
    "content[0].value": "content_html",
    "id": "guid",
    "link": "url",
    "published": "published_at",
    "updated": "updated_at",
    "comments_url": "comments_url",
    "media.thumbnail[0].url": "thumbnail_url",
}
_PERSON = {"name": "name", "email": "email", "uri": "url"}
_FIELD = re.compile(r"(?:feed|entries\[(\d+)\])\.(.+)")
_AUTHOR = re.compile(r"authors\[(\d+)\]\.(name|email|uri)")
_CATEGORY = re.compile(r"categories\[(\d+)\]\.term")

Case = dict[str, Any]


def load(folder: Path) -> list[Case]:
    """The cases of one oracle, each with its document's bytes."""
    lines = (folder / "expect.jsonl").read_text(encoding="utf-8").splitlines()
    cases: list[Case] = [json.loads(line) for line in lines]
    for case in cases:
        case["body"] = (folder / "cases" / case["id"]).read_bytes()
    return cases


def counts_for_gate(case: Case) -> bool:
    """Tiers A1 and A2 whose every field has a name of ours."""
    return case["tier"][:2] in {"A1", "A2"} and all(_place(one["field"]) is not None for one in case["assert"])


def understood(case: Case) -> ParsedFeed:
    """The case's document, parsed with the address and headers that it says."""
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    return parse_feed(
        case["body"],
        url=case.get("url"),
        content_type=headers.get("content-type", ""),
        content_language=headers.get("content-language"),
        content_location=headers.get("content-location"),
    )


def misses(case: Case) -> list[str]:
    """What is not as expected, in words; empty for a case that passes."""
    feed = understood(case)
    return [problem for one in case["assert"] if (problem := _judge(feed, one)) is not None]


def _judge(feed: ParsedFeed, expected: dict[str, Any]) -> str | None:
    place = _place(expected["field"])
    assert place is not None
    ours = _value(feed, place)
    equal = _equal(ours, expected["value"], expected["kind"], place, _base(feed, place))
    if equal == (expected["op"] == "=="):
        return None
    return f"{expected['field']}: {ours!r} {expected['op']} {expected['value']!r} does not hold"


def _place(field: str) -> tuple[str | int, ...] | None:
    """The path of a neutral field in our JSON, None when it is not printed."""
    found = _FIELD.fullmatch(field)
    if found is None:
        return None
    start: tuple[str | int, ...] = ("entries", int(found[1])) if found[1] is not None else ()
    if author := _AUTHOR.fullmatch(found[2]):
        return (*start, "authors", int(author[1]), _PERSON[author[2]])
    if category := _CATEGORY.fullmatch(found[2]):
        return (*start, "tags", int(category[1]))
    name = (_ENTRY if start else _FEED).get(found[2])
    return (*start, name) if name is not None else None


def _value(feed: ParsedFeed, place: tuple[str | int, ...]) -> Any:
    value: Any = feed
    for step in place:
        if isinstance(step, int):
            if step >= len(value):
                return None
            value = value[step]
        else:
            value = getattr(value, step)
    return value


def _base(feed: ParsedFeed, place: tuple[str | int, ...]) -> str | None:
    if place[0] == "entries" and isinstance(place[1], int) and place[1] < len(feed.entries):
        return feed.entries[place[1]].base_url
    return None


def _equal(ours: Any, value: Any, kind: str, place: tuple[str | int, ...], base: str | None) -> bool:
    if value is None:
        return ours is None
    if kind == "epoch":
        return ours is not None and bool(int(ours.timestamp()) == value)
    if place[-1] == "title":
        # An expected title of type text may hold what looks like a tag.
        return folded(ours or "") in {folded(unescape(re.sub(r"<[^>]+>", "", value))), folded(value)}
    if kind == "html":
        return _same_html(ours or "", value, base)
    return folded(ours or "") == folded(value)


def _same_html(ours: str, value: str, base: str | None) -> bool:
    if tree(ours) == tree(value):
        return True
    if "<" not in ours and folded(unescape(ours)) == folded(value):
        return True  # the expected value is of type text, ours the same text as HTML
    return bool(tree(clean_html(RawHTML(ours), base)) == tree(clean_html(RawHTML(value), base)))


def folded(text: str) -> str:
    """Text with its blanks folded."""
    return " ".join(text.split())


def tree(html: str) -> Any:
    """HTML as nested tuples that are equal when it means the same: blanks folded, attributes sorted."""
    if not html.strip():
        return ()
    return _node(lxml.html.fragment_fromstring(re.sub(r"[\0-\x08\x0b\x0c\x0e-\x1f]", "", html), create_parent="div"))


def _node(element: etree._Element) -> Any:
    children: list[Any] = [folded(element.text or "")]
    for child in element:
        if isinstance(child.tag, str):
            children.append(_node(child))
        children.append(folded(child.tail or ""))
    attributes = sorted((str(key), folded(str(value))) for key, value in element.attrib.items())
    return (str(element.tag), tuple(attributes), tuple(part for part in children if part))
