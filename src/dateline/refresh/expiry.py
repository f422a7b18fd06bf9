"""Retention at work: what nobody keeps is deleted, a few entries at a time, feed by feed.

Every feed is looked through once a day, and soon after a rule was changed. The work can stop anywhere and go on later:
each transaction takes at most 200 entries, asks again whether they may go, and leaves counters, tombstones and the
search index right. Reading never waits for it; whoever writes waits for one such transaction at most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dateline.store import Database, entries, expiry, feeds, retention, states
from dateline.store.db import WriteTx
from dateline.store.expiry import Key, Plan
from dateline.store.write import transaction

EVERY = timedelta(days=1)
GRACE = timedelta(hours=1)
"""So long after a rule was saved nothing goes: time to think again."""
FEEDS_AT_ONCE = 50
ENTRIES_AT_ONCE = 200
WALKED_AT_ONCE = 1_000
AT_MOST = 2_000
"""Entries that one call deletes; it is called again."""


def expire(db: Database, now: datetime, at_most: int = AT_MOST) -> tuple[int, bool]:
    """Delete what nobody keeps of the feeds that are due. (how many entries, whether there is more to do)."""
    before = now - EVERY
    with db.reading() as tx:
        if not retention.any_rule(tx):
            return 0, False
        due = expiry.due(tx, before, FEEDS_AT_ONCE)
        plans = expiry.plans(tx, due)
    gone, done = 0, []
    for plan in plans:
        count, is_done = _expire_feed(db, plan, now, at_most - gone)
        gone += count
        if not is_done:
            break
        done.append(plan.feed_id)
    if done:
        with transaction(db) as tx:
            expiry.note_tidied(tx, done, now, before)
    return gone, len(done) < len(due) or len(due) == FEEDS_AT_ONCE


def _expire_feed(db: Database, plan: Plan, now: datetime, at_most: int) -> tuple[int, bool]:
    """(entries deleted, whether the feed was looked through to the end)."""
    if all(keeper.rule.is_endless for keeper in plan.keepers):
        return 0, True
    with db.reading() as tx:
        before = expiry.common_bound(tx, plan, now)
    gone, after, walked = 0, (-(2**62), 0), before is None
    while not walked and before is not None:
        if gone >= at_most:
            return gone, False
        with db.reading() as tx:
            places = expiry.walk(tx, plan, after=after, before=before, limit=WALKED_AT_ONCE)
            ids = expiry.going(tx, plan, [place[1] for place in places], now)
        for start in range(0, len(ids), ENTRIES_AT_ONCE):
            gone += _delete(db, plan, ids[start : start + ENTRIES_AT_ONCE], now)
        walked = len(places) < WALKED_AT_ONCE
        after = places[-1] if places else after
    _let_unread_go(db, plan, now)
    return gone, True


def _delete(db: Database, plan: Plan, entry_ids: Sequence[int], now: datetime) -> int:
    with transaction(db) as tx:
        if not _hold(tx, plan):
            return 0  # somebody came, left or changed a rule: the feed is looked through again tomorrow
        entries.hold(tx, entry_ids)
        ids = expiry.going(tx, plan, entry_ids, now)
        entries.purge(tx, plan.feed_id, ids)
        return len(ids)


def _hold(tx: WriteTx, plan: Plan) -> bool:
    """Hold the subscribers and the feed until the commit. Whether the plan is still what they want."""
    for keeper in plan.keepers:
        tx.hold_user(keeper.user_id)
    feeds.hold(tx, plan.feed_id)
    now_wanted = expiry.plans(tx, [plan.feed_id])
    return bool(now_wanted) and _rules(now_wanted[0]) == _rules(plan)


def _rules(plan: Plan) -> list[tuple[int, object]]:
    return [(keeper.user_id, keeper.rule) for keeper in plan.keepers]


def _let_unread_go(db: Database, plan: Plan, now: datetime) -> None:
    """What one subscriber's rule does not keep, not even unread, and another's does: it stays, read for the former."""
    for keeper in plan.keepers:
        if keeper.rule.is_endless or keeper.rule.keep_unread:
            continue
        with db.reading() as tx:
            before = expiry.bound(tx, plan, keeper.rule, now)
        while before is not None and _let_some_go(db, plan, keeper.user_id, before, now):
            pass


def _let_some_go(db: Database, plan: Plan, user_id: int, before: Key, now: datetime) -> bool:
    with db.reading() as tx:
        ids = expiry.unread_past(tx, plan, user_id, before, now, ENTRIES_AT_ONCE)
    if not ids:
        return False
    with transaction(db) as tx:
        tx.hold_user(user_id)
        return bool(states.mark_read(tx, user_id, ids).ids) and len(ids) == ENTRIES_AT_ONCE
