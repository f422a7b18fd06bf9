"""What may be wrong with an instance, found by reading: each check a sentence, with what to do. Nothing is written."""

import shutil
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from dateline.errors import StoreError
from dateline.model import CLEANER_VERSION
from dateline.settings import Settings

from . import search
from .db import Database, Tx
from .migrations import migrations
from .opening import sqlite_path
from .secrets import Keyring, key_path

LITTLE_SPACE = 100_000_000
"""Bytes of free disk below which trouble is near."""

State = Literal["ok", "note", "wrong"]


class Finding(Struct, frozen=True, kw_only=True):
    """One check: ``wrong`` needs somebody to do something, ``note`` does not."""

    check: str
    state: State
    text: str


def examine(db: Database, settings: Settings) -> Iterator[Finding]:
    """Every check in turn. Raises ``StoreError`` when the database cannot even be read."""
    yield _schema(db)
    yield _integrity(db)
    with db.reading() as tx:
        yield from _references(tx)
        yield _counters(tx)
        yield _unread(tx)
        yield _feed_counters(tx)
        yield _bodies(tx)
        yield _cleaner(tx)
        yield _index(tx)
        yield from _secrets(tx, settings)
        yield from _free_pages(tx)
    yield from _space(settings)


def _finding(check: str, count: int, good: str, what: tuple[str, str], bad: str, state: State = "wrong") -> Finding:
    """``what`` there are ``count`` of, one and several, and the rest of the sentence; ``good`` when there are none."""
    text = f"{count} {what[count != 1]} {bad}" if count else good
    return Finding(check=check, state=state if count else "ok", text=text)


def _schema(db: Database) -> Finding:
    version, known = db.schema_version(), migrations(db.engine)[-1][0]
    if version == known:
        return Finding(check="schema", state="ok", text=f"The schema is current ({version}).")
    return Finding(
        check="schema",
        state="wrong",
        text=f"The schema is {version}, this Dateline knows {known}: run `dateline migrate`.",
    )


def _integrity(db: Database) -> Finding:
    from .sqlite.engine import SqliteDatabase

    if not isinstance(db, SqliteDatabase):
        with db.reading() as tx:
            checksums = tx.value("SELECT current_setting('data_checksums')")
        return Finding(
            check="integrity", state="ok", text=f"PostgreSQL looks after its own files (data checksums: {checksums})."
        )
    with db.maintenance() as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if found == ["ok"]:
        return Finding(check="integrity", state="ok", text="The database file is sound.")
    return Finding(
        check="integrity",
        state="wrong",
        text=f"The database file is damaged: {'; '.join(found)}. Keep a copy of it and restore the last backup.",
    )


def _references(tx: Tx) -> Iterator[Finding]:
    if tx.engine == "sqlite":
        rows = tx.all('SELECT "table" FROM pragma_foreign_key_check')
        tables = ", ".join(sorted({row[0] for row in rows}))
        what = f"row of {tables} refers", f"rows of {tables} refer"
        bad = "to nothing: keep a copy of the database and restore the last backup."
        yield _finding("references", len(rows), "Every row refers to what exists.", what, bad)


def _counters(tx: Tx) -> Finding:
    wrong = tx.value(
        "SELECT count(*) FROM subscription s WHERE s.unread_count <>"
        " (SELECT count(*) FROM unread u WHERE u.user_id = s.user_id AND u.feed_id = s.feed_id)"
    )
    return _finding(
        "unread counts",
        int(wrong),
        "The unread counts are right.",
        ("subscription has", "subscriptions have"),
        "a wrong unread count: run `dateline doctor --recount`.",
    )


def _unread(tx: Tx) -> Finding:
    lost = tx.value(
        "SELECT count(*) FROM unread u WHERE NOT EXISTS"
        " (SELECT 1 FROM subscription s WHERE s.user_id = u.user_id AND s.feed_id = u.feed_id)"
        " OR NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = u.entry_id)"
    )
    return _finding(
        "unread marks",
        int(lost),
        "Every unread mark belongs to a subscription and an entry.",
        ("unread mark has", "unread marks have"),
        "no subscription or no entry: run `dateline doctor --recount`.",
    )


def _feed_counters(tx: Tx) -> Finding:
    wrong = tx.value(
        "SELECT count(*) FROM feed f WHERE f.entry_count <> (SELECT count(*) FROM entry e WHERE e.feed_id = f.id)"
        " OR f.last_entry_id < coalesce((SELECT max(e.id) FROM entry e WHERE e.feed_id = f.id), 0)"
    )
    return _finding(
        "entry counts",
        int(wrong),
        "The entry counts are right.",
        ("feed has", "feeds have"),
        "a wrong entry count: run `dateline doctor --recount`.",
    )


def _bodies(tx: Tx) -> Finding:
    missing = tx.value(
        "SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_body b WHERE b.entry_id = e.id)"
    )
    return _finding(
        "bodies",
        int(missing),
        "Every entry has its text.",
        ("entry has", "entries have"),
        "no text.",
    )


