"""The history: what a user did to entries, an action a row, by which it is undone and told to other devices."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import starmap

import zstandard
from msgspec import Struct

from .db import Row, Tx, WriteTx
from .times import DAY, from_us, to_us

HISTORY_DAYS = 90
_LEFT = "left"
_RENAMED = "renamed"


class Deed(Struct, frozen=True, kw_only=True):
    """One action of a user: ``action`` is read, unread, mark_all, seen, spared_no_more, star, unstar, label:ID or
    unlabel:ID.

    ``kept``: those that were unread by hand before; of ``unread``, which says so by hand, those that were unread
    otherwise. ``seen``: read by hand when a whole stream had been marked already. ``spared_no_more``: such an
    ``unread`` taken back; ``kept`` are those that are still unread.
    """

    seq: int
    action: str
    entry_ids: list[int]
    kept: list[int] = []


def pack_ids(entry_ids: Iterable[int]) -> bytes:
    """Entry ids → one compressed value."""
    return zstandard.ZstdCompressor(level=1).compress(array("q", entry_ids).tobytes())


def unpack_ids(packed: bytes) -> list[int]:
    """The other way round."""
    ids = array("q")
    ids.frombytes(zstandard.ZstdDecompressor().decompress(packed, max_output_size=800_000_000))
    return ids.tolist()


def note(
    tx: WriteTx, user_id: int, action: str, entry_ids: Sequence[int], now: datetime, *, kept: Sequence[int] = ()
) -> int:
    """Add an action to the history, with those of its entries that had been unread (``Deed.kept``). Its number."""
    seq: int = tx.value(
        "INSERT INTO history (user_id, at, action, entries, kept) VALUES (:user, :now, :action, :entries, :kept)"
        " RETURNING seq",
        user=user_id,
        now=to_us(now),
        action=action,
        entries=pack_ids(entry_ids),
        kept=pack_ids(kept) if kept else None,
    )
    return seq


def note_left(tx: WriteTx, user_id: int, seen: Mapping[int, int], now: datetime) -> None:
    """A user left feeds, each received up to an entry: who comes back has had those."""
    if seen:
        note(tx, user_id, _LEFT, [number for pair in seen.items() for number in pair], now)


def left(tx: Tx, user_id: int) -> dict[int, int]:
    """Feed → up to which entry the user had received it when they left it last, as far as the history goes."""
    found: dict[int, int] = {}
    for packed in tx.column(
        "SELECT entries FROM history WHERE user_id = :user AND action = :left ORDER BY seq", user=user_id, left=_LEFT
    ):
        numbers = unpack_ids(packed)
        found.update(zip(numbers[::2], numbers[1::2], strict=True))
    return found


def note_renamed(tx: WriteTx, user_ids: Iterable[int], names: Mapping[int, int], now: datetime) -> None:
    """Entries are told by other ids from now on (former → present): deeds with them are deeds with those."""
    if names:
        numbers = [number for pair in names.items() for number in pair]
        for user_id in user_ids:
            note(tx, user_id, _RENAMED, numbers, now)


def renamed(tx: Tx, user_id: int, after: int) -> dict[int, int]:
    """Former → present id of the entries that were renamed after an action."""
    found: dict[int, int] = {}
    for packed in tx.column(
        "SELECT entries FROM history WHERE user_id = :user AND action = :renamed AND seq > :after ORDER BY seq",
        user=user_id,
        renamed=_RENAMED,
        after=after,
    ):
        numbers = unpack_ids(packed)
        names = dict(zip(numbers[::2], numbers[1::2], strict=True))
        found = {former: names.get(present, present) for former, present in found.items()} | names
    return found


def note_undone(tx: WriteTx, seq: int, undone: int) -> None:
    """The one action took back the other."""
    tx.run("UPDATE history SET undoes = :undone WHERE seq = :seq", undone=undone, seq=seq)


_DEEDS = "SELECT seq, action, entries, kept FROM history"


def deed(tx: Tx, user_id: int, seq: int) -> Deed | None:
    """One action of a user's own history."""
    row = tx.one(f"{_DEEDS} WHERE user_id = :user AND seq = :seq", user=user_id, seq=seq)
    return _deed(*row) if row else None


def deeds(tx: Tx, user_id: int, after: int = 0, limit: int = 1000) -> list[Deed]:
    """A user's history after an action, oldest first."""
    rows: list[Row] = tx.all(
        f"{_DEEDS} WHERE user_id = :user AND seq > :after ORDER BY seq LIMIT :limit",
        user=user_id,
        after=after,
        limit=limit,
    )
    return list(starmap(_deed, rows))


def kind_of(action: str) -> str:
    """What an action is about: "read", "star" or "label:ID"; "" for what is not done to entries by themselves."""
    if action in ("read", "unread", "mark_all", "seen", "spared_no_more"):
        return "read"
    if action in ("star", "unstar"):
        return "star"
    word, _, label = action.partition(":")
    return f"label:{label}" if word in ("label", "unlabel") and label else ""


def done_after(tx: Tx, user_id: int, since: datetime) -> Iterator[tuple[datetime, str, list[int]]]:
    """When something was done after a moment, of what kind (``kind_of``), to which entries; in no order."""
    rows = tx.all(
        "SELECT at, action, entries FROM history WHERE user_id = :user AND at > :since",
        user=user_id,
        since=to_us(since),
    )
    for at, action, packed in rows:
        if kind := kind_of(action):
            yield from_us(at), kind, unpack_ids(packed)


def _deed(seq: int, action: str, packed: bytes, kept: bytes | None) -> Deed:
    return Deed(seq=seq, action=action, entry_ids=unpack_ids(packed), kept=unpack_ids(kept) if kept else [])


def forget_history(tx: WriteTx, now: datetime) -> int:
    """Drop what is older than 90 days. How many rows."""
    return tx.run("DELETE FROM history WHERE at < :before", before=to_us(now) - HISTORY_DAYS * DAY)
