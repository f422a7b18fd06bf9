"""When to ask a feed again. Pure: the clock and the dice are arguments.

After a good answer: half the feed's usual gap between entries, within the floor of an hour and the ceiling of a day,
never sooner than
the server's own hints allow. After a bad one: each failure has its own ladder. Always with jitter, so that feeds
added together do not
stay together. (Etiquette: feeds.md, 6–12.)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from msgspec import Struct

FLOOR = timedelta(minutes=60)
CEILING = timedelta(hours=24)
LONGEST_WISH = timedelta(days=7)
"""What a server may ask for at most: a mistaken max-age must not silence a feed for a year."""
SAMPLE = 20


class Hints(Struct, frozen=True, kw_only=True):
    """What the server and the document say of when to come again; kept with the feed, for a 304 brings no document.

    ``gap_seconds`` and ``newest_at`` are the document's rhythm (``usual_gap``).
    """

    fresh_seconds: float | None = None
    retry_after: float | None = None
    ttl_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    gap_seconds: float | None = None
    newest_at: datetime | None = None


def rhythm(dates: Sequence[datetime], now: datetime) -> timedelta:
    """The usual gap between a feed's entries: the median of the newest twenty, and not less than an eighth of the
    silence since.
    """
    return gap_since(*usual_gap(dates, now), now)


def usual_gap(dates: Sequence[datetime], now: datetime) -> tuple[float | None, datetime | None]:
    """(median of the newest twenty gaps in seconds, the newest date); None where too little is known."""
    past = sorted((at for at in dates if at <= now), reverse=True)[: SAMPLE + 1]
    if len(past) < 2:
        return None, None
    return median((newer - older).total_seconds() for newer, older in pairwise(past)), past[0]


def gap_since(usual_seconds: float | None, newest_at: datetime | None, now: datetime) -> timedelta:
    """The usual gap as it stands now: a silence makes it longer, news makes it what it was."""
    if usual_seconds is None or newest_at is None:
        return CEILING
    return timedelta(seconds=max(usual_seconds, (now - newest_at).total_seconds() / 8))


def interval(gap: timedelta, hints: Hints) -> timedelta:
    """How long to wait after a good answer, before jitter."""
    return max(min(max(gap / 2, FLOOR), CEILING), wish(hints))


def wish(hints: Hints) -> timedelta:
    """For how long the server and the document want to be left alone, whoever asks."""
    wishes = [hints.fresh_seconds, hints.ttl_seconds, hints.retry_after]
    return timedelta(seconds=min(max((wish for wish in wishes if wish), default=0.0), LONGEST_WISH.total_seconds()))


def next_good(now: datetime, gap: timedelta, hints: Hints, dice: float) -> datetime:
    """When to ask again after a good answer. ``dice`` from 0 to 1 spreads by up to a tenth, only to later."""
    return allowed(now + interval(gap, hints) * (1 + dice / 10), hints)


def allowed(at: datetime, hints: Hints) -> datetime:
    """``at``, or so many whole hours later that it is in none of the document's skipped hours and days (UTC)."""
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
    if code == "fetch.unavailable" and retry_after:
        return timedelta(seconds=min(retry_after, LONGEST_WISH.total_seconds()))
    return None
