"""Politeness over all processes: a ``Gate`` that stands on the ``host`` table.

Hosts of the feeds that a worker claimed are held by it already (``feeds.lease``): within the process a ``HostGate``
spaces their
requests, and the moments are written back with the results. Any other host (a redirect's target, a page that somebody
adds)
is taken in the table first, turn by turn.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

from dateline.fetch.politeness import HostGate
from dateline.settings import Settings
from dateline.store import Database, hosts
from dateline.store.write import transaction

HELD_FOR = timedelta(minutes=3)


class TableGate:
    """Gives turns at hosts, by the table for all processes. ``holder`` names this process or request."""

    def __init__(self, db: Database, settings: Settings, *, holder: str, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._holder = holder
        self._clock = clock
        self._spacing = settings.host_spacing
        self._inner = HostGate(settings.host_connections, settings.host_spacing)
        self._held: dict[str, int] = {}
        self._first_at: dict[str, float] = {}
        self._asked: dict[str, datetime] = {}

    def hold(self, host: str, next_at_us: int, now_us: int) -> None:
        """A feed of this host was claimed; the table says that the host may be asked from ``next_at_us`` on."""
        self._held[host] = self._held.get(host, 0) + 1
        if next_at_us > now_us:
            self._first_at[host] = time.monotonic() + (next_at_us - now_us) / 1_000_000

    def let_go(self, host: str) -> bool:
        """A claimed feed of this host is done. Whether it was the last one: the host may be released."""
        left = self._held.get(host, 1) - 1
        if left:
            self._held[host] = left
            return False
        self._held.pop(host, None)
        self._first_at.pop(host, None)
        return True

    def load(self) -> dict[str, int]:
        """How many claimed feeds each held host has."""
        return self._held

    def take_asked(self) -> dict[str, datetime]:
        """When the held hosts were asked last; forgotten by this call."""
        asked, self._asked = self._asked, {}
        return asked

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait until the host may be asked."""
        return self._held_turn(host) if host in self._held else self._table_turn(host)

    @asynccontextmanager
    async def _held_turn(self, host: str) -> AsyncIterator[None]:
        async with self._inner.turn(host):
            wait = self._first_at.pop(host, 0.0) - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            if self._spacing:
                self._asked[host] = self._clock()
            yield

    @asynccontextmanager
    async def _table_turn(self, host: str) -> AsyncIterator[None]:
        while (wait := await asyncio.to_thread(self._try, host)) > 0:  # noqa: ASYNC110 - other processes set no event here
            await asyncio.sleep(min(wait, 1.0))
        try:
            yield
        finally:
            # shielded: a turn that was cut off by a deadline is given back all the same
            await asyncio.shield(asyncio.to_thread(self._release, host))

    def _try(self, host: str) -> float:
        now = self._clock()
        with transaction(self._db) as tx:
            return hosts.take(
                tx,
                host,
                holder=f"{self._holder}/{host}",
                now=now,
                until=now + HELD_FOR,
                spacing_us=round(self._spacing * 1_000_000),
            )

    def _release(self, host: str) -> None:
        with transaction(self._db) as tx:
            hosts.release(tx, [host], holder=f"{self._holder}/{host}")
