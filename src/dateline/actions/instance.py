"""Repairs and upkeep of the whole instance: what `dateline doctor` and the worker's end may write."""

from collections.abc import Callable

from dateline.clean import clean_html, plain_text
from dateline.clean.entry import PREVIEW_CHARS
from dateline.model import CLEANER_VERSION, RawHTML
from dateline.refresh.index import index_all, index_chunk, index_edited
from dateline.store import Database, entries, full_texts, hosts, leases, search, states
from dateline.store.bodies import Body, pack
from dateline.store.db import WriteTx
from dateline.store.write import transaction

CLEANED_AT_ONCE = 100

Advance = Callable[[int, int], None]
"""Told of progress: (done, of how many)."""


def recount(db: Database) -> int:
    """Make every counter what the rows say. How many were wrong.

    Unread counts, entry counts and the newest entry of each feed; unread marks without entry or subscription go.
    """
    with transaction(db) as tx:
        tx.run("DELETE FROM unread WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = unread.entry_id)")
        wrong = states.recount(tx)
        wrong += tx.run(
            "UPDATE feed SET entry_count = (SELECT count(*) FROM entry e WHERE e.feed_id = feed.id)"
            " WHERE entry_count <> (SELECT count(*) FROM entry e WHERE e.feed_id = feed.id)"
        )
        wrong += tx.run(
            "UPDATE feed SET last_entry_id = (SELECT max(e.id) FROM entry e WHERE e.feed_id = feed.id)"
            " WHERE last_entry_id < (SELECT max(e.id) FROM entry e WHERE e.feed_id = feed.id)"
        )
    return wrong


def reclean(db: Database, advance: Advance) -> int:
    """Clean every body and full text of an older policy again, from what was published. How many."""
    with db.reading() as tx:
        newest = entries.newest_id(tx)
    after, done = 0, 0
    while True:
        with db.reading() as tx:
            rows = entries.raw_bodies(tx, after, CLEANED_AT_ONCE)
        if not rows:
            advance(newest, newest)
            return done + _reclean_articles(db)
        cleaned = [_cleaned(ident, version, body) for ident, version, body in rows if version != CLEANER_VERSION]
        if cleaned:
            with transaction(db) as tx:
                done += sum(_store(tx, row) for row in cleaned)
        after = rows[-1][0]
        advance(after, newest)


def _reclean_articles(db: Database) -> int:
    done = 0
    while True:
        with db.reading() as tx:
            rows = full_texts.outdated(tx, CLEANED_AT_ONCE)
        if not rows:
            return done
        cleaned = [(row, pack(Body(clean_html(row[3].raw, row[3].base_url), *_made_of(row[3])))) for row in rows]
        with transaction(db) as tx:
            for (entry_id, name, version, _), packed in cleaned:
                full_texts.replace_body(tx, entry_id, name, version, packed)
        done += len(rows)


def _made_of(body: Body) -> tuple[RawHTML | None, RawHTML | None, str | None]:
    return body.content, body.summary, body.base_url


def _cleaned(entry_id: int, version: int, body: Body) -> dict[str, object]:
    html = clean_html(body.raw or RawHTML(body.html), body.base_url)
    text = plain_text(html)
    return {
        "id": entry_id,
        "old": version,
        "new": CLEANER_VERSION,
        "body": pack(Body(html, body.content, body.summary, body.base_url)),
        "preview": text[:PREVIEW_CHARS].rstrip(),
        "words": text.count(" ") + 1 if text else 0,
    }


def _store(tx: WriteTx, row: dict[str, object]) -> int:
    """Store one cleaned body, unless the worker was quicker with a newer one."""
    changed = tx.run(
        "UPDATE entry_body SET version = :new, body = :body WHERE entry_id = :id AND version = :old",
        id=row["id"],
        old=row["old"],
        new=row["new"],
        body=row["body"],
    )
    if changed:
        tx.run(
            "UPDATE entry SET preview = :preview, word_count = :words WHERE id = :id",
            id=row["id"],
            preview=row["preview"],
            words=row["words"],
        )
        tx.run("INSERT INTO entry_edited (entry_id) VALUES (:id) ON CONFLICT DO NOTHING", id=row["id"])
    return changed


def reindex(db: Database, advance: Advance) -> int:
    """Forget the search index and build it again from the bodies. How many entries.

    Interrupted, it is only late: the worker goes on where it stopped.
    """
    with transaction(db) as tx:
        total = int(tx.value("SELECT count(*) FROM entry_body"))
        search.start_over(tx)
    done = 0
    while count := index_chunk(db) or index_edited(db):
        done += count
        advance(done, total)
    return done


def compact(db: Database) -> int:
    """Write the SQLite file anew without the room that deleted rows left. How many bytes smaller it is.

    It needs as much free disk as the file has, and nobody else can write meanwhile. PostgreSQL does it by itself.
    """
    from dateline.store.sqlite.engine import SqliteDatabase

    if not isinstance(db, SqliteDatabase):
        return 0
    before = db.path.stat().st_size
    with db.maintenance() as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return before - db.path.stat().st_size


def index_rest(db: Database) -> int:
    """Index what waits. How many entries."""
    return index_all(db)


def give_back_leases(db: Database, holder: str) -> None:
    """A worker ends: the feeds and hosts that it still holds are free at once, and no attempt is counted."""
    with transaction(db) as tx:
        held = tx.column("SELECT id FROM feed WHERE lease_holder = :holder", holder=holder)
        leases.give_back(tx, held, holder)
        hosts.release(tx, tx.column("SELECT name FROM host WHERE holder = :holder", holder=holder), holder=holder)
