"""Saved searches from one server to another: what they search is named by path, address or name, for ids stay behind.

The words of a query travel as they are. Numbers in it (``f:12``, ``S:2``) mean something else elsewhere: what has any
is taken over, and told.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from dateline.clean.text import one_line
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.parse.choices import SearchChoice
from dateline.query import parse
from dateline.query.grammar import MAX_TEXT
from dateline.query.tree import Entries, Named, leaves
from dateline.store import Database, labels, saved_searches, subscriptions
from dateline.store.accounts import name_key
from dateline.store.db import Tx, WriteTx
from dateline.store.queries import MAX_NESTED, Names
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

from .opml import Folders
from .saved_searches import MAX_SEARCHES, added

MAX_NAME, MAX_NAMED = 200, 4_000


def said_searches(tx: Tx, user: User, paths: Mapping[int, tuple[str, ...]]) -> Iterator[SearchChoice]:
    """What leaves. ``paths`` are the folders' names by id. What a search whose stream is gone searched is not said."""
    names = {label.id: label.name for label in labels.all_labels(tx, user.id)}
    for one in saved_searches.every(tx, user.id):
        yield SearchChoice(
            name=one.name,
            query=one.query,
            kind=one.kind,
            keyed=one.key is not None,
            folder=list(paths.get(one.key or 0, ())) if one.kind == "folder" else [],
            feed=saved_searches.feed_url(tx, user.id, one.key or 0) if one.kind == "feed" else None,
            label=names.get(one.key or 0) if one.kind == "label" else None,
            shown=one.shown,
            order=one.order,
        )


def bring_searches(db: Database, user: User, said: Sequence[SearchChoice], now: datetime) -> tuple[int, bool]:
    """Keep what is here under no such name. How many were taken over, and whether all could be, as they were meant.

    One may name another that comes after it: what is not understood is asked again once the others are there.
    """
    if not said:
        return 0, True
    taken, is_whole, waiting = 0, len(said) <= MAX_SEARCHES, list(said[:MAX_SEARCHES])
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folders, names = Folders(tx, user.id), Names(tx, user.id)
        before = [one.id for one in saved_searches.every(tx, user.id)]
        for _ in range(MAX_NESTED + 1):
            left = [one for one in waiting if not _is_known(tx, user, one)]
            waiting = [one for one in left if not _bring(tx, user, one, folders, names, now)]
            taken += len(left) - len(waiting)
            is_whole &= not any(has_numbers(one.query, now) for one in left)
            if not waiting or len(waiting) == len(left):
                break
        _arrange(tx, user, said, before)
    return taken, is_whole and not waiting


def _arrange(tx: WriteTx, user: User, said: Sequence[SearchChoice], before: Sequence[int]) -> None:
    """What came stands as it did there, after what was here."""
    places = {name_key(one_line(one.name, MAX_NAME)): place for place, one in enumerate(said)}
    new = [one for one in saved_searches.every(tx, user.id) if one.id not in before]
    new.sort(key=lambda one: places.get(name_key(one.name), len(places)))
    saved_searches.arrange(tx, user.id, [*before, *(one.id for one in new)])


def _is_known(tx: Tx, user: User, one: SearchChoice) -> bool:
    return saved_searches.named(tx, user.id, one_line(one.name, MAX_NAME)) is not None


def _bring(tx: WriteTx, user: User, one: SearchChoice, folders: Folders, names: Names, now: datetime) -> bool:
    """Whether it could be kept."""
    try:
        key = _key(tx, user, one, folders)
        wanted = SavedSearch(name=one.name, query=one.query, kind=one.kind, key=key, shown=one.shown, order=one.order)
        added(tx, user, wanted, now=now, may_name_others=has_numbers(one.query, now), names=names)
    except ActionError:
        return False
    names.forget()
    return True


def _key(tx: Tx, user: User, one: SearchChoice, folders: Folders) -> int | None:
    """The id here of what it searched there. Raises ``NotFound``."""
    if not one.keyed:
        return None
    found: int | None = None
    named = (one.feed or "") + (one.label or "")
    if len(named) > MAX_NAMED or "\0" in named:
        raise NotFound(one.kind)
    if one.kind == "folder" and one.folder:
        found = folders.there(one.folder)
    elif one.kind == "feed" and one.feed:
        found = subscriptions.by_feed_url(tx, user.id, one.feed)
    elif one.kind == "label" and one.label:
        owner = subscriptions.name_owner(tx, user.id, one.label)
        found = owner[1] if owner and owner[0] == "label" else None
    if found is None:
        raise NotFound(one.kind)
    return found


def has_numbers(query: str, now: datetime) -> bool:
    """Whether a query names something by its number."""
    asked = leaves(parse(query[:MAX_TEXT], now=now, zone=UTC).wanted)
    return any(isinstance(leaf, Entries) or (isinstance(leaf, Named) and leaf.ids) for leaf in asked)
