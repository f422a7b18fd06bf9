"""Backups: the whole instance and its key in one file, taken while everything runs, verified before it counts.

A backup is a ZIP archive: ``manifest.json``, ``secret.key``, and the database, which is ``database.sqlite`` for SQLite
(a copy of one moment, by its backup API) or ``tables/NAME.copy`` for PostgreSQL (``COPY`` of every table in one
``REPEATABLE READ`` transaction). It is restored into the engine that it came from. The file appears under its name only
when it is whole, readable for its owner alone.
"""

import errno
import os
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from dateline.errors import StoreError
from dateline.settings import Settings

from .migrations import migrations, refuse_newer
from .opening import open_database, sqlite_path
from .secrets import key_path

if TYPE_CHECKING:
    from .db import EngineName

FORMAT = 1
MANIFEST = "manifest.json"
KEY = "secret.key"
MAX_SMALL_FILE = 1_000_000
CHUNK = 1 << 20

Advance = Callable[[int, int], None]
"""Told of progress: (done, of how many)."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a PostgreSQL backup: its rows, and where its identity column stands (None: it has none)."""

    name: str
    columns: tuple[str, ...]
    rows: int
    identity_column: str | None = None
    identity_last: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. ``tables`` stand in an order in which they can be filled."""

    engine: Literal["sqlite", "postgres"]
    schema: int
    created_at: datetime
    format: int = FORMAT
    has_key: bool = True
    tables: tuple[Table, ...] = ()


# ------------------------------------------------------------------------------------------------ taking


def backup(settings: Settings, target: Path, *, now: datetime, advance: Advance) -> Manifest:
    """Write a backup of the instance to ``target``, in place of an older one of that name. What it holds.

    Raises ``StoreError``: ``store.full``, ``store.read_only``, ``store.corrupt`` (the database is damaged: no backup is
    made), ``store.bad_backup`` (what was written could not be read again), and those of opening the database.
    """
    _refuse_own_files(settings, target)
    part = target.with_name(f".{target.name}.part")
    with _file_errors(target), _removed_in_the_end(part):
        # made first: a folder that cannot be written is told before any work is done, and nobody else may read the file
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            manifest = _engine(settings).write(settings, archive, target, now, advance)
            manifest = msgspec.structs.replace(manifest, has_key=_write_key(settings, archive))
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _sync(part)
        with _opened(part) as (archive, _):
            _verify(archive)
        part.replace(target)
        _sync(target.absolute().parent)
    return manifest


def _refuse_own_files(settings: Settings, target: Path) -> None:
    own = [key_path(settings)]
    if settings.database_url.startswith("sqlite:"):
        path = sqlite_path(settings.database_url)
        own += [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal", ".serve")]
    if target.resolve() in [path.resolve() for path in own]:
        raise StoreError("store.bad_backup", f"{target} is a file of the instance itself")
    if target.is_dir():
        raise StoreError("store.read_only", f"{target} is a folder; name a file in it")


def _write_key(settings: Settings, archive: zipfile.ZipFile) -> bool:
    path = key_path(settings)
    if not path.exists():  # no feed has credentials yet
        return False
    try:
        archive.writestr(KEY, path.read_bytes())
    except OSError as error:
        raise StoreError("store.secret", f"{path}: {error.strerror}") from error
    return True


# ------------------------------------------------------------------------------------------------ restoring


def restore(settings: Settings, source: Path, *, now: datetime, advance: Advance) -> list[Path]:
    """Verify a backup and put it in the instance's place, then migrate it. The files in which the old state is kept.

    The caller holds ``store.lock.alone``. Raises ``StoreError``: ``store.bad_backup``, ``store.newer_schema``,
    ``store.in_use`` (another process has the SQLite file open, or the PostgreSQL database holds accounts); nothing was
    changed then.
    """
    engine = _engine(settings)
    with _opened(source) as (archive, manifest):
        if manifest.engine != engine.name:
            raise StoreError(
                "store.bad_backup", f"{source} is of {manifest.engine}, this instance runs on {engine.name}"
            )
        refuse_newer(manifest.schema, migrations(manifest.engine)[-1][0])
        _verify(archive)
        key = archive.read(KEY) if manifest.has_key else None
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        with _file_errors(key_path(settings)):
            kept = engine.read(settings, archive, manifest, stamp, advance)
            if key is not None:
                kept += _put_key(key_path(settings), key, stamp)
    open_database(settings.database_url).close()
    return kept


def _put_key(path: Path, key: bytes, stamp: str) -> list[Path]:
    if path.exists() and path.read_bytes() == key:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.restoring")
    with _removed_in_the_end(new):
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key)
        _sync(new)
        aside = path.with_name(f"{path.name}.before-restore-{stamp}")
        kept = [aside] if path.exists() else []
        if kept:
            path.rename(aside)
        new.rename(path)
    return kept


# ------------------------------------------------------------------------------------------------ the archive


class Engine(ABC):
    """How one database engine is written to an archive and read from it."""

    name: "EngineName"

    @abstractmethod
    def write(
        self, settings: Settings, archive: zipfile.ZipFile, target: Path, now: datetime, advance: Advance
    ) -> Manifest:
        """Put the database into the archive; ``target`` names the folder where a temporary copy may be made."""

    @abstractmethod
    def read(
        self, settings: Settings, archive: zipfile.ZipFile, manifest: Manifest, stamp: str, advance: Advance
    ) -> list[Path]:
        """Put the archive's database in the place of the instance's. The files in which the old one is kept."""


def _engine(settings: Settings) -> Engine:
    if settings.database_url.startswith("sqlite:"):
        from .sqlite.backup import SqliteBackup

        return SqliteBackup()
    from .postgres.backup import PostgresBackup

    return PostgresBackup()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup and what it says of itself. Raises ``StoreError`` ``store.bad_backup``."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > MAX_SMALL_FILE:
                raise StoreError("store.bad_backup", f"{path}: its manifest is too long")
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            if manifest.format > FORMAT:
                raise StoreError("store.bad_backup", f"{path} was made by a newer Dateline")
            yield archive, manifest
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError, EOFError, NotImplementedError) as error:
        raise StoreError("store.bad_backup", f"{path} is no whole backup: {error}") from error


def _verify(archive: zipfile.ZipFile) -> None:
    """Read everything and compare the checksums. Raises ``StoreError``."""
    import zlib

    try:
        broken = archive.testzip()
    except (zlib.error, zipfile.BadZipFile, EOFError) as error:
        raise StoreError("store.bad_backup", str(error)) from error
    if broken is not None:
        raise StoreError("store.bad_backup", f"{broken} in it is damaged")


def copied(source: Callable[[int], bytes], sink: Callable[[bytes], object]) -> int:
    """Copy a stream in pieces. How many bytes."""
    size = 0
    while piece := source(CHUNK):
        sink(piece)
        size += len(piece)
    return size


# ------------------------------------------------------------------------------------------------ files


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    """The file system's errors → ``StoreError``."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise StoreError("store.full", f"no space left for {where}") from error
        raise StoreError("store.read_only", f"{where}: {error.strerror or error}") from error


@contextmanager
def _removed_in_the_end(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
