"""Two feeds become one: subscriptions, states and guids move, doubles fold, and one feed's row and ids stay.

All of it in one transaction. Whether it may be done is said in ``addresses``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from dateline.errors import StoreError

from . import brought, deeds_after, delivery, entries, feeds, history, merged_choices, own_marks, states
from .db import Tx, WriteTx
from .times import to_us


def readers(tx: Tx, feed_ids: Collection[int]) -> list[int]:
    """Whose rows a merge of these feeds changes: who subscribes, or keeps something of them; in order."""
    if not feed_ids:
        return []
    marked = " ".join(
        f"UNION SELECT m.user_id FROM entry e JOIN {table} m ON m.entry_id = e.id WHERE e.feed_id IN ids(:feeds)"
        for table in (*own_marks.KEPT_BY, "progress")
    )
    return tx.column(
        f"SELECT user_id FROM subscription WHERE feed_id IN ids(:feeds) {marked} ORDER BY user_id",
        feeds=list(feed_ids),
    )


def hold(tx: WriteTx, merging: Collection[int], others: Collection[int] = (), *, by: Collection[int] = ()) -> None:
    """Before feeds merge: hold all whom it concerns, and ``by`` whom it is done, then these feeds and ``others``, which
    may take other addresses.

    People first, in order, as whoever changes something of their own does: two that wait for each other would be a
    deadlock. To be called before anything else is held. Raises ``StoreError`` ``store.busy`` when somebody subscribed
    meanwhile: from the beginning, then (``write.in_turn``).
    """
    held = set[int]()
    while new := sorted({*by, *_concerned(tx, merging, others)} - held):
        if held and new[0] < max(held):
            raise StoreError("store.busy", "somebody subscribed whose turn is over")
        for user_id in new:
            tx.hold_user(user_id)
        held.update(new)
    feeds.existing(tx, sorted({*merging, *others}))
    if not held.issuperset(_concerned(tx, merging, others)):
        raise StoreError("store.busy", "somebody subscribed to a feed that merges")


def hold_more(tx: WriteTx, kept: int, gone: int) -> None:
    """Hold whom and what came to these feeds since ``hold``, waiting for nobody: much is held by now.

    Raises ``StoreError`` ``store.busy`` when somebody else holds it: from the beginning, then.
    """
    both = [kept, gone]
    user_ids = sorted(_concerned(tx, both, ()))
    tx.all("SELECT id FROM users WHERE id IN ids(:ids) ORDER BY id [[lock_user_now]]", ids=user_ids)
    there = tx.column("SELECT id FROM feed WHERE id IN ids(:ids) ORDER BY id [[lock_row_now]]", ids=both)
    if len(there) < len(both) or not _concerned(tx, both, ()).issubset(user_ids):
        raise StoreError("store.busy", "somebody came to a feed that merges")


def _concerned(tx: Tx, merging: Collection[int], others: Collection[int]) -> set[int]:
    return {*readers(tx, merging), *brought.keepers(tx, [*merging, *others])}


def merge(tx: WriteTx, kept: int, gone: int, now: datetime) -> None:
    """Everything of feed ``gone`` becomes feed ``kept``'s. Both are held (``hold``)."""
    ids = {"kept": kept, "gone": gone}
    # Whose entries were not delivered yet, be it because the subscription rests, shall not find them read after the
    # move: ids of both feeds stand mixed then.
    tx.hold_arrival_order()
    for user_id in tx.column(
        "SELECT DISTINCT user_id FROM subscription WHERE feed_id = :gone OR feed_id = :kept ORDER BY user_id", **ids
    ):
        delivered: list[delivery.Delivered] = []
        delivery.deliver(tx, user_id, limit=10_000_000, told=delivered.append, resting=True)
        brought.settle(tx, user_id, delivered)
    _move_marks_of_doubles(tx, ids)
    names: dict[int, int] = dict(tx.all(f"SELECT d.id, k.id FROM {_DOUBLES}", **ids))
    history.note_renamed(tx, readers(tx, [kept, gone]), names, now)
    # in the order in which they are indexed, before all of them change
    entries.hold(tx, tx.column("SELECT id FROM entry WHERE feed_id = :gone", gone=gone))
    _drop_doubles(tx, list(names), gone)
    tx.run("UPDATE entry SET feed_id = :kept WHERE feed_id = :gone", **ids)
    tx.run("UPDATE full_text_due SET feed_id = :kept WHERE feed_id = :gone", **ids)
    tx.run("UPDATE websub_push SET feed_id = :kept WHERE feed_id = :gone", **ids)
    tx.run("UPDATE star SET feed_id = :kept WHERE feed_id = :gone", **ids)
    tx.run("UPDATE entry_label SET feed_id = :kept WHERE feed_id = :gone", **ids)
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id, kept)"
        " SELECT user_id, CAST(:kept AS BIGINT), listed_at, entry_id, kept FROM unread WHERE feed_id = :gone ON"
        " CONFLICT DO NOTHING",
        **ids,
    )
    tx.run("DELETE FROM unread WHERE feed_id = :gone", **ids)
    _move_subscriptions(tx, ids)
    tx.run(
        "INSERT INTO tombstone (feed_id, guid_hash) SELECT CAST(:kept AS BIGINT), guid_hash FROM tombstone"
        " WHERE feed_id = :gone ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run("DELETE FROM tombstone WHERE feed_id = :gone", **ids)
    tx.run("DELETE FROM feed_check WHERE feed_id = :gone", **ids)
    _wake(tx, ids, now)
    tx.run("DELETE FROM feed WHERE id = :gone", gone=gone)
    tx.run(
        "UPDATE subscription SET seen_entry_id = (SELECT last_entry_id FROM feed WHERE id = :kept) WHERE"
        " feed_id = :kept",
        kept=kept,
    )
    for user_id in tx.column("SELECT user_id FROM subscription WHERE feed_id = :kept", kept=kept):
        states.recount(tx, user_id)


def _wake(tx: WriteTx, ids: dict[str, int], now: datetime) -> None:
    """What stays may have slept or been given up: its new address answers, and the other's subscribers are here."""
    subscribed = "EXISTS (SELECT 1 FROM subscription s WHERE s.feed_id = feed.id)"
    tx.run(
        "UPDATE feed SET entry_count = (SELECT count(*) FROM entry WHERE feed_id = :kept),"
        " last_entry_id = coalesce((SELECT max(id) FROM entry WHERE feed_id = :kept), 0),"
        f" orphaned_at = CASE WHEN NOT {subscribed} THEN orphaned_at END,"
        f" next_at = CASE WHEN {subscribed} THEN CAST(:now AS BIGINT) END,"
        " credentials = coalesce(credentials, (SELECT g.credentials FROM feed g WHERE g.id = :gone)),"
        " transport = coalesce(transport, (SELECT g.transport FROM feed g WHERE g.id = :gone)),"
        " stopped_at = NULL, failures = 0, error_code = NULL, error_detail = NULL, error_at = NULL WHERE id = :kept",
        now=to_us(now),
        **ids,
    )
    # The two documents may differ: nothing is known of what the one at the new address holds.
    feeds.forget_document(tx, ids["kept"])


_DOUBLES = "entry d JOIN entry k ON k.feed_id = :kept AND k.guid_hash = d.guid_hash WHERE d.feed_id = :gone"

_BOTH = f"(SELECT d.id AS gone_id, k.id AS kept_id, k.listed_at, k.gone_at FROM {_DOUBLES}) x ON x.gone_id = u.entry_id"
_KEPT_STAYS = (
    "ON CONFLICT (user_id, feed_id, listed_at, entry_id) DO UPDATE SET kept ="
    " CASE WHEN excluded.kept = 1 THEN 1 ELSE unread.kept END"
)


def _move_marks_of_doubles(tx: WriteTx, ids: dict[str, int]) -> None:
    """Stars, labels and unread marks of an entry that both feeds hold go to the one that stays."""
    tx.run(
        "INSERT INTO star (user_id, listed_at, entry_id, feed_id, starred_at)"
        " SELECT s.user_id, x.listed_at, x.kept_id, CAST(:kept AS BIGINT), s.starred_at FROM star s JOIN"
        f" (SELECT d.id AS gone_id, k.id AS kept_id, k.listed_at FROM {_DOUBLES}) x ON x.gone_id = s.entry_id"
        " WHERE s.feed_id = :gone ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run(
        "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
        " SELECT l.user_id, l.label_id, x.listed_at, x.kept_id, CAST(:kept AS BIGINT) FROM entry_label l JOIN"
        f" (SELECT d.id AS gone_id, k.id AS kept_id, k.listed_at FROM {_DOUBLES}) x ON x.gone_id = l.entry_id"
        " WHERE l.feed_id = :gone ON CONFLICT DO NOTHING",
        **ids,
    )
    own_marks.move(tx, f"SELECT d.id AS old_id, k.id AS new_id FROM {_DOUBLES}", **ids)
    # Unread only for those who had no other chance to read it: subscribers of the feed that goes, but not of the one
    # that stays, or only since it carried that no more; and what somebody marked so by hand.
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id, kept)"
        f" SELECT u.user_id, CAST(:kept AS BIGINT), x.listed_at, x.kept_id, u.kept FROM unread u JOIN {_BOTH}"
        " WHERE u.feed_id = :gone AND (u.kept = 1 OR NOT EXISTS"
        " (SELECT 1 FROM subscription s WHERE s.user_id = u.user_id AND s.feed_id = :kept"
        " AND (x.gone_at IS NULL OR x.gone_at >= s.created_at)))"
        f" {_KEPT_STAYS}",
        **ids,
    )
    tx.run(  # what waits for their rules likewise
        "INSERT INTO rule_due (user_id, entry_id, again)"
        f" SELECT u.user_id, x.kept_id, u.again FROM rule_due u JOIN {_BOTH} WHERE NOT EXISTS"
        " (SELECT 1 FROM subscription s WHERE s.user_id = u.user_id AND s.feed_id = :kept) ON CONFLICT DO NOTHING",
        **ids,
    )
    for user_id in merged_choices.ruling(tx, ids["kept"], ids["gone"]):
        _move_waiting_of(tx, user_id, ids)
    for user_id in merged_choices.reading(tx, ids["kept"], ids["gone"]):
        _move_unread_of(tx, user_id, ids)


