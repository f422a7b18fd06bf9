"""SQLite's write-ahead log: it is folded into the file every 24 MB, and nobody waits for that."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import apsw
import pytest

from dateline.store.sqlite import engine
from dateline.store.sqlite.engine import SqliteDatabase

MEGABYTE = 1_000_000


def filled(db: SqliteDatabase, megabytes: int) -> None:
    for _ in range(megabytes):
        with db.writing() as tx:
            tx.run("INSERT INTO t (x) VALUES (zeroblob(:size))", size=MEGABYTE)


def empty(path: Path, kind: type[SqliteDatabase] = SqliteDatabase) -> SqliteDatabase:
    db = kind(path)
    with db.writing() as tx:
        tx.run("CREATE TABLE t (x BLOB)")
    return db


def test_the_log_is_folded_into_the_file_and_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with empty(path).closing() as db:
        assert isinstance(db, SqliteDatabase)
        filled(db, 90)
        assert path.stat().st_size > 50 * MEGABYTE
        assert path.with_name("a.sqlite-wal").stat().st_size < 40 * MEGABYTE
        with db.reading() as tx:
            assert tx.value("SELECT sum(length(x)) FROM t") == 90 * MEGABYTE


class Folding(SqliteDatabase):
    """Says when it folds its log, and waits then."""

    meanwhile: Callable[[], None]

    def _connect(self) -> apsw.Connection:
        db = self

        class Connection(apsw.Connection):
            def wal_checkpoint(self, *args: object, **more: object) -> tuple[int, int]:
                db.meanwhile()
                return super().wal_checkpoint(*args, **more)  # type: ignore[arg-type] # as it was called

        return Connection(str(self.path))


def test_others_write_while_the_log_is_folded(tmp_path: Path) -> None:
    begun, written = threading.Event(), threading.Event()
    was_free: list[bool] = []

    def meanwhile() -> None:
        begun.set()
        was_free.append(written.wait(20))

    with empty(tmp_path / "a.sqlite", Folding).closing() as db:
        assert isinstance(db, Folding)
        db.meanwhile = meanwhile
        writer = threading.Thread(target=filled, args=(db, 26))
        writer.start()
        assert begun.wait(60)
        with db.writing() as click:
            click.run("INSERT INTO t (x) VALUES ('a click')")
        written.set()
        writer.join()
        assert was_free[0]
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM t") == 27


def test_a_failure_to_fold_loses_nothing(tmp_path: Path) -> None:
    def meanwhile() -> None:
        raise apsw.IOError("the disk is unwell")

    with empty(tmp_path / "a.sqlite", Folding).closing() as db:
        assert isinstance(db, Folding)
        db.meanwhile = meanwhile
        filled(db, 26)
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM t") == 26


def test_who_writes_little_never_folds_the_log(tmp_path: Path) -> None:
    """A click: it leaves that to who writes more, and where nobody does, to a thread."""
    written, done = threading.Event(), threading.Event()
    by: list[threading.Thread] = []

    def meanwhile() -> None:
        by.append(threading.current_thread())
        assert written.wait(20)
        done.set()

    with empty(tmp_path / "a.sqlite", Folding).closing() as db:
        assert isinstance(db, Folding)
        db.meanwhile = meanwhile
        filled(db, 24)
        for _ in range(250):
            with db.writing() as click:
                click.run("INSERT INTO t (x) VALUES (zeroblob(120000))")
        written.set()
        assert done.wait(20)
        assert threading.current_thread() not in by


def test_the_log_begins_anew_though_one_reader_always_follows_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHECKPOINT_PAGES", 500)
    monkeypatch.setattr(engine, "TOO_LONG_PAGES", 5_000)
    path, done, reading = tmp_path / "a.sqlite", threading.Event(), threading.Event()

    def read_on_and_on() -> None:
        before = ExitStack()
        while not done.wait(0.005):
            one = ExitStack()
            assert one.enter_context(db.reading()).value("SELECT count(*) FROM t") >= 0
            reading.set()
            before.close()
            before = one
        before.close()

    with empty(path).closing() as db:
        assert isinstance(db, SqliteDatabase)
        reader = threading.Thread(target=read_on_and_on)
        reader.start()
        assert reading.wait(20)
        filled(db, 100)
        done.set()
        reader.join()
        assert path.with_name("a.sqlite-wal").stat().st_size < 50 * MEGABYTE
        with db.reading() as tx:
            assert tx.value("SELECT sum(length(x)) FROM t") == 100 * MEGABYTE


def test_who_reads_for_long_keeps_nobody_from_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time it is waited for in vain, the log may become twice as long before it is waited for again."""
    monkeypatch.setattr(engine, "CHECKPOINT_PAGES", 500)
    monkeypatch.setattr(engine, "TOO_LONG_PAGES", 1_000)
    limits: list[int] = []
    with empty(tmp_path / "a.sqlite", Folding).closing() as db:
        assert isinstance(db, Folding)
        db.meanwhile = lambda: limits.append(db._too_long)
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM t") == 0
            filled(db, 40)
        filled(db, 20)
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM t") == 60
    assert list(dict.fromkeys(limits)) == [1_000, 2_000, 4_000, 8_000, 16_000]
    assert limits[-1] == 1_000
