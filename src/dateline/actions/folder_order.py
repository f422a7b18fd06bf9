"""The order of folders: one beside another, one up or down, all by name again; what moves far can be taken back.

Noted in the history with how the folders stood (``ordered:…``); ``arranging.undo`` takes it back.
"""

from datetime import datetime

from dateline.errors import ActionError
from dateline.model import User
from dateline.store import Database, folder_order, history, subscriptions
from dateline.store.db import WriteTx
from dateline.store.folder_order import Stood
from dateline.store.write import transaction

from .entries import Done
from .subscriptions import put_into

ORDERED = "ordered:"


def place(db: Database, user: User, folder_id: int, *, beside: int, after: bool, now: datetime) -> Done:
    """Put a folder before or after another one, wherever that lies.

    Raises ``NotFound`` for either; ``ActionError`` as ``subscriptions.move_folder``, and when both are the same.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folder = subscriptions.folder(tx, user.id, folder_id)
        other = subscriptions.folder(tx, user.id, beside)
        if folder.id == other.id:
            raise ActionError("action.bad_value", "a folder cannot stand beside itself")
        before = folder_order.snapshot(tx, user.id)
        if folder.parent_id != other.parent_id:
            put_into(tx, user.id, folder_id, other.parent_id)
        order = [one.id for one in folder_order.siblings(tx, user.id, other.parent_id) if one.id != folder_id]
        order.insert(order.index(other.id) + after, folder_id)
        folder_order.number(tx, user.id, order)
        return _noted(tx, user, before, now)


def step(db: Database, user: User, folder_id: int, *, down: bool, now: datetime) -> Done:
    """Let a folder change places with the one above or below it; at the end it stays. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folder = subscriptions.folder(tx, user.id, folder_id)
        order = [one.id for one in folder_order.siblings(tx, user.id, folder.parent_id)]
        here = order.index(folder_id)
        there = here + 1 if down else here - 1
        if not 0 <= there < len(order):
            return Done(count=0, seq=None)
        before = folder_order.snapshot(tx, user.id)
        order[here], order[there] = order[there], order[here]
        folder_order.number(tx, user.id, order)
        return _noted(tx, user, before, now)


def by_name(db: Database, user: User, *, now: datetime) -> Done:
    """Let all folders stand by name again."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        before = folder_order.snapshot(tx, user.id)
        folder_order.by_name(tx, user.id)
        return _noted(tx, user, before, now)


def _noted(tx: WriteTx, user: User, before: list[Stood], now: datetime) -> Done:
    """Only those that stand otherwise now are noted."""
    after = {one.id: one for one in folder_order.snapshot(tx, user.id)}
    changed = [one for one in before if after[one.id] != one]
    if not changed:
        return Done(count=0, seq=None)
    seq = history.note(tx, user.id, ORDERED + folder_order.encode(changed), (), now)
    return Done(count=len(changed), seq=seq)
