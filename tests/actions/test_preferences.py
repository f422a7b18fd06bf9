"""Preferences are changed one after the other, on both databases, and only so far as they fit."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from dateline.actions import accounts as account_actions
from dateline.actions import preferences as acting
from dateline.errors import ActionError
from dateline.model import User
from dateline.preferences import Display, Look, Preferences
from dateline.store import Database, accounts

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def alice(db: Database) -> User:
    return account_actions.create(db, name="Alice", password="seven herons on a wire", now=NOW)


def themed(theme: str) -> Callable[[Preferences], Preferences]:
    return lambda chosen: replace(chosen, look=Look(theme=theme))  # type: ignore[arg-type]  # any text may come


def test_a_change_begins_with_what_is_kept_not_with_what_was_read(db: Database, alice: User) -> None:
    acting.change(db, alice, themed("dark"), now=NOW)
    acting.change(db, alice, lambda chosen: replace(chosen, display=Display(view="cards")), now=NOW)
    with db.reading() as tx:
        kept = accounts.user_by_id(tx, alice.id).preferences
    assert kept == Preferences(display=Display(view="cards"), look=Look(theme="dark"))


def test_too_much_is_refused_and_changes_nothing(db: Database, alice: User) -> None:
    with pytest.raises(ActionError, match=r"action\.too_large"):
        acting.change(db, alice, lambda chosen: replace(chosen, look=Look(css="x" * acting.MAX_CHARS)), now=NOW)
    with db.reading() as tx:
        assert accounts.user_by_id(tx, alice.id).preferences == Preferences()
