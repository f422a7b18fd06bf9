"""How a subscription is fetched otherwise than all, as an outline says it: FreshRSS's cURL options, ours, both ways.

FreshRSS writes ``frss:CURLOPT_…`` (https://freshrss.github.io/FreshRSS/en/developers/OPML.html) with libcurl's numbers
(https://curl.se/libcurl/c/CURLOPT_PROXYTYPE.html); Miniflux a few attributes of its own. Ours is one attribute,
``dateline:transport``, JSON that holds all of it to the byte; it counts before the others' words. Pure: whether
something can be sent as it stands is for ``fetch.transport`` to say (``refresh/carrying.py``).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

OURS = "dateline:transport"
BODY = "frss:CURLOPT_POSTFIELDS"
AS_THEY_ARE = frozenset({OURS, BODY})
"""Attributes whose blanks count and that may be long."""
MAX_LONG = 2_000_000
"""Characters of such an attribute: what may be posted and an authority, each character escaped."""
FORM = "application/x-www-form-urlencoded"
MAX_REDIRECTS = 10
MAX_PROXY = 300

_PROXY_SCHEMES = {"0": "http", "1": "http", "2": "https", "4": "socks4", "5": "socks5", "6": "socks4a", "7": "socks5h"}
_PROXY_NUMBERS = {scheme: number for number, scheme in _PROXY_SCHEMES.items() if number != "1"}
_NO_PROXY = frozenset({"-1", "3"})
_PROXY = re.compile(r"(?:([a-z0-9]+)://)?(?:[^@/?#\s]*@)?(\[[0-9a-f:.]+\]|[^@:/?#\s\[\]]+)(?::(\d{1,5}))?/?\Z", re.I)
COOKIE_FILE = "CURLOPT_COOKIEFILE"
_CURL_PORT = "1080"
_TRUE = frozenset({"1", "t", "true", "yes"})
_IGNORED = frozenset({"CURLOPT_IPRESOLVE", "CURLOPT_PROXYTYPE", "CURLOPT_POST", "CURLOPT_FOLLOWLOCATION"})
"""Of no consequence, or read together with another."""
_MINIFLUX = frozenset({"miniflux:userAgent", "miniflux:proxyUrl", "miniflux:allowSelfSignedCertificates"})
WORDS = {
    "user_agent": "frss:CURLOPT_USERAGENT",
    "headers": "frss:CURLOPT_HTTPHEADER",
    "cookies": "frss:CURLOPT_COOKIE",
    "body": BODY,
    "body_type": "frss:CURLOPT_HTTPHEADER (Content-Type)",
    "proxy": "frss:CURLOPT_PROXY",
    "max_redirects": "frss:CURLOPT_MAXREDIRS",
    "timeout": "frss:CURLOPT_TIMEOUT",
    "login": "frss:CURLOPT_USERPWD",
}
"""What a field is called in a file, for reports."""


class OpmlTransport(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How one feed is asked, as a file says it: the fields of ``fetch.transport.Transport``, and the login.

    ``login`` is ``user:password``. ``withheld`` names the secrets that there are and that the file does not hold.
    """

    user_agent: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: str = ""
    keep_cookies: bool = False
    login: str = ""
    login_by: Literal["basic", "digest"] = "basic"
    method: Literal["GET", "POST"] = "GET"
    body: str = ""
    body_type: str = FORM
    proxy: str = ""
    timeout: float | None = None
    max_redirects: int | None = None
    tls: Literal["strict", "any"] = "strict"
    authority: str = ""
    withheld: tuple[str, ...] = ()


_ours = msgspec.json.Decoder(OpmlTransport)


def is_proxy(text: str) -> bool:
    """Whether this has the form of a proxy's address: ``scheme://host:port``, without a password."""
    found = _PROXY.match(text) if len(text) <= MAX_PROXY and "@" not in text else None
    return found is not None and found[1] in _PROXY_NUMBERS and found[3] is not None


def is_transport(name: str) -> bool:
    """Whether an attribute is read here."""
    return name.startswith("frss:CURLOPT_") or name in _MINIFLUX


def transport_of(said: Mapping[str, str]) -> tuple[OpmlTransport | None, tuple[str, ...]]:
    """(how an outline says that its feed is asked, None for as all are; the attributes that cannot be taken over)."""
    left_out: list[str] = []
    if said.get(OURS):
        try:
            return _or_none(_ours.decode(said[OURS])), ()
        except (msgspec.MsgspecError, UnicodeError):
            left_out.append(OURS)
    options = {name[5:]: value for name, value in said.items() if name.startswith("frss:CURLOPT_")}
    read = _Options(options)
    found = _with_miniflux(read.transport(), said)
    return _or_none(found), (*left_out, *read.left_out)


def transport_attributes(transport: OpmlTransport) -> dict[str, str]:
    """The attributes of an outline: FreshRSS's for what it has a word for, and ours for all of it."""
    theirs = {f"frss:{name}": value for name, value in _in_their_words(transport) if value}
    theirs |= {f"frss:{COOKIE_FILE}": ""} if transport.keep_cookies else {}
    ours = json.dumps(msgspec.to_builtins(transport))  # every character that XML cannot hold is escaped in it
    return {**theirs, OURS: ours}


def _or_none(transport: OpmlTransport) -> OpmlTransport | None:
    return None if transport == OpmlTransport() else transport


