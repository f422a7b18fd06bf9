"""A user's own marks on an entry that is told by another id from now on: progress, queue, highlights go along.

Stars, labels and unread marks carry the feed and its order in their keys; whoever moves entries moves those itself.
"""

from .db import WriteTx

KEPT_BY = ("star", "entry_label", "highlight", "play_queue")
"""Tables of marks for whose sake an entry stays."""


def move(tx: WriteTx, pairs: str, *, user_id: int | None = None, **params: int) -> None:
    """Move the marks (of one user, or of all). ``pairs``: SQL that selects (old_id, new_id) with ``params``."""
    whose = "" if user_id is None else " AND m.user_id = :user"
    of = {**params, **({} if user_id is None else {"user": user_id})}
    # what stands at the new id already is newer than what was lost sight of
    tx.run(
        "INSERT INTO progress (user_id, entry_id, share, played_url, played, played_of, at)"
        " SELECT m.user_id, x.new_id, m.share, m.played_url, m.played, m.played_of, m.at FROM progress m"
        f" JOIN ({pairs}) x ON x.old_id = m.entry_id WHERE 1 = 1{whose} ON CONFLICT DO NOTHING",
        **of,
    )
    tx.run(
        "INSERT INTO play_queue (user_id, entry_id, place) SELECT m.user_id, x.new_id, m.place FROM play_queue m"
        f" JOIN ({pairs}) x ON x.old_id = m.entry_id WHERE 1 = 1{whose} ON CONFLICT DO NOTHING",
        **of,
    )
    whose = whose.replace("m.user_id", "user_id")
    for table in ("progress", "play_queue"):
        tx.run(f"DELETE FROM {table} WHERE entry_id IN (SELECT x.old_id FROM ({pairs}) x){whose}", **of)
    tx.run(
        f"UPDATE highlight SET entry_id = (SELECT min(x.new_id) FROM ({pairs}) x WHERE x.old_id = highlight.entry_id)"
        f" WHERE entry_id IN (SELECT x.old_id FROM ({pairs}) x){whose}",
        **of,
    )
