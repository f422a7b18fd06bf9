"""How a stream is shown: its own choice, then its folder's (a folder's: those it lies in), then the account's.

A choice is a ``Display`` of which any part may be left to what is above. It stands on a folder or subscription
(``display``), or, for streams that are neither, in the account's preferences. Of several folders the nearest counts,
then the first in their owner's order.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import NotFound
from dateline.model import StreamKind, User
from dateline.preferences import Display, Order, ShownChoice, View, decode_display, encode

from .db import Tx, WriteTx

_TABLES = {"folder": "folder", "feed": "subscription"}
_BOARDS: tuple[StreamKind, ...] = ("main", "all")
"""A board leads to folders and feeds: chosen for the account, it counts for the streams of everything alone."""
_FIRST_FOLDERS = {
    "folder": "SELECT parent_id, 0 FROM folder WHERE id = :key AND user_id = :user",
    "feed": "SELECT folder_id, 0 FROM subscription_folder WHERE subscription_id = :key",
}
_DEEPEST = 50


class Arrangement(Struct, frozen=True, kw_only=True):
    """How a stream is shown, with nothing left open."""

    view: View = "normal"
    order: Order = "newest"
    shown: ShownChoice = "adaptive"


class Inherited(Struct, frozen=True, kw_only=True):
    """How a stream would be shown without a choice of its own; ``from_folders``: the parts that its folders say."""

    arrangement: Arrangement
    from_folders: frozenset[str]


def stream_name(kind: StreamKind, key: int | None) -> str:
    """A stream in ``Preferences.streams``: ``main``, ``label/7``."""
    return kind if key is None else f"{kind}/{key}"


def own(tx: Tx, owner: User, kind: StreamKind, key: int | None = None) -> Display:
    """What was chosen for this stream alone. Raises ``NotFound`` for a folder or subscription of somebody else."""
    if kind not in _TABLES:
        return owner.preferences.streams.get(stream_name(kind, key), Display())
    row = tx.one(f"SELECT display FROM {_TABLES[kind]} WHERE id = :key AND user_id = :user", key=key, user=owner.id)
    if row is None:
        raise NotFound(f"{kind} {key}")
    return decode_display(row[0]) or Display()


def arrangement(tx: Tx, owner: User, kind: StreamKind, key: int | None = None) -> Arrangement:
    """How a stream of ``owner`` is shown. Raises ``NotFound`` for a folder or subscription of somebody else."""
    return _arranged((own(tx, owner, kind, key), *_above(tx, owner, kind, key)))


def inherited(tx: Tx, owner: User, kind: StreamKind, key: int | None = None) -> Inherited:
    """What is above a stream says of how it is shown; the caller has checked whose it is."""
    *folders, account = _above(tx, owner, kind, key)
    said = {name for name in Display.__struct_fields__ for folder in folders if getattr(folder, name) is not None}
    return Inherited(arrangement=_arranged((*folders, account)), from_folders=frozenset(said))


def _arranged(chain: Sequence[Display]) -> Arrangement:
    return Arrangement(
        view=_first([display.view for display in chain]) or "normal",
        order=_first([display.order for display in chain]) or "newest",
        shown=_first([display.shown for display in chain]) or "adaptive",
    )


def keep(tx: WriteTx, user_id: int, kind: StreamKind, key: int | None, display: Display) -> None:
    """Choose for a folder or a subscription; the caller has checked whose it is."""
    tx.run(
        f"UPDATE {_TABLES[kind]} SET display = :display WHERE id = :key AND user_id = :user",
        display=encode(display) or None,
        key=key,
        user=user_id,
    )


def has_label(tx: Tx, user_id: int, label_id: int | None) -> bool:
    """Whether a label is the user's."""
    return tx.value("SELECT 1 FROM label WHERE id = :id AND user_id = :user", id=label_id, user=user_id) is not None


_Part = TypeVar("_Part")


def _first(parts: Iterable[_Part | None]) -> _Part | None:
    return next((part for part in parts if part is not None), None)


def _above(tx: Tx, owner: User, kind: StreamKind, key: int | None) -> list[Display]:
    """What stands above a stream, the nearest first: its folders, the account."""
    account = owner.preferences.display
    if kind not in _BOARDS:
        account = _without_board(account)
    if kind not in _TABLES:
        return [account]
    kept = tx.column(
        f"WITH RECURSIVE above (id, depth) AS ({_FIRST_FOLDERS[kind]} UNION"
        " SELECT f.parent_id, a.depth + 1 FROM above a JOIN folder f ON f.id = a.id"
        " WHERE f.user_id = :user AND a.depth < :deepest)"
        " SELECT f.display FROM above a JOIN folder f ON f.id = a.id AND f.user_id = :user"
        " WHERE f.display IS NOT NULL ORDER BY a.depth, f.position, f.name_key",
        key=key,
        user=owner.id,
        deepest=_DEEPEST,
    )
    return [*(_without_board(decode_display(text) or Display()) for text in kept), account]


def _without_board(display: Display) -> Display:
    return replace(display, view=None) if display.view == "global" else display
