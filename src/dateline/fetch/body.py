"""The body of one answer: stream → bytes, while size and speed are watched.

``StreamReader`` holds back the peer when nobody reads, so memory is bounded by the limit and two pieces.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from dateline.errors import FetchError

from .encoding import Decoder

# pictures, sound, film, archives, documents, programs, fonts, databases
_OTHER_FILES = re.compile(
    rb"\x89PNG|GIF8|\xff\xd8\xff|RIFF|ID3|OggS|fLaC|....ftyp|\x1aE\xdf\xa3|%PDF-|PK\x03\x04|7z\xbc\xaf|Rar!"
    rb"|\xd0\xcf\x11\xe0|\x7fELF|MZ[\x90\x00]|wOF[F2]|SQLite format 3",
    re.DOTALL,
)

if TYPE_CHECKING:
    from aiohttp import StreamReader


class Patience(Struct, frozen=True, kw_only=True):
    """How long a server may take for what. Seconds; ``slowest`` in bytes a second.

    ``connect`` covers the name, the connection and TLS; ``first_byte`` the time until the headers are there, and then
    any silence; ``slowest`` holds once a body has been coming for ``slow_after`` seconds.
    """

    connect: float = 10.0
    first_byte: float = 15.0
    slow_after: float = 10.0
    slowest: float = 1_000.0


class Body(Struct, frozen=True, kw_only=True):
    """A whole body: decoded, and how many bytes it was on the wire."""

    content: bytes
    wire_bytes: int


def hash_of(content: bytes) -> bytes:
    """16 bytes that tell a body from any other: SHA-256, cut, for most processors compute it by themselves (a third of
    the time of BLAKE2b, docs/decisions/0003).
    """
    return hashlib.sha256(content).digest()[:16]


async def read_body(
    stream: "StreamReader",
    *,
    content_encoding: str,
    content_length: str | None,
    limit: int,
    patience: Patience,
    clock: Callable[[], float],
    text_only: bool = False,
) -> Body:
    """Read and decode a body to its end; with ``text_only`` no further than to the sign that it is a file of another
    kind (a film, an archive): what came so far is enough to say so.

    ``limit`` is in bytes, counted before and after decoding; ``clock`` gives monotonic seconds. Raises ``FetchError``
    (``fetch.too_large``, ``fetch.timeout`` when too slow, ``fetch.encoding``, ``fetch.truncated``) and what
    aiohttp raises.
    """
    if content_length is not None and content_length.isdecimal() and int(content_length[:15]) > limit:
        raise FetchError("fetch.too_large", f"announced {content_length[:20]} bytes of at most {limit}")
    decoder = Decoder(content_encoding, limit)
    pieces: list[bytes] = []
    wire_bytes = decoded_bytes = 0
    started = clock()
    async for wire in stream.iter_any():
        wire_bytes += len(wire)
        piece = decoder.feed(wire)
        decoded_bytes += len(piece)
        if max(wire_bytes, decoded_bytes) > limit:
            raise FetchError("fetch.too_large", f"more than {limit} bytes")
        _check_speed(wire_bytes, clock() - started, patience)
        if piece:
            pieces.append(piece)
            if text_only and len(pieces) == 1 and _OTHER_FILES.match(piece):
                return Body(content=piece, wire_bytes=wire_bytes)
    pieces.append(decoder.finish())
    return Body(content=b"".join(pieces), wire_bytes=wire_bytes)


async def read_sample(stream: "StreamReader", *, content_encoding: str, at_most: int, seconds: float) -> bytes:
    """The beginning of a body that is only looked at: what could be read and decoded of it. Never raises."""
    pieces: list[bytes] = []
    read = 0
    from aiohttp import ClientError  # here, for web processes want nothing but ``hash_of`` of us

    with suppress(FetchError, ClientError, OSError, TimeoutError):
        decoder = Decoder(content_encoding, 8 * at_most)
        async with asyncio.timeout(seconds):
            async for wire in stream.iter_any():
                piece = decoder.feed(wire)
                read += max(len(wire), len(piece))
                pieces.append(piece)
                if read > at_most:
                    break
    return b"".join(pieces)[:at_most]


def _check_speed(wire_bytes: int, seconds: float, patience: Patience) -> None:
    if seconds > patience.slow_after and wire_bytes < patience.slowest * seconds:
        raise FetchError("fetch.timeout", f"slower than {patience.slowest:g} bytes a second")
