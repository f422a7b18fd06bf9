"""Connections to proxies that are reached over TLS: loaded only for feeds that somebody fetches so.

Two things are not left to aiohttp. TLS inside TLS hangs in asyncio before Python 3.12 when the inner certificate is
refused; so the tunnel is our own, and its end is a plain pair of sockets, over which TLS is spoken as ever. And the two
servers are told apart: whom a reader wants to trust, or not to check, is the feed's server; the proxy, which is told
the administrator's password, is always checked by what the whole instance trusts. (RFC 9110 §9.3.6.)
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest

MAX_HEAD = 16_384
"""Bytes of what a proxy answers before the tunnel begins."""
_PIECE = 65_536

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class SecureProxyConnector(aiohttp.TCPConnector):
    """aiohttp's connector, whose own ``ssl`` counts for the proxy, whatever a request says of its target."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._pumps: set[asyncio.Task[None]] = set()

    def _update_proxy_auth_header_and_build_proxy_req(self, req: ClientRequest) -> ClientRequest:
        to_proxy = super()._update_proxy_auth_header_and_build_proxy_req(req)
        to_proxy._ssl = True
        return to_proxy

    async def _create_direct_connection(
        self, req: ClientRequest, *args: Any, **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        try:
            return await super()._create_direct_connection(req, *args, **options)
        except aiohttp.ClientSSLError as error:  # here only proxies are connected to directly
            raise _refusal(req, f"{error}") from error

    async def _create_proxy_connection(
        self, req: ClientRequest, *rest: Any
    ) -> tuple[asyncio.BaseTransport, ResponseHandler]:
        if not req.is_ssl():
            return await super()._create_proxy_connection(req, *rest)
        to_proxy = self._update_proxy_auth_header_and_build_proxy_req(req)
        try:
            stream = await self._to_proxy(to_proxy)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise _refusal(to_proxy, f"{error}") from error
        try:
            await _ask_for(req, to_proxy, stream)
            tunnel = await self._tunnel(stream)
        except BaseException:
            stream[1].transport.abort()
            raise
        try:
            return await self._wrap_existing_connection(
                self._factory,
                timeout=rest[1],
                ssl=self._get_ssl_context(req),
                sock=tunnel,
                server_hostname=req.server_hostname or req.host,
                req=req,
            )
        except BaseException:
            tunnel.close()
            raise

    async def _to_proxy(self, to_proxy: ClientRequest) -> Stream:
        """A stream over TLS, by the first of the proxy's addresses that answers. Raises ``OSError``."""
        host, loop = to_proxy.url.raw_host or "", asyncio.get_running_loop()
        failure = OSError("it has no address")
        for info in self._convert_hosts_to_addr_infos(await self._resolve_host(host, to_proxy.url.port or 443)):
            sock = self._socket_factory(info) if self._socket_factory else socket.socket(*info[:3])
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, info[4])
                secured = self._get_ssl_context(to_proxy)
                return await asyncio.open_connection(sock=sock, ssl=secured, server_hostname=host, limit=MAX_HEAD)
            except ssl.SSLError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
        raise failure

    async def _tunnel(self, stream: Stream) -> socket.socket:
        """The end of a pair of sockets whose other end is joined to the stream."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            inner = await asyncio.open_connection(sock=theirs)
        except BaseException:
            ours.close()
            theirs.close()
            raise
        pump = asyncio.create_task(_joined(inner, stream))
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)
        return ours

    def close(self, **options: Any) -> Coroutine[Any, Any, None]:
        """Close all, and wait for the tunnels too."""
        return self._ended(super().close(**options), list(self._pumps))

    async def _ended(self, closing: Awaitable[None], pumps: list[asyncio.Task[None]]) -> None:
        await closing
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _ask_for(req: ClientRequest, to_proxy: ClientRequest, stream: Stream) -> None:
    """Have the proxy lead on to the request's target. Raises ``ClientProxyConnectionError``."""
    host = f"[{req.host}]" if ":" in req.host else req.host
    lines = [f"CONNECT {host}:{req.port} HTTP/1.1", f"Host: {host}:{req.port}"]
    if (login := to_proxy.headers.get("Proxy-Authorization")) is not None:
        lines.append(f"Proxy-Authorization: {login}")
    reader, writer = stream
    try:
        writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii"))
        await writer.drain()
        answer = await reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise _refusal(to_proxy, f"{error}") from error
    version, _, rest = answer.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest.startswith(b"2"):
        raise _refusal(to_proxy, answer[:60].partition(b"\r\n")[0].decode("ascii", "replace"))


async def _joined(one: Stream, other: Stream) -> None:
    """Hand on what comes at either end until one of them ends; then both do."""
    ways = {asyncio.create_task(_hand_on(one[0], other[1])), asyncio.create_task(_hand_on(other[0], one[1]))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        one[1].close()  # what was handed on is still read
        other[1].transport.abort()
        await asyncio.gather(*ways, return_exceptions=True)


async def _hand_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_PIECE):
            target.write(data)
            await target.drain()


def _refusal(to_proxy: ClientRequest, said: str) -> aiohttp.ClientProxyConnectionError:
    return aiohttp.ClientProxyConnectionError(to_proxy.connection_key, OSError(None, f"the proxy over TLS: {said}"))
