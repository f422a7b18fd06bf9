"""How a person's streams are shown, changed: for the account, one folder, one subscription, or another stream."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from dateline.actions import preferences
from dateline.errors import NotFound
from dateline.model import StreamKind, User
from dateline.preferences import Display, Preferences
from dateline.store import Database, displays
from dateline.store.write import transaction

Choose = Callable[[Display], Display]


def change(db: Database, user: User, kind: StreamKind, key: int | None, choose: Choose, *, now: datetime) -> None:
    """Put what ``choose`` makes of a stream's own choice in its place.

    Raises ``NotFound`` for a folder, subscription or label of somebody else.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        display = choose(displays.own(tx, user, kind, key))
        if kind in ("folder", "feed"):
            displays.keep(tx, user.id, kind, key, display)
            return
        if kind == "label" and key is not None and not displays.has_label(tx, user.id, key):
            raise NotFound(f"label {key}")
    name = displays.stream_name(kind, key)
    preferences.change(db, user, lambda chosen: _with_stream(chosen, name, choose), now=now)


def change_all(db: Database, user: User, choose: Choose, *, now: datetime) -> None:
    """The same for what all streams begin with."""
    preferences.change(db, user, lambda chosen: replace(chosen, display=choose(chosen.display)), now=now)


def _with_stream(chosen: Preferences, name: str, choose: Choose) -> Preferences:
    display = choose(chosen.streams.get(name, Display()))
    others = {other: kept for other, kept in chosen.streams.items() if other != name}
    return replace(chosen, streams=others if display == Display() else {**others, name: display})
