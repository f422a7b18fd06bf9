"""How feeds fare, and doing something about several at once; addresses that change, told and undoable. Both engines."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.internet import Internet, Reply, rss
from tests.people import Cast
from tests.refresh.running import Runner
from tests.store.feeding import fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import health as acting
from dateline.actions import subscriptions as arranging
from dateline.errors import ActionError, Forbidden, NotFound
from dateline.model import Stream, User
from dateline.store import Database, addresses, feeds, health, hosts, leases, sidebars, streams
from dateline.store.health import FeedHealth, Kind
from dateline.store.write import transaction

MOMENT = datetime.fromisoformat("2026-11-22T12:00:00Z")
WELL = FeedHealth(
    subscription_id=1,
    feed_id=1,
    title="A",
    url="https://a.example/",
    owner_id=0,
    icon_id=None,
    created_at=MOMENT - timedelta(days=400),
    checked_at=MOMENT,
    ok_at=MOMENT,
    changed_at=MOMENT,
    next_at=MOMENT,
    stopped_at=None,
    error_code=None,
    error_detail=None,
    failures=0,
    moved_url=None,
    moved_at=None,
    previous_url=None,
    subscribers=1,
)
LONG_AGO = MOMENT - timedelta(days=30)


@pytest.mark.parametrize(
    ("feed", "kind"),
    [
        (WELL, "well"),
        (replace(WELL, ok_at=None, changed_at=None), "well"),  # not asked yet
        (replace(WELL, changed_at=MOMENT - timedelta(days=179)), "well"),
        (replace(WELL, changed_at=MOMENT - timedelta(days=180)), "silent"),
        (replace(WELL, error_code="fetch.timeout"), "failing"),
        (replace(WELL, error_code="fetch.not_found", ok_at=LONG_AGO + timedelta(hours=1)), "failing"),
        (replace(WELL, error_code="fetch.not_found", ok_at=LONG_AGO), "dead"),
        (replace(WELL, error_code="fetch.dns", ok_at=None, created_at=LONG_AGO), "dead"),
        (replace(WELL, error_code="fetch.dns", ok_at=None, created_at=MOMENT), "failing"),
        (replace(WELL, error_code="fetch.rate_limited", ok_at=LONG_AGO), "failing"),
        (replace(WELL, error_code="fetch.unauthorized"), "refused"),
        (replace(WELL, error_code="fetch.forbidden", ok_at=LONG_AGO), "dead"),
        (replace(WELL, error_code="fetch.gone", stopped_at=MOMENT), "gone"),
        (replace(WELL, moved_url="https://b.example/", moved_at=MOMENT), "moved"),
        (replace(WELL, previous_url="https://b.example/", moved_at=MOMENT - timedelta(days=29)), "moved"),
        (replace(WELL, previous_url="https://b.example/", moved_at=LONG_AGO), "well"),
    ],
)
def test_a_feed_is_sorted_by_what_to_do(feed: FeedHealth, kind: Kind) -> None:
    assert health.kind_of(feed, MOMENT) == kind


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as server:
        yield server


def told(db: Database, user: User) -> FeedHealth:
    with db.reading() as tx:
        (feed,) = health.with_checks(tx, health.of_user(tx, user.id), 10)
    return feed


# ------------------------------------------------------------------------------------------------ addresses


@pytest.fixture
def moved(db: Database, cast: Cast, internet: Internet, now: datetime) -> tuple[int, Runner]:
    """Alice's feed has moved from /old to /new for good, and its address was taken over: (subscription, runner)."""
    internet["/new"] = rss("News", "One", "Two")
    internet["/old"] = Reply(status=301, headers=(("Location", "/new"),))
    own = arranging.subscribe(db, cast.alice, internet.url("/old"), now=now)
    runner = Runner(db, now)
    for _ in range(5):
        runner.run()
        runner.later(days=1, hours=3)
    return own, runner


def test_an_address_that_was_taken_over_is_told(
    db: Database, cast: Cast, internet: Internet, moved: tuple[int, Runner]
) -> None:
    feed = told(db, cast.alice)
    assert (feed.url, feed.previous_url, feed.moved_url) == (internet.url("/new"), internet.url("/old"), None)
    assert health.kind_of(feed, moved[1].now) == "moved"
    assert [check.code for check in feed.checks] == ["unchanged"] * 4 + ["ok"]


