"""One PostgreSQL database: a pool of readers and a pool of writers.

Readers run ``REPEATABLE READ, READ ONLY`` (one consistent state for a page), writers ``READ COMMITTED``. psycopg is
imported
when this module is, and this module only when a ``postgresql://`` address is opened.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from dateline.errors import StoreError
from dateline.store.db import Database, Row, Tx, WriteTx, storable

DIALECT = {
    "skip_locked": "FOR UPDATE SKIP LOCKED",
    "skip_locked_of_f": "FOR UPDATE OF f SKIP LOCKED",
    "skip_locked_of_i": "FOR UPDATE OF i SKIP LOCKED",
    "strings": "json_array_elements_text(CAST(:strings AS json)) AS strings(value)",
    "text_key": "entry_id",
    "lock_rows_of_s": "FOR UPDATE OF s",
    "lock_row": "FOR UPDATE",
    "lock_row_now": "FOR UPDATE NOWAIT",
    "lock_user_now": "FOR NO KEY UPDATE NOWAIT",
    "share_row": "FOR KEY SHARE",
}
ARRIVAL_LOCK = 0x0DA7_E11E
MIGRATION_LOCK = 0x0DA7_E11F
CONNECT_SECONDS = 10.0

_IDS = re.compile(r"IN (ids|hashes)\(:(\w+)\)")
_MARK = re.compile(r"\[\[(\w+)\]\]")
_PARAM = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@lru_cache(maxsize=1024)
def translate(sql: str) -> str:
    """Dateline's SQL → psycopg's."""
    types = {"ids": "bigint", "hashes": "bytea"}
    sql = _IDS.sub(lambda m: f"= ANY(:{m[2]}\x00{types[m[1]]}[])", sql.replace("%", "%%"))
    sql = _MARK.sub(lambda mark: DIALECT[mark[1]], sql)
    return _PARAM.sub(r"%(\1)s", sql).replace("\x00", "::")


@contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """psycopg's exceptions → ``StoreError``."""
    place = re.sub(r"//[^@/]*@", "//", url)
    try:
        yield
    except pg.DiskFull as error:
        raise StoreError("store.full", f"no space left for {place}") from error
    except (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure) as error:
        raise StoreError("store.busy", f"{place}: {error}") from error
    except pg.UniqueViolation as error:
        if error.diag.constraint_name != "feed_url_owner_id_key":
            raise
        raise StoreError("store.busy", "another feed got this address meanwhile") from error
    except pg.ReadOnlySqlTransaction as error:
        raise StoreError("store.read_only", f"{place} cannot be written") from error
    except (pg.DataCorrupted, pg.IndexCorrupted) as error:
        raise StoreError("store.corrupt", f"{place}: {error}") from error
    except (psycopg.OperationalError, PoolTimeout) as error:
        raise StoreError("store.unreachable", f"{place}: {error}") from error


class PostgresTx(Tx):
    """A read-only transaction."""

    engine = "postgres"

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def all(self, sql: str, /, **params: Any) -> list[Row]:
        return self._execute(sql, params).fetchall()

    def _execute(self, sql: str, params: dict[str, Any]) -> psycopg.Cursor[Row]:
        query = translate(sql).encode()
        try:
            return self._connection.execute(query, params)
        except (psycopg.DataError, UnicodeEncodeError):
            if self._connection.info.transaction_status == TransactionStatus.INERROR:
                raise
            # refused before it was sent
            return self._connection.execute(query, storable(params))


class PostgresWriteTx(PostgresTx, WriteTx):
    """A writing transaction."""

    def all(self, sql: str, /, **params: Any) -> list[Row]:
        cursor = self._execute(sql, params)
        return cursor.fetchall() if cursor.description else []

    def run(self, sql: str, /, **params: Any) -> int:
        return max(0, self._execute(sql, params).rowcount)

    def many(self, sql: str, /, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(translate(sql).encode(), rows)

    def hold_arrival_order(self) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (ARRIVAL_LOCK,))

    def hold_user(self, user_id: int) -> None:
        self._connection.execute("SELECT 1 FROM users WHERE id = %s FOR NO KEY UPDATE", (user_id,))


def _reads_only(connection: psycopg.Connection[Row]) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True


class PostgresDatabase(Database):
    """One database on a server."""

    engine = "postgres"

    def __init__(self, url: str, *, readers: int = 8, writers: int = 8) -> None:
        self.url = url
        with translated_errors(url):
            psycopg.connect(url, connect_timeout=int(CONNECT_SECONDS)).close()
        self._readers = ConnectionPool(
            url, min_size=0, max_size=readers, configure=_reads_only, timeout=CONNECT_SECONDS, open=True
        )
        self._writers = ConnectionPool(url, min_size=0, max_size=writers, timeout=CONNECT_SECONDS, open=True)

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        with translated_errors(self.url), self._readers.connection() as connection:
            tx = PostgresTx(connection)
            tx.sanitiser, tx.text_of = self.sanitiser, self.text_of
            yield tx

    @contextmanager
    def writing(self) -> Iterator[WriteTx]:
        with translated_errors(self.url), self._writers.connection() as connection:
            tx = PostgresWriteTx(connection)
            tx.sanitiser, tx.text_of = self.sanitiser, self.text_of
            yield tx

    def schema_version(self) -> int:
        with self.reading() as tx:
            if tx.value("SELECT to_regclass('schema_version')::text") is None:
                return 0
            return int(tx.value("SELECT coalesce(max(version), 0) FROM schema_version"))

    def migrate(self, steps: Sequence[tuple[int, str]]) -> None:
        with translated_errors(self.url), self._writers.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
            row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
            before = row[0] if row else 0
            for version, sql in steps:
                if version > before:
                    connection.execute(sql.encode())
                    connection.execute("DELETE FROM schema_version")
                    connection.execute("INSERT INTO schema_version VALUES (%s)", (version,))

    def close(self) -> None:
        self._readers.close()
        self._writers.close()
