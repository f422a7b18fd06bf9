"""Several subscriptions at once: found, changed in a handful of statements, and put back as they were."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from dateline.errors import NotFound
from dateline.model import FullTextMode, Visibility
from dateline.preferences import ReadWhen, decode_read_when
from dateline.preferences import encode as encode_choice

from .db import Tx, WriteTx
from .times import to_us


class Was(Struct, frozen=True, kw_only=True, array_like=True):
    """A subscription as it was before a change; ``retention`` and ``read_when`` JSON, ``paused`` since when (µs)."""

    id: int
    visibility: Visibility
    full_text: FullTextMode
    retention: str | None
    paused: int | None
    folder_ids: tuple[int, ...]
    read_when: str | None = None


def own(tx: Tx, user_id: int, subscription_ids: Sequence[int]) -> dict[int, int]:
    """Subscription → feed of those that are named. Raises ``NotFound`` when one of them is not the user's."""
    wanted = set(subscription_ids)
    rows = tx.all(
        "SELECT id, feed_id FROM subscription WHERE user_id = :user AND id IN ids(:ids)",
        user=user_id,
        ids=sorted(wanted),
    )
    if len(rows) != len(wanted):
        raise NotFound("subscriptions")
    return {row[0]: row[1] for row in rows}


def snapshot(tx: Tx, subscription_ids: Sequence[int]) -> list[Was]:
    """How these subscriptions are arranged now."""
    ids = list(subscription_ids)
    folders: dict[int, tuple[int, ...]] = {}
    for subscription_id, folder_id in tx.all(
        "SELECT subscription_id, folder_id FROM subscription_folder WHERE subscription_id IN ids(:ids)"
        " ORDER BY subscription_id, folder_id",
        ids=ids,
    ):
        folders[subscription_id] = (*folders.get(subscription_id, ()), folder_id)
    rows = tx.all(
        "SELECT id, visibility, full_text, retention, paused_at, read_when FROM subscription WHERE id IN ids(:ids)"
        " ORDER BY id",
        ids=ids,
    )
    return [
        Was(
            id=row[0],
            visibility=row[1],
            full_text=row[2],
            retention=row[3],
            paused=row[4],
            folder_ids=folders.get(row[0], ()),
            read_when=row[5],
        )
        for row in rows
    ]


def restore(tx: WriteTx, user_id: int, before: Sequence[Was]) -> list[int]:
    """Put subscriptions back as they were; those that are gone, and folders that are, are passed over. Which."""
    kept = set(tx.column("SELECT id FROM folder WHERE user_id = :user", user=user_id))
    present = set(
        tx.column(
            "SELECT id FROM subscription WHERE user_id = :user AND id IN ids(:ids)",
            user=user_id,
            ids=[was.id for was in before],
        )
    )
    back = [was for was in before if was.id in present]
    tx.many(
        "UPDATE subscription SET visibility = :visibility, full_text = :full_text, retention = :retention,"
        " paused_at = :paused, read_when = :read_when WHERE id = :id AND user_id = :user",
        [
            {
                "visibility": was.visibility,
                "full_text": was.full_text,
                "retention": was.retention,
                "paused": was.paused,
                "read_when": was.read_when,
                "id": was.id,
                "user": user_id,
            }
            for was in back
        ],
    )
    ids = [was.id for was in back]
    tx.run("DELETE FROM subscription_folder WHERE subscription_id IN ids(:ids)", ids=ids)
    pairs = [{"id": was.id, "folder": folder_id} for was in back for folder_id in was.folder_ids if folder_id in kept]
    tx.many("INSERT INTO subscription_folder (subscription_id, folder_id) VALUES (:id, :folder)", pairs)
    return ids


def set_column(tx: WriteTx, user_id: int, subscription_ids: Sequence[int], column: str, value: object) -> None:
    """Set ``visibility``, ``full_text``, ``retention`` or ``paused_at`` (as stored) of all of them."""
    assert column in {"visibility", "full_text", "retention", "paused_at"}, column
    tx.run(
        f"UPDATE subscription SET {column} = :value WHERE user_id = :user AND id IN ids(:ids)",
        value=value,
        user=user_id,
        ids=list(subscription_ids),
    )


def read_when(tx: WriteTx, before: Sequence[Was], parts: ReadWhen | None) -> None:
    """What counts as read by itself: these parts of it from now on, or (None) as what is above each says."""
    chosen = {} if parts is None else {name: said for name, said in asdict(parts).items() if said is not None}
    rows = [
        {
            "id": was.id,
            "chosen": None
            if parts is None
            else encode_choice(replace(decode_read_when(was.read_when) or ReadWhen(), **chosen)) or None,
        }
        for was in before
    ]
    tx.many("UPDATE subscription SET read_when = :chosen WHERE id = :id", rows)


def pause(tx: WriteTx, user_id: int, subscription_ids: Sequence[int], since: datetime | None) -> None:
    """They rest from now on, or (None) no more; those that rest already keep since when."""
    ids = list(subscription_ids)
    if since is None:
        set_column(tx, user_id, ids, "paused_at", None)
        return
    tx.run(
        "UPDATE subscription SET paused_at = :now WHERE user_id = :user AND id IN ids(:ids) AND paused_at IS NULL",
        now=to_us(since),
        user=user_id,
        ids=ids,
    )


def put_into(tx: WriteTx, subscription_ids: Sequence[int], folder_id: int | None, *, alone: bool) -> None:
    """Put them all into a folder; ``alone``: and out of all others (None: into none)."""
    ids = list(subscription_ids)
    if alone:
        tx.run("DELETE FROM subscription_folder WHERE subscription_id IN ids(:ids)", ids=ids)
    if folder_id is not None:
        tx.run(
            "INSERT INTO subscription_folder (subscription_id, folder_id)"
            " SELECT id, CAST(:folder AS BIGINT) FROM subscription WHERE id IN ids(:ids) ON CONFLICT DO NOTHING",
            folder=folder_id,
            ids=ids,
        )


def encode(before: Sequence[Was]) -> str:
    """A snapshot as text, for the history."""
    return msgspec.json.encode(before).decode()


def decode(text: str) -> list[Was]:
    """What ``encode`` made."""
    return msgspec.json.decode(text, type=list[Was])
