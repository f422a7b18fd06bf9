"""Several workers on one database: every feed is asked once, no host by two at once, and none without a pause."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Asked, Internet, Page, Reply, redirect, rss
from tests.people import Cast, make_cast
from tests.refresh.running import Runner

from dateline.actions import instance, subscriptions
from dateline.model import User
from dateline.refresh.polite import NotNow, TableGate
from dateline.refresh.work import Refresher, Report
from dateline.settings import Settings
from dateline.store import Database, hosts, leases
from dateline.store.secrets import Keyring
from dateline.store.times import to_us
from dateline.store.write import transaction

SPACING = 0.08
ONE_AT_A_TIME = replace(LOOPBACK, host_connections=1, host_spacing=SPACING)


def clock() -> datetime:
    return datetime.now(UTC)


def worked(
    db: Database, names: Sequence[str], settings: Settings = ONE_AT_A_TIME, only: Sequence[int] | None = None
) -> list[Report]:
    """Run workers of these names at once until nothing is due. What all of them reported."""
    reports: list[Report] = []
    start = threading.Barrier(len(names))

    def work(name: str) -> None:
        worker = Refresher(db, settings, version="0", holder=name, clock=clock, on_report=reports.append)
        start.wait()
        asyncio.run(worker.run_once(only))

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, names))
    return reports


def spaced(requests: Sequence[Asked]) -> bool:
    """Whether requests came apart, all in all: half of the pauses is left for opening connections on a busy machine."""
    moments = sorted(request.at for request in requests)
    return moments[-1] - moments[0] > SPACING / 2 * (len(moments) - 1)


def slow(page: bytes) -> Reply:
    return Reply(page, delay=0.02)


def subscribe(db: Database, user: User, internet: Internet, paths: Sequence[str], now: datetime) -> None:
    for path in paths:
        subscriptions.subscribe(db, user, internet.url(path), now=now)


def test_two_workers_share_what_is_due_and_ask_nothing_twice(db: Database, cast: Cast) -> None:
    now = clock()
    paths = [f"/{number}" for number in range(4)]
    with ExitStack() as stack:
        sites = [
            stack.enter_context(Internet({path: slow(rss(f"{n}{path}", "One")) for path in paths})) for n in range(5)
        ]
        for site in sites:
            subscribe(db, cast.alice, site, paths, now)
        reports = worked(db, ["one", "two"])
        reports += worked(db, ["three"])  # what one left because the other held its host
        assert sorted(report.code for report in reports) == 20 * ["ok"]
        for site in sites:
            assert sorted(request.path for request in site.requests) == paths
            assert site.most_at_once == 1
            assert spaced(site.requests)
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM entry") == 20
            assert tx.value("SELECT count(*) FROM feed WHERE lease_holder IS NOT NULL OR lease_count <> 0") == 0
            assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []


def test_a_host_with_many_feeds_is_worked_off_to_the_end(sqlite_db: Database, now: datetime) -> None:
    """Its pause is so long that one feed is claimed at a time."""
    with Internet({path: rss(path, "One") for path in ("/a", "/b")}) as site:
        subscribe(sqlite_db, make_cast(sqlite_db, now).alice, site, ["/a", "/b"], clock())
        settings = replace(ONE_AT_A_TIME, host_spacing=2.6)
        assert [report.code for report in worked(sqlite_db, ["one"], settings)] == ["ok", "ok"]


def test_a_redirect_to_another_host_takes_a_turn_there(db: Database, cast: Cast) -> None:
    now = clock()
    with Internet() as target, ExitStack() as stack:
        for number in range(6):
            target[f"/{number}"] = slow(rss(f"{number}", "One"))
            site = stack.enter_context(Internet({"/feed": redirect(target.url(f"/{number}"), 302)}))
            subscribe(db, cast.alice, site, ["/feed"], now)
        target["/own"] = slow(rss("own", "One"))
        subscribe(db, cast.alice, target, ["/own"], now)
        reports = worked(db, ["one", "two"])
        reports += worked(db, ["three"])
        assert sorted(report.code for report in reports) == 7 * ["ok"]
        assert target.most_at_once == 1
        assert spaced(target.requests)
        with db.reading() as tx:
            assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []


def test_a_page_that_somebody_adds_waits_for_its_turn_too(db: Database, cast: Cast) -> None:
    """It is wanted while the worker has just asked the host, which takes its time to answer."""
    paths = [f"/{number}" for number in range(6)]
    asked = threading.Event()

    def taking_its_time(request: Asked) -> Reply:
        is_first = not asked.is_set()
        asked.set()
        return Reply(rss(request.path, "One"), delay=0.3 if is_first else 0.02)

    with Internet(dict.fromkeys([*paths, "/new"], taking_its_time)) as site, ThreadPoolExecutor(1) as pool:
        subscribe(db, cast.alice, site, paths, clock())
        working = pool.submit(worked, db, ["one"])
        assert asked.wait(60)
        found = subscriptions.look(db, ONE_AT_A_TIME, cast.bob, site.url("/new"), version="0", now=clock())
        assert found.feeds[0].entry_count == 1
        assert len(working.result() + worked(db, ["two"])) == 6
        assert sorted(request.path for request in site.requests) == [*paths, "/new"]
        assert site.most_at_once == 1


def test_the_host_of_a_worker_that_died_is_free_after_a_while(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        subscribe(db, cast.alice, site, ["/feed"], now)
        with transaction(db) as tx:
            assert leases.lease(tx, [1], holder="dead", now=now, until=now + timedelta(minutes=4))
        runner = Runner(db, now)
        runner.later(minutes=3.9)
        assert runner.run() == {}
        runner.later(minutes=0.2)
        assert runner.run()[site.url("/feed")].code == "ok"


def test_a_lease_given_back_counts_for_nothing(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        subscribe(db, cast.alice, site, ["/feed"], now)
        for _ in range(5):
            with transaction(db) as tx:
                leases.lease(tx, [1], holder="ended", now=now, until=now + timedelta(minutes=4))
            instance.give_back_leases(db, "somebody else")
            assert Runner(db, now).run() == {}
            instance.give_back_leases(db, "ended")
        with db.reading() as tx:
            assert tx.one("SELECT lease_holder, lease_until, lease_count FROM feed") == (None, 0, 0)
            assert tx.one("SELECT holder, held_until FROM host") == (None, 0)
        assert Runner(db, now).run()[site.url("/feed")].code == "ok"


def test_a_lease_is_taken_by_one(db: Database, cast: Cast, now: datetime) -> None:
    with Internet() as site:
        subscribe(db, cast.alice, site, [f"/{n}" for n in range(20)], now)

    def lease(name: str) -> list[int]:
        with transaction(db) as tx:
            return [
                feed.id
                for feed in leases.lease(tx, list(range(1, 21)), holder=name, now=now, until=now + timedelta(minutes=4))
            ]

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lease, "abcd"))
    assert sorted(ident for ids in taken for ident in ids) == list(range(1, 21))
    assert len([ids for ids in taken if ids]) == 1  # one host: one holder


def test_the_table_keeps_the_pause_over_all_processes(db: Database, now: datetime) -> None:
    def take(holder: str, at: datetime) -> float:
        with transaction(db) as tx:
            return hosts.take(tx, "a", holder=holder, now=at, until=at + timedelta(minutes=3), spacing_us=1_000_000)

    def release(holder: str) -> None:
        with transaction(db) as tx:
            hosts.release(tx, ["a"], holder=holder)

    half = timedelta(seconds=0.5)
    assert take("one", now) == 0.0
    assert take("two", now) > 0
    assert take("two", now + timedelta(hours=1)) == 0.0  # the first is dead
    release("one")
    assert take("three", now + timedelta(hours=1) + half) > 0  # it was not one's to give
    release("two")
    assert take("three", now + timedelta(hours=1) + half) == 0.5
    assert take("three", now + timedelta(hours=1) + 2 * half) == 0.0
    release("three")
    with transaction(db) as tx:
        hosts.silence(tx, "a", now + timedelta(hours=3))
        hosts.silence(tx, "a", now + timedelta(hours=2))  # a shorter silence does not end a longer one
    assert take("four", now + timedelta(hours=2)) == 3600.0
    with transaction(db) as tx:
        hosts.forget_idle(tx, now + timedelta(hours=3))
        assert tx.value("SELECT count(*) FROM host") == 1
        hosts.forget_idle(tx, now + timedelta(hours=4))
        assert tx.value("SELECT count(*) FROM host") == 0


# ------------------------------------------------------------------------------------------------ put off


def test_who_waits_for_a_host_that_has_enough_is_put_off_without_asking(db: Database, cast: Cast) -> None:
    now = clock()
    paths = [f"/{number}" for number in range(5)]
    with Internet() as site:
        for path in paths:
            site[path] = Reply(b"", status=429, headers=(("Retry-After", "3600"),), delay=0.05)
        subscribe(db, cast.alice, site, paths, now)
        reports = worked(db, ["one"])
        assert [report.code for report in reports] == ["fetch.rate_limited"]
        assert len(site.requests) == 1
        with db.reading() as tx:
            rows = tx.all("SELECT next_at, failures, lease_holder, lease_count FROM feed WHERE failures = 0")
        assert len(rows) == 4
        for next_at, _, holder, count in rows:
            assert to_us(now + timedelta(minutes=59)) < next_at < to_us(now + timedelta(minutes=62))
            assert (holder, count) == (None, 0)


def test_a_redirect_to_a_silent_host_is_put_off_and_blocks_nobody(db: Database, cast: Cast) -> None:
    now = clock()
    with Internet({"/feed": rss("target", "One")}) as target, Internet() as site:
        site["/moved"] = redirect(target.url("/feed"), 302)
        site["/good"] = rss("A", "One")
        with transaction(db) as tx:
            hosts.silence(tx, f"127.0.0.1:{target.port}", now + timedelta(hours=2))
        subscribe(db, cast.alice, site, ["/moved", "/good"], now)
        reports = worked(db, ["one"], LOOPBACK)
        assert [report.url for report in reports] == [site.url("/good")]
        assert (len(site.asked("/moved")), target.requests) == (1, [])
        with db.reading() as tx:
            next_at = tx.value("SELECT next_at FROM feed WHERE url = :url", url=site.url("/moved"))
        assert to_us(now + timedelta(minutes=119)) < next_at < to_us(now + timedelta(minutes=122))


async def test_a_turn_that_is_cut_off_leaves_nothing_held(sqlite_db: Database) -> None:
    with transaction(sqlite_db) as tx:
        now = clock()
        hosts.take(tx, "a", holder="other", now=now, until=now + timedelta(minutes=3), spacing_us=0)
    gate = TableGate(sqlite_db, ONE_AT_A_TIME, holder="me", clock=clock)
    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), gate.turn("a"):
                raise AssertionError("it is held by another")
    with transaction(sqlite_db) as tx:
        hosts.release(tx, ["a"], holder="other")
    for _ in range(3):
        async with asyncio.timeout(5), gate.turn("a"):
            assert _holder(sqlite_db) == "me"
        assert _holder(sqlite_db) is None


def _holder(db: Database) -> Any:
    with db.reading() as tx:
        return tx.value("SELECT holder FROM host WHERE name = 'a'")


async def test_a_claimed_host_is_released_when_the_last_turn_is_over(sqlite_db: Database) -> None:
    gate = TableGate(sqlite_db, replace(LOOPBACK, host_connections=2), holder="me", clock=clock)
    gate.hold("a", 0, 0)
    async with gate.turn("a"):
        assert gate.load() == {"a": 1}
        assert not gate.let_go("a")  # somebody is still there
        async with gate.turn("a"):
            pass
    with transaction(sqlite_db) as tx:
        assert hosts.take(tx, "a", holder="b", now=clock(), until=clock() + timedelta(1), spacing_us=0) == 0.0
    gate.quiet("a", 100.0)
    with pytest.raises(NotNow):
        async with gate.turn("a"):
            raise AssertionError("it wants to be left alone")


# ------------------------------------------------------------------------------------------------ harm contained


def test_a_feed_is_asked_alone_after_one_death_and_set_aside_after_two(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/a": slow(rss("A", "One")), "/b": slow(rss("B", "One")), "/c": rss("C", "One")}) as site:
        subscribe(db, cast.alice, site, ["/a", "/b", "/c"], now)
        with transaction(db) as tx:
            tx.run("UPDATE feed SET lease_count = 1 WHERE id <= 2")
            tx.run("UPDATE feed SET lease_count = 2 WHERE id = 3")
        reports = Runner(db, now).run()
        assert {url.rpartition("/")[2]: report.code for url, report in reports.items()} == {
            "a": "ok",
            "b": "ok",
            "c": "refresh.crashed",
        }
        assert site.most_at_once == 1
        assert site.asked("/c") == []


def test_a_wrong_key_is_the_failure_of_the_feeds_that_need_it(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    settings = replace(LOOPBACK, secret_file=tmp_path / "key")
    wrong: list[Callable[[], object]] = [
        (tmp_path / "key").unlink,
        Keyring(tmp_path / "key").ensure,
        lambda: (tmp_path / "key").write_bytes(b"no key at all"),
        lambda: (tmp_path / "key").write_bytes(b""),
    ]
    with Internet({"/private": rss("P", "One"), "/shared": rss("S", "One")}) as site:
        address = site.url("/private").replace("http://", "http://me:secret@")
        subscriptions.subscribe(db, cast.alice, address, settings=settings, now=now)
        subscribe(db, cast.alice, site, ["/shared"], now)
        runner = Runner(db, now, settings)
        for spoil in wrong:
            spoil()
            reports = runner.run()
            assert reports[site.url("/private")].code == "store.secret"
            assert reports[site.url("/shared")].code in ("ok", "unchanged")
            runner.later(days=4)
        assert site.asked("/private") == []


def test_a_page_that_changes_its_mind_about_everything_stops_nobody(db: Database, cast: Cast, now: datetime) -> None:
    odd: dict[str, Page] = {
        "/0": b"",
        "/1": b"\xff\xfe\x00",
        "/2": b"<rss><channel>" + b"<item>" * 5000,
        "/3": Reply(b"x" * 100, content_type="image/png"),
        "/4": Reply(status=304),
        "/5": Reply(status=204),
        "/6": redirect("/6", 301),
        "/7": Reply(rss("A", "One"), headers=(("Cache-Control", "max-age=" + "9" * 400), ("Retry-After", "-1"))),
        "/8": Reply(rss("A", "One"), headers=(("Expires", "never"), ("Cache-Control", 'max-age="x"'))),
        "/9": b"{}",
    }
    with Internet(odd) as site:
        subscribe(db, cast.alice, site, list(odd), now)
        runner = Runner(db, now)
        reports = runner.run()
        assert len(reports) == len(odd)
        codes = {url.rpartition("/")[2]: report.code for url, report in reports.items()}
        assert codes["7"] == codes["8"] == "ok"
        assert not [code for code in codes.values() if code == "refresh.failed"]
        runner.later(days=8)
        assert len(runner.run()) == len(odd)
