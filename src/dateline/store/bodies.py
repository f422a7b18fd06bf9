"""An entry's body: safe HTML and what it was made of, in one compressed value.

The safe HTML and the raw HTML are nearly the same text: in one zstd frame the second costs almost nothing. Version is
the
cleaner's: a body of an older policy is cleaned again before it is shown.
"""

import threading
from typing import Literal

import msgspec
import zstandard

from dateline.model import CLEANER_VERSION, RawHTML, SafeHTML

from .db import Sanitiser

MAX_UNPACKED = 64_000_000
Bodies = Literal["none", "short", "whole"]
"""Which contents come with entries: none, those that a list shows, or all."""
# A list need not unpack what it will not show: this much is over 20 kB of HTML however well it was compressed.
SHORT = "CASE WHEN length(b.body) <= 40000 THEN b.body END"


class Body(msgspec.Struct, frozen=True, array_like=True):
    """``html`` is safe; ``content`` and ``summary`` are as published;
    ``base_url`` is what their addresses are relative to.
    """

    html: SafeHTML
    content: RawHTML | None = None
    summary: RawHTML | None = None
    base_url: str | None = None

    @property
    def raw(self) -> RawHTML:
        """What ``html`` was made of."""
        return self.content or self.summary or RawHTML("")


class _Shown(msgspec.Struct, frozen=True, array_like=True):
    """The part of a ``Body`` that a page needs: what follows it is passed over."""

    html: SafeHTML


_local = threading.local()
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Body)
_shown_decoder = msgspec.msgpack.Decoder(_Shown)


def pack(body: Body) -> bytes:
    """A body → what is stored. zstd level 1: the ratio of zlib at under half its time (the-line-measured, 8)."""
    compressor = getattr(_local, "compressor", None)
    if compressor is None:
        # a small table: a body is a few kB, and the table is made empty for each (2 % larger, a tenth less time)
        parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=17, hash_log=12)
        compressor = _local.compressor = zstandard.ZstdCompressor(compression_params=parameters)
    packed: bytes = compressor.compress(_encoder.encode(body))
    return packed


def unpack(packed: bytes) -> Body:
    """What is stored → a body."""
    return _decoder.decode(_decompressed(packed))


def _decompressed(packed: bytes) -> bytes:
    decompressor = getattr(_local, "decompressor", None)
    if decompressor is None:
        decompressor = _local.decompressor = zstandard.ZstdDecompressor()
    plain: bytes = decompressor.decompress(packed, max_output_size=MAX_UNPACKED)
    return plain


class Recent:
    """The safe HTML of bodies that were shown lately, by what is stored of them, at most ``most`` characters in all:
    who marks something, comes back or loads a page again, and who reads the same feeds, sees them once more.
    """

    def __init__(self, most: int = 1_000_000) -> None:
        self._most = most
        self._kept: dict[bytes, SafeHTML] = {}
        self._size = 0
        self._lock = threading.Lock()

    def safe_html(self, packed: bytes, version: int, sanitiser: Sanitiser | None) -> SafeHTML:
        """What ``safe_html`` gives."""
        if version != CLEANER_VERSION:
            return safe_html(packed, version, sanitiser)
        html = self._kept.get(packed)
        if html is None:
            html = safe_html(packed, version, sanitiser)
            self._keep(packed, html)
        return html

    def _keep(self, packed: bytes, html: SafeHTML) -> None:
        with self._lock:
            if packed not in self._kept:
                self._kept[packed] = html
                self._size += len(html) + len(packed)
            while self._size > self._most:  # the oldest first
                oldest = next(iter(self._kept))
                self._size -= len(self._kept.pop(oldest)) + len(oldest)


def safe_html(packed: bytes, version: int, sanitiser: Sanitiser | None) -> SafeHTML:
    """The HTML to show: as stored when the policy is today's, else cleaned again (nothing when no sanitiser is
    there).
    """
    if version == CLEANER_VERSION:
        return _shown_decoder.decode(_decompressed(packed)).html
    body = unpack(packed)
    return sanitiser(body.raw, body.base_url) if sanitiser else SafeHTML("")
