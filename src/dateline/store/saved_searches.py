"""Saved searches: what a person keeps asking, where, and how it is shown, in an order of their own."""

from collections.abc import Sequence

from msgspec import Struct

from dateline.errors import NotFound
from dateline.model import StreamKind

from .accounts import name_key
from .db import Row, Tx, WriteTx


class SavedSearch(Struct, frozen=True, kw_only=True):
    """A saved search: the stream ``kind``, ``key`` narrowed by ``query`` ("" by nothing); ``shown`` and ``order`` are
    "" where it is shown as any search is.
    """

    id: int = 0
    name: str
    query: str
    kind: StreamKind = "main"
    key: int | None = None
    shown: str = ""
    order: str = ""


_COLUMNS = "SELECT id, name, query, kind, key, shown, sort_order FROM saved_search WHERE user_id = :user"


def _saved(row: Row) -> SavedSearch:
    return SavedSearch(id=row[0], name=row[1], query=row[2], kind=row[3], key=row[4], shown=row[5], order=row[6])


def every(tx: Tx, user_id: int) -> list[SavedSearch]:
    """A user's saved searches, as they put them."""
    return [_saved(row) for row in tx.all(f"{_COLUMNS} ORDER BY position, id", user=user_id)]


def one(tx: Tx, user_id: int, search_id: int) -> SavedSearch:
    """A saved search. Raises ``NotFound``, also for somebody else's."""
    row = tx.one(f"{_COLUMNS} AND id = :id", user=user_id, id=search_id)
    if row is None:
        raise NotFound(f"saved search {search_id}")
    return _saved(row)


def named(tx: Tx, user_id: int, name: str) -> SavedSearch | None:
    """The saved search of that name, whatever its case."""
    row = tx.one(f"{_COLUMNS} AND name_key = :key", user=user_id, key=name_key(name))
    return None if row is None else _saved(row)


def feed_url(tx: Tx, user_id: int, subscription_id: int) -> str | None:
    """The address of a user's subscription; None where it is gone."""
    found: str | None = tx.value(
        "SELECT f.url FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.id = :id AND s.user_id = :user",
        id=subscription_id,
        user=user_id,
    )
    return found


def count(tx: Tx, user_id: int) -> int:
    """How many a user has."""
    return int(tx.value("SELECT count(*) FROM saved_search WHERE user_id = :user", user=user_id))


def add(tx: WriteTx, user_id: int, search: SavedSearch) -> int:
    """Keep a search whose name is free, behind the others. Its id."""
    last = tx.value("SELECT max(position) FROM saved_search WHERE user_id = :user", user=user_id)
    ident: int = tx.value(
        "INSERT INTO saved_search (user_id, position, name, name_key, query, kind, key, shown, sort_order)"
        " VALUES (:user, :position, :name, :name_key, :query, :kind, :key, :shown, :order) RETURNING id",
        user=user_id,
        position=(last or 0) + 1,
        **_values(search),
    )
    return ident


def change(tx: WriteTx, user_id: int, search: SavedSearch) -> None:
    """Another name (a free one), query, or way of being shown, for the search of that id."""
    tx.run(
        "UPDATE saved_search SET name = :name, name_key = :name_key, query = :query, kind = :kind, key = :key,"
        " shown = :shown, sort_order = :order WHERE id = :id AND user_id = :user",
        id=search.id,
        user=user_id,
        **_values(search),
    )


def _values(search: SavedSearch) -> dict[str, object]:
    return {
        "name": search.name,
        "name_key": name_key(search.name),
        "query": search.query,
        "kind": search.kind,
        "key": search.key,
        "shown": search.shown,
        "order": search.order,
    }


def remove(tx: WriteTx, user_id: int, search_id: int) -> None:
    """It is no more."""
    tx.run("DELETE FROM saved_search WHERE id = :id AND user_id = :user", id=search_id, user=user_id)


def arrange(tx: WriteTx, user_id: int, ids: Sequence[int]) -> None:
    """Put them in this order; what is not among them comes after."""
    places = {ident: place for place, ident in enumerate(ids)}
    own = [search.id for search in every(tx, user_id)]
    ordered = sorted(own, key=lambda ident: places.get(ident, len(places)))
    tx.many(
        "UPDATE saved_search SET position = :position WHERE id = :id AND user_id = :user",
        [{"position": place, "id": ident, "user": user_id} for place, ident in enumerate(ordered, 1)],
    )
