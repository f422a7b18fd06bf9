"""Open a database by its address, creating and migrating it when allowed."""

from pathlib import Path

from dateline.errors import StoreError

from .db import Database, Sanitiser, TextOf
from .migrations import migrate


def open_database(
    url: str, *, create: bool = True, sanitiser: Sanitiser | None = None, text_of: TextOf | None = None
) -> Database:
    """Open ``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://…`` and bring its schema up to date.

    ``create=False`` refuses a SQLite file that is not there. ``sanitiser`` cleans stored raw HTML again when its safe
    form was made by an older policy; ``text_of`` reads safe HTML for queries that ask for texts. Raises ``StoreError``.
    """
    db = _open_sqlite(sqlite_path(url), create=create) if url.startswith("sqlite:") else _open_postgres(url)
    db.sanitiser, db.text_of = sanitiser, text_of
    try:
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def sqlite_path(url: str) -> Path:
    """The file that a ``sqlite:///`` address names."""
    return Path(url.removeprefix("sqlite:///"))


def _open_sqlite(path: Path, *, create: bool) -> Database:
    from .sqlite.engine import SqliteDatabase

    if not path.exists():
        if not create:
            raise StoreError("store.unreachable", f"{path} does not exist")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise StoreError("store.read_only", f"{path} cannot be created: {error.strerror}") from error
    return SqliteDatabase(path)


def _open_postgres(url: str) -> Database:
    import psycopg

    from .postgres.engine import PostgresDatabase

    try:
        return PostgresDatabase(url)
    except psycopg.ProgrammingError as error:
        raise StoreError("store.unreachable", f"the PostgreSQL address cannot be understood: {error}") from error
