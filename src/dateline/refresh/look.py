"""What is behind an address that somebody pastes: a feed, a known place's page, or a page that announces feeds.

Network, within 20 seconds and a few requests, nothing stored. In this order: what the address is known to mean
(``parse.places``), what it answers itself, what its page says, what its engine would have, what is usual.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct, structs

from dateline.clean import clean_entry, plain_text
from dateline.errors import ActionError, FetchError, ParseError
from dateline.fetch import fetch_now
from dateline.fetch.address import absolute_http_url
from dateline.model import FeedLink, RawHTML, Response
from dateline.parse import parse_feed
from dateline.parse.discover import find_feeds, guesses, is_of_comments, onward
from dateline.parse.engines import engine_leads
from dateline.parse.pasted import address_in
from dateline.parse.place_readings import read_leads
from dateline.parse.places import Lead, Place, looks_like_feed, place_of
from dateline.settings import Settings
from dateline.store import Database

from .decide import dated
from .polite import TableGate

DEADLINE = 20.0
SHOWN_ENTRIES = 5
GUESSED = 4
MAX_FOUND = 20
MAX_REQUESTS = 10
"""Requests that one look may cost, the pasted address included."""
_MAX_PAGES = 2
"""Pages that are searched beyond the first: a list of a site's feeds, the target of a refresh, an account's page."""


Keep = Callable[[str, Response], None]


class LookedEntry(Struct, frozen=True, kw_only=True):
    """One of a feed's newest entries."""

    title: str
    url: str | None
    published_at: datetime | None


