"""Feeds merge while people go on: nobody waits for somebody who waits for them (PostgreSQL; SQLite has one writer)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.store.feeding import arrived, fill, subscribed

from dateline.actions import accounts, arranging, health, subscriptions, transport
from dateline.actions.addresses import change_by_hand
from dateline.model import User
from dateline.refresh import index
from dateline.refresh.outcome import Move, Outcome
from dateline.refresh.record import record
from dateline.settings import Settings
from dateline.store import Database, addresses, brought, delivery, entries, feeds, orphans, states
from dateline.store import subscriptions as store_subscriptions
from dateline.store.checks import CheckRow
from dateline.store.db import WriteTx
from dateline.store.postgres.engine import ARRIVAL_LOCK
from dateline.store.write import transaction

ONE, TWO = "https://a.example/1", "https://a.example/2"
pytestmark = pytest.mark.postgres
Merge = Callable[[Database, User, int, int, datetime], object]


def recorded(db: Database, user: User, subscription_id: int, feed_id: int, now: datetime) -> None:
    """By the machine: the feed's redirect is believed."""
    with db.reading() as tx:
        feed = feeds.read(tx, feed_id)
    check = CheckRow(at=now, code="not_modified", status=304)
    record(db, [Outcome(feed=feed, check=check, next_at=now, move=Move(target=TWO, adopt=True))])


def adopted(db: Database, user: User, subscription_id: int, feed_id: int, now: datetime) -> None:
    """By a person who does not wait for that."""
    with transaction(db) as tx:
        addresses.remember_move(tx, feed_id, TWO, "a.example", now)
    health.adopt(db, replace(user, is_admin=True), [subscription_id], now=now)


def until_it_waits(tx: WriteTx) -> None:
    """Until somebody waits for what this transaction holds."""
    for _ in range(6000):
        if tx.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("merge", [recorded, adopted])
