"""What was done after a deed: undoing it leaves that alone, for the last deed to an entry counts.

Only deeds of the same kind speak of the same thing: a star does not say whether an article was read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from .db import Tx
from .history import Deed, kind_of, renamed, unpack_ids
from .times import to_us


def as_named_now(tx: Tx, user_id: int, deed: Deed) -> Deed:
    """A deed with its entries' present ids, where they were renamed since (``history.note_renamed``).

    Two may have become one, and a deed of the same kind been done to the other as well: it is left out, for that deed
    still counts.
    """
    names = renamed(tx, user_id, deed.seq)
    changed = {names[entry_id] for entry_id in deed.entry_ids if entry_id in names}
    if not changed:
        return deed
    kind = kind_of(deed.action)
    for action, packed in tx.all(
        "SELECT action, entries FROM history WHERE user_id = :user AND seq <= :seq", user=user_id, seq=deed.seq
    ):
        if kind_of(action) == kind:
            changed.difference_update(unpack_ids(packed))

    def present(entry_ids: Sequence[int]) -> list[int]:
        ids = (names.get(entry_id, entry_id) for entry_id in entry_ids if names.get(entry_id, 0) not in both)
        return list(dict.fromkeys(ids))

    both = set(names.values()) - changed
    return replace(deed, entry_ids=present(deed.entry_ids), kept=present(deed.kept))


def untouched_since(tx: Tx, user_id: int, deed: Deed) -> list[int]:
    """The entries of a deed to which nothing of its kind was done after it: what it did is still so.

    What was done after it and taken back again is as if it had not been. ``deed`` has the ids of today.
    """
    names = renamed(tx, user_id, deed.seq)
    kind, left = kind_of(deed.action), set(deed.entry_ids)
    taken_back: dict[int, set[int]] = defaultdict(set)
    for seq, action, packed, undoes in tx.all(
        "SELECT seq, action, entries, undoes FROM history WHERE user_id = :user AND seq > :seq ORDER BY seq DESC",
        user=user_id,
        seq=deed.seq,
    ):
        if kind_of(action) != kind:
            continue
        still = {names.get(entry_id, entry_id) for entry_id in unpack_ids(packed)} - taken_back[seq]
        if undoes is not None and undoes > deed.seq:
            taken_back[undoes] |= still
        else:
            left -= still
    return [entry_id for entry_id in deed.entry_ids if entry_id in left]


def last_in_whole(tx: Tx, user_id: int, entry_ids: Iterable[int], since: datetime) -> list[int]:
    """Those of the entries that were last read or unread when a whole stream was marked, after a moment."""
    first = tx.value(
        "SELECT min(seq) FROM history WHERE user_id = :user AND at > :since AND action = 'mark_all'",
        user=user_id,
        since=to_us(since),
    )
    if first is None:
        return []
    whole, wanted = set[int](), set(entry_ids)
    for action, packed in tx.all(
        "SELECT action, entries FROM history WHERE user_id = :user AND seq >= :first ORDER BY seq",
        user=user_id,
        first=first,
    ):
        if action == "mark_all":
            whole |= wanted.intersection(unpack_ids(packed))
        elif whole and kind_of(action) == "read":
            whole.difference_update(unpack_ids(packed))
    return sorted(whole)


def read_by_hand(tx: Tx, user_id: int, entry_ids: Iterable[int]) -> set[int]:
    """Those of the entries that the user read, one by one or with a whole stream, as far as the history goes."""
    wanted = set(entry_ids)
    found = set[int]()
    for packed in tx.column(
        "SELECT entries FROM history WHERE user_id = :user AND action IN ('read', 'mark_all', 'seen')", user=user_id
    ):
        found |= wanted.intersection(unpack_ids(packed))
    return found


def taken_off(tx: Tx, user_id: int, entry_ids: Iterable[int]) -> set[int]:
    """Those of the entries from which the user took a star or a label, as far as the history goes."""
    wanted = set(entry_ids)
    found = set[int]()
    for packed in tx.column(
        "SELECT entries FROM history WHERE user_id = :user"
        " AND (action = 'unstar' OR substr(action, 1, 8) = 'unlabel:')",
        user=user_id,
    ):
        found |= wanted.intersection(unpack_ids(packed))
    return found
