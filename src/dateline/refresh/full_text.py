"""Articles behind entries' links, fetched beside the line: one a host at a time, unhurried, tried again, given up.

What is due stands in ``full_text_due``; whoever takes a row moves its time on, so that a worker that dies leaves it to
the next. A page is fetched once for all who want it, and kept in each of their ways.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from dateline.errors import DatelineError, ExtractError, FetchError, NotFound, StoreError
from dateline.fetch import fetch_now
from dateline.fetch.address import host_key
from dateline.fetch.transport import Transport
from dateline.model import FullTextRules, Response
from dateline.parse import robots
from dateline.settings import Settings
from dateline.store import Database, feeds, full_text_queue, full_texts, hosts
from dateline.store.full_text_queue import Due
from dateline.store.full_texts import Cause, Taken
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from . import articles
from .asking import Asking, article
from .full_text_wishes import ways
from .polite import NotNow, TableGate
from .reader import Reader
from .schedule import quiet_time

if TYPE_CHECKING:
    from dateline.fetch import Client

log = logging.getLogger(__name__)

AGENT = "Dateline"
AT_ONCE = 8
LOOKED_AT = 500
LEASE = timedelta(minutes=5)
RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""When a page is asked for again that did not answer; after the last it is given up."""
PAUSES = 5
"""So many times the usual pause of a host lies between two articles: nobody waits for them."""
ONCE_SECONDS = 120.0
WALLED = timedelta(hours=12)
"""How long a feed's other articles wait when one of them stands behind a wall against robots."""
ROBOTS_KEPT = timedelta(days=1)
DEADLINE = 20.0
"""Seconds that somebody waits who asks for one article."""

PASSING = frozenset(
    {
        "fetch.dns",
        "fetch.connect",
        "fetch.tls",
        "fetch.no_tls",
        "fetch.timeout",
        "fetch.protocol",
        "fetch.truncated",
        "fetch.rate_limited",
        "fetch.unavailable",
        "fetch.server_error",
    }
)
"""What may be over when one asks again."""
_NO_ROBOTS = frozenset(
    {
        "fetch.not_found",
        "fetch.gone",
        "fetch.unauthorized",
        "fetch.forbidden",
        "fetch.client_error",
        "fetch.too_large",
        "fetch.redirects",
        "fetch.unexpected_status",
        "fetch.encoding",
    }
)
"""RFC 9309 §2.3.1.3: who does not have the file forbids nothing."""


