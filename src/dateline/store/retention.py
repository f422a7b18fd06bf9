"""Retention: whose rule keeps what, which entries nobody keeps, and what a new rule would mean.

A rule stands on a subscription, a folder, an account or the instance; the nearest one counts. An entry is shared: it
goes only when no subscriber's rule keeps it, nobody starred or labelled it, and its feed has not carried it for a day.
So nothing that a feed still carries can come back as new, not even when its guids change.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Literal

import msgspec
from msgspec import Struct

from dateline.model import Retention

from .db import Tx, WriteTx
from .times import DAY, to_us

Scope = Literal["subscription", "folder", "account", "instance"]
Key = tuple[int, int]
"""(listed_at in µs, entry id): a place in a feed's order; what stands before it is older."""

EVERYTHING = Retention()
GONE_SINCE = timedelta(days=1)
"""So long a feed must not have carried an entry: documents are cut short for an hour now and then."""
_META = "retention"
_decoder = msgspec.json.Decoder(Retention)


class Effective(Struct, frozen=True, kw_only=True):
    """The rule that counts for a subscription (or a folder, or an account), and where it stands."""

    rule: Retention
    scope: Scope


class Proposal(Struct, frozen=True, kw_only=True):
    """A rule that is not saved yet (None: as what is above says), and where: the id of a subscription, folder, user."""

    scope: Scope
    key: int
    rule: Retention | None


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


# ------------------------------------------------------------------------------------------------ rules


def encode(rule: Retention | None) -> str | None:
    """A rule as it is stored."""
    return None if rule is None else msgspec.json.encode(rule).decode()


def decode(text: str | None) -> Retention | None:
    """The other way round; a rule that cannot be read keeps everything."""
    if text is None:
        return None
    try:
        rule = _decoder.decode(text)
    except msgspec.DecodeError:
        return EVERYTHING
    return rule if all(bound is None or bound > 0 for bound in (rule.age, rule.count)) else EVERYTHING


def generous(one: Retention, other: Retention) -> Retention:
    """A rule that keeps whatever either of the two keeps."""
    count = None if one.count is None or other.count is None else max(one.count, other.count)
    unread = one.keep_unread or other.keep_unread
    if one.days is None or other.days is None:
        return Retention(count=count, keep_unread=unread)
    longer = one if one.days >= other.days else other
    return Retention(age=longer.age, unit=longer.unit, count=count, keep_unread=unread)


def effective(
    own: Retention | None, folders: Sequence[Retention], account: Retention | None, instance: Retention
) -> Effective:
    """The rule that counts: the subscription's own, else the most generous of its folders', the account's, the
    instance's.
    """
    if own is not None:
        return Effective(rule=own, scope="subscription")
    if folders:
        return Effective(rule=reduce(generous, folders), scope="folder")
    if account is not None:
        return Effective(rule=account, scope="account")
    return Effective(rule=instance, scope="instance")


class _Folders:
    """The rules of folders: a folder without one has that of the folder it lies in."""

    def __init__(self, rows: Iterable[tuple[int, int | None, str | None]]) -> None:
        self.parents: dict[int, int | None] = {}
        self.own: dict[int, Retention | None] = {}
        for ident, parent_id, text in rows:
            self.parents[ident], self.own[ident] = parent_id, decode(text)

    def rule(self, folder_id: int | None) -> Retention | None:
        seen: set[int] = set()
        while folder_id is not None and folder_id not in seen:
            seen.add(folder_id)
            if (found := self.own.get(folder_id)) is not None:
                return found
            folder_id = self.parents.get(folder_id)
        return None

    def below(self, folder_id: int) -> set[int]:
        """A folder and all in it."""
        found, size = {folder_id}, 0
        while len(found) > size:
            size = len(found)
            found |= {ident for ident, parent in self.parents.items() if parent in found}
        return found


def of_instance(tx: Tx) -> Retention:
    """What is kept where nobody says anything else: everything, unless the administrator chose."""
    return decode(tx.value("SELECT value FROM meta WHERE key = :key", key=_META)) or EVERYTHING


def any_rule(tx: Tx) -> bool:
    """Whether anybody ever said that something may go."""
    return (
        tx.one(
            "SELECT 1 FROM meta WHERE key = :key UNION ALL SELECT 1 FROM users WHERE retention IS NOT NULL"
            " UNION ALL SELECT 1 FROM folder WHERE retention IS NOT NULL"
            " UNION ALL SELECT 1 FROM subscription WHERE retention IS NOT NULL LIMIT 1",
            key=_META,
        )
        is not None
    )


_STORED: Mapping[Scope, str] = {
    "subscription": "SELECT retention FROM subscription WHERE id = :key",
    "folder": "SELECT retention FROM folder WHERE id = :key",
    "account": "SELECT retention FROM users WHERE id = :key",
    "instance": "SELECT value FROM meta WHERE key = 'retention' AND :key = :key",
}


