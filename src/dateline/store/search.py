"""Search: what a query finds among stored entries. One index an engine, one function above both.

SQLite: a contentless FTS5 table whose rowid is the entry id. PostgreSQL: a ``tsvector`` with the configuration
``simple``. Both see text as ``query.words`` does. The index follows the entries with a watermark (``meta.indexed_to``):
it may be late by a moment, it never disagrees. What a query asks beyond words is asked of columns, else of each entry.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct

from dateline.model import ShownNow
from dateline.query import Node, matches
from dateline.query.matching import steps
from dateline.query.tree import Pattern, Words, leaves
from dateline.query.words import fold

from .candidates import subjects
from .conditions import Narrowed, narrowed
from .db import Row, Tx, WriteTx
from .entries import decode_people, decode_tags, newest_id
from .pairs import indexed
from .shown import condition

NEWEST_MATCHES = 1_000
"""A search shows the newest so many matches; ordering all of a common word's would cost seconds (stack.md, D)."""
MAX_INDEXED = 400_000
# FTS5's unicode61 is of Unicode 6.1: signs that are newer (🤗, ₽) count as letters there.
_NO_WORD = re.compile(r"[^\w\s\x00-\u206f]+")
# What it folds by itself as ``fold`` does; any other text is folded before it is indexed.
# (Walked to the end at once, that is half the time of looking for the first other character.)
_FOLDED_BY_SQLITE = re.compile("[\\x00-\\x7f\\xa0\\xab\\xbb\\xc0-\\xff\u2010-\u201f]*+")

ASKED = 20_000
"""So many entries are asked one by one, at most, where no index and no column tells (by an expression, a tag); of ten
conditions and more fewer, in proportion.
"""
READ = 2_000
"""And so many, where what they say must be read for it: of usual length; fewer, if they are longer."""
_USUAL = 5_000
_USUAL_STEPS = 100
"""Instructions of expressions beyond which each entry counts twice, three times…"""
_READ_AT_ONCE = 50
REACH = 200_000
"""Where the index is not asked, the newest so many entries of the feeds are looked through."""
_CHUNK = 250
_SPAN = 20_000


def newest_matches(
    tx: Tx, tree: Node, feed_ids: Sequence[int], *, user_id: int, shown: ShownNow = "all", limit: int = NEWEST_MATCHES
) -> list[tuple[int, int]]:
    """(listed_at, entry id) of the newest matches in these feeds, in no order."""
    asked = narrowed(tx.engine, tree)
    found: list[tuple[int, int]] = []
    left = limit if asked.rest is None else _most(asked.rest)
    for chunk in _chunks(tx, asked, feed_ids, user_id, shown, limit if asked.rest is None else _CHUNK):
        right, cost = (chunk, len(chunk)) if asked.rest is None else _right(tx, asked.rest, user_id, chunk, left)
        found += right
        left -= cost
        if left <= 0 or len(found) >= limit:
            break
    return found[:limit]


def _chunks(
    tx: Tx, asked: Narrowed, feed_ids: Sequence[int], user_id: int, shown: ShownNow, size: int
) -> Iterator[list[tuple[int, int]]]:
    """What SQL finds, the newest first, at most ``size`` at a time."""
    clauses = [clause for clause in (asked.sql, condition(shown, "e", "id")) if clause]
    params = dict(asked.params, feeds=list(feed_ids), size=size)
    if any(":user" in clause for clause in clauses):
        params["user"] = user_id
    where = " AND ".join(["e.feed_id IN ids(:feeds)", *clauses])
    by_words = asked.match is not None
    spans = _by_words(tx, where, {**params, "match": asked.match}) if by_words else _by_walking(tx, where, params)
    for rows in spans:
        yield [(row[0], row[1]) for row in rows]


def _by_words(tx: Tx, where: str, params: dict[str, Any]) -> Iterator[list[Row]]:
    before, order = "", _ORDER[tx.engine]
    while True:
        rows = tx.all(
            f"SELECT e.listed_at, e.id FROM {_MATCHES[tx.engine]} AND {where}{before}"
            f" ORDER BY {order} DESC LIMIT :size",
            **params,
        )
        yield rows
        if len(rows) < params["size"]:
            return
        before, params["before"] = f" AND {order} < :before", rows[-1][1]


def _by_walking(tx: Tx, where: str, params: dict[str, Any]) -> Iterator[list[Row]]:
    """By spans of ids from the newest on, each twice as long as the one before: each feed's index gives its part."""
    top, step, seen = newest_id(tx), _SPAN, 0
    while top > 0 and seen < REACH:
        span = {"above": max(0, top - step), "top": top}
        rows = tx.all(
            f"SELECT e.listed_at, e.id FROM entry e WHERE {where} AND e.id > :above AND e.id <= :top"
            " ORDER BY e.id DESC LIMIT :size",
            **params,
            **span,
        )
        yield rows
        if len(rows) == params["size"]:
            top = rows[-1][1] - 1
            continue
        seen += tx.value(
            "SELECT count(*) FROM entry WHERE feed_id IN ids(:feeds) AND id > :above AND id <= :top",
            feeds=params["feeds"],
            **span,
        )
        top, step = span["above"], 2 * step


