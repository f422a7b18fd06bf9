"""Politeness over all processes: a ``Gate`` that stands on the ``host`` table.

Hosts of the feeds that a worker claimed are held by it already (``leases.lease``). Any other host (a redirect's target,
a page that somebody adds) is taken in the table when its turn comes. Within the process connections are counted and
the pause is kept either way; the moments of asking are written back when a host is let go. (docs/decisions/0002)
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

from dateline.errors import FetchError
from dateline.fetch.politeness import HostGate
from dateline.settings import Settings
from dateline.store import Database, hosts
from dateline.store.write import transaction

HELD_FOR = timedelta(minutes=3)
LONGEST_WAIT = 60.0
"""Seconds that a request waits for its turn; longer, and it is put off: it would only keep others waiting."""
FIRST_LOOK, LONGEST_LOOK = 0.05, 0.8
"""Seconds between two looks whether another process has let a host go."""


class NotNow(FetchError):
    """A host may not be asked soon: it wants to be left alone for ``seconds``, or too many are before us."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__("fetch.rate_limited", f"{host} may be asked in {seconds:.0f} s", retry_after=seconds)
        self.seconds = seconds


class TableGate:
    """Gives turns at hosts, by the table for all processes. ``holder`` names this process or request.

    ``table`` is held by whoever, in a thread, changes both the table and what is remembered here of who holds what.
    """

    def __init__(self, db: Database, settings: Settings, *, holder: str, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._spacing = settings.host_spacing
        self._held_for = HELD_FOR + timedelta(seconds=settings.fetch_timeout)
        # only the connections: the pause is kept here, from when a host is really asked
        self._inner = HostGate(settings.host_connections, 0.0)
        self.table = threading.Lock()
        self._lock = threading.Lock()  # for the four below; never held while anything waits
        self._claims: Counter[str] = Counter()
        self._turns: Counter[str] = Counter()
        self._first_at: dict[str, float] = {}
        self._quiet_until: dict[str, float] = {}
        self._asked: dict[str, datetime] = {}

    # -------------------------------------------------------------------------------------------- claimed hosts

    def hold(self, host: str, next_at_us: int, now_us: int) -> None:
        """A feed of this host was claimed; the table says that the host may be asked from ``next_at_us`` on."""
        with self._lock:
            self._claims[host] += 1
            first_at = time.monotonic() + (next_at_us - now_us) / 1_000_000
            self._first_at[host] = max(self._first_at.get(host, 0.0), first_at)

    def let_go(self, host: str) -> bool:
        """A claimed feed of this host is done. Whether nobody needs the host any more: it may be released."""
        with self._lock:
            self._claims[host] -= 1
            return self._forget_if_free(host)

    def load(self) -> dict[str, int]:
        """How many claimed feeds each held host has."""
        with self._lock:
            return dict(self._claims)

    def take_asked(self) -> dict[str, datetime]:
        """When hosts were asked last; forgotten by this call."""
        with self._lock:
            asked, self._asked = self._asked, {}
        return asked

    def quiet(self, host: str, seconds: float) -> None:
        """A host has just said that it wants to be left alone: those who wait for their turn are put off."""
        with self._lock:
            self._quiet_until[host] = time.monotonic() + seconds

    def _forget_if_free(self, host: str) -> bool:
        if self._claims[host] > 0 or self._turns[host] > 0:
            return False
        del self._claims[host], self._turns[host]
        self._first_at.pop(host, None)
        return True

    # -------------------------------------------------------------------------------------------- turns

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait until the host may be asked. Raises ``NotNow``."""
        return self._turn(host)

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._inner.enter(host)
                await self._begin(host)
        except TimeoutError as error:
            raise NotNow(host, LONGEST_WAIT) from error
        try:
            if self._spacing:
                with self._lock:
                    self._asked[host] = self._clock()
            yield
        finally:
            await self._end(host)

    async def _begin(self, host: str) -> None:
        """Wait until a host may be asked that has a connection for us; that is given back if this fails."""
        try:
            self._refuse_quiet(host)
            wait = await self._enter(host)
        except BaseException:  # a turn that is cut off gives back what it took, too
            self._inner.leave(host)
            raise
        if wait > 0:
            try:
                await asyncio.sleep(wait)
            except BaseException:  # likewise
                await self._end(host)
                raise

    async def _end(self, host: str) -> None:
        try:
            await self._leave(host)
        finally:
            self._inner.leave(host)

    def _refuse_quiet(self, host: str) -> None:
        with self._lock:
            left = self._quiet_until.get(host, 0.0) - time.monotonic()
            if left <= 0:
                self._quiet_until.pop(host, None)
        if left > 0:
            raise NotNow(host, left)

    async def _enter(self, host: str) -> float:
        """Count this turn at a host that is ours, or take the host first. How many seconds to wait then."""
        pause = FIRST_LOOK
        while True:
            wait = self._join(host)
            if wait is not None:
                return wait
            taking = asyncio.ensure_future(asyncio.to_thread(self._try, host))
            try:
                wait = await asyncio.shield(taking)
            except asyncio.CancelledError:
                if await taking == 0:
                    await self._leave(host)
                raise
            if wait == 0:
                return 0.0
            if wait > LONGEST_WAIT:
                raise NotNow(host, wait)
            await asyncio.sleep(max(wait, pause) if wait <= FIRST_LOOK else min(wait, LONGEST_LOOK))
            pause = min(2 * pause, LONGEST_LOOK)

    def _join(self, host: str) -> float | None:
        """Count a turn at a host that this process holds; None when it does not."""
        with self._lock:
            if self._claims[host] <= 0 and self._turns[host] <= 0:
                del self._claims[host], self._turns[host]
                return None
            self._turns[host] += 1
            now = time.monotonic()
            start = max(now, self._first_at.get(host, 0.0))
            self._first_at[host] = start + self._spacing
            return start - now

    def _try(self, host: str) -> float:
        """Take a host in the table, and count the turn: 0.0; else the seconds to wait before trying again."""
        with self.table:
            now = self._clock()
            with transaction(self._db) as tx:
                wait = hosts.take(
                    tx,
                    host,
                    holder=self._holder,
                    now=now,
                    until=now + self._held_for,
                    spacing_us=round(self._spacing * 1_000_000),
                )
            if wait == 0:
                with self._lock:
                    self._turns[host] += 1
                    self._first_at[host] = time.monotonic() + self._spacing
        return wait

    async def _leave(self, host: str) -> None:
        with self._lock:
            self._turns[host] -= 1
            needed = self._turns[host] > 0 or self._claims[host] > 0
        if not needed:
            # shielded: a turn that was cut off by a deadline is given back all the same
            await asyncio.shield(asyncio.to_thread(self._release, host))

    def _release(self, host: str) -> None:
        with self.table:
            with self._lock:
                free = self._forget_if_free(host)
                at = self._asked.pop(host, None) if free else None
            if free:
                with transaction(self._db) as tx:
                    if at is not None:
                        hosts.note_asked(tx, [host], at + timedelta(seconds=self._spacing))
                    hosts.release(tx, [host], holder=self._holder)
