"""A choice of what counts as read by itself is for what comes after it, in feeds that rest, too."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import (
    arranging,
    entries,
    folder_order,
    health,
    preferences,
    read_when,
    rules,
    subscriptions,
)
from dateline.actions.arranging import Change
from dateline.model import User
from dateline.preferences import ReadWhen
from dateline.refresh import deliver, ruling
from dateline.store import Database, states
from dateline.store.rules import Rule
from dateline.store.write import transaction

A, B = "https://a.example/feed", "https://b.example/feed"
HOUR = timedelta(hours=1)
ARRIVED = ReadWhen(arrived=True)


class Resting:
    """Alice's subscription rests, in no folder; there is a folder of which everything is read on arrival, and one that
    says nothing.
    """

    def __init__(self, db: Database, user: User, now: datetime) -> None:
        self.db, self.user, self.now = db, user, now
        self.noise, self.plain = (subscriptions.add_folder(db, user, name, now=now) for name in ("Noise", "Plain"))
        read_when.change(db, user, "folder", self.noise, lambda _: ARRIVED)
        self.subscription, self.feed = subscribed(db, user, A, now)
        self.arrange(Change(paused=True))

    def arrange(self, change: Change) -> int:
        seq = arranging.arrange(self.db, self.user, [self.subscription], change, now=self.now).seq
        assert seq is not None
        return seq

    def own(self, chosen: ReadWhen) -> None:
        read_when.change(self.db, self.user, "feed", self.subscription, lambda _: chosen)

    def come(self, *titles: str) -> None:
        self.now += HOUR
        fill(self.db, self.feed, list(titles), self.now)

    def unread(self) -> list[str]:
        """The titles, once it rests no more and everything is delivered; the counters agree."""
        subscriptions_of = [self.subscription]
        arranging.arrange(self.db, self.user, subscriptions_of, Change(paused=False), now=self.now)
        deliver.catch_up(self.db, self.user.id, everything=True)
        with transaction(self.db) as tx:
            assert states.recount(tx, self.user.id) == 0
            return tx.column(
                "SELECT e.title FROM unread u JOIN entry e ON e.id = u.entry_id WHERE u.user_id = :user ORDER BY e.id",
                user=self.user.id,
            )


@pytest.fixture
def resting(db: Database, cast: Cast, now: datetime) -> Resting:
    return Resting(db, cast.alice, now)


def undone(resting: Resting) -> None:
    seq = resting.arrange(Change(move_to=resting.plain))
    read_when.change(resting.db, resting.user, "folder", resting.plain, lambda _: ReadWhen(arrived=False))
    preferences.change(resting.db, resting.user, lambda mine: replace(mine, read_when=ARRIVED), now=resting.now)
    arranging.undo(resting.db, resting.user, seq, now=resting.now)


def said_by_folder(resting: Resting) -> None:
    resting.arrange(Change(move_to=resting.plain))
    read_when.change(resting.db, resting.user, "folder", resting.plain, lambda _: ARRIVED)


def moved_folder(resting: Resting) -> None:
    resting.arrange(Change(move_to=resting.plain))
    subscriptions.move_folder(resting.db, resting.user, resting.plain, resting.noise, now=resting.now)


def placed_folder(resting: Resting) -> None:
    inside = subscriptions.add_folder(resting.db, resting.user, "Inside", parent_id=resting.noise, now=resting.now)
    resting.arrange(Change(move_to=resting.plain))
    folder_order.place(resting.db, resting.user, resting.plain, beside=inside, after=True, now=resting.now)


def removed_folder(resting: Resting) -> None:
    mild = subscriptions.add_folder(resting.db, resting.user, "Mild", parent_id=resting.noise, now=resting.now)
    read_when.change(resting.db, resting.user, "folder", mild, lambda _: ReadWhen(arrived=False))
    resting.arrange(Change(move_to=mild))
    subscriptions.remove_folder(resting.db, resting.user, mild, now=resting.now)


def less_important(resting: Resting) -> None:
    resting.arrange(Change(visibility="important"))
    preferences.change(resting.db, resting.user, lambda mine: replace(mine, read_when=ARRIVED), now=resting.now)
    subscriptions.edit(resting.db, resting.user, resting.subscription, visibility="main", now=resting.now)


WAYS: dict[str, Callable[[Resting], object]] = {
    "of its own": lambda w: w.own(ARRIVED),
    "with others": lambda w: w.arrange(Change(read_when=ARRIVED)),
    "of its folder": said_by_folder,
    "of the account": lambda w: read_when.change_all(w.db, w.user, lambda _: ARRIVED, now=w.now),
    "put into a folder": lambda w: w.arrange(Change(move_to=w.noise)),
    "put into a folder on its page": lambda w: subscriptions.edit(
        w.db, w.user, w.subscription, folder_ids=[w.noise], now=w.now
    ),
    "put into a folder with the silent": lambda w: health.move(w.db, w.user, [w.subscription], w.noise, now=w.now),
    "its folder moved": moved_folder,
    "its folder dragged": placed_folder,
    "its folder deleted": removed_folder,
    "less important": less_important,
    "undone": undone,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_waited_is_not_read_by_a_choice_made_later(resting: Resting, way: str) -> None:
    resting.come("before")
    WAYS[way](resting)
    resting.come("after")
    assert resting.unread() == ["before"]


def test_what_was_read_on_arrival_when_it_came_is_read_whatever_is_chosen_later(resting: Resting) -> None:
    resting.own(ARRIVED)
    resting.come("noise")
    resting.own(ReadWhen())
    resting.come("news")
    resting.own(ReadWhen(gone=True))
    assert resting.unread() == ["news"]


def test_rules_see_what_was_read_on_arrival_when_it_came(resting: Resting) -> None:
    rules.add(resting.db, resting.user, Rule(query="noise", stars=True), now=resting.now)
    resting.own(ARRIVED)
    resting.come("noise")
    resting.own(ReadWhen())
    ruling.apply(resting.db, resting.user.id, resting.now)
    with resting.db.reading() as tx:
        assert tx.value("SELECT count(*) FROM star") == 1


def test_a_favourite_that_waited_stays_unread(resting: Resting) -> None:
    resting.own(ARRIVED)
    resting.come("noise", "dear")
    with resting.db.reading() as tx:
        dear = tx.value("SELECT id FROM entry WHERE title = 'dear'")
    entries.star(resting.db, resting.user, [dear], starred=True, now=resting.now)
    resting.own(ReadWhen())
    assert resting.unread() == ["dear"]


def test_a_choice_for_another_feed_changes_nothing_for_what_waits(resting: Resting) -> None:
    other, _ = subscribed(resting.db, resting.user, B, resting.now)
    resting.own(ReadWhen(repeated=20))
    resting.come("news", "news again")
    fill(resting.db, resting.feed, ["news "], resting.now)
    read_when.change(resting.db, resting.user, "feed", other, lambda _: ARRIVED)
    assert resting.unread() == ["news", "news again"]


def test_what_waits_for_a_feed_that_does_not_rest_is_not_read_by_its_new_folder(
    db: Database, cast: Cast, now: datetime
) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    noise = subscriptions.add_folder(db, cast.alice, "Noise", now=now)
    read_when.change(db, cast.alice, "folder", noise, lambda _: ARRIVED)
    fill(db, feed, ["before"], now)
    subscriptions.edit(db, cast.alice, subscription, folder_ids=[noise], now=now)
    deliver.catch_up(db, cast.alice.id)
    with db.reading() as tx:
        assert tx.value("SELECT unread_count FROM subscription WHERE id = :id", id=subscription) == 1


def test_what_was_spared_once_stays_unread_when_the_choice_is_taken_back(
    db: Database, cast: Cast, now: datetime
) -> None:
    resting = Resting(db, cast.alice, now)
    resting.come("before")
    resting.own(ARRIVED)
    resting.come("meanwhile")
    resting.own(ReadWhen(arrived=False))
    assert resting.unread() == ["before"]
