"""Addresses: what people paste and servers redirect to → one absolute, plain http(s) URL.

The rules are those of browsers (WHATWG URL standard), as far as feeds need them: blanks around it go, backslashes are
slashes, hosts are lower case and ASCII (IDNA), the number forms of IPv4 (``0x7f.1``, ``2130706433``) become dotted,
unsafe characters are percent-encoded, and what is encoded already stays as it is, for servers compare bytes. Fragments
never travel. Nothing here decides where Dateline may connect: that is the guard's, who sees the numbers themselves.
"""

import re
import socket
from base64 import b64decode, b64encode
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address, ip_address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from yarl import URL

from dateline.errors import FetchError

MAX_LENGTH = 8_192
"""Characters of an address; what is longer is no address that a server would take."""

PLATFORMS = frozenset(
    {"blogspot.com", "bandcamp.com", "dreamwidth.org", "ghost.io", "hatenablog.com", "itch.io", "livejournal.com"}
    | {"medium.com", "over-blog.com", "substack.com", "tumblr.com", "typepad.com", "wordpress.com"}
)
"""Domains under which everybody has a name, and one company a limit: too much of one is too much of all."""

DEFAULT_PORTS = {"http": 80, "https": 443}

_BLANKS_AND_CONTROLS = "".join(map(chr, range(0x21)))
_LINE_BREAKS = str.maketrans("", "", "\t\r\n")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^\s/?#@:]+:\d{1,5}(?:[/?#]|$)")
_NUMBER_LABEL = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_HOST = re.compile(r"(?=.{1,253}\.?\Z)(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?\Z")
_PATH_SAFE = "%/:@!$&'()*+,;=~|[]"
_QUERY_SAFE = "%/:@!$&()*+,;=~|[]?`{}^\\"


def absolute_http_url(text: str) -> str:
    """Make of what somebody pasted (``example.org/feed``, ``feed://…``, ``feed:https://…``) an absolute http(s) URL.

    Without a scheme it is https, but http for names and numbers of the home network (``localhost:8080``,
    ``192.168.1.2/feed``). User information stays, the fragment goes. Raises ``FetchError`` ``fetch.bad_url``.
    """
    cleaned = _clean(text)
    if cleaned[:5].lower() == "feed:":
        cleaned = cleaned[5:]
        if cleaned.startswith("//"):
            cleaned = f"http:{cleaned}"
    if _SCHEME.match(cleaned) and not _HOST_AND_PORT.match(cleaned):
        return _normal(cleaned)
    https = _normal(f"https://{cleaned.removeprefix('//')}")
    return _normal(f"http://{cleaned.removeprefix('//')}") if _is_at_home(urlsplit(https).hostname or "") else https


def resolve(base: str, reference: str) -> str:
    """Make a reference (``Location``, ``Link``) absolute against ``base``. Raises ``FetchError`` ``fetch.bad_url``.

    ``reference`` may hold the bytes of a header as aiohttp gives them (UTF-8 with surrogate escapes): they are
    percent-encoded as they were.
    """
    cleaned = _clean(reference)
    try:
        return _normal(urljoin(base, cleaned))
    except ValueError as error:
        raise FetchError("fetch.bad_url", _shown(reference)) from error


def without_credentials(url: str) -> tuple[str, str | None]:
    """Split an absolute URL into itself without user information, and the ``Authorization`` that this gives, or None.

    RFC 7617 with UTF-8; percent-encoding is undone.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    secret = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "surrogatepass")
    authorization = f"Basic {b64encode(secret).decode('ascii')}" if userinfo.strip(":") else None
    return urlunsplit(parts._replace(netloc=host)), authorization


def with_credentials(url: str, credentials: str) -> str:
    """An absolute URL with ``user:password`` in it; the opposite of ``without_credentials``."""
    user, _, password = credentials.partition(":")
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"))


def login_in(authorization: str) -> tuple[str, str]:
    """The user name and the password in what ``without_credentials`` gave."""
    user, _, password = b64decode(authorization.removeprefix("Basic ")).decode("utf-8", "surrogatepass").partition(":")
    return user, password


@lru_cache(maxsize=512)  # one request asks some eight times, and a fourteenth of its time went there
def origin(url: str) -> tuple[str, str, int]:
    """The (scheme, host, port) of an absolute URL (RFC 6454)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def is_home(given: str, url: str) -> bool:
    """Whether what was given for one address may go to another: its origin, or that host's move from http to https.

    Nothing wider, such as a domain that both are below: of how many parts a name is one owner's, no name says, and who
    has ``evil.example.org`` may put links to it into the feed of ``www.example.org``.
    """
    home, here = origin(given), origin(url)
    is_upgrade = home[::2] == ("http", 80) and here[::2] == ("https", 443) and here[1] == home[1]
    return here == home or is_upgrade


