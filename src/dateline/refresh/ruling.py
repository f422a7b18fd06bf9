"""What was delivered → what its reader's rules say of it: read, starred, labelled.

The texts are read and asked outside of any writing transaction; what waits is taken in the one that does it, so that
each rule meets each arrival once, whichever process comes first. Nobody did anything: no history tells of it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from dateline.model import User
from dateline.query import Node, matches
from dateline.query.tree import ANYTHING
from dateline.store import Database, accounts, labels, queries, rules, states
from dateline.store.candidates import subjects
from dateline.store.db import Tx, WriteTx
from dateline.store.rules import Reach, Rule
from dateline.store.times import zone
from dateline.store.write import transaction

AT_ONCE = 500


def apply(db: Database, user_id: int, now: datetime) -> int:
    """Do what a user's rules say of all that waits for them. How many arrivals were asked."""
    total = 0
    while True:
        with db.reading() as tx:
            due = rules.due(tx, user_id, AT_ONCE)
            if not due:
                return total
            met = _met(tx, accounts.user_by_id(tx, user_id), [entry_id for entry_id, _ in due], now)
        again = {entry_id for entry_id, is_again in due if is_again}
        with transaction(db) as tx:
            tx.hold_user(user_id)
            here = set(rules.taken(tx, user_id, [entry_id for entry_id, _ in due]))
            for rule in rules.every(tx, user_id):  # as they stand by now: a label may be gone
                _do(tx, user_id, rule, sorted(met.get(rule.id, set()) & here), again, now)
        total += len(due)


def meant(tx: Tx, user: User, rule: Rule, now: datetime) -> Node | None:
    """What a rule is met by, where it is for; None when it cannot be meant any more: what it names is gone."""
    if not rule.query:
        return ANYTHING
    search = queries.understood(tx, user.id, rule.query, now=now, zone=zone(user.time_zone))
    return None if search.problems else search.tree


def _met(tx: Tx, user: User, entry_ids: Sequence[int], now: datetime) -> dict[int, set[int]]:
    """Which entries meet each rule, by its id."""
    reach = Reach(tx, user.id)
    asked: dict[int | None, list[tuple[int, Node]]] = defaultdict(list)
    for rule in rules.every(tx, user.id):
        tree = meant(tx, user, rule, now)
        feeds = reach.feeds(rule)
        if tree is not None:
            for feed_id in (None,) if feeds is None else feeds:
                asked[feed_id].append((rule.id, tree))
    found: dict[int, set[int]] = defaultdict(set)
    for subject in subjects(tx, user.id, entry_ids):
        for rule_id, tree in (*asked[None], *asked[subject.feed_id]):
            if matches(tree, subject):
                found[rule_id].add(subject.entry_id)
    return found


def _do(tx: WriteTx, user_id: int, rule: Rule, entry_ids: Sequence[int], again: Collection[int], now: datetime) -> None:
    """What a rule says, of what met it; what came back changed is read, and keeps its star and labels as they are."""
    new = [entry_id for entry_id in entry_ids if entry_id not in again]
    if rule.stars and new:
        states.star(tx, user_id, new, now)
    if rule.label_id is not None and new:
        labels.put(tx, user_id, rule.label_id, new)
    if rule.marks_read and entry_ids:
        states.mark_read(tx, user_id, entry_ids)
    if entry_ids:
        rules.note_met(tx, rule.id, len(entry_ids), now)