def test_who_goes_back_keeps_the_old_address_for_ever(
    db: Database, cast: Cast, internet: Internet, moved: tuple[int, Runner]
) -> None:
    own, runner = moved
    acting.go_back(db, cast.alice, own, now=runner.now)
    feed = told(db, cast.alice)
    assert (feed.url, feed.previous_url) == (internet.url("/old"), None)
    internet["/new"] = rss("News", "Three", "One", "Two")
    internet.requests.clear()
    for _ in range(6):
        runner.run()
        runner.later(days=1, hours=3)
    assert len(internet.asked("/old")) == len(internet.asked("/new")) == 6
    feed = told(db, cast.alice)
    assert (feed.url, feed.moved_url, feed.error_code) == (internet.url("/old"), None, None)
    with db.reading() as tx:
        assert sorted(tx.column("SELECT title FROM entry")) == ["One", "Three", "Two"]
    with pytest.raises(ActionError, match="no earlier address"):
        acting.go_back(db, cast.alice, own, now=runner.now)


def test_only_who_reads_a_feed_alone_or_an_administrator_may_change_its_address(
    db: Database, cast: Cast, internet: Internet, moved: tuple[int, Runner]
) -> None:
    own, runner = moved
    bobs = arranging.subscribe(db, cast.bob, internet.url("/new"), now=runner.now)
    with pytest.raises(Forbidden):
        acting.go_back(db, cast.bob, bobs, now=runner.now)
    with pytest.raises(NotFound):
        acting.go_back(db, cast.mallory, own, now=runner.now)
    acting.go_back(db, cast.alice, own, now=runner.now)  # she administers
    assert told(db, cast.bob).url == internet.url("/old")


def test_an_old_address_that_is_another_feed_by_now_stays_that_feeds(
    db: Database, cast: Cast, internet: Internet, moved: tuple[int, Runner]
) -> None:
    own, runner = moved
    arranging.subscribe(db, cast.bob, internet.url("/old"), now=runner.now)
    with pytest.raises(ActionError, match="already_subscribed"):
        acting.go_back(db, cast.alice, own, now=runner.now)


