"""A SQLite instance in a backup: a consistent copy of the file by SQLite's backup API (https://sqlite.org/backup.html)."""

import os
import zipfile
from datetime import datetime
from pathlib import Path

import apsw

from dateline.errors import StoreError
from dateline.settings import Settings
from dateline.store.backup import Advance, Engine, Manifest, copied
from dateline.store.opening import open_database, sqlite_path

from .engine import SqliteDatabase, translated_errors

MEMBER = "database.sqlite"
PAGES_AT_ONCE = 2_000


class SqliteBackup(Engine):
    """Copies the file, beside whatever else is going on."""

    name = "sqlite"

    def write(
        self, settings: Settings, archive: zipfile.ZipFile, target: Path, now: datetime, advance: Advance
    ) -> Manifest:
        copy = target.with_name(f".{target.name}.copy")
        # never made here: a backup of an empty new database would take the place of a good one
        db = open_database(settings.database_url, create=False)
        try:
            assert isinstance(db, SqliteDatabase)
            schema = db.schema_version()
            _without_leftovers(copy)
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with db.maintenance() as connection:
                _copy(connection, copy, advance)
            check(copy, "store.corrupt")
            archive.write(copy, MEMBER)
        finally:
            _without_leftovers(copy)
            db.close()
        return Manifest(engine="sqlite", schema=schema, created_at=now)

    def read(
        self, settings: Settings, archive: zipfile.ZipFile, manifest: Manifest, stamp: str, advance: Advance
    ) -> list[Path]:
        path = sqlite_path(settings.database_url)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.restoring")
        try:
            _without_leftovers(new)
            _unpack(archive, new, advance)
            check(new, "store.bad_backup")
            with translated_errors(path):
                return _swap(path, new, stamp)
        finally:
            _without_leftovers(new)


def _copy(source: apsw.Connection, target: Path, advance: Advance) -> None:
    """Copy one moment's state: the read transaction keeps what others write meanwhile out of it."""
    with translated_errors(target):
        copy = apsw.Connection(str(target))
        source.execute("BEGIN; SELECT 1 FROM sqlite_schema")
        try:
            with copy.backup("main", source, "main") as work:
                while not work.done:
                    work.step(PAGES_AT_ONCE)
                    advance(work.page_count - work.remaining, work.page_count)
            # one file without a log beside it
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            source.execute("ROLLBACK")
            copy.close()


def check(path: Path, code: str) -> None:
    """Read every page and every index of a file. Raises ``StoreError`` with the code when something is wrong."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            found += [
                f"{row[0]} row {row[1]} has no {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")
            ][:3]
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreError(code, f"{path}: {error}") from error
    if found != ["ok"]:
        raise StoreError(code, f"{path}: {'; '.join(found)}")


def _unpack(archive: zipfile.ZipFile, target: Path, advance: Advance) -> None:
    size = archive.getinfo(MEMBER).file_size
    done = 0
    with (
        archive.open(MEMBER) as member,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):

        def sink(piece: bytes) -> None:
            nonlocal done
            file.write(piece)
            done += len(piece)
            advance(done, size)

        copied(member.read, sink)
        file.flush()
        os.fsync(file.fileno())


def _swap(path: Path, new: Path, stamp: str) -> list[Path]:
    """Put the new file into the place of the old one, which is kept aside. There is a database at every moment."""
    kept: list[Path] = []
    if path.exists():
        _leave_alone(path)
        aside = path.with_name(f"{path.name}.before-restore-{stamp}")
        # a log that is left here belongs to the old file: beside the new one it would destroy it
        for suffix in ("-wal", "-shm"):
            log = path.with_name(path.name + suffix)
            if log.exists():
                log.rename(aside.with_name(aside.name + suffix))
        try:
            os.link(path, aside)
        except OSError:  # a file system without hard links
            path.rename(aside)
        kept.append(aside)
    new.replace(path)
    return kept


def _leave_alone(path: Path) -> None:
    """Fold the log into the file and make sure that nobody else has it open. A damaged file is taken as it is."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(1000)
            # only the last connection may leave WAL: anybody else's makes it fail
            connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreError(
            "store.in_use", f"another process has {path} open: stop `dateline worker` and all others"
        ) from error
    except (apsw.NotADBError, apsw.CorruptError):
        return


def _without_leftovers(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