def _move_waiting_of(tx: WriteTx, user_id: int, ids: dict[str, int]) -> None:
    """Of a subscriber to both: what waits in the feed that goes for rules that are for that one, waits in the other.

    All rules are asked of it there, though some had been: where one took off a star or a label by hand, they only read.
    """
    waiting: dict[int, int] = dict(
        tx.all(
            f"SELECT x.kept_id, u.again FROM rule_due u JOIN {_BOTH} WHERE u.user_id = :user AND u.again = 0",
            user=user_id,
            **ids,
        )
    )
    by_hand = deeds_after.taken_off(tx, user_id, waiting) if waiting else set()
    tx.many(
        "INSERT INTO rule_due (user_id, entry_id, again) VALUES (:user, :entry, :again) ON CONFLICT (user_id, entry_id)"
        " DO UPDATE SET again = CASE WHEN excluded.again = 0 THEN 0 ELSE rule_due.again END",
        [{"user": user_id, "entry": one, "again": int(one in by_hand)} for one in sorted(waiting)],
    )


def _move_unread_of(tx: WriteTx, user_id: int, ids: dict[str, int]) -> None:
    """Of a subscriber to both: what was read by itself in the feed that stays, as the double of what is unread in the
    other, stays unread. What was read by hand is read.
    """
    there = tx.column(
        f"SELECT x.kept_id FROM unread u JOIN {_BOTH} WHERE u.user_id = :user AND u.feed_id = :gone AND NOT EXISTS"
        " (SELECT 1 FROM unread o WHERE o.user_id = u.user_id AND o.feed_id = :kept AND o.listed_at = x.listed_at"
        " AND o.entry_id = x.kept_id)",
        user=user_id,
        **ids,
    )
    left = sorted(set(there) - deeds_after.read_by_hand(tx, user_id, there)) if there else []
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT CAST(:user AS BIGINT), feed_id, listed_at, id FROM entry WHERE id IN ids(:ids) ON CONFLICT DO NOTHING",
        user=user_id,
        ids=left,
    )


