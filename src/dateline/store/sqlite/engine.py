"""One SQLite file: pooled read-only connections and one writer a process.

WAL with ``synchronous=NORMAL``: after a power cut the newest transactions may be missing, but a committed state is
never
broken; after a mere crash of the process nothing is missing (https://sqlite.org/wal.html). Every write begins with
``BEGIN IMMEDIATE``: a deferred transaction that turns into a writer fails at once when another one wrote meanwhile.
"""

import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

import apsw

from dateline.errors import StoreError
from dateline.store.db import Database, Row, Tx, WriteTx, storable

log = logging.getLogger(__name__)

DIALECT = {
    "skip_locked": "",
    "skip_locked_of_f": "",
    "skip_locked_of_i": "",
    "strings": "json_each(:strings)",
    "text_key": "rowid",
    "lock_rows_of_s": "",
    "lock_row": "",
    "lock_row_now": "",
    "lock_user_now": "",
    "share_row": "",
}
BUSY_SECONDS = 20.0
READERS = 8
# The write-ahead log is folded into the file every so many pages: few fsyncs (the-line-measured: 56 against 389 in a
# first refresh of 1,000 feeds) for at most 24 MB of log. That may take a disk a third of a second, so it is done after
# a turn, when others may write, and by who writes much: whoever clicks waits for none of it. Where all write little,
# nobody comes, and at twice the size a thread does it.
CHECKPOINT_PAGES = 6_000
LITTLE_PAGES = 64
# Where one reader always follows the other, a log that is folded to its end does not begin anew, and would grow for
# ever. From 240 MB on whoever folds it waits for those who read just then, and all who write with it: for a second at
# most. Where that was in vain (somebody reads for long), not again before the log is twice as long.
TOO_LONG_PAGES = 60_000

_IDS = re.compile(r"IN (?:ids|hashes)\(:(\w+)\)")
_MARK = re.compile(r"\[\[(\w+)\]\]")


@lru_cache(maxsize=1024)
def translate(sql: str) -> tuple[str, frozenset[str]]:
    """Dateline's SQL → SQLite's, and the names of the parameters that are lists."""
    lists = frozenset(_IDS.findall(sql))
    hashes = frozenset(re.findall(r"IN hashes\(:(\w+)\)", sql))

    def members(match: re.Match[str]) -> str:
        name = match[1]
        value = "unhex(value)" if name in hashes else "value"
        return f"IN (SELECT {value} FROM json_each(:{name}))"

    return _MARK.sub(lambda mark: DIALECT[mark[1]], _IDS.sub(members, sql)), lists


def _bind(params: dict[str, Any], lists: frozenset[str]) -> dict[str, Any]:
    for name in lists:
        members = params[name]
        params[name] = json.dumps([m.hex() if isinstance(m, bytes) else m for m in members])
    return params


