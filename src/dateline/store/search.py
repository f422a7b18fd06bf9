"""Full-text search: one index an engine, one function above both.

SQLite: a contentless FTS5 table whose rowid is the entry id. PostgreSQL: a ``tsvector`` with the configuration
``simple``. Both
see text without diacritics and case, and with every Han, kana, hangul or Thai character a word of its own (these
scripts do not
put blanks between words), so that a phrase finds a part of a sentence.
The index follows the entries with a watermark (``meta.indexed_to``): it may be late by a moment, it never disagrees.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from dateline.model import ShownNow

from .db import Row, Tx, WriteTx
from .entries import decode_people, decode_tags
from .shown import condition

NEWEST_MATCHES = 1_000
"""A search shows the newest so many matches; ordering all of a common word's would cost seconds (stack.md, D)."""
MAX_QUERY_WORDS = 20
MAX_INDEXED = 400_000
# tsvector takes at most 1 MB of distinct words and positions up to 16,383 (PostgreSQL manual, 8.11 and 12.11).
_PG_TEXT = 250_000
_PG_BYTES = 1_000_000

_MAX_WORD = 200
"""Characters of a word in PostgreSQL, which takes at most 2,046 bytes."""
_END_OF_TITLE = "0endoftitle0"
"""Stands between title and text in PostgreSQL, so that no phrase reaches over: SQLite has two columns."""

# What FTS5's unicode61 folds by itself as ``fold`` does; any other text is folded before it is indexed.
# (Walked to the end at once, that is half the time of looking for the first other character.)
_FOLDED_BY_SQLITE = re.compile("[\\x00-\\x7f\\xa0\\xab\\xbb\\xc0-\\xff\u2010-\u201f]*+")
_SPACELESS = re.compile(
    r"([\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])"
)
_COMBINING = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0591-\u05c7]+")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_PART = re.compile(r"[\"“”«»„]([^\"“”«»„]*)[\"“”«»„]?|(\S+)")


def spaced(text: str) -> str:
    """Blanks around the characters of scripts that write without them; other text as it is."""
    return _SPACELESS.sub(r" \1 ", text)


def fold(text: str) -> str:
    """Without diacritics and case, as FTS5's unicode61 does by itself: for PostgreSQL, and for comparing."""
    if text.isascii():
        return text.lower()
    plain = _COMBINING.sub("", unicodedata.normalize("NFKD", spaced(text)))
    return unicodedata.normalize("NFC", plain).lower()


def phrases(query: str) -> list[list[str]]:
    """A search as typed → its phrases, each a list of words that follow each other; all of them must be found."""
    found = []
    for quoted, plain in _PART.findall(query[:1000]):
        words = _WORD.findall(fold(quoted or plain))
        if words:
            found.append(words[:MAX_QUERY_WORDS])
    return found[:MAX_QUERY_WORDS]


def _match(tx: Tx, query: str) -> str | None:
    """The engine's own spelling of a search; None when it holds no word."""
    parts = phrases(query)
    if not parts:
        return None
    if tx.engine == "sqlite":
        return " ".join('"' + " ".join(words) + '"' for words in parts)
    return " & ".join("(" + " <-> ".join(f"'{word[:_MAX_WORD]}'" for word in words) + ")" for words in parts)


def newest_matches(
    tx: Tx, query: str, feed_ids: Sequence[int], *, user_id: int, shown: ShownNow = "all", limit: int = NEWEST_MATCHES
) -> list[tuple[int, int]]:
    """(listed_at, entry id) of the newest matches in these feeds, in no order.

    A search without a word matches nothing.
    """
    match = _match(tx, query)
    if match is None:
        return []
    rows = tx.all(
        f"SELECT e.listed_at, e.id FROM {_MATCHES[tx.engine]}"
        + ("" if shown == "all" else f" AND {condition(shown, 'e', 'id')}")
        + f" AND e.feed_id IN ids(:feeds) ORDER BY {_ORDER[tx.engine]} DESC LIMIT :limit",
        match=match,
        feeds=list(feed_ids),
        limit=limit,
        **({} if shown == "all" else {"user": user_id}),
    )
    return [(row[0], row[1]) for row in rows]


# CROSS JOIN keeps SQLite to walking the matches from the newest (it stops at the limit) rather than the feeds' entries.
_MATCHES = {
    "sqlite": "entry_text CROSS JOIN entry e ON e.id = entry_text.rowid WHERE entry_text MATCH :match",
    "postgres": "entry_text t JOIN entry e ON e.id = t.entry_id WHERE t.words @@ CAST(:match AS tsquery)",
}
_ORDER = {"sqlite": "entry_text.rowid", "postgres": "e.id"}


def matching(tx: Tx, query: str, entry_ids: Sequence[int]) -> list[int]:
    """Which of these entries match."""
    match = _match(tx, query)
    if match is None:
        return []
    if tx.engine == "sqlite":
        sql = "SELECT rowid FROM entry_text WHERE entry_text MATCH :match AND rowid IN ids(:ids)"
    else:
        sql = "SELECT entry_id FROM entry_text WHERE words @@ CAST(:match AS tsquery) AND entry_id IN ids(:ids)"
    return tx.column(sql, match=match, ids=list(entry_ids))


