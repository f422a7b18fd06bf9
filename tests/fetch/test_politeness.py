"""Politeness: how often and how many at once one host is asked."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, redirect, rss

from dateline.errors import FetchError, StoreError
from dateline.fetch import Client
from dateline.fetch.politeness import PRUNE_AT, HostGate


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._alarms: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        alarm = self.now + seconds
        self._alarms.append(alarm)
        await asyncio.sleep(0)
        while self.now < alarm:
            if alarm == min(self._alarms):
                self.now = alarm
            else:
                await asyncio.sleep(0)
        self._alarms.remove(alarm)


async def starts(gate: HostGate, time: Time, *hosts: str) -> list[tuple[str, float]]:
    seen: list[tuple[str, float]] = []

    async def visit(host: str) -> None:
        async with gate.turn(host):
            seen.append((host, time.now))

    await asyncio.gather(*(visit(host) for host in hosts))
    return seen


async def test_turns_of_one_host_start_apart_and_in_order_of_arrival() -> None:
    time = Time()
    gate = HostGate(1, 2.0, time.clock, time.sleep)
    assert await starts(gate, time, *["a"] * 4) == [("a", 1_000.0), ("a", 1_002.0), ("a", 1_004.0), ("a", 1_006.0)]


async def test_spacing_holds_for_several_connections_too() -> None:
    time = Time()
    times = [at for _, at in await starts(HostGate(8, 1.0, time.clock, time.sleep), time, *["a"] * 6)]
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))


async def test_hosts_do_not_wait_for_each_other() -> None:
    time = Time()
    gate = HostGate(1, 60.0, time.clock, time.sleep)
    assert await starts(gate, time, "a", "b", "c") == [("a", 1_000.0), ("b", 1_000.0), ("c", 1_000.0)]


@pytest.mark.parametrize("connections", [1, 3])
async def test_no_more_turns_at_once_than_connections(connections: int) -> None:
    gate = HostGate(connections, 0.0)
    inside = most = 0

    async def visit() -> None:
        nonlocal inside, most
        async with gate.turn("a"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(12)))
    assert most == connections


async def test_a_turn_that_fails_or_is_cancelled_is_given_back() -> None:
    gate = HostGate(1, 0.0)
    with pytest.raises(KeyError):
        async with gate.turn("a"):
            raise KeyError
    async with gate.turn("a"):
        waiting = asyncio.create_task(gate.turn("a").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(5), gate.turn("a"):
        pass


async def test_hosts_that_nobody_visits_are_forgotten() -> None:
    time = Time()
    gate = HostGate(1, 1.0, time.clock, time.sleep)
    async with gate.turn("staying"):
        for number in range(PRUNE_AT * 3):
            async with gate.turn(f"host{number}"):
                time.now += 2.0
        assert len(gate) <= PRUNE_AT
        assert "staying" in gate._hosts


async def test_a_client_asks_one_host_once_at_a_time() -> None:
    with Internet({"/": Reply(rss("Slow"), delay=0.02)}) as internet:
        async with Client(replace(LOOPBACK, host_connections=1), version="1") as client:
            await asyncio.gather(*(client.get(internet.url(f"/?{number}")) for number in range(6)))
        assert internet.most_at_once == 1
        assert internet.connections == 1  # kept alive, not opened six times


async def test_a_client_spaces_its_requests_redirects_and_failures_included() -> None:
    with Internet({"/a": rss("A"), "/b": redirect("/c"), "/c": 500, "/d": 404}) as internet:
        async with Client(replace(LOOPBACK, host_connections=4, host_spacing=0.3), version="1") as client:
            await asyncio.gather(
                *(client.get(internet.url(path)) for path in ("/a", "/b", "/d")), return_exceptions=True
            )
        times = [request.at for request in internet.requests]
        assert len(times) == 4
        assert all(later - earlier > 0.1 for earlier, later in itertools.pairwise(times))


async def test_a_client_asks_no_more_at_once_than_the_settings_say() -> None:
    with Internet({"/": Reply(rss("Slow"), delay=0.02)}) as internet:
        async with Client(replace(LOOPBACK, fetch_concurrency=3), version="1") as client:
            await asyncio.gather(*(client.get(internet.url(f"/?{number}")) for number in range(12)))
        assert internet.most_at_once == 3


class NotingGate:
    """Notes whose turn it was; refuses when told to."""

    def __init__(self, *, broken: bool = False) -> None:
        self.turns: list[str] = []
        self.open = 0
        self._broken = broken

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        return self._turn(host)

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        if self._broken:
            raise StoreError("store.busy")
        self.turns.append(host)
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


async def test_every_hop_asks_the_gate_for_a_turn_by_its_host_and_gives_it_back() -> None:
    gate = NotingGate()
    with Internet({"/": rss("There")}, host="127.0.0.2") as other, Internet() as internet:
        internet["/"] = redirect("/b")
        internet["/b"] = redirect(other.url())
        async with Client(LOOPBACK, version="1", gate=gate) as client:
            await client.get(internet.url())
            with pytest.raises(FetchError):
                await client.get(internet.url("/missing"))
        here = f"127.0.0.1:{internet.port}"
        assert gate.turns == [here, here, f"127.0.0.2:{other.port}", here]
        assert gate.open == 0


async def test_what_a_gate_raises_is_not_taken_for_the_networks_fault() -> None:
    async with Client(LOOPBACK, version="1", gate=NotingGate(broken=True)) as client:
        with pytest.raises(StoreError):
            await client.get("http://127.0.0.1:9/")


async def arrival(internet: Internet) -> None:
    while not internet.requests:
        await asyncio.sleep(0.01)


async def test_who_waits_for_a_busy_host_does_not_keep_others_from_theirs() -> None:
    with Internet({"/": Reply(rss("Slow"), delay=30)}) as busy, Internet({"/": rss("Quick")}) as idle:
        async with Client(replace(LOOPBACK, host_connections=1, fetch_concurrency=2), version="1") as client:
            slow = [asyncio.create_task(client.get(busy.url(f"/?{number}"))) for number in range(5)]
            await arrival(busy)
            await client.get(idle.url())
            assert not any(task.done() for task in slow)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)


async def test_waiting_for_a_turn_does_not_count_as_the_servers_time() -> None:
    with Internet({"/": Reply(rss("Slow"), delay=0.2)}) as internet:
        async with Client(replace(LOOPBACK, host_connections=1, fetch_timeout=1.2), version="1") as client:
            answers = await asyncio.gather(*(client.get(internet.url(f"/?{number}")) for number in range(8)))
        assert all(0.1 < answer.elapsed_seconds < 1.2 for answer in answers)


async def test_a_deadline_counts_the_waiting_too() -> None:
    with Internet({"/": Reply(rss("Slow"), delay=30)}) as internet:
        async with Client(replace(LOOPBACK, host_connections=1), version="1") as client:
            first = asyncio.create_task(client.get(internet.url()))
            await arrival(internet)
            with pytest.raises(FetchError) as caught:
                await client.get(internet.url("/?2"), deadline=0.1)
            assert caught.value.code == "fetch.timeout"
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
        assert len(internet.requests) == 1
