"""A server that answers 304 for ever is asked for the whole document once a month, where news is overdue."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from msgspec.structs import replace
from tests.internet import Asked, Internet, Reply
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import subscriptions
from dateline.refresh.doubt import wants_whole
from dateline.refresh.schedule import Hints
from dateline.store import Database, feeds
from dateline.store.write import transaction

ETAG = '"for ever"'


def document(now: datetime, every: timedelta, count: int) -> bytes:
    """Entries at a steady pace, the newest of today."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><title>T{n}</title>"
        f"<pubDate>{format_datetime((now - n * every).astimezone(UTC))}</pubDate></item>"
        for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>".encode()


class Stuck:
    """A cache that says 304 to whoever has any validator, and the truth to others."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked: list[bool] = []

    def __call__(self, asked: Asked) -> Reply:
        conditional = asked.header("If-None-Match") is not None
        self.asked.append(conditional)
        return Reply(status=304) if conditional else Reply(self.body, headers=(("ETag", ETAG),))


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        pytest.param(timedelta(days=1), [30, 60, 90], id="a daily feed"),
        pytest.param(timedelta(days=10), [30, 60, 90], id="every ten days"),
        pytest.param(timedelta(days=40), [], id="seldom: nothing is overdue"),
        pytest.param(None, [], id="no rhythm is known"),
    ],
)
def test_it_is_asked_whole_once_in_thirty_days_that_bring_nothing(
    now: datetime, gap: timedelta | None, expected: list[int]
) -> None:
    hints = Hints(gap_seconds=gap.total_seconds() if gap else None)
    feed = replace(
        feeds.unknown("https://a.example/feed", "a.example", now),
        hints=msgspec.json.encode(hints).decode(),
        changed_at=now,
        ok_at=now,
    )
    days = []
    for day in range(1, 100):
        later = now + timedelta(days=day)
        if wants_whole(feed, later):
            days.append(day)
        feed = replace(feed, ok_at=later)
    assert days == expected


def test_a_feed_that_was_never_read_has_nothing_to_doubt(now: datetime) -> None:
    feed = feeds.unknown("https://a.example/feed", "a.example", now)
    assert not wants_whole(feed, now + timedelta(days=99))


def test_what_comes_then_is_taken_and_the_month_begins_anew(db: Database, cast: Cast, now: datetime) -> None:
    server = Stuck(document(now, timedelta(days=1), 20))
    with Internet({"/feed": server}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        runner = Runner(db, now)
        runner.run()
        server.body = document(now, timedelta(days=1), 20).replace(b">0</guid>", b">news</guid>")
        found = []
        for days in (29, 2, 1, 28, 3):
            runner.later(days=days)
            with transaction(db) as tx:
                tx.run("UPDATE feed SET next_at = 0")
            report = runner.run()[url]
            found.append((report.code, report.new))
        assert found == [("not_modified", 0), ("ok", 1), ("not_modified", 0), ("not_modified", 0), ("unchanged", 0)]


def test_a_failure_at_that_moment_is_no_answer(db: Database, cast: Cast, now: datetime) -> None:
    server = Stuck(document(now, timedelta(days=1), 20))
    with Internet({"/feed": server}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        runner = Runner(db, now)
        runner.run()
        internet["/feed"] = 503
        runner.later(days=31)
        runner.run()
        internet["/feed"] = server
        server.asked.clear()
        for _ in range(2):
            runner.later(days=1)
            with transaction(db) as tx:
                tx.run("UPDATE feed SET next_at = 0")
            runner.run()
        assert server.asked == [False, True]
