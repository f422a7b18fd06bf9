"""When a feed is asked again: tables, and what must hold whatever comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from dateline.errors import FetchError, ParseError, RefreshError
from dateline.refresh.rhythm import Rhythm, learned
from dateline.refresh.schedule import (
    FLOOR,
    LONGEST_WISH,
    UNKNOWN,
    Hints,
    allowed,
    minute_of,
    next_bad,
    next_good,
    plan_of,
    quiet_time,
    wish,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

moments = st.integers(631_152_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
dice = st.floats(0, 1)
seconds = st.none() | st.floats(-1e6, 1e9, allow_nan=False) | st.just(float("inf"))
rhythms = st.lists(st.integers(-10_000_000, 70_000_000), max_size=60).map(learned)
hints = st.builds(
    Hints,
    fresh_seconds=seconds,
    retry_after=seconds,
    ttl_seconds=st.none() | st.integers(-1000, 10**9),
    skip_hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
    skip_days=st.lists(st.integers(0, 6), max_size=7).map(tuple),
    plan=st.builds(plan_of, rhythms, moments, st.just(Hints()), dice),
)


def planning(rhythm: Rhythm, *, now: datetime = NOON, scatter: float = 0.5, fresh: float | None = None) -> Hints:
    hinted = Hints(fresh_seconds=fresh)
    return replace(hinted, plan=plan_of(rhythm, now, hinted, scatter))


def every(gap: timedelta, count: int = 30) -> Rhythm:
    return learned([minute_of(NOON - place * gap) for place in range(1, count + 1)])


@pytest.mark.parametrize(
    ("hinted", "expected"),
    [
        (Hints(), timedelta(0)),
        (Hints(fresh_seconds=7200), 2 * HOUR),
        (Hints(ttl_seconds=10_800), 3 * HOUR),
        (Hints(retry_after=14_400.0), 4 * HOUR),
        (Hints(fresh_seconds=-5.0, ttl_seconds=-1), timedelta(0)),
        (Hints(fresh_seconds=3 * 86_400.0), 3 * DAY),  # longer than a day when the server wants it
        (Hints(fresh_seconds=31_536_000.0), 7 * DAY),  # but not for a year
        (Hints(ttl_seconds=10**9, fresh_seconds=60.0), 7 * DAY),
    ],
)
def test_what_a_server_wishes(hinted: Hints, expected: timedelta) -> None:
    assert max(wish(hinted), timedelta(0)) == expected
    at = next_good(NOON, hinted, 0.0)
    assert at == NOON + max(UNKNOWN, expected)  # nothing is known of its rhythm


@given(moments, hints, dice)
@example(NOON, Hints(skip_hours=tuple(range(24))), 0.0)
@example(NOON, Hints(skip_days=tuple(range(7))), 1.0)
@example(NOON, replace(planning(every(HOUR)), skip_hours=tuple(range(23)), skip_days=tuple(range(6))), 1.0)
@example(NOON, planning(every(HOUR / 10), fresh=86_401.0), 1.0)
def test_a_good_answer_is_followed_by_a_polite_pause(now: datetime, hinted: Hints, thrown: float) -> None:
    at = next_good(now, hinted, thrown)
    assert at >= now + FLOOR
    for wished in (hinted.fresh_seconds, hinted.retry_after, hinted.ttl_seconds):
        assert wished is None or at >= now + min(timedelta(seconds=min(wished, 1e9)), LONGEST_WISH)
    if len(set(hinted.skip_hours)) < 24 and len(set(hinted.skip_days)) < 7:
        assert at.hour not in hinted.skip_hours
        assert at.weekday() not in hinted.skip_days


@given(moments, rhythms, seconds, dice, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_feed_is_asked_every_day_unless_it_wishes_otherwise(
    now: datetime, rhythm: Rhythm, fresh: float | None, thrown: float, later: timedelta
) -> None:
    hinted = planning(rhythm, now=now, fresh=fresh)
    at = now + later
    assert next_good(at, hinted, thrown) <= at + max(DAY, 1.1 * wish(hinted) + HOUR / 60)


@given(moments, rhythms, seconds, dice)
def test_the_dice_only_make_it_later(now: datetime, rhythm: Rhythm, fresh: float | None, thrown: float) -> None:
    hinted = planning(rhythm, now=now, fresh=fresh)
    soonest = next_good(now, hinted, 0.0)
    assert soonest <= next_good(now, hinted, thrown) <= soonest + max(2 * HOUR, (soonest - now) / 10)


def test_feeds_that_are_alike_come_back_at_different_times() -> None:
    for rhythm in (every(HOUR / 2), every(DAY), every(7 * DAY)):
        hinted = [planning(rhythm, scatter=number / 20) for number in range(20)]
        assert len({next_good(NOON, one, number / 20) for number, one in enumerate(hinted)}) == 20
    assert len({next_good(NOON, Hints(), number / 20) for number in range(20)}) == 20


def test_a_longer_wish_than_an_hour_moves_the_course_of_requests_not_only_its_beginning() -> None:
    at = NOON + HOUR
    punctual = planning(every(DAY), now=at, fresh=4 * 3600.0)  # every day at noon
    requests = []
    while at < NOON + 1.5 * DAY:
        at = next_good(at, punctual, 0.0)
        requests.append(at)
    assert any(NOON + DAY < at <= NOON + DAY + HOUR / 2 for at in requests)


# ------------------------------------------------------------------------------------------------ skipped hours


@pytest.mark.parametrize(
    ("at", "hinted", "expected"),
    [
        (NOON, Hints(), NOON),
        (NOON, Hints(skip_hours=(12,)), NOON + HOUR),
        (NOON, Hints(skip_hours=(12, 13, 15)), NOON + 2 * HOUR),
        (NOON + HOUR / 2, Hints(skip_hours=(12,)), NOON + HOUR * 1.5),
        (NOON, Hints(skip_days=(6,)), NOON + 12 * HOUR),
        (NOON, Hints(skip_days=(6, 0)), NOON + 36 * HOUR),
        (NOON, Hints(skip_days=(6,), skip_hours=(0, 1)), NOON + 14 * HOUR),
        (NOON, Hints(skip_hours=tuple(range(24))), NOON),  # a mistake: nobody means never
        (NOON, Hints(skip_days=tuple(range(7))), NOON),
        (NOON, Hints(skip_hours=tuple(h for h in range(24) if h != 12), skip_days=tuple(range(1, 7))), NOON + DAY),
    ],
)
def test_skipped_hours_and_days(at: datetime, hinted: Hints, expected: datetime) -> None:
    assert allowed(at, hinted) == expected


def test_feeds_that_skip_alike_do_not_come_back_at_one_moment() -> None:
    skipping = Hints(skip_hours=tuple(range(6, 20)))
    assert len({next_good(NOON, skipping, number / 20) for number in range(20)}) == 20


# ------------------------------------------------------------------------------------------------ after a failure


@pytest.mark.parametrize(
    ("code", "hours"),
    [
        ("fetch.timeout", [0.5, 1, 3, 8, 24, 24]),
        ("fetch.dns", [0.5, 1, 3, 8, 24, 24]),
        ("fetch.server_error", [0.5, 1, 3, 8, 24, 24]),
        ("fetch.not_found", [2, 6, 24, 72, 168, 168]),
        ("fetch.forbidden", [2, 6, 12, 24, 53, 53]),
        ("parse.web_page", [2, 6, 12, 24, 53, 53]),
        ("store.secret", [2, 6, 12, 24, 53, 53]),
        ("refresh.crashed", [2, 6, 12, 24, 53, 53]),
    ],
)
def test_each_failure_has_its_ladder(code: str, hours: list[float]) -> None:
    assert [next_bad(NOON, code, failures, None, 0.0) for failures in range(6)] == [NOON + h * HOUR for h in hours]


def test_who_is_gone_is_asked_no_more() -> None:
    assert next_bad(NOON, "fetch.gone", 0, 60.0, 0.5) is None


CODES = sorted(FetchError.CODES | ParseError.CODES | RefreshError.CODES)


@given(st.sampled_from(CODES), st.integers(0, 10**6), st.none() | st.floats(0, 1e12), dice)
def test_a_bad_answer_is_never_followed_up_at_once(code: str, failures: int, wish: float | None, thrown: float) -> None:
    at = next_bad(NOON, code, failures, wish, thrown)
    if at is None:
        assert code == "fetch.gone"
        return
    assert at >= NOON + timedelta(minutes=30)
    assert at >= NOON + min(timedelta(seconds=min(wish or 0.0, 1e9)), LONGEST_WISH)
    assert at <= NOON + 1.2 * timedelta(days=7)
    later = next_bad(NOON, code, failures + 1, wish, 0.0)
    sooner = next_bad(NOON, code, failures, wish, 0.0)
    assert later is not None
    assert sooner is not None
    assert sooner <= later
    assert sooner <= at


@pytest.mark.parametrize(
    ("code", "wish", "expected"),
    [
        ("fetch.rate_limited", None, timedelta(minutes=15)),
        ("fetch.rate_limited", 3600.0, HOUR),
        ("fetch.rate_limited", 1e12, LONGEST_WISH),
        ("fetch.bot_wall", None, timedelta(minutes=15)),
        ("fetch.unavailable", 120.0, timedelta(minutes=2)),
        ("fetch.unavailable", None, None),
        ("fetch.forbidden", 900.0, timedelta(minutes=15)),
        ("fetch.forbidden", None, None),
        ("fetch.server_error", 120.0, None),
        ("fetch.timeout", None, None),
    ],
)
def test_a_host_that_has_enough_is_left_alone(code: str, wish: float | None, expected: timedelta | None) -> None:
    assert quiet_time(code, wish) == expected
