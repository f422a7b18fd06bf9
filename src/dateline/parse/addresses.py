"""Addresses in a feed → absolute http(s) addresses, and the relative ones in its HTML made absolute.

Nothing is normalised beyond what a browser does before it asks (blanks around and line breaks inside are dropped,
inner blanks escaped): an address is also an identity.
"""

import re
from urllib.parse import urljoin, urlsplit

from .limits import MAX_BASE_URL, MAX_URL

_ABSOLUTE = re.compile(r"https?://[^\s/?#\\]", re.IGNORECASE)
# Nearly every address: nothing in it to drop, to escape, to resolve or to stumble over.
_PLAIN = re.compile(r"https?://[!$-.0-;=A-Z_a-z~][!#-;=?-Z_a-z~]*")
# Nearly every relative one: below the host, without dots to walk, and a base whose host is plain.
_ROOTED = re.compile(r"(?:/(?!/|\.\.?(?:/|\Z))[A-Za-z0-9_~%@:.-]*)+")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?=[/?#]|\Z)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:/|$))")
# What browsers forgive (WHATWG URL, "special authority ignore slashes"), and a host that lacks its scheme.
_SLOPPY = re.compile(r"(https?:)[/\\]+(?=[^/\\\s?#]{0,200}\.)", re.IGNORECASE)
_HOST_ALONE = re.compile(r"www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#]|\Z)", re.IGNORECASE)
_DROPPED = re.compile(r"[\t\n\r\0-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_UNSAFE = re.compile(r"[ \"<>]")
_URL_ATTRIBUTE = re.compile(
    r"""(<[a-zA-Z][^<>]{0,2000}?\s(?:href|src|poster|cite|longdesc|background|action|data|lowsrc)=(["']))"""
    r"""(?!\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|\#|\2))([^"'<>]{1,2000}?)(?=\2)""",
    re.IGNORECASE,
)

# Anchored on "=", so that HTML without relative addresses (nearly all) is passed over at once: what stands before it is
# asked first, the cheapest first.
_HINT = re.compile(
    r"""=["'](?<=[acdefnr]=.)(?<=(?:href=|.src=|data=|cite=|ster=|tion=|ound=|desc=|wsrc=).)"""
    r"""(?!\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|\#|["']))""",
    re.IGNORECASE | re.DOTALL,
)


def absolute(address: str | None, base: str | None) -> str | None:
    """``address`` relative to ``base`` as an absolute http(s) address; None when it cannot be one."""
    if not address:
        return None
    if _PLAIN.fullmatch(address) and len(address) <= MAX_URL:
        return address
    if base is not None and _ROOTED.fullmatch(address) and (origin := _ORIGIN.match(base)) is not None:
        return origin[0] + address if len(origin[0]) + len(address) <= MAX_URL else None
    cleaned = _DROPPED.sub("", address).strip()
    if cleaned[:1] == "<" and cleaned[-1:] == ">":
        cleaned = cleaned[1:-1].strip()
    if not cleaned or len(cleaned) > MAX_URL:
        return None
    cleaned = _UNSAFE.sub(_percent, cleaned)
    whole = _with_host(cleaned, base)
    if whole is not None:
        return _http(whole)
    return None if base is None or _SCHEME.match(cleaned) else join(base, cleaned)


def _with_host(address: str, base: str | None) -> str | None:
    """An address that names a host, with its scheme; None for any other."""
    if _ABSOLUTE.match(address):
        return address
    if address.startswith("//"):
        return ("http:" if base is not None and base.startswith("http:") else "https:") + address
    if (sloppy := _SLOPPY.match(address)) is not None:
        return f"{sloppy[1]}//{address[sloppy.end() :]}"
    return "http://" + address if _HOST_ALONE.match(address) else None


def join(base: str, reference: str) -> str | None:
    """RFC 3986 resolution that gives None instead of an exception or of something that is not http(s)."""
    try:
        return _http(urljoin(base, reference))
    except ValueError:
        return None


def base_address(address: str | None, outer: str | None) -> str | None:
    """A new base inside an outer one; the outer one stays when the new one is no http(s) address (or a monster)."""
    if address is None:
        return outer
    if len(address) > MAX_BASE_URL:
        address = address.partition("?")[0]  # relative addresses drop it anyway
    inner = absolute(address, outer)
    return inner if inner is not None and len(inner) <= MAX_BASE_URL else outer


def absolute_links(html: str, base: str | None) -> str:
    """HTML with its relative links and pictures made absolute; fragments (``#note``) stay as they are."""
    if base is None or "<" not in html or not _HINT.search(html):
        return html

    def resolved(found: re.Match[str]) -> str:
        reference = found[3].strip().replace("&amp;", "&")
        address = absolute(reference, base)
        return found[0] if address is None else found[1] + address.replace("&", "&amp;").replace("'", "%27")

    # At most one in sixty characters, so that a long base cannot blow a document up; ``clean`` does the rest.
    return _URL_ATTRIBUTE.sub(resolved, html, count=5 + len(html) // 60)


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def _http(address: str) -> str | None:
    """The address, if it is one that can be taken apart."""
    if not _ABSOLUTE.match(address) or len(address) > MAX_URL:
        return None
    if "[" in address or "]" in address or not address.isascii():  # nothing else can make urlsplit fail
        try:
            urlsplit(address)
        except ValueError:
            return None
    return address
