"""What was delivered → what its reader's rules say of it: read, starred, labelled.

The texts are read and asked outside of any writing transaction; what waits is taken in the one that does it, so that
each rule meets each arrival once, whichever process comes first; a rule that was changed in between is asked anew.
Nobody did anything: no history tells of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from dateline.model import User
from dateline.query import Node, matches
from dateline.query.matching import Subject
from dateline.query.tree import ANYTHING
from dateline.store import Database, accounts, labels, queries, rules, states
from dateline.store.candidates import subjects
from dateline.store.db import Tx, WriteTx
from dateline.store.rules import Reach, Rule
from dateline.store.times import zone
from dateline.store.write import transaction

AT_ONCE = 100
"""Their texts are held while every rule is asked of them."""
ASKED_ANEW = 3
"""So often in a row, when rules are changed meanwhile."""


def apply(db: Database, user_id: int, now: datetime, *, most: int | None = None) -> int:
    """Do what a user's rules say of all that waits for them, or of about so many. How many arrivals were asked."""
    total = anew = 0
    while most is None or total < most:
        with db.reading() as tx:
            due = rules.due(tx, user_id, AT_ONCE)
            if not due:
                break
            asked = rules.every(tx, user_id)
            met = _met(tx, accounts.user_by_id(tx, user_id), asked, [entry_id for entry_id, _ in due], now)
        if _done(db, user_id, due, asked, met, now, at_last=anew >= ASKED_ANEW):
            total += len(due)
            anew = 0
        else:
            anew += 1
    return total


def _done(
    db: Database,
    user_id: int,
    due: Sequence[tuple[int, bool]],
    asked: Sequence[Rule],
    met: Mapping[int, Collection[int]],
    now: datetime,
    *,
    at_last: bool,
) -> bool:
    """Take what waited, and do to it what the rules say that it met. Whether that was done.

    Rules may ask something else by now: nothing is taken then, so that it is asked anew. Who changes them all the time
    (``at_last``) gets what the others say.
    """
    before = {rule.id: rule for rule in asked}
    again = {entry_id for entry_id, is_again in due if is_again}
    with transaction(db) as tx:
        tx.hold_user(user_id)
        now_said = [rule for rule in rules.every(tx, user_id) if rule.id in before]  # a label may be gone
        alike = [rule for rule in now_said if rule.asks_as(before[rule.id])]
        if len(alike) < len(now_said) and not at_last:
            return False
        here = set(rules.taken(tx, user_id, [entry_id for entry_id, _ in due]))
        for rule in alike:
            _do(tx, user_id, rule, sorted(here.intersection(met.get(rule.id, ()))), again, now)
    return True


def meant(tx: Tx, user: User, rule: Rule, now: datetime) -> Node | None:
    """What a rule is met by, where it is for; None when it cannot be meant any more: what it names is gone."""
    if not rule.query:
        return ANYTHING
    search = queries.understood(tx, user.id, rule.query, now=now, zone=zone(user.time_zone), strict=True)
    return None if search.problems else search.tree


def _met(
    tx: Tx, user: User, asked: Sequence[Rule], entry_ids: Sequence[int], now: datetime
) -> dict[int, Collection[int]]:
    """Which entries of feeds that are subscribed to meet each rule, by its id.

    Rule by rule, so that an expression is made once for all entries.
    """
    reach = Reach(tx, user.id)
    subscribed = set(reach.every_feed())
    arrived: dict[int, list[Subject]] = defaultdict(list)
    for subject in subjects(tx, user.id, entry_ids):
        if subject.feed_id in subscribed:
            arrived[subject.feed_id].append(subject)
    found: dict[int, Collection[int]] = {}
    for rule in asked:
        feeds = reach.feeds(rule)
        near = [one for feed_id in (arrived if feeds is None else feeds) for one in arrived.get(feed_id, ())]
        tree = meant(tx, user, rule, now) if near and rule.does_something else None
        if tree is not None:
            found[rule.id] = {one.entry_id for one in near if matches(tree, one)}
    return found


def _do(tx: WriteTx, user_id: int, rule: Rule, entry_ids: Sequence[int], again: Collection[int], now: datetime) -> None:
    """What a rule says, of what met it; what came back changed is read, and keeps its star and labels as they are."""
    new = [entry_id for entry_id in entry_ids if entry_id not in again]
    if rule.stars and new:
        states.star(tx, user_id, new, now)
    if rule.label_id is not None and new:
        labels.put(tx, user_id, rule.label_id, new)
    if rule.marks_read and entry_ids:
        by_hand = states.unread_by_hand(tx, user_id, entry_ids)
        states.mark_read(tx, user_id, [entry_id for entry_id in entry_ids if entry_id not in by_hand])
    if entry_ids:
        rules.note_met(tx, rule.id, len(entry_ids), now)
