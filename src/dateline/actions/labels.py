"""What a person does with labels: make, rename, merge, colour, delete them; put them on entries and take them off."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from dateline.errors import ActionError
from dateline.model import User
from dateline.store import Database, labels, subscriptions
from dateline.store.db import WriteTx
from dateline.store.labels import COLOURS, Colour
from dateline.store.write import transaction

from .entries import Done, own_entries, turned
from .subscriptions import folder_name

MAX_LABELS = 1_000


class Chosen(Struct, frozen=True, kw_only=True):
    """What became of one entry's labels: those it has now, and the deed of each change, for an undo."""

    label_ids: frozenset[int]
    deeds: tuple[Done, ...]


def add(db: Database, user: User, name: str, *, colour: str = "", now: datetime) -> int:
    """Make a label. Its id.

    Raises ``ActionError``: ``action.name_invalid``, ``action.name_taken`` (by a folder too), ``action.bad_value`` for
    the colour, ``action.too_large`` beyond 1,000 labels.
    """
    shown, known = folder_name(name), _colour(colour)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if subscriptions.name_owner(tx, user.id, shown) is not None:
            raise ActionError("action.name_taken", shown)
        return _added(tx, user, shown, known)


def change(
    db: Database, user: User, label_id: int, *, name: str, colour: str, merge: bool = False, now: datetime
) -> int:
    """Give a label another name and colour; with ``merge``, a name that another label has makes the two one.

    The id of the label that is left. Errors as in ``add``; without ``merge`` ``action.label_exists`` (the other's id).
    Raises ``NotFound``.
    """
    shown, known = folder_name(name), _colour(colour)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        labels.one(tx, user.id, label_id)
        owner = subscriptions.name_owner(tx, user.id, shown)
        if owner is None or owner == ("label", label_id):
            labels.change(tx, user.id, label_id, name=shown, colour=known)
            return label_id
        if owner[0] == "folder":
            raise ActionError("action.name_taken", shown)
        if not merge:
            raise ActionError("action.label_exists", str(owner[1]))
        labels.merge(tx, user.id, label_id, owner[1])
        return owner[1]


def remove(db: Database, user: User, label_id: int, *, now: datetime) -> int:
    """Delete a label. From how many entries it was taken. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        labels.one(tx, user.id, label_id)
        return labels.remove(tx, user.id, label_id)


def put(db: Database, user: User, entry_ids: Sequence[int], label_id: int, *, on: bool, now: datetime) -> Done:
    """Put a label on entries, or take it off. Raises ``NotFound`` for a label or entries that are not the user's."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        labels.one(tx, user.id, label_id)
        return turned(tx, user, label_id, own_entries(tx, user, entry_ids), on=on, now=now)


def put_named(db: Database, user: User, entry_ids: Sequence[int], name: str, *, now: datetime) -> tuple[int, Done]:
    """Put the label of this name on entries; it is made if there is none. Its id. Errors as in ``add`` and ``put``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        own = own_entries(tx, user, entry_ids)
        label_id = named(tx, user, name)
        return label_id, turned(tx, user, label_id, own, on=True, now=now)


def choose(
    db: Database,
    user: User,
    entry_id: int,
    *,
    wanted: Iterable[int],
    offered: Iterable[int],
    new_name: str = "",
    now: datetime,
) -> Chosen:
    """Make one entry's labels those of ``offered`` that are ``wanted``, and one more by its name, made if it is new.

    What was not offered stays as it is: another page may have put it there meanwhile. Raises ``NotFound``; for the
    name errors as in ``add``.
    """
    wishes = set(wanted)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        own = own_entries(tx, user, [entry_id])
        present = labels.of_entry(tx, user.id, entry_id)
        if new_name.strip():  # it may be the name of one that was just unticked: what was typed is meant
            wishes.add(named(tx, user, new_name))
        turn_on = wishes - present
        turn_off = (set(offered) & present) - wishes
        for label_id in turn_on:
            labels.one(tx, user.id, label_id)
        changes = [*((label_id, True) for label_id in sorted(turn_on)), *((label, False) for label in sorted(turn_off))]
        done = [turned(tx, user, label_id, own, on=on, now=now) for label_id, on in changes]
    return Chosen(label_ids=frozenset((present | turn_on) - turn_off), deeds=tuple(done))


def named(tx: WriteTx, user: User, name: str) -> int:
    """The label of this name, made if there is none, inside a transaction that holds the user. Errors as in ``add``."""
    shown = folder_name(name)
    owner = subscriptions.name_owner(tx, user.id, shown)
    if owner is None:
        return _added(tx, user, shown, "")
    if owner[0] != "label":
        raise ActionError("action.name_taken", shown)
    return owner[1]


def _added(tx: WriteTx, user: User, name: str, colour: Colour) -> int:
    if labels.count(tx, user.id) >= MAX_LABELS:
        raise ActionError("action.too_large", f"at most {MAX_LABELS} labels")
    return labels.add(tx, user.id, name, colour)


def _colour(word: str) -> Colour:
    for colour in COLOURS:
        if colour == word:
            return colour
    raise ActionError("action.bad_value", f"colour {word[:20]!r}")
