"""Recently read: what a user marked read, the last deed first, out of the history.

Only what is read now counts, so what was undone or marked unread again is not among it; an entry that was read twice
stands where it was read last. The newest 2,000 deeds and 10,000 entries are looked through, whatever is asked.
"""

from dateline.model import Cursor, Stream

from .db import Tx
from .history import unpack_ids
from .search import matching
from .states import visible

DEEDS = 2_000
ENTRIES = 10_000


def page(tx: Tx, user_id: int, stream: Stream, before: Cursor | None, limit: int) -> tuple[list[int], Cursor | None]:
    """The ids of a page, and where the next begins: (number of the deed, entry id), both falling."""
    place = (before.at, before.entry_id) if before else (2**63, 0)
    found = [key for key in _read(tx, user_id) if key < place]
    if stream.search:
        matches = set(matching(tx, stream.search.tree, [entry_id for _, entry_id in found], user_id=user_id))
        found = [key for key in found if key[1] in matches]
    found = _still_read(tx, user_id, found, limit + 1)
    more = len(found) > limit
    found = found[:limit]
    return [entry_id for _, entry_id in found], Cursor(at=found[-1][0], entry_id=found[-1][1]) if more else None


def _read(tx: Tx, user_id: int) -> list[tuple[int, int]]:
    """(seq, entry id) of every entry by the last deed that read it, from the newest on."""
    deeds = tx.all(
        "SELECT seq, entries FROM history WHERE user_id = :user AND action IN ('read', 'mark_all', 'seen')"
        " ORDER BY seq DESC LIMIT :limit",
        user=user_id,
        limit=DEEDS,
    )
    seen: set[int] = set()
    found: list[tuple[int, int]] = []
    for seq, packed in deeds:
        ids = [entry_id for entry_id in sorted(unpack_ids(packed), reverse=True) if entry_id not in seen]
        seen.update(ids)
        found += [(seq, entry_id) for entry_id in ids[: ENTRIES - len(found)]]
        if len(found) >= ENTRIES:
            break
    return found


def _still_read(tx: Tx, user_id: int, keys: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """The first ``limit`` that the user may see and that are not unread again."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(keys), 4 * limit):
        chunk = keys[start : start + 4 * limit]
        ids = visible(tx, user_id, [entry_id for _, entry_id in chunk])
        unread = tx.column(
            "SELECT e.id FROM entry e JOIN unread u ON u.user_id = :user AND u.feed_id = e.feed_id"
            " AND u.listed_at = e.listed_at AND u.entry_id = e.id WHERE e.id IN ids(:ids)",
            user=user_id,
            ids=ids,
        )
        kept = set(ids) - set(unread)
        found += [key for key in chunk if key[1] in kept]
        if len(found) >= limit:
            break
    return found[:limit]
