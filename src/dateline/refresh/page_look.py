"""A look at a page that has no feed: fetched once, kept for some minutes, shown as the line would read it.

Whoever tries rules presses the button many times; the page is asked for once. Network within 20 seconds, nothing is
stored.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from dateline.clean import clean_entry
from dateline.errors import ActionError, FetchError
from dateline.fetch import fetch_now
from dateline.fetch.address import absolute_http_url, with_credentials
from dateline.fetch.transport import PLAIN, Transport
from dateline.model import ParsedFeed, Response
from dateline.parse.page import PageRules
from dateline.parse.page.why import Finding, explain
from dateline.settings import Settings
from dateline.store import Database

from .polite import TableGate
from .shelf import Shelf

DEADLINE = 20.0
SHOWN_ENTRIES = 10


class LookedPageEntry(Struct, frozen=True, kw_only=True):
    """An entry as it would be stored; ``text`` is its beginning."""

    title: str
    url: str | None
    published_at: datetime | None
    author: str
    text: str
    thumbnail_url: str | None


class LookedPage(Struct, frozen=True, kw_only=True):
    """What rules make of a page, and why; ``error_code`` is None when they could be applied."""

    title: str
    entries: tuple[LookedPageEntry, ...]
    entry_count: int
    findings: tuple[Finding, ...]
    error_code: str | None


def fetch_page(
    db: Database,
    settings: Settings,
    shelf: Shelf,
    address: str,
    *,
    user_id: int,
    credentials: str | None = None,
    version: str,
    holder: str,
    clock: Callable[[], datetime],
    transport: Transport = PLAIN,
) -> Response:
    """The page at an address, from the shelf or from its server. ``credentials`` are "user:password".

    Raises ``ActionError`` (``action.bad_url``), ``FetchError``.
    """
    try:
        url = absolute_http_url(address)
    except FetchError as error:
        raise ActionError("action.bad_url", error.detail) from error
    known = shelf.find(user_id, url, clock())
    if known is not None:
        return known
    gate = TableGate(db, settings, holder=holder, clock=clock)
    asked = with_credentials(url, credentials) if credentials else url
    page = fetch_now(settings, asked, version=version, gate=gate, accept="page", deadline=DEADLINE, transport=transport)
    shelf.keep(user_id, url, page, clock())
    return page


def read_page(page: Response, rules: PageRules) -> LookedPage:
    """What rules make of a page. Raises nothing for what the page or the rules hold."""
    explanation = explain(page.body, rules, url=page.final_url, content_type=page.content_type)
    feed = explanation.feed
    return LookedPage(
        title=(feed.title if feed else None) or "",
        entries=shown(feed, page.final_url) if feed else (),
        entry_count=len(feed.entries) if feed else 0,
        findings=explanation.findings,
        error_code=explanation.error_code,
    )


def shown(feed: ParsedFeed, url: str) -> tuple[LookedPageEntry, ...]:
    """The first entries, as they would be stored."""
    found = []
    for entry in feed.entries[:SHOWN_ENTRIES]:
        clean = clean_entry(entry, feed_url=url, site_url=feed.site_url)
        found.append(
            LookedPageEntry(
                title=clean.title,
                url=clean.url,
                published_at=clean.published_at,
                author=", ".join(person.name for person in clean.authors if person.name)[:200],
                text=clean.preview_text[:300],
                thumbnail_url=clean.thumbnail_url,
            )
        )
    return tuple(found)