def stored(tx: Tx, scope: Scope, key: int) -> Retention | None:
    """The rule that stands at one place; None: as what is above says."""
    return decode(tx.value(_STORED[scope], key=key))


def above(tx: Tx, user_id: int, scope: Scope, key: int) -> Effective:
    """The rule that counts at a place of a user's when nothing is said there itself."""
    account = stored(tx, "account", user_id) if scope != "account" else None
    inside: list[int] = []
    folders = _folders(tx, [user_id])
    if scope == "subscription":
        inside = tx.column("SELECT folder_id FROM subscription_folder WHERE subscription_id = :id", id=key)
    elif scope == "folder" and (parent_id := folders.parents.get(key)) is not None:
        inside = [parent_id]
    rules = [rule for folder_id in inside if (rule := folders.rule(folder_id)) is not None]
    return effective(None, rules, account, of_instance(tx))


def _folders(tx: Tx, user_ids: Sequence[int], proposal: Proposal | None = None) -> _Folders:
    rows = tx.all("SELECT id, parent_id, retention FROM folder WHERE user_id IN ids(:users)", users=list(user_ids))
    folders = _Folders((row[0], row[1], row[2]) for row in rows)
    if proposal is not None and proposal.scope == "folder":
        folders.own[proposal.key] = proposal.rule
    return folders


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
    folders = _folders(tx, sorted({row[1] for row in rows}), proposal)
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
        Plan(feed_id=row[0], entry_count=row[1], is_mail=row[2] == "mail", keepers=tuple(keepers.get(row[0], ())))
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
    is_meant = proposal is not None and proposal.scope == scope and proposal.key == key
    return proposal.rule if proposal is not None and is_meant else decode(text)


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


def hold(tx: WriteTx, entry_ids: Sequence[int]) -> None:
    """Until the commit nobody stars one of these entries."""
    tx.all("SELECT id FROM entry WHERE id IN ids(:ids) ORDER BY id [[lock_row]]", ids=list(entry_ids))


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

_SAVE: Mapping[Scope, str] = {
    "subscription": "UPDATE subscription SET retention = :rule WHERE id = :key",
    "folder": "UPDATE folder SET retention = :rule WHERE id = :key",
    "account": "UPDATE users SET retention = :rule WHERE id = :key",
}


def save(tx: WriteTx, proposal: Proposal) -> None:
    """Put a rule where it is to stand."""
    text = encode(proposal.rule)
    if proposal.scope != "instance":
        tx.run(_SAVE[proposal.scope], rule=text, key=proposal.key)
    elif text is None:
        tx.run("DELETE FROM meta WHERE key = :key", key=_META)
    else:
        tx.run(
            "INSERT INTO meta (key, value) VALUES (:key, :rule) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key=_META,
            rule=text,
        )


def feeds_of(tx: Tx, user_id: int, scope: Scope, key: int) -> list[int]:
    """The feeds that a rule at a place of a user's may reach."""
    if scope == "instance":
        return tx.column("SELECT DISTINCT feed_id FROM subscription")
    if scope == "account":
        return tx.column("SELECT feed_id FROM subscription WHERE user_id = :user", user=user_id)
    if scope == "subscription":
        return tx.column("SELECT feed_id FROM subscription WHERE user_id = :user AND id = :id", user=user_id, id=key)
    return tx.column(
        "SELECT DISTINCT s.feed_id FROM subscription_folder sf JOIN subscription s ON s.id = sf.subscription_id"
        " WHERE sf.folder_id IN ids(:folders)",
        folders=sorted(_folders(tx, [user_id]).below(key)),
    )


def due(tx: Tx, before: datetime, limit: int) -> list[int]:
    """Feeds that were last looked through before a moment, longest ago first."""
    return tx.column(
        "SELECT id FROM feed WHERE tidied_at <= :before ORDER BY tidied_at LIMIT :limit",
        before=to_us(before),
        limit=limit,
    )


def note_tidied(tx: WriteTx, feed_ids: Sequence[int], at: datetime, before: datetime) -> None:
    """These feeds were looked through, unless a rule has changed since ``before``."""
    tx.run(
        "UPDATE feed SET tidied_at = :at WHERE id IN ids(:ids) AND tidied_at <= :before",
        at=to_us(at),
        ids=list(feed_ids),
        before=to_us(before),
    )


def tidy_again(tx: WriteTx, feed_ids: Sequence[int], as_if_tidied_at: datetime) -> None:
    """A rule has changed: these feeds are looked through when they are due after that moment."""
    tx.run("UPDATE feed SET tidied_at = :at WHERE id IN ids(:ids)", ids=list(feed_ids), at=to_us(as_if_tidied_at))
