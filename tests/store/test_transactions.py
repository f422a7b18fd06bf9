"""What both engines promise of a transaction: who may write, what others see, what a second writer does."""

import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.people import Cast
from tests.store.feeding import arrived, fill, subscribed

from dateline.errors import StoreError
from dateline.refresh import deliver
from dateline.store import Database, entries, open_database
from dateline.store.write import transaction


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO meta (key, value) VALUES ('a', 'b')",
        "UPDATE users SET language = 'fr'",
        "DELETE FROM users",
        "CREATE TABLE other (id BIGINT)",
        "DROP TABLE unread",
    ],
)
def test_a_reading_transaction_cannot_write(db: Database, sql: str) -> None:
    with pytest.raises(StoreError) as caught, db.reading() as tx:
        tx.all(sql)
    assert caught.value.code == "store.read_only"


def test_a_reading_transaction_sees_one_state(db: Database) -> None:
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM meta WHERE key = 'a'") == 0
        with transaction(db) as other:
            other.run("INSERT INTO meta (key, value) VALUES ('a', 'b')")
        assert tx.value("SELECT count(*) FROM meta WHERE key = 'a'") == 0
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM meta WHERE key = 'a'") == 1


def test_an_exception_takes_back_all_of_a_writing_transaction(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db) as tx:  # noqa: PT012 - the transaction must end by it
        tx.run("INSERT INTO meta (key, value) VALUES ('a', 'b')")
        raise ZeroDivisionError
    with transaction(db) as tx:
        assert tx.value("SELECT 1 FROM meta WHERE key = 'a'") is None


@pytest.mark.parametrize("text", ["nul \0 in it", "half \ud800 of a pair", "\udcff", "\0"])
def test_text_that_no_database_can_hold_is_stored_without_it(db: Database, text: str) -> None:
    with transaction(db) as tx:
        tx.run("INSERT INTO meta (key, value) VALUES ('a', :text)", text=text)
        stored = tx.value("SELECT value FROM meta WHERE key = 'a'")
    assert isinstance(stored, str)
    with db.reading() as tx:
        assert tx.value("SELECT value FROM meta WHERE value = :text", text=text) == stored


@pytest.mark.parametrize("number", [2**63, 2**64, 2**200, -(2**63) - 1, -(2**200)])
def test_an_integer_over_64_bits_is_no_id(db: Database, cast: Cast, number: int) -> None:
    with db.reading() as tx:
        assert tx.value("SELECT 1 FROM users WHERE id = :id", id=number) is None
        below = tx.value("SELECT count(*) FROM users WHERE id < :id", id=number)
    assert below == (3 if number > 0 else 0)


# ------------------------------------------------------------------------------------------------ many writers


def test_many_threads_write_at_once_and_nothing_is_lost(db: Database) -> None:
    def add(_: int) -> None:
        with transaction(db) as tx:
            tx.run(
                "INSERT INTO meta (key, value) VALUES ('n', '1')"
                " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
            )
            with db.reading() as reader:
                reader.value("SELECT count(*) FROM meta")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(120)))
    with db.reading() as tx:
        assert tx.value("SELECT value FROM meta WHERE key = 'n'") == "120"


WRITER = textwrap.dedent(
    """
    import sys, threading
    from dateline.store import open_database
    from dateline.store.write import transaction

    db = open_database(sys.argv[1])
    def write(name):
        for number in range(40):
            with transaction(db) as tx:
                # read, then write: what a deferred transaction could not do beside another writer
                before = int(tx.value("SELECT value FROM meta WHERE key = 'n'") or 0)
                tx.run("INSERT INTO meta (key, value) VALUES ('n', :n) ON CONFLICT (key) DO UPDATE SET"
                       " value = excluded.value", n=str(before + 1))
    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    db.close()
    """
)


def test_processes_share_one_sqlite_file_without_an_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.sqlite"
    # the file is not there yet: both create and migrate it at once
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    for writer in writers:
        output, _ = writer.communicate()
        assert (writer.returncode, output) == (0, b"")
    with open_database(url).closing() as db, db.reading() as tx:
        assert tx.value("SELECT value FROM meta WHERE key = 'n'") == "240"


# ------------------------------------------------------------------------------------------------ order of arrival


@pytest.mark.postgres
def test_ids_become_visible_in_rising_order(postgres_db: Database, now: datetime) -> None:
    """The second writer waits with its ids until the first one's are there: nobody can see 2 before 1."""
    db = postgres_db
    with transaction(db) as tx:
        feeds = [
            tx.value(
                "INSERT INTO feed (url, host, created_at) VALUES (:url, 'h', 0) RETURNING id", url=f"https://{n}.test"
            )
            for n in range(2)
        ]
    has_drawn, second_started, second_done = threading.Event(), threading.Event(), threading.Event()

    def second() -> list[int]:
        has_drawn.wait()
        with transaction(db) as tx:
            second_started.set()
            ids = entries.insert(tx, feeds[1], [arrived("second", now)], now)
        second_done.set()
        return ids

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(second)
        with transaction(db) as tx:
            first = entries.insert(tx, feeds[0], [arrived("first", now)], now)
            has_drawn.set()
            second_started.wait()
            assert not second_done.wait(0.3)
            with db.reading() as reader:
                assert reader.column("SELECT id FROM entry") == []
        assert first < later.result()
    with db.reading() as reader:
        assert reader.column("SELECT id FROM entry ORDER BY id") == [*first, *later.result()]


def test_delivery_beside_two_writers_loses_nothing_and_doubles_nothing(db: Database, cast: Cast, now: datetime) -> None:
    feeds = [subscribed(db, cast.alice, f"https://{n}.test/", now)[1] for n in range(3)]
    running = threading.Event()
    running.set()
    start = threading.Barrier(4)

    def write(writer: int) -> list[int]:
        start.wait()
        ids: list[int] = []
        for number in range(25):
            moment = now + timedelta(seconds=number)
            ids += fill(db, feeds[(writer + number) % 3], [f"{writer}/{number}/{n}" for n in range(3)], moment)
        return ids

    def catch_up() -> int:
        start.wait()
        delivered = 0
        while running.is_set():
            delivered += deliver.catch_up(db, cast.alice.id)
        return delivered

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(catch_up) for _ in range(2)]
        writers = [pool.submit(write, number) for number in range(2)]
        written = [ident for writer in writers for ident in writer.result()]
        running.clear()
        delivered = sum(reader.result() for reader in readers)
    delivered += deliver.catch_up(db, cast.alice.id, everything=True)
    assert delivered == len(written) == 150
    with db.reading() as tx:
        assert sorted(tx.column("SELECT entry_id FROM unread")) == sorted(written)
        assert tx.value("SELECT sum(unread_count) FROM subscription") == 150
