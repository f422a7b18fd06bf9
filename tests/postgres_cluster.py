"""A PostgreSQL cluster of our own on loopback, thrown away after the run.

Needs the server's binaries, nothing running.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

START_SECONDS = 30
INITDB = ["-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
# Nothing here outlives the run: no waiting for the disk.
POSTGRES = [
    *("-h", "127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
    *("-c", "max_connections=60", "-c", "shared_buffers=64MB"),
]


def find_postgres() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; None when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    candidates = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "postgres").exists()), None
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Cluster:
    """Started on entering, stopped and deleted on leaving. As root it runs as the user ``postgres``."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="dateline-pg-"))
        self._port = _free_port()
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._process: subprocess.Popen[bytes] | None = None

    def _demote(self) -> dict[str, str | int | list[str]]:
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam("postgres")
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _run(self, command: Sequence[str | Path]) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._demote())  # type: ignore[call-overload] # the keywords of _demote

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        data = self._folder / "data"
        self._run([self._binaries / "initdb", "-D", data, "-U", self._user, *INITDB])
        command = [self._binaries / "postgres", "-D", data, "-p", str(self._port), "-k", self._folder, *POSTGRES]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload] # the keywords of _demote
                command, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT, **self._demote()
            )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError as error:
                if self._process is not None and self._process.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text()) from error
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The address of a database of this cluster."""
        return f"postgresql://{self._user}@127.0.0.1:{self._port}/{name}"

    @contextmanager
    def database(self, name: str, *, like: str = "template1") -> Iterator[str]:
        """A new database, a copy of ``like`` (which nobody may be connected to); dropped afterwards."""
        self.copy(like, name)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def copy(self, like: str, name: str) -> None:
        """A new database, a copy of ``like``."""
        names = sql.Identifier(name), sql.Identifier(like)
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class Reused:
    """One database, a copy of ``like``, handed out empty again and again: a tenth of the time of making one anew."""

    def __init__(self, cluster: Cluster, name: str, *, like: str) -> None:
        self._cluster = cluster
        self._name = name
        self._like = like
        self._shape: object = None
        self._tables: list[str] = []

    def emptied(self) -> str:
        """Its address. Nobody is connected, no table holds anything, ids begin at 1; changed tables are as before."""
        if self._shape is None:
            self._cluster.copy(self._like, self._name)
        url = self._cluster.url(self._name)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_ALONE)
            shape = connection.execute(_SHAPE).fetchone()
            if self._shape is None:
                self._shape = shape
                self._tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
            if shape == self._shape:
                self._empty(connection)
                return url
        self._cluster.drop(self._name)
        self._shape = None
        return self.emptied()

    def _empty(self, connection: psycopg.Connection) -> None:
        each = [sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})") for _ in self._tables]
        asked = [
            one.format(sql.Literal(name), sql.Identifier(name)) for one, name in zip(each, self._tables, strict=True)
        ]
        filled = [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()]
        connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to it
        for name in filled:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute(_FROM_ONE)


_ALONE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
)
_SHAPE = (
    "SELECT string_agg(c.relname || c.relkind::text || coalesce(a.columns, ''), ',' ORDER BY c.relname) FROM pg_class c"
    " LEFT JOIN (SELECT attrelid, string_agg(attname, ' ' ORDER BY attnum) AS columns FROM pg_attribute GROUP BY 1) a"
    " ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace"
)
_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND relname <> 'schema_version'"
)
_FROM_ONE = (
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
)
