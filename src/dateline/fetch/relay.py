"""The relay: pictures, sound and film handed on to a reader's browser while they come, so that their hosts do not see
the reader.

The same guard as for feeds, its own redirects, no cookies, no referrer; nothing is kept. What a feed names that its
reader fetches through a proxy comes through that one too. A browser waits for each piece, so a relay is not held back
by the host table: it asks as often as the browser would, some at once.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypedDict

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct
from yarl import URL

from dateline.errors import FetchError
from dateline.settings import Settings

from . import failures, headers
from .guard import AddressInfo, Guard, unguarded_socket
from .proxy import RequestOptions, connector, through
from .redirects import REDIRECTS, Trail
from .resolver import SortingResolver, ThreadResolver
from .sessions import open_session
from .transport import PLAIN, Transport

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


class _Connecting(TypedDict):
    resolver: AbstractResolver
    socket_factory: Callable[[AddressInfo], socket.socket]
    limit: int
    limit_per_host: int


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
        self._settings = settings
        self._user_agent = headers.user_agent(version, settings.user_agent_url, 0)
        self._guard = Guard(settings.allowed_networks)
        self._resolver = SortingResolver(resolver or ThreadResolver(), self._guard)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        """By the proxy, of which there are as many as the administrator names; "" is none."""

    async def __aenter__(self) -> Self:
        self._sessions[""] = self._open(aiohttp.TCPConnector(**self._connecting(self._guard.socket)))
        return self

    def _connecting(self, make_socket: Callable[[AddressInfo], socket.socket]) -> _Connecting:
        return {
            "resolver": self._resolver,
            "socket_factory": make_socket,
            "limit": 0,
            "limit_per_host": AT_ONCE_A_HOST,
        }

    def _open(self, opened: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(total=None, connect=20, sock_connect=10, sock_read=30)
        return open_session(opened, timeout, asks_again=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()
        await self._resolver.close()

    @asynccontextmanager
    async def opened(
        self, url: str, *, wanted_range: str | None = None, transport: Transport = PLAIN
    ) -> AsyncIterator[Relayed]:
        """Ask for ``url`` and follow where it leads; ``wanted_range`` is the browser's ``Range``.

        Of ``transport`` its proxy and user agent count, and nothing else. Raises ``FetchError``: what ``Client.get``
        raises, ``fetch.not_media`` for anything but pictures, sound and film.
        """
        async with self._slots:
            trail = Trail(url)
            sent = _sent(transport.user_agent or self._user_agent, wanted_range)
            answer = await self._arrived(trail, sent, transport.proxy)
            try:
                yield await _relayed(answer, trail.url)
            finally:
                answer.close()

    async def _arrived(self, trail: Trail, sent: dict[str, str], proxy: str) -> aiohttp.ClientResponse:
        """The first answer that is no redirect. Raises ``FetchError``."""
        while True:
            answer = await self._asked(trail.url, sent, proxy)
            if answer.status not in REDIRECTS:
                break
            answer.close()
            trail.follow(answer.status, answer.headers.get("Location"))
        if answer.status not in (200, 206):
            answer.close()
            raise failures.of_status(answer.status, url=trail.url)
        return answer

    async def _asked(self, url: str, sent: dict[str, str], proxy: str) -> aiohttp.ClientResponse:
        options: RequestOptions = {"allow_redirects": False}
        try:
            tunnel = through(proxy, self._settings.proxies, url, self._guard, options) if proxy else None
            return await self._session(proxy, tunnel).get(url, headers=sent, **options)
        except FetchError:
            raise
        except Exception as error:  # whatever hostile bytes make a library raise
            raise failures.of_exception(error, url=url, status=None) from error

    def _session(self, proxy: str, tunnel: URL | None) -> aiohttp.ClientSession:
        """The session for a proxy: all that it connects to is that one, which is the administrator's choice."""
        if proxy not in self._sessions:
            connecting = self._connecting(unguarded_socket)
            self._sessions[proxy] = self._open(
                aiohttp.TCPConnector(**connecting)
                if tunnel is None
                else connector(tunnel, guard=self._guard, **connecting)
            )
        return self._sessions[proxy]


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
