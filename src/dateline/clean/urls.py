"""Addresses: made absolute, checked, freed of tracking parameters; known beacons recognised.

Reading follows the WHATWG URL Standard where a browser's reading matters for safety: outer blanks and control
characters are cut, tabs and line ends removed, ``\\`` is ``/``, and ``https:host`` is ``https://host``.
"""

import re
from functools import lru_cache
from html import escape, unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

import nh3

MAX_URL_CHARS: Final = 8_192
"""Longer addresses are dropped: no server takes them."""

MAX_BASE_CHARS: Final = 1_024
"""A longer base would multiply itself into every relative address of an entry."""

_PLAIN_HOST: Final = r"https?://(?![^/?#]*[Xx][Nn]--)(?:[A-Za-z0-9-]+\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
_PLAIN: Final = re.compile(rf"{_PLAIN_HOST}(?:[/?#][^\s\"'<>\\`\x00-\x20\x7f]*)?")
_HAS_PLAIN_HOST: Final = re.compile(rf"{_PLAIN_HOST}(?:[/?#]|\Z)")
_READER: Final = nh3.Cleaner(tags={"a"}, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=None)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)")
_OUTER: Final = "".join(map(chr, range(0x21)))
_REMOVED: Final = {9: None, 10: None, 13: None}
_ENCODED: Final = {ord(sign): f"%{ord(sign):02X}" for sign in " \"'<>`\\^{|}\x7f"} | dict.fromkeys(range(0x20))


def absolute(address: str, base: str | None = None) -> str | None:
    """An address as published → an absolute http(s) address, or None when it is not one.

    ``base`` is the absolute address that relative ones are relative to; without it they are dropped. An address that is
    plain already comes back unchanged, to the letter.
    """
    if is_plain(address):
        return address
    if len(address) > MAX_URL_CHARS:
        return None
    whole = _resolved(address.strip(_OUTER).translate(_REMOVED), base)
    if whole is None:
        return None
    # Only before ? and # is a backslash a slash; everywhere it and its like are unsafe to write as they are.
    cut = re.search(r"[?#]", whole)
    end = cut.start() if cut else len(whole)
    whole = (whole[:end].replace("\\", "/") + whole[end:]).translate(_ENCODED)
    return whole if len(whole) <= MAX_URL_CHARS and _has_host(whole) else None


def is_plain(address: str) -> bool:
    """Whether an address is absolute and usable as it stands."""
    return len(address) <= MAX_URL_CHARS and _PLAIN.fullmatch(address) is not None


def _resolved(address: str, base: str | None) -> str | None:
    """A trimmed address → the same with scheme and ``//``, not yet checked."""
    if scheme := _SCHEME.fullmatch(address):
        name = scheme[1].lower()
        return f"{name}://{scheme[2].lstrip('/' + chr(92))}" if name in ("http", "https") else None
    if base is None or not address:
        return None
    if address[:1] in "/\\" and address[1:2] in ("/", "\\"):
        return f"{base.partition(':')[0]}://{address.lstrip('/' + chr(92))}"
    try:
        return urljoin(base, address.replace("\\", "/") if address[0] in "/\\." else address)
    except ValueError:
        return None


def _has_host(address: str) -> bool:
    if _HAS_PLAIN_HOST.match(address):
        return True
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return is_whole and _is_read(f"{parts.scheme}://{parts.netloc}/")


@lru_cache(maxsize=1_024)  # a feed's addresses are of few hosts
def _is_read(site: str) -> bool:
    """The sanitiser must read a host too, or it would take the address out when the same HTML is cleaned again."""
    return "href" in _READER.clean(f'<a href="{escape(site)}">')


def link_target(address: str, base: str | None) -> str | None:
    """Where an ``<a href>`` may lead: http(s) as ``absolute`` has it, or ``mailto:`` and ``tel:``."""
    trimmed = address.strip(_OUTER).translate(_REMOVED)
    scheme = _SCHEME.fullmatch(trimmed)
    if scheme and scheme[1].lower() in ("mailto", "tel") and len(trimmed) <= MAX_URL_CHARS:
        return f"{scheme[1].lower()}:{scheme[2]}".translate(_ENCODED)
    return absolute(address, base)


@lru_cache(maxsize=256)  # the entries of a feed have one
def usable_base(base: str | None) -> str | None:
    """What relative addresses are resolved against: an absolute http(s) address of bounded length, else None."""
    whole = absolute(base) if base else None
    if whole and len(whole) > MAX_BASE_CHARS:
        parts = urlsplit(whole)
        whole = absolute(f"{parts.scheme}://{parts.netloc}/")
    return whole if whole and len(whole) <= MAX_BASE_CHARS else None


# ------------------------------------------------------------------------------------ addresses inside attributes


