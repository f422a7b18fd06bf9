"""JSON that breaks its own rules → its value, as far as it can be read.

What surrounds an object (a callback, a warning of PHP, a second object) is passed over; line breaks inside of texts,
halves of surrogate pairs and needless backslashes are forgiven; of a feed that breaks off, or that is wrong somewhere,
the items before that place are kept.
"""

import json
import re

import msgspec

_MAX_MENDED = 4_000_000  # characters: each may be an escape
_DECODER = json.JSONDecoder(strict=False)
_FEED = re.compile(rb'(?s).{0,4000}?(?=\{\s*"[^"]{1,60}"\s*:)')
_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4}|(.?))', re.DOTALL)
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def beginning(text: bytes) -> bytes:
    """The document from its first object on, when it tells of JSON Feed and something stands before it."""
    if text[:1] in b"{[" or b"jsonfeed.org/version" not in text[:8_000]:
        return text
    found = _FEED.match(text)
    return text[found.end() :] if found is not None else text


def decoded(text: bytes) -> tuple[object, bool]:
    """The document's value, and whether it had to be mended; (None, True) for what is no JSON."""
    try:
        return msgspec.json.decode(text), False
    except (msgspec.DecodeError, RecursionError, ValueError):
        pass
    written = text.decode("utf-8", "replace")
    try:
        value, end = _DECODER.raw_decode(written)
        return value, bool(written[end:].strip())
    except (RecursionError, ValueError):
        if len(written) > _MAX_MENDED:
            return None, True
        written = _ESCAPE.sub(_escape, written)
    try:
        return _DECODER.raw_decode(written)[0], True
    except (RecursionError, ValueError):
        return _salvaged(written), True


def _escape(found: re.Match[str]) -> str:
    """An escape as it is; a backslash before a sign that needs none goes, before a letter it is one itself."""
    if found[2] is None:
        return found[0]
    return "\\\\" + found[2] if found[2].isalnum() else found[2]


def _salvaged(text: str) -> dict[str, object] | None:
    """What stands before a feed's items, and those items that are whole; None when there are none."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    try:
        feed = json.loads(text[: start.start()].rstrip().removesuffix(",") + "}", strict=False)
    except (RecursionError, ValueError):
        feed = {}
    items: list[object] = []
    place = start.end()
    while (between := _BETWEEN.match(text, place)) is not None:
        try:
            item, place = _DECODER.raw_decode(text, between.end())
        except (RecursionError, ValueError):
            break
        items.append(item)
    return {**feed, "items": items} if items and isinstance(feed, dict) else None
