"""A feed's rhythm: its newest moments of news and the habits that they show. Pure; learnt a moment at a time.

All times here are minutes since 1970, UTC. What is remembered is small and of bounded size, so that a document of two
entries adds to what was known instead of replacing it. From each moment it is learnt

- how often news comes: a rate over the newest sixteen moments and the silence since, so that a feed that stops fades by
  itself, and how many entries a moment brings;
- by which **habit**: at any time, at the same time of day, or at the same time of the week. Each moment is asked how
  well those of earlier days foretold it under each habit, and the shares of the three move towards the one that did
  (a mixture, fitted online: expectation and a step of maximisation);
- whether news follows upon news or keeps its distance: how many moments came so long after the one before, against how
  many a steady drip would have brought (``after``); and how much of it comes on weekends;
- at which minute of the hour asking brings the freshest.

What is made of it: ``plan``. Why so, and how it compares with others: docs/decisions/0005.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from operator import mul
from typing import Final

from msgspec import Struct

HOUR: Final = 60
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

KEPT: Final = 24
"""Moments that are remembered."""
AFTER: Final = (6 * HOUR, 20 * HOUR, 96 * HOUR)
"""Ends of the times since the last news that are told apart; the fourth has no end."""
FADE: Final = tuple(1 / (1 + (age / 30) ** 4) for age in range(HOUR))
"""What finding an entry is worth by its age in minutes: much within the half hour, little after it."""
STEADY: Final = sum(FADE) / HOUR
"""The same of what comes at any minute of an hour, at its end."""
WEIGHTS: Final = tuple(0.5 ** ((KEPT - 1 - place) / 8) for place in range(KEPT))
"""The newest moment counts whole, the eighth before it half."""

_LEARNT: Final = 5 * KEPT
"""Of a first document no more than so many of the newest moments are learnt from: then habits have settled."""
_RATED: Final = 16
_PUNCTUAL: Final = 0.4
_APART: Final = 12 * HOUR
"""Moments nearer to each other are one session: they do not foretell each other."""
_PRIOR: Final = (0.5, 0.25, 0.25)
_SLOWEST: Final = 12
"""A moment moves the shares of habits by a twelfth at least; by a third at first."""
_FORGET: Final = 1 - 1 / 24
_AFTER_WEIGHT: Final = 2.0
_WEEKEND: Final = 2 / 7
_SLOT: Final = 5
_SLOTS: Final = HOUR // _SLOT
_TOGETHER: Final = 5
"""Minutes within which entries came at one moment."""
_LARGEST: Final = 5.0

# how much likelier than at any time news is, so far from where it was: bells of 15 and 60 minutes around the circle
_BY_CLOCK: Final = tuple(
    DAY / 15 / math.sqrt(2 * math.pi) * math.exp(-0.5 * (min(x, DAY - x) / 15) ** 2) for x in range(DAY)
)
_BY_WEEK: Final = tuple(
    WEEK / HOUR / math.sqrt(2 * math.pi) * math.exp(-0.5 * (min(x, 168 - x)) ** 2) for x in range(168)
)
_SMOOTH: Final = tuple(
    0.2 * FADE[(age - _SLOT) % HOUR] + 0.6 * FADE[age] + 0.2 * FADE[(age + _SLOT) % HOUR]
    for age in range(2, HOUR, _SLOT)
)
"""What an entry of each five minutes is worth. Nobody is punctual to the minute: it may come five sooner, or later and
wait for the next hour."""


class Rhythm(Struct, frozen=True, kw_only=True, array_like=True):
    """What is remembered of a feed.

    ``news``: the newest moments at which something came, oldest first; ``size``: how many entries a moment brings.
    ``habits``: shares of any time, time of day, time of the week, of ``judged`` moments. ``came``, ``awaited``: how
    many moments came within 6, 20, 96 hours after the last, and later, and how many minutes were spent there.
    ``weekend``: the share of Saturdays and Sundays. ``minute``: of the hour, at which asking every hour would bring the
    freshest, and what an entry is worth there (``fresh``).
    """

    news: tuple[int, ...] = ()
    size: float = 1.0
    habits: tuple[float, float, float] = _PRIOR
    judged: int = 0
    came: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    awaited: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    weekend: float = _WEEKEND
    minute: int = 0
    fresh: float = STEADY

    @property
    def is_punctual(self) -> bool:
        """Whether the minute matters: most of its news comes at the same time of day."""
        return self.habits[1] >= _PUNCTUAL

    def rates(self, moments: Sequence[int]) -> list[float]:
        """Moments of news an hour, as of each of these: a silence makes it less, one of more than four usual gaps much
        less.
        """
        first, last, count = self.news[-_RATED:][0], self.news[-1], min(len(self.news), _RATED)
        fewer = (count - 0.5) * HOUR
        patience = 4 * max((last - first) / (count - 0.9), DAY)
        found = [fewer / max(now - first, 30) for now in moments]
        if moments[-1] - last <= patience:
            return found
        return [rate * min(1.0, patience / max(now - last, 1)) for rate, now in zip(found, moments, strict=True)]

    @property
    def after(self) -> tuple[float, ...]:
        """By how much likelier news is within 6, 20, 96 hours after news, and later."""
        total = sum(self.came)
        if total < 4:
            return (1.0,) * 4
        mean = sum(self.awaited) / total or 1.0
        pairs = zip(self.came, self.awaited, strict=True)
        return tuple([(came + _AFTER_WEIGHT) / (awaited / mean + _AFTER_WEIGHT) for came, awaited in pairs])

    @property
    def gap_seconds(self) -> float | None:
        """The usual time between two moments of news; None where too little is known."""
        if len(self.news) < 2:
            return None
        return 60.0 * (self.news[-1] - self.news[0]) / (len(self.news) - 1)


def learned(arrivals: Sequence[int]) -> Rhythm:
    """The rhythm of these arrivals, in any order; the newest count."""
    return _with(Rhythm(), sorted(arrivals))


def remembered(known: Rhythm, said: Sequence[int | None], *, since: int, now: int) -> Rhythm:
    """``known`` with what arrived between ``since`` (the last good answer) and ``now``.

    ``said`` is what the new entries say of their time. One that says a time in between is believed; those without a
    date came evenly; those dated back or ahead came together in the middle, whatever they say, and count as one: the
    publisher may have added his archive.
    """
    if not said:
        return known
    believed = [at for at in said if at is not None and since <= at <= now]
    undated = min(said.count(None), KEPT)
    believed += [since + (now - since) * (2 * place + 1) // (2 * undated) for place in range(undated)]
    return _with(known, sorted(believed) or [(since + now) // 2])


# ------------------------------------------------------------------------------------------------ what is learnt


def _with(known: Rhythm, arrivals: Sequence[int]) -> Rhythm:
    """``known`` with arrivals that came after it, oldest first; those of one moment folded."""
    moments, size = _folded(known, arrivals)
    if not moments:
        return known
    news, weekend = list(known.news), known.weekend
    habits, judged, came, awaited = known.habits, known.judged, known.came, known.awaited
    for at in moments:
        if news:
            came, awaited = _gap_noted(came, awaited, at - news[-1])
            older = news[: bisect_right(news, at - _APART)][-KEPT:]
            if older:
                judged += 1
                habits = _judged(habits, older, at, min(judged + 2, _SLOWEST))
        weekend += ((at // DAY + 3) % 7 >= 5) / _RATED - weekend / _RATED
        news.append(at)
    kept = tuple(news[-KEPT:])
    minute, fresh = _minute(kept)
    return Rhythm(
        news=kept,
        size=round(size, 2),
        habits=(round(habits[0], 3), round(habits[1], 3), round(habits[2], 3)),
        judged=min(judged, _SLOWEST),
        came=_rounded(came, 3),
        awaited=_rounded(awaited, None),
        weekend=round(weekend, 3),
        minute=minute,
        fresh=round(fresh, 3),
    )


def _folded(known: Rhythm, arrivals: Sequence[int]) -> tuple[list[int], float]:
    """The moments of these arrivals, oldest first, and how many entries a moment brings now."""
    moments: list[int] = []
    counts: list[int] = []
    last = known.news[-1] if known.news else None
    for at in arrivals:
        if last is not None and at - last <= _TOGETHER:
            if counts:
                counts[-1] += 1
            continue
        moments.append(at)
        counts.append(1)
        last = at
    size = known.size
    for count in counts[-_LEARNT:]:
        size += (min(count, 2 * _LARGEST) - size) / _RATED  # slowly: one flood is no custom
    return moments[-_LEARNT:], min(size, _LARGEST)


_Four = tuple[float, float, float, float]


def _rounded(four: _Four, digits: int | None) -> _Four:
    """What is kept of them: to round at each moment would take a fifth of learning."""
    a, b, c, d = four
    return round(a, digits), round(b, digits), round(c, digits), round(d, digits)


def _gap_noted(came: _Four, awaited: _Four, gap: int) -> tuple[_Four, _Four]:
    """``Rhythm.came`` and ``Rhythm.awaited`` after one more gap between moments."""
    one, two, three = AFTER
    a, b, c, d = came
    w, x, y, z = awaited
    return (
        (
            a * _FORGET + (gap < one),
            b * _FORGET + (one <= gap < two),
            c * _FORGET + (two <= gap < three),
            d * _FORGET + (gap >= three),
        ),
        (
            w * _FORGET + (gap if gap < one else one),
            x * _FORGET + (0 if gap <= one else gap - one if gap < two else two - one),
            y * _FORGET + (0 if gap <= two else gap - two if gap < three else three - two),
            z * _FORGET + (gap - three if gap > three else 0),
        ),
    )


def _judged(
    habits: tuple[float, float, float], older: Sequence[int], at: int, slowness: int
) -> tuple[float, float, float]:
    """The shares of the habits after a moment that ``older`` ones foretold well or badly."""
    count = len(older) + 0.5  # half a moment at any time: nothing is impossible
    anytime, clock, week = habits
    clock_now = clock * (sum([_BY_CLOCK[(at - one) % DAY] for one in older]) + 0.5) / count
    week_now = week * (sum([_BY_WEEK[(at - one + 30) % WEEK // HOUR] for one in older]) + 0.5) / count
    total = anytime + clock_now + week_now
    clock += (clock_now / total - clock) / slowness
    week += (week_now / total - week) / slowness
    return 1 - clock - week, clock, week


def _minute(news: Sequence[int]) -> tuple[int, float]:
    """The minute of the hour at which asking every hour finds the freshest, and how fresh that is."""
    slots = [0.0] * _SLOTS
    weights = WEIGHTS[KEPT - len(news) :]
    for at, weight in zip(news, weights, strict=True):
        slots[at % HOUR // _SLOT] += weight
    backwards = slots[::-1] * 2
    found = [sum(map(mul, backwards[place : place + _SLOTS], _SMOOTH)) for place in range(_SLOTS)]
    best = max(found)
    place = _SLOTS - found.index(best)  # the newest five minutes of the window end there
    prior = 4.0
    return place * _SLOT % HOUR, (best + prior * STEADY) / (sum(slots) + prior)
