"""A query's tree → what SQL can say of it: which entries it may be, by index and by column, and what is left to ask of
each (``query.matches``) because no column tells.

Nothing that a query means is ever left out by this; the rest is only asked of what came through.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct

from dateline.query import Node
from dateline.query.tree import (
    Address,
    And,
    Between,
    Entries,
    Feeds,
    Labelled,
    Not,
    Or,
    State,
    Tag,
    Words,
    every,
    leaves,
)
from dateline.query.words import words

from . import pairs
from .shown import condition

Engine = Literal["sqlite", "postgres"]
MAX_LOOKUPS = 6
"""Words beside what the index is asked at once are looked up one by one, each at the price of a search: no more of them
than this, others are asked of each entry."""
MAX_PROBES = 24
"""States, labels and addresses are looked at for each entry, each time that they are said: so many of them by SQL, and
what is beyond is asked of each entry."""
MAX_DEPTH = 20
"""Of brackets that the index is handed: SQLite's own parser ends at about a hundred."""
_INDEXED = (
    "e.id <= (SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'indexed_to')"
    " AND NOT EXISTS (SELECT 1 FROM entry_edited y WHERE y.entry_id = e.id)"
)
"""What the index does not know yet it finds by no word: it must not be found by their contrary either."""


class Narrowed(Struct, frozen=True, kw_only=True):
    """``match`` is what the index is asked, None where it tells nothing; ``sql`` is about the entry ``e`` ("" for
    nothing), with ``params`` and ``:user``; ``rest`` is to be asked of each entry, None for nothing.
    """

    match: str | None
    sql: str
    params: dict[str, Any]
    rest: Node | None


def narrowed(engine: Engine, tree: Node) -> Narrowed:
    """What SQL can say of a tree."""
    making = _Making(engine)
    matches: list[str] = []
    clauses: list[str] = []
    rest: list[Node] = []
    for part in sorted(tree.parts, key=_reads_addresses) if isinstance(tree, And) else (tree,):
        match = making.match(part)
        sql, is_exact = (None, making.is_exact(part)) if match is not None else making.sql(part)
        if match is not None:
            matches.append(match)
        is_told = sql is not None and _probes([*clauses, sql]) <= MAX_PROBES
        if sql is not None and is_told and sql not in clauses:
            clauses.append(sql)
        if not is_exact or (sql is not None and not is_told):
            rest.append(part)
    return Narrowed(
        match=making.all_of(matches) if matches else None,
        sql=" AND ".join(clauses),
        params=making.params,
        rest=every(rest) if rest else None,
    )


