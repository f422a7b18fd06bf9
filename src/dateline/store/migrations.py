"""Forward-only migrations: numbered ``.sql`` files, each with its version bump in one transaction.

SQLite keeps its version in ``PRAGMA user_version`` and is copied to ``<file>.before-N.bak`` before a migration
touches existing
data; PostgreSQL keeps it in the table ``schema_version``. A newer schema than this program knows is refused.
"""

from importlib import resources

from dateline.errors import StoreError

from .db import Database, EngineName


def migrations(engine: EngineName) -> list[tuple[int, str]]:
    """Every migration of an engine as (version, SQL), rising from 1 without gaps."""
    folder = resources.files(f"dateline.store.{engine}") / "migrations"
    found = sorted(
        (file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".sql")
    )
    numbered = [(int(name.split("_", 1)[0]), sql) for name, sql in found]
    assert [number for number, _ in numbered] == list(range(1, len(numbered) + 1))
    return numbered


def migrate(db: Database) -> tuple[int, int]:
    """Bring a database to the newest schema. Returns (version before, version after).

    Safe to run by several processes at once. Raises ``StoreError`` (``store.newer_schema``).
    """
    steps = migrations(db.engine)
    known = steps[-1][0]
    before = db.schema_version()
    refuse_newer(before, known)
    if before < known:
        db.migrate(steps)
    return before, known


def refuse_newer(version: int, known: int) -> None:
    """Raise ``StoreError`` when a database was written by a newer Dateline."""
    if version > known:
        raise StoreError(
            "store.newer_schema",
            f"the database has schema {version}, this Dateline knows up to {known}: install the newer Dateline, "
            "or restore a backup made before the upgrade",
        )
