"""Refusals in a row: a host that answers 403 to one feed after the other wants to be left alone."""

from datetime import datetime, timedelta

from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, rss
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import subscriptions
from dateline.errors import FetchError
from dateline.refresh.refusals import Refusals
from dateline.store import Database

ONE_AT_A_TIME = replace(LOOPBACK, host_connections=1)


def refusal(retry_after: float | None = None) -> FetchError:
    error = FetchError("fetch.forbidden", "status 403", status=403)
    error.retry_after = retry_after
    return error


def noted(refusals: Refusals, feed_id: int, now: datetime, host: str = "a.example") -> float | None:
    """For how long all of a host wait after one more refusal."""
    error = refusal()
    refusals.note_failure(host, feed_id, error, now)
    return error.retry_after


def test_a_host_that_refuses_one_feed_after_the_other_is_left_alone(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({f"/{number}": 403 for number in range(12)}) as internet:
        for number in range(12):
            subscriptions.subscribe(db, cast.alice, internet.url(f"/{number}"), now=now)
        runner = Runner(db, now, ONE_AT_A_TIME)
        assert {report.code for report in runner.run().values()} == {"fetch.forbidden"}
        assert len(internet.requests) == 3
        runner.later(minutes=14)
        assert runner.run() == {}
        assert len(internet.requests) == 3
        internet.pages = {f"/{number}": Reply(rss("News", "One")) for number in range(12)}
        runner.later(minutes=2)
        assert len(runner.run()) == 9


def test_feeds_that_are_refused_among_good_ones_say_nothing_of_their_host(
    db: Database, cast: Cast, now: datetime
) -> None:
    pages = {f"/{number}": 403 if number % 3 else Reply(rss(f"News {number}", "One")) for number in range(12)}
    with Internet(pages) as internet:
        for number in range(12):
            subscriptions.subscribe(db, cast.alice, internet.url(f"/{number}"), now=now)
        assert len(Runner(db, now, ONE_AT_A_TIME).run()) == 12


def test_after_three_in_a_row_each_further_one_keeps_the_host_quiet(now: datetime) -> None:
    refusals = Refusals()
    assert [noted(refusals, feed_id, now) for feed_id in (1, 2, 3, 4)] == [None, None, 900.0, 900.0]
    assert noted(refusals, 5, now, host="b.example") is None
    refusals.note_answer("a.example")
    assert noted(refusals, 6, now) is None


def test_one_feed_refused_again_and_again_is_no_storm_and_old_refusals_are_forgotten(now: datetime) -> None:
    refusals = Refusals()
    assert [noted(refusals, 1, now) for _ in range(5)] == [None] * 5
    assert noted(refusals, 2, now) is None
    assert noted(refusals, 3, now + timedelta(hours=2)) is None


def test_what_the_host_itself_wishes_counts_when_it_is_more(now: datetime) -> None:
    refusals, error = Refusals(), refusal(7200.0)
    noted(refusals, 1, now)
    noted(refusals, 2, now)
    refusals.note_failure("a.example", 3, error, now)
    assert error.retry_after == 7200.0
