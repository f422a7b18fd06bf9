"""A feed's rhythm: what is remembered, and which habits it shows."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.refresh.rhythm import DAY, HOUR, KEPT, WEEK, Rhythm, learned, remembered

MONDAY = 2_958_048 * 10  # a midnight between Sunday and Monday, in minutes since 1970
ANY = random.Random(7)

minutes = st.integers(-10_000_000, 70_000_000)
rhythms = st.lists(minutes, max_size=60).map(learned)


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


# ------------------------------------------------------------------------------------------------ what is remembered


def test_only_the_newest_are_remembered() -> None:
    moments = range(MONDAY, MONDAY + 1000 * HOUR, HOUR)
    assert learned(moments).news == tuple(moments[-KEPT:])


def test_documents_of_few_entries_add_up() -> None:
    rhythm = learned([MONDAY])
    for place in range(1, 100):
        rhythm = remembered(rhythm, [MONDAY + place * DAY], since=MONDAY + place * DAY - 30, now=MONDAY + place * DAY)
    assert rhythm.news == tuple(MONDAY + place * DAY for place in range(100 - KEPT, 100))


@pytest.mark.parametrize(
    ("said", "arrived"),
    [
        ([], []),
        ([110, 150], [110, 150]),
        ([150, 110, 100, 200], [100, 110, 150, 200]),
        ([None], [150]),  # without a date: at some time since the last answer
        ([None, None], [125, 175]),
        ([None, 120], [120, 150]),
        ([20], [150]),  # dated back
        ([20, 30, 40, 999], [150]),  # the archive was added: that is no flood of news
        ([20, 120], [120]),
    ],
)
def test_a_date_is_believed_when_it_lies_between_two_answers(said: list[int | None], arrived: list[int]) -> None:
    known = learned([0, 50])
    assert remembered(known, said, since=100, now=200).news == (0, 50, *arrived)


@given(rhythms, st.lists(st.none() | minutes, max_size=500), minutes, minutes)
def test_a_rhythm_stays_small_and_in_order(known: Rhythm, said: list[int | None], since: int, now: int) -> None:
    found = remembered(known, said, since=since, now=now)
    assert len(found.news) <= KEPT
    assert list(found.news) == sorted(found.news)
    assert sum(found.habits) == pytest.approx(1, abs=0.01)
    assert all(0 < scale < 100 for scale in found.after)
    packed = msgspec.json.encode(found)
    assert len(packed) < 500
    assert msgspec.json.decode(packed, type=Rhythm) == found


# ------------------------------------------------------------------------------------------------ habits


@pytest.mark.parametrize(
    ("arrivals", "habit"),
    [(drip(5 * HOUR), 0), (drip(3 * DAY), 0), (daily(), 1), (daily(23 * HOUR + 58), 1), (podcast(), 2)],
)
def test_habits_are_told_apart(arrivals: list[int], habit: int) -> None:
    shares = learned(arrivals).habits
    assert shares[habit] == max(shares)
    assert shares[habit] > 0.5


def test_one_flood_is_no_habit() -> None:
    assert learned([MONDAY + place for place in range(30)]).habits == Rhythm().habits


def test_who_speaks_once_a_day_is_not_expected_to_speak_twice() -> None:
    within_a_morning, the_day_after, _, _ = learned(daily()).after
    assert within_a_morning < 0.5
    assert the_day_after < 1
    in_bursts = [at + minute for at in daily(days=6) for minute in (0, 40, 90, 200)]
    assert learned(in_bursts).after[0] > 1


def test_a_flood_neither_washes_the_habits_away_nor_counts_as_custom() -> None:
    known = learned(daily())
    flooded = remembered(known, [MONDAY + 90] * 500, since=MONDAY, now=MONDAY + 100)
    assert flooded.news == (*known.news[1:], MONDAY + 90)
    assert flooded.habits[1] > 0.5
    assert flooded.size < 2


def test_a_first_document_of_any_length_is_learnt_from_its_newest() -> None:
    long = range(MONDAY, MONDAY + 20_000 * HOUR, HOUR)
    assert learned(long) == learned(long[-200:])


def test_a_weekend_off_is_noticed() -> None:
    working = [at for at in daily(days=60) if (at // DAY + 3) % 7 < 5]
    assert learned(working).weekend < 0.1
    assert 0.2 < learned(daily(days=60)).weekend < 0.4


@pytest.mark.parametrize(("at", "minute"), [(0, 10), (17, 25), (58, 10), (30, 40)])
def test_the_minute_is_just_after_the_news(at: int, minute: int) -> None:
    rhythm = learned([MONDAY + place * 5 * HOUR + at for place in range(30)])
    assert rhythm.minute - 5 <= minute <= rhythm.minute + 5
    assert rhythm.fresh > 0.8
