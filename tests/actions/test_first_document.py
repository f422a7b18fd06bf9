"""A feed that was looked at before subscribing is asked once: what was looked at is its first document."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.internet import LOOPBACK, Internet, Page, Reply, redirect, rss
from tests.people import Cast

from dateline.actions import subscriptions as actions
from dateline.model import Stream, User
from dateline.refresh.shelf import Shelf
from dateline.refresh.work import Refresher
from dateline.store import Database, hosts, leases, streams, subscriptions
from dateline.store.write import transaction

HOME = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'


@pytest.fixture
def internet() -> Iterator[Internet]:
    pages: dict[str, Page] = {
        "/feed": rss("Le Phare", "Premier", "Deuxième"),
        "/": Reply(HOME, content_type="text/html"),
        "/old": redirect("/feed", 301),
        "/now": redirect("/feed", 302),
    }
    with Internet(pages) as server:
        yield server


@pytest.fixture
def alice(cast: Cast) -> User:
    return cast.alice


def now() -> datetime:
    return datetime.now(UTC)


def looked(db: Database, user: User, shelf: Shelf, address: str) -> str:
    found = actions.look(db, LOOPBACK, user, address, version="0", now=now(), shelf=shelf)
    return found.feeds[0].url


def titles(db: Database, user: User) -> list[str]:
    with db.reading() as tx:
        return sorted(entry.title for entry in streams.read(tx, user.id, Stream(kind="main")).entries)


def work(db: Database) -> None:
    asyncio.run(Refresher(db, LOOPBACK, version="0", holder="worker", clock=now).run_once())


@pytest.mark.parametrize("address", ["/feed", "/", "/old"])
def test_who_looks_and_subscribes_asks_once_and_reads_at_once(
    db: Database, alice: User, internet: Internet, address: str
) -> None:
    shelf = Shelf()
    feed = looked(db, alice, shelf, internet.url(address))
    assert feed == internet.url("/feed")
    actions.subscribe(db, alice, feed, settings=LOOPBACK, now=now(), shelf=shelf)
    assert titles(db, alice) == ["Deuxième", "Premier"]
    work(db)
    assert len(internet.asked("/feed")) == 1
    with db.reading() as tx:
        assert tx.column("SELECT lease_holder FROM feed WHERE lease_holder IS NOT NULL") == []
        assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []
        assert tx.column("SELECT code FROM feed_check") == ["ok"]
        (next_at,) = tx.column("SELECT next_at FROM feed")
    assert next_at > (now() + timedelta(minutes=30)).timestamp() * 1_000_000


def test_a_private_feed_is_asked_once_too(db: Database, alice: User, internet: Internet) -> None:
    shelf = Shelf()
    feed = looked(db, alice, shelf, internet.url("/feed"))
    actions.subscribe(db, alice, feed, private=True, settings=LOOPBACK, now=now(), shelf=shelf)
    assert titles(db, alice) == ["Deuxième", "Premier"]


def test_what_somebody_else_looked_at_or_long_ago_is_asked_again(db: Database, cast: Cast, internet: Internet) -> None:
    shelf = Shelf()
    feed = looked(db, cast.bob, shelf, internet.url("/feed"))
    actions.subscribe(db, cast.alice, feed, settings=LOOPBACK, now=now(), shelf=shelf)
    assert titles(db, cast.alice) == []
    document = shelf.find(cast.bob.id, feed, now())
    assert document is not None
    shelf.keep(cast.bob.id, feed, document, now() - timedelta(minutes=11))
    actions.subscribe(db, cast.bob, feed, settings=LOOPBACK, now=now(), shelf=shelf)
    work(db)
    assert titles(db, cast.alice) == titles(db, cast.bob) == ["Deuxième", "Premier"]
    assert len(internet.asked("/feed")) == 2


def test_while_its_host_is_anothers_the_worker_asks(db: Database, alice: User, internet: Internet) -> None:
    shelf = Shelf()
    feed = looked(db, alice, shelf, internet.url("/feed"))
    with transaction(db) as tx:
        other = actions.add_subscription(tx, alice.id, internet.url("/other"), now=now())
        feed_id = subscriptions.feed_of(tx, alice.id, other)
        held = leases.lease(tx, [feed_id], holder="worker 2", now=now(), until=now() + timedelta(minutes=1))
    actions.subscribe(db, alice, feed, settings=LOOPBACK, now=now(), shelf=shelf)
    assert titles(db, alice) == []
    with transaction(db) as tx:
        leases.give_back(tx, [feed_id], "worker 2")
        hosts.release(tx, [held[0].host], holder="worker 2")
    work(db)
    assert titles(db, alice) == ["Deuxième", "Premier"]


def test_a_feed_that_is_read_already_is_left_as_it_is(db: Database, cast: Cast, internet: Internet) -> None:
    shelf = Shelf()
    feed = looked(db, cast.alice, shelf, internet.url("/feed"))
    actions.subscribe(db, cast.bob, feed, settings=LOOPBACK, now=now(), shelf=Shelf())
    work(db)
    internet["/feed"] = rss("Le Phare", "Premier", "Deuxième", "Troisième")
    actions.subscribe(db, cast.alice, feed, settings=LOOPBACK, now=now(), shelf=shelf)
    assert titles(db, cast.alice) == ["Deuxième", "Premier"]
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed_check") == 1
        assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []
