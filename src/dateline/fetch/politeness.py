"""Politeness: how often and how many at once one host is asked.

``Gate`` is the seam: the client asks it for a turn before *every* request (each hop of a redirect too) and makes the
request inside the turn. ``HostGate`` is a gate for one process; the one for all processes stands on the ``host`` table
(``refresh``).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

PRUNE_AT = 1_000
"""From how many remembered hosts on the idle ones are forgotten."""


class Gate(Protocol):
    """Gives turns: ``async with gate.turn(host_key(url)): request``."""

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait until this host may be asked; the turn lasts until the answer is read.

        ``host`` is what ``address.host_key`` gives. May raise whatever its bookkeeping raises; that is passed on.
        """
        ...


class _Host:
    """What is remembered about one host: free connections, the earliest next start, who is there."""

    __slots__ = ("next_at", "slots", "visitors")

    def __init__(self, connections: int) -> None:
        self.slots = asyncio.Semaphore(connections)
        self.next_at = 0.0
        self.visitors = 0


class HostGate:
    """At most ``connections`` turns at once per host, their starts at least ``spacing`` seconds apart.

    For one event loop. ``clock`` (seconds, monotonic; the loop's unless given) and ``sleep`` are arguments for tests.
    """

    def __init__(
        self,
        connections: int,
        spacing: float,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connections = connections
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._prune_at = PRUNE_AT

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait for a free connection to ``host`` and for its spacing; first come, first served."""
        return self._turn(host)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        await self.enter(name)
        try:
            yield
        finally:
            self.leave(name)

    async def enter(self, name: str) -> None:
        """Wait for a turn, which lasts until ``leave``. Does not suspend where nobody is before us."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(self._connections)
        host.visitors += 1
        try:
            await host.slots.acquire()
        except BaseException:  # whoever waits may be cut off
            self._gone(host)
            raise
        try:
            await self._wait_for_start(host)
        except BaseException:  # likewise
            self.leave(name)
            raise

    def leave(self, name: str) -> None:
        """The turn is over."""
        host = self._hosts[name]
        host.slots.release()
        self._gone(host)

    def _gone(self, host: _Host) -> None:
        host.visitors -= 1
        self._prune()

    async def _wait_for_start(self, host: _Host) -> None:
        if not self._spacing:
            return
        start = max(self._now(), host.next_at)
        host.next_at = start + self._spacing
        while (wait := start - self._now()) > 0:
            await self._sleep(wait)

    def _now(self) -> float:
        return self._clock() if self._clock else asyncio.get_running_loop().time()

    def _prune(self) -> None:
        if len(self._hosts) < self._prune_at:
            return
        now = self._now()
        self._hosts = {name: host for name, host in self._hosts.items() if host.visitors or host.next_at > now}
        self._prune_at = max(PRUNE_AT, 2 * len(self._hosts))
