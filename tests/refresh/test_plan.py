"""When a feed is asked as long as it stays silent: where asking pays, and what holds whatever comes."""

import random
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.refresh.plan import LENGTH, SPREAD, Plan, outlook, planned
from dateline.refresh.rhythm import DAY, HOUR, WEEK, Rhythm, learned

MONDAY = 2_958_048 * 10  # a midnight between Sunday and Monday, in minutes since 1970
ANY = random.Random(7)

minutes = st.integers(-10_000_000, 70_000_000)
rhythms = st.lists(minutes, max_size=60).map(learned)
shares = st.floats(0, 1)


def podcast(at: int = 6 * HOUR, weeks: int = 30) -> list[int]:
    """On Wednesdays, about an hour more or less."""
    return [MONDAY + place * WEEK + 2 * DAY + at + ANY.randrange(-30, 30) for place in range(-weeks, 0)]


def daily(at: int = 6 * HOUR + 7, days: int = 30) -> list[int]:
    return [MONDAY + place * DAY + at for place in range(-days, 0)]


def drip(gap: int, count: int = 30) -> list[int]:
    """At no particular time, so often on average."""
    found, at = [], MONDAY
    for _ in range(count):
        at -= round(ANY.expovariate(1 / gap))
        found.append(at)
    return found


def plan_for(arrivals: Sequence[int], now: int, shortest: int = HOUR, scatter: float = 0.5) -> Plan:
    plan = planned(learned(arrivals), now, now + shortest, scatter)
    assert plan is not None
    return plan


def asked(arrivals: Sequence[int], begin: int, days: float, scatter: float = 0.5) -> list[float]:
    """Every request of these days, if nothing more comes."""
    now, found = float(begin), []
    plan = plan_for(arrivals, begin, scatter=scatter)
    while now < begin + days * DAY:
        if now >= plan.until:
            plan = plan_for(arrivals, int(now), scatter=scatter)
        pause = plan.pause(now, HOUR, ANY.random())
        assert HOUR <= pause <= DAY
        now += pause
        found.append(now)
    return found[:-1]


@pytest.mark.parametrize("arrivals", [[], [MONDAY]])
def test_nothing_is_planned_where_too_little_is_known(arrivals: list[int]) -> None:
    assert planned(learned(arrivals), MONDAY, MONDAY + HOUR, 0.5) is None


def test_a_punctual_feed_is_asked_just_after_its_hour() -> None:
    requests = asked(daily(), MONDAY, 5)
    after = [at for at in requests if 6 * HOUR + 7 <= at % DAY <= 6 * HOUR + 35]
    assert len(after) == 5
    assert len(requests) <= 3 * 5


def test_a_weekly_feed_is_asked_on_its_day_and_hardly_on_the_others() -> None:
    requests = asked(podcast(), MONDAY, 7)
    its_day = [at for at in requests if 2 * DAY <= at - MONDAY < 3 * DAY]
    assert len(its_day) >= 3
    assert sum(4 * HOUR <= at % DAY <= 9 * HOUR for at in its_day) >= len(its_day) - 1
    assert len(requests) - len(its_day) <= 9


def test_a_busy_feed_is_asked_every_hour() -> None:
    requests = asked(drip(20), MONDAY, 0.25)
    assert len(requests) >= 5


def test_a_feed_that_fell_silent_is_asked_once_a_day() -> None:
    assert 12 <= len(asked(drip(20), MONDAY + 30 * DAY, 12)) <= 15
    years = asked(drip(20), MONDAY + 1000 * DAY, 100)
    assert {round(later - earlier) for earlier, later in pairwise(years[1:])} == {DAY}