@contextmanager
def translated_errors(path: object) -> Iterator[None]:
    """apsw's exceptions → ``StoreError``."""
    try:
        yield
    except apsw.FullError as error:
        raise StoreError("store.full", f"no space left for {path}") from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreError("store.busy", f"{path} was locked by another process for {BUSY_SECONDS:.0f} s") from error
    except (apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise StoreError("store.read_only", f"{path} cannot be written") from error
    except apsw.NotADBError as error:
        raise StoreError("store.not_a_database", f"{path} is not a SQLite database") from error
    except apsw.CorruptError as error:
        raise StoreError("store.corrupt", f"{path} is damaged: {error}") from error
    except apsw.CantOpenError as error:
        raise StoreError("store.unreachable", f"{path} cannot be opened") from error
    except apsw.IOError as error:
        raise StoreError("store.unreachable", f"{path}: {error}") from error


class SqliteTx(Tx):
    """A read-only transaction."""

    engine = "sqlite"

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def all(self, sql: str, /, **params: Any) -> list[Row]:
        text, lists = translate(sql)
        params = _bind(params, lists)
        try:
            return self._connection.execute(text, params).fetchall()
        except (OverflowError, UnicodeEncodeError):
            return self._connection.execute(text, storable(params)).fetchall()


class SqliteWriteTx(SqliteTx, WriteTx):
    """A writing transaction."""

    def run(self, sql: str, /, **params: Any) -> int:
        self.all(sql, **params)
        return self._connection.changes()

    def many(self, sql: str, /, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.executemany(translate(sql)[0], rows)

    def hold_arrival_order(self) -> None:
        """Nothing to do: SQLite has one writer at a time."""

    def hold_user(self, user_id: int) -> None:
        """Nothing to do, likewise."""


def _wait_politely(calls: int) -> bool:
    """SQLite's busy handler: look again every millisecond, so that a click does not queue behind a refresh."""
    time.sleep(0.001 if calls < 100 else 0.005)
    return calls < BUSY_SECONDS * 200


def _wait_a_second(calls: int) -> bool:
    time.sleep(0.001)
    return calls < 1_000


def _switch_to_wal(connection: apsw.Connection) -> None:
    """SQLite refuses this switch at once, without asking its busy handler, while another process makes it."""
    for calls in count():
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except apsw.BusyError:
            if not _wait_politely(calls):
                raise


class SqliteDatabase(Database):
    """One file. Readers are kept in a pool; writers of this process take turns on one connection."""

    engine = "sqlite"

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._vfs = vfs
        self._readers: LifoQueue[apsw.Connection] = LifoQueue(maxsize=READERS)
        self._turn = threading.Lock()
        self._writer: apsw.Connection | None = None
        self._log_pages = 0
        self._too_long = TOO_LONG_PAGES
        self._folding = threading.Lock()
        self._folder: apsw.Connection | None = None
        self._closed = False
        with translated_errors(path):
            self._writer = self._open_writer()

    def _connect(self) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        connection = apsw.Connection(str(self.path), flags=flags, vfs=self._vfs, statementcachesize=200)
        connection.set_busy_handler(_wait_politely)
        connection.execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY")
        return connection

    def _open_writer(self) -> apsw.Connection:
        connection = self._connect()
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -16000")
        connection.set_wal_hook(self._note_log)  # in place of the automatic checkpoint
        return connection

    def _note_log(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def _fold_log(self) -> None:
        """Bring what is in the log into the file, as far as no reader needs it there; nobody waits for it.

        What was written is written: a failure here is the next writer's, if it stays.
        """
        if not self._folding.acquire(blocking=False):
            return
        try:
            if not self._closed:
                pages, self._log_pages = self._log_pages, 0
                self._folder = self._folder or self._connect()
                self._folder.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 33554432")
                if pages < TOO_LONG_PAGES:
                    self._too_long = TOO_LONG_PAGES
                if pages < self._too_long:
                    self._folder.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                else:
                    self._begin_log_anew(self._folder)
        except apsw.BusyError:
            log.debug("another process folds the log of %s", self.path)
        except apsw.Error as error:
            log.warning("the log of %s stays as it is for now: %s", self.path, error)
        finally:
            self._folding.release()

    def _begin_log_anew(self, folder: apsw.Connection) -> None:
        self._too_long *= 2
        folder.set_busy_handler(_wait_a_second)
        try:
            folder.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        finally:
            folder.set_busy_handler(_wait_politely)

    def _open_reader(self) -> apsw.Connection:
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -4000")
        return connection

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        with translated_errors(self.path):
            try:
                connection = self._readers.get_nowait()
            except Empty:
                connection = self._open_reader()
            try:
                connection.execute("BEGIN")
                tx = SqliteTx(connection)
                tx.sanitiser, tx.text_of = self.sanitiser, self.text_of
                yield tx
            finally:
                self._give_back(connection)

    def _give_back(self, connection: apsw.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if self._closed or self._readers.full():
            connection.close()
        else:
            self._readers.put_nowait(connection)

    @contextmanager
    def writing(self) -> Iterator[WriteTx]:
        with self._turn, translated_errors(self.path):
            connection = self._writing_connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                tx = SqliteWriteTx(connection)
                tx.sanitiser, tx.text_of = self.sanitiser, self.text_of
                yield tx
                connection.execute("COMMIT")
                written, _ = connection.status(apsw.SQLITE_DBSTATUS_CACHE_WRITE, True)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        if self._log_pages >= CHECKPOINT_PAGES and written > LITTLE_PAGES:
            self._fold_log()
        elif self._log_pages >= 2 * CHECKPOINT_PAGES and not self._folding.locked():
            threading.Thread(target=self._fold_log, name="fold the log").start()

    def make_lasting(self) -> None:
        """Bring the log to the disk; whatever left it since was brought there by the checkpoint that took it."""
        with translated_errors(self.path), suppress(FileNotFoundError), Path(f"{self.path}-wal").open("rb+") as log:
            os.fsync(log.fileno())

    def schema_version(self) -> int:
        with self.reading() as tx:
            return int(tx.value("PRAGMA user_version"))

    def migrate(self, steps: Sequence[tuple[int, str]]) -> None:
        before = self.schema_version()
        if before:
            self._keep_copy(Path(f"{self.path}.before-{before + 1}.bak"), before)
        for version, sql in steps:
            with self.writing() as tx:
                if int(tx.value("PRAGMA user_version")) < version:  # another process may have been quicker
                    self._writing_connection().execute(sql)
                    self._writing_connection().execute(f"PRAGMA user_version = {version}")

    def _keep_copy(self, target: Path, version: int) -> None:
        """Keep a copy of this version, readable for its owner alone, under its name only when it is whole."""
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
        try:
            # VACUUM INTO takes an empty file; made here, nobody else may read it
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            with self._turn, translated_errors(self.path):
                self._writing_connection().execute("VACUUM INTO ?", (str(part),))
            descriptor = os.open(part, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if self._version_of(part) == version:  # else another process has migrated, and kept its own copy
                part.replace(target)
        except OSError as error:
            raise StoreError("store.read_only", f"{part} cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    def _version_of(self, path: Path) -> int:
        with translated_errors(path):
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            try:
                return int(str(connection.execute("PRAGMA user_version").fetchall()[0][0]))
            finally:
                connection.close()

    def _writing_connection(self) -> apsw.Connection:
        if self._writer is None:
            raise StoreError("store.unreachable", f"{self.path} was closed")
        return self._writer

    @contextmanager
    def maintenance(self) -> Iterator[apsw.Connection]:
        """The writing connection, outside any transaction: for backups and integrity checks."""
        with self._turn, translated_errors(self.path):
            yield self._writing_connection()

    def close(self) -> None:
        self._closed = True
        while True:
            try:
                self._readers.get_nowait().close()
            except Empty:
                break
        with self._folding:
            if self._folder is not None:
                self._folder.close()
                self._folder = None
        with self._turn:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
