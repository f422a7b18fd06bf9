"""What a person chooses about reading, changed: one account's preferences."""

from collections.abc import Callable
from datetime import datetime

from dateline import preferences
from dateline.errors import ActionError
from dateline.model import User
from dateline.preferences import Preferences
from dateline.store import Database, accounts
from dateline.store.choosing import choosing
from dateline.store.write import transaction

MAX_CHARS = 100_000


def change(db: Database, user: User, choose: Callable[[Preferences], Preferences], *, now: datetime) -> User:
    """Put what ``choose`` makes of the present preferences in their place. Two changes at once both hold.

    Raises ``ActionError`` (``action.too_large``) beyond 100,000 characters of JSON.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        kept = preferences.encode(choose(accounts.user_by_id(tx, user.id).preferences))
        if len(kept) > MAX_CHARS:
            raise ActionError("action.too_large", f"preferences take at most {MAX_CHARS} characters")
        with choosing(tx, user.id):
            return accounts.change_user(tx, user.id, preferences=kept)
