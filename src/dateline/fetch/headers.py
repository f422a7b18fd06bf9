"""What the headers of an answer say, as plain values; and the headers of a request.

Every value here comes from a stranger: numbers are clamped, texts cut, and what cannot be read counts as not said.
(RFC 9110 §5.6.7, §8.8, §10.2.3; RFC 9111 §4.2, §5.2; RFC 8288.)
"""

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

from multidict import CIMultiDict, CIMultiDictProxy

from dateline.errors import FetchError
from dateline.model import Validators

from .address import resolve

Headers = CIMultiDictProxy[str]
"""Header values as aiohttp gives them: UTF-8, with surrogate escapes for other bytes."""

Accept = Literal["feed", "page", "icon", "opml", "chapters"]

LONGEST_SECONDS = 30 * 86_400.0
"""No answer can silence us for longer than thirty days."""

ACCEPT: dict[Accept, str] = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1",
    "icon": "image/svg+xml, image/png, image/webp, image/x-icon, image/*;q=0.8, */*;q=0.1",
    "chapters": "application/json+chapters, application/json;q=0.9, */*;q=0.1",
    "opml": "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
}
ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_MAX_VALIDATOR = 4_096
_MAX_TEXT = 500
_MAX_LINKS = 32
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_SECONDS = re.compile(r"([+-]?)0*([0-9]+)(?:\.[0-9]*)?\Z")
_DIRECTIVE = re.compile(r"([!#$%&'*+.^_`|~\w-]+)(?:=(\"[^\"]*\"|[^\s,]*))?")
_LINK_TARGET = re.compile(r"<([^>]*)>")
_LINK_PARAMETER = re.compile(r"[ \t]*;[ \t]*([\w!#$&+.^`|~*-]*)(?:[ \t]*=[ \t]*(\"[^\"]*\"|[^\s;,\"]*))?")


def request_headers(
    *,
    user_agent: str,
    accept: Accept,
    validators: Validators,
    authorization: str | None,
) -> CIMultiDict[str]:
    """The headers of one request: no cookies, no referrer, nothing that a server did not give or need not know."""
    headers: CIMultiDict[str] = CIMultiDict()
    headers["User-Agent"] = user_agent
    headers["Accept"] = ACCEPT[accept]
    headers["Accept-Encoding"] = ACCEPT_ENCODING
    if validators.etag is not None:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        headers["If-Modified-Since"] = validators.last_modified
    if authorization is not None:
        headers["Authorization"] = authorization
    return headers


def user_agent(version: str, url: str, subscribers: int) -> str:
    """``Dateline/V (+URL; N subscribers)``; without the count when nobody has subscribed yet."""
    if subscribers <= 0:
        return f"Dateline/{version} (+{url})"
    return f"Dateline/{version} (+{url}; {subscribers} subscriber{'s' if subscribers > 1 else ''})"


def validators(headers: Headers) -> Validators:
    """``ETag`` and ``Last-Modified`` as they came, byte for byte; what could not be sent back so is dropped."""
    return sendable(Validators(etag=headers.get("ETag"), last_modified=headers.get("Last-Modified")))


def sendable(given: Validators) -> Validators:
    """Validators without those that cannot stand in a header (control characters, not UTF-8, empty, far too long)."""
    return Validators(etag=_sendable(given.etag), last_modified=_sendable(given.last_modified))


def _sendable(text: str | None) -> str | None:
    return None if not text or len(text) > _MAX_VALIDATOR or _UNSAFE.search(text) else text


def renewed(sent: Validators, headers: Headers) -> Validators:
    """The validators after a 304: those that it carries, else those that were sent (RFC 9111 §4.3.4)."""
    fresh = validators(headers)
    return Validators(etag=fresh.etag or sent.etag, last_modified=fresh.last_modified or sent.last_modified)


def retry_after(headers: Headers, now: float) -> float | None:
    """Seconds that the server asks to wait (0 to 30 days), from a number or a date; None when it does not say.

    A date is taken relative to the answer's own ``Date`` where there is one, so that a wrong clock does no harm;
    ``now`` (seconds since 1970) is the fallback.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = _seconds(text)
    if seconds is None:
        until = http_date(text)
        seconds = None if until is None else until - _sent_at(headers, now)
    return None if seconds is None else _clamp(seconds)


def fresh_seconds(headers: Headers, now: float) -> float | None:
    """How long the answer says it stays fresh: ``max-age`` less ``Age``, else ``Expires`` less ``Date``; 0 to 30 days.

    ``no-cache`` and ``no-store`` say 0, as does an ``Expires`` that is no date. None when nothing is said.
    """
    directives = _cache_control(headers)
    if "no-cache" in directives or "no-store" in directives:
        return 0.0
    if "max-age" in directives:
        age = _seconds(headers.get("Age", "").strip()) or 0.0
        return _clamp((_seconds(directives["max-age"]) or 0.0) - max(age, 0.0))
    if "Expires" not in headers:
        return None
    until = http_date(headers["Expires"])
    return 0.0 if until is None else _clamp(until - _sent_at(headers, now))


def links(headers: Headers, base_url: str) -> tuple[tuple[str, str], ...]:
    """The (relation, absolute URL) pairs of the ``Link`` headers, in order, each once; at most 32."""
    found: dict[tuple[str, str], None] = {}
    for relation, reference in _links(", ".join(headers.getall("Link", ()))):
        try:
            found[relation, resolve(base_url, reference)] = None
        except FetchError:
            continue
        if len(found) >= _MAX_LINKS:
            break
    return tuple(found)


def text(headers: Headers, name: str) -> str | None:
    """One header as clean, short text, or None."""
    value = headers.get(name)
    return _UNSAFE.sub("", value).strip()[:_MAX_TEXT] or None if value else None


def location(headers: Headers, name: str, base_url: str) -> str | None:
    """One header as an absolute URL, or None when it is missing or none."""
    try:
        return resolve(base_url, headers[name]) if name in headers else None
    except FetchError:
        return None


def http_date(text: str) -> float | None:
    """Seconds since 1970 of an HTTP date, in any of its three forms; None when it is none (``0``, ``-1``, …)."""
    try:
        moment = parsedate_to_datetime(text[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _sent_at(headers: Headers, now: float) -> float:
    date = http_date(headers.get("Date", ""))
    return now if date is None else date


def _seconds(text: str) -> float | None:
    match = _SECONDS.match(text)
    if not match:
        return None
    number = float(match[2][:15])  # 15 digits are beyond every clamp, and keep the conversion cheap
    return -number if match[1] == "-" else number


def _clamp(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _cache_control(headers: Headers) -> dict[str, str]:
    directives: dict[str, str] = {}
    for match in _DIRECTIVE.finditer(", ".join(headers.getall("Cache-Control", ()))):
        directives.setdefault(match[1].lower(), (match[2] or "").strip('"').strip())
    return directives


def _links(value: str) -> Iterator[tuple[str, str]]:
    """Each relation and target of a Link header's value; links with an ``anchor`` speak of another page."""
    at = 0
    while target := _LINK_TARGET.search(value, at):
        at = target.end()
        parameters: dict[str, str] = {}
        while (parameter := _LINK_PARAMETER.match(value, at)) is not None:
            at = parameter.end()
            parameters.setdefault(parameter[1].lower(), (parameter[2] or "").strip('"'))
        if "anchor" not in parameters:
            yield from ((relation, target[1]) for relation in parameters.get("rel", "").lower().split())