def _drop_doubles(tx: WriteTx, doubles: Sequence[int], gone: int) -> None:
    for sql in (
        "DELETE FROM star WHERE entry_id IN ids(:ids)",
        "DELETE FROM entry_label WHERE entry_id IN ids(:ids)",
        "DELETE FROM unread WHERE feed_id = :gone AND entry_id IN ids(:ids)",
        "DELETE FROM entry_edited WHERE entry_id IN ids(:ids)",
        "DELETE FROM entry_text WHERE [[text_key]] IN ids(:ids)",
        "DELETE FROM entry_body WHERE entry_id IN ids(:ids)",
        "DELETE FROM entry WHERE id IN ids(:ids)",
    ):
        tx.run(sql, ids=doubles, **({"gone": gone} if ":gone" in sql else {}))


def _move_subscriptions(tx: WriteTx, ids: dict[str, int]) -> None:
    """Who subscribes to both keeps one, in the folders of both, with what was chosen for either."""
    both = merged_choices.pairs(tx, ids["kept"], ids["gone"])
    tx.run(
        "INSERT INTO subscription_folder (subscription_id, folder_id) SELECT k.id, sf.folder_id FROM subscription g"
        " JOIN subscription k ON k.user_id = g.user_id AND k.feed_id = :kept"
        " JOIN subscription_folder sf ON sf.subscription_id = g.id WHERE g.feed_id = :gone ON CONFLICT DO NOTHING",
        **ids,
    )
    merged_choices.combine(tx, both)
    going = [pair.gone_id for pair in both]
    tx.run("DELETE FROM subscription_folder WHERE subscription_id IN ids(:ids)", ids=going)
    tx.run("DELETE FROM subscription WHERE id IN ids(:ids)", ids=going)
    tx.run("UPDATE subscription SET feed_id = :kept WHERE feed_id = :gone", **ids)