def _cleaner(tx: Tx) -> Finding:
    old = tx.value("SELECT count(*) FROM entry_body WHERE version <> :version", version=CLEANER_VERSION)
    return _finding(
        "cleaner",
        int(old),
        "Every text was cleaned by today's rules.",
        ("text was", "texts were"),
        "cleaned by older rules: that is done again at each showing, or by `dateline doctor --reclean` once for all.",
        "note",
    )


def _index(tx: Tx) -> Finding:
    upto = search.indexed_to(tx)
    source = "entry_text_docsize" if tx.engine == "sqlite" else "entry_text"
    key = "id" if tx.engine == "sqlite" else "entry_id"
    missing = tx.value(
        "SELECT count(*) FROM entry_body b WHERE b.entry_id <= :upto"
        f" AND NOT EXISTS (SELECT 1 FROM {source} t WHERE t.{key} = b.entry_id)",
        upto=upto,
    )
    extra = tx.value(f"SELECT count(*) FROM {source} t WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = t.{key})")
    if missing or extra:
        what = "1 entry" if missing + extra == 1 else f"{missing + extra} entries"
        text = f"The search index disagrees with {what}: run `dateline doctor --reindex`."
        return Finding(check="search index", state="wrong", text=text)
    waiting = tx.value("SELECT count(*) FROM entry_body WHERE entry_id > :upto", upto=upto)
    waiting += tx.value("SELECT count(*) FROM entry_edited")
    return _finding(
        "search index",
        int(waiting),
        "The search index is complete.",
        ("entry waits", "entries wait"),
        "to be indexed; the worker does it.",
        "note",
    )


def _secrets(tx: Tx, settings: Settings) -> Iterator[Finding]:
    path = key_path(settings)
    rows = tx.all(
        "SELECT url, credentials, transport FROM feed WHERE credentials IS NOT NULL OR transport IS NOT NULL"
        " ORDER BY url"
    )
    boxes = tx.all("SELECT u.name, m.host, m.login FROM mailbox m JOIN users u ON u.id = m.user_id ORDER BY m.id")
    if not path.exists():
        state: State = "wrong" if rows or boxes else "note"
        text = f"There is no key at {path}" + ("." if rows or boxes else "; it is made when it is needed.")
        yield Finding(check="key", state=state, text=text)
    elif path.stat().st_mode & 0o077:
        text = f"Others may read the key: chmod 600 {path}"
        yield Finding(check="key", state="wrong", text=text)
    else:
        yield Finding(check="key", state="ok", text=f"The key is at {path}.")
    keyring = Keyring(path)
    for url, *encrypted in rows:
        if not _can_be_read(keyring, *encrypted):
            text = f"{url} needs its secrets again: its owner enters them under “How it is fetched”."
            yield Finding(check="credentials", state="wrong", text=text)
    for name, host, login in boxes:
        if not _can_be_read(keyring, login):
            text = f"The mailbox of {name} at {host} is to be added again under “Newsletters”: its password is lost."
            yield Finding(check="credentials", state="wrong", text=text)
    yield from _devices(tx, keyring)


def _devices(tx: Tx, keyring: Keyring) -> Iterator[Finding]:
    lost = sum(not _can_be_read(keyring, address) for address in tx.column("SELECT address FROM device"))
    if lost:
        what = "device is" if lost == 1 else "devices are"
        text = f"{lost} {what} to be switched on again under “Notifications”: the key is another."
        yield Finding(check="credentials", state="wrong", text=text)


def _can_be_read(keyring: Keyring, *secrets: bytes | None) -> bool:
    try:
        for secret in secrets:
            if secret is not None:
                keyring.decrypt(secret)
    except (StoreError, ValueError):
        return False
    return True


def _free_pages(tx: Tx) -> Iterator[Finding]:
    """What was deleted leaves room in the file: it is used again, and given back only when somebody asks for it."""
    if tx.engine != "sqlite":
        return
    size = int(tx.value("PRAGMA page_size"))
    free, total = int(tx.value("PRAGMA freelist_count")), int(tx.value("PRAGMA page_count"))
    text = f"{free * size / 1_000_000:.1f} MB of the database file are free and used for what comes next"
    if free * 4 > total and free * size > LITTLE_SPACE:
        yield Finding(check="file", state="note", text=f"{text}; `dateline doctor --compact` gives them back.")
    else:
        yield Finding(check="file", state="ok", text=f"{text}.")


def _space(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url.startswith("sqlite:"):
        return
    path = sqlite_path(settings.database_url)
    free, size = shutil.disk_usage(path.absolute().parent).free, path.stat().st_size
    text = f"{free // 1_000_000} MB are free on the disk of the database, which has {size / 1_000_000:.1f} MB"
    if free < LITTLE_SPACE:
        yield Finding(check="disk", state="wrong", text=f"Only {text}: make space.")
    elif free < 2 * size:
        yield Finding(check="disk", state="note", text=f"Only {text}: a migration or a backup there may not fit.")
    else:
        yield Finding(check="disk", state="ok", text=f"{text}.")
