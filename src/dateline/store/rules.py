"""Rules: what is done by itself with what arrives and meets a query; and what was delivered and waits for them.

Whoever makes something unread for a person notes it here in the same transaction, as far as the person has rules
(``refresh.ruling`` does the rest): what arrived is never forgotten, whatever stops in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from dateline.errors import NotFound

from . import history
from .db import Row, Tx, WriteTx
from .subscriptions import below, folders
from .times import from_us_or_none, to_us


class Rule(Struct, frozen=True, kw_only=True):
    """A rule: what arrives and meets ``query`` ("" is met by all) is read, starred, labelled. It is for what lies in
    ``folder_id``, for ``subscription_id`` alone, or (neither) for all feeds.

    ``met`` arrivals met it, the last at ``met_at``.
    """

    id: int = 0
    query: str = ""
    folder_id: int | None = None
    subscription_id: int | None = None
    marks_read: bool = False
    stars: bool = False
    label_id: int | None = None
    met: int = 0
    met_at: datetime | None = None

    @property
    def does_something(self) -> bool:
        """Whether anything comes of it: it may only have put a label that is gone."""
        return self.marks_read or self.stars or self.label_id is not None

    def asks_as(self, other: "Rule") -> bool:
        """Whether it asks the same of the same feeds."""
        return (self.query, self.folder_id, self.subscription_id) == (
            other.query,
            other.folder_id,
            other.subscription_id,
        )


_COLUMNS = (
    "SELECT id, query, folder_id, subscription_id, marks_read, stars, label_id, met, met_at FROM rule"
    " WHERE user_id = :user"
)


def _rule(row: Row) -> Rule:
    return Rule(
        id=row[0],
        query=row[1],
        folder_id=row[2],
        subscription_id=row[3],
        marks_read=bool(row[4]),
        stars=bool(row[5]),
        label_id=row[6],
        met=row[7],
        met_at=from_us_or_none(row[8]),
    )


def every(tx: Tx, user_id: int) -> list[Rule]:
    """A user's rules, the oldest first."""
    return [_rule(row) for row in tx.all(f"{_COLUMNS} ORDER BY id", user=user_id)]


def one(tx: Tx, user_id: int, rule_id: int) -> Rule:
    """A rule. Raises ``NotFound``, also for somebody else's."""
    row = tx.one(f"{_COLUMNS} AND id = :id", user=user_id, id=rule_id)
    if row is None:
        raise NotFound(f"rule {rule_id}")
    return _rule(row)


def count(tx: Tx, user_id: int) -> int:
    """How many a user has."""
    return int(tx.value("SELECT count(*) FROM rule WHERE user_id = :user", user=user_id))


def add(tx: WriteTx, user_id: int, rule: Rule, now: datetime) -> int:
    """Make a rule; the caller has checked whose folder, subscription and label these are. Its id."""
    ident: int = tx.value(
        "INSERT INTO rule (user_id, query, folder_id, subscription_id, marks_read, stars, label_id, created_at)"
        " VALUES (:user, :query, :folder, :subscription, :read, :stars, :label, :now) RETURNING id",
        user=user_id,
        now=to_us(now),
        **_values(rule),
    )
    return ident


def change(tx: WriteTx, user_id: int, rule: Rule) -> None:
    """Make the rule of that id say something else."""
    tx.run(
        "UPDATE rule SET query = :query, folder_id = :folder, subscription_id = :subscription, marks_read = :read,"
        " stars = :stars, label_id = :label WHERE id = :id AND user_id = :user",
        id=rule.id,
        user=user_id,
        **_values(rule),
    )


def _values(rule: Rule) -> dict[str, object]:
    return {
        "query": rule.query,
        "folder": rule.folder_id,
        "subscription": rule.subscription_id,
        "read": int(rule.marks_read),
        "stars": int(rule.stars),
        "label": rule.label_id,
    }


def remove(tx: WriteTx, user_id: int, rule_id: int) -> None:
    """It is no more."""
    tx.run("DELETE FROM rule WHERE id = :id AND user_id = :user", id=rule_id, user=user_id)


def note_met(tx: WriteTx, rule_id: int, arrivals: int, now: datetime) -> None:
    """So many arrivals more met a rule."""
    tx.run("UPDATE rule SET met = met + :more, met_at = :now WHERE id = :id", more=arrivals, now=to_us(now), id=rule_id)


# ------------------------------------------------------------------------------------------------ where


