"""A query as somebody types it → what it means to that account: names become the ids of their feeds and labels, a saved
search what it says.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cached_property

from dateline.model import Search
from dateline.query import Node, Problem, parse
from dateline.query.tree import ANYTHING, NOTHING, Feeds, Labelled, Named, State, changed, leaves, size, some
from dateline.query.words import line

from . import labels, saved_searches
from .accounts import name_key
from .db import Tx
from .subscriptions import Folder, below, folders

MAX_NESTED = 5
"""A saved search may name another, so deep."""
MAX_CONDITIONS = 300
"""Of a query with all the searches that it names: two a hundred wide and three deep would be a million."""


class Names:
    """What the names of queries stand for to a user: read once, however many queries name them. For visitors
    (``public_only``) there are only the feeds that they see.
    """

    def __init__(self, tx: Tx, user_id: int, *, public_only: bool = False) -> None:
        self._tx = tx
        self._user_id = user_id
        self.public_only = public_only

    def forget(self) -> None:
        """There may be other labels and searches now: they are read again when they are asked for."""
        for own in ("_labels", "_searches"):
            self.__dict__.pop(own, None)

    def feeds(self, named: Named) -> tuple[int, ...] | None:
        """The feeds that are named; None when there are none."""
        if named.ids:
            known = self._feed_ids
            return tuple(known[ident] for ident in named.ids) if known.keys() >= set(named.ids) else None
        wanted = line(named.name)
        # part of the name will do: who remembers all of it?
        return tuple(feed_id for feed_id, title in self._titles if wanted in title) or None

    def folders(self, named: Named) -> tuple[int, ...] | None:
        """The feeds of the folders that are named, and of what lies below; None when there is no such folder."""
        meant = _meant(named, {folder.id: folder.name for folder in self._folders})
        if meant is None:
            return None
        inside = {ident for start in meant for ident in below(self._folders, start)}
        lying = {subscription_id for subscription_id, folder_id in self._lying if folder_id in inside}
        return tuple(feed_id for ident, feed_id in self._feed_ids.items() if ident in lying)

    def labels(self, named: Named) -> tuple[int, ...] | None:
        """The labels that are named; None when there are none."""
        return _meant(named, self._labels)

    def searches(self, named: Named) -> Mapping[int, str] | None:
        """The saved searches that are named, and what they say; None when there are none."""
        meant = _meant(named, {ident: name for ident, (name, _) in self._searches.items()})
        return None if meant is None else {ident: self._searches[ident][1] for ident in meant}

    @cached_property
    def _subscriptions(self) -> list[tuple[int, int, str]]:
        """(subscription, feed, name) of what may be named."""
        seen = " AND s.hidden_from_visitors = 0 AND f.owner_id = 0" if self.public_only else ""
        rows = self._tx.all(
            "SELECT s.id, s.feed_id, CASE WHEN s.title <> '' THEN s.title ELSE f.title END"
            f" FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user{seen} ORDER BY s.feed_id",
            user=self._user_id,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    @cached_property
    def _feed_ids(self) -> dict[int, int]:
        return {ident: feed_id for ident, feed_id, _ in self._subscriptions}

    @cached_property
    def _titles(self) -> list[tuple[int, str]]:
        return [(feed_id, line(title)) for _, feed_id, title in self._subscriptions]

    @cached_property
    def _folders(self) -> list[Folder]:
        return folders(self._tx, self._user_id)

    @cached_property
    def _lying(self) -> list[tuple[int, int]]:
        rows = self._tx.all(
            "SELECT sf.subscription_id, sf.folder_id FROM subscription_folder sf JOIN folder d ON d.id = sf.folder_id"
            " WHERE d.user_id = :user",
            user=self._user_id,
        )
        return [(row[0], row[1]) for row in rows]

    @cached_property
    def _labels(self) -> dict[int, str]:
        return {label.id: label.name for label in labels.all_labels(self._tx, self._user_id)}

    @cached_property
    def _searches(self) -> dict[int, tuple[str, str]]:
        return {one.id: (one.name, one.query) for one in saved_searches.every(self._tx, self._user_id)}


def understood(
    tx: Tx, user_id: int, text: str, *, now: datetime, zone: tzinfo, public_only: bool = False, strict: bool = False
) -> Search:
    """What a query means to a user, now and in that zone. For visitors (``public_only``) there are no labels, states
    and saved searches, and only the feeds that they see. ``strict`` as in ``query.parse``.

    A query that cannot be meant finds nothing, and says why (``problems``).
    """
    return meant_by(Names(tx, user_id, public_only=public_only), text, now=now, zone=zone, strict=strict)


def meant_by(names: Names, text: str, *, now: datetime, zone: tzinfo, strict: bool = False) -> Search:
    """``understood``, for whoever asks for the meaning of many."""
    asked = _Asked(names, now, zone, strict=strict)
    tree = asked.meant(text, ())
    return Search(text=text, tree=NOTHING if asked.problems else tree, problems=tuple(asked.problems))


class _Asked:
    """One query, with the searches that it names."""

    def __init__(self, names: Names, now: datetime, zone: tzinfo, *, strict: bool) -> None:
        self._names = names
        self._now = now
        self._zone = zone
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
        if self._names.public_only and any(isinstance(leaf, State | Labelled) for leaf in leaves(tree)):
            self._refuse(Problem("not_here", text))
        return tree

    def _found(self, named: Named, inside: tuple[int, ...]) -> Node:
        part = f"{named.kind}:{named.name or ','.join(map(str, named.ids))}"
        names = self._names
        if self._left < 0:
            return NOTHING
        if names.public_only and named.kind in ("label", "search"):
            return self._refuse(Problem("not_here", part))
        if named.kind == "search":
            return self._search(named, inside, part)
        ids = {"feed": names.feeds, "folder": names.folders, "label": names.labels}[named.kind](named)
        # a visitor learns nothing of what is hidden; and what is not there must not be denied: that would be everything
        if ids is None or (names.public_only and not ids):
            return self._refuse(Problem("unknown", part))
        return Labelled(ids) if named.kind == "label" else Feeds(ids)

    def _search(self, named: Named, inside: tuple[int, ...], part: str) -> Node:
        said = self._names.searches(named)
        if said is None or len(inside) >= MAX_NESTED or said.keys() & set(inside):
            return self._refuse(Problem("unknown", part))
        asked = [(query, (*inside, ident)) for ident, query in said.items()]
        return some([self.meant(query, path) if query else ANYTHING for query, path in asked])

    def _refuse(self, problem: Problem) -> Node:
        self.problems.append(problem)
        return NOTHING


def _meant(named: Named, known: Mapping[int, str]) -> tuple[int, ...] | None:
    """Which are named, by id (all of them must be there) or by their whole name; None is none."""
    if named.ids:
        return named.ids if known.keys() >= set(named.ids) else None
    key = name_key(named.name)
    return tuple(ident for ident, name in known.items() if name_key(name) == key) or None
