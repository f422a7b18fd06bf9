"""Migrations: from nothing, again, by several at once; a newer schema; the copy that is kept before."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest
from tests.postgres_cluster import Cluster

from dateline.errors import StoreError
from dateline.store import open_database
from dateline.store.migrations import migrate, migrations
from dateline.store.sqlite.engine import SqliteDatabase
from dateline.store.write import transaction

NEXT = "ALTER TABLE users ADD COLUMN nickname TEXT NOT NULL DEFAULT ''"


def test_an_empty_database_becomes_current_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a/b/new.sqlite"
    known = migrations("sqlite")[-1][0]
    for _ in range(2):
        with open_database(url).closing() as db:
            assert db.schema_version() == known
            assert migrate(db) == (known, known)
    assert not list(tmp_path.rglob("*.bak"))


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/new.sqlite").close()
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_missing_file_is_refused_when_it_shall_not_be_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{tmp_path}/missing.sqlite", create=False)
    assert caught.value.code == "store.unreachable"
    assert list(tmp_path.iterdir()) == []


def test_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite"
    file.write_bytes(b"Dear Sir or Madam, " * 300)
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{file}")
    assert caught.value.code == "store.not_a_database"
    assert file.read_bytes() == b"Dear Sir or Madam, " * 300


def test_a_folder_in_the_place_of_the_file_is_an_error_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{tmp_path}")
    assert caught.value.code == "store.unreachable"


def test_a_newer_schema_is_refused_on_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "newer.sqlite"
    open_database(f"sqlite:///{file}").close()
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{file}")
    assert caught.value.code == "store.newer_schema"
    assert "999" in caught.value.detail


@pytest.mark.postgres
def test_a_newer_schema_is_refused_on_postgresql(postgres: Cluster) -> None:
    with postgres.database("newer") as url:
        with open_database(url).closing() as db, transaction(db) as tx:
            tx.run("UPDATE schema_version SET version = 999")
        with pytest.raises(StoreError) as caught:
            open_database(url)
        assert caught.value.code == "store.newer_schema"


def test_processes_that_create_one_sqlite_file_at_once_all_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; from dateline.store import open_database; db = open_database(sys.argv[1]);"
        "print(db.schema_version(), end=''); db.close()"
    )
    known = str(migrations("sqlite")[-1][0]).encode()
    for number in range(2):
        url = f"sqlite:///{tmp_path}/{number}.sqlite"
        started = [subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE) for _ in range(3)]
        assert [(process.communicate()[0], process.returncode) for process in started] == 3 * [(known, 0)]


@pytest.mark.postgres
def test_several_migrate_one_postgresql_database_at_once(postgres: Cluster) -> None:
    def create(_: int) -> int:
        with open_database(url).closing() as db:
            return db.schema_version()

    with postgres.database("at_once") as url, ThreadPoolExecutor(5) as pool:
        assert list(pool.map(create, range(5))) == 5 * [migrations("postgres")[-1][0]]


# ------------------------------------------------------------------------------------------------ a coming version


def _older(tmp_path: Path) -> Path:
    """A database as today's Dateline leaves it to a coming one."""
    file = tmp_path / "old.sqlite"
    with open_database(f"sqlite:///{file}").closing() as db, transaction(db) as tx:
        tx.run("INSERT INTO meta (key, value) VALUES ('kept', 'yes')")
    return file


def _steps() -> list[tuple[int, str]]:
    steps = migrations("sqlite")
    return [*steps, (steps[-1][0] + 1, NEXT)]


def test_a_copy_is_kept_before_data_are_migrated(tmp_path: Path) -> None:
    file = _older(tmp_path)
    known = migrations("sqlite")[-1][0]
    with SqliteDatabase(file).closing() as db:
        db.migrate(_steps())
        assert db.schema_version() == known + 1
        with db.reading() as tx:
            assert tx.value("SELECT count(nickname) FROM users") == 0
    copy = tmp_path / f"old.sqlite.before-{known + 1}.bak"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with SqliteDatabase(copy).closing() as kept:
        assert kept.schema_version() == known
        with kept.reading() as tx:
            assert tx.value("SELECT value FROM meta WHERE key = 'kept'") == "yes"
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_a_migration_that_fails_leaves_the_old_version_whole(tmp_path: Path) -> None:
    file = _older(tmp_path)
    steps = migrations("sqlite")
    with SqliteDatabase(file).closing() as db:
        with pytest.raises(apsw.SQLError):
            db.migrate([*steps, (steps[-1][0] + 1, f"{NEXT}; INSERT INTO nowhere VALUES (1)")])
        assert db.schema_version() == steps[-1][0]
        with db.reading() as tx:
            assert "nickname" not in tx.column("SELECT name FROM pragma_table_info('users')")
        db.migrate(_steps())
        assert db.schema_version() == steps[-1][0] + 1


def test_who_comes_second_neither_migrates_again_nor_spoils_the_copy(tmp_path: Path) -> None:
    file = _older(tmp_path)
    known = migrations("sqlite")[-1][0]

    def run(_: int) -> int:
        with SqliteDatabase(file).closing() as db:
            db.migrate(_steps())
            return db.schema_version()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == 4 * [known + 1]
    with SqliteDatabase(tmp_path / f"old.sqlite.before-{known + 1}.bak").closing() as kept:
        assert kept.schema_version() == known
