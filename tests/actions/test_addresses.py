"""A feed's address changed by hand: what stays, whose the feed is then, what never leaves its server. Both engines."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.internet import Internet, rss
from tests.people import Cast
from tests.refresh.running import Runner
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, subscriptions, transport
from dateline.actions.addresses import change_by_hand
from dateline.actions.transport import Wish
from dateline.errors import ActionError, NotFound
from dateline.model import Stream, User
from dateline.settings import Settings
from dateline.store import Database, feeds, streams
from dateline.store.feeds import Feed
from dateline.store.subscriptions import feed_of

OLD, NEW, ELSEWHERE = "https://a.example/old", "https://www.a.example/new", "https://b.example/feed"


def feed(db: Database, user: User, subscription_id: int) -> Feed:
    with db.reading() as tx:
        return feeds.read(tx, feed_of(tx, user.id, subscription_id))


def titles(db: Database, user: User, shown: str = "all") -> dict[str, bool]:
    """The titles of the main stream, with whether they are favourites."""
    with db.reading() as tx:
        page = streams.read(tx, user.id, Stream(shown="unread" if shown == "unread" else "all"))
    return {entry.title: entry.starred for entry in page.entries}


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as net:
        yield net


@pytest.fixture
def alices(db: Database, cast: Cast, now: datetime) -> int:
    """Alice's subscription to a shared feed of two entries: one is read and starred."""
    subscription_id, feed_id = subscribed(db, cast.alice, OLD, now)
    one, _ = fill(db, feed_id, ["one", "two"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    entries.mark(db, cast.alice, [one], read=True, now=now)
    entries.star(db, cast.alice, [one], starred=True, now=now)
    return subscription_id


def test_on_the_same_site_the_feed_moves_with_all_it_has(db: Database, cast: Cast, alices: int, now: datetime) -> None:
    before = feed(db, cast.alice, alices)
    change_by_hand(db, cast.alice, alices, NEW, now=now)
    after = feed(db, cast.alice, alices)
    assert (after.id, after.url, after.owner_id) == (before.id, NEW, 0)
    assert titles(db, cast.alice) == {"one": True, "two": False}
    assert titles(db, cast.alice, "unread") == {"two": False}
    with db.reading() as tx:
        assert tx.value("SELECT previous_url FROM feed WHERE id = :id", id=after.id) == OLD


def test_what_another_reads_too_stays_where_it_is(db: Database, cast: Cast, alices: int, now: datetime) -> None:
    bobs, _ = subscribed(db, cast.bob, OLD, now)
    change_by_hand(db, cast.bob, bobs, NEW, now=now)
    assert (feed(db, cast.bob, bobs).url, feed(db, cast.bob, bobs).owner_id) == (NEW, cast.bob.id)
    assert feed(db, cast.alice, alices).url == OLD
    assert titles(db, cast.bob) == {"one": False, "two": False}


@pytest.mark.parametrize("somebody_is_there", [False, True])
def test_nothing_of_one_site_is_put_into_the_feed_of_another(
    db: Database, cast: Cast, now: datetime, somebody_is_there: bool
) -> None:
    if somebody_is_there:
        subscribed(db, cast.alice, ELSEWHERE, now)
    own, feed_id = subscribed(db, cast.bob, OLD, now)
    fill(db, feed_id, ["a lie"], now)
    accounts.catch_up(db, cast.bob.id, now=now)
    change_by_hand(db, cast.bob, own, ELSEWHERE, now=now)
    assert feed(db, cast.bob, own).owner_id == cast.bob.id
    if not somebody_is_there:
        subscribed(db, cast.alice, ELSEWHERE, now)
    accounts.catch_up(db, cast.alice.id, now=now)
    assert titles(db, cast.alice) == {}
    assert titles(db, cast.bob) == {"a lie": False}
    transport.clear(db, Settings(), cast.bob, own, now=now)
    assert feed(db, cast.bob, own).owner_id == cast.bob.id, "and there is no way round"


def test_the_feed_is_asked_at_its_new_address_and_brings_nothing_twice(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    internet["/old"] = rss("News", "One", "Two")
    internet["/new"] = rss("News", "Three", "One", "Two")
    own = subscriptions.subscribe(db, cast.alice, internet.url("/old"), now=now)
    runner = Runner(db, now)
    runner.run()
    internet["/old"] = 410
    runner.later(days=2)
    runner.run()
    assert feed(db, cast.alice, own).error_code is not None
    change_by_hand(db, cast.alice, own, internet.url("/new"), now=runner.now)
    runner.run()
    after = feed(db, cast.alice, own)
    assert (after.url, after.error_code) == (internet.url("/new"), None)
    accounts.catch_up(db, cast.alice.id, now=runner.now)
    assert sorted(titles(db, cast.alice)) == ["One", "Three", "Two"]


def test_an_own_feed_that_was_left_there_becomes_one_with_it(
    db: Database, cast: Cast, alices: int, now: datetime
) -> None:
    left = subscriptions.subscribe(db, cast.bob, ELSEWHERE, private=True, now=now)
    fill(db, feed(db, cast.bob, left).id, ["three"], now)
    subscriptions.unsubscribe(db, cast.bob, left, now=now)
    bobs, _ = subscribed(db, cast.bob, OLD, now)
    change_by_hand(db, cast.bob, bobs, ELSEWHERE, now=now)
    accounts.catch_up(db, cast.bob.id, now=now)
    assert feed(db, cast.bob, bobs).url == ELSEWHERE
    assert {"one", "two"} <= set(titles(db, cast.bob))


def test_secrets_go_to_no_other_server(db: Database, cast: Cast, tmp_path: Path, now: datetime) -> None:
    settings = Settings(secret_file=tmp_path / "key")
    own, _ = subscribed(db, cast.alice, OLD, now)
    transport.change(db, settings, cast.alice, own, Wish(login="alice:sesame"), now=now)
    with pytest.raises(ActionError, match="secrets_stay"):
        change_by_hand(db, cast.alice, own, ELSEWHERE, now=now)
    change_by_hand(db, cast.alice, own, "https://a.example/new", now=now)
    assert feed(db, cast.alice, own).url == "https://a.example/new"


def test_what_cannot_be_is_refused(db: Database, cast: Cast, alices: int, now: datetime) -> None:
    other, _ = subscribed(db, cast.alice, ELSEWHERE, now)
    for address, code in (
        ("", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("https://me:secret@a.example/", "bad_url"),
        (ELSEWHERE, "already_subscribed"),
    ):
        with pytest.raises(ActionError, match=code):
            change_by_hand(db, cast.alice, alices, address, now=now)
    with pytest.raises(NotFound):
        change_by_hand(db, cast.mallory, alices, NEW, now=now)
    change_by_hand(db, cast.alice, alices, OLD, now=now)  # as it is: nothing happens
    assert (feed(db, cast.alice, alices).url, feed(db, cast.alice, other).url) == (OLD, ELSEWHERE)
