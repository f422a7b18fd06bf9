"""When to ask a feed as long as it stays silent: its rhythm → the hours of a week. Pure.

A request is worth making when the **fresh** entries that it can be expected to bring (``rhythm.FADE``) reach ``WORTH``.
The course of requests, an hour apart at least and a day at most, that brings most in the next week is found backwards,
hour by hour (dynamic programming). All of it is done when news came: an answer without news is what the plan foresaw,
and needs but the next hour of it. After the week the plan goes round, until the silence has doubled. Times are minutes
since 1970, UTC. Why so: docs/decisions/0005.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import add, mul
from typing import Final

from msgspec import Struct

from .rhythm import AFTER, DAY, FADE, HOUR, KEPT, STEADY, WEEK, WEIGHTS, Rhythm

WORTH: Final = 1 / 16
"""Fresh entries that a request must be expected to bring."""
FARTHEST: Final = 24
"""Hours to the next request at most."""
PUNCTUAL_SPREAD: Final = 3
SPREAD: Final = 10
WIDE_SPREAD: Final = 20
"""Minutes by which the requests of feeds that are alike are scattered: by few where news is punctual, by most where the
server wishes for more than an hour between them.
"""
HOURS: Final = 168
_PROMPT: Final = 0.5
"""Who asks so many minutes too soon was on time."""
LEAD: Final = 24
LENGTH: Final = LEAD + HOURS
"""A plan begins with a day that does not come again."""
SHORT: Final = 48
OFTEN: Final = 1 / 24
"""Moments of news an hour for which two days are planned, not a week."""
_AHEAD: Final = LENGTH + FARTHEST

_NEGLIGIBLE: Final = 0.02
_STEPS: Final = (0, 1, 2, 4, 8, 16, *range(24, _AHEAD, 24))
"""From which hours on a silence makes news less likely."""
_LENGTHS: Final = tuple(later - earlier for earlier, later in pairwise((*_STEPS, _AHEAD)))
_BELL: Final = ((-2, 0.054), (-1, 0.242), (0, 0.399), (1, 0.242), (2, 0.054))
"""Of the same time of the week: (hours, share)."""


class Plan(Struct, frozen=True, kw_only=True, array_like=True):
    """The hours at which to ask, and until when: bit n of ``hours`` (hexadecimal) is n hours after ``begin``."""

    begin: float
    hours: str
    until: int

    def pause(self, now: float, shortest: float, dice: float) -> float:
        """Minutes until the next moment of the plan that is not sooner than ``shortest``; a day at most, if that may
        be. ``dice`` from 0 to 1 scatters those that are held up.
        """
        hours = int(self.hours, 16)
        place = max(int((now + shortest - self.begin + _PROMPT) // HOUR), 0)
        ahead = (hours | hours >> LEAD << LENGTH) >> (place if place < LEAD else LEAD + (place - LEAD) % HOURS)
        pause = self.begin + (place + (ahead & -ahead).bit_length() - 1) * HOUR - now
        return max(min(pause, DAY), shortest + dice * (1 + (shortest - HOUR) / 20))


def planned(rhythm: Rhythm, now: float, soonest: float, scatter: float) -> Plan | None:
    """What to do from now on if no news comes; None where too little is known to choose.

    ``soonest``: of the next request. ``scatter``, from 0 to 1, keeps feeds that are alike apart; a feed keeps its own.
    """
    if len(rhythm.news) < 2:
        return None
    minute = rhythm.minute + scatter * _spread(rhythm, soonest - now)
    hour = int((now - minute + _PROMPT) // HOUR)
    first = max(1, int((soonest - minute + _PROMPT) // HOUR) - hour)
    pause = min(-int((now - soonest) // HOUR), FARTHEST)
    length, good_for = _term(rhythm, int(now))
    places = _course(outlook(rhythm, hour, length + FARTHEST), first, max(pause, 1))
    return Plan(
        begin=round(hour * HOUR + minute, 2),
        hours=f"{sum([1 << place for place in places]):x}",
        until=int(now) + good_for,
    )


def _spread(rhythm: Rhythm, shortest: float) -> int:
    if rhythm.is_punctual:
        return PUNCTUAL_SPREAD
    return SPREAD if shortest <= HOUR else WIDE_SPREAD


def _term(rhythm: Rhythm, now: int) -> tuple[int, int]:
    """For how many hours to plan, and for how many minutes that holds: not for long where news is sure to come soon."""
    if rhythm.rates([now])[0] > OFTEN:
        return SHORT, (SHORT - 24) * HOUR
    return LENGTH, max(WEEK, now - rhythm.news[-1])


def _course(expected: Sequence[float], first: int, pause: int) -> list[int]:
    """The hours of the best course of requests, ``pause`` hours apart at least; the latest of equals."""
    length = len(expected) - FARTHEST
    if pause == 1:
        worthy = [place for place in range(first, length) if expected[place] > WORTH]
        if worthy and _is_whole(worthy, length):
            return worthy
    gain, follower = _followed(expected, pause)
    place = _best(gain, min(first, FARTHEST), FARTHEST)[1]
    found = []
    while place < length:
        found.append(place)
        place = follower[place]
    return found


def _is_whole(worthy: Sequence[int], length: int) -> bool:
    """Whether nothing has to be asked for between these hours, nor after them until the plan goes round."""
    steps = zip((0, *worthy), (*worthy, length), strict=True)
    return max([later - earlier for earlier, later in steps]) <= FARTHEST


def _followed(expected: Sequence[float], pause: int) -> tuple[list[float], list[int]]:
    """For each hour what a request there gains, with the best that can follow it, and where that is; from the end.

    Beyond the last day nothing is looked for: there, who asks later has saved a share of a request.
    """
    length = len(expected) - FARTHEST
    gain = [fresh - WORTH for fresh in expected]
    for place in range(length, len(gain)):
        gain[place] += WORTH * (place - length) / FARTHEST
    follower = [0] * length
    # the best that may follow is the first: each of the others gains less than all behind it, and has longer to live
    ahead: deque[int] = deque()
    for place in range(length - 1 + FARTHEST - pause, -1, -1):
        nearest = gain[place + pause]
        while ahead and gain[ahead[-1]] < nearest:
            ahead.pop()
        ahead.append(place + pause)
        if place < length:
            if ahead[0] > place + FARTHEST:
                ahead.popleft()
            best_at = follower[place] = ahead[0]
            gain[place] += gain[best_at]
    return gain, follower


def _best(gain: Sequence[float], first: int, last: int) -> tuple[float, int]:
    """The highest gain from ``first`` to ``last``, and where: the latest of equals."""
    window = gain[last : first - 1 : -1]
    best = max(window)
    return best, last - window.index(best)


# ------------------------------------------------------------------------------------------------ what is expected


def outlook(rhythm: Rhythm, hour: int, count: int = _AHEAD) -> list[float]:
    """The fresh entries to be expected of a request at the minute of so many hours, if nothing comes before, and
    each as if it had been asked an hour before too. The first is ``hour``, since 1970: it has just passed.
    """
    news, minute = rhythm.news, rhythm.minute
    weights = WEIGHTS[KEPT - len(news) :]
    anytime, clock, week = rhythm.habits
    total = sum(weights)
    found = _any_time(rhythm, hour, anytime)
    if week > _NEGLIGIBLE:
        _add_weekly(found, news, weights, hour, minute, week / total)
    found = (found * 2)[:count]
    scales = _scales(rhythm, hour * HOUR + minute)
    if clock <= _NEGLIGIBLE:
        return [*map(mul, found, scales)]
    days = _daily(news, weights, hour, minute, clock / total) * (_AHEAD // 24)
    return [*map(mul, map(add, found, days), scales)]


def _any_time(rhythm: Rhythm, hour: int, share: float) -> list[float]:
    """Of what comes at no certain time: less or more on weekends, which are believed in after some weeks."""
    weekend = (rhythm.weekend * 16 + 2 / 7 * 8) / 24
    steady = share * rhythm.fresh
    week = [steady * (1 - weekend) * 7 / 5] * 120 + [steady * weekend * 7 / 2] * 48
    begin = (hour + 72) % HOURS  # 1970 began on a Thursday
    return week[begin:] + week[:begin]


def _add_weekly(
    found: list[float], news: Sequence[int], weights: Sequence[float], hour: int, minute: int, share: float
) -> None:
    bells = [(offset, share * HOURS * STEADY * bell) for offset, bell in _BELL]
    for at, weight in zip(news, weights, strict=True):
        place = -((minute - at) // HOUR) - hour  # the hours to the first request after it, weeks on
        for offset, bell in bells:
            found[(place + offset) % HOURS] += weight * bell


def _daily(news: Sequence[int], weights: Sequence[float], hour: int, minute: int, share: float) -> list[float]:
    found = [0.0] * 24
    part = share * 24
    for at, weight in zip(news, weights, strict=True):
        found[(-((minute - at) // HOUR) - hour) % 24] += part * weight * FADE[(minute - at) % HOUR]
    return found


def _scales(rhythm: Rhythm, now: int) -> Iterator[float]:
    """Entries an hour by how long it will have been silent then: less and less, day by day, and by how much likelier
    news is so long after news.
    """
    rates: list[float] = []
    for rate, hours in zip(rhythm.rates([now + at * HOUR for at in _STEPS]), _LENGTHS, strict=True):
        rates += [rhythm.size * rate] * hours
    since = now - HOUR // 2 - rhythm.news[-1]
    scales: list[float] = []
    for scale, end in zip(rhythm.after, (*AFTER, since + _AHEAD * HOUR), strict=True):
        scales += [scale] * (min(-((since - end) // HOUR), _AHEAD) - len(scales))
    return map(mul, rates, scales)
