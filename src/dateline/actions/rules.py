"""A person's rules: made, changed, taken away, tried on what is here, and done to it once."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError
from dateline.model import User
from dateline.query import Node, Problem
from dateline.query.grammar import MAX_TEXT
from dateline.refresh import ruling
from dateline.store import Database, rules, search, states, subscriptions
from dateline.store.db import Tx, WriteTx
from dateline.store.queries import Names
from dateline.store.rules import Reach, Rule
from dateline.store.write import transaction

from . import labels
from .entries import MAX_ENTRIES, Done, noted, turned

MAX_RULES = 1_000
COUNTED = search.NEWEST_MATCHES


class Tried(Struct, frozen=True, kw_only=True):
    """What of the articles that are here a rule would have met: how many (of the newest thousand), and the newest."""

    count: int
    entry_ids: tuple[int, ...]


def add(db: Database, user: User, rule: Rule, *, label: str = "", now: datetime) -> int:
    """Make a rule; ``label`` is the name of the label that it puts, made if there is none. Its id.

    Raises ``NotFound`` for a folder or subscription that is not the user's; ``ActionError``: ``action.bad_query``,
    ``action.empty_rule`` when it does nothing or names no articles, ``action.too_large`` beyond 1,000; for the label as
    in ``labels.add``.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        return added(tx, user, rule, label=label, now=now)


def added(tx: WriteTx, user: User, rule: Rule, *, label: str = "", now: datetime, names: Names | None = None) -> int:
    """``add`` inside a transaction that holds the user; ``names`` of theirs, for whoever adds many."""
    if rules.count(tx, user.id) >= MAX_RULES:
        raise ActionError("action.too_large", f"at most {MAX_RULES} rules")
    return rules.add(tx, user.id, _checked(tx, user, rule, label, now, names or Names(tx, user.id)), now)


def change(db: Database, user: User, rule: Rule, *, label: str = "", now: datetime) -> None:
    """Make the rule of that id say something else. Raises ``NotFound``; errors as in ``add``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        rules.one(tx, user.id, rule.id)
        rules.change(tx, user.id, _checked(tx, user, rule, label, now, Names(tx, user.id)))


def remove(db: Database, user: User, rule_id: int, *, now: datetime) -> None:
    """Take a rule away; what it did stays. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        rules.one(tx, user.id, rule_id)
        rules.remove(tx, user.id, rule_id)


def try_out(db: Database, user: User, rule: Rule, *, shown: int, now: datetime) -> Tried:
    """What a rule would have met, the newest ``shown`` of it. Errors as in ``add``, but that it may do nothing."""
    with db.reading() as tx:
        _own_place(tx, user, rule)
        tree, feeds = _asked(tx, user, rule, now)
        found = search.newest_matches(tx, tree, feeds, user_id=user.id)
    newest = sorted(found, reverse=True)[:shown]
    return Tried(count=len(found), entry_ids=tuple(entry_id for _, entry_id in newest))


def apply(db: Database, user: User, rule_id: int, *, now: datetime) -> list[Done]:
    """Do what a rule says to what is here and meets it, at most the newest 10,000; each deed can be undone.

    Raises ``NotFound``, ``ActionError`` ``action.bad_query``.
    """
    with db.reading() as tx:
        rule = rules.one(tx, user.id, rule_id)
        tree, feeds = _asked(tx, user, rule, now)
        found = search.newest_matches(tx, tree, feeds, user_id=user.id, limit=MAX_ENTRIES)
    ids = sorted(entry_id for _, entry_id in found)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        ids = states.visible(tx, user.id, ids)
        asked, rule = rule, rules.one(tx, user.id, rule_id)
        if not rule.asks_as(asked):  # it was changed meanwhile
            return []
        done = [noted(tx, user, "star", sorted(states.star(tx, user.id, ids, now)), now)] if rule.stars else []
        if rule.label_id is not None:
            done.append(turned(tx, user, rule.label_id, ids, on=True, now=now))
        if rule.marks_read:
            were = states.mark_read(tx, user.id, ids)
            done.append(noted(tx, user, "read", were.ids, now, kept=were.kept))
    return done


def problems(tx: Tx, user: User, now: datetime) -> dict[int, tuple[Problem, ...]]:
    """Why some of a person's rules do nothing, by their ids."""
    asked = ruling.meanings(Names(tx, user.id), user, rules.every(tx, user.id), now)
    return {one.rule.id: one.search.problems for one in asked if one.search.problems}


def _checked(tx: WriteTx, user: User, rule: Rule, label: str, now: datetime, names: Names) -> Rule:
    rule = replace(rule, query=rule.query.strip())
    _own_place(tx, user, rule)
    _meant(names, user, rule, now)
    if label.strip():
        rule = replace(rule, label_id=labels.named(tx, user, label))
    if not (rule.marks_read or rule.stars or rule.label_id is not None):
        raise ActionError("action.empty_rule", "does")
    return rule


def _own_place(tx: Tx, user: User, rule: Rule) -> None:
    if rule.folder_id is not None:
        subscriptions.folder(tx, user.id, rule.folder_id)
    if rule.subscription_id is not None:
        subscriptions.feed_of(tx, user.id, rule.subscription_id)


def _meant(names: Names, user: User, rule: Rule, now: datetime) -> Node:
    """What a rule is met by."""
    if not rule.query and rule.folder_id is None and rule.subscription_id is None:
        raise ActionError("action.empty_rule", "query")
    if len(rule.query) > MAX_TEXT or "\0" in rule.query:
        raise ActionError("action.bad_query", "too_long")
    (asked,) = ruling.meanings(names, user, [rule], now)
    for found in asked.search.problems:
        raise ActionError("action.bad_query", f"{found.code} {found.part}")
    return asked.search.tree


def _asked(tx: Tx, user: User, rule: Rule, now: datetime) -> tuple[Node, list[int]]:
    """What a rule is met by, and the feeds to look in."""
    tree, reach = _meant(Names(tx, user.id), user, rule, now), Reach(tx, user.id)
    feeds = reach.feeds(rule)
    return tree, reach.every_feed() if feeds is None else list(feeds)