def _right(
    tx: Tx, rest: Node, user_id: int, keys: Sequence[tuple[int, int]], left: int
) -> tuple[list[tuple[int, int]], int]:
    """Which of these entries meet what is left to ask, until asking took so much; and what it took, in entries of usual
    length and for usual expressions. Long texts and long expressions make it less.
    """
    weight = 1 + steps(rest) // _USUAL_STEPS
    size = max(_READ_AT_ONCE // weight, 1) if any(map(_reads_text, leaves(rest))) else _CHUNK
    right, cost = set[int](), 0
    for start in range(0, len(keys), size):
        asked = list(subjects(tx, user_id, [key[1] for key in keys[start : start + size]]))
        right |= {one.entry_id for one in asked if matches(rest, one)}
        cost += weight * max(len(asked), sum(one.characters_read for one in asked) // _USUAL)
        if cost >= left:
            break
    return [key for key in keys if key[1] in right], cost


def _most(rest: Node) -> int:
    """So many entries, at most, are asked this."""
    conditions = list(leaves(rest))
    return READ if any(map(_reads_text, conditions)) else ASKED // (1 + len(conditions) // 10)


def _reads_text(leaf: Node) -> bool:
    return isinstance(leaf, Words | Pattern) and leaf.place in ("any", "text")


# CROSS JOIN keeps SQLite to walking the matches from the newest (it stops at the limit) rather than the feeds' entries.
_MATCHES = {
    "sqlite": "entry_text CROSS JOIN entry e ON e.id = entry_text.rowid WHERE entry_text MATCH :match",
    "postgres": "entry_text t JOIN entry e ON e.id = t.entry_id WHERE t.words @@ CAST(:match AS tsquery)",
}
_ORDER = {"sqlite": "entry_text.rowid", "postgres": "e.id"}


def matching(tx: Tx, tree: Node, entry_ids: Sequence[int], *, user_id: int) -> list[int]:
    """Which of these entries match; of a query that must be asked of each, among the newest of them."""
    asked = narrowed(tx.engine, tree)
    clauses = ["e.id IN ids(:ids)", *([asked.sql] if asked.sql else [])]
    params = dict(asked.params, ids=list(entry_ids))
    if ":user" in asked.sql:
        params["user"] = user_id
    if asked.match is not None:
        params["match"] = asked.match
        clauses.append(_MATCHED[tx.engine])
    found: list[int] = tx.column(f"SELECT e.id FROM entry e WHERE {' AND '.join(clauses)} ORDER BY e.id DESC", **params)
    if asked.rest is None:
        return found
    most = _most(asked.rest)
    right: list[int] = []
    for start in range(0, len(found), _CHUNK):
        keys = [(0, entry_id) for entry_id in found[start : start + _CHUNK]]
        chunk, cost = _right(tx, asked.rest, user_id, keys, most)
        right += [key[1] for key in chunk]
        most -= cost
        if most <= 0:
            break
    return right


_MATCHED = {
    "sqlite": "e.id IN (SELECT rowid FROM entry_text WHERE entry_text MATCH :match)",
    "postgres": "EXISTS (SELECT 1 FROM entry_text t WHERE t.entry_id = e.id AND t.words @@ CAST(:match AS tsquery))",
}


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
    _write(tx, texts, "INSERT")
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
    # some may have been purged since they were read; who purges them now waits
    there = set(
        tx.column(
            "SELECT id FROM entry WHERE id IN ids(:ids) ORDER BY id [[share_row]]", ids=[text[0] for text in texts]
        )
    )
    texts = [text for text in texts if text[0] in there]
    # what is new need not be looked for in the index: 3 % of indexing
    if tx.engine == "sqlite":
        rows = [
            {"id": ident, "title": _lite_text(title), "text": _lite_text(text[:MAX_INDEXED])}
            for ident, title, text in texts
        ]
        tx.many(f"{insert} INTO entry_text (rowid, title, body) VALUES (:id, :title, :text)", rows)
        return
    both = [(ident, indexed(title, text)) for ident, title, text in texts]
    rows = [{"id": ident, "placed": placed, "without": without} for ident, (placed, without) in both]
    tx.many(
        "INSERT INTO entry_text (entry_id, words) VALUES"
        " (:id, CAST(:placed AS tsvector) || CAST(:without AS tsvector))"
        " ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words",
        rows,
    )


def _lite_text(text: str) -> str:
    return text if _FOLDED_BY_SQLITE.fullmatch(text) else _NO_WORD.sub(" ", fold(text))
