"""Several subscriptions at once: into a folder, shown elsewhere, kept for so long, paused, left; and all of it undone.

What can be undone is noted in the history with how it was before (``arranged:…``); what was subscribed to together by
its ids (``joined``).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from dateline.errors import ActionError, NotFound
from dateline.model import FullTextMode, Retention, User, Visibility
from dateline.preferences import ReadWhen
from dateline.refresh import deliver
from dateline.refresh.expiry import EVERY, GRACE
from dateline.refresh.full_text_wishes import note_wished
from dateline.store import (
    Database,
    arranging,
    expiry,
    feeds,
    folder_order,
    followed,
    history,
    orphans,
    retention,
    subscriptions,
)
from dateline.store.choosing import choosing
from dateline.store.db import WriteTx
from dateline.store.expiry import Effect
from dateline.store.retention import Proposal
from dateline.store.write import transaction

from . import entries
from .entries import Done
from .folder_order import ORDERED
from .retention import check_numbers
from .subscriptions import MAX_DEPTH, folder_of_name

AT_ONCE = 5_000
_ARRANGED = "arranged:"
_JOINED = "joined"


class Change(Struct, frozen=True, kw_only=True):
    """What shall become of subscriptions; None leaves a thing as it is.

    ``add_to`` and ``move_to`` are folders, ``new_folder`` one by its name, made if it is new (they are added to it);
    ``out_of_all``: they leave every folder. ``keep`` is a rule, ``keep_as_above``: without one of their own;
    ``read_when`` those parts of what counts as read by itself that are said, ``read_as_above``: none of their own.
    """

    add_to: int | None = None
    move_to: int | None = None
    new_folder: str = ""
    out_of_all: bool = False
    visibility: Visibility | None = None
    full_text: FullTextMode | None = None
    keep: Retention | None = None
    keep_as_above: bool = False
    read_when: ReadWhen | None = None
    read_as_above: bool = False
    paused: bool | None = None


def arrange(db: Database, user: User, subscription_ids: Sequence[int], change: Change, *, now: datetime) -> Done:
    """Change subscriptions, all or none. How many, and the deed that undoes it.

    Raises ``NotFound`` when a subscription or folder is not the user's; ``ActionError``: ``action.bad_value``,
    ``action.too_large`` beyond 5,000, for a new folder's name as ``add_folder``.
    """
    _check(change)
    ids = _some(subscription_ids)
    deliver.catch_up(db, user.id, everything=True)  # what is chosen is for what comes from then on
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feeds_of = arranging.own(tx, user.id, ids)
        before = arranging.snapshot(tx, ids)
        with choosing(tx, user.id):
            _into_folders(tx, user, ids, change)
            _set(tx, user, feeds_of, change, now)
            if change.read_when is not None or change.read_as_above:
                arranging.read_when(tx, before, change.read_when)
        after = arranging.snapshot(tx, ids)
        if before == after:
            return Done(count=0, seq=None)
        expiry.tidy_again(tx, list(feeds_of.values()), now - EVERY + GRACE)  # less may be kept now
        seq = history.note(tx, user.id, _ARRANGED + arranging.encode(before, after), (), now)
        return Done(count=len(ids), seq=seq)


def preview_keep(
    db: Database, user: User, subscription_ids: Sequence[int], rule: Retention | None, *, now: datetime
) -> Effect:
    """What a rule for all of these (None: as what is above each says) would delete. Errors as in ``arrange``."""
    check_numbers(rule)
    ids = _some(subscription_ids)
    with db.reading() as tx:
        feeds_of = arranging.own(tx, user.id, ids)
        proposal = Proposal(scope="subscription", key=ids[0], others=frozenset(ids), rule=rule)
        return expiry.effect(tx, proposal, list(feeds_of.values()), now)


def leave(db: Database, user: User, subscription_ids: Sequence[int], *, now: datetime) -> int:
    """End subscriptions; stars and labels stay. How many. Raises ``NotFound`` when one is not the user's."""
    ids = _some(subscription_ids)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feeds_of = arranging.own(tx, user.id, ids)
        feeds.existing(tx, list(feeds_of.values()))  # held in order, as whoever stores what they brought holds them
        _leave(tx, user, ids, now)
    return len(ids)


def note_joined(tx: WriteTx, user: User, subscription_ids: Sequence[int], now: datetime) -> int:
    """Note what was subscribed to together, so that one press takes it back. The deed's number."""
    return history.note(tx, user.id, _JOINED, sorted(subscription_ids), now)