class Reach:
    """Which feeds the rules of a user are for; folders are read once, when one is asked for."""

    def __init__(self, tx: Tx, user_id: int) -> None:
        self._tx = tx
        self._user_id = user_id

    def feeds(self, rule: Rule) -> tuple[int, ...] | None:
        """The feeds that a rule is for; None is all."""
        if rule.subscription_id is not None:
            return self._of({rule.subscription_id})
        if rule.folder_id is None:
            return None
        try:
            inside = below(folders(self._tx, self._user_id), rule.folder_id)
        except NotFound:
            return ()
        return self._of(
            self._tx.column(
                "SELECT subscription_id FROM subscription_folder WHERE folder_id IN ids(:folders)",
                folders=list(inside),
            )
        )

    def every_feed(self) -> list[int]:
        """The feeds of all subscriptions."""
        return sorted(self._feed_ids.values())

    def _of(self, subscription_ids: Iterable[int]) -> tuple[int, ...]:
        known = self._feed_ids
        return tuple(sorted({known[ident] for ident in subscription_ids if ident in known}))

    @cached_property
    def _feed_ids(self) -> dict[int, int]:
        rows = self._tx.all("SELECT id, feed_id FROM subscription WHERE user_id = :user", user=self._user_id)
        return {row[0]: row[1] for row in rows}


# ------------------------------------------------------------------------------------------------ what waits

_HAS_RULES = "EXISTS (SELECT 1 FROM rule r WHERE r.user_id = :user)"


def note_delivered(tx: WriteTx, user_id: int, came: Iterable[tuple[int, int, int]]) -> None:
    """What was delivered waits for the rules of a user who has any: (feed, after entry, up to entry).

    The user is held.
    """
    if not tx.value(f"SELECT {_HAS_RULES}", user=user_id):
        return
    tx.many(
        "INSERT INTO rule_due (user_id, entry_id) SELECT CAST(:user AS BIGINT), id FROM entry"
        " WHERE feed_id = :feed AND id > :seen AND id <= :upto ON CONFLICT DO NOTHING",
        [{"user": user_id, "feed": feed, "seen": seen, "upto": upto} for feed, seen, upto in came],
    )


def note_carried(tx: WriteTx, user_id: int, newest: Mapping[int, int]) -> None:
    """On subscribing to known feeds: what their documents carry, up to an entry of each, waits. The user is held.

    What somebody who comes back had received of them may be read once more, and nothing else: what they took away
    from it since shall not return.
    """
    if not tx.value(f"SELECT {_HAS_RULES}", user=user_id):
        return
    had = history.left(tx, user_id)
    tx.many(
        "INSERT INTO rule_due (user_id, entry_id, again)"
        " SELECT CAST(:user AS BIGINT), id, CASE WHEN id <= :had THEN 1 ELSE 0 END FROM entry"
        " WHERE feed_id = :feed AND id <= :upto AND gone_at IS NULL ON CONFLICT DO NOTHING",
        [{"user": user_id, "feed": feed, "upto": upto, "had": had.get(feed, 0)} for feed, upto in newest.items()],
    )


def note_moved(tx: WriteTx, user_id: int, old: int, new: int) -> None:
    """A subscription moves to another feed of its address: what waited there waits here, and what is carried only here.

    The user is held.
    """
    if not tx.value(f"SELECT {_HAS_RULES}", user=user_id):
        return
    ids = {"user": user_id, "old": old, "new": new}
    tx.run(
        "INSERT INTO rule_due (user_id, entry_id, again) SELECT r.user_id, k.id, r.again FROM rule_due r"
        " JOIN entry d ON d.id = r.entry_id AND d.feed_id = :old"
        " JOIN entry k ON k.feed_id = :new AND k.guid_hash = d.guid_hash WHERE r.user_id = :user"
        " ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run(
        "INSERT INTO rule_due (user_id, entry_id) SELECT CAST(:user AS BIGINT), k.id FROM entry k"
        " WHERE k.feed_id = :new AND k.gone_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM entry d WHERE d.feed_id = :old AND d.guid_hash = k.guid_hash) ON CONFLICT DO NOTHING",
        **ids,
    )


def note_again(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> None:
    """These came back changed: rules may read them once more, and nothing else."""
    tx.run(
        "INSERT INTO rule_due (user_id, entry_id, again) SELECT CAST(:user AS BIGINT), id, 1 FROM entry"
        f" WHERE id IN ids(:ids) AND {_HAS_RULES} ON CONFLICT DO NOTHING",
        user=user_id,
        ids=list(entry_ids),
    )


def due(tx: Tx, user_id: int, limit: int) -> list[tuple[int, bool]]:
    """(entry, whether it came back) of what waits for a user's rules, in order of arrival."""
    rows = tx.all(
        "SELECT entry_id, again FROM rule_due WHERE user_id = :user ORDER BY entry_id LIMIT :limit",
        user=user_id,
        limit=limit,
    )
    return [(row[0], bool(row[1])) for row in rows]


def taken(tx: WriteTx, user_id: int, entry_ids: Sequence[int]) -> list[int]:
    """These wait no more. Which did until now: whoever takes them does what the rules say."""
    return tx.column(
        "DELETE FROM rule_due WHERE user_id = :user AND entry_id IN ids(:ids) RETURNING entry_id",
        user=user_id,
        ids=list(entry_ids),
    )
