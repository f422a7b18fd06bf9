"""A query as somebody types it → what it means to that account: names become the ids of their feeds and labels, a saved
search what it says.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import cached_property

from dateline.model import Search
from dateline.query import Node, Problem, parse
from dateline.query.tree import ANYTHING, NOTHING, Feeds, Labelled, Named, State, changed, leaves, size, some
from dateline.query.words import words

from . import labels, saved_searches
from .accounts import name_key
from .db import Tx
from .kept_queries import holds
from .subscriptions import below, folders

MAX_NESTED = 5
"""A saved search may name another, so deep."""
MAX_CONDITIONS = 300
"""Of a query with all the searches that it names: two a hundred wide and three deep would be a million."""


def understood(
    tx: Tx, user_id: int, text: str, *, now: datetime, zone: tzinfo, public_only: bool = False, strict: bool = False
) -> Search:
    """What a query means to a user, now and in that zone. For visitors (``public_only``) there are no labels, states
    and saved searches, and only the feeds that they see. ``strict`` as in ``query.parse``.

    A query that cannot be meant finds nothing, and says why (``problems``).
    """
    own = _Own(tx, user_id, now, zone, public_only=public_only, strict=strict)
    tree = own.meant(text, ())
    return Search(text=text, tree=NOTHING if own.problems else tree, problems=tuple(own.problems))


class _Own:
    """What the names of a query stand for."""

    def __init__(self, tx: Tx, user_id: int, now: datetime, zone: tzinfo, *, public_only: bool, strict: bool) -> None:
        self._tx = tx
        self._user_id = user_id
        self._now = now
        self._zone = zone
        self._public_only = public_only
        self._strict = strict
        self._left = MAX_CONDITIONS
        self.problems: list[Problem] = []

    def meant(self, text: str, inside: tuple[int, ...]) -> Node:
        query = parse(text, now=self._now, zone=self._zone, strict=self._strict)
        self.problems += query.problems
        self._left -= size(query.wanted)
        if self._left < 0:
            return self._refuse(Problem("too_long", text[:20]))
        tree = changed(query.wanted, lambda named: self._found(named, inside))
        if self._public_only and any(isinstance(leaf, State | Labelled) for leaf in leaves(tree)):
            self._refuse(Problem("not_here", text))
        return tree

    def _found(self, named: Named, inside: tuple[int, ...]) -> Node:
        part = f"{named.kind}:{named.name or ','.join(map(str, named.ids))}"
        if self._left < 0:
            return NOTHING
        if self._public_only and named.kind in ("label", "search"):
            return self._refuse(Problem("not_here", part))
        if named.kind == "search":
            return self._search(named, inside, part)
        ids = {"feed": self._feeds, "folder": self._folders, "label": self._labels}[named.kind](named)
        # a visitor learns nothing of what is hidden; and what is not there must not be denied: that would be everything
        if ids is None or (self._public_only and not ids):
            return self._refuse(Problem("unknown", part))
        return Labelled(ids) if named.kind == "label" else Feeds(ids)

    def _refuse(self, problem: Problem) -> Node:
        self.problems.append(problem)
        return NOTHING

    def _feeds(self, named: Named) -> tuple[int, ...] | None:
        if named.ids:
            known = {ident: feed_id for ident, feed_id, _ in self._subscriptions}
            return tuple(known[ident] for ident in named.ids) if known.keys() >= set(named.ids) else None
        wanted = words(named.name)
        # part of the name will do: who remembers all of it?
        return tuple(feed_id for _, feed_id, title in self._subscriptions if holds(title, wanted)) or None

    def _folders(self, named: Named) -> tuple[int, ...] | None:
        known = folders(self._tx, self._user_id)
        meant = _meant(named, {folder.id: folder.name for folder in known})
        if meant is None:
            return None
        return self._inside({ident for start in meant for ident in below(known, start)})

    def _inside(self, folder_ids: Iterable[int]) -> tuple[int, ...]:
        lying = set(
            self._tx.column(
                "SELECT subscription_id FROM subscription_folder WHERE folder_id IN ids(:folders)",
                folders=list(folder_ids),
            )
        )
        return tuple(feed_id for ident, feed_id, _ in self._subscriptions if ident in lying)

    def _labels(self, named: Named) -> tuple[int, ...] | None:
        return _meant(named, {label.id: label.name for label in labels.all_labels(self._tx, self._user_id)})

    def _search(self, named: Named, inside: tuple[int, ...], part: str) -> Node:
        known = {one.id: one for one in saved_searches.every(self._tx, self._user_id)}
        meant = _meant(named, {ident: one.name for ident, one in known.items()})
        if meant is None or len(inside) >= MAX_NESTED or set(meant) & set(inside):
            return self._refuse(Problem("unknown", part))
        asked = [(known[ident].query, (*inside, ident)) for ident in meant]
        return some([self.meant(query, path) if query else ANYTHING for query, path in asked])

    @cached_property
    def _subscriptions(self) -> list[tuple[int, int, str]]:
        """(subscription, feed, name) of what may be named."""
        seen = " AND s.hidden_from_visitors = 0 AND f.owner_id = 0" if self._public_only else ""
        rows = self._tx.all(
            "SELECT s.id, s.feed_id, CASE WHEN s.title <> '' THEN s.title ELSE f.title END"
            f" FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user{seen} ORDER BY s.feed_id",
            user=self._user_id,
        )
        return [(row[0], row[1], row[2]) for row in rows]


def _meant(named: Named, known: Mapping[int, str]) -> tuple[int, ...] | None:
    """Which are named, by id (all of them must be there) or by their whole name; None is none."""
    if named.ids:
        return named.ids if known.keys() >= set(named.ids) else None
    key = name_key(named.name)
    return tuple(ident for ident, name in known.items() if name_key(name) == key) or None
