"""The internet of the tests: real HTTP servers on loopback. The only fake in the suite.

``Internet`` serves pages by path, does what a good server does (``ETag``, ``Last-Modified``, compression) and logs
every request; ``Wire`` speaks raw bytes, as badly as wanted. Both run in a thread of their own::

    with Internet({"/feed": rss("One", "First"), "/gone": 410, "/old": redirect("/feed", 301)}) as internet:
        response = fetch_now(LOOPBACK, internet.url("/feed"), version="1")
        internet["/feed"] = Reply(rss("One", "First", "Second"), etag='"2"', encoding="gzip")
        assert internet.asked("/feed")[0].header("User-Agent")

Every ``Internet`` has a port of its own; for a second host take ``Internet(…, host="127.0.0.2")``. Fetch with settings
that open loopback (``LOOPBACK``), or the guard refuses.
"""

import asyncio
import gzip
import ssl
import threading
import time
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_network
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from xml.sax.saxutils import escape

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import zstandard
from aiohttp import web
from msgspec import Struct

from dateline.settings import Settings

LOOPBACK = Settings(
    allowed_networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")), host_connections=8, host_spacing=0
)
"""Settings with which feeds on loopback may be fetched, and without waiting."""

T = TypeVar("T")
Encoding = Literal["gzip", "deflate", "raw-deflate", "br", "zstd"]


class Asked(Struct, frozen=True, kw_only=True):
    """One request as it came: raw ``path`` with its query, ``headers`` as spelled, ``at`` in monotonic seconds."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    at: float

    def header(self, name: str) -> str | None:
        """The first header of that name, in any spelling; None when it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Reply(Struct, frozen=True):
    """What a path answers with.

    ``etag`` and ``last_modified`` are sent and answered with 304 when they come back. ``encoding`` compresses the body
    when the client accepts it. ``delay`` is waited before the status; ``chunks`` > 0 sends the body in that many pieces
    (Transfer-Encoding: chunked) with ``pause`` seconds between. ``headers`` are added as they are, in order.
    """

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/rss+xml"
    etag: str | None = None
    last_modified: str | None = None
    encoding: Encoding | None = None
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    chunks: int = 0
    pause: float = 0.0


Answer = Reply | bytes | int
"""A ``Reply``; a body (200, RSS); or a status with an empty body."""

Page = Answer | Callable[[Asked], Answer]
"""What stands at a path: an answer, or a function that makes one for each request."""


def redirect(to: str, status: int = 302, *headers: tuple[str, str]) -> Reply:
    """A redirect to a path of the same server or to an absolute address."""
    return Reply(status=status, content_type=None, headers=(("Location", to), *headers))


