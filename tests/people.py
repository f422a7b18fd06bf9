"""The cast: Alice owns, Bob shares the server, Mallory gets 404."""

from dataclasses import dataclass
from datetime import datetime

from dateline.actions import accounts
from dateline.model import User
from dateline.store import Database

PASSWORD = "correct horse battery"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Three users; all have the same password."""

    alice: User
    bob: User
    mallory: User


def make_cast(db: Database, now: datetime) -> Cast:
    """Create the three accounts."""
    alice, bob, mallory = (
        accounts.create(db, name=name, password=PASSWORD, is_admin=name == "Alice", now=now)
        for name in ("Alice", "Bob", "Mallory")
    )
    return Cast(alice=alice, bob=bob, mallory=mallory)
