"""What a person does with saved searches: keep one, change it, put them in order, forget one."""

from datetime import UTC, datetime
from typing import get_args

from msgspec.structs import replace

from dateline.errors import ActionError, NotFound
from dateline.model import ShownNow, StreamKind, User
from dateline.preferences import Order
from dateline.query.grammar import MAX_TEXT
from dateline.store import Database, kept_queries, labels, queries, saved_searches, subscriptions
from dateline.store.db import Tx, WriteTx
from dateline.store.queries import Names
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

from .subscriptions import folder_name

MAX_SEARCHES = 200
_KINDS = get_args(StreamKind)
_SHOWN = ("", *get_args(ShownNow))
_ORDERS = ("", *get_args(Order))


def add(db: Database, user: User, search: SavedSearch, *, now: datetime) -> int:
    """Keep a search, behind the others. Its id.

    Raises ``ActionError``: ``action.name_invalid``, ``action.name_taken``, ``action.bad_query`` for what cannot be
    meant, ``action.search_in_itself``, ``action.bad_value``, ``action.too_many_searches``; ``NotFound`` for a stream
    that is not the user's.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        return added(tx, user, search, now=now)


def added(
    tx: WriteTx,
    user: User,
    search: SavedSearch,
    *,
    now: datetime,
    may_name_others: bool = False,
    names: Names | None = None,
) -> int:
    """The same within a transaction that holds the user. ``may_name_others``: what it names need not be here;
    ``names`` of theirs, for whoever adds many.
    """
    wanted = _checked(tx, user, search, now, may_name_others=may_name_others, names=names)
    if saved_searches.count(tx, user.id) >= MAX_SEARCHES:
        raise ActionError("action.too_many_searches", f"at most {MAX_SEARCHES}")
    return saved_searches.add(tx, user.id, wanted)


def change(db: Database, user: User, search: SavedSearch, *, now: datetime) -> None:
    """The search of that id becomes this one, where it stands. Errors as in ``add``; ``NotFound`` for the id too."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        before = saved_searches.one(tx, user.id, search.id).name
        wanted = _checked(tx, user, search, now)
        saved_searches.change(tx, user.id, wanted)
        kept_queries.follow_name(tx, user.id, "search", before, wanted.name)
        # asked as others would ask for it: only so it meets itself, be it by way of others
        if queries.understood(tx, user.id, f"S:{search.id}", now=now, zone=UTC).problems:
            raise ActionError("action.search_in_itself", search.name[:100])


def remove(db: Database, user: User, search_id: int, *, now: datetime) -> None:
    """Forget a search. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        saved_searches.one(tx, user.id, search_id)
        saved_searches.remove(tx, user.id, search_id)


def arrange(db: Database, user: User, search_id: int, *, by: int, now: datetime) -> None:
    """Put a search so many places down (below zero: up), at most to the end. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        ids = [search.id for search in saved_searches.every(tx, user.id)]
        if search_id not in ids:
            raise NotFound(f"saved search {search_id}")
        place = max(ids.index(search_id) + by, 0)
        ids.remove(search_id)
        ids.insert(place, search_id)
        saved_searches.arrange(tx, user.id, ids)


def _checked(
    tx: Tx,
    user: User,
    search: SavedSearch,
    now: datetime,
    *,
    may_name_others: bool = False,
    names: Names | None = None,
) -> SavedSearch:
    """The search as it is kept: with a name that is free, a query that means something, a stream that is there."""
    name, query = folder_name(search.name), search.query.strip()
    if search.kind not in _KINDS or search.shown not in _SHOWN or search.order not in _ORDERS:
        raise ActionError("action.bad_value", "saved search")
    if len(query) > MAX_TEXT or "\0" in query:
        raise ActionError("action.bad_value", "query")
    namesake = saved_searches.named(tx, user.id, name)
    if namesake is not None and namesake.id != search.id:
        raise ActionError("action.name_taken", name)
    names = names or Names(tx, user.id)
    problems = queries.meant_by(names, query, now=now, zone=UTC).problems if query else ()
    if any(problem.code != "unknown" or not may_name_others for problem in problems):
        raise ActionError("action.bad_query", query[:100])
    _check_stream(tx, user, search.kind, search.key)
    return replace(search, name=name, query=query)


def _check_stream(tx: Tx, user: User, kind: StreamKind, key: int | None) -> None:
    """Raises ``NotFound`` for a stream that this user does not have."""
    if kind == "folder" and key is not None:
        subscriptions.folder(tx, user.id, key)
    elif kind == "feed" and key is not None:
        subscriptions.feed_of(tx, user.id, key)
    elif kind == "label" and key is not None:
        labels.one(tx, user.id, key)
    elif kind in ("folder", "feed") or key is not None:
        raise NotFound(f"{kind} {key}")
