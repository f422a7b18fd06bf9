"""When to ask a feed again. Pure: the clock and the dice are arguments.

After a good answer: where its rhythm says that asking brings most (``rhythm``, ``plan``), an hour from now at least and
a day at most, never sooner than the server's own hints allow. After a bad one: each failure has its own ladder. Always
scattered, so that feeds added together do not stay together. (Etiquette: docs/etiquette.md)
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Raw, Struct

from .plan import Plan, planned
from .rhythm import Rhythm

FLOOR: Final = timedelta(minutes=60)
UNKNOWN: Final = timedelta(hours=12)
"""Where too little is known to choose."""
LONGEST_WISH: Final = timedelta(days=7)
"""What a server may ask for at most: a mistaken max-age must not silence a feed for a year."""
NO_RHYTHM: Final = Raw(b"null")
_MINUTE: Final = 60.0
_FLOOR_MINUTES: Final = FLOOR.total_seconds() / _MINUTE
_UNKNOWN_MINUTES: Final = UNKNOWN.total_seconds() / _MINUTE
_LONGEST_SECONDS: Final = LONGEST_WISH.total_seconds()


class Hints(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the server and the document say of when to come again, and what was made of the feed's rhythm; kept with the
    feed, for a 304 brings no document.

    ``rhythm`` is a ``Rhythm`` that only news needs: a 304 does not read it. ``gap_seconds``: its usual gap, for whoever
    tells people, or doubts a silence.
    """

    fresh_seconds: float | None = None
    retry_after: float | None = None
    ttl_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    plan: Plan | None = None
    gap_seconds: float | None = None
    rhythm: Raw = NO_RHYTHM


def minute_of(at: datetime) -> int:
    """A moment as ``rhythm`` counts: whole minutes since 1970, rounded down."""
    return int(at.timestamp() // _MINUTE)


def wish(hints: Hints) -> timedelta:
    """For how long the server and the document want to be left alone, whoever asks."""
    return timedelta(seconds=_wished_seconds(hints))


def _wished_seconds(hints: Hints) -> float:
    wished = max(hints.fresh_seconds or 0.0, hints.ttl_seconds or 0.0, hints.retry_after or 0.0)
    return min(wished, _LONGEST_SECONDS)


def plan_of(rhythm: Rhythm, now: datetime, hints: Hints, scatter: float) -> Plan | None:
    """What to do from now on if no news comes; None where too little is known. ``scatter``: the feed's, from 0 to 1."""
    minute = now.timestamp() / _MINUTE
    return planned(rhythm, minute, minute + _pause(hints), scatter)


def next_good(now: datetime, hints: Hints, dice: float) -> datetime:
    """When to ask again after a good answer. ``dice`` from 0 to 1 scatters, only to later."""
    pause = _pause(hints)
    if hints.plan is None:
        pause = max(_UNKNOWN_MINUTES, pause) * (1 + dice / 10)
    else:
        pause = hints.plan.pause(now.timestamp() / _MINUTE, pause, dice)
    return allowed(now + timedelta(minutes=pause), hints)


def _pause(hints: Hints) -> float:
    """The shortest, in minutes."""
    return max(_FLOOR_MINUTES, _wished_seconds(hints) / _MINUTE)


def allowed(at: datetime, hints: Hints) -> datetime:
    """``at``, or so many whole hours later that it is in none of the document's skipped hours and days (UTC)."""
    if not hints.skip_hours and not hints.skip_days:
        return at
    if len(set(hints.skip_hours)) >= 24 or len(set(hints.skip_days)) >= 7:
        return at
    for _ in range(24 * 8):
        if at.weekday() not in hints.skip_days and at.hour not in hints.skip_hours:
            return at
        at += timedelta(hours=1)  # the minute stays: feeds that skip alike do not come back all at once
    return at


Ladder = Literal["soon", "slow", "missing", "stopped"]

_LADDERS: dict[Ladder, tuple[timedelta, ...]] = {
    # The network or the server has a bad hour: come back soon, then less and less.
    "soon": (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3), timedelta(hours=8), timedelta(hours=24)),
    # The answer is no, or no feed: it will hardly change within the hour.
    "slow": (timedelta(hours=2), timedelta(hours=6), timedelta(hours=12), timedelta(hours=24), timedelta(hours=53)),
    # Nothing stands there: most come back within days or never.
    "missing": (timedelta(hours=2), timedelta(hours=6), timedelta(hours=24), timedelta(days=3), timedelta(days=7)),
    "stopped": (),
}

_LADDER_OF: dict[str, Ladder] = {
    "fetch.dns": "soon",
    "fetch.connect": "soon",
    "fetch.timeout": "soon",
    "fetch.protocol": "soon",
    "fetch.truncated": "soon",
    "fetch.unavailable": "soon",
    "fetch.server_error": "soon",
    "fetch.rate_limited": "soon",
    "fetch.mailbox_refused": "soon",
    "fetch.not_found": "missing",
    "fetch.gone": "stopped",
}


def next_bad(now: datetime, code: str, failures: int, retry_after: float | None, dice: float) -> datetime | None:
    """When to ask again after a failure (``failures`` before this one); None: never, unless a person asks for it."""
    ladder = _LADDERS[_LADDER_OF.get(code, "slow")]
    if not ladder:
        return None
    step = ladder[min(failures, len(ladder) - 1)] * (1 + dice / 5)
    wished = timedelta(seconds=min(retry_after or 0.0, LONGEST_WISH.total_seconds()))
    return now + max(step, wished)


def quiet_time(code: str, retry_after: float | None) -> timedelta | None:
    """For how long a whole host is left alone after this failure; None when only the feed is concerned.

    A wall against robots stands before a whole site: who goes on asking behind it looks like what it keeps out.
    """
    if code in ("fetch.rate_limited", "fetch.bot_wall"):
        return timedelta(seconds=min(retry_after or 900.0, LONGEST_WISH.total_seconds()))
    if code in ("fetch.unavailable", "fetch.forbidden") and retry_after:
        return timedelta(seconds=min(retry_after, LONGEST_WISH.total_seconds()))
    return None