def test_who_subscribes_to_a_feed_while_it_merges_waits_for_nobody_who_waits(
    postgres_db: Database, now: datetime, merge: Merge
) -> None:
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    bobs, one = subscribed(db, bob, ONE, now)
    _, two = subscribed(db, alice, TWO, now)
    first, _ = fill(db, one, ["one", "both"], now)
    second, _ = fill(db, two, ["two", "both"], now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(alice.id)
            merging = pool.submit(merge, db, bob, bobs, one, now)
            until_it_waits(tx)
            subscriptions.add_subscription(tx, alice.id, ONE, now=now)
        merging.result()
    with db.reading() as tx:
        assert tx.all("SELECT id, url FROM feed WHERE id IN ids(:ids)", ids=[one, two]) == [(one, TWO)]
        assert tx.all("SELECT user_id, feed_id FROM subscription ORDER BY user_id") == [(alice.id, one), (bob.id, one)]
        unread = tx.column("SELECT entry_id FROM unread WHERE user_id = :alice ORDER BY entry_id", alice=alice.id)
        assert {first, second} <= set(unread)


def test_who_leaves_a_feed_while_anothers_becomes_everybodys_again_waits_for_nobody_who_waits(
    postgres_db: Database, now: datetime, tmp_path: Path
) -> None:
    db, settings = postgres_db, Settings(secret_file=tmp_path / "key")
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    alices, one = subscribed(db, alice, ONE, now)
    fill(db, one, ["one"], now)
    transport.change(db, settings, alice, alices, transport.Wish(user_agent="Reader"), now=now)
    bobs, shared = subscribed(db, bob, ONE, now)
    assert shared != one
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(bob.id)
            clearing = pool.submit(transport.clear, db, settings, alice, alices, now=now)
            until_it_waits(tx)
            store_subscriptions.remove(tx, bob.id, [bobs], now)
            orphans.orphan_if_unread_by_all(tx, shared, now)
        assert clearing.result() == "shared"
    with db.reading() as tx:
        assert tx.all("SELECT user_id, feed_id FROM subscription") == [(alice.id, one)]
        assert tx.all("SELECT id, owner_id FROM feed") == [(one, 0)]


def test_a_feed_that_merges_beside_somebody_who_came_meanwhile_merges_all_the_same(
    postgres_db: Database, now: datetime
) -> None:
    """She subscribes after it was found out whom the merge concerns: from the beginning, then."""
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    bobs, one = subscribed(db, bob, ONE, now)
    subscribed(db, bob, TWO, now)
    with transaction(db) as tx:
        addresses.remember_move(tx, one, TWO, "a.example", now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            subscriptions.add_subscription(tx, alice.id, ONE, now=now)  # the feed is held, and she waits for nobody
            merging = pool.submit(health.adopt, db, replace(bob, is_admin=True), [bobs], now=now)
            until_it_waits(tx)
        merging.result()
    with db.reading() as tx:
        assert tx.all("SELECT user_id, feed_id FROM subscription ORDER BY user_id") == [(alice.id, one), (bob.id, one)]


@pytest.mark.parametrize("merge", [recorded, adopted])
def test_who_stars_what_is_in_a_feed_while_it_merges_waits_for_nobody_who_waits(
    postgres_db: Database, now: datetime, merge: Merge
) -> None:
    """Somebody who left the feed, and has favourites in it."""
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    own, one = subscribed(db, alice, ONE, now)
    bobs, two = subscribed(db, bob, TWO, now)
    subscribed(db, alice, TWO, now)
    first, second = fill(db, two, ["first", "second"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, bob.id)
        states.star(tx, bob.id, [first], now)
    arranging.leave(db, bob, [bobs], now=now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(bob.id)
            states.unstar(tx, bob.id, [first])
            merging = pool.submit(merge, db, alice, own, one, now)
            until_it_waits(tx)
            states.star(tx, bob.id, [second], now)
        merging.result()
    with db.reading() as tx:
        assert tx.all("SELECT entry_id, feed_id FROM star WHERE user_id = :bob", bob=bob.id) == [(second, one)]


def test_who_comes_to_the_new_address_of_a_feed_at_the_last_moment_waits_for_nobody_who_waits(
    postgres_db: Database, now: datetime
) -> None:
    """When it was found out whom the move concerns, nobody read the new address: nobody but who reads the old one."""
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    _, one = subscribed(db, alice, ONE, now)
    with db.reading() as tx:
        feed = feeds.read(tx, one)
    check = CheckRow(at=now, code="ok", status=200)
    new = (arrived("new", now),)
    outcome = Outcome(feed=feed, check=check, next_at=now, arrived=new, move=Move(target=TWO, adopt=True))
    with ThreadPoolExecutor(1) as pool, ExitStack() as others:
        arriving = others.enter_context(transaction(db))
        arriving.hold_arrival_order()
        recording = pool.submit(record, db, [outcome])
        until_it_waits(arriving)
        subscribed(db, bob, TWO, now)
        with transaction(db) as tx:
            tx.hold_user(bob.id)
            others.close()
            until_it_waits(tx)
            assert tx.value("SELECT pg_try_advisory_xact_lock(:lock)", lock=ARRIVAL_LOCK), "who waits holds it"
        recording.result()
    with db.reading() as tx:
        assert tx.all("SELECT user_id, feed_id FROM subscription ORDER BY user_id") == [(alice.id, one), (bob.id, one)]
        assert tx.all("SELECT id, url FROM feed") == [(one, TWO)]


def test_who_gives_a_feed_another_address_holds_no_feed_while_waiting_for_people(
    postgres_db: Database, now: datetime
) -> None:
    """Bob brought articles of that feed along: they go by the new address, too."""
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    alices, one = subscribed(db, alice, ONE, now)
    subscribed(db, bob, ONE, now)
    with transaction(db) as tx:
        archive = brought.open_archive(tx, bob.id, ONE, host="a.example", title="", site_url=None, now=now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(bob.id)
            changing = pool.submit(change_by_hand, db, alice, alices, TWO, now=now)
            until_it_waits(tx)
            free = "SELECT id FROM feed WHERE id IN ids(:ids) ORDER BY id [[lock_row_now]]"
            assert tx.column(free, ids=[one, archive]) == [one, archive]
        changing.result()
    with db.reading() as tx:
        assert tx.all("SELECT id, url FROM feed ORDER BY id") == [(one, TWO), (archive, TWO + brought.ARCHIVE)]


def test_who_comes_to_an_address_while_anothers_feed_of_it_becomes_everybodys_reads_the_same(
    postgres_db: Database, now: datetime, tmp_path: Path
) -> None:
    """Both would make the feed that all share."""
    db, settings = postgres_db, Settings(secret_file=tmp_path / "key")
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    bob = accounts.create(db, name="Bob", password="correct horse battery", is_admin=False, now=now)
    alices, one = subscribed(db, alice, ONE, now)
    transport.change(db, settings, alice, alices, transport.Wish(user_agent="Reader"), now=now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(bob.id)
            subscriptions.add_subscription(tx, bob.id, ONE, now=now)
            clearing = pool.submit(transport.clear, db, settings, alice, alices, now=now)
            until_it_waits(tx)
        assert clearing.result() == "shared"
    with db.reading() as tx:
        assert tx.all("SELECT user_id, feed_id FROM subscription ORDER BY user_id") == [(alice.id, one), (bob.id, one)]


def test_what_is_purged_while_it_is_indexed_is_left_out(postgres_db: Database, now: datetime) -> None:
    db = postgres_db
    alice = accounts.create(db, name="Alice", password="correct horse battery", is_admin=True, now=now)
    _, one = subscribed(db, alice, ONE, now)
    gone, left = fill(db, one, ["gone", "left"], now)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(alice.id)
            feeds.hold(tx, one)
            entries.purge(tx, one, [gone])
            indexing = pool.submit(index.index_all, db)
            until_it_waits(tx)
        indexing.result()
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM entry_text") == [left]
