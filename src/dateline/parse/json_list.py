"""A JSON file that is a list, or holds one as ``items`` → its members, unread. Pure.

Nothing is believed: the file may be of any size, break off, or be not quite JSON; what a member is, is not looked at.
"""

import json
import re

import msgspec
from msgspec import Struct

from dateline.errors import ParseError

MAX_BYTES = 1_000_000_000
MAX_ARTICLES = 500_000
MAX_ALL_PARTS = 5_000_000
MAX_BROKEN_PARTS = 1_000_000
"""Lists and objects in a file that is not quite JSON: an entry of it is read before it is known how large it is."""
MAX_MEMBER_BYTES = 20_000_000
"""Bytes of one member; a larger one is passed over."""
MAX_PARTS = 200_000
"""Lists and objects in one member; three bytes of them become a hundred."""
_FEW = 1_000_000
"""So many commas cannot part more articles than memory holds."""
_TOKEN = re.compile(rb'[][{}]|(?:[^][{}"]++|"(?:[^"\\]++|\\.?)*+(?:"|\Z))++', re.DOTALL)
_BEGINNING = re.compile(r'\s*(?:\[|\{.*?"items"\s*:\s*\[)', re.DOTALL)


class OpenedList(Struct, frozen=True, kw_only=True):
    """The members, and what the file calls itself; ``is_damaged``: it breaks off before its end."""

    id: str
    raw: list[msgspec.Raw]
    is_damaged: bool


def open_list(body: bytes) -> OpenedList:
    """Open a file. Raises ``ParseError``: ``parse.empty``, ``parse.no_articles``, ``parse.too_complex``."""
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        raise ParseError("parse.empty")
    if len(body) > MAX_BYTES:
        raise ParseError("parse.too_complex", f"more than {MAX_BYTES} bytes")
    if _is_crowded(body):
        raise ParseError("parse.too_complex", f"more than {MAX_ARTICLES} articles")
    ident, raw, is_damaged = _opened(body)
    if len(raw) > MAX_ARTICLES:
        raise ParseError("parse.too_complex", f"more than {MAX_ARTICLES} articles")
    return OpenedList(id=ident, raw=raw, is_damaged=is_damaged)


def member(raw: msgspec.Raw) -> object:
    """The value of one member; None for one that is too large, or no JSON at all."""
    if memoryview(raw).nbytes > MAX_MEMBER_BYTES or parts(bytes(raw)) > MAX_PARTS:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return _forgiven(bytes(raw))


def _forgiven(body: bytes) -> object:
    """Line breaks inside of texts and halves of surrogate pairs are no reason to lose an article."""
    try:
        return json.loads(body, strict=False)
    except (RecursionError, ValueError):
        return None


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


def parts(body: bytes) -> int:
    """How many lists and objects there are at most."""
    return body.count(b"[") + body.count(b"{")


def _is_crowded(body: bytes) -> bool:
    """Whether the list of articles is longer than it may be, told before a value is made for each of them."""
    if body.count(b",") <= _FEW:
        return False
    if parts(body) > MAX_ALL_PARTS:
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
    if parts(body) > MAX_BROKEN_PARTS:
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
