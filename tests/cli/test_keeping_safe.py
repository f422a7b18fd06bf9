"""Backup, restore, doctor, migrate: nothing is lost, and what is wrong is said."""

import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.cli.conftest import Shell
from tests.internet import Internet
from tests.people import make_cast
from tests.postgres_cluster import Cluster
from tests.refresh.running import Runner

from dateline.actions import subscriptions
from dateline.clean import clean_html, plain_text
from dateline.model import Stream
from dateline.refresh import deliver
from dateline.store import Database, open_database, streams
from dateline.store.secrets import Keyring


@pytest.fixture
def filled(shell: Shell, internet: Internet) -> Shell:
    """Alice reads three entries; one feed has a password."""
    shell.add_user("alice", internet.url("/feed"), internet.url("/feed?private").replace("//", "//ann:secret@"))
    assert shell.run("refresh").code == 0
    return shell


def change(shell: Shell, sql: str) -> None:
    connection = apsw.Connection(str(shell.database))
    connection.execute(sql)
    connection.close()


def test_a_backup_brings_everything_back_with_the_key(filled: Shell) -> None:
    titles = filled.titles()
    with_writer = apsw.Connection(str(filled.database))  # it is taken while others are at work
    with_writer.execute("BEGIN IMMEDIATE")
    ran = filled.run("backup", "all.dateline")
    with_writer.execute("ROLLBACK")
    with_writer.close()
    assert ran.code == 0, ran.err
    backup = filled.folder / "all.dateline"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(zipfile.ZipFile(backup).namelist()) == ["database.sqlite", "manifest.json", "secret.key"]
    key = (filled.folder / "secret.key").read_bytes()
    change(filled, "DELETE FROM unread; DELETE FROM entry_body; DELETE FROM entry; UPDATE users SET name = 'lost'")
    (filled.folder / "secret.key").unlink()
    assert filled.run("restore", "all.dateline", stdin="n\n").code == 1
    ran = filled.run("restore", "all.dateline", "--yes")
    assert ran.code == 0, ran.err
    assert filled.titles() == titles
    assert (filled.folder / "secret.key").read_bytes() == key
    assert filled.run("doctor").code == 0
    [kept] = [path for path in filled.folder.glob("dateline.sqlite.before-restore-*") if path.suffix != ".key"]
    assert str(kept.name) in ran.out
    leftovers = [path.name for path in filled.folder.iterdir() if "restoring" in path.name or ".part" in path.name]
    assert leftovers == []


def test_a_backup_restores_into_an_empty_folder_and_over_a_damaged_database(filled: Shell, tmp_path: Path) -> None:
    titles = filled.titles()
    assert filled.run("backup", "all.dateline").code == 0
    elsewhere = {"database_url": "sqlite:///new/place.sqlite"}
    assert filled.run("restore", "all.dateline", "--yes", settings=elsewhere).code == 0
    found = filled.run("entries", "--user", "alice", "--json", settings=elsewhere).json()
    assert sorted(entry["title"] for entry in found) == titles
    filled.database.write_bytes(b"rubbish" * 1000)
    filled.run("users", "list").refused(65, "store.not_a_database", "restore a backup")
    filled.run("doctor").refused(65, "store.not_a_database")
    assert filled.run("restore", "all.dateline", "--yes").code == 0
    assert filled.titles() == titles