class _Making:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.params: dict[str, Any] = {}
        self._lookups = 0

    # -------------------------------------------------------------------------------------------- by the index

    def match(self, node: Node, depth: int = 0) -> str | None:
        """What the index is asked for a condition that words alone make; None for any other."""
        if depth > MAX_DEPTH:
            return None
        match node:
            case And(parts) | Or(parts) if parts:
                found = [self.match(part, depth + 1) for part in parts]
                told = [part for part in found if part is not None]
                if len(told) < len(found):
                    return None
                return self.all_of(told) if isinstance(node, And) else self.any_of(told)
            case Words():
                return self._phrase(node.words, node.place == "title", is_open=node.is_open)
            case Tag(name):
                found_words = words(name)
                return self._phrase(found_words, False, is_open=False) if found_words else None
            case _:
                return None

    def is_exact(self, node: Node) -> bool:
        """Whether the index says all that such a condition means."""
        match node:
            case And(parts) | Or(parts):
                return all(map(self.is_exact, parts))
            case Words():
                return node.place == "any" or (node.place == "title" and self.engine == "sqlite")
            case _:
                return False

    def _phrase(self, found: Sequence[str], in_title: bool, *, is_open: bool) -> str:
        if self.engine == "sqlite":
            phrase = f'"{" ".join(found)}"{"*" if is_open else ""}'
            return f"(title : {phrase})" if in_title else phrase
        return pairs.phrase(found, is_open=is_open)

    def all_of(self, matches: Iterable[str]) -> str:
        """What meets all of them."""
        return (" AND " if self.engine == "sqlite" else " & ").join(matches)

    def any_of(self, matches: Iterable[str]) -> str:
        """What meets one of them."""
        return f"({(' OR ' if self.engine == 'sqlite' else ' | ').join(matches)})"

    # -------------------------------------------------------------------------------------------- by columns

    def sql(self, node: Node) -> tuple[str | None, bool]:
        """(What SQL says of a condition, whether that is all of it); None says nothing."""
        match node:
            case And() | Or():
                return self._joined(node)
            case Not(part):
                sql, is_exact = self.sql(part)
                if sql is None or not is_exact:
                    return None, False
                return f"(NOT {sql}{' AND ' + _INDEXED if _asks_index(part) else ''})", True
            case Words() | Tag():
                match = self.match(node)
                self._lookups += 1
                if match is None or self._lookups > MAX_LOOKUPS:
                    return None, False
                return self._indexed(match), self.is_exact(node)
            case _:
                sql = self._column(node)
                return sql, sql is not None

    def _joined(self, node: And | Or) -> tuple[str | None, bool]:
        found = [self.sql(part) for part in node.parts]
        told = list(dict.fromkeys(sql for sql, _ in found if sql is not None))
        is_exact = all(is_exact for _, is_exact in found)
        if _probes(told) > MAX_PROBES:
            return None, False
        if isinstance(node, And):
            return (f"({' AND '.join(told)})" if told else None), is_exact
        if any(sql is None for sql, _ in found):
            return None, False
        return (f"({' OR '.join(told)})" if told else "1 = 0"), is_exact

    def _indexed(self, match: str) -> str:
        name = self._param(match)
        if self.engine == "sqlite":
            return f"(e.id IN (SELECT rowid FROM entry_text WHERE entry_text MATCH {name}))"
        return f"EXISTS (SELECT 1 FROM entry_text x WHERE x.entry_id = e.id AND x.words @@ CAST({name} AS tsquery))"

    def _column(self, node: Node) -> str | None:
        match node:
            case Between():
                return self._between(node)
            case Address(part):
                if not part.isascii():  # SQLite lowers no other letters
                    return None
                escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
                return f"(lower(coalesce(e.url, '')) LIKE {self._param(f'%{escaped}%')} ESCAPE '\\')"
            case State(name):
                return f"({condition(name, 'e', 'id')})"
            case Entries(ids):
                return f"(e.id IN ids({self._param(list(ids))}))"
            case Feeds(ids):
                return f"(e.feed_id IN ids({self._param(list(ids))}))"
            case Labelled(ids):
                which = "" if ids is None else f" AND m.label_id IN ids({self._param(list(ids))})"
                return f"EXISTS (SELECT 1 FROM entry_label m WHERE m.entry_id = e.id AND m.user_id = :user{which})"
            case _:
                return None

    def _between(self, span: Between) -> str:
        column = "e.received_at" if span.which == "received" else "coalesce(e.published_at, e.received_at)"
        clauses = [f"{column} >= {self._param(span.start)}"] if span.start is not None else []
        clauses += [f"{column} < {self._param(span.end)}"] if span.end is not None else []
        return f"({' AND '.join(clauses) or '1 = 1'})"

    def _param(self, value: object) -> str:
        name = f"asked{len(self.params)}"
        self.params[name] = value
        return f":{name}"


def _probes(clauses: Iterable[str]) -> int:
    """How often these look something up, or through an address, for one entry."""
    return sum(clause.count("EXISTS (") + clause.count(" LIKE ") for clause in clauses)


def _reads_addresses(node: Node) -> bool:
    return any(isinstance(leaf, Address) for leaf in leaves(node))


def _asks_index(node: Node) -> bool:
    return any(isinstance(leaf, Words | Tag) for leaf in leaves(node))