class FullTexts:
    """The articles that one process fetches. ``client`` and ``gate`` are the line's: hosts are spared by both together.

    ``close`` ends the process that reads pages; the next page starts another.
    """

    def __init__(
        self, db: Database, settings: Settings, client: "Client", gate: TableGate, clock: Callable[[], datetime]
    ) -> None:
        self._db = db
        self._client = client
        self._gate = gate
        self._clock = clock
        self._keyring = Keyring(key_path(settings))
        self._pause = timedelta(seconds=PAUSES * settings.host_spacing)
        self._asked: dict[str, datetime] = {}
        self._reader = Reader()
        self.close = self._reader.close

    async def run_once(self, *, seconds: float = ONCE_SECONDS) -> None:
        """Fetch what is due now, and return; what would take longer is left for the next time."""
        with self._reader, contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.step() or await self._wait_for_due():
                    pass

    async def _wait_for_due(self) -> bool:
        """Whether something is due, whose host wants a pause; after a part of it."""
        is_due = await asyncio.to_thread(self._is_due)
        if is_due:
            await asyncio.sleep(0.2)
        return is_due

    async def step(self) -> int:
        """Fetch some of what is due, at most one a host. How many were taken."""
        claimed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._one(due) for due in claimed))
        return len(claimed)

    # -------------------------------------------------------------------------------------------- claim

    def _is_due(self) -> bool:
        with self._db.reading() as tx:
            return bool(full_text_queue.due(tx, self._clock(), 1))

    def _claim(self) -> list[Due]:
        now = self._clock()
        with self._db.reading() as tx:
            rows = full_text_queue.due(tx, now, LOOKED_AT)
        self._asked = {host: at for host, at in self._asked.items() if at + self._pause > now}
        chosen: dict[str, Due] = {}
        for due in rows:
            host = host_key(due.url) if due.url else f"none {due.entry_id}"
            if host not in self._asked and len(chosen) < AT_ONCE:
                chosen.setdefault(host, due)
        if not chosen:
            return []
        with transaction(self._db) as tx:
            taken = full_text_queue.lease(tx, [due.entry_id for due in chosen.values()], now, now + LEASE)
        if self._pause:
            self._asked.update((host, now) for host, due in chosen.items() if due.entry_id in taken)
        return [due for due in chosen.values() if due.entry_id in taken]

    # -------------------------------------------------------------------------------------------- one article

    async def _one(self, due: Due) -> None:
        try:
            await self._fetch_and_store(due)
        except asyncio.CancelledError:
            self._postpone(due, self._clock(), tried=False)
            raise
        except StoreError:
            raise
        except Exception:  # one article that fails must not end the chore for all
            log.exception("the article of entry %d failed", due.entry_id)

    async def _fetch_and_store(self, due: Due) -> None:
        prepared = await asyncio.to_thread(self._prepared, due)
        if prepared is None:
            return
        cause, wanted = prepared
        assert cause.url is not None
        try:
            asking = await asyncio.to_thread(_asking, self._db, cause.feed_id, cause.url, self._keyring)
            await self._ask_site(cause.url, asking.transport)
            answer = await self._client.get(
                asking.url,
                accept="page",
                max_bytes=articles.MAX_PAGE,
                transport=asking.transport,
                jar=asking.jar,
            )
        except NotNow as error:
            until = self._clock() + timedelta(seconds=max(error.seconds, 1.0))
            await asyncio.to_thread(self._postpone, due, until, tried=False)
        except DatelineError as error:
            await asyncio.to_thread(self._failed, due, cause, wanted, error)
        else:
            taken = await asyncio.to_thread(articles.take, self._reader, cause, answer, wanted)
            await asyncio.to_thread(self._store, due, taken)

    def _prepared(self, due: Due) -> tuple[Cause, tuple[FullTextRules, ...]] | None:
        """The entry, and how its article is wanted; None when nobody wants it (any more), or it cannot be had."""
        with self._db.reading() as tx:
            cause = full_texts.cause(tx, due.entry_id)
            wanted = ways(tx, cause, self._clock()) if cause else ()
        if cause is None or not wanted:
            with transaction(self._db) as tx:
                full_text_queue.forget_due(tx, due.entry_id)
            return None
        if cause.url is None:
            self._store(due, articles.failed("extract.no_address", wanted, None))
            return None
        if due.tries > len(RETRIES):  # whoever had it died of it, again and again
            self._store(due, articles.failed("extract.crashed", wanted, cause.url))
            return None
        return cause, wanted

    def _failed(self, due: Due, cause: Cause, wanted: Sequence[FullTextRules], error: DatelineError) -> None:
        """Again later, or never: the code is stored then."""
        now = self._clock()
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        self._heed(cause, error, now)
        if error.code in PASSING and due.tries < len(RETRIES):
            until = now + max(RETRIES[due.tries], timedelta(seconds=retry_after or 0.0))
            self._postpone(due, until, tried=True)
            return
        final = error.final_url if isinstance(error, FetchError) else None
        self._store(due, articles.failed(error.code, wanted, final or cause.url))

    def _heed(self, cause: Cause, error: DatelineError, now: datetime) -> None:
        """A server that has enough is left alone by all. A wall may stand before the pages and not before the feed."""
        if error.code == "fetch.bot_wall":
            with transaction(self._db) as tx:
                full_text_queue.put_off(tx, cause.feed_id, now + WALLED)
            return
        quiet = quiet_time(error.code, error.retry_after) if isinstance(error, FetchError) else None
        if quiet and isinstance(error, FetchError) and cause.url:
            host = host_key(error.final_url or cause.url)
            self._gate.quiet(host, quiet.total_seconds())
            with transaction(self._db) as tx:
                hosts.silence(tx, host, now + quiet)

    def _postpone(self, due: Due, until: datetime, *, tried: bool) -> None:
        with transaction(self._db) as tx:
            full_text_queue.postpone(tx, due.entry_id, until, tried=tried)

    def _store(self, due: Due, taken: Sequence[Taken]) -> None:
        with transaction(self._db) as tx:
            full_texts.store(tx, due.entry_id, taken, self._clock())

    # -------------------------------------------------------------------------------------------- robots.txt

    async def _ask_site(self, url: str, transport: Transport) -> None:
        """Raise ``ExtractError`` ``extract.robots`` when the site asks programs not to fetch this.

        What a server says that this feed's reader alone trusts is not kept for others.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        rules = await asyncio.to_thread(self._known_robots, origin)
        if rules is None:
            rules = await self._robots(origin, transport)
            if transport.tls == "strict" and not transport.authority:
                await asyncio.to_thread(self._note_robots, origin, rules)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not robots.allows(rules, path):
            raise ExtractError("extract.robots", origin)

    async def _robots(self, origin: str, transport: Transport) -> str:
        stranger = replace(transport.public(), tls=transport.tls, authority=transport.authority)
        try:
            answer = await self._client.get(
                f"{origin}/robots.txt", accept="page", max_bytes=robots.MAX_BYTES, transport=stranger
            )
        except FetchError as error:
            if error.code not in _NO_ROBOTS:
                raise
            return ""
        return robots.rules_for(answer.body, AGENT)

    def _known_robots(self, origin: str) -> str | None:
        with self._db.reading() as tx:
            return full_text_queue.robots(tx, origin, self._clock() - ROBOTS_KEPT)

    def _note_robots(self, origin: str, rules: str) -> None:
        with transaction(self._db) as tx:
            full_text_queue.note_robots(tx, origin, rules, self._clock())


def _asking(db: Database, feed_id: int, url: str, keyring: Keyring) -> Asking:
    """How a page of a feed is asked. Raises ``NotFound``, ``FetchError``, ``StoreError`` (``store.secret``)."""
    with db.reading() as tx:
        feed = feeds.read(tx, feed_id)
    return article(feed, url, keyring)


# ------------------------------------------------------------------------------------------------ while somebody waits


def page_now(
    db: Database, settings: Settings, url: str, *, feed_id: int, version: str, clock: Callable[[], datetime]
) -> Response:
    """A page of a feed that a person asks for: through the host table, within 20 seconds.

    Raises ``FetchError``, ``StoreError`` (``store.secret``).
    """
    gate = TableGate(db, settings, holder=f"article-{secrets.token_hex(4)}", clock=clock)
    asking = _asking(db, feed_id, url, Keyring(key_path(settings)))
    return fetch_now(
        settings,
        asking.url,
        version=version,
        gate=gate,
        accept="page",
        max_bytes=articles.MAX_PAGE,
        deadline=DEADLINE,
        transport=asking.transport,
        jar=asking.jar,
    )


def fetch_one(
    db: Database,
    settings: Settings,
    entry_id: int,
    rules: FullTextRules,
    *,
    version: str,
    clock: Callable[[], datetime],
) -> str:
    """Fetch the article of one entry by these rules, and by those of all who want it. Its code by these rules.

    Raises ``NotFound`` when the entry is gone.
    """
    with db.reading() as tx:
        cause = full_texts.cause(tx, entry_id)
        others = ways(tx, cause, clock()) if cause else ()
    if cause is None:
        raise NotFound(f"entry {entry_id}")
    own = full_texts.rules_hash(rules)
    wanted = [rules, *(way for way in others if full_texts.rules_hash(way) != own)]
    taken = _taken_now(db, settings, cause, wanted, version=version, clock=clock)
    with transaction(db) as tx:
        full_texts.store(tx, entry_id, taken, clock())
    return taken[0].code


def _taken_now(
    db: Database,
    settings: Settings,
    cause: Cause,
    wanted: Sequence[FullTextRules],
    *,
    version: str,
    clock: Callable[[], datetime],
) -> list[Taken]:
    if cause.url is None:
        return articles.failed("extract.no_address", wanted, None)
    try:
        answer = page_now(db, settings, cause.url, feed_id=cause.feed_id, version=version, clock=clock)
    except FetchError as error:
        return articles.failed(error.code, wanted, error.final_url or cause.url)
    with Reader() as reader:
        return articles.take(reader, cause, answer, wanted)
