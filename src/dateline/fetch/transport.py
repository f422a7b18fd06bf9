"""How one feed is asked, where its reader wants it otherwise than all: a frozen value, checked before it is stored.

What may be secret (headers, cookies, what is posted, the login) goes to the origin that it was given for and to no
other, whatever a redirect says; ``public`` is what is left for those. Names that would change where a request ends or
whom it is for (``Host``, ``Content-Length``, hop-by-hop fields, RFC 9110 §7.6.1) are refused, and so is everything
that the client answers for itself: codings and conditions.
"""

import re
import ssl
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import FetchError

from .redirects import MAX_REDIRECTS

FORM = "application/x-www-form-urlencoded"
SHORTEST, LONGEST = 1.0, 120.0
"""Seconds that a request may be given; a worker's lease on a feed outlasts the longest."""
MAX_HEADERS = 30
MAX_TEXT = 8_000
MAX_BODY = 100_000

Method = Literal["GET", "POST"]
Login = Literal["basic", "digest"]
Tls = Literal["strict", "any"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(?:; ?charset=[\w-]{1,30})?\Z")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_OURS = frozenset(
    {"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "host"}
    | {"http2-settings", "keep-alive", "range", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"}
)
_OUR_FAMILIES = ("if-", "proxy-", "sec-", ":")


class Transport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a feed is asked. What is left alone is as for all feeds.

    ``login_by`` is how the address's user information is given; ``proxy`` one of the settings' proxies (``scheme://host:
    port``); ``keep_cookies``: what servers set on the way goes back to them (``cookies.Jar``), and only to them;
    ``authority`` certificates (PEM) that are trusted beside the system's, for this origin alone, as is ``tls``
    "any", which trusts everybody there.
    """

    user_agent: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: str = ""
    keep_cookies: bool = False
    login_by: Login = "basic"
    method: Method = "GET"
    body: str = ""
    body_type: str = FORM
    proxy: str = ""
    timeout: float | None = None
    max_redirects: int | None = None
    tls: Tls = "strict"
    authority: str = ""

    @property
    def has_secrets(self) -> bool:
        """Whether it may open what is not open to all."""
        return bool(self.headers or self.cookies or self.body or self.method == "POST")

    def public(self) -> "Transport":
        """What another origin than the one that it was made for gets to see of it."""
        return replace(
            self,
            headers=(),
            cookies="",
            login_by="basic",
            method="GET",
            body="",
            body_type=FORM,
            tls="strict",
            authority="",
        )

    def for_pages(self) -> "Transport":
        """What a page of the origin that it was made for is asked with: nothing is posted, and it is no feed."""
        fitting = tuple(header for header in self.headers if header[0].lower() != "accept")
        return replace(self, headers=fitting, method="GET", body="", body_type=FORM)


PLAIN = Transport()
"""As all feeds are asked."""


def check(transport: Transport, *, has_login: bool) -> None:
    """Raise ``FetchError`` ``fetch.bad_transport``, with the field's name as its detail, for what cannot be sent."""
    for field, is_fine in (
        ("user_agent", _is_line(transport.user_agent, 500)),
        ("headers", _are_headers(transport.headers, has_login=has_login)),
        ("cookies", _is_line(transport.cookies, MAX_TEXT)),
        ("body", len(transport.body) <= MAX_BODY and (not transport.body or transport.method == "POST")),
        ("body_type", _TYPE.match(transport.body_type) is not None),
        ("timeout", transport.timeout is None or SHORTEST <= transport.timeout <= LONGEST),
        ("max_redirects", transport.max_redirects is None or 0 <= transport.max_redirects <= MAX_REDIRECTS),
        ("authority", not transport.authority or _is_authority(transport.authority)),
    ):
        if not is_fine:
            raise FetchError("fetch.bad_transport", field)


def proxy_address(wanted: str, allowed: tuple[str, ...]) -> str:
    """The administrator's address of a proxy (with its password) for the one that somebody chose.

    Raises ``FetchError`` ``fetch.proxy`` when it is none of the settings'.
    """
    found = next((address for address in allowed if proxy_name(address) == wanted), None)
    if found is None:
        raise FetchError("fetch.proxy", f"{wanted} is not a proxy that the administrator allows")
    return found


def proxy_name(address: str) -> str:
    """A proxy's address as people see and choose it: without its password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@lru_cache(maxsize=64)
def trusting(authority: str) -> ssl.SSLContext:
    """A context that trusts the system's authorities and these. Raises ``ssl.SSLError``, ``ValueError``."""
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=authority)
    return context


def _is_line(text: str, longest: int) -> bool:
    return len(text) <= longest and text == text.strip() and not _UNSAFE.search(text)


def _are_headers(headers: tuple[tuple[str, str], ...], *, has_login: bool) -> bool:
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_TEXT:
        return False
    return all(is_header(name, value, has_login=has_login) for name, value in headers)


def is_header(name: str, value: str, *, has_login: bool) -> bool:
    """Whether a header may be sent beside ours."""
    lower = name.lower()
    if not _NAME.match(name) or lower in _OURS or lower.startswith(_OUR_FAMILIES):
        return False
    return bool(value) and _is_line(value, MAX_TEXT) and not (has_login and lower == "authorization")


def _is_authority(pem: str) -> bool:
    try:
        return len(pem) <= MAX_BODY and pem.isascii() and bool(trusting(pem))
    except (ssl.SSLError, ValueError):
        return False
