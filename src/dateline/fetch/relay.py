"""The relay: pictures, sound and film handed on to a reader's browser while they come, so that their hosts do not see
the reader.

The same guard as for feeds, its own redirects, no cookies, no referrer; nothing is kept. A browser waits for each
piece, so a relay is not held back by the host table: it asks as often as the browser would, some at once.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct

from dateline.errors import FetchError
from dateline.settings import Settings

from . import failures, headers
from .guard import Guard
from .redirects import REDIRECTS, Trail
from .resolver import SortingResolver, ThreadResolver
from .sessions import open_session

MAX_PICTURE_BYTES = 50_000_000
MAX_BYTES = 5_000_000_000
"""Of a film; a day of sound is far less."""
PIECE_BYTES = 1 << 16
AT_ONCE = 64
AT_ONCE_A_HOST = 8
_PASSED_ON = ("Content-Length", "Content-Range", "Accept-Ranges", "Last-Modified")
_PRINTABLE = re.compile(r"[ -~]{1,200}")
_RANGE = re.compile(r"bytes=\d{0,15}-\d{0,15}")
_KINDS = re.compile(r"(?:image|audio|video)/[\w.+-]+|application/(?:ogg|octet-stream)", re.ASCII)
_TYPES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb"ID3|\xff[\xe2-\xff]"), "audio/mpeg"),
    (re.compile(rb"OggS"), "application/ogg"),
    (re.compile(rb"....ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/webm"),
)


class Relayed(Struct, frozen=True, kw_only=True):
    """An answer on its way: ``status`` 200 or 206, a media type, what else browsers need to know, and the pieces.

    Reading the pieces raises ``FetchError`` where the answer breaks off or grows too large.
    """

    status: int
    content_type: str
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


class Relay:
    """Asks for media inside one event loop; an async context manager. ``resolver`` is for tests."""

    def __init__(self, settings: Settings, *, version: str, resolver: AbstractResolver | None = None) -> None:
        self._user_agent = headers.user_agent(version, settings.user_agent_url, 0)
        self._guard = Guard(settings.allowed_networks)
        self._resolver = SortingResolver(resolver or ThreadResolver(), self._guard)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=self._resolver, socket_factory=self._socket, limit=0, limit_per_host=AT_ONCE_A_HOST
        )
        timeout = aiohttp.ClientTimeout(total=None, connect=20, sock_connect=10, sock_read=30)
        self._session = open_session(connector, timeout, asks_again=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            await self._resolver.close()

    def _socket(self, info: tuple[int, int, int, str, tuple[str, int]]) -> socket.socket:
        return self._guard.socket(info)

    @asynccontextmanager
    async def opened(self, url: str, *, wanted_range: str | None = None) -> AsyncIterator[Relayed]:
        """Ask for ``url`` and follow where it leads; ``wanted_range`` is the browser's ``Range``.

        Raises ``FetchError``: what ``Client.get`` raises, ``fetch.not_media`` for anything but pictures, sound and
        film.
        """
        async with self._slots:
            trail = Trail(url)
            answer = await self._arrived(trail, _sent(self._user_agent, wanted_range))
            try:
                yield await _relayed(answer, trail.url)
            finally:
                answer.close()

    async def _arrived(self, trail: Trail, sent: dict[str, str]) -> aiohttp.ClientResponse:
        """The first answer that is no redirect. Raises ``FetchError``."""
        while True:
            answer = await self._asked(trail.url, sent)
            if answer.status not in REDIRECTS:
                break
            answer.close()
            trail.follow(answer.status, answer.headers.get("Location"))
        if answer.status not in (200, 206):
            answer.close()
            raise failures.of_status(answer.status, url=trail.url)
        return answer

    async def _asked(self, url: str, sent: dict[str, str]) -> aiohttp.ClientResponse:
        assert self._session is not None
        try:
            return await self._session.get(url, headers=sent, allow_redirects=False)
        except Exception as error:  # whatever hostile bytes make a library raise
            raise failures.of_exception(error, url=url, status=None) from error


def _sent(user_agent: str, wanted_range: str | None) -> dict[str, str]:
    sent = {"User-Agent": user_agent, "Accept": "image/*, audio/*, video/*, */*;q=0.1", "Accept-Encoding": "identity"}
    if wanted_range and _RANGE.fullmatch(wanted_range.strip()):
        sent["Range"] = wanted_range.strip()
    return sent


async def _relayed(answer: aiohttp.ClientResponse, url: str) -> Relayed:
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        raise FetchError("fetch.encoding", "media in a content coding that was not asked for", final_url=url)
    try:
        first = await answer.content.read(PIECE_BYTES)
    except Exception as error:
        raise failures.of_exception(error, url=url, status=answer.status) from error
    content_type = _media_type(answer.headers.get("Content-Type", ""), first)
    if content_type is None:
        raise FetchError("fetch.not_media", answer.headers.get("Content-Type", "no type")[:100], final_url=url)
    most = MAX_PICTURE_BYTES if content_type.startswith("image/") else MAX_BYTES
    length = answer.headers.get("Content-Length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > most:
        raise FetchError("fetch.too_large", f"announced {length[:20]} bytes of at most {most}", final_url=url)
    passed_on = {
        name.lower(): value
        for name in _PASSED_ON
        if (value := answer.headers.get(name)) is not None and _PRINTABLE.fullmatch(value)
    }
    pieces = _pieces(answer, first, most, url)
    return Relayed(status=answer.status, content_type=content_type, headers=passed_on, pieces=pieces)


def _media_type(said: str, first: bytes) -> str | None:
    """What it is: by what is said, else by the first bytes (many servers call everything a stream of octets)."""
    kind = said.partition(";")[0].strip().lower()
    if kind and not _KINDS.fullmatch(kind):
        return None
    if kind in ("", "application/octet-stream"):
        return next((name for sign, name in _TYPES if sign.match(first)), kind or None)
    return kind


async def _pieces(answer: aiohttp.ClientResponse, first: bytes, most: int, url: str) -> AsyncIterator[bytes]:
    count, piece = 0, first
    while piece:
        count += len(piece)
        if count > most:
            raise FetchError("fetch.too_large", f"more than {most} bytes", final_url=url)
        yield piece
        try:
            piece = await answer.content.read(PIECE_BYTES)
        except Exception as error:
            raise failures.of_exception(error, url=url, status=answer.status) from error
