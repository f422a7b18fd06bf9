"""What was delivered → what its reader's rules say of it: read, starred, labelled.

The texts are read and asked outside of any writing transaction; what waits is taken in the one that does it, so that
each rule meets each arrival once, whichever process comes first; a rule that was changed in between is asked anew.
Nobody did anything: no history tells of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from dateline.model import Search, User
from dateline.query import Problem, matches
from dateline.query.matching import Subject, steps
from dateline.query.tree import ANYTHING, NOTHING, size
from dateline.store import Database, accounts, labels, queries, rules, states
from dateline.store.candidates import subjects
from dateline.store.db import Tx, WriteTx
from dateline.store.queries import Names
from dateline.store.rules import Reach, Rule
from dateline.store.times import zone
from dateline.store.write import transaction

AT_ONCE = 100
"""Their texts are held while every rule is asked of them."""
A_TURN = 2_000
"""Of so many usual arrivals the rules of one person are asked before it is another's turn: a few seconds."""
USUAL = 1_000
"""Conditions of all rules of a person beyond which an arrival is more than a usual one."""
MAX_STEPS = 20_000
"""Instructions of the expressions of all rules of a person; what comes after them is not asked. A long text takes five
seconds then, at the worst.
"""
ASKED_ANEW = 3
"""So often in a row, when rules are changed meanwhile."""
_STEP_IN_TEXT = 33
"""Conditions that take as long as one instruction in a text of 20,000 characters, where it goes badly."""


class Asked(Struct, frozen=True, kw_only=True):
    """A rule, and what it is met by, nothing where that cannot be meant (``problems``); what asking it takes."""

    rule: Rule
    search: Search
    effort: int


def apply(db: Database, user_id: int, now: datetime, *, most: int | None = None) -> int:
    """Do what a user's rules say of all that waits for them, or of about so many usual arrivals. How many were asked.

    Where the rules take long, there are fewer at once and in all: a page comes, and others have their turn.
    """
    total = spent = anew = 0
    asked: list[Asked] = []
    while most is None or spent < most:
        with db.reading() as tx:
            user = accounts.user_by_id(tx, user_id)
            waiting = rules.due(tx, user_id, AT_ONCE)
            if not waiting:
                break
            known = rules.every(tx, user_id)
            if not _are_alike(known, [one.rule for one in asked]):
                asked = list(meanings(Names(tx, user_id), user, known, now))
            worth = 1 + sum(one.effort for one in asked) // USUAL
            due = waiting[: max(AT_ONCE // worth, 1)]
            met = _met(tx, user, asked, [entry_id for entry_id, _ in due])
        spent += len(due) * worth
        if _done(db, user_id, due, [one.rule for one in asked], met, now, at_last=anew >= ASKED_ANEW):
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


def _are_alike(known: Sequence[Rule], before: Sequence[Rule]) -> bool:
    """Whether these are the same rules, asking the same."""
    return len(known) == len(before) and all(
        one.id == other.id and one.asks_as(other) for one, other in zip(known, before, strict=True)
    )


def meanings(names: Names, user: User, known: Iterable[Rule], now: datetime) -> Iterator[Asked]:
    """What the rules of a user are met by, where they are for, in their order."""
    in_zone, left = zone(user.time_zone), MAX_STEPS
    for rule in known:
        search = Search(text="", tree=ANYTHING, problems=())
        if rule.query:
            search = queries.meant_by(names, rule.query, now=now, zone=in_zone, strict=True)
        takes = steps(search.tree)
        left -= takes
        if takes and left < 0:
            search = Search(text=rule.query, tree=NOTHING, problems=(Problem("too_much", rule.query[:60]),))
            takes = 0
        effort = size(search.tree) + _STEP_IN_TEXT * takes
        yield Asked(rule=rule, search=search, effort=effort)


def _met(tx: Tx, user: User, asked: Sequence[Asked], entry_ids: Sequence[int]) -> dict[int, Collection[int]]:
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
    for one in asked:
        if one.search.problems or not one.rule.does_something:
            continue
        feeds = reach.feeds(one.rule)
        near = [subject for feed_id in (arrived if feeds is None else feeds) for subject in arrived.get(feed_id, ())]
        found[one.rule.id] = {subject.entry_id for subject in near if matches(one.search.tree, subject)}
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
