"""A PostgreSQL instance in a backup: every table by ``COPY``, in one state, and back into an empty database."""

import zipfile
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from dateline.errors import StoreError
from dateline.settings import Settings
from dateline.store.backup import Advance, Engine, Manifest, Table, copied
from dateline.store.migrations import migrations

from .engine import MIGRATION_LOCK, translated_errors

# Where a backup is written and read: the tables of the current schema, whatever it is called.
_TABLES = (
    "SELECT c.oid, c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
)
_REFERENCES = "SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f'"
_COLUMNS = (
    "SELECT attname, attidentity::text FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = '' ORDER BY attnum"
)
VERSION_TABLE = "schema_version"


class PostgresBackup(Engine):
    """Copies the rows; the schema is made by the migrations."""

    name = "postgres"

    def write(
        self, settings: Settings, archive: zipfile.ZipFile, target: Path, now: datetime, advance: Advance
    ) -> Manifest:
        with translated_errors(settings.database_url), psycopg.connect(settings.database_url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            schema = _schema(connection)
            if schema is None:
                raise StoreError("store.unreachable", "the database is empty: run `dateline migrate`")
            names = _in_order(connection)
            tables = []
            for number, (oid, name) in enumerate(names, 1):
                tables.append(_write_table(connection, archive, oid, name))
                advance(number, len(names))
        return Manifest(engine="postgres", schema=schema, created_at=now, tables=tuple(tables))

    def read(
        self, settings: Settings, archive: zipfile.ZipFile, manifest: Manifest, stamp: str, advance: Advance
    ) -> list[Path]:
        with translated_errors(settings.database_url), psycopg.connect(settings.database_url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            _refuse_full(connection)
            _make_schema(connection, manifest.schema)
            known = {name: oid for oid, name in _in_order(connection)}
            for number, table in enumerate(manifest.tables, 1):
                if table.name not in known:
                    raise StoreError("store.bad_backup", f"there is no table {table.name}")
                _read_table(connection, archive, table)
                advance(number, len(manifest.tables))
        return []


def _schema(connection: psycopg.Connection[Any]) -> int | None:
    row = connection.execute("SELECT to_regclass('schema_version')::text").fetchone()
    if row is None or row[0] is None:
        return None
    version = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    return None if version is None else version[0]


def _in_order(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    """(oid, name) of every table of rows, each after those that it refers to."""
    names = {oid: name for oid, name in connection.execute(_TABLES) if name != VERSION_TABLE}
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(sorted(names), ()))
    for table, target in connection.execute(_REFERENCES):
        if table in names and target in names and table != target:
            order.add(table, target)
    return [(oid, names[oid]) for oid in order.static_order()]


def _write_table(connection: psycopg.Connection[Any], archive: zipfile.ZipFile, oid: int, name: str) -> Table:
    columns = connection.execute(_COLUMNS, (oid,)).fetchall()
    names = tuple(row[0] for row in columns)
    identity = next((row[0] for row in columns if row[1]), None)
    lines = 0
    with (
        archive.open(f"tables/{name}.copy", "w", force_zip64=True) as member,
        connection.cursor() as cursor,
        cursor.copy(_statement("COPY {table} ({columns}) TO STDOUT", name, names)) as copy,
    ):
        for piece in copy:
            member.write(piece)
            # in COPY's text format a line is a row: line feeds in values are written as \n
            lines += bytes(piece).count(b"\n")
    last = _last_identity(connection, name, identity) if identity else None
    return Table(name=name, columns=names, rows=lines, identity_column=identity, identity_last=last)


def _last_identity(connection: psycopg.Connection[Any], table: str, column: str) -> int | None:
    """The last id that was drawn: ids are never drawn again, not even those of rows that are gone."""
    row = connection.execute(
        "SELECT pg_sequence_last_value(pg_get_serial_sequence(quote_ident(%s), %s)::regclass)", (table, column)
    ).fetchone()
    return row[0] if row else None


def _statement(text: LiteralString, table: str, columns: tuple[str, ...]) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(text).format(table=sql.Identifier(table), columns=listed)


def _refuse_full(connection: psycopg.Connection[Any]) -> None:
    """A database that holds accounts or feeds is not overwritten: there is no file to keep the old state in."""
    existing = {name for _, name in connection.execute(_TABLES)}
    for name in ("users", "feed"):
        if name in existing:
            row = connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name))).fetchone()
            if row is not None:
                raise StoreError(
                    "store.in_use",
                    "the PostgreSQL database holds accounts or feeds already: create an empty one and name it in "
                    "DATELINE_DATABASE_URL",
                )
    unknown = existing - _own_tables(connection)
    if existing and unknown:
        raise StoreError(
            "store.in_use", f"the PostgreSQL database holds tables of something else: {', '.join(sorted(unknown))}"
        )


def _own_tables(connection: psycopg.Connection[Any]) -> set[str]:
    """What stands in the schema, when it is Dateline's; nothing when no version is written there."""
    return set() if _schema(connection) is None else {name for _, name in connection.execute(_TABLES)}


def _make_schema(connection: psycopg.Connection[Any], version: int) -> None:
    """The schema as it was when the backup was made, empty; later migrations follow when the database is opened."""
    for _, name in connection.execute(_TABLES).fetchall():
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
    connection.execute("CREATE TABLE schema_version (version BIGINT NOT NULL)")
    for number, text in migrations("postgres"):
        if number <= version:
            connection.execute(text.encode())
    connection.execute("INSERT INTO schema_version VALUES (%s)", (version,))


def _read_table(connection: psycopg.Connection[Any], archive: zipfile.ZipFile, table: Table) -> None:
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table.name)))
    try:
        with connection.cursor() as cursor:
            with (
                archive.open(f"tables/{table.name}.copy") as member,
                cursor.copy(_statement("COPY {table} ({columns}) FROM STDIN", table.name, table.columns)) as copy,
            ):
                copied(member.read, copy.write)
            rows = cursor.rowcount
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.UndefinedColumn) as error:
        raise StoreError("store.bad_backup", f"{table.name}: {error}") from error
    if rows != table.rows:
        raise StoreError("store.bad_backup", f"{table.name} has {rows} rows, not {table.rows}")
    if table.identity_column and table.identity_last is not None:
        connection.execute(
            "SELECT setval(pg_get_serial_sequence(quote_ident(%s), %s)::regclass, %s)",
            (table.name, table.identity_column, table.identity_last),
        )
