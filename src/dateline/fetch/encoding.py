"""Content codings: bytes as they came over the wire → the body, in pieces, never more than a limit.

Streaming and bounded in both directions: a bomb of 200 MB that came as 300 bytes costs one piece beyond the limit.
Codings: gzip (several members too), deflate (with and without the zlib frame: both are sent), br, zstd; at most two
upon each other. Servers lie about it, so the first bytes decide: what is plainly text is taken as it is, whatever its
label says. (RFC 9110 §8.4, RFC 1950–1952, RFC 7932, RFC 8878.)
"""

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import zstandard

from dateline.errors import FetchError

MAX_CODINGS = 2
MAX_MEMBERS = 1_000
"""How many gzip members or zstd frames one body may have: empty ones cost time and give nothing."""

_SNIFF_BYTES = 16
_PIECE_BYTES = 1 << 18
_ZSTD_SLICE_BYTES = 128  # zstandard knows no output limit; this much input gives at most 32 blocks of 128 kB
_ZSTD_WINDOW_BYTES = 1 << 23  # RFC 9659: what a decoder of the web has to support
_PLAIN_TEXT = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?:<[?!a-zA-Z]|[{\[][ \t\r\n]*[\"{])|\xff\xfe<\0|\xfe\xff\0<")
_NO_CODING = frozenset({"identity", "none", ""})
_BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)


class Engine(Protocol):
    """Decodes one coding: pieces of bounded size out of any bytes; ``finished`` once its end was seen."""

    finished: bool

    def pieces(self, wire: bytes) -> Iterator[bytes]:
        """Decode more bytes. Raises one of the libraries' errors."""
        ...


class Decoder:
    """Undoes a ``Content-Encoding``. ``limit`` is the most bytes that may come out of it, or of a coding inside it.

    ``feed`` and ``finish`` raise ``FetchError``: ``fetch.encoding`` (broken, unknown, too many codings),
    ``fetch.too_large``, ``fetch.truncated``.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in _NO_CODING]
        if len(names) > MAX_CODINGS:
            raise FetchError("fetch.encoding", f"{len(names)} content codings upon each other")
        self._stages = [_Stage(name, limit) for name in reversed(names)]
        self._began = False

    def feed(self, wire: bytes) -> bytes:
        """Give bytes in as they came; get out what they mean (perhaps nothing yet)."""
        self._began = self._began or bool(wire)
        for stage in self._stages:
            wire = stage.feed(wire)
        return wire

    def finish(self) -> bytes:
        """Say that no more bytes come; get the last ones. A body without any byte needs no coding."""
        rest = b""
        if self._began:
            for stage in self._stages:
                rest = (stage.feed(rest) if rest else b"") + stage.finish()
        return rest


class _Stage:
    """One coding: waits for the first bytes, chooses the engine, counts what comes out."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._total = 0
        self._head = b""
        self._engine: Engine | None = None

    def feed(self, wire: bytes) -> bytes:
        if self._engine is None:
            self._head += wire
            if len(self._head) < _SNIFF_BYTES:
                return b""
            return self._start()
        return self._decode(self._engine, wire)

    def finish(self) -> bytes:
        rest = self._start() if self._engine is None else b""
        if self._engine is not None and not self._engine.finished:
            raise FetchError("fetch.truncated", f"the body ends within its {self._name} coding")
        return rest

    def _start(self) -> bytes:
        head, self._head = self._head, b""
        self._engine = _engine(self._name, head)
        return self._decode(self._engine, head)

    def _decode(self, engine: Engine, wire: bytes) -> bytes:
        pieces = []
        try:
            for piece in engine.pieces(wire):
                self._total += len(piece)
                if self._total > self._limit:
                    raise FetchError("fetch.too_large", f"more than {self._limit} bytes after decompression")
                pieces.append(piece)
        except _BROKEN as error:
            raise FetchError("fetch.encoding", f"{self._name}: {error}"[:200]) from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _engine(name: str, head: bytes) -> Engine:
    if _PLAIN_TEXT.match(head):
        return _Plain()
    if name in ("gzip", "x-gzip"):
        return _Inflate(zlib.MAX_WBITS | 16, members=MAX_MEMBERS)
    if name in ("deflate", "x-deflate"):
        return _Inflate(zlib.MAX_WBITS if _has_zlib_frame(head) else -zlib.MAX_WBITS, members=1)
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstandard()
    raise FetchError("fetch.encoding", f"unknown content coding {name[:40]!r}")


def _has_zlib_frame(head: bytes) -> bool:
    """RFC 1950 §2.2: method 8, and the first two bytes as a number are a multiple of 31."""
    return len(head) >= 2 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0


class _Plain:
    finished = True

    def pieces(self, wire: bytes) -> Iterator[bytes]:
        yield wire


class _Inflate:
    """gzip, zlib or bare deflate. After the last member anything may follow and is ignored, as in browsers."""

    def __init__(self, window_bits: int, *, members: int) -> None:
        self._window_bits = window_bits
        self._members_left = members - 1
        self._member = zlib.decompressobj(window_bits)
        self._between = b""
        self._over = False
        self.finished = False

    def pieces(self, wire: bytes) -> Iterator[bytes]:
        while wire and not self._over:
            if self.finished and not self._begin_member(wire):
                return
            if self._between:
                wire, self._between = self._between + wire, b""
            yield self._member.decompress(wire, _PIECE_BYTES)
            self.finished = self._member.eof
            wire = self._member.unused_data if self.finished else self._member.unconsumed_tail

    def _begin_member(self, wire: bytes) -> bool:
        """Say whether another gzip member begins; keeps a first byte that does not tell yet."""
        start = self._between + wire[:2]
        if self._members_left > 0 and start == b"\x1f":
            self._between = start
            return False
        if self._members_left <= 0 or not start.startswith(b"\x1f\x8b"):
            self._over = True
            if self._window_bits > zlib.MAX_WBITS and start.startswith(b"\x1f\x8b"):
                raise zlib.error("too many members")
            return False
        self._members_left -= 1
        self._member = zlib.decompressobj(self._window_bits)
        self.finished = False
        return True


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self.finished = False

    def pieces(self, wire: bytes) -> Iterator[bytes]:
        while not self.finished:
            piece: bytes = self._stream.process(wire, output_buffer_limit=_PIECE_BYTES)
            self.finished = self._stream.is_finished()
            yield piece
            if not piece and self._stream.can_accept_more_data():
                return
            wire = b""


class _Zstandard:
    """One or more frames. Input goes in by small slices, for the library gives out all that a slice means."""

    def __init__(self) -> None:
        self._members_left = MAX_MEMBERS
        self._begin_frame()

    def _begin_frame(self) -> None:
        self._members_left -= 1
        if self._members_left < 0:
            raise zstandard.ZstdError("too many frames")
        self._frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES).decompressobj()
        self.finished = False

    def pieces(self, wire: bytes) -> Iterator[bytes]:
        for start in range(0, len(wire), _ZSTD_SLICE_BYTES):
            part = wire[start : start + _ZSTD_SLICE_BYTES]
            while part:
                if self.finished:
                    self._begin_frame()
                yield self._frame.decompress(part)
                self.finished = self._frame.eof
                part = self._frame.unused_data if self.finished else b""
