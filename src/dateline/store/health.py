"""How feeds fare: each with what its last checks brought, sorted by what somebody may do about it.

``kind_of`` is pure: the moment is an argument.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import NotFound

from .checks import CheckRow, of_feeds
from .db import Tx
from .feeds import asked_address
from .leases import NOT_PAUSED
from .times import from_us_or_none, to_us

Kind = Literal["gone", "dead", "refused", "failing", "moved", "silent", "well"]
KINDS: tuple[Kind, ...] = ("gone", "dead", "refused", "failing", "moved", "silent", "well")
"""In the order in which somebody should look at them."""

DEAD_AFTER = timedelta(days=30)
"""A feed that did not answer once in so long is called dead; until then it fails, and may come back."""
SILENT_AFTER = timedelta(days=180)
MOVED_FOR = timedelta(days=30)
"""So long a new address is told."""
NOT_DEAD = frozenset({"fetch.rate_limited", "refresh.crashed", "refresh.failed"})
"""Failures that say nothing of whether the feed is there."""
REFUSALS = frozenset({"fetch.unauthorized", "fetch.forbidden", "fetch.bot_wall", "fetch.forbidden_address"})


class FeedHealth(Struct, frozen=True, kw_only=True):
    """One feed; ``subscription_id`` is the asking user's (0 for the whole instance), ``owner_id`` 0 of a shared one."""

    subscription_id: int
    feed_id: int
    title: str
    url: str
    owner_id: int
    icon_id: int | None
    created_at: datetime | None
    checked_at: datetime | None
    ok_at: datetime | None
    changed_at: datetime | None
    next_at: datetime | None
    stopped_at: datetime | None
    error_code: str | None
    error_detail: str | None
    failures: int
    moved_url: str | None
    moved_at: datetime | None
    previous_url: str | None
    subscribers: int
    checks: tuple[CheckRow, ...] = ()

    @property
    def is_unasked(self) -> bool:
        """Whether it is new, and was never asked: it counts as well, but nobody knows."""
        return self.checked_at is None and self.error_code is None


class Works(Struct, frozen=True, kw_only=True):
    """The machine's state: what is due, who is at it, which hosts want to be left alone (name, until)."""

    feeds: int
    due: int
    longest_due_since: datetime | None
    next_at: datetime | None
    leased: int
    holders: int
    quiet_hosts: tuple[tuple[str, datetime], ...]


def kind_of(feed: FeedHealth, now: datetime) -> Kind:
    """What somebody should know of a feed first."""
    if feed.stopped_at is not None:
        return "gone"
    if feed.error_code is not None:
        return _failing(feed, feed.error_code, now)
    if feed.moved_url is not None:
        return "moved"
    if feed.previous_url is not None and feed.moved_at is not None and now - feed.moved_at < MOVED_FOR:
        return "moved"
    last = feed.changed_at or feed.ok_at
    return "silent" if last is not None and now - last >= SILENT_AFTER else "well"


def _failing(feed: FeedHealth, code: str, now: datetime) -> Kind:
    since = feed.ok_at or feed.created_at
    if code not in NOT_DEAD and since is not None and now - since >= DEAD_AFTER:
        return "dead"
    return "refused" if code in REFUSALS else "failing"


_COLUMNS = (
    "f.id, CASE WHEN f.title <> '' THEN f.title ELSE f.url END, f.url, f.owner_id, f.icon_id, f.created_at,"
    " f.checked_at, f.ok_at, f.changed_at, f.next_at, f.stopped_at, f.error_code, f.error_detail, f.failures,"
    " f.moved_url, f.moved_at, f.previous_url"
)


_OF_USER = (
    f"SELECT s.id, s.title, {_COLUMNS.replace('f.icon_id', 'coalesce(s.own_icon_id, f.icon_id)')},"
    " (SELECT count(*) FROM subscription o WHERE o.feed_id = f.id)"
    " FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
)


def of_user(tx: Tx, user_id: int) -> list[FeedHealth]:
    """Every feed that a user subscribes to and that does not rest, without checks."""
    return [_feed(row) for row in tx.all(f"{_OF_USER} AND s.paused_at IS NULL ORDER BY s.id", user=user_id)]


def of_subscription(tx: Tx, user_id: int, subscription_id: int) -> FeedHealth:
    """The feed of a user's subscription, without checks. Raises ``NotFound``."""
    row = tx.one(f"{_OF_USER} AND s.id = :id", user=user_id, id=subscription_id)
    if row is None:
        raise NotFound(f"subscription {subscription_id}")
    return _feed(row)


def of_instance(tx: Tx) -> list[FeedHealth]:
    """Every feed that somebody subscribes to, without checks."""
    rows = tx.all(
        f"SELECT 0, '', {_COLUMNS}, (SELECT count(*) FROM subscription o WHERE o.feed_id = f.id)"
        " FROM feed f WHERE f.orphaned_at IS NULL ORDER BY f.id"
    )
    return [_feed(row) for row in rows]


def _feed(row: Sequence[Any]) -> FeedHealth:
    return FeedHealth(
        subscription_id=row[0],
        feed_id=row[2],
        title=row[1] or asked_address(row[3]),
        url=asked_address(row[4]),
        owner_id=row[5],
        icon_id=row[6],
        created_at=from_us_or_none(row[7]),
        checked_at=from_us_or_none(row[8]),
        ok_at=from_us_or_none(row[9]),
        changed_at=from_us_or_none(row[10]),
        next_at=from_us_or_none(row[11]),
        stopped_at=from_us_or_none(row[12]),
        error_code=row[13],
        error_detail=row[14],
        failures=row[15],
        moved_url=row[16],
        moved_at=from_us_or_none(row[17]),
        previous_url=asked_address(row[18]) if row[18] else None,
        subscribers=row[19],
    )


def with_checks(tx: Tx, feeds: Iterable[FeedHealth], limit: int) -> list[FeedHealth]:
    """The same feeds with their last ``limit`` checks each, newest first."""
    chosen = list(feeds)
    checks = of_feeds(tx, [feed.feed_id for feed in chosen])
    return [replace(feed, checks=tuple(checks.get(feed.feed_id, ())[:limit])) for feed in chosen]


def works(tx: Tx, now: datetime) -> Works:
    """The queue, the leases and the hosts as they are now."""
    at = to_us(now)
    due = tx.one(f"SELECT count(*), min(f.next_at) FROM feed f WHERE f.next_at <= :now AND{NOT_PAUSED}", now=at) or (
        0,
        None,
    )
    leased = tx.one("SELECT count(*), count(DISTINCT lease_holder) FROM feed WHERE lease_until > :now", now=at)
    quiet = tx.all(
        "SELECT name, quiet_until FROM host WHERE quiet_until > :now ORDER BY quiet_until DESC, name LIMIT 200", now=at
    )
    return Works(
        feeds=int(tx.value("SELECT count(*) FROM feed WHERE orphaned_at IS NULL")),
        due=due[0],
        longest_due_since=from_us_or_none(due[1]),
        next_at=from_us_or_none(tx.value("SELECT min(next_at) FROM feed WHERE next_at > :now", now=at)),
        leased=leased[0] if leased else 0,
        holders=leased[1] if leased else 0,
        quiet_hosts=tuple((row[0], at_) for row in quiet if (at_ := from_us_or_none(row[1])) is not None),
    )
