"""The wire below IMAP: a name → an address that the guard allows → a socket, TLS → lines and literals, all bounded.

Before TLS the socket is read by hand, not through a stream: what a server (or somebody between) sends together with
its consent to STARTTLS would otherwise be taken for an answer from inside of TLS (CVE-2011-0411).
"""

import asyncio
import socket
import ssl
from typing import Protocol

from aiohttp.abc import AbstractResolver, ResolveResult

from dateline.errors import FetchError

from .failures import of_exception
from .guard import ForbiddenAddressError, Guard

MAX_LINE = 400_000
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0
"""How long a server may say nothing while we wait for it."""
_AT_ONCE = 65_536


class Channel(Protocol):
    """Where bytes come from and go to; ``receive`` gives b"" at the end."""

    async def receive(self) -> bytes: ...

    async def send(self, sent: bytes) -> None: ...

    def close(self) -> None: ...


class Wire:
    """Lines and literals of one connection. Everything raises ``FetchError``."""

    def __init__(self, channel: Channel, where: str) -> None:
        self._channel = channel
        self._where = where
        self._buffer = bytearray()

    @property
    def is_drained(self) -> bool:
        """Whether everything that came was read."""
        return not self._buffer

    async def line(self) -> bytes:
        """The next line, without its end."""
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > MAX_LINE:
                raise FetchError("fetch.mailbox_protocol", "a line without an end")
            await self._more()
        return self._cut(end + 1).rstrip(b"\r\n")

    async def exactly(self, count: int) -> bytes:
        """So many bytes; the caller has bounded them."""
        while len(self._buffer) < count:
            await self._more()
        return self._cut(count)

    async def send(self, sent: bytes) -> None:
        """Send these bytes."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._channel.send(sent)
        except (OSError, TimeoutError, ValueError) as error:
            raise self.failure(error) from error

    def close(self) -> None:
        """End the connection at once."""
        self._channel.close()

    def failure(self, error: Exception) -> FetchError:
        """What a socket's or TLS's error means."""
        return failure(error, self._where)

    async def _more(self) -> None:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                came = await self._channel.receive()
        except (OSError, TimeoutError, ValueError) as error:
            raise self.failure(error) from error
        if not came:
            raise FetchError("fetch.mailbox_refused", "the server ended the conversation", final_url=self._where)
        self._buffer += came

    def _cut(self, count: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:count])  # one copy of a large mail, not two
        del self._buffer[:count]
        return taken


class PlainChannel:
    """A connected socket, read by hand."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected

    async def receive(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self.socket, _AT_ONCE)

    async def send(self, sent: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, sent)

    def close(self) -> None:
        self.socket.close()


class TlsChannel:
    """A socket inside TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes:
        return await self._reader.read(_AT_ONCE)

    async def send(self, sent: bytes) -> None:
        self._writer.write(sent)
        await self._writer.drain()

    def close(self) -> None:
        self._writer.transport.abort()


async def connected(
    guard: Guard, resolver: AbstractResolver, host: str, port: int, *, opened_only: bool
) -> socket.socket:
    """A socket that is connected to one of a name's addresses, each seen by the guard as a number.

    ``opened_only``: only to an address that the operator opened. Raises ``FetchError``.
    """
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await resolver.resolve(host, port)
    except (OSError, TimeoutError) as error:
        raise FetchError("fetch.dns", f"{host}: {error}"[:200], final_url=where) from error
    trouble: FetchError = FetchError("fetch.dns", host, final_url=where)
    for address in found:
        if opened_only and not guard.has_opened(address["host"]):
            trouble = FetchError("fetch.mailbox_insecure", "only inside networks that the operator opened")
            continue
        try:
            return await _connect(guard, address, port)
        except (OSError, TimeoutError) as error:
            trouble = failure(error, where)
    raise trouble


async def _connect(guard: Guard, address: ResolveResult, port: int) -> socket.socket:
    to = (address["host"], port)
    made = guard.socket((address["family"], socket.SOCK_STREAM, address["proto"], "", to))
    try:
        made.setblocking(False)
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().sock_connect(made, to)
    except BaseException:
        made.close()
        raise
    return made


async def inside_tls(plain: socket.socket, host: str, context: ssl.SSLContext, where: str) -> TlsChannel:
    """Begin TLS on a connected socket; the certificate must be the host's. Raises ``FetchError``."""
    try:
        reader, writer = await asyncio.open_connection(
            sock=plain, ssl=context, server_hostname=host, ssl_handshake_timeout=CONNECT_SECONDS
        )
    except (OSError, TimeoutError, ValueError) as error:
        plain.close()
        raise failure(error, where) from error
    return TlsChannel(reader, writer)


def failure(error: Exception, where: str) -> FetchError:
    """What an exception of a socket or of TLS means."""
    if isinstance(error, ForbiddenAddressError | OSError):
        return of_exception(error, url=where, status=None)
    return FetchError("fetch.mailbox_protocol", type(error).__name__, final_url=where)
