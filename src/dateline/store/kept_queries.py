"""The texts of saved searches and rules follow what they name, when it is called otherwise or becomes one with another.

A text that would grow beyond what a query may have stays as it was, and says then that it cannot be meant.
"""

from collections.abc import Callable, Sequence

from dateline.query.grammar import MAX_TEXT
from dateline.query.renaming import renamed
from dateline.query.tree import Kind, Named
from dateline.query.words import line

from .accounts import name_key
from .db import Tx, WriteTx


def follow_name(tx: WriteTx, user_id: int, kind: Kind, before: str, now: str) -> None:
    """What was called so is called otherwise; the user is held."""
    key = name_key(before)

    def by(named: Named) -> Sequence[Named]:
        is_it = named.kind == kind and not named.ids and name_key(named.name) == key
        return (Named(kind, name=now),) if is_it else (named,)

    if key != name_key(now):
        _rewrite(tx, user_id, by)


def follow_number(tx: WriteTx, user_id: int, kind: Kind, gone: int, kept: int) -> None:
    """What had one number is what has the other; the user is held."""

    def by(named: Named) -> Sequence[Named]:
        if named.kind != kind or gone not in named.ids:
            return (named,)
        return (Named(kind, tuple(dict.fromkeys(kept if one == gone else one for one in named.ids))),)

    _rewrite(tx, user_id, by)


def follow_feed(tx: WriteTx, user_id: int, gone: int, kept: int) -> None:
    """Of two subscriptions that become one, and are both there still: what names the one that goes, by its number or
    by words of its name, names the one that stays.
    """
    follow_number(tx, user_id, "feed", gone, kept)
    titles = _titles(tx, user_id)
    going, staying = line(titles.pop(gone)), line(titles[kept])
    others = [line(title) for title in titles.values()]

    def by(named: Named) -> Sequence[Named]:
        wanted = line(named.name)
        if named.kind != "feed" or not named.name or wanted not in going or wanted in staying:
            return (named,)
        besides = (named,) if any(wanted in other for other in others) else ()
        return (*besides, Named("feed", name=titles[kept]))

    if staying.strip():
        _rewrite(tx, user_id, by)


def _titles(tx: Tx, user_id: int) -> dict[int, str]:
    return dict(
        tx.all(
            "SELECT s.id, CASE WHEN s.title <> '' THEN s.title ELSE f.title END FROM subscription s"
            " JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user",
            user=user_id,
        )
    )


def _rewrite(tx: WriteTx, user_id: int, by: Callable[[Named], Sequence[Named]]) -> None:
    for table in ("saved_search", "rule"):
        known = tx.all(f"SELECT id, query FROM {table} WHERE user_id = :user", user=user_id)
        said = [{"id": ident, "query": renamed(query, by), "before": query} for ident, query in known if ":" in query]
        changed = [row for row in said if row["query"] != row["before"] and len(row["query"]) <= MAX_TEXT]
        tx.many(f"UPDATE {table} SET query = :query WHERE id = :id AND query = :before", changed)