def unescaped(value: str) -> str:
    """An attribute's value as it stands in normalised HTML → the plain string."""
    return unescape(value) if "&" in value else value


def escaped(value: str) -> str:
    """A plain string → an attribute's value, written exactly as nh3 writes it."""
    return escape(value).replace("&#x27;", "'").replace("\xa0", "&nbsp;")


# ------------------------------------------------------------------------------------------- tracking parameters

_TRACKING: Final = (
    "utm_[a-z_]+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_[ce]id"
    "|mkt_tok|_hsenc|_hsmi|__hs[a-z]+|hsctatracking|oly_(?:anon|enc)_id|vero_(?:id|conv)|wickedid|_openstat|xtor"
    "|at_(?:medium|campaign|link_[a-z_]+|ptr_name|format|bbc_team|custom[0-9])|(?:pk|mtm|piwik|matomo)_[a-z_]+"
    "|s_cid|ns_(?:mchannel|source|campaign|linkname|fee)|ftag|__twitter_impression|rb_clickid"
)
_TRACKED_LATER: Final = re.compile(rf"&(?:amp;)*(?:{_TRACKING})=[^&#]*", re.IGNORECASE)
_TRACKED_FIRST: Final = re.compile(rf"([?#])(?:amp;)*(?:{_TRACKING})=[^&#]*(&?)", re.IGNORECASE)
TRACKED: Final = re.compile(rf"[?#;](?:{_TRACKING})=")
"""Stands in HTML or an address that may hold a tracking parameter; quick."""


def without_tracking(address: str) -> str:
    """An address → the same without the parameters that only follow readers around."""
    address = _TRACKED_LATER.sub("", address)
    return _TRACKED_FIRST.sub(lambda found: found[1] if found[2] else "", address)


# ------------------------------------------------------------------------------------------------------- beacons

_BEACON_HOSTS: Final = (
    "feeds.feedburner.com|feedproxy.google.com|feedsportal.com|pheedo.com|feedads.g.doubleclick.net|doubleclick.net"
    "|google-analytics.com|googletagmanager.com|googlesyndication.com|googleadservices.com|stats.wordpress.com"
    "|pixel.wp.com|stats.wp.com|statcounter.com|scorecardresearch.com|quantserve.com|moatads.com|chartbeat.net"
    "|rss.buysellads.com|track.hubspot.com|api.follow.it|counter.theconversation.com|eotrx.substackcdn.com"
    "|list-manage.com|analytics.twitter.com|px.ads.linkedin.com|bat.bing.com|hits.theguardian.com|a8.net"
    "|valuecommerce.com|rfihub.com|mmtro.com|xiti.com|estat.com|adform.net|bluekai.com|mediametrie.fr|ioam.de|vgwort.de"
)
_BEACON: Final = re.compile(
    rf"https?://(?:(?:[^/?#]*[.@])?(?:{_BEACON_HOSTS.replace('.', '[.]')})(?=[:/?#]|$)"
    r"|(?:[^/?#]*\.)?(?:pixel|beacon|tracking)\.[^/?#]+(?![^?#]*\.(?:jpe?g|webp|avif)(?:[?#]|$))"
    r"|medium\.com/_/stat|feeds\.wordpress\.com/1\.0/|blogger\.googleusercontent\.com/tracker/"
    r"|(?:www\.)?facebook\.com/tr(?=[/?#]|$)|hexagon-analytics\.com/"
    r"|[^?#]*/(?:(?:track|wf|e|email)/open(?:\.php|\.gif|/)?|1x1\.(?:gif|png)|(?:[^/?#]*[-_.])?pixel\.(?:gif|png)"
    r"|b\.gif|__utm\.gif|__ptq\.gif|piwik\.php|matomo\.php|count\.gif|(?:beacon|tracking)\.(?:gif|png))(?=[?#]|$))",
    re.IGNORECASE,
)


_COUNTING_NAME: Final = re.compile(
    rf"{_BEACON_HOSTS.replace('.', '[.]')}|(?:pixel|beacon|tracking)[.]"
    "|medium[.]com|feeds[.]wordpress|blogger[.]google|facebook[.]com|hexagon-analytics",
    re.IGNORECASE,
)
_COUNTING_ENDS: Final = ("/open", "/open/", ".php", ".gif", "1x1.png", "pixel.png", "beacon.png", "tracking.png")


def is_beacon(address: str) -> bool:
    """Whether an absolute picture address is known to count readers instead of showing anything."""
    may_be = _may_count(address.partition("://")[2].partition("/")[0]) or address.partition("?")[0].partition("#")[
        0
    ].lower().endswith(_COUNTING_ENDS)  # or the pattern, which goes back and forth, is spared
    return may_be and _BEACON.match(address) is not None


@lru_cache(maxsize=1_024)
def _may_count(site: str) -> bool:
    return _COUNTING_NAME.search(site) is not None
