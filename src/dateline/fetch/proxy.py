"""Requests through a proxy: which may be used, and what can be said of their target from here.

Only proxies that the administrator lists (``DATELINE_PROXIES``), for a proxy sees other networks than the guard: the
target's name is looked up behind it (but for SOCKS 4 and 5, see ``socks``). What can be told without a name server is
still refused: numbers inside our own networks, and the names of this machine. (RFC 9110 §9.3.6.)
"""

import ssl
from typing import Any, TypedDict
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from .guard import ForbiddenAddressError, Guard
from .transport import proxy_address


class RequestOptions(TypedDict, total=False):
    """What a request of aiohttp may be told beside its method, address, headers and body."""

    allow_redirects: bool
    timeout: aiohttp.ClientTimeout
    ssl: ssl.SSLContext | bool
    proxy: URL
    proxy_headers: dict[str, str]
    middlewares: tuple[aiohttp.ClientMiddlewareType, ...]


def through(wanted: str, allowed: tuple[str, ...], url: str, guard: Guard, options: RequestOptions) -> URL | None:
    """Add to ``options`` what leads a request for ``url`` through the proxy that somebody chose.

    What is a matter of the connection is returned: the address, with its password, of a SOCKS proxy, or of one that is
    reached over TLS. Raises ``FetchError`` (``fetch.proxy``), ``ForbiddenAddressError``.
    """
    address = URL(proxy_address(wanted, allowed))
    if address.scheme not in ("socks4", "socks5"):  # these are told numbers, and the guard sees each of them
        _check_name(url, guard)
    if address.scheme not in ("http", "https"):
        return address
    options["proxy"] = address.with_user(None)
    if address.user:
        login = aiohttp.encode_basic_auth(address.user, address.password or "", "utf-8")
        options["proxy_headers"] = {"Authorization": login}  # aiohttp makes Proxy-Authorization of it
    return address if address.scheme == "https" else None


def connector(address: URL, *, guard: Guard, **connecting: Any) -> aiohttp.TCPConnector:
    """What connects by way of the address that ``through`` returned; ``connecting`` is what all connectors are told."""
    # few feeds need them
    if address.scheme == "https":
        from .secure_proxy import SecureProxyConnector

        return SecureProxyConnector(**connecting)
    from .socks import SocksConnector

    return SocksConnector(address, guard=guard, **connecting)


def _check_name(url: str, guard: Guard) -> None:
    host = (urlsplit(url).hostname or "").rstrip(".")
    is_number = ":" in host or host.rpartition(".")[2].isdigit()
    is_here = host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host
    if guard.allows(host) is False and (is_number or is_here):
        raise ForbiddenAddressError
