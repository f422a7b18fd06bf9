"""A worker at rest, beside an archive: nothing it asks the database for grows with the archive."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.people import make_cast
from tests.store.feeding import fill, subscribed

from dateline.refresh import deliver, index
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import open_database
from dateline.store.write import transaction

ENTRIES = 3000
MOMENT = datetime.fromisoformat("2026-11-22T12:00:00Z")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A database of 3,000 entries, read by somebody who was here a minute ago; nothing is due."""
    file = tmp_path / "archive.sqlite"
    with open_database(f"sqlite:///{file}").closing() as db:
        alice = make_cast(db, MOMENT).alice
        _, feed = subscribed(db, alice, "https://one.test/", MOMENT)
        fill(db, feed, [str(number) for number in range(ENTRIES)], MOMENT)
        deliver.catch_up(db, alice.id)
        index.index_all(db)
        with transaction(db) as tx:
            tx.run("UPDATE feed SET next_at = 4102444800000000, icon_checked_at = 0")
    return file


@pytest.fixture
def steps() -> Iterator[dict[str, int]]:
    """SQL → the most steps of SQLite's machine that a run of it took, on connections opened from now on."""
    most: dict[str, int] = defaultdict(int)

    def note(ran: dict[str, Any]) -> None:
        most[ran["sql"]] = max(most[ran["sql"]], ran["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"])

    def hook(connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)

    apsw.connection_hooks.append(hook)
    yield most
    apsw.connection_hooks.remove(hook)


async def test_a_worker_at_rest_walks_no_archive(archive: Path, steps: dict[str, int]) -> None:
    with open_database(f"sqlite:///{archive}").closing() as db:
        refresher = Refresher(db, Settings(), version="0", holder="me", clock=lambda: MOMENT + timedelta(minutes=1))
        stop = asyncio.Event()
        working = asyncio.create_task(refresher.run_forever(stop))
        while not any("FROM users WHERE active_at" in sql for sql in steps):
            assert not working.done()
            await asyncio.sleep(0.01)
        stop.set()
        await working
    asked = "\n".join(steps)
    assert all(table in asked for table in ("entry_edited", "full_text_due", "history", "followed_opml", "websub_push"))
    assert {sql: count for sql, count in steps.items() if count > ENTRIES / 4} == {}