# ------------------------------------------------------------------------------------------------ the index


def indexed_to(tx: Tx) -> int:
    """The watermark: every entry up to this id is indexed."""
    return int(tx.value("SELECT value FROM meta WHERE key = 'indexed_to'") or 0)


class Unindexed(Struct, frozen=True, kw_only=True):
    """What is to be indexed of an entry: its title, the names of its authors and tags, its body as it is stored.
    ``full_at`` tells when the newest full text came.
    """

    id: int
    title: str
    names: str
    version: int
    packed: bytes
    full_at: int | None = None


_UNINDEXED = "e.id, e.title, e.authors, e.tags, b.version, b.body"


def _unindexed(row: Row) -> Unindexed:
    people = " ".join([person.name or person.email or "" for person in decode_people(row[2])]) if row[2] else ""
    tags = "\n".join(decode_tags(row[3])) if row[3] else ""
    return Unindexed(
        id=row[0],
        title=row[1],
        names=f"{people}\n{tags}" if people or tags else "",
        version=row[4],
        packed=row[5],
        full_at=row[6] if len(row) > 6 else None,
    )


def waiting(tx: Tx, limit: int) -> list[Unindexed]:
    """The next entries to index, in order of id."""
    rows = tx.all(
        f"SELECT {_UNINDEXED} FROM entry e JOIN entry_body b ON b.entry_id = e.id"
        " WHERE e.id > :after ORDER BY e.id LIMIT :limit",
        after=indexed_to(tx),
        limit=limit,
    )
    return [_unindexed(row) for row in rows]


def edited(tx: Tx, limit: int) -> list[Unindexed]:
    """Entries behind the watermark whose text changed; the mark of any other waits until it is there."""
    rows = tx.all(
        f"SELECT {_UNINDEXED}, (SELECT max(t.fetched_at) FROM full_text t WHERE t.entry_id = e.id"
        " AND t.body IS NOT NULL) FROM entry_edited d JOIN entry e ON e.id = d.entry_id"
        " JOIN entry_body b ON b.entry_id = e.id WHERE d.entry_id <= :upto ORDER BY d.entry_id LIMIT :limit",
        limit=limit,
        upto=indexed_to(tx),
    )
    return [_unindexed(row) for row in rows]


def index(tx: WriteTx, texts: Sequence[tuple[int, str, str]]) -> None:
    """Add (entry id, title, text) to the index and move the watermark to the last of them."""
    there = set(tx.column("SELECT id FROM entry WHERE id IN ids(:ids)", ids=[text[0] for text in texts]))
    _write(tx, [text for text in texts if text[0] in there], "INSERT")
    if texts:
        tx.run(
            "INSERT INTO meta (key, value) VALUES ('indexed_to', :to) ON CONFLICT (key) DO UPDATE SET value ="
            " excluded.value",
            to=str(texts[-1][0]),
        )


def index_again(tx: WriteTx, texts: Sequence[tuple[int, str, str]]) -> None:
    """Replace the text of edited entries, and take away their marks."""
    _write(tx, texts, "INSERT OR REPLACE")
    tx.run("DELETE FROM entry_edited WHERE entry_id IN ids(:ids)", ids=[text[0] for text in texts])


def start_over(tx: WriteTx) -> None:
    """Forget the whole index; the worker builds it again from the bodies."""
    tx.run("DELETE FROM entry_text")
    tx.run("DELETE FROM meta WHERE key = 'indexed_to'")
    tx.run(
        "INSERT INTO entry_edited (entry_id) SELECT DISTINCT entry_id FROM full_text WHERE body IS NOT NULL"
        " ON CONFLICT DO NOTHING"
    )


def _write(tx: WriteTx, texts: Sequence[tuple[int, str, str]], insert: Literal["INSERT", "INSERT OR REPLACE"]) -> None:
    # what is new need not be looked for in the index: 3 % of indexing
    if tx.engine == "sqlite":
        rows = [
            {"id": ident, "title": _lite_text(title), "text": _lite_text(text[:MAX_INDEXED])}
            for ident, title, text in texts
        ]
        tx.many(f"{insert} INTO entry_text (rowid, title, body) VALUES (:id, :title, :text)", rows)
        return
    rows = [{"id": ident, "text": _pg_words(title, text)} for ident, title, text in texts]
    tx.many(
        "INSERT INTO entry_text (entry_id, words) VALUES (:id, to_tsvector('simple', :text))"
        " ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words",
        rows,
    )


def _lite_text(text: str) -> str:
    return text if _FOLDED_BY_SQLITE.fullmatch(text) else fold(text)


def _pg_words(title: str, text: str) -> str:
    """Only words and blanks reach ``to_tsvector``:
    its own parser would read addresses, paths and numbers its own way.
    """
    words = [*_WORD.findall(fold(title)), _END_OF_TITLE, *_WORD.findall(fold(text[:_PG_TEXT]))]
    room = _PG_BYTES
    for place, word in enumerate(words):
        words[place] = short = word[:_MAX_WORD]
        room -= len(short.encode()) + 6  # its place among the words, and its position
        if room < 0:
            return " ".join(words[:place])
    return " ".join(words)