def test_a_new_address_is_taken_over_early_or_never(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    internet["/new"] = rss("News", "One")
    for name in ("/old", "/other"):
        internet[name] = Reply(status=301, headers=(("Location", "/new"),))
    ids = [arranging.subscribe(db, cast.alice, internet.url(name), now=now) for name in ("/old", "/other")]
    runner = Runner(db, now)
    runner.run()
    acting.stay(db, cast.alice, ids[1], now=runner.now)
    assert acting.adopt(db, cast.alice, ids, now=runner.now) == 1
    with db.reading() as tx:
        urls = {feed.url: feed.previous_url for feed in health.of_user(tx, cast.alice.id)}
    assert urls == {internet.url("/new"): internet.url("/old"), internet.url("/other"): None}
    runner.later(days=9)
    runner.run()
    with db.reading() as tx:
        assert {feed.url for feed in health.of_user(tx, cast.alice.id)} == set(urls)


def test_two_feeds_that_moved_to_one_address_become_one(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    internet["/new"] = rss("News", "One")
    for name in ("/old", "/other"):
        internet[name] = Reply(status=301, headers=(("Location", "/new"),))
    ids = [arranging.subscribe(db, cast.bob, internet.url(name), now=now) for name in ("/old", "/other")]
    Runner(db, now).run()
    assert acting.adopt(db, cast.bob, ids, now=now) == 2
    assert told(db, cast.bob).url == internet.url("/new")


def test_nobody_moves_into_a_feed_of_another_site_that_others_read(db: Database, cast: Cast, now: datetime) -> None:
    """Whoever redirects an address of theirs to a bank's feed does not get their articles into it."""
    trap, trap_feed = subscribed(db, cast.mallory, "https://trap.example/feed", now)
    _, bank_feed = subscribed(db, cast.alice, "https://bank.example/feed", now)
    fill(db, trap_feed, ["Send us your password"], now)
    fill(db, bank_feed, ["True"], now)
    with transaction(db) as tx:
        addresses.remember_move(tx, trap_feed, "https://bank.example/feed", "bank.example", now)
    with pytest.raises(Forbidden):
        acting.adopt(db, cast.mallory, [trap], now=now)
    with transaction(db) as tx:
        assert addresses.adopt(tx, trap_feed, "https://bank.example/feed", "bank.example", now) is None
        assert tx.all("SELECT feed_id, title FROM entry ORDER BY id") == [
            (trap_feed, "Send us your password"),
            (bank_feed, "True"),
        ]


@pytest.mark.parametrize("old", ["https://www.bank.example/old", "http://bank.example/feed", "https://other.example/"])
def test_feeds_of_one_host_and_feeds_that_the_same_people_read_become_one(
    db: Database, cast: Cast, now: datetime, old: str
) -> None:
    for user in (cast.alice, cast.bob):
        subscribed(db, user, "https://bank.example/feed", now)
        _, feed_id = subscribed(db, user, old, now)
    with transaction(db) as tx:
        assert addresses.adopt(tx, feed_id, "https://bank.example/feed", "bank.example", now) == 1
    assert told(db, cast.bob).url == "https://bank.example/feed"


def test_from_http_to_https_nothing_is_told(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, "http://a.example/feed", now)
    with transaction(db) as tx:
        addresses.adopt(tx, 1, "https://a.example/feed", "a.example", now)
    feed = told(db, cast.alice)
    assert (feed.url, feed.previous_url) == ("https://a.example/feed", None)


# ------------------------------------------------------------------------------------------------ several at once


@pytest.fixture
def three(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Alice's subscriptions to three feeds, asked an hour ago; the second one is gone."""
    ids = [subscribed(db, cast.alice, f"https://{name}.example/", now)[0] for name in "abc"]
    with transaction(db) as tx:
        for place, feed in enumerate(feeds.read(tx, ident) for ident in (1, 2, 3)):
            code = "fetch.gone" if place == 1 else "fetch.timeout"
            feeds.fail(
                tx,
                feed,
                code=code,
                detail="",
                now=now - timedelta(hours=1),
                next_at=None if place == 1 else now + timedelta(days=1),
                stopped=place == 1,
            )
    return ids


def test_several_are_tried_at_once_even_those_that_were_withdrawn(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    assert acting.try_now(db, cast.alice, three, now=now) == 3
    with db.reading() as tx:
        due = leases.due(tx, holder="x", now=now, limit=10, full_hosts=[])
    assert [row[0] for row in due] == [1, 2, 3]
    assert acting.try_now(db, cast.alice, three, now=now - timedelta(minutes=56)) == 0  # four minutes after the last


def test_several_are_moved_to_a_folder(db: Database, cast: Cast, three: list[int], now: datetime) -> None:
    old, new = (arranging.add_folder(db, cast.alice, name, now=now) for name in ("Old", "New"))
    arranging.edit(db, cast.alice, three[0], folder_ids=[old], now=now)
    assert acting.move(db, cast.alice, three[:2], new, now=now) == 2
    with db.reading() as tx:
        rows = {row.id: row.folder_ids for row in sidebars.read(tx, cast.alice.id).subscriptions}
    assert rows == {three[0]: (new,), three[1]: (new,), three[2]: ()}


def test_several_are_left_at_once_and_what_is_starred_stays(
    db: Database, cast: Cast, three: list[int], now: datetime
) -> None:
    (entry,) = fill(db, 1, ["Kept"], now)
    deeds.star(db, cast.alice, [entry], starred=True, now=now)
    assert acting.unsubscribe(db, cast.alice, [*three[:2], three[0]], now=now) == 2
    with db.reading() as tx:
        assert [feed.subscription_id for feed in health.of_user(tx, cast.alice.id)] == three[2:]
        assert tx.column("SELECT id FROM feed WHERE orphaned_at IS NOT NULL ORDER BY id") == [1, 2]
        assert streams.read(tx, cast.alice.id, Stream(kind="starred")).entries[0].title == "Kept"


def test_what_is_somebody_elses_stops_the_whole_deed(db: Database, cast: Cast, three: list[int], now: datetime) -> None:
    bobs, _ = subscribed(db, cast.bob, "https://d.example/", now)
    folder = arranging.add_folder(db, cast.bob, "His", now=now)
    mixed = [bobs, *three]
    with pytest.raises(NotFound):
        acting.unsubscribe(db, cast.bob, mixed, now=now)
    with pytest.raises(NotFound):
        acting.try_now(db, cast.bob, mixed, now=now)
    with pytest.raises(NotFound):
        acting.move(db, cast.bob, mixed, folder, now=now)
    with pytest.raises(NotFound):
        acting.move(db, cast.alice, three, folder, now=now)
    with pytest.raises(NotFound):
        acting.adopt(db, cast.bob, mixed, now=now)
    for none_or_many in ([], list(range(1, 1002))):
        with pytest.raises(ActionError, match="bad_value"):
            acting.unsubscribe(db, cast.alice, none_or_many, now=now)
    with db.reading() as tx:
        assert len(health.of_user(tx, cast.alice.id)) == 3
        assert len(health.of_user(tx, cast.bob.id)) == 1


def test_the_machine_says_what_it_is_at(db: Database, cast: Cast, three: list[int], now: datetime) -> None:
    acting.try_now(db, cast.alice, three, now=now)
    with transaction(db) as tx:
        hosts.silence(tx, "quiet.example", now + timedelta(hours=1))
        leases.lease(tx, [1], holder="worker", now=now, until=now + timedelta(minutes=5))
    with db.reading() as tx:
        works = health.works(tx, now)
        assert len(health.of_instance(tx)) == 3
    assert (works.feeds, works.due, works.leased, works.holders) == (3, 3, 1, 1)
    assert works.longest_due_since == now
    assert works.quiet_hosts == (("quiet.example", now + timedelta(hours=1)),)
