"""Documents that a known place is asked for, and the feed's address that each holds: bytes → leads. Pure.

Where the page's own address does not tell (a YouTube handle, an Apple podcast, an account of the fediverse). What
comes back is hostile like everything from outside: a document that is not as expected gives no lead, never an error.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .addresses import absolute
from .place_table import CHANNEL
from .places import Lead, filled

MAX_DOCUMENT = 5_000_000

# The most certain first: what the page announces of itself, its own data, then whatever channel it names first.
_CHANNEL_IDS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rb"/feeds/videos\.xml\?channel_id=UC([\w-]{22})",
        rb'itemprop="(?:identifier|channelId)"\s+content="UC([\w-]{22})"',
        rb'"externalId":"UC([\w-]{22})"',
        rb'"channelId":"UC([\w-]{22})"',
    )
)
_SOUND_USER = re.compile(rb"soundcloud:(?://)?users:(\d{1,12})", re.ASCII)


def read_leads(lead: Lead, body: bytes) -> tuple[Lead, ...]:
    """What a document says that was asked for ``lead``; nothing when it does not say, or the reading is unknown.

    The feed of the kind that the lead was about comes first.
    """
    reading = READINGS.get(lead.reading)
    found = reading(body[:MAX_DOCUMENT]) if reading else ()
    return tuple(sorted(found, key=lambda one: one.kind != lead.kind))


def _youtube(body: bytes) -> tuple[Lead, ...]:
    """A channel's page, or a video's."""
    for pattern in _CHANNEL_IDS:
        found = pattern.search(body)
        if found:
            return tuple(filled(feed, {"id": found[1].decode("ascii")}) for feed in CHANNEL)
    return ()


def _apple(body: bytes) -> tuple[Lead, ...]:
    """The answer of the iTunes Search API's lookup: ``results[0].feedUrl``."""
    results = _json(body).get("results")
    return _podcast(results[0].get("feedUrl")) if isinstance(results, list) and _is_object(results[:1]) else ()


def _fyyd(body: bytes) -> tuple[Lead, ...]:
    """The answer of fyyd's API: ``data.xmlURL``."""
    data = _json(body).get("data")
    return _podcast(data.get("xmlURL")) if isinstance(data, dict) else ()


def _soundcloud(body: bytes) -> tuple[Lead, ...]:
    """A user's page, which names the user's number for the app."""
    found = _SOUND_USER.search(body)
    if not found:
        return ()
    return _podcast(f"https://feeds.soundcloud.com/users/soundcloud:users:{found[1].decode()}/sounds.rss")


def _webfinger(body: bytes) -> tuple[Lead, ...]:
    """Where an account's page is (RFC 7033; https://webfinger.net/rel): asked as a page, for it names its feed."""
    links = _json(body).get("links")
    for link in links[:100] if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "http://webfinger.net/rel/profile-page":
            url = absolute(_text(link.get("href")), None)
            return (Lead(url=url, kind="posts", reading="page"),) if url else ()
    return ()


READINGS: Mapping[str, Callable[[bytes], tuple[Lead, ...]]] = {
    "youtube": _youtube,
    "apple": _apple,
    "fyyd": _fyyd,
    "soundcloud": _soundcloud,
    "webfinger": _webfinger,
}


def _podcast(address: object) -> tuple[Lead, ...]:
    url = absolute(_text(address), None)
    return (Lead(url=url, kind="podcast"),) if url else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _is_object(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict)


def _json(body: bytes) -> dict[str, Any]:
    """A JSON object, or an empty one."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
