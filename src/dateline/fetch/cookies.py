"""Cookies that servers set, for the one feed whose reader wants them kept (RFC 6265, stricter where it can be).

A cookie goes back to the host that set it, or below the domain that it named and that host is in; what came over TLS is
never sent without. How many, how long and how large is bounded: a jar never grows beyond ``MAX_COOKIES`` and
``MAX_CHARS``, and nothing in it is older than ``LONGEST``. Nothing that a server says raises.
"""

import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from .address import is_home

MAX_COOKIES = 50
MAX_ONE = 4_096
"""Characters of a name with its value (RFC 6265 §6.1)."""
MAX_CHARS = 8_000
"""Characters of all names and values: what fits into a header of a request."""
LONGEST = 400 * 86_400.0
SESSION = 30 * 86_400.0
"""Seconds for what would end with a browser's session."""
RENEWED = 86_400.0
"""Only an end that moves by more seconds than this is worth writing down."""

_UNSAFE = re.compile(r"[^\x21-\x7e\x80-\xff ]")
_AGE = re.compile(r"-?[0-9]{1,12}\Z")


class Cookie(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cookie. ``domain`` may be above the host that set it unless ``only_host``; ``ends_at``: since 1970."""

    name: str
    value: str
    domain: str
    path: str = "/"
    only_host: bool = True
    secure: bool = False
    ends_at: float


class Jar:
    """The cookies of one feed. ``has_changed``: something in it is worth keeping, or gone."""

    def __init__(self, cookies: Iterable[Cookie] = ()) -> None:
        self._cookies = {(one.name, one.domain, one.path): one for one in cookies}
        self.has_changed = False

    def cookies(self) -> tuple[Cookie, ...]:
        """What is in it, the oldest first."""
        return tuple(self._cookies.values())

    def header(self, url: str, now: float, own: str = "") -> str:
        """What ``Cookie`` says to an address: a reader's ``own`` words first, which count before a server's."""
        named = {part.partition("=")[0].strip() for part in own.split(";")}
        fitting = [one for one in self._cookies.values() if one.ends_at > now and _fits(one, url)]
        fitting.sort(key=lambda one: -len(one.path))
        parts = [own] if own else []
        return "; ".join([*parts, *(f"{one.name}={one.value}" for one in fitting if one.name not in named)])

    def take(self, url: str, said: Iterable[str], now: float) -> bool:
        """What an answer's ``Set-Cookie`` fields say. Whether an address asked again would be told something else."""
        before = {key: one.value for key, one in self._cookies.items()}
        for _, text in zip(range(2 * MAX_COOKIES), said, strict=False):
            cookie = _read(text, url, now)
            if cookie is not None:
                self._put(cookie, now)
        self._bound(now)
        return before != {key: one.value for key, one in self._cookies.items()}

    def _put(self, cookie: Cookie, now: float) -> None:
        key = (cookie.name, cookie.domain, cookie.path)
        known = self._cookies.get(key)
        if known is None and cookie.ends_at <= now:
            return
        if known is not None and known.secure and not cookie.secure:
            return  # who stands on the line of plain http changes nothing that came over TLS (RFC 6265bis §5.7)
        if known is not None and cookie.ends_at > now and _is_as_good(known, cookie):
            return
        self._cookies.pop(key, None)
        self.has_changed = True
        if cookie.ends_at > now:
            self._cookies[key] = cookie

    def _bound(self, now: float) -> None:
        """What has ended goes, then the oldest until the rest has room."""
        for key in [key for key, one in self._cookies.items() if one.ends_at <= now]:
            del self._cookies[key]
            self.has_changed = True
        chars = sum(_size(one) for one in self._cookies.values())
        while len(self._cookies) > MAX_COOKIES or chars > MAX_CHARS:
            oldest = next(iter(self._cookies))
            chars -= _size(self._cookies.pop(oldest))
            self.has_changed = True


class HomeJar(Jar):
    """A jar for one way that begins at ``home``: what is in it goes to that origin alone, even where a cookie names a
    wider domain. What servers set elsewhere on the way stays elsewhere.
    """

    def __init__(self, cookies: Iterable[Cookie], home: str) -> None:
        super().__init__(cookies)
        self._home = home
        self._abroad = Jar()

    def header(self, url: str, now: float, own: str = "") -> str:
        """What ``Cookie`` says to an address, at home and elsewhere."""
        return super().header(url, now, own) if is_home(self._home, url) else self._abroad.header(url, now, own)

    def take(self, url: str, said: Iterable[str], now: float) -> bool:
        """What an answer sets, there where it came from."""
        return super().take(url, said, now) if is_home(self._home, url) else self._abroad.take(url, said, now)


def _is_as_good(known: Cookie, again: Cookie) -> bool:
    same = replace(known, ends_at=again.ends_at) == again
    return same and abs(known.ends_at - again.ends_at) <= RENEWED


def _size(cookie: Cookie) -> int:
    return len(cookie.name) + len(cookie.value) + 3


def _fits(cookie: Cookie, url: str) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if cookie.secure and parts.scheme != "https":
        return False
    if host != cookie.domain and (cookie.only_host or not host.endswith(f".{cookie.domain}")):
        return False
    path = parts.path or "/"
    return path == cookie.path or path.startswith(cookie.path.rstrip("/") + "/")


def _read(text: str, url: str, now: float) -> Cookie | None:
    """One ``Set-Cookie`` (RFC 6265 §5.2, §5.3); None for what is no cookie, or none that this host may set."""
    pair, _, rest = text.partition(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not name or not equals or len(name) + len(value) > MAX_ONE or _UNSAFE.search(name + value):
        return None
    said = _attributes(rest)
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    domain = said.get("domain", "").lstrip(".").lower() or host
    if (domain != host and not _may_name(host, domain)) or len(host) > 255:
        return None
    path = said.get("path", "")
    cookie = Cookie(
        name=name,
        value=value,
        domain=domain,
        path=path if path.startswith("/") and len(path) <= 1_000 else _folder(parts.path),
        only_host="domain" not in said or not said["domain"].lstrip(".") or _is_number(host),
        secure="secure" in said or parts.scheme == "https",
        ends_at=_end(said, now),
    )
    return cookie if _keeps_its_promise(cookie, said, parts.scheme) else None


def _attributes(text: str) -> dict[str, str]:
    found = {}
    for part in text[:MAX_ONE].split(";")[:20]:
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip()
    return found


def _may_name(host: str, domain: str) -> bool:
    """Whether a host may speak for a domain: one that it is in, and that is more than ``com``."""
    return host.endswith(f".{domain}") and "." in domain and not _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _folder(path: str) -> str:
    """Where a cookie counts that does not say (RFC 6265 §5.1.4)."""
    folder = path.rpartition("/")[0]
    return folder if folder.startswith("/") and len(folder) <= 1_000 else "/"


def _keeps_its_promise(cookie: Cookie, said: dict[str, str], scheme: str) -> bool:
    """Names with a meaning (RFC 6265bis §4.1.3), and ``Secure`` from who is not."""
    if "secure" in said and scheme != "https":
        return False
    if cookie.name.lower().startswith("__host-"):
        return "secure" in said and cookie.only_host and said.get("path") == "/"
    return not cookie.name.lower().startswith("__secure-") or "secure" in said


def _end(said: dict[str, str], now: float) -> float:
    age = said.get("max-age", "")
    if _AGE.match(age):
        return now + min(float(age), LONGEST)
    try:
        at = parsedate_to_datetime(said.get("expires", "").replace("-", " ")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return now + SESSION
    return min(at, now + LONGEST)
