"""What is behind an address that somebody pastes:
a feed, or a page that announces feeds. Network, within 20 seconds, nothing stored.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from dateline.clean import clean_entry, plain_text
from dateline.errors import ActionError, FetchError, ParseError
from dateline.fetch import fetch_now
from dateline.fetch.address import absolute_http_url
from dateline.model import RawHTML, Response
from dateline.parse import parse_feed
from dateline.parse.discover import find_feeds, guesses
from dateline.settings import Settings
from dateline.store import Database

from .decide import dated
from .polite import TableGate

DEADLINE = 20.0
SHOWN_ENTRIES = 5
GUESSED = 3
MAX_FOUND = 20


class LookedEntry(Struct, frozen=True, kw_only=True):
    """One of a feed's newest entries."""

    title: str
    url: str | None
    published_at: datetime | None


class LookedFeed(Struct, frozen=True, kw_only=True):
    """A feed that was found. ``entry_count`` is None for one that was announced but not fetched.

    ``subscription_id`` is the asking user's subscription to it, filled in by ``actions``.
    """

    url: str
    title: str
    site_url: str | None = None
    description: str | None = None
    format: str | None = None
    language: str | None = None
    entries: tuple[LookedEntry, ...] = ()
    entry_count: int | None = None
    subscription_id: int | None = None


def look(
    db: Database, settings: Settings, address: str, *, version: str, holder: str, clock: Callable[[], datetime]
) -> tuple[LookedFeed, ...]:
    """Fetch an address; a feed is described, a page is searched for feeds and the first of them fetched too.

    Raises ``ActionError`` (``action.bad_url``, ``action.no_feed_found``), ``FetchError``, ``ParseError``.
    """
    try:
        url = absolute_http_url(address)
    except FetchError as error:
        raise ActionError("action.bad_url", error.detail) from error
    started = clock()
    gate = TableGate(db, settings, holder=holder, clock=clock)

    def fetch(target: str) -> Response:
        left = DEADLINE - (clock() - started).total_seconds()
        if left <= 0:
            raise FetchError("fetch.timeout", f"more than {DEADLINE:g} s in all", final_url=target)
        return fetch_now(settings, target, version=version, gate=gate, accept="page", deadline=left)

    answer = fetch(url)
    try:
        return (described(answer, url),)
    except ParseError as error:
        if error.code == "parse.empty":
            raise
        return _in_page(answer, fetch)


def _in_page(page: Response, fetch: Callable[[str], Response]) -> tuple[LookedFeed, ...]:
    links = find_feeds(page.body, url=page.final_url, content_type=page.content_type)[:MAX_FOUND]
    for place, link in enumerate(links):
        try:
            first = described(fetch(link.url), link.url)
        except (FetchError, ParseError):
            continue
        others = [LookedFeed(url=other.url, title=other.title or other.url) for other in links[place + 1 :]]
        return (first, *others)
    for guess in guesses(page.final_url)[:GUESSED]:
        try:
            return (described(fetch(guess), guess),)
        except (FetchError, ParseError):
            continue
    raise ActionError("action.no_feed_found", page.final_url)


def described(answer: Response, asked_url: str) -> LookedFeed:
    """An answer that is a feed, with its newest entries. Raises ``ParseError``."""
    parsed = parse_feed(answer.body, url=answer.final_url, content_type=answer.content_type)
    newest = sorted(parsed.entries, key=lambda entry: at.timestamp() if (at := dated(entry)) else 0.0, reverse=True)[
        :SHOWN_ENTRIES
    ]
    cleaned = [clean_entry(entry, feed_url=answer.final_url, site_url=parsed.site_url) for entry in newest]
    return LookedFeed(
        url=answer.permanent_url or asked_url,
        title=parsed.title or asked_url,
        site_url=parsed.site_url,
        description=plain_text(RawHTML(parsed.description[:20_000])) if parsed.description else None,
        format=parsed.format,
        language=parsed.language,
        entries=tuple(
            LookedEntry(title=entry.title, url=entry.url, published_at=entry.published_at or entry.updated_at)
            for entry in cleaned
        ),
        entry_count=len(parsed.entries),
    )
