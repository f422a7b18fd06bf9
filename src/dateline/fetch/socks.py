"""Connections through SOCKS proxies (4, 4a, 5, 5h): loaded only for feeds that somebody fetches so.

SOCKS 4 and 5 get a number, which the guard has seen, as for every connection; 4a and 5h get the name, and look it up
behind the proxy: of such a target ``proxy.through`` refuses what can be told without a name server. The proxy itself
is the administrator's choice. (RFC 1928, RFC 1929; https://www.openssh.com/txt/socks4.protocol, socks4a.protocol.)
"""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from yarl import URL

from .guard import AddressInfo, Guard

REMOTE = frozenset({"socks4a", "socks5h"})
"""The kinds that hand the name over."""
MAX_FIELD = 255
"""Bytes of a name, a user or a password (RFC 1928 §5, RFC 1929 §2)."""
CONNECT = 1
BY_NUMBER4, BY_NAME, BY_NUMBER6 = 1, 3, 4
NO_LOGIN, LOGIN, NONE_FITS = 0, 2, 255
GRANTED4 = 90
_REFUSALS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "it took too long",
    7: "it cannot do that",
    8: "it does not know this kind of address",
}


class SocksError(OSError):
    """The proxy refuses, or does not speak as it should."""

    def __init__(self, said: str) -> None:
        super().__init__(errno.ECONNREFUSED, f"the SOCKS proxy: {said}")


class SocksConnector(aiohttp.TCPConnector):
    """aiohttp's connector with the proxy at ``address`` in front of every connection.

    ``socket_factory`` makes the sockets to the proxy; ``guard`` sees every number that the proxy is told.
    """

    def __init__(
        self,
        address: URL,
        *,
        guard: Guard,
        resolver: AbstractResolver,
        socket_factory: Callable[[AddressInfo], socket.socket],
        **options: Any,
    ) -> None:
        super().__init__(resolver=resolver, socket_factory=socket_factory, **options)
        self._proxy = address
        self._guard = guard
        self._names = resolver
        self._make_socket = socket_factory

    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        if self._proxy.scheme in REMOTE:
            return [_unresolved(host, port)]
        found = await super()._resolve_host(host, port, traces)
        if self._proxy.scheme != "socks4":
            return found
        return [one for one in found if ":" not in one["host"]] or found  # it knows no IPv6

    async def _wrap_create_connection(
        self, *args: Any, addr_infos: list[Any], req: ClientRequest, **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        """The first of the target's addresses, through the proxy; aiohttp comes back with the others."""
        host, port = addr_infos[0][4][:2]
        try:
            if self._proxy.scheme not in REMOTE:
                self._guard.check(host)
        except OSError as error:
            raise aiohttp.ClientConnectorError(req.connection_key, error) from error
        try:
            tunnel = await self._tunnel(host, port)
        except OSError as error:
            raise aiohttp.ClientProxyConnectionError(req.connection_key, error) from error
        try:
            return await self._wrap_existing_connection(*args, req=req, sock=tunnel, **options)
        except BaseException:
            tunnel.close()
            raise

    async def _tunnel(self, host: str, port: int) -> socket.socket:
        """A socket that leads to the target. Raises ``OSError``."""
        sock = await self._to_proxy()
        try:
            await _greet(_Wire(sock), self._proxy, host, port)
        except BaseException:
            sock.close()
            raise
        return sock

    async def _to_proxy(self) -> socket.socket:
        """A socket that is connected to the proxy, by the first of its addresses that answers. Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        failure: OSError = SocksError("it has no address")
        for found in await self._names.resolve(self._proxy.host or "", self._proxy.port or 0):
            address = (found["host"], found["port"])
            sock = self._make_socket((found["family"], socket.SOCK_STREAM, found["proto"], "", address))
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise failure


def _unresolved(host: str, port: int) -> ResolveResult:
    return {"hostname": host, "host": host, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}


class _Wire:
    """What goes to the proxy and comes back, to the byte: what follows is the target's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = await self._loop.sock_recv(self._sock, size - len(data))
            if not piece:
                raise SocksError("it hung up")
            data += piece
        return data


async def _greet(wire: _Wire, proxy: URL, host: str, port: int) -> None:
    user, password = _field(proxy.user or ""), _field(proxy.password or "")
    if proxy.scheme.startswith("socks4"):
        await _greet4(wire, user, host, port)
    else:
        await _log_in(wire, user, password)
        await _ask5(wire, host, port)


async def _greet4(wire: _Wire, user: bytes, host: str, port: int) -> None:
    number = _number(host)
    if isinstance(number, IPv6Address):
        raise SocksError("SOCKS 4 knows no IPv6")
    # 0.0.0.1 says that a name follows
    address, name = (number.packed, b"") if number else (b"\0\0\0\1", _field(host) + b"\0")
    await wire.send(struct.pack("!BBH", 4, CONNECT, port) + address + user + b"\0" + name)
    answer = await wire.receive(8)
    if answer[0] != 0 or answer[1] != GRANTED4:
        raise SocksError(f"refused ({answer[1]})")


async def _log_in(wire: _Wire, user: bytes, password: bytes) -> None:
    methods = bytes([NO_LOGIN, LOGIN] if user else [NO_LOGIN])
    await wire.send(bytes([5, len(methods)]) + methods)
    version, method = await wire.receive(2)
    if version != 5 or method not in methods:
        raise SocksError("it wants another login" if method == NONE_FITS else "this is no SOCKS 5")
    if method == LOGIN:
        await wire.send(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if (await wire.receive(2))[1] != 0:
            raise SocksError("it refuses the login")


async def _ask5(wire: _Wire, host: str, port: int) -> None:
    number = _number(host)
    if number is None:
        name = _field(host)
        address = bytes([BY_NAME, len(name)]) + name
    else:
        address = bytes([BY_NUMBER4 if number.version == 4 else BY_NUMBER6]) + number.packed
    await wire.send(bytes([5, CONNECT, 0]) + address + struct.pack("!H", port))
    version, refusal, _, kind = await wire.receive(4)
    if version != 5 or refusal:
        raise SocksError(_REFUSALS.get(refusal, f"refused ({refusal})"))
    size = {BY_NUMBER4: 4, BY_NUMBER6: 16}.get(kind)
    await wire.receive((size if size is not None else (await wire.receive(1))[0]) + 2)  # where it went out from


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _field(text: str) -> bytes:
    data = text.encode("utf-8")
    if len(data) > MAX_FIELD or b"\0" in data:
        raise SocksError("a name is too long for it")
    return data