class LookedFeed(Struct, frozen=True, kw_only=True):
    """A feed that was found. ``entry_count`` is None for one that was announced but not fetched.

    ``kind`` is what it holds (``parse.place_rows.KINDS``) or "", ``place`` the known place that it is of or "".
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
    kind: str = ""
    place: str = ""


def look(
    db: Database,
    settings: Settings,
    address: str,
    *,
    version: str,
    holder: str,
    clock: Callable[[], datetime],
    known: Callable[[str], Place | None] = place_of,
    keep: Keep = lambda url, answer: None,
) -> tuple[LookedFeed, ...]:
    """Find the feeds behind a pasted text; the first that works is described, the others are named.

    ``known`` says what is known of an address; ``keep`` is handed each feed's document, by its address. Raises
    ``ActionError`` (``action.bad_url``, ``action.no_feed_found``, ``action.place_without_feed``,
    ``action.place_unread``), ``FetchError``, ``ParseError``.
    """
    try:
        url = absolute_http_url(address_in(address))
    except FetchError as error:
        raise ActionError("action.bad_url", error.detail) from error
    started = clock()
    gate = TableGate(db, settings, holder=holder, clock=clock)

    def fetch(target: str, *, is_page: bool) -> Response:
        left = DEADLINE - (clock() - started).total_seconds()
        if left <= 0:
            raise FetchError("fetch.timeout", f"more than {DEADLINE:g} s in all", final_url=target)
        return fetch_now(
            settings, target, version=version, gate=gate, accept="page" if is_page else "feed", deadline=left
        )

    place = known(url)
    search = _Search(fetch, place.name if place else "", keep)
    leads = place.leads if place else ()
    if not looks_like_feed(url):
        found = search.follow(leads)
        if found:
            return found
    try:
        return search.at(url, leads)
    except (ActionError, FetchError) as error:
        if place is not None and (not leads or isinstance(error, ActionError)):
            code = "action.place_unread" if leads else "action.place_without_feed"
            raise ActionError(code, f"{place.name}: {url}") from error
        raise


class _Search:
    """One look: asks addresses, remembers which, and stops after ``MAX_REQUESTS``."""

    def __init__(self, fetch: Callable[..., Response], place: str, keep: Keep) -> None:
        self._fetch = fetch
        self._place = place
        self._keep = keep
        self._asked: set[str] = set()
        self._pages = 0

    def at(self, url: str, leads: Iterable[Lead]) -> tuple[LookedFeed, ...]:
        """Ask the pasted address itself: a feed, or a page to search, with ``leads`` before what it says."""
        self._asked.add(url)
        answer = self._fetch(url, is_page=True)
        try:
            return (self._described(answer, url),)
        except ParseError as error:
            if error.code == "parse.empty":
                raise
        found = self.follow((*leads, *_leads_in(answer), *_leads_beside(answer)))
        if not found:
            raise ActionError("action.no_feed_found", answer.final_url)
        return found

    def follow(self, leads: Iterable[Lead]) -> tuple[LookedFeed, ...]:
        """Ask lead after lead until one is a feed with entries; what was not asked is named after it.

        Guesses are not named. A feed without entries is taken when nothing better comes.
        """
        waiting = deque(leads)
        empty: list[LookedFeed] = []
        while waiting and self._may_ask(waiting[0]):
            lead = waiting.popleft()
            found = self._ask(lead, waiting)
            if found is not None and found.entry_count:
                return self._with_others(found, empty, waiting)
            if found is not None:
                empty.append(found)
        return self._with_others(empty[0], empty[1:], waiting) if empty else ()

    def _may_ask(self, lead: Lead) -> bool:
        return len(self._asked) < MAX_REQUESTS or lead.url in self._asked

    def _ask(self, lead: Lead, waiting: deque[Lead]) -> LookedFeed | None:
        """Ask one lead: a feed, described; or more leads, put before those that wait."""
        if lead.url in self._asked:
            return None
        self._asked.add(lead.url)
        try:
            answer = self._fetch(lead.url, is_page=lead.reading in _PAGES)
        except FetchError:
            return None
        if lead.reading not in ("feed", "page"):
            waiting.extendleft(reversed(read_leads(lead, answer.body)))
            return None
        try:
            return self._described(answer, lead.url, kind=lead.kind)
        except ParseError:
            waiting.extendleft(reversed(self._further(lead, answer)))
            return None

    def _described(self, answer: Response, asked_url: str, kind: str = "") -> LookedFeed:
        """An answer that is a feed; it is kept as its feed's own. Raises ``ParseError``."""
        found = structs.replace(described(answer, asked_url), kind=kind, place=self._place)
        if answer.permanent_url in (None, answer.final_url):
            self._keep(found.url, structs.replace(answer, url=found.url, permanent_url=None))
        return found

    def _further(self, lead: Lead, page: Response) -> tuple[Lead, ...]:
        """What a page says that was taken for a feed (sites list their feeds under ``/rss``), or asked as one."""
        if lead.is_guess or self._pages >= _MAX_PAGES:
            return ()
        self._pages += 1
        return (*_leads_in(page), *(engine_leads(page.body, page.final_url) if lead.reading == "page" else ()))

    def _with_others(
        self, first: LookedFeed, empty: Iterable[LookedFeed], waiting: Iterable[Lead]
    ) -> tuple[LookedFeed, ...]:
        others = {feed.url: feed for feed in (first, *empty)}
        for lead in waiting:
            if lead.reading == "feed" and not lead.is_guess and lead.url not in self._asked:
                others.setdefault(lead.url, _named(lead, self._place))
        return tuple(others.values())[:MAX_FOUND]


_PAGES = frozenset({"page", "youtube", "soundcloud"})
"""Readings of what a browser would ask for."""

_FORMATS = {"application/rss+xml": "rss", "application/atom+xml": "atom10", "application/feed+json": "json11"}


def _leads_in(page: Response) -> tuple[Lead, ...]:
    """What a page announces, in the best order."""
    links = find_feeds(page.body, url=page.final_url, content_type=page.content_type, links=page.links)
    return tuple(_lead(link) for link in links[:MAX_FOUND])


def _lead(link: FeedLink) -> Lead:
    kind = "comments" if is_of_comments(link) else ""
    return Lead(url=link.url, kind=kind, title=link.title, type=link.type)


def _leads_beside(page: Response) -> tuple[Lead, ...]:
    """Where else to look: where the page leads on to, where its engine keeps feeds, where they usually are."""
    pages = onward(page.body, url=page.final_url, content_type=page.content_type)
    usual = guesses(page.final_url)[:GUESSED]
    return (
        *(Lead(url=url, reading="page") for url in pages),
        *engine_leads(page.body, page.final_url),
        *(Lead(url=url, is_guess=True) for url in usual),
    )


def _named(lead: Lead, place: str) -> LookedFeed:
    return LookedFeed(
        url=lead.url,
        title=lead.title or lead.url,
        format=_FORMATS.get(lead.type or ""),
        kind=lead.kind,
        place=place,
    )


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
