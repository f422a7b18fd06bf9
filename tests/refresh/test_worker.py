"""The worker as a whole: what it does when nothing is due, how it stops, what a full disk does to it."""

import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from tests.internet import LOOPBACK, Internet, Reply, rss
from tests.people import Cast, make_cast
from tests.refresh.running import Runner
from tests.searches import tree

from dateline.actions import subscriptions
from dateline.refresh import deliver
from dateline.refresh.work import Refresher
from dateline.store import Database, search
from dateline.store.sqlite.engine import SqliteDatabase

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not await asyncio.to_thread(condition):
        await asyncio.sleep(0.02)


async def test_a_worker_fetches_indexes_delivers_and_stops_when_told(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": Reply(rss("A", "One", "Two"), delay=0.05), "/favicon.ico": PNG}) as site:
        site["/feed"] = Reply(rss("A", "One", "Two", link=site.url("/")), delay=0.05)
        subscriptions.subscribe(db, cast.alice, site.url("/feed"), now=now)
        stop = asyncio.Event()
        worker = Refresher(db, LOOPBACK, version="0", holder="w", clock=lambda: now)
        running = asyncio.create_task(worker.run_forever(stop))

        def done() -> bool:
            with db.reading() as tx:
                return (
                    tx.value("SELECT count(*) FROM unread") == 2
                    and tx.value("SELECT count(icon_id) FROM feed") == 1
                    and len(search.matching(tx, tree("One"), [1, 2], user_id=cast.alice.id)) == 1
                )

        await until(done)
        stop.set()
        await running
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM feed WHERE lease_holder IS NOT NULL") == 0
            assert tx.value("SELECT count(*) FROM host WHERE holder IS NOT NULL") == 0


async def test_what_is_in_flight_is_finished_before_the_end(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({f"/{n}": Reply(rss(f"{n}", "One"), delay=0.3) for n in range(5)}) as site:
        for path in list(site.pages):
            subscriptions.subscribe(db, cast.alice, site.url(path), now=now)
        stop = asyncio.Event()
        running = asyncio.create_task(
            Refresher(db, LOOPBACK, version="0", holder="w", clock=lambda: now).run_forever(stop)
        )
        await until(lambda: len(site.requests) == 5)
        stop.set()
        await running
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 5


def test_a_full_disk_loses_nothing_and_hammers_nobody(sqlite_db: Database, now: datetime) -> None:
    assert isinstance(sqlite_db, SqliteDatabase)
    alice = make_cast(sqlite_db, now).alice
    long = rss("A", *(f"{n} " + "".join(chr(33 + (n * k) % 90) for k in range(5000)) for n in range(120)))
    with Internet({"/feed": Reply(long, etag='"1"')}) as site:
        subscriptions.subscribe(sqlite_db, alice, site.url("/feed"), now=now)
        with sqlite_db.maintenance() as connection:
            pages = connection.execute("PRAGMA page_count").fetchall()[0][0]
            connection.execute(f"PRAGMA max_page_count = {int(str(pages)) + 8}")
        runner = Runner(sqlite_db, now)
        assert runner.run() == runner.run() == {}
        assert len(site.requests) == 1
        with sqlite_db.reading() as tx:
            assert tx.one("SELECT etag, failures, lease_count FROM feed") == (None, 0, 0)
        with sqlite_db.maintenance() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        runner.later(minutes=11)
        assert runner.run()[site.url("/feed")].code == "ok"
        assert site.asked("/feed")[1].header("If-None-Match") is None
    assert deliver.catch_up(sqlite_db, alice.id) == 120
    with sqlite_db.reading() as tx:
        assert tx.one("SELECT count(*), min(etag), min(entry_count) FROM entry, feed") == (120, '"1"', 120)


CHILD = textwrap.dedent(
    """
    import asyncio, sys
    from datetime import UTC, datetime
    from tests.internet import LOOPBACK
    from dateline.refresh.work import Refresher
    from dateline.store import open_database

    db = open_database(sys.argv[1])
    now = datetime.fromisoformat(sys.argv[2])
    asyncio.run(Refresher(db, LOOPBACK, version="0", holder="child", clock=lambda: now).run_once())
    """
)


@pytest.mark.parametrize("entries_seen", [1, 400])
def test_a_worker_that_is_killed_leaves_nothing_to_repair_and_loses_nothing(
    db: Database, cast: Cast, now: datetime, entries_seen: int
) -> None:
    def count() -> int:
        with db.reading() as tx:
            return int(tx.value("SELECT count(*) FROM entry"))

    feeds = {f"/{n}": Reply(rss(f"{n}", *(f"{n}/{k}" for k in range(120))), etag=f'"{n}"') for n in range(8)}
    with Internet(feeds) as site:
        for path in feeds:
            subscriptions.subscribe(db, cast.alice, site.url(path), now=now)
        child = subprocess.Popen([sys.executable, "-c", CHILD, db.url, now.isoformat()], cwd=Path(__file__).parents[2])
        while count() < entries_seen and child.poll() is None:
            time.sleep(0.005)
        child.kill()
        child.wait()
        seen = count()
        assert seen >= entries_seen
        with db.reading() as tx:
            whole = "SELECT count(*) FROM feed f WHERE etag IS NOT NULL AND entry_count <> 120"
            assert tx.value(whole) == 0  # no validators before the last of the entries
            counted = (
                "SELECT count(*) FROM feed f WHERE entry_count <> (SELECT count(*) FROM entry WHERE feed_id = f.id)"
            )
            assert tx.value(counted) == 0
            if db.engine == "sqlite":
                assert tx.column("PRAGMA integrity_check") == ["ok"]
        runner = Runner(db, now)
        runner.later(minutes=5)  # the leases of the dead are over
        runner.run()
    assert count() == 8 * 120
    assert deliver.catch_up(db, cast.alice.id) == 8 * 120
    with db.reading() as tx:
        assert tx.value("SELECT count(DISTINCT guid) FROM entry") == 8 * 120
        assert tx.value("SELECT count(*) FROM feed WHERE error_code IS NOT NULL OR lease_count <> 0") == 0
