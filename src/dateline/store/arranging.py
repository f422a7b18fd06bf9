"""Several subscriptions at once: found, changed in a handful of statements, and put back as they were."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, Final

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


class Arranged(Struct, frozen=True, kw_only=True):
    """Subscriptions that a deed changed, before and after it (in the same order; nothing: as they are now)."""

    before: Sequence[Was]
    after: Sequence[Was] = ()


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


def restore(tx: WriteTx, user_id: int, done: Arranged) -> list[int]:
    """Take back what a deed changed, but for what was changed after it. Which subscriptions it was.

    Those that are gone, and folders that are, are passed over.
    """
    folders = set(tx.column("SELECT id FROM folder WHERE user_id = :user", user=user_id))
    present = tx.column(
        "SELECT id FROM subscription WHERE user_id = :user AND id IN ids(:ids)",
        user=user_id,
        ids=[was.id for was in done.before],
    )
    now = {was.id: was for was in snapshot(tx, present)}
    after = {was.id: was for was in done.after or tuple(now.values())}
    wanted = [
        _taken_back(was, after[was.id], now[was.id], folders)
        for was in done.before
        if was.id in now and was.id in after
    ]
    back = [was for was in wanted if was != now[was.id]]
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
    pairs = [{"id": was.id, "folder": folder_id} for was in back for folder_id in was.folder_ids]
    tx.many("INSERT INTO subscription_folder (subscription_id, folder_id) VALUES (:id, :folder)", pairs)
    return ids


_WHOLE: Final = ("visibility", "full_text", "retention", "paused")
"""What is one thing: changed, or not."""


def _taken_back(before: Was, after: Was, now: Was, folders: Set[int]) -> Was:
    """How a subscription is to be, of which a deed made ``after`` out of ``before``, and that is as ``now``."""
    whole = {name: _undone(getattr(before, name), getattr(after, name), getattr(now, name)) for name in _WHOLE}
    return replace(
        now,
        folder_ids=_folders_back(before, after, now, folders),
        read_when=_reading_back(before, after, now),
        **whole,
    )


def _undone(before: Any, after: Any, now: Any) -> Any:
    return before if before != after and now == after else now


def _folders_back(before: Was, after: Was, now: Was, folders: Set[int]) -> tuple[int, ...]:
    """Out of the folders that the deed put it into; back into those it took it out of, if nobody moved it since."""
    were, became, are = set(before.folder_ids), set(after.folder_ids), set(now.folder_ids)
    put_into, taken_from = became - were, were - became
    back = taken_from & folders if put_into <= are else set[int]()
    return tuple(sorted((are - put_into) | back))


def _reading_back(before: Was, after: Was, now: Was) -> str | None:
    """Part by part."""
    was, became, is_now = (asdict(decode_read_when(one.read_when) or ReadWhen()) for one in (before, after, now))
    parts = {part: _undone(was[part], became[part], value) for part, value in is_now.items()}
    return now.read_when if parts == is_now else encode_choice(ReadWhen(**parts)) or None


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


def encode(before: Sequence[Was], after: Sequence[Was]) -> str:
    """What a deed changed as text, for the history: two snapshots of the same subscriptions."""
    changed = [(was, became) for was, became in zip(before, after, strict=True) if was != became]
    done = Arranged(before=[was for was, _ in changed], after=[became for _, became in changed])
    return msgspec.json.encode(done).decode()


def decode(text: str) -> Arranged:
    """What ``encode`` made; what was noted before it told what a deed made of them is how they were, alone."""
    if text.startswith("["):
        return Arranged(before=msgspec.json.decode(text, type=list[Was]))
    return msgspec.json.decode(text, type=Arranged)
