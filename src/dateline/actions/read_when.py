"""What counts as read by itself, chosen: for the account, one folder, one subscription.

A choice is for what comes from then on: what waits to be delivered came before, and is delivered first.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from dateline.model import User
from dateline.preferences import ReadWhen
from dateline.refresh import deliver
from dateline.store import Database, read_choices
from dateline.store.choosing import choosing
from dateline.store.write import transaction

from . import preferences

Choose = Callable[[ReadWhen], ReadWhen]


def change(db: Database, user: User, kind: Literal["folder", "feed"], key: int, choose: Choose) -> None:
    """Put what ``choose`` makes of a folder's or subscription's own choice in its place.

    Raises ``NotFound`` for one of somebody else.
    """
    deliver.catch_up(db, user.id, everything=True)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        with choosing(tx, user.id):
            read_choices.keep(tx, user.id, kind, key, choose(read_choices.own(tx, user.id, kind, key)))


def change_all(db: Database, user: User, choose: Choose, *, now: datetime) -> None:
    """The same for what counts where nothing else is said."""
    deliver.catch_up(db, user.id, everything=True)
    preferences.change(db, user, lambda chosen: replace(chosen, read_when=choose(chosen.read_when)), now=now)
