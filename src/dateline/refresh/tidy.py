"""Upkeep, once an hour: what is over goes."""

from datetime import datetime, timedelta

from dateline.store import Database, accounts, entries, feeds, history, hosts, icons, orphans
from dateline.store.write import transaction

ORPHANS_KEPT = timedelta(days=30)
FEEDS_AT_ONCE = 20
ENTRIES_AT_ONCE = 200


def tidy(db: Database, now: datetime) -> int:
    """Drop old history, idle hosts, unused icons; unsaved entries of feeds left for 30 days.

    How many entries went.
    """
    with transaction(db) as tx:
        history.forget_history(tx, now)
        hosts.forget_idle(tx, now - timedelta(days=1))
        accounts.forget_old(tx, now - timedelta(days=1), now)
    with transaction(db) as tx:
        icons.drop_unused(tx)
    with db.reading() as tx:
        forgotten = orphans.left_before(tx, now - ORPHANS_KEPT, FEEDS_AT_ONCE)
    return sum(_empty(db, feed_id, now - ORPHANS_KEPT) for feed_id in forgotten)


def _empty(db: Database, feed_id: int, orphaned_before: datetime) -> int:
    """Delete what nobody saved, unless somebody subscribes meanwhile. How many entries."""
    gone = 0
    while True:
        with transaction(db) as tx:
            if not orphans.is_orphan(tx, feed_id, orphaned_before):
                return gone
            ids = entries.unsaved(tx, feed_id, ENTRIES_AT_ONCE)
            entries.purge(tx, feed_id, ids, for_ever=False)
            feeds.forget_document(tx, feed_id)
            if not ids:
                orphans.remove_if_empty(tx, feed_id)
                return gone
        gone += len(ids)
