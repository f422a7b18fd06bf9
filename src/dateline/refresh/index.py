"""The search index follows the entries: in chunks of 200, each with the watermark in its own transaction.

Chunks of 200 hold the lock for about 9 ms (docs/decisions/0003): a click beside it stays quick.
"""

from collections.abc import Sequence

from dateline.clean.text import loose_text
from dateline.store import Database, full_texts, search
from dateline.store.bodies import safe_html
from dateline.store.search import Unindexed
from dateline.store.write import transaction

CHUNK = 200
MAX_KEPT = 4_000_000


class Texts:
    """The texts of bodies that were made just now: indexing these need not unpack and read their HTML again.

    A mere shortcut: what is not here, or was pushed out, is read from the stored body. At most ``MAX_KEPT`` characters.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, str] = {}
        self._size = 0

    def keep(self, packed: bytes, text: str) -> None:
        """Remember the text of a body, by the body as it is stored."""
        if packed in self._kept:
            return
        self._kept[packed] = text
        self._size += len(text) + len(packed)
        while self._size > MAX_KEPT:
            self.take(next(iter(self._kept)))

    def take(self, packed: bytes) -> str | None:
        """The text of a stored body, if it is remembered; forgotten by this call."""
        text = self._kept.pop(packed, None)
        if text is not None:
            self._size -= len(text) + len(packed)
        return text


def index_chunk(db: Database, *, whole_only: bool = False, fresh: Texts | None = None) -> int:
    """Index the next entries that wait, at most 200. How many; ``whole_only`` leaves a smaller rest for later.

    ``fresh`` are the texts of what was stored just now.
    """
    with db.reading() as tx:
        rows = search.waiting(tx, CHUNK)
        if not rows or (whole_only and len(rows) < CHUNK):
            return 0
        texts = _texts(rows, fresh)
    with transaction(db) as tx:
        if search.indexed_to(tx) >= texts[0][0]:
            return len(texts)  # another process was quicker
        search.index(tx, texts)
    return len(texts)


def index_edited(db: Database) -> int:
    """Index again what was edited, or got its full text, at most 200 entries. How many.

    An entry with a full text is found by both texts, whichever of them its readers see.
    """
    with db.reading() as tx:
        rows = search.edited(tx, CHUNK)
        articles = full_texts.bodies_of(tx, [row.id for row in rows if row.full_at is not None])
    if rows:
        texts = [
            (ident, title, f"{text} {loose_text(articles[ident])}" if ident in articles else text)
            for ident, title, text in _texts(rows)
        ]
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


def _texts(rows: Sequence[Unindexed], fresh: Texts | None = None) -> list[tuple[int, str, str]]:
    return [(row.id, row.title, _text(row, fresh)) for row in rows]


def _text(row: Unindexed, fresh: Texts | None) -> str:
    """By what an entry is found beside its title: who wrote it, its tags, and what it says."""
    text = fresh.take(row.packed) if fresh is not None else None
    if text is None:
        text = loose_text(safe_html(row.packed, row.version, None))
    return f"{row.names}\n{text}" if row.names else text