def undo(db: Database, user: User, seq: int, *, now: datetime) -> Done:
    """Take back any deed of one's own, with subscriptions, folders or entries, but for what was changed after it.

    Raises ``NotFound``.
    """
    deliver.catch_up(db, user.id, everything=True)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        deed = history.deed(tx, user.id, seq)
        if deed is None:
            raise NotFound(f"history {seq}")
        if deed.action.startswith(_ARRANGED):
            with choosing(tx, user.id):
                back = arranging.restore(tx, user.id, arranging.decode(deed.action.removeprefix(_ARRANGED)))
            return Done(count=len(back), seq=None)
        if deed.action.startswith(ORDERED):
            stood = folder_order.decode(deed.action.removeprefix(ORDERED))
            with choosing(tx, user.id):
                return Done(count=folder_order.restore(tx, user.id, stood, deepest=MAX_DEPTH), seq=None)
        if deed.action == _JOINED:
            return Done(count=_left_again(tx, user, deed.entry_ids, now), seq=None)
    return entries.undo(db, user, seq, now=now)


def what_of(db: Database, user: User, seq: int) -> Literal["entries", "subscriptions", "folders"]:
    """What a deed was done with."""
    with db.reading() as tx:
        deed = history.deed(tx, user.id, seq)
    action = deed.action if deed is not None else ""
    if action.startswith(ORDERED):
        return "folders"
    return "subscriptions" if action == _JOINED or action.startswith(_ARRANGED) else "entries"


def _left_again(tx: WriteTx, user: User, subscription_ids: Sequence[int], now: datetime) -> int:
    still = subscriptions.those_of(tx, user.id, subscription_ids)  # some may have been left meanwhile
    _leave(tx, user, still, now)
    return len(still)


def _leave(tx: WriteTx, user: User, subscription_ids: Sequence[int], now: datetime) -> None:
    for subscription_id in subscription_ids:
        followed.leave_out(tx, subscription_id)
    for feed_id in subscriptions.remove(tx, user.id, subscription_ids, now):
        orphans.orphan_if_unread_by_all(tx, feed_id, now)


def _check(change: Change) -> None:
    if change.visibility is not None and change.visibility not in get_args(Visibility):
        raise ActionError("action.bad_value", "visibility")
    if change.full_text is not None and change.full_text not in get_args(FullTextMode):
        raise ActionError("action.bad_value", "full_text")
    check_numbers(change.keep)


def _into_folders(tx: WriteTx, user: User, ids: Sequence[int], change: Change) -> None:
    for folder_id in (change.move_to, change.add_to):
        if folder_id is not None:
            subscriptions.folder(tx, user.id, folder_id)
    if change.out_of_all or change.move_to is not None:
        arranging.put_into(tx, ids, change.move_to, alone=True)
    if change.add_to is not None:
        arranging.put_into(tx, ids, change.add_to, alone=False)
    if change.new_folder.strip():
        arranging.put_into(tx, ids, folder_of_name(tx, user.id, change.new_folder), alone=False)


def _set(tx: WriteTx, user: User, feeds_of: Mapping[int, int], change: Change, now: datetime) -> None:
    ids = list(feeds_of)
    if change.visibility is not None:
        arranging.set_column(tx, user.id, ids, "visibility", change.visibility)
    if change.keep is not None or change.keep_as_above:
        arranging.set_column(tx, user.id, ids, "retention", retention.encode(change.keep))
    if change.paused is not None:
        arranging.pause(tx, user.id, ids, now if change.paused else None)
    if change.full_text is not None:
        _set_full_text(tx, user, feeds_of, change.full_text, now)


def _set_full_text(tx: WriteTx, user: User, feeds_of: Mapping[int, int], mode: FullTextMode, now: datetime) -> None:
    others = [was.id for was in arranging.snapshot(tx, list(feeds_of)) if was.full_text != mode]
    arranging.set_column(tx, user.id, others, "full_text", mode)
    for subscription_id in others if mode != "off" else ():
        note_wished(tx, user.id, feeds_of[subscription_id], now)


def _some(subscription_ids: Sequence[int]) -> list[int]:
    chosen = sorted(set(subscription_ids))
    if not chosen:
        raise ActionError("action.bad_value", "no subscription was chosen")
    if len(chosen) > AT_ONCE:
        raise ActionError("action.too_large", f"at most {AT_ONCE} subscriptions at once")
    return chosen
