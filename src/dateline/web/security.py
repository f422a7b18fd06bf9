"""The outer wall, before any page: who really asks, is this host ours, may this POST be sent, what browsers are told.

Pure ASGI, in the order in which ``asgi`` hangs them: ``Proxies`` (client and scheme), ``Headers``, ``Hosts`` (DNS
rebinding), ``Origins`` (CSRF). Sources: Fetch Metadata (W3C), RFC 6454 (Origin), RFC 9110 15.5.20 (421), CSP Level 3.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dateline.settings import Settings, as_address, is_loopback, listen_address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NO_HOST = re.compile(r"[@/\\?#\s]")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Proxies:
    """Believes ``X-Forwarded-For`` and ``-Proto`` of trusted proxies alone, and takes the base path off the path.

    With a base URL on this host, its scheme is what browsers see, whatever the proxy says.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.trusted = settings.trusted_proxies
        self.base_path = settings.base_path
        parts = urlsplit(settings.base_url or "")
        self.base_scheme, self.base_host = parts.scheme, (parts.hostname or "").lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = RequestHeaders(scope=scope)
            scope = {**scope, "root_path": "", "path": self._inner_path(scope["path"])}
            scope["raw_path"] = scope["path"].encode()
            if self.trusted and self._is_trusted((scope.get("client") or ("", 0))[0]):
                self._believe(scope, headers)
            if self.base_host and host_name(headers.get("host", "")) == self.base_host:
                scope["scheme"] = self.base_scheme
        await self.app(scope, receive, send)

    def _inner_path(self, path: str) -> str:
        # Some proxies take the prefix off themselves; both ways arrive at the same page.
        if self.base_path and (path == self.base_path or path.startswith(self.base_path + "/")):
            return path[len(self.base_path) :] or "/"
        return path

    def _is_trusted(self, text: str) -> bool:
        address = as_address(text)
        return address is not None and any(address in network for network in self.trusted)

    def _believe(self, scope: Scope, headers: RequestHeaders) -> None:
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        if scheme in _DEFAULT_PORTS:
            scope["scheme"] = scheme
        # The last address that is not a proxy of ours: what stands before it, anybody may have written.
        for text in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
            address = as_address(text.strip())
            if address is None:
                return
            scope["client"] = (str(address), 0)
            if not self._is_trusted(str(address)):
                return


class Hosts:
    """Refuses a ``Host`` that is not ours (421): a page elsewhere could point its name here and read the answers.

    Ours are the base URL's host, loopback, the name that ``listen`` gives, and, when listening beyond loopback without
    a base URL, any address written in digits: a page can only have come from such an address itself. ``/healthz`` has
    no secrets and is asked by name of container or address; it is let through.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refuse: ASGIApp) -> None:
        self.app = app
        self.refuse = refuse
        listening = listen_address(settings.listen)[0].lower()
        self.names = {(urlsplit(settings.base_url or "").hostname or "").lower(), "localhost"} - {""}
        if as_address(listening) is None:
            self.names.add(listening)
        self.digits_are_ours = settings.base_url is None and not is_loopback(listening)
        self.last_host: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz" or self._is_ours(scope):
            await self.app(scope, receive, send)
        else:
            await self.refuse(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = RequestHeaders(scope=scope).getlist("host")
        if len(hosts) != 1:
            return False
        if hosts[0] == self.last_host:  # as nearly always
            return True
        name = host_name(hosts[0])
        if name not in self.names and not is_loopback(name) and not (self.digits_are_ours and as_address(name)):
            return False
        self.last_host = hosts[0]
        return True


class Origins:
    """Refuses a POST (anything that is not safe) that another site may have made a browser send (403).

    ``Sec-Fetch-Site`` must say ``same-origin``; browsers leave it out on plain http, there ``Origin`` must be ours. A
    request with neither is refused: every browser sends one of them with a form.
    """

    def __init__(self, app: ASGIApp, settings: Settings, refuse: ASGIApp) -> None:
        self.app = app
        self.refuse = refuse
        self.base_origin = origin(settings.base_url) if settings.base_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS or self._is_ours(scope):
            await self.app(scope, receive, send)
        else:
            await self.refuse(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = RequestHeaders(scope=scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        sent = headers.get("origin")
        if sent is None:
            return False
        ours = {self.base_origin, origin(f"{scope['scheme']}://{headers.get('host', '')}")}
        return origin(sent) in ours - {None}


class Headers:
    """Says on every answer what browsers may do with it. An answer's own header wins (icons have a narrower policy)."""

    def __init__(self, app: ASGIApp, frame_sources: Iterable[str]) -> None:
        self.app = app
        self.every = {
            "content-security-policy": content_security_policy(frame_sources),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, no-store",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.every.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, telling)


def content_security_policy(
    frame_sources: Iterable[str], *, media: str = "'self' https: http:", forms_to: str = ""
) -> str:
    """The policy of every page: our own scripts and styles, anybody's pictures and sound (``media`` says whose), frames
    of players alone, forms to ourselves (and, where one says so, to the origin ``forms_to``).
    """
    frames = " ".join(frame_sources) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {media} data:",
            f"media-src {media}",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"frame-src {frames}",
            f"form-action 'self' {forms_to}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def host_name(host: str) -> str:
    """A ``Host`` header → the name or address alone, in lower case; "" when it is not one (RFC 9112 3.2)."""
    if _NO_HOST.search(host):
        return ""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "").lower().rstrip(".") if parts.port != 0 else ""
    except ValueError:  # brackets, or a port that is no number
        return ""


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address or ``Origin`` header; None for ``null`` and what else is not http(s)."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port
