"""Highlights and notes → a page of the Web Annotation Data Model, which annotation tools read. Pure.

Source: W3C Recommendation "Web Annotation Data Model" (2017): 3.1 annotations, 4.2.4 and 4.2.5 selectors of
text, 5.2 pages.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def annotations_file(annotations: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The whole file, piece by piece."""
    yield b'{"@context":"http://www.w3.org/ns/anno.jsonld","type":"AnnotationPage","items":['
    comma = b"\n"
    for annotation in annotations:
        yield comma + _encode(annotation)
        comma = b",\n"
    yield b"\n]}\n"


def annotation(
    *,
    source: str,
    title: str,
    quote: tuple[str, str, str],
    place: int,
    note: str,
    colour: str,
    created_at: datetime,
    changed_at: datetime,
) -> dict[str, Any]:
    """One highlight or note. ``source``: the article's address; ``quote``: what stands before, the words, what follows;
    ``place``: how many characters of the article's text stand before. Without words it is on the whole article.
    """
    before, words, after = quote
    target: dict[str, Any] = {"source": source, "styleClass": colour}
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
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
