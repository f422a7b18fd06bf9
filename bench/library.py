"""A large library: a database of many entries in 200 feeds, read by one user, made in a minute or two and kept.

The rows are those that the line would have stored: bodies packed, unread rows with their counters, the search index
with its watermark. Bodies and texts repeat (a pool of 3,000): what is stored an entry is as long as ever.
"""

import hashlib
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.corpus import COMMON_WORD, Writer
from bench.line_process import PASSWORD, READER
from dateline.actions import accounts
from dateline.clean import clean_html, plain_text
from dateline.model import CLEANER_VERSION, RawHTML, SafeHTML, User
from dateline.store import Database, feeds, open_database, search, subscriptions
from dateline.store import accounts as stored_accounts
from dateline.store.bodies import Body, pack
from dateline.store.db import WriteTx
from dateline.store.entries import guid_hash
from dateline.store.migrations import migrations
from dateline.store.times import DAY, to_us
from dateline.store.write import transaction

VERSION = 3
"""Rises when what is built changes: files of another version, or of another schema, are built anew."""
FEEDS = 200
FOLDERS = 20
POOL = 3_000
CHUNK = 10_000
RARE_WORD = "zyxomma"
RARE = 20
"""So many entries hold the rare word."""

_INSERT_ENTRY = (
    "INSERT INTO entry (id, feed_id, guid, guid_hash, content_hash, url, title, authors, tags, preview, word_count,"
    " published_at, received_at, listed_at) VALUES (:id, :feed, :guid, :guid_hash, :guid_hash, :url, :title, :authors,"
    " :tags, :preview, :word_count, :at, :at, :at)"
)


class Article(Struct, frozen=True, kw_only=True):
    """One of the pool."""

    title: str
    text: str
    packed: bytes


def library(folder: Path, entries: int, unread: int) -> Path:
    """The database of ``entries`` entries of which ``unread`` are unread; built when it is not there."""
    path = folder / f"library-{entries}-{unread}-v{VERSION}-{_schema()}.sqlite"
    if not path.is_file():
        started = time.monotonic()
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        _build(part, entries, unread)
        part.rename(path)
        print(f"built {path.name} in {time.monotonic() - started:.0f} s", flush=True)
    return path


def _schema() -> str:
    """The schema's name: a hash of the migrations that make it."""
    steps = "".join(sql for _, sql in migrations("sqlite"))
    return hashlib.blake2b(steps.encode(), digest_size=4).hexdigest()


def copied(source: Path, folder: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copy(source, folder / "dateline.sqlite"))


def session(database: Path) -> tuple[User, str]:
    """The reader of a library, logged in: (user, token)."""
    with open_database(f"sqlite:///{database}").closing() as db:
        now = datetime.now(UTC)
        return accounts.log_in(db, name=READER, password=PASSWORD, client="bench", now=now)


def newest_id(database: Path) -> int:
    """The newest entry of a library."""
    with open_database(f"sqlite:///{database}").closing() as db, db.reading() as tx:
        return int(tx.value("SELECT max(id) FROM entry"))


def _build(path: Path, entries: int, unread: int) -> None:
    now = datetime.now(UTC)
    with open_database(f"sqlite:///{path}").closing() as db:
        user = accounts.create(db, name=READER, password=PASSWORD, is_admin=True, now=now)
        with transaction(db) as tx:
            feed_ids = list(_feeds(tx, user, now))
        pool = list(_pool())
        _entries(db, feed_ids, pool, entries, now)
        with transaction(db) as tx:
            _unread(tx, user, entries, unread)


def _feeds(tx: WriteTx, user: User, now: datetime) -> Iterator[int]:
    stored_accounts.note_active(tx, user.id, now)
    folders = [subscriptions.add_folder(tx, user.id, f"Folder {number}", None) for number in range(FOLDERS)]
    for number in range(FEEDS):
        url = f"https://feed{number}.example/feed"
        feed_id = feeds.add(tx, url=url, owner_id=0, host=f"feed{number}.example", credentials=None, now=now)
        tx.run(
            "UPDATE feed SET title = :title, next_at = :later, ok_at = :now, checked_at = :now, icon_checked_at = :now"
            " WHERE id = :id",
            id=feed_id,
            title=f"Feed number {number}",
            now=to_us(now),
            later=to_us(now) + 365 * DAY,
        )
        own = subscriptions.add(tx, user_id=user.id, feed_id=feed_id, title="", now=now)
        subscriptions.put_in_folders(tx, own, [folders[number % FOLDERS]])
        yield feed_id


def _pool() -> Iterator[Article]:
    writer, dice = Writer(), random.Random(2)
    for _ in range(POOL):
        raw = RawHTML(writer.html(dice))
        safe: SafeHTML = clean_html(raw, "https://site.example/")
        body = Body(safe, raw, None, "https://site.example/")
        yield Article(title=writer.title(dice), text=plain_text(safe), packed=pack(body))


def _entries(db: Database, feed_ids: list[int], pool: list[Article], entries: int, now: datetime) -> None:
    dice = random.Random(3)
    # the newest came an hour ago, one every half minute before
    start = to_us(now - timedelta(hours=1)) - entries * 30_000_000
    for first in range(1, entries + 1, CHUNK):
        rows: list[dict[str, Any]] = []
        texts: list[tuple[int, str, str]] = []
        for ident in range(first, min(first + CHUNK, entries + 1)):
            article = pool[dice.randrange(POOL)]
            title = f"{RARE_WORD} {article.title}" if ident % (entries // RARE) == 0 else article.title
            rows.append(_row(ident, dice.choice(feed_ids), article, title, start + ident * 30_000_000))
            texts.append((ident, title, article.text))
        with transaction(db) as tx:
            tx.many(_INSERT_ENTRY, rows)
            tx.many("INSERT INTO entry_body (entry_id, version, body) VALUES (:id, :version, :body)", rows)
            for start_of in range(0, len(texts), 1_000):
                search.index(tx, texts[start_of : start_of + 1_000])


def _row(ident: int, feed_id: int, article: Article, title: str, at: int) -> dict[str, Any]:
    guid = f"guid-{ident}"
    return {
        "id": ident,
        "feed": feed_id,
        "guid": guid,
        "guid_hash": guid_hash(guid),
        "url": f"https://site.example/{ident}",
        "title": title,
        "authors": '[{"name":"An Author"}]',
        "tags": '["News"]',
        "preview": article.text[:500],
        "word_count": article.text.count(" ") + 1,
        "at": at,
        "version": CLEANER_VERSION,
        "body": article.packed,
    }


def _unread(tx: WriteTx, user: User, entries: int, unread: int) -> None:
    """Every so many entries are unread; counters and delivery marks agree."""
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT :user, feed_id, listed_at, id FROM entry WHERE id % :every = 0",
        user=user.id,
        every=entries // unread,
    )
    tx.run(
        "UPDATE feed SET last_entry_id = (SELECT max(id) FROM entry e WHERE e.feed_id = feed.id),"
        " entry_count = (SELECT count(*) FROM entry e WHERE e.feed_id = feed.id)"
    )
    tx.run(
        "UPDATE subscription SET seen_entry_id = (SELECT last_entry_id FROM feed f WHERE f.id = feed_id),"
        " unread_count = (SELECT count(*) FROM unread u"
        " WHERE u.user_id = subscription.user_id AND u.feed_id = subscription.feed_id)"
    )


SEARCHES = (("rare", RARE_WORD), ("common", COMMON_WORD))
