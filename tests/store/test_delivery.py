"""Delivery and the states of entries: whatever happens in whatever order, the counters are what the rows say."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.people import PASSWORD, Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, instance, subscriptions
from dateline.model import Stream, User
from dateline.refresh import deliver
from dateline.store import Database, delivery, history
from dateline.store import entries as stored
from dateline.store.entries import guid_hash
from dateline.store.write import transaction

NUMBERS = count()
FEEDS = 2


class World:
    """One reader, two feeds, and what should be unread of them by the book."""

    def __init__(self, db: Database, user: User, now: datetime) -> None:
        self.db, self.user, self.now = db, user, now
        self.number = next(NUMBERS)
        self.subscriptions: list[int | None] = [None] * FEEDS
        self.feeds: list[int] = []
        for place in range(FEEDS):
            self.subscriptions[place], feed = subscribed(db, user, self.url(place), now)
            self.feeds.append(feed)
        self.ids: list[list[int]] = [[] for _ in range(FEEDS)]
        self.gone: set[int] = set()
        self.unread: set[int] = set()
        self.waiting: set[int] = set()
        self.deeds: list[tuple[int, set[int], bool]] = []

    def url(self, place: int) -> str:
        return f"https://{self.number}-{place}.test/feed"

    def of(self, place: int) -> set[int]:
        return set(self.ids[place])

    def insert(self, place: int, amount: int) -> None:
        titles = [f"{self.number}-{len(self.ids[place]) + n}" for n in range(amount)]
        new = fill(self.db, self.feeds[place], titles, self.now)
        self.ids[place] += new
        if self.subscriptions[place] is not None:
            self.waiting |= set(new)

    def leave(self, place: int, amount: int) -> None:
        """The feed carries its oldest entries no more."""
        left = self.ids[place][:amount]
        self.gone |= set(left)
        with transaction(self.db) as tx:
            stored.mark_gone(tx, left, self.now)

    def deliver(self, place: int, amount: int) -> None:
        del place
        with transaction(self.db) as tx:
            before = set(tx.column("SELECT entry_id FROM unread WHERE user_id = :user", user=self.user.id))
            delivered = delivery.deliver(tx, self.user.id, limit=amount + 1)
            after = set(tx.column("SELECT entry_id FROM unread WHERE user_id = :user", user=self.user.id))
        assert delivered <= amount + 1
        assert len(after - before) == delivered
        assert after - before <= self.waiting
        assert before <= after
        self.waiting -= after
        self.unread |= after

    def mark(self, place: int, amount: int, *, read: bool) -> None:
        chosen = self.ids[place][-amount - 1 :]
        if not chosen or self.subscriptions[place] is None:
            return
        by_hand = self.by_hand()
        deed = entries.mark(self.db, self.user, chosen, read=read, now=self.now)
        changed = set(chosen) & self.unread if read else set(chosen) - self.unread - self.waiting
        assert deed.count == len(changed if read else set(chosen) - self.waiting - by_hand)
        assert read or self.by_hand() == by_hand | (set(chosen) - self.waiting)
        self.unread = self.unread - changed if read else self.unread | changed
        if deed.seq is not None:
            self.deeds.append((deed.seq, changed, read))

    def by_hand(self) -> set[int]:
        with self.db.reading() as tx:
            return set(tx.column("SELECT entry_id FROM unread WHERE user_id = :user AND kept = 1", user=self.user.id))

    def read(self, place: int, amount: int) -> None:
        self.mark(place, amount, read=True)

    def keep_unread(self, place: int, amount: int) -> None:
        self.mark(place, amount, read=False)

    def mark_all(self, place: int, amount: int) -> None:
        del place
        known = sorted(ident for ids in self.ids for ident in ids)
        up_to = known[-min(amount, len(known))] if known and amount else 2**40
        deed = entries.mark_all_read(self.db, self.user, Stream(), up_to=up_to, now=self.now)
        changed = {ident for ident in self.unread if ident <= up_to}
        assert deed.count == len(changed)
        self.unread -= changed
        if deed.seq is not None:
            self.deeds.append((deed.seq, changed, True))

    def undo(self, place: int, amount: int) -> None:
        del place, amount
        if not self.deeds:
            return
        seq, changed, was_read = self.deeds.pop()
        entries.undo(self.db, self.user, seq, now=self.now)
        here = {ident for place in range(FEEDS) if self.subscriptions[place] is not None for ident in self.ids[place]}
        delivered = (changed & here) - self.waiting - self.seen_since(seq)
        self.unread = self.unread | delivered if was_read else self.unread - changed

    def seen_since(self, seq: int) -> set[int]:
        """What was read by hand, though a whole stream had been marked before: undoing that leaves it read."""
        with self.db.reading() as tx:
            seen = tx.column(
                "SELECT entries FROM history WHERE user_id = :user AND seq > :seq AND action = 'seen'",
                user=self.user.id,
                seq=seq,
            )
        return {ident for packed in seen for ident in history.unpack_ids(packed)}

    def unsubscribe(self, place: int, amount: int) -> None:
        del amount
        own = self.subscriptions[place]
        if own is None:
            return
        subscriptions.unsubscribe(self.db, self.user, own, now=self.now)
        self.subscriptions[place] = None
        self.unread -= self.of(place)
        self.waiting -= self.of(place)

    def subscribe(self, place: int, amount: int) -> None:
        del amount
        if self.subscriptions[place] is not None:
            return
        self.subscriptions[place] = subscriptions.subscribe(self.db, self.user, self.url(place), now=self.now)
        self.unread |= self.of(place) - self.gone

    def check(self) -> None:
        with self.db.reading() as tx:
            rows = tx.column("SELECT entry_id FROM unread WHERE user_id = :user", user=self.user.id)
            counted: dict[int, int] = dict(
                tx.all("SELECT feed_id, unread_count FROM subscription WHERE user_id = :user", user=self.user.id)
            )
        assert len(rows) == len(set(rows))
        assert set(rows) == self.unread
        for place, feed in enumerate(self.feeds):
            if self.subscriptions[place] is not None:
                assert counted[feed] == len(self.unread & self.of(place))
            else:
                assert feed not in counted


STEPS: dict[str, Callable[[World, int, int], None]] = {
    "insert": World.insert,
    "leave": World.leave,
    "deliver": World.deliver,
    "read": World.read,
    "keep unread": World.keep_unread,
    "mark all": World.mark_all,
    "undo": World.undo,
    "unsubscribe": World.unsubscribe,
    "subscribe": World.subscribe,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, FEEDS - 1), st.integers(0, 4)),
        min_size=5,
        max_size=30,
    )
)
@example([("insert", 0, 1), ("deliver", 0, 0), ("mark all", 0, 0), ("read", 0, 0), ("undo", 0, 0)])
@example(
    [("insert", 1, 1), ("deliver", 0, 0), ("mark all", 0, 0), ("keep unread", 1, 0), ("undo", 0, 0), ("undo", 0, 0)]
)
def test_any_interleaving_leaves_counters_that_are_the_rows(
    db: Database, cast: Cast, now: datetime, steps: list[tuple[str, int, int]]
) -> None:
    user = accounts.create(db, name=f"reader {next(NUMBERS)}", password=PASSWORD, now=now)
    world = World(db, user, now)
    for name, place, amount in steps:
        STEPS[name](world, place, amount)
        world.check()
    deliver.catch_up(db, user.id, everything=True)
    world.unread |= world.waiting
    world.check()


def test_a_page_delivers_five_thousand_at_most_and_the_worker_the_rest(db: Database, cast: Cast, now: datetime) -> None:
    for number, amount in enumerate((3000, 2500)):
        _, feed = subscribed(db, cast.alice, f"https://{number}.test/", now)
        rows = [{"feed": feed, "hash": guid_hash(str(n)), "at": n} for n in range(amount)]
        with transaction(db) as tx:
            tx.many(
                "INSERT INTO entry (feed_id, guid, guid_hash, content_hash, title, preview, word_count, received_at,"
                " listed_at) VALUES (:feed, '', :hash, :hash, '', '', 0, :at, :at)",
                rows,
            )
            tx.run("UPDATE feed SET last_entry_id = (SELECT max(id) FROM entry) WHERE id = :id", id=feed)
    assert [accounts.catch_up(db, cast.alice.id, now=now) for _ in range(3)] == [5000, 500, 0]
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM unread") == 5500
        assert tx.value("SELECT sum(unread_count) FROM subscription") == 5500
        assert not delivery.undelivered(tx, cast.alice.id)


def test_who_has_nothing_new_is_not_written_to(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    fill(db, feed, ["one"], now)
    assert deliver.catch_up(db, cast.alice.id) == 1
    with transaction(db) as tx:  # the one writer: a second write would wait for ever
        tx.value("SELECT 1")
        if db.engine == "sqlite":
            assert deliver.catch_up(db, cast.alice.id) == 0
    assert deliver.catch_up(db, cast.bob.id) == 0


def test_purged_entries_do_not_stop_delivery(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, feed, ["one", "two", "three"], now)
    with transaction(db) as tx:
        stored.purge(tx, feed, ids[1:])
    assert deliver.catch_up(db, cast.alice.id, everything=True) == 1
    with db.reading() as tx:
        assert not delivery.undelivered(tx, cast.alice.id)
        assert tx.value("SELECT entry_count FROM feed") == 1


def test_recount_repairs_what_somebody_broke(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, feed, ["one", "two", "three"], now)
    deliver.catch_up(db, cast.alice.id)
    with transaction(db) as tx:
        tx.run("UPDATE subscription SET unread_count = 77")
        tx.run("UPDATE feed SET entry_count = 1, last_entry_id = 0")
        tx.run("INSERT INTO unread (user_id, feed_id, listed_at, entry_id) VALUES (:u, :f, 0, 999)", u=1, f=feed)
        tx.run("INSERT INTO unread (user_id, feed_id, listed_at, entry_id) VALUES (:u, 99, 0, :e)", u=1, e=ids[0])
    assert instance.recount(db) == 3
    assert instance.recount(db) == 0
    with db.reading() as tx:
        assert tx.value("SELECT unread_count FROM subscription WHERE id = :id", id=own) == 3
        assert tx.one("SELECT entry_count, last_entry_id FROM feed") == (3, ids[-1])
        assert sorted(tx.column("SELECT entry_id FROM unread")) == ids


def test_a_tie_of_moments_is_delivered_like_any_other(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    fill(db, feed, [str(n) for n in range(9)], now + timedelta(days=1), step=0)
    with transaction(db) as tx:
        assert [delivery.deliver(tx, cast.alice.id, limit=4) for _ in range(4)] == [4, 4, 1, 0]
