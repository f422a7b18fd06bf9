"""The rules that decide when a feed is asked again: the program's own, and three others' as their sources have them.

Each is told after a request what the feed has published so far (what the document would hold) and how much of it was
known before, and answers with the pause that it would make. The floor, the server's wishes and skipped hours are kept
for all alike, by who replays. The sources were read in their repositories; what was taken of them is in README.md.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from dateline.refresh.rhythm import Rhythm, learned, remembered
from dateline.refresh.schedule import FLOOR, Hints, next_good, plan_of

HOUR, DAY, WEEK = 3600.0, 86_400.0, 604_800.0
FLOOR_SECONDS = FLOOR.total_seconds()


class Rule(Protocol):
    """One feed's schedule."""

    def pause(self, now: float, dates: Sequence[float], before: int, seen: int, wish: float) -> float:
        """Seconds until the next request, by this rule alone.

        The first ``seen`` of the dates are known now; the first ``before`` of them were known before the last request.
        """
        ...


class Fixed:
    """Every hour."""

    def pause(self, now: float, dates: Sequence[float], before: int, seen: int, wish: float) -> float:
        return HOUR


class EntryFrequency:
    """Miniflux, ``POLLING_SCHEDULER=entry_frequency`` (model.Feed.ScheduleNextCheck, storage.WeeklyFeedEntryCount).

    A week by the weekly count, at most a day. The count is extrapolated: a week by the mean gap of the last week's
    entries, rounded up; fewer than two: a day. It is taken before the request, without what that brings.
    """

    def __init__(self, longest: float = DAY) -> None:
        self._longest = longest

    def pause(self, now: float, dates: Sequence[float], before: int, seen: int, wish: float) -> float:
        before = before or seen  # what the first document held is stored
        first = bisect_left(dates, now - WEEK, 0, before)
        span = dates[before - 1] - dates[first] if before - first > 1 else 0.0
        if not span:
            return self._longest
        count = math.ceil(WEEK / (span / (before - first - 1)))
        return min(max(WEEK / count, FLOOR_SECONDS), self._longest)


class Empirical:
    """CommaFeed, ``commafeed.feed-refresh.interval-empirical`` (FeedRefreshIntervalCalculator, FeedParser).

    Nothing for 30 days: the longest pause; 14: half of it; 7: a quarter; else half the mean gap of the document's
    entries, between the shortest pause and a quarter of the longest. The longest is four hours by default, here the
    same day as everybody's.
    """

    def __init__(self, longest: float = DAY) -> None:
        self._longest = longest

    def pause(self, now: float, dates: Sequence[float], before: int, seen: int, wish: float) -> float:
        days = (now - dates[seen - 1]) // DAY
        for least, part in ((30, 1), (14, 2), (7, 4)):
            if days >= least:
                return self._longest / part
        mean = (dates[seen - 1] - dates[0]) / (seen - 1)
        return min(max(mean / 2, FLOOR_SECONDS), max(self._longest / 4, FLOOR_SECONDS))


class Dateline:
    """The program's own: what it remembers of the feed, the plan that it makes of it, and its ``next_good``."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)
        self._scatter = self._dice.random()
        self._rhythm = Rhythm()
        self._hints: Hints | None = None
        self._asked = 0.0

    def pause(self, now: float, dates: Sequence[float], before: int, seen: int, wish: float) -> float:
        at = datetime.fromtimestamp(now, UTC)
        news = [int(date // 60) for date in dates[before if self._hints else 0 : seen]]
        hints = self._hints or Hints(ttl_seconds=int(wish) or None)
        if self._hints is None:
            self._rhythm = learned(news)
        elif news:
            self._rhythm = remembered(self._rhythm, news, since=int(self._asked // 60), now=int(now // 60))
        if news or hints.plan is None or now // 60 >= hints.plan.until:
            hints = replace(hints, plan=plan_of(self._rhythm, at, hints, self._scatter))
        self._hints, self._asked = hints, now
        return next_good(at, hints, self._dice.random()).timestamp() - now


RULES: dict[str, Callable[[str], Rule]] = {
    "fixed 60 min": lambda seed: Fixed(),
    "entry_frequency": lambda seed: EntryFrequency(),
    "empirical": lambda seed: Empirical(),
    "empirical, 4 h": lambda seed: Empirical(4 * HOUR),
    "Dateline": Dateline,
}
"""By name; each makes a rule for one feed of a seed. All with a longest pause of a day, as the program has it; the
empirical rule with its own default too.
"""