def rss(title: str, *entries: str, link: str = "https://news.test/") -> bytes:
    """A small RSS 2.0 document; each entry is a title, its guid and link are made of it."""
    items = "".join(
        f"<item><title>{escape(entry)}</title><guid isPermaLink='false'>{escape(title)}/{escape(entry)}</guid>"
        f"<link>{escape(link)}{number}</link><description>About {escape(entry)}.</description></item>"
        for number, entry in enumerate(entries, 1)
    )
    head = f"<title>{escape(title)}</title><link>{escape(link)}</link><description>{escape(title)}</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class _Server:
    """A loopback server in a thread with its own event loop; a context manager. Counts its connections."""

    def __init__(self, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = 0
        self.connections = 0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="internet", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._close())
        self._run(self._cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def origin(self) -> str:
        """Scheme, host and port: ``http://127.0.0.1:40123``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def url(self, path: str = "/") -> str:
        """The absolute address of a path."""
        return self.origin + path

    async def _open(self) -> None:
        raise NotImplementedError

    async def _close(self) -> None:
        raise NotImplementedError

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _cancel_the_rest(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports say goodbye in the next round


class Internet(_Server):
    """A good HTTP server: ``pages`` by path (with the query, or without; raw, or decoded), 404 for all others.

    ``requests`` is the log, ``connections`` how many were opened, ``most_at_once`` how many requests were being
    answered at the same moment at most. Pages may be changed while it runs: ``internet["/feed"] = …``.
    """

    def __init__(
        self, pages: Mapping[str, Page] | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(host=host, tls=tls)
        self.pages: dict[str, Page] = dict(pages or {})
        self.requests: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0

    def __setitem__(self, path: str, page: Page) -> None:
        self.pages[path] = page

    def asked(self, path: str) -> list[Asked]:
        """The requests for one path (with its query), in order of arrival."""
        return [request for request in self.requests if request.path == path]

    async def _open(self) -> None:
        self._speaker = web.Server(self._answer, access_log=None)

        def connected() -> asyncio.BaseProtocol:
            self.connections += 1
            return self._speaker()

        self._listener = await self._loop.create_server(connected, self.host, 0, ssl=self._tls, backlog=1024)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._listener.close()
        await self._speaker.shutdown(0.01)  # 0 would mean: wait for ever
        await self._listener.wait_closed()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = Asked(
            method=request.method,
            path=request.raw_path,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers),
            at=time.monotonic(),
        )
        self.requests.append(asked)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await _send(request, self._reply(asked, request.path))
        finally:
            self._at_once -= 1

    def _reply(self, asked: Asked, path: str) -> Reply:
        spellings = (asked.path, asked.path.partition("?")[0], path)
        page = next((self.pages[spelling] for spelling in spellings if spelling in self.pages), 404)
        answer = page(asked) if callable(page) else page
        if isinstance(answer, bytes):
            return Reply(answer)
        reply = Reply(status=answer, content_type=None) if isinstance(answer, int) else answer
        if reply.status == 200 and _is_unchanged(reply, asked):
            kept = tuple(header for header in reply.headers if header[0].lower() in _KEPT_ON_304)
            return Reply(
                status=304,
                content_type=None,
                etag=reply.etag,
                last_modified=reply.last_modified,
                headers=kept,
                delay=reply.delay,
            )
        return reply


_WITHOUT_BODY = {204, 205, 304}
_KEPT_ON_304 = {"cache-control", "content-location", "date", "expires", "vary", "age", "retry-after"}


def _is_unchanged(reply: Reply, asked: Asked) -> bool:
    """RFC 9110 §13.2.2: If-None-Match (weak comparison) decides alone where it is sent."""
    tags = asked.header("If-None-Match")
    if tags is not None:
        mine = reply.etag.removeprefix("W/") if reply.etag else None
        return mine is not None and mine in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = asked.header("If-Modified-Since")
    if since is None or reply.last_modified is None:
        return False
    return since == reply.last_modified or parsedate_to_datetime(since) >= parsedate_to_datetime(reply.last_modified)


async def _send(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    if reply.delay:
        await asyncio.sleep(reply.delay)
    response = web.StreamResponse(status=reply.status)
    body = reply.body
    if reply.content_type is not None:
        response.headers["Content-Type"] = reply.content_type
    if reply.encoding is not None:
        coding = reply.encoding.removeprefix("raw-")
        if coding in request.headers.get("Accept-Encoding", ""):
            body = compressed(body, reply.encoding)
            response.headers["Content-Encoding"] = coding
    for name, value in (("ETag", reply.etag), ("Last-Modified", reply.last_modified)):
        if value is not None:
            response.headers[name] = value
    for name, value in reply.headers:
        response.headers.add(name, value)
    if reply.chunks:
        response.enable_chunked_encoding()
    elif reply.status not in _WITHOUT_BODY and "Content-Length" not in response.headers:
        response.content_length = len(body)
    await response.prepare(request)
    for piece in _pieces(b"" if reply.status in _WITHOUT_BODY else body, reply.chunks):
        await response.write(piece)
        if reply.pause:
            await asyncio.sleep(reply.pause)
    await response.write_eof()
    return response


def _pieces(body: bytes, count: int) -> Iterable[bytes]:
    if not body:
        return ()
    size = -(-len(body) // max(count, 1))
    return (body[start : start + size] for start in range(0, len(body), size))


@lru_cache(maxsize=256)
def compressed(body: bytes, encoding: Encoding) -> bytes:
    """A body in one of the codings; ``raw-deflate`` is ``deflate`` without the zlib frame, as some servers send it."""
    if encoding == "gzip":
        return gzip.compress(body, mtime=0)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding == "raw-deflate":
        squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return squeeze.compress(body) + squeeze.flush()
    if encoding == "br":
        return bytes(brotli.compress(body, quality=5))
    return zstandard.ZstdCompressor().compress(body)


# --------------------------------------------------------------------------------------------- servers that misbehave

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a ``Wire`` does with one connection after a request's head was read; the connection is closed afterwards."""


class Wire(_Server):
    """A server that speaks bytes: ``heads`` logs the heads of the requests, ``script`` answers each.

    Scripts to take: ``says(…)``, ``endless(…)``, ``silent``, ``slams``.
    """

    def __init__(self, script: Script, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(host=host, tls=tls)
        self.script = script
        self.heads: list[bytes] = []
        self._writers: set[asyncio.StreamWriter] = set()

    async def _open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, self.host, 0, ssl=self._tls)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._listener.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await self.script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client had enough, which is what such servers are for
        finally:
            writer.close()
            await self._gone(writer)

    async def _gone(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await writer.wait_closed()
        self._writers.discard(writer)


def says(data: bytes, *, every: float = 0.0, at_once: int = 0, then: Literal["close", "hang"] = "close") -> Script:
    """Send ``data`` as it is: at once, or ``at_once`` bytes ``every`` so many seconds."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = at_once or len(data) or 1
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            await asyncio.sleep(every)
        if then == "hang":
            await reader.read()

    return script


def endless(head: bytes, piece: bytes) -> Script:
    """Send ``head``, then ``piece`` for ever (as fast as it is read)."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return script


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await reader.read()


async def slams(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and close the connection without a word."""
    del reader, writer
