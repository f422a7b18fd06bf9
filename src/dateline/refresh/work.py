"""The worker's heart: claim what is due, ask in parallel, take in order of arrival, record, index.

The network runs in one event loop; parsing, cleaning and storing in one thread beside it, which takes whatever has
arrived and commits it together. Memory is bounded by the number of feeds in flight.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from dateline.errors import DatelineError, FetchError, RefreshError, StoreError
from dateline.fetch import Client
from dateline.fetch.address import host_key
from dateline.fetch.cookies import Jar
from dateline.model import Response, Validators
from dateline.settings import Settings
from dateline.store import Database
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring, key_path

from .asking import jar_of, keep_cookies, way
from .chores import Chores
from .claims import Claims
from .deliver import deliver_ahead
from .doubt import wants_whole
from .icons import find_some_icons
from .index import Texts, index_all, index_chunk
from .line import ask_address, failed, host_of, take
from .notify import Say, plainly
from .outcome import Outcome
from .pages import known_validators
from .polite import NotNow, TableGate
from .pushed import take_all
from .record import record
from .refusals import Refusals
from .schedule import quiet_time

log = logging.getLogger(__name__)

STORE_PAUSE = timedelta(minutes=10)
"""What could not be stored (a full disk) is not asked for again before then."""
LOOK_EVERY = 5.0
"""Seconds between two looks for due feeds when there are none."""
TAKEN_AT_ONCE = 16
CRASHES = 2
"""Leases that expired, after which a feed is held to have killed its worker."""


class Report(Struct, frozen=True, kw_only=True):
    """One feed's refresh, for whoever watches: ``code`` as in its history, ``new`` and ``changed`` entries."""

    url: str
    code: str
    new: int
    changed: int
    detail: str = ""


