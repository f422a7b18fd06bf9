"""What a document leaves for the next time, over real answers: the rhythm, its plan, the floor."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import msgspec
from tests.internet import Internet, Page, Reply
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import subscriptions
from dateline.refresh.hints import rhythm_of
from dateline.refresh.rhythm import KEPT, Rhythm
from dateline.refresh.schedule import FLOOR, Hints, minute_of
from dateline.store import Database, feeds
from dateline.store.feeds import Feed
from dateline.store.write import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def document(dates: Sequence[datetime | None]) -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{number}</guid><title>Entry {number}</title>"
        + (f"<pubDate>{format_datetime(at)}</pubDate>" if at else "")
        + "</item>"
        for number, at in enumerate(dates)
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


class Watch:
    """One feed on a loopback server, refreshed whenever it is due."""

    def __init__(self, db: Database, cast: Cast, now: datetime, internet: Internet) -> None:
        self.internet = internet
        self.url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, self.url, now=now)
        self.runner = Runner(db, now)
        self.asked_at: list[datetime] = []

    @property
    def feed(self) -> Feed:
        with self.runner.db.reading() as tx:
            found = feeds.find(tx, self.url)
        assert found is not None
        return found

    @property
    def hints(self) -> Hints:
        return msgspec.json.decode(self.feed.hints or "{}", type=Hints)

    @property
    def rhythm(self) -> Rhythm:
        return rhythm_of(self.hints)

    def ask(self, page: Page | None = None) -> str:
        """Once, when it is due. The code of what came."""
        if page is not None:
            self.internet["/feed"] = page
        with self.runner.db.reading() as tx:
            due_us = tx.value("SELECT next_at FROM feed WHERE url = :url", url=self.url)
        at = datetime.fromtimestamp(due_us / 1e6, self.runner.now.tzinfo) + timedelta(seconds=1)
        self.runner.now = max(self.runner.now, at)
        self.asked_at.append(self.runner.now)
        return self.runner.run()[self.url].code

    def ask_for(self, days: float) -> list[str]:
        """As often as it is due within so many days."""
        end, found = self.runner.now + timedelta(days=days), []
        while self.runner.now < end:
            found.append(self.ask())
        return found


def test_the_rhythm_is_learnt_from_the_first_document_and_kept_through_small_ones(
    db: Database, cast: Cast, now: datetime
) -> None:
    first = [now - number * DAY for number in range(1, 10)]
    with Internet({"/feed": document(first)}) as internet:
        watch = Watch(db, cast, now, internet)
        watch.ask()
        assert watch.rhythm.news == tuple(sorted(minute_of(at) for at in first))
        # a document that carries nothing but its newest entry
        at = watch.runner.now + timedelta(minutes=30)
        watch.ask(document([at]).replace(b"Entry 0", b"New").replace(b">0<", b">new<"))
        assert watch.rhythm.news == (*sorted(minute_of(at) for at in first), minute_of(at))


def test_a_feed_without_dates_has_a_rhythm_of_arrivals(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document([None])}) as internet:
        watch = Watch(db, cast, now, internet)
        watch.ask()
        assert not watch.rhythm.news
        for count in range(3, 12, 2):
            watch.ask(document([None] * count))
        news = watch.rhythm.news
        assert len(news) == 10
        for earlier, later in pairwise(watch.asked_at):
            assert sum(minute_of(earlier) <= at <= minute_of(later) for at in news) == 2
        quick = watch.asked_at[-1] - watch.asked_at[-2]
        assert FLOOR <= quick < watch.asked_at[1] - watch.asked_at[0]  # each time there was news: sooner and sooner


def test_what_is_remembered_has_an_end(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document([now - number * HOUR for number in range(300)])}) as internet:
        watch = Watch(db, cast, now, internet)
        watch.ask()
        assert len(watch.rhythm.news) == KEPT
        assert len(watch.feed.hints or "") < 1000


def test_an_hour_passes_at_least_with_and_without_validators(db: Database, cast: Cast, now: datetime) -> None:
    busy = [now - number * timedelta(minutes=5) for number in range(30)]
    for etag in ('"a"', None):
        with Internet({"/feed": Reply(document(busy), etag=etag)}) as internet:
            watch = Watch(db, cast, now, internet)
            watch.ask_for(1)
            assert len(watch.asked_at) > 4
            assert all(later - earlier >= FLOOR for earlier, later in pairwise(watch.asked_at))


def test_a_plan_that_is_over_is_made_anew_and_stored(db: Database, cast: Cast, now: datetime) -> None:
    told = [now - number * 9 * DAY for number in range(1, 20)]
    with Internet({"/feed": Reply(document(told), etag='"a"')}) as internet:
        watch = Watch(db, cast, now, internet)
        watch.ask()
        first = watch.hints
        assert first.plan is not None
        assert first.gap_seconds == 9 * DAY.total_seconds()
        assert set(watch.ask_for(5)) == {"not_modified"}
        assert watch.hints == first
        watch.ask_for(8)
        second = watch.hints.plan
        assert second is not None
        assert second.until > first.plan.until
        assert watch.rhythm.news == tuple(sorted(minute_of(at) for at in told))
        assert max(later - earlier for earlier, later in pairwise(watch.asked_at)) <= DAY + HOUR / 60


def test_what_came_another_way_counts_by_its_date(db: Database, cast: Cast, now: datetime) -> None:
    """What a hub brought is no news in the document, and was never in the rhythm; then its dates say it all."""
    old = [now - number * DAY for number in range(100, 110)]
    with Internet({"/feed": document(old)}) as internet:
        watch = Watch(db, cast, now, internet)
        watch.ask()
        before = watch.feed.hints
        newer = [*old, watch.runner.now + HOUR / 4]
        watch.ask(document(newer))
        with transaction(db) as tx:
            tx.run("UPDATE feed SET hints = :hints WHERE id = :id", hints=before, id=watch.feed.id)
        assert watch.ask(document(newer).replace(b"Entry 3", b"Entry three")) == "ok"
        assert watch.rhythm.news == tuple(sorted(minute_of(at) for at in newer))
