"""Expiry: which entries nobody keeps, of a feed as all its subscribers' rules keep it, and what a new rule would mean.

An entry is shared: it goes only when no subscriber's rule keeps it, nobody starred or labelled it, and its feed has not
carried it for a day. So nothing that a feed still carries can come back as new, not even when its guids change.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from dateline.model import Retention

from .db import Tx, WriteTx
from .feeds import existing
from .retention import EVERYTHING, Proposal, Scope, decode, effective, folder_rules, of_instance
from .times import DAY, to_us

Key = tuple[int, int]
"""(listed_at in µs, entry id): a place in a feed's order; what stands before it is older."""


GONE_SINCE = timedelta(days=1)
"""So long a feed must not have carried an entry: documents are cut short for an hour now and then."""


class Keeper(Struct, frozen=True, kw_only=True):
    """One subscriber of a feed with the rule that counts; ``seen_id`` is the newest entry that was delivered."""

    user_id: int
    rule: Retention
    seen_id: int


class Plan(Struct, frozen=True, kw_only=True):
    """A feed as retention sees it. ``is_mail``: no document carries its entries."""

    feed_id: int
    entry_count: int
    is_mail: bool
    keepers: tuple[Keeper, ...]


class Effect(Struct, frozen=True, kw_only=True):
    """What a rule would do: so many of so many entries would go."""

    total: int
    gone: int


def plans(tx: Tx, feed_ids: Sequence[int], proposal: Proposal | None = None) -> list[Plan]:
    """How these feeds are kept, by all who subscribe to them; with a proposal, how they would be."""
    feeds = tx.all(
        "SELECT id, entry_count, kind FROM feed WHERE id IN ids(:feeds) ORDER BY id",
        feeds=list(feed_ids),
    )
    rows = tx.all(
        "SELECT s.id, s.user_id, s.feed_id, s.retention, s.seen_entry_id, u.retention FROM subscription s"
        " JOIN users u ON u.id = s.user_id WHERE s.feed_id IN ids(:feeds) ORDER BY s.user_id",
        feeds=list(feed_ids),
    )
    inside = _inside(tx, feed_ids)
    folders = folder_rules(tx, sorted({row[1] for row in rows}), proposal)
    instance = of_instance(tx)
    if proposal is not None and proposal.scope == "instance":
        instance = proposal.rule or EVERYTHING
    keepers: dict[int, list[Keeper]] = {}
    for subscription_id, user_id, feed_id, own, seen_id, account in rows:
        rules = [rule for folder_id in inside.get(subscription_id, ()) if (rule := folders.rule(folder_id)) is not None]
        found = effective(
            _proposed(proposal, "subscription", subscription_id, own),
            rules,
            _proposed(proposal, "account", user_id, account),
            instance,
        )
        keepers.setdefault(feed_id, []).append(Keeper(user_id=user_id, rule=found.rule, seen_id=seen_id))
    return [
        Plan(
            feed_id=row[0],
            entry_count=row[1],
            is_mail=row[2] in ("mail", "saved"),
            keepers=tuple(keepers.get(row[0], ())),
        )
        for row in feeds
    ]


def _inside(tx: Tx, feed_ids: Sequence[int]) -> dict[int, list[int]]:
    pairs = tx.all(
        "SELECT sf.subscription_id, sf.folder_id FROM subscription s"
        " JOIN subscription_folder sf ON sf.subscription_id = s.id WHERE s.feed_id IN ids(:feeds)",
        feeds=list(feed_ids),
    )
    found: dict[int, list[int]] = {}
    for subscription_id, folder_id in pairs:
        found.setdefault(subscription_id, []).append(folder_id)
    return found


def _proposed(proposal: Proposal | None, scope: Scope, key: int, text: str | None) -> Retention | None:
    return proposal.rule if proposal is not None and proposal.is_for(scope, key) else decode(text)


# ------------------------------------------------------------------------------------------------ what nobody keeps


def bound(tx: Tx, plan: Plan, rule: Retention, now: datetime) -> Key | None:
    """The place before which a rule keeps nothing of a feed; None when it keeps all."""
    places: list[Key] = []
    if rule.days is not None:
        places.append((to_us(now) - rule.days * DAY, 0))
    if rule.count is not None and plan.entry_count > rule.count:
        row = tx.one(
            "SELECT listed_at, id FROM entry WHERE feed_id = :feed ORDER BY listed_at DESC, id DESC"
            " LIMIT 1 OFFSET :newer",
            feed=plan.feed_id,
            newer=rule.count - 1,
        )
        places += [(row[0], row[1])] if row else []
    return max(places, default=None)


def common_bound(tx: Tx, plan: Plan, now: datetime) -> Key | None:
    """The place before which no subscriber's rule keeps anything (but what is unread)."""
    places = [bound(tx, plan, rule, now) for rule in {keeper.rule for keeper in plan.keepers}]
    known = [place for place in places if place is not None]
    return min(known) if known and len(known) == len(places) else None


# ``+ 0``: no index on the id helps here, and SQLite would take one rather than walk the feed's order.
_GOES = (
    "(e.gone_at <= :gone_before OR :is_mail = 1) AND e.id + 0 <= :delivered"
    " AND NOT EXISTS (SELECT 1 FROM star s WHERE s.entry_id = e.id)"
    " AND NOT EXISTS (SELECT 1 FROM entry_label l WHERE l.entry_id = e.id)"
    " AND NOT EXISTS (SELECT 1 FROM highlight h WHERE h.entry_id = e.id)"
    " AND NOT EXISTS (SELECT 1 FROM play_queue q WHERE q.entry_id = e.id)"
    " AND NOT EXISTS (SELECT 1 FROM unread u WHERE u.user_id IN ids(:unread_keepers) AND u.feed_id = e.feed_id"
    " AND u.listed_at = e.listed_at AND u.entry_id = e.id)"
)