def host_key(url: str) -> str:
    """The name under which a host is spared: what ``Gate.turn`` is asked with.

    The lower-case host name without a final dot, whatever the port: one machine. Numbers and names of the home network
    (private and loopback literals, ``localhost``) get their port added (``127.0.0.1:8080``), for there
    each port is a program of its own, and one that is overloaded says nothing about the others. All names of a platform
    (``anna.tumblr.com``) are one machine too.
    """
    _, host, port = origin(url)
    host = host.rstrip(".")
    if not _is_at_home(host):
        domain = ".".join(host.split(".")[-2:])
        return domain if domain in PLATFORMS else host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=4_096)
def _is_at_home(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _clean(text: str) -> str:
    cleaned = text.strip(_BLANKS_AND_CONTROLS + "\u00a0\ufeff").translate(_LINE_BREAKS)
    if not cleaned or len(cleaned) > MAX_LENGTH:
        raise FetchError("fetch.bad_url", _shown(text))
    before, question, query = cleaned.partition("?")
    return before.replace("\\", "/") + question + query


def _normal(text: str) -> str:
    try:
        parts = urlsplit(text)
        if parts.scheme not in DEFAULT_PORTS:
            raise ValueError("not http or https")
        netloc = _netloc(parts)
        path = quote(parts.path or "/", _PATH_SAFE, "utf-8", "surrogateescape")
        query = quote(parts.query, _QUERY_SAFE, "utf-8", "surrogateescape")
    except ValueError as error:
        raise FetchError("fetch.bad_url", f"{_shown(text)}: {error}") from error
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _netloc(parts: SplitResult) -> str:
    host = _host(parts.hostname or "", in_brackets="]" in parts.netloc.rpartition("@")[2])
    if parts.port == 0:
        raise ValueError("nobody listens on port 0")
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    userinfo, at, _ = parts.netloc.rpartition("@")
    return f"{quote(userinfo, '%:!$&()*+,;=~', 'utf-8', 'surrogateescape')}{at}{host}{port}"


def _host(text: str, *, in_brackets: bool) -> str:
    """Lower-case ASCII host, IPv6 in brackets; raises ``ValueError``."""
    if in_brackets:
        return f"[{_ipv6(text)}]"
    host = unquote(text, errors="strict").lower()
    if not host.isascii():
        host = URL.build(scheme="http", host=host).raw_host or ""
    if not _HOST.match(host):
        raise ValueError("the host is missing or malformed")
    if _NUMBER_LABEL.match(host.rstrip(".").rpartition(".")[2]):
        return _ipv4(host.rstrip("."))
    return host


def _ipv4(text: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(text))
    except OSError as error:
        raise ValueError("a host of numbers that is no IPv4 address") from error


def _ipv6(text: str) -> IPv6Address:
    try:
        address = IPv6Address(text)
    except AddressValueError as error:
        raise ValueError("malformed IPv6 address") from error
    if address.scope_id is not None:
        raise ValueError("a zone id has no meaning in an address on the web")
    return address


def _shown(text: str) -> str:
    """The text for an error's detail: short, printable, and without a password."""
    shown = text[:200].encode("utf-8", "replace").decode("utf-8")
    return repr(re.sub(r"//[^/?#@]*@", "//…@", shown))
