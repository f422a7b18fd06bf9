"""The order of a person's folders: those that lie in one folder (or at the top) stand by position, the lowest first.

Nobody has put them anywhere while all positions are 0: then they stand by name. Once somebody has, they are numbered
from 1 on, and what is new comes last. ``subscriptions.folders`` lists them so.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from .db import Tx, WriteTx
from .subscriptions import Folder, folders


class Stood(Struct, frozen=True, kw_only=True, array_like=True):
    """Where a folder stood before a change."""

    id: int
    parent_id: int | None
    position: int


def siblings(tx: Tx, user_id: int, parent_id: int | None) -> list[Folder]:
    """The folders that lie in one folder (None: at the top), in their order."""
    return [folder for folder in folders(tx, user_id) if folder.parent_id == parent_id]


def is_arranged(some: Sequence[Folder]) -> bool:
    """Whether somebody put one of these folders somewhere."""
    return any(folder.position for folder in some)


def last_position(tx: Tx, user_id: int, parent_id: int | None) -> int:
    """Where a folder stands that comes to the others there: last, or by name where all do."""
    highest = max((folder.position for folder in siblings(tx, user_id, parent_id)), default=0)
    return highest + 1 if highest else 0


def number(tx: WriteTx, user_id: int, folder_ids: Sequence[int]) -> None:
    """Let the folders of one place, all of them, stand in this order."""
    tx.many(
        "UPDATE folder SET position = :position WHERE id = :id AND user_id = :user AND position <> :position",
        [{"position": place, "id": ident, "user": user_id} for place, ident in enumerate(folder_ids, 1)],
    )


def take_order(tx: WriteTx, user_id: int, new: Sequence[int]) -> None:
    """New folders stand in this order where nobody is beside them, or after those that somebody put in an order; among
    folders that stand by name they do so too.
    """
    ranks = {ident: rank for rank, ident in enumerate(new)}
    places: dict[int | None, list[Folder]] = {}
    for folder in folders(tx, user_id):
        places.setdefault(folder.parent_id, []).append(folder)
    for beside in places.values():
        there = [one.id for one in beside if one.id not in ranks]
        came = [one.id for one in beside if one.id in ranks]
        order = sorted(came, key=ranks.__getitem__)
        if is_arranged(beside) or (not there and order != came):
            number(tx, user_id, [*there, *order])


def by_name(tx: WriteTx, user_id: int) -> int:
    """Let all folders stand by name again. How many stood otherwise."""
    return tx.run("UPDATE folder SET position = 0 WHERE user_id = :user AND position <> 0", user=user_id)


def take_out(tx: WriteTx, user_id: int, folder: Folder) -> None:
    """Before a folder goes: the folders in it will stand where it stood, in their order; by name where all do."""
    around, inside = siblings(tx, user_id, folder.parent_id), siblings(tx, user_id, folder.id)
    if not inside:
        return
    if is_arranged(around):
        place = next(number for number, one in enumerate(around) if one.id == folder.id)
        number(tx, user_id, [one.id for one in (*around[:place], *inside, *around[place + 1 :])])
    else:
        tx.run("UPDATE folder SET position = 0 WHERE parent_id = :id", id=folder.id)


# ------------------------------------------------------------------------------------------------ taken back


def snapshot(tx: Tx, user_id: int) -> list[Stood]:
    """How a person's folders stand now."""
    return [
        Stood(id=folder.id, parent_id=folder.parent_id, position=folder.position) for folder in folders(tx, user_id)
    ]


def restore(tx: WriteTx, user_id: int, before: Sequence[Stood], *, deepest: int) -> int:
    """Put folders back where they stood, those that are there still, unless one would lie in itself or deeper than
    ``deepest``. How many.
    """
    now = {folder.id: folder.parent_id for folder in folders(tx, user_id)}
    back = [one for one in before if one.id in now and (one.parent_id is None or one.parent_id in now)]
    wanted = now | {one.id: one.parent_id for one in back}
    if any(_is_too_deep(ident, wanted, deepest) for ident in wanted):
        return 0
    tx.many(
        "UPDATE folder SET parent_id = :parent, position = :position WHERE id = :id AND user_id = :user",
        [{"parent": one.parent_id, "position": one.position, "id": one.id, "user": user_id} for one in back],
    )
    return len(back)


def _is_too_deep(folder_id: int, parents: dict[int, int | None], deepest: int) -> bool:
    """Whether a folder lies in more than may be; in itself, it would lie in endlessly many."""
    depth, current = 0, parents.get(folder_id)
    while current is not None and depth < deepest:
        depth, current = depth + 1, parents.get(current)
    return depth >= deepest


def encode(before: Sequence[Stood]) -> str:
    """A snapshot as text, for the history."""
    return msgspec.json.encode(before).decode()


def decode(text: str) -> list[Stood]:
    """What ``encode`` made."""
    return msgspec.json.decode(text, type=list[Stood])
