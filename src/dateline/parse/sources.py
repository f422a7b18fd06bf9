"""The items of an XML document as bytes: hashed before anything is read, so that known ones need not be read at all.

Most of a document is what the last one held. An item whose bytes, and whose document's outer tags, are what they were
means what it meant: it is cut out before the XML is parsed. Only what is plain from the bytes counts: items that
follow one another, each opened and closed once. Everything else (nesting, an item's tag quoted in a CDATA section)
is left to the reader of the whole document.
"""

import hashlib
import re
from collections.abc import Container
from typing import NamedTuple

READER_VERSION = b"3"
"""Rises when items are understood otherwise: then they are all read again."""

_TAG = re.compile(  # each letter in both cases: a fifth quicker than a pattern that ignores case
    rb"<(/?+)((?:[A-Za-z][A-Za-z0-9_.-]*+:)?+(?:[Ii][Tt][Ee][Mm]|[Ee][Nn][Tt][Rr][Yy]))(?:\s[^<>]*)?>"
)
_OUTER = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)\b[^<>]*|<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf|channel)\b[^<>]*>", re.IGNORECASE
)
_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_SEARCHED_HEAD = 100_000


class Items(NamedTuple):
    """``rest`` is the document without the known items; ``known`` are their hashes, ``fresh`` those of the others, in
    the order of the document."""

    rest: bytes
    known: tuple[bytes, ...]
    fresh: tuple[bytes, ...]


def split_items(text: bytes, known: Container[bytes]) -> Items:
    """A UTF-8 document → its items, told by their bytes. Items in an unclear order: the whole document, no hashes."""
    spans = _spans(text)
    if not spans:
        return Items(text, (), ())
    outer = _outer_hash(text[: min(spans[0][0], _SEARCHED_HEAD)])
    if outer is None:
        return Items(text, (), ())
    found: tuple[list[bytes], list[bytes]] = ([], [])
    kept, position = [], 0
    for start, end in spans:
        hash_ = hashlib.sha256(outer + text[start:end]).digest()[:16]
        is_known = hash_ in known
        found[not is_known].append(hash_)
        if is_known:
            kept.append(text[position:start])
            position = end
    rest = b"".join([*kept, text[position:]]) if kept else text
    return Items(rest, tuple(found[0]), tuple(found[1]))


def _spans(text: bytes) -> list[tuple[int, int]]:
    """Where items start and end; nothing when a tag is missing, doubled, or closed by another name."""
    tags = [(found.start(), found.end(), found[1], found[2]) for found in _TAG.finditer(text)]
    opened, closed = tags[::2], tags[1::2]
    pairs = [
        (one[0], other[1])
        for one, other in zip(opened, closed, strict=False)
        if not one[2] and other[2] and one[3] == other[3]
    ]
    return pairs if len(pairs) == len(opened) == len(closed) else []


def _outer_hash(head: bytes) -> bytes | None:
    """What the tags around the items say (namespaces, ``xml:base``, entities), in short; None when there is none."""
    if not _ROOT.search(head):
        return None
    return hashlib.blake2b(b"\0".join([READER_VERSION, *_OUTER.findall(head)]), digest_size=32).digest()