def _goes(plan: Plan, now: datetime) -> dict[str, object]:
    keepers = [keeper for keeper in plan.keepers if keeper.rule.keep_unread]
    return {
        "gone_before": to_us(now - GONE_SINCE),
        "is_mail": int(plan.is_mail),
        "delivered": min((keeper.seen_id for keeper in keepers), default=2**62),
        "unread_keepers": [keeper.user_id for keeper in keepers],
    }


def walk(tx: Tx, plan: Plan, *, after: Key, before: Key, limit: int) -> list[Key]:
    """The next entries of a feed in order, oldest first, up to a place."""
    rows = tx.all(
        "SELECT listed_at, id FROM entry WHERE feed_id = :feed AND listed_at >= :after AND listed_at <= :before"
        " AND (listed_at, id) > (:after, :after_id) AND (listed_at, id) < (:before, :before_id)"
        " ORDER BY listed_at, id LIMIT :limit",
        feed=plan.feed_id,
        after=after[0],
        after_id=after[1],
        before=before[0],
        before_id=before[1],
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def going(tx: Tx, plan: Plan, entry_ids: Sequence[int], now: datetime) -> list[int]:
    """Which of these entries, all of them before the common place, may go."""
    return tx.column(
        f"SELECT e.id FROM entry e WHERE e.id IN ids(:ids) AND {_GOES} ORDER BY e.id",
        ids=list(entry_ids),
        **_goes(plan, now),
    )


def unread_past(tx: Tx, plan: Plan, user_id: int, before: Key, now: datetime, limit: int) -> list[int]:
    """A user's unread entries before a place that the feed does not carry and that the user did not mark.

    The newest first: what is older is further from being read.
    """
    return tx.column(
        "SELECT u.entry_id FROM unread u JOIN entry e ON e.id = u.entry_id WHERE u.user_id = :user"
        " AND u.feed_id = :feed AND (u.listed_at, u.entry_id) < (:before, :before_id)"
        " AND (e.gone_at <= :gone_before OR :is_mail = 1)"
        " AND NOT EXISTS (SELECT 1 FROM star s WHERE s.entry_id = e.id AND s.user_id = :user)"
        " AND NOT EXISTS (SELECT 1 FROM entry_label l WHERE l.entry_id = e.id AND l.user_id = :user)"
        " AND NOT EXISTS (SELECT 1 FROM highlight h WHERE h.entry_id = e.id AND h.user_id = :user)"
        " AND NOT EXISTS (SELECT 1 FROM play_queue q WHERE q.entry_id = e.id AND q.user_id = :user)"
        " ORDER BY u.listed_at DESC, u.entry_id DESC LIMIT :limit",
        user=user_id,
        feed=plan.feed_id,
        before=before[0],
        before_id=before[1],
        gone_before=to_us(now - GONE_SINCE),
        is_mail=int(plan.is_mail),
        limit=limit,
    )


def effect(tx: Tx, proposal: Proposal, feed_ids: Sequence[int], now: datetime) -> Effect:
    """What a rule would do to these feeds, all subscribers' rules together."""
    total = gone = 0
    for plan in plans(tx, feed_ids, proposal):
        total += plan.entry_count
        before = common_bound(tx, plan, now)
        if before is not None:
            gone += tx.value(
                "SELECT count(*) FROM entry e WHERE e.feed_id = :feed AND e.listed_at <= :before"
                f" AND (e.listed_at, e.id) < (:before, :before_id) AND {_GOES}",
                feed=plan.feed_id,
                before=before[0],
                before_id=before[1],
                **_goes(plan, now),
            )
    return Effect(total=total, gone=gone)


# ------------------------------------------------------------------------------------------------ bookkeeping


def due(tx: Tx, before: datetime, limit: int) -> list[int]:
    """Feeds that were last looked through before a moment, longest ago first."""
    return tx.column(
        "SELECT id FROM feed WHERE tidied_at <= :before ORDER BY tidied_at LIMIT :limit",
        before=to_us(before),
        limit=limit,
    )


def note_tidied(tx: WriteTx, feed_ids: Sequence[int], at: datetime, before: datetime) -> None:
    """These feeds were looked through, unless a rule has changed since ``before``."""
    # one that somebody holds just now is looked through again: nobody waits for this
    tx.run(
        "UPDATE feed SET tidied_at = :at WHERE id IN (SELECT f.id FROM feed f WHERE f.id IN ids(:ids)"
        " AND f.tidied_at <= :before [[skip_locked_of_f]])",
        at=to_us(at),
        ids=list(feed_ids),
        before=to_us(before),
    )


def tidy_again(tx: WriteTx, feed_ids: Sequence[int], as_if_tidied_at: datetime) -> None:
    """A rule has changed: these feeds are looked through when they are due after that moment."""
    existing(tx, list(feed_ids))  # held in order, as everybody holds feeds
    tx.run("UPDATE feed SET tidied_at = :at WHERE id IN ids(:ids)", ids=list(feed_ids), at=to_us(as_if_tidied_at))
