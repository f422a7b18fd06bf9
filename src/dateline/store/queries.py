"""A query as somebody types it → what it means to that account: names become the ids of their feeds and labels, a saved
search what it says.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from functools import cached_property

from dateline.model import Search
from dateline.query import Node, Problem, parse
from dateline.query.tree import ANYTHING, NOTHING, Feeds, Labelled, Named, State, changed, leaves, some
from dateline.query.words import words

from . import labels, saved_searches
from .accounts import name_key
from .db import Tx
from .subscriptions import below, folders

MAX_NESTED = 5
"""A saved search may name another, so deep."""


def understood(tx: Tx, user_id: int, text: str, *, now: datetime, zone: tzinfo, public_only: bool = False) -> Search:
    """What a query means to a user, now and in that zone. For visitors (``public_only``) there are no labels, states
    and saved searches, and only the feeds that they see.

    A query that cannot be meant finds nothing, and says why (``problems``).
    """
    own = _Own(tx, user_id, now, zone, public_only=public_only)
    tree = own.meant(text, ())
    return Search(text=text, tree=NOTHING if own.problems else tree, problems=tuple(own.problems))


class _Own:
    """What the names of a query stand for."""

    def __init__(self, tx: Tx, user_id: int, now: datetime, zone: tzinfo, *, public_only: bool) -> None:
        self._tx = tx
        self._user_id = user_id
        self._now = now
        self._zone = zone
        self._public_only = public_only
        self.problems: list[Problem] = []

    def meant(self, text: str, inside: tuple[int, ...]) -> Node:
        query = parse(text, now=self._now, zone=self._zone)
        self.problems += query.problems
        tree = changed(query.wanted, lambda named: self._found(named, inside))
        if self._public_only and any(isinstance(leaf, State | Labelled) for leaf in leaves(tree)):
            self._refuse(Problem("not_here", text))
        return tree

    def _found(self, named: Named, inside: tuple[int, ...]) -> Node:
        if self._public_only and named.kind in ("label", "search"):
            return self._refuse(Problem("not_here", f"{named.kind}:{named.name or named.ids[0]}"))
        if named.kind == "search":
            return self._search(named, inside)
        ids = {"feed": self._feeds, "folder": self._folders, "label": self._labels}[named.kind](named)
        if not ids and named.name:
            return self._refuse(Problem("unknown", f"{named.kind}:{named.name}"))
        return Labelled(ids) if named.kind == "label" else Feeds(ids)

    def _refuse(self, problem: Problem) -> Node:
        self.problems.append(problem)
        return NOTHING

    def _feeds(self, named: Named) -> tuple[int, ...]:
        if named.ids:
            return tuple(feed_id for ident, feed_id, _ in self._subscriptions if ident in named.ids)
        wanted = words(named.name)
        # part of the name will do: who remembers all of it?
        return tuple(feed_id for _, feed_id, title in self._subscriptions if _holds(words(title), wanted))

    def _folders(self, named: Named) -> tuple[int, ...]:
        known = folders(self._tx, self._user_id)
        key = name_key(named.name) if named.name else None
        meant = [folder.id for folder in known if folder.id in named.ids or name_key(folder.name) == key]
        inside = {ident for start in meant for ident in below(known, start)}
        return self._inside(inside)

    def _inside(self, folder_ids: Iterable[int]) -> tuple[int, ...]:
        lying = set(
            self._tx.column(
                "SELECT subscription_id FROM subscription_folder WHERE folder_id IN ids(:folders)",
                folders=list(folder_ids),
            )
        )
        return tuple(feed_id for ident, feed_id, _ in self._subscriptions if ident in lying)

    def _labels(self, named: Named) -> tuple[int, ...]:
        key = name_key(named.name) if named.name else None
        known = labels.all_labels(self._tx, self._user_id)
        return tuple(label.id for label in known if label.id in named.ids or name_key(label.name) == key)

    def _search(self, named: Named, inside: tuple[int, ...]) -> Node:
        known = saved_searches.every(self._tx, self._user_id)
        key = name_key(named.name) if named.name else None
        meant = [one for one in known if one.id in named.ids or name_key(one.name) == key]
        part = f"search:{named.name or named.ids[0]}"
        if not meant or len(inside) >= MAX_NESTED or any(one.id in inside for one in meant):
            return self._refuse(Problem("unknown", part))
        asked = [self.meant(one.query, (*inside, one.id)) if one.query else ANYTHING for one in meant]
        return some(asked)

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


def _holds(line: list[str], wanted: list[str]) -> bool:
    return f" {' '.join(wanted)} " in f" {' '.join(line)} "