def test_what_is_no_whole_backup_is_refused_and_nothing_changes(filled: Shell) -> None:
    assert filled.run("backup", "good").code == 0
    whole = (filled.folder / "good").read_bytes()
    before = filled.database.read_bytes()
    middle = len(whole) // 3
    damaged = whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 40]) + whole[middle + 40 :]
    for name, body in (("text", b"hello"), ("empty", b""), ("half", whole[: len(whole) // 2]), ("damaged", damaged)):
        (filled.folder / name).write_bytes(body)
        filled.run("restore", name, "--yes").refused(65, "store.bad_backup")
    with zipfile.ZipFile(filled.folder / "other", "w") as archive:
        archive.writestr("manifest.json", '{"engine": "postgres", "schema": 1, "created_at": "2026-11-22T00:00:00Z"}')
    filled.run("restore", "other", "--yes").refused(65, "store.bad_backup", "postgres")
    with zipfile.ZipFile(filled.folder / "newer", "w") as archive:
        archive.writestr("manifest.json", '{"engine": "sqlite", "schema": 999, "created_at": "2026-11-22T00:00:00Z"}')
    filled.run("restore", "newer", "--yes").refused(78, "store.newer_schema")
    assert filled.run("restore", "missing", "--yes").code == 2
    assert filled.database.read_bytes() == before


def test_a_database_that_somebody_uses_is_not_replaced(filled: Shell) -> None:
    assert filled.run("backup", "good").code == 0
    somebody = apsw.Connection(str(filled.database))
    somebody.execute("SELECT count(*) FROM entry").fetchall()
    filled.run("restore", "good", "--yes").refused(75, "store.in_use", "stop")
    somebody.close()
    assert filled.run("restore", "good", "--yes").code == 0


def test_a_backup_that_cannot_be_written_leaves_the_older_one(filled: Shell) -> None:
    assert filled.run("backup", "good").code == 0
    before = (filled.folder / "good").read_bytes()
    names = sorted(path.name for path in filled.folder.iterdir())

    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    ran = filled.run("backup", "good", before=little_space)
    assert ran.code in (69, 73)
    assert "Traceback" not in ran.err
    assert ran.err.startswith("dateline: ")
    assert (filled.folder / "good").read_bytes() == before
    assert sorted(path.name for path in filled.folder.iterdir()) == names
    filled.run("backup", "/proc/backup").refused(77, "store.read_only", "/proc")
    filled.run("backup", ".").refused(77, "store.read_only", "folder")
    filled.run("backup", "dateline.sqlite").refused(65, "store.bad_backup")
    filled.run("backup", "secret.key").refused(65, "store.bad_backup")
    missing = {"database_url": "sqlite:///missing.sqlite"}
    filled.run("backup", "good", settings=missing).refused(69, "store.unreachable", "missing.sqlite")
    assert (filled.folder / "good").read_bytes() == before


def test_doctor_finds_what_is_wrong_and_repairs_it(filled: Shell) -> None:
    assert len(filled.titles()) == 6
    assert filled.run("doctor").code == 0
    change(
        filled,
        "UPDATE subscription SET unread_count = 99; "
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " VALUES (1, 77, 5, 5), (1, 1, 9, 12345);"
        " UPDATE feed SET entry_count = 7, last_entry_id = 0 WHERE id = 1;"
        " UPDATE entry_body SET version = 0; DELETE FROM entry_text WHERE rowid = 2",
    )
    ran = filled.run("doctor", "--json")
    assert ran.code == 1
    states = _states(ran.out)
    wrong = {"unread counts", "unread marks", "entry counts", "search index"}
    assert {check for check, state in states.items() if state == "wrong"} == wrong
    assert states["cleaner"] == "note"
    ran = filled.run("doctor", "--recount", "--reclean", "--reindex", "--json")
    assert ran.code == 0, ran.out
    assert set(_states(ran.out).values()) == {"ok"}
    assert '"recleaned": 6' in ran.out
    assert filled.titles("alice", "--search", "second") == ["Second", "Second"]
    assert "WRONG" not in filled.run("doctor").out


def _states(out: str) -> dict[str, str]:
    import json

    return {finding["check"]: finding["state"] for finding in json.loads(out)["findings"]}


def test_doctor_names_the_feeds_that_need_new_credentials(filled: Shell) -> None:
    (filled.folder / "secret.key").unlink()
    Keyring(filled.folder / "secret.key").ensure()
    ran = filled.run("doctor")
    assert ran.code == 1
    assert "/feed?private needs its secrets again" in ran.out
    (filled.folder / "secret.key").chmod(0o644)
    assert "chmod 600" in filled.run("doctor").out


def test_damage_within_the_file_is_found(filled: Shell) -> None:
    change(
        filled, "DELETE FROM entry_body WHERE entry_id = 3; PRAGMA foreign_keys = OFF; DELETE FROM entry WHERE id = 2"
    )
    ran = filled.run("doctor")
    assert ran.code == 1
    assert "WRONG references" in ran.out
    assert "WRONG bodies: 1 entry has no text" in ran.out


def test_migrate_creates_and_a_newer_schema_is_refused(shell: Shell) -> None:
    assert shell.run("migrate").out.startswith("The schema is current (")
    change(shell, "PRAGMA user_version = 999")
    for words in (["migrate"], ["users", "list"], ["serve", "--listen", "127.0.0.1:0"], ["doctor"]):
        shell.run(*words).refused(78, "store.newer_schema", "install the newer Dateline")


def test_a_folder_that_cannot_be_written_is_told(shell: Shell) -> None:
    shell.run("users", "list", settings={"database_url": "sqlite:////proc/dateline.sqlite"}).refused(
        77, "store.read_only"
    )


def test_settings_that_cannot_be_used_are_told(shell: Shell) -> None:
    (shell.folder / "settings.toml").write_text('listen = "127.0.0.1:0"\nlog_levle = "info"\n')
    shell.run("users", "list", settings={"listn": "x"}).refused(78, "did you mean DATELINE_LISTEN?")
    shell.run("--config", "settings.toml", "users", "list").refused(78, "settings.unknown_key", "log_level")
    shell.run("--config", "missing.toml", "users", "list").refused(78, "settings.bad_file", "missing.toml")
    shell.run("users", "list", settings={"host_spacing": "soon"}).refused(78, "settings.bad_value", "host_spacing")
    unreachable = {"database_url": "postgresql://nobody@127.0.0.1:9/none"}
    shell.run("users", "list", settings=unreachable).refused(69, "store.unreachable")
    shell.run("users", "list", settings={"database_url": "postgresql://[bad"}).refused(69, "cannot be understood")
    (shell.folder / "settings.toml").write_text('database_url = "sqlite:///from-file.sqlite"\n')
    shell.settings.pop("database_url")
    assert shell.run("--config", "settings.toml", "migrate").code == 0
    assert (shell.folder / "from-file.sqlite").exists()


def test_a_full_disk_loses_nothing(tmp_path: Path, internet: Internet) -> None:
    url = f"sqlite:///{tmp_path}/small.sqlite"
    with open_database(url, sanitiser=clean_html, text_of=plain_text).closing() as db:
        from tests.conftest import NOW

        cast = make_cast(db, NOW)
        internet["/feed"] = _long_feed()
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=NOW)
        runner = Runner(db, NOW)
        with _no_more_pages(db):
            runner.run()
            with db.reading() as tx:
                assert tx.value("SELECT etag FROM feed") is None
        runner.later(minutes=10)
        assert runner.run()[internet.url("/feed")].code == "ok"
        deliver.catch_up(db, cast.alice.id)
        with db.reading() as tx:
            assert len(streams.read(tx, cast.alice.id, Stream(), limit=500).entries) == 120


def _long_feed() -> bytes:
    items = "".join(
        f"<item><guid>{n}</guid><title>No. {n}</title><description>{'word ' * 40}{n * 7919}</description></item>"
        for n in range(120)
    )
    return f"<rss version='2.0'><channel><title>Long</title>{items}</channel></rss>".encode()


class _no_more_pages:  # noqa: N801 - reads as a sentence in `with`
    """The database file may not grow: SQLite says "full", as on a full disk."""

    def __init__(self, db: Database) -> None:
        from dateline.store.sqlite.engine import SqliteDatabase

        assert isinstance(db, SqliteDatabase)
        self._db = db

    def __enter__(self) -> None:
        with self._db.maintenance() as connection:
            pages = connection.pragma("page_count")
            connection.execute(f"PRAGMA max_page_count = {pages + 8}")

    def __exit__(self, *_: object) -> None:
        with self._db.maintenance() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")


# ------------------------------------------------------------------------------------------------ PostgreSQL


@pytest.fixture
def big(tmp_path: Path, postgres: Cluster) -> Iterator[tuple[Shell, str]]:
    """A shell on PostgreSQL, and the address of a second, empty database."""
    name = f"cli{id(tmp_path):x}"
    with postgres.database(name) as url, postgres.database(name + "_new") as other:
        yield Shell(tmp_path, database_url=url, secret_file=str(tmp_path / "secret.key")), other


@pytest.mark.postgres
def test_the_same_on_postgresql_with_ids_that_go_on(big: tuple[Shell, str], internet: Internet) -> None:
    shell, other = big
    shell.add_user("alice", internet.url("/feed"), folder="Näher\\ran")
    private = internet.url("/feed?private").replace("//", "//ann:secret@")
    assert shell.run("subscribe", "--user", "alice", private, "--no-look", "--folder", "Näher\\ran").code == 0
    assert "6 new entries" in shell.run("refresh").out
    assert len(shell.titles()) == 6
    assert shell.run("doctor").code == 0
    ran = shell.run("backup", "all.dateline")
    assert ran.code == 0, ran.err
    shell.run("restore", "all.dateline", "--yes").refused(75, "store.in_use", "empty")
    moved = Shell(shell.folder, database_url=other, secret_file=str(shell.folder / "new.key"))
    ran = moved.run("restore", "all.dateline", "--yes")
    assert ran.code == 0, ran.err
    assert moved.run("doctor").code == 0
    entries = ("entries", "--user", "alice", "--stream", "folder:1", "--json")
    assert moved.run(*entries).json() == shell.run(*entries).json()
    internet["/feed"] = internet.pages["/feed?new"] = (
        b"<rss version='2.0'><channel><title>N</title><item><guid>n</guid><title>New</title></item></channel></rss>"
    )
    assert moved.run("refresh", "--all").code == 0
    newest = moved.run("entries", "--user", "alice", "--json").json()
    assert sorted({entry["id"] for entry in newest if entry["title"] == "New"}) == [7, 8]


@pytest.mark.postgres
def test_a_damaged_backup_leaves_an_empty_postgresql_database_empty(big: tuple[Shell, str]) -> None:
    shell, other = big
    shell.add_user()
    assert shell.run("backup", "good").code == 0
    with zipfile.ZipFile(shell.folder / "good") as good, zipfile.ZipFile(shell.folder / "bad", "w") as bad:
        for name in good.namelist():
            body = good.read(name)
            bad.writestr(name, body + body if name == "tables/users.copy" else body)
    moved = Shell(shell.folder, database_url=other, secret_file=str(shell.folder / "new.key"))
    moved.run("restore", "bad", "--yes").refused(65, "store.bad_backup", "users")
    assert moved.run("users", "list", "--json").json() == []
    assert moved.run("restore", "good", "--yes").code == 0
    assert [user["name"] for user in moved.run("users", "list", "--json").json()] == ["alice"]