def test_after_its_week_a_plan_goes_round_at_the_same_times_until_the_silence_has_doubled() -> None:
    plan = plan_for(podcast(), MONDAY + 20 * DAY)
    assert plan.until - (MONDAY + 20 * DAY) > 2 * WEEK
    now, weeks = float(MONDAY + 22 * DAY), dict[int, list[int]]()
    while now < plan.until:
        now += plan.pause(now, HOUR, 0.0)
        weeks.setdefault(int(now - MONDAY) // WEEK, []).append(round(now - MONDAY) % WEEK)
    whole = [weeks[week] for week in sorted(weeks)][1:-1]
    assert len(whole) >= 2
    assert all(week == whole[0] for week in whole)


def test_who_brings_several_at_a_time_is_worth_more_requests() -> None:
    one_by_one = learned(drip(2 * DAY))
    at_a_time = learned([at for at in one_by_one.news for _ in range(4)])
    assert at_a_time.news == one_by_one.news
    assert at_a_time.size > 3
    assert sum(outlook(at_a_time, MONDAY // HOUR)) > 3 * sum(outlook(one_by_one, MONDAY // HOUR))


def test_at_night_less_is_expected_of_a_feed_that_sleeps() -> None:
    working = [at + hour * HOUR + ANY.randrange(60) for at in daily(0, days=5) for hour in range(8, 18)]
    fresh = outlook(learned(working), MONDAY // HOUR)
    assert sum(fresh[10:18]) > 1.5 * sum([*fresh[:7], fresh[22]])


def test_of_the_hours_those_are_worth_most_that_follow_upon_news() -> None:
    rhythm = learned(daily(at=6 * HOUR + 7))
    hour = (MONDAY - rhythm.minute) // HOUR
    fresh = outlook(rhythm, hour)
    best = max(range(24), key=fresh.__getitem__)
    assert 0 < ((hour + best) * HOUR + rhythm.minute) % DAY - (6 * HOUR + 7) <= 30


def test_feeds_that_are_alike_are_asked_at_different_minutes_each_at_its_own() -> None:
    alike = drip(DAY)
    begins = {plan_for(alike, MONDAY, scatter=place / 20).begin for place in range(20)}
    assert len(begins) == 20
    assert max(begins) - min(begins) <= HOUR + SPREAD
    quiet = drip(9 * DAY)
    for place in range(5):
        requests = asked(quiet, MONDAY, 30, scatter=place / 5)
        assert len({round(at % HOUR, 2) for at in requests[1:]}) == 1


def test_who_is_late_comes_at_the_next_hour_of_the_plan_and_no_sooner_than_an_hour_on() -> None:
    plan = Plan(begin=0.0, hours=f"{1 << 100 | 0b1011:x}", until=WEEK)
    assert plan.pause(0.0, HOUR, 0.0) == HOUR
    assert plan.pause(HOUR, HOUR, 0.0) == 2 * HOUR
    assert plan.pause(3.0, HOUR, 0.0) == HOUR  # late for the first: a whole hour all the same
    assert plan.pause(0.0, 1.75 * HOUR, 0.0) == 1.75 * HOUR
    assert plan.pause(0.0, 2 * HOUR, 0.0) == 3 * HOUR
    assert plan.pause(4.0 * HOUR, HOUR, 0.0) == DAY


def test_a_plan_is_small() -> None:
    packed = msgspec.json.encode(plan_for(drip(20), MONDAY))
    assert len(packed) < LENGTH // 4 + 40


@given(rhythms, minutes, st.floats(HOUR, 10 * DAY), shares, shares, st.integers(0, 100 * DAY))
def test_the_next_request_is_within_its_bounds(
    rhythm: Rhythm, now: int, shortest: float, scatter: float, dice: float, later: int
) -> None:
    plan = planned(rhythm, now, now + shortest, scatter)
    if plan is None:
        assert len(rhythm.news) < 2
        return
    assert plan.until > now
    for asked_at in (now, now + later, now - later):
        pause = plan.pause(asked_at, shortest, dice)
        assert shortest <= pause <= max(DAY, shortest * 1.06 + 1)


@pytest.mark.parametrize("weeks", [1, 52, -52])
def test_only_the_week_counts_not_the_year(weeks: int) -> None:
    for arrivals in (daily(), podcast(), drip(5 * HOUR)):
        here = plan_for(arrivals, MONDAY)
        there = plan_for([at + weeks * WEEK for at in arrivals], MONDAY + weeks * WEEK)
        assert (there.begin - weeks * WEEK, there.hours) == (here.begin, here.hours)