class _Options:
    """FreshRSS's options of one outline. ``left_out`` names those that say something that cannot be done here."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = options
        self.left_out: list[str] = []

    def transport(self) -> OpmlTransport:
        """All of it, with what stands in headers at its own place."""
        headers, apart = self._headers()
        is_post = self._options.get("CURLOPT_POST", "").strip().lower() in _TRUE
        self._name_the_rest()
        return OpmlTransport(
            user_agent=self._text("CURLOPT_USERAGENT") or apart.get("user-agent", ""),
            headers=headers,
            cookies=self._text("CURLOPT_COOKIE") or apart.get("cookie", ""),
            keep_cookies=self._keeps_cookies(),
            login=self._options.get("CURLOPT_USERPWD", ""),
            method="POST" if is_post else "GET",
            body=self._options.get("CURLOPT_POSTFIELDS", "") if is_post else "",
            body_type=(apart.get("content-type") or FORM) if is_post else FORM,
            proxy=self._proxy(),
            timeout=self._number("CURLOPT_TIMEOUT"),
            max_redirects=self._max_redirects(),
            tls="any" if self._text("CURLOPT_SSL_VERIFYPEER").lower() in {"0", "false"} else "strict",
        )

    def _text(self, name: str) -> str:
        return self._options.get(name, "").strip()

    def _headers(self) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
        """(headers as they are; by lower-case name those that have a place of their own)."""
        headers, apart = [], {}
        for line in self._options.get("CURLOPT_HTTPHEADER", "").splitlines():
            name, colon, value = (part.strip() for part in line.partition(":"))
            if name.lower() in {"content-type", "cookie", "user-agent"}:
                apart[name.lower()] = value
            elif name and colon and value:
                headers.append((name, value))
            elif line.strip():
                self.left_out.append(f"frss:CURLOPT_HTTPHEADER ({name[:40]})")
        return tuple(headers), apart

    def _keeps_cookies(self) -> bool:
        """An empty name of a file of cookies means: accept the server's. A file of another machine's is not read."""
        return self._options.get(COOKIE_FILE, "0").strip().lower() in {"", *_TRUE}

    def _proxy(self) -> str:
        """The proxy without its password, which is the administrator's: one of theirs is chosen by its address."""
        value, kind = self._text("CURLOPT_PROXY"), self._text("CURLOPT_PROXYTYPE")
        if not value or kind in _NO_PROXY:
            return ""
        found = _PROXY.match(value)
        scheme = (found[1] or _PROXY_SCHEMES.get(kind or "0", "")).lower() if found else ""
        if found is None or scheme not in _PROXY_NUMBERS:
            self.left_out.append("frss:CURLOPT_PROXY")
            return ""
        return f"{scheme}://{found[2]}:{found[3] or _CURL_PORT}"

    def _max_redirects(self) -> int | None:
        if self._text("CURLOPT_FOLLOWLOCATION").lower() in {"0", "false"}:
            return 0
        number = self._number("CURLOPT_MAXREDIRS")
        return None if number is None or not 0 <= number < MAX_REDIRECTS else int(number)  # -1: without limit

    def _number(self, name: str) -> float | None:
        text = self._text(name)
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return float(text)
        if text:
            self.left_out.append(f"frss:{name}")
        return None

    def _name_the_rest(self) -> None:
        known = {*_IGNORED, *(word[5:] for word in WORDS.values()), "CURLOPT_SSL_VERIFYPEER"}
        for name, value in self._options.items():
            is_read = name in known or (name == COOKIE_FILE and value.strip().lower() in _TRUE | {"0", "false"})
            if value.strip() and not is_read:
                self.left_out.append(f"frss:{name}"[:80])


def _with_miniflux(transport: OpmlTransport, said: Mapping[str, str]) -> OpmlTransport:
    proxy = _PROXY.match(said.get("miniflux:proxyUrl", ""))
    is_unchecked = said.get("miniflux:allowSelfSignedCertificates", "").strip().lower() in _TRUE
    return replace(
        transport,
        user_agent=transport.user_agent or said.get("miniflux:userAgent", ""),
        proxy=transport.proxy or (f"{(proxy[1] or 'http').lower()}://{proxy[2]}:{proxy[3] or '80'}" if proxy else ""),
        tls="any" if is_unchecked else transport.tls,
    )


def _in_their_words(transport: OpmlTransport) -> Iterator[tuple[str, str]]:
    """FreshRSS's options; what is posted goes with the method, for without it the method says the wrong thing."""
    lines = [f"{name}: {value}" for name, value in transport.headers]
    yield "CURLOPT_USERAGENT", transport.user_agent
    yield "CURLOPT_COOKIE", transport.cookies
    if transport.method == "POST" and "body" not in transport.withheld:
        yield "CURLOPT_POST", "true"
        yield "CURLOPT_POSTFIELDS", transport.body
        if transport.body_type != FORM:
            lines.append(f"Content-Type: {transport.body_type}")
    yield "CURLOPT_HTTPHEADER", "\n".join(lines)
    if transport.max_redirects is not None:
        yield "CURLOPT_MAXREDIRS", str(transport.max_redirects)
    scheme, _, address = transport.proxy.partition("://")
    if scheme in _PROXY_NUMBERS:
        yield "CURLOPT_PROXY", address
        yield "CURLOPT_PROXYTYPE", _PROXY_NUMBERS[scheme]