class _Answer(Struct, frozen=True, kw_only=True):
    feed: Feed
    asked_url: str
    answer: Response | DatelineError


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Refresher:
    """Runs the line for many feeds. One object a process; ``holder`` must be unique among living processes."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        version: str,
        holder: str,
        clock: Callable[[], datetime],
        on_report: Callable[[Report], None] | None = None,
        say: Say = plainly,
    ) -> None:
        self._db = db
        self._settings = settings
        self._version = version
        self._clock = clock
        self._on_report = on_report
        self._say = say
        self._gate = TableGate(db, settings, holder=holder, clock=clock)
        self._keyring = Keyring(key_path(settings))
        self._dice = random.Random()  # noqa: S311 - jitter, not a secret
        self._in_flight: set[asyncio.Task[None]] = set()
        self._arrived: asyncio.Queue[_Answer] = asyncio.Queue()
        self._claims = Claims(db, settings, self._gate, holder=holder, clock=clock)
        self._refusals = Refusals()
        self._texts = Texts()

    # -------------------------------------------------------------------------------------------- runs

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Refresh what is due until told to stop, then finish what is in flight."""
        async with self._client() as client:
            taker = asyncio.create_task(self._take_forever())
            chores = asyncio.create_task(self._chores(client).run_forever(stop))
            try:
                while not stop.is_set():
                    claimed = await self._claim(client, only=None)
                    if claimed == 0 and not self._claims.leased:
                        await self._idle_work(client)
                    await self._pause(stop, claimed)
                await self._drain(taker)
                await chores
            finally:
                await _ended(chores)
                await _ended(taker)

    async def run_once(self, only: Sequence[int] | None = None) -> None:
        """Refresh these feeds now (None: all that are due), index them, and return."""
        left = None if only is None else set(only)
        async with self._client() as client:
            if only is None:
                await asyncio.to_thread(take_all, self._db, self._clock)
                await self._chores(client).once()
            taker = asyncio.create_task(self._take_forever())
            try:
                while left is None or left:
                    claimed = await self._claim(client, only=left)
                    if claimed == 0 and not self._claims.leased:
                        break
                    await self._some_progress()
                await self._drain(taker)
            finally:
                await _ended(taker)
            if only is None:
                chores = self._chores(client)
                await chores.hubs()
                await chores.tell()
        await asyncio.to_thread(index_all, self._db)

    async def find_icons(self) -> None:
        """Look for the icons that are missing."""
        async with self._client() as client:
            while await find_some_icons(self._db, client, self._keyring, self._clock):
                pass

    async def fetch_articles(self) -> None:
        """Fetch the articles that are due (``full_text``), and index them."""
        async with self._client() as client:
            await self._chores(client).full_texts.run_once()
        await asyncio.to_thread(index_all, self._db)

    def _chores(self, client: Client) -> Chores:
        return Chores(
            self._db,
            self._settings,
            client,
            gate=self._gate,
            keyring=self._keyring,
            clock=self._clock,
            say=self._say,
        )

    def _client(self) -> Client:
        return Client(self._settings, version=self._version, gate=self._gate)

    async def _pause(self, stop: asyncio.Event, claimed: int) -> None:
        if self._claims.leased:  # being asked, or being stored
            await self._some_progress()
        elif claimed == 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)

    async def _some_progress(self) -> None:
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
            # let a burst of answers come in before the next claim: a claim is a transaction
            await asyncio.sleep(0.02)
        else:
            await asyncio.sleep(0.02)

    async def _drain(self, taker: asyncio.Task[None]) -> None:
        """Finish what was asked for; a taker that died has said why."""
        while self._in_flight:
            await asyncio.wait(self._in_flight)
        joined = asyncio.create_task(self._arrived.join())
        await asyncio.wait({joined, taker}, return_when=asyncio.FIRST_COMPLETED)
        joined.cancel()
        if taker.done():
            taker.result()

    # -------------------------------------------------------------------------------------------- claim and ask

    async def _claim(self, client: Client, only: set[int] | None) -> int:
        free = self._claims.capacity - len(self._in_flight) - self._arrived.qsize()
        if free <= 0 or (free < max(1, self._claims.capacity // 4) and self._claims.leased):
            return 0
        claimed = await asyncio.to_thread(self._claims.take, free, None if only is None else sorted(only))
        if only is not None:
            only.difference_update(feed.id for feed in claimed)
        suspects = [feed for feed in claimed if feed.lease_count == CRASHES]
        for feed in claimed:
            if feed.lease_count > CRASHES:
                error = RefreshError("refresh.crashed", "the worker died twice while it worked on this feed")
                await self._arrived.put(_Answer(feed=feed, asked_url=feed.address, answer=error))
            elif feed.lease_count < CRASHES:
                self._start(client, feed)
        if suspects:
            await self._one_by_one(client, suspects)
        return len(claimed)

    async def _one_by_one(self, client: Client, suspects: Sequence[Feed]) -> None:
        """Feeds whose lease expired once are refreshed alone: if the process dies again, it is clear by whose hand."""
        while self._in_flight:
            await asyncio.wait(self._in_flight)
        await self._arrived.join()
        for feed in suspects:
            self._start(client, feed)
            while self._in_flight:
                await asyncio.wait(self._in_flight)
            await self._arrived.join()

    def _start(self, client: Client, feed: Feed) -> None:
        task = asyncio.create_task(self._ask(client, feed))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _ask(self, client: Client, feed: Feed) -> None:
        now = self._clock()
        url = ask_address(feed, now)
        validators, validators_url = (Validators(), None) if wants_whole(feed, now) else known_validators(feed)
        answer: Response | DatelineError
        jar: Jar | None = None
        try:
            address, transport = way(feed, url, self._keyring)
            jar = jar_of(feed, self._keyring) if transport.keep_cookies else None
            answer = await client.get(
                address,
                validators=validators,
                validators_url=validators_url,
                accept="page" if feed.kind == "page" else "feed",
                subscribers=feed.subscribers,
                transport=transport,
                jar=jar,
            )
            self._refusals.note_answer(host_key(answer.final_url))
        except DatelineError as error:
            answer = error
            self._heed(feed, error, now)
        except Exception as error:
            log.exception("asking %s failed", url)
            answer = RefreshError("refresh.failed", f"{type(error).__name__}: {error}")
        if jar is not None and jar.has_changed:
            await self._keep_cookies(feed, jar)
        await self._arrived.put(_Answer(feed=feed, asked_url=url, answer=answer))

    async def _keep_cookies(self, feed: Feed, jar: Jar) -> None:
        try:
            await asyncio.to_thread(keep_cookies, self._db, feed, jar, self._keyring)
        except DatelineError as error:
            log.warning("the cookies of %s could not be kept: %s", feed.address, error)

    def _heed(self, feed: Feed, error: DatelineError, now: datetime) -> None:
        """A server that has enough is left alone at once, also by those who wait for their turn already."""
        self._refusals.note_failure(host_of(error, feed), feed.id, error, now)
        if isinstance(error, FetchError) and not isinstance(error, NotNow):
            quiet = quiet_time(error.code, error.retry_after)
            if quiet:
                self._gate.quiet(host_of(error, feed), quiet.total_seconds())

    # -------------------------------------------------------------------------------------------- take and record

    async def _take_forever(self) -> None:
        while True:
            batch = [await self._arrived.get()]
            while len(batch) < TAKEN_AT_ONCE and not self._arrived.empty():
                batch.append(self._arrived.get_nowait())
            try:
                await asyncio.to_thread(self._take, batch)
            except StoreError as error:
                # The disk is full, or the database away: nothing is lost, the feeds are asked again later.
                log.error("storing failed: %s", error)
                await asyncio.sleep(1.0)
            except Exception:  # the worker outlives what one batch brings; its feeds are asked again
                log.exception("storing failed")
            finally:
                for _ in batch:
                    self._arrived.task_done()

    def _take(self, batch: Sequence[_Answer]) -> None:
        stored = False
        try:
            outcomes = self._record(
                [self._take_one(answer) for answer in batch if not isinstance(answer.answer, NotNow)]
            )
            stored = True
        finally:
            self._let_go(batch, stored=stored)
        for outcome in outcomes:
            self._tell(outcome)
            for entry in outcome.arrived:
                self._texts.keep(entry.packed, entry.clean.text)
        while index_chunk(self._db, whole_only=True, fresh=self._texts):
            pass

    def _record(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Store outcomes together; when one of them cannot be stored, alone, and that one as a failure."""
        try:
            record(self._db, outcomes)
        except StoreError:
            raise
        except Exception:  # whatever one of them holds: alone, it is told from the others
            log.exception("storing %d outcomes together failed", len(outcomes))
            return [self._record_alone(outcome) for outcome in outcomes]
        return outcomes

    def _record_alone(self, outcome: Outcome) -> Outcome:
        try:
            record(self._db, [outcome])
        except StoreError:
            raise
        except Exception as error:
            log.exception("storing what %s brought failed", outcome.feed.url)
            surprise = RefreshError("refresh.failed", f"{type(error).__name__}: {error}")
            feed = outcome.feed
            outcome = failed(feed, surprise, asked_url=feed.address, now=outcome.check.at, dice=self._dice.random())
            record(self._db, [outcome])
        return outcome

    def _take_one(self, answer: _Answer) -> Outcome:
        now = self._clock()
        dice = self._dice.random()
        try:
            return take(self._db, answer.feed, answer.answer, asked_url=answer.asked_url, now=now, dice=dice)
        except StoreError:
            raise
        except Exception as error:
            log.exception("refreshing %s failed", answer.asked_url)
            surprise = RefreshError("refresh.failed", f"{type(error).__name__}: {error}")
            return failed(answer.feed, surprise, asked_url=answer.asked_url, now=now, dice=dice)

    def _let_go(self, batch: Sequence[_Answer], *, stored: bool) -> None:
        """The hosts are free again, and the feeds that were not asked, or whose answer could not be stored."""
        otherwise = None if stored else STORE_PAUSE
        self._claims.let_go(
            [
                (one.feed, timedelta(seconds=one.answer.seconds) if isinstance(one.answer, NotNow) else otherwise)
                for one in batch
            ]
        )

    def _tell(self, outcome: Outcome) -> None:
        check = outcome.check
        log.debug("%s %s", check.code, outcome.feed.url)
        if self._on_report is not None:
            self._on_report(
                Report(
                    url=outcome.feed.url,
                    code=check.code,
                    new=check.new_entries,
                    changed=check.changed_entries,
                    detail=check.detail or "",
                )
            )

    # -------------------------------------------------------------------------------------------- when nothing is due

    async def _idle_work(self, client: Client) -> None:
        await asyncio.to_thread(index_all, self._db)
        await asyncio.to_thread(deliver_ahead, self._db, self._clock())
        await find_some_icons(self._db, client, self._keyring, self._clock)  # last: it waits for servers
