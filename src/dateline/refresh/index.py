"""The search index follows the entries: in chunks of about 100, each with the watermark in its own transaction.

Chunks of 100 hold the lock for 5 ms at the median (the-line-measured, 2): a click beside it stays quick.
"""

from collections.abc import Sequence

from dateline.clean import plain_text
from dateline.store import Database, search
from dateline.store.bodies import safe_html
from dateline.store.write import transaction

CHUNK = 100


def index_chunk(db: Database, *, whole_only: bool = False) -> int:
    """Index the next entries that wait, at most 100. How many; ``whole_only`` leaves a smaller rest for later."""
    with db.reading() as tx:
        rows = search.waiting(tx, CHUNK)
        if not rows or (whole_only and len(rows) < CHUNK):
            return 0
        texts = _texts(rows)
    with transaction(db) as tx:
        if search.indexed_to(tx) >= texts[0][0]:
            return len(texts)  # another process was quicker
        search.index(tx, texts)
    return len(texts)


def index_edited(db: Database) -> int:
    """Index again what was edited, at most 100 entries. How many."""
    with db.reading() as tx:
        rows = search.edited(tx, CHUNK)
    if rows:
        texts = _texts(rows)
        with transaction(db) as tx:
            now = set(search.edited(tx, CHUNK))
            # what was edited once more meanwhile keeps its mark for the next round
            search.index_again(tx, [text for text, row in zip(texts, rows, strict=True) if row in now])
    return len(rows)


def index_all(db: Database) -> int:
    """Index everything that waits. How many entries."""
    done = 0
    while count := index_chunk(db):
        done += count
    while count := index_edited(db):
        done += count
    return done


def _texts(rows: Sequence[tuple[int, str, int, bytes]]) -> list[tuple[int, str, str]]:
    return [(ident, title, plain_text(safe_html(packed, version, None))) for ident, title, version, packed in rows]
