"""A ZIP of exported files → its members, one at a time. Nothing is ever written to a disk, so no name leads anywhere.

What a member says of its size is not believed: reading stops where the limit is, and so does reading them all. A bomb
costs what the limits allow, once.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from dateline.errors import ParseError

from . import annotations, choices
from .reader_json import looks_like_json

MAX_MEMBERS = 20_000
_BOUNDED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Ways of compressing of which the library undoes no more than it is asked for; every reader's export uses them."""
_PEEKED = 4_096
_ENTRY_OF_LIST = b"PK\x01\x02"
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError, LookupError, OverflowError),
)
"""What the library raises for what is broken, encrypted, or compressed in a way that it does not know."""

Kind = Literal["opml", "articles", "annotations", "choices", "other"]
_ORDER: tuple[Kind, ...] = ("opml", "articles", "annotations", "choices", "other")
"""Feeds are there before their articles, and these before what was noted on them and chosen."""


class BundleLimits(Struct, frozen=True, kw_only=True):
    """Bytes after decompression: of one member, of all that are read."""

    member: int = 100_000_000
    total: int = 300_000_000


class Member(Struct, frozen=True, kw_only=True):
    """A file in the ZIP. ``kind`` is what its first bytes look like, never what its name says."""

    name: str
    kind: Kind
    index: int


def looks_like_zip(body: bytes) -> bool:
    """Whether a file's first bytes are a ZIP's."""
    return body[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def kind_of(body: bytes) -> Kind:
    """What a file is by its beginning."""
    start = body[:_PEEKED]
    if looks_like_json(body):
        return "choices" if choices.MARK in start else "annotations" if annotations.MARK in start else "articles"
    # an OPML file may be in UTF-16, half-written, or without its first line: anything with a tag in it is tried
    return "opml" if b"<" in start and not looks_like_zip(body) else "other"


class Bundle:
    """An opened ZIP. ``members`` are its files, in the order in which they are to be read."""

    def __init__(self, body: bytes, limits: BundleLimits) -> None:
        """Raises ``ParseError``: ``parse.bad_archive``, ``parse.too_complex`` for more than 20,000 members."""
        if body.count(_ENTRY_OF_LIST) > 2 * MAX_MEMBERS:  # before the library makes a kilobyte of each
            raise ParseError("parse.too_complex", f"more than {MAX_MEMBERS} files")
        self._left = limits.total
        self._limits = limits
        try:
            self._file = zipfile.ZipFile(io.BytesIO(body))
        except _BROKEN as error:
            raise ParseError("parse.bad_archive", str(error)[:200]) from error
        self._infos = [info for info in self._file.infolist() if not info.filename.endswith("/")]
        if len(self._infos) > MAX_MEMBERS:
            raise ParseError("parse.too_complex", f"more than {MAX_MEMBERS} files")
        found = [Member(name=info.filename[-200:], kind="other", index=n) for n, info in enumerate(self._infos)]
        self.members = sorted(self._with_kinds(found), key=lambda member: _ORDER.index(member.kind))

    def _with_kinds(self, members: list[Member]) -> Iterator[Member]:
        for member in members:
            try:
                start = self._beginning(self._infos[member.index], _PEEKED)
            except _BROKEN:
                yield member
            else:
                yield Member(name=member.name, kind=kind_of(start), index=member.index)

    def read(self, member: Member) -> bytes:
        """A member's bytes.

        Raises ``ParseError``: ``parse.bad_archive`` (broken, encrypted), ``parse.too_complex`` beyond the limits.
        """
        limit = min(self._limits.member, self._left)
        try:
            body = self._beginning(self._infos[member.index], limit + 1)
        except _BROKEN as error:
            raise ParseError("parse.bad_archive", f"{member.name}: {str(error)[:200]}") from error
        if len(body) > limit:
            raise ParseError("parse.too_complex", f"{member.name}: more than {limit} bytes")
        self._left -= len(body)
        return body

    def _beginning(self, info: zipfile.ZipInfo, size: int) -> bytes:
        if info.compress_type not in _BOUNDED:
            raise NotImplementedError("compressed in another way than deflate")
        with self._file.open(info) as file:
            return file.read(size)
