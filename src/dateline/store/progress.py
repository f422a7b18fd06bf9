"""How far somebody is: in the text of an article, and in what it plays; and what shall be played next.

A row stands while there is something to go on with. At most ``KEPT`` a user; the oldest give way.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from .db import Row, Tx, WriteTx
from .times import from_us, to_us

KEPT = 500


class Progress(Struct, frozen=True, kw_only=True):
    """How far a user is in one entry. ``share`` of its text, in thousandths; ``played`` of ``played_of`` seconds (0:
    not known) of its file ``played_url``.
    """

    entry_id: int
    share: int = 0
    played_url: str | None = None
    played: int = 0
    played_of: int = 0
    at: datetime | None = None


_COLUMNS = "SELECT p.entry_id, p.share, p.played_url, p.played, p.played_of, p.at FROM progress p"


def of(tx: Tx, user_id: int, entry_id: int) -> Progress:
    """How far a user is in an entry; at the beginning when nothing is known."""
    row = tx.one(f"{_COLUMNS} WHERE p.user_id = :user AND p.entry_id = :id", user=user_id, id=entry_id)
    return _progress(row) if row else Progress(entry_id=entry_id)


def unfinished(tx: Tx, user_id: int, limit: int) -> list[Progress]:
    """What a user can go on with, the last first."""
    rows = tx.all(f"{_COLUMNS} WHERE p.user_id = :user ORDER BY p.at DESC LIMIT :limit", user=user_id, limit=limit)
    return [_progress(row) for row in rows]


def _progress(row: Row) -> Progress:
    return Progress(
        entry_id=row[0], share=row[1], played_url=row[2], played=row[3], played_of=row[4], at=from_us(row[5])
    )


def note(tx: WriteTx, user_id: int, reached: Progress, now: datetime) -> None:
    """Keep how far a user is now; where nothing is left to go on with, nothing is kept."""
    if not reached.share and not reached.played:
        forget(tx, user_id, [reached.entry_id])
        return
    tx.run(
        "INSERT INTO progress (user_id, entry_id, share, played_url, played, played_of, at)"
        " VALUES (:user, :entry, :share, :url, :played, :played_of, :now)"
        " ON CONFLICT (user_id, entry_id) DO UPDATE SET share = excluded.share, played_url = excluded.played_url,"
        " played = excluded.played, played_of = excluded.played_of, at = excluded.at",
        user=user_id,
        entry=reached.entry_id,
        share=reached.share,
        url=reached.played_url,
        played=reached.played,
        played_of=reached.played_of,
        now=to_us(now),
    )
    tx.run(
        "DELETE FROM progress WHERE user_id = :user AND at < coalesce((SELECT p.at FROM progress p"
        " WHERE p.user_id = :user ORDER BY p.at DESC LIMIT 1 OFFSET :last), 0)",
        user=user_id,
        last=KEPT - 1,
    )


def forget(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> int:
    """Forget how far a user is in these. How many there were."""
    return tx.run(
        "DELETE FROM progress WHERE user_id = :user AND entry_id IN ids(:ids)", user=user_id, ids=list(entry_ids)
    )


# ------------------------------------------------------------------------------------------------ what is played next


def queue(tx: Tx, user_id: int) -> list[int]:
    """The entries that shall be played, in order."""
    return tx.column("SELECT entry_id FROM play_queue WHERE user_id = :user ORDER BY place, entry_id", user=user_id)


def put_queue(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> None:
    """These shall be played, in this order; the caller holds the user."""
    tx.run("DELETE FROM play_queue WHERE user_id = :user", user=user_id)
    tx.many(
        "INSERT INTO play_queue (user_id, entry_id, place) VALUES (:user, :entry, :place)",
        [{"user": user_id, "entry": entry_id, "place": place} for place, entry_id in enumerate(entry_ids)],
    )
