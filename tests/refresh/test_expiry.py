"""Retention at work, on both engines: what goes, what stays, and that nothing comes back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.internet import Internet, Reply
from tests.people import Cast
from tests.refresh.running import Runner
from tests.searches import tree
from tests.store.feeding import fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import retention as keeping
from dateline.actions import subscriptions as arranging
from dateline.errors import ActionError, NotFound
from dateline.model import Retention, Stream, User
from dateline.refresh import deliver, index
from dateline.refresh.expiry import expire
from dateline.refresh.tidy import tidy
from dateline.store import Database, expiry, history, retention, search, streams
from dateline.store.retention import Proposal, Scope
from dateline.store.write import transaction

A, B = "https://a.example/feed", "https://b.example/feed"
WEEK = Retention(age=7, keep_unread=False)
FEW = Retention(count=3, keep_unread=False)
LATER = timedelta(days=30)


def rule(
    db: Database, user: User, what: Retention | None, now: datetime, scope: Scope = "account", key: int = 0
) -> None:
    """Save a rule of a user's; its time to think again is over."""
    keeping.keep(db, user, Proposal(scope=scope, key=key or user.id, rule=what), now=now - timedelta(hours=1))


def gone_from_the_feed(db: Database, now: datetime, *ids: int) -> None:
    """The feed's document carries these no more, since before ``now``."""
    with transaction(db) as tx:
        tx.run(
            "UPDATE entry SET gone_at = :at WHERE id IN ids(:ids)", at=int(now.timestamp() * 1_000_000), ids=list(ids)
        )


def left(db: Database) -> list[str]:
    """The titles that are still stored, oldest first."""
    with db.reading() as tx:
        return tx.column("SELECT title FROM entry ORDER BY listed_at, id")


@pytest.fixture
def feed(db: Database, cast: Cast, now: datetime) -> tuple[int, int, list[int]]:
    """Alice subscribes to ten entries, a day apart, that the feed has carried no more for long: (own, feed, ids)."""
    own, feed_id = subscribed(db, cast.alice, A, now)
    ids = fill(db, feed_id, [str(n) for n in range(10)], now - timedelta(days=10), step=86_400)
    deliver.catch_up(db, cast.alice.id)
    gone_from_the_feed(db, now - timedelta(days=2), *ids)
    return own, feed_id, ids


def is_sound(db: Database) -> bool:
    """Counters, index and marks are what the rows say."""
    index.index_all(db)
    with db.reading() as tx:
        wrong = tx.value(
            "SELECT count(*) FROM subscription s WHERE s.unread_count <>"
            " (SELECT count(*) FROM unread u WHERE u.user_id = s.user_id AND u.feed_id = s.feed_id)"
        )
        wrong += tx.value(
            "SELECT count(*) FROM feed f WHERE f.entry_count <> (SELECT count(*) FROM entry e WHERE e.feed_id = f.id)"
        )
        wrong += tx.value(
            "SELECT count(*) FROM unread u WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = u.entry_id)"
        )
        bodies = tx.value("SELECT count(*) FROM entry_body")
        return not wrong and bool(bodies == tx.value("SELECT count(*) FROM entry"))


# ------------------------------------------------------------------------------------------------ what goes


def test_without_a_rule_everything_is_kept_for_ever(db: Database, feed: Any, now: datetime) -> None:
    assert expire(db, now + timedelta(days=10_000)) == (0, False)
    assert len(left(db)) == 10


def test_what_is_too_old_goes_with_its_marks_and_its_text(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    index.index_all(db)
    with db.reading() as tx:
        assert len(search.newest_matches(tx, tree("text"), [feed[1]], user_id=cast.alice.id)) == 10
    rule(db, cast.alice, WEEK, now)
    assert expire(db, now) == (3, False)
    assert left(db) == [str(n) for n in range(3, 10)]
    assert is_sound(db)
    with db.reading() as tx:
        assert len(search.newest_matches(tx, tree("text"), [feed[1]], user_id=cast.alice.id)) == 7
        assert tx.value("SELECT unread_count FROM subscription") == 7
        assert tx.value("SELECT count(*) FROM tombstone") == 3


def test_what_is_past_the_number_goes(db: Database, cast: Cast, feed: Any, now: datetime) -> None:
    rule(db, cast.alice, FEW, now)
    assert expire(db, now)[0] == 7
    assert left(db) == ["7", "8", "9"]
    assert expire(db, now + timedelta(days=1))[0] == 0
    assert is_sound(db)


def test_age_and_number_together_each_take_their_part(db: Database, cast: Cast, feed: Any, now: datetime) -> None:
    rule(db, cast.alice, Retention(age=2, count=8, keep_unread=False), now)
    assert expire(db, now)[0] == 8
    assert left(db) == ["8", "9"]


def test_starred_and_labelled_entries_stay_whoever_marked_them(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    *_, ids = feed
    deeds.star(db, cast.alice, ids[:1], starred=True, now=now)
    arranging.subscribe(db, cast.bob, A, now=now)
    deeds.star(db, cast.bob, ids[1:2], starred=True, now=now)
    with db.reading() as tx:
        own = tx.value("SELECT id FROM subscription WHERE user_id = :bob", bob=cast.bob.id)
    arranging.unsubscribe(db, cast.bob, own, now=now)
    with transaction(db) as tx:
        label = tx.value(
            "INSERT INTO label (user_id, name, name_key) VALUES (:user, 'x', 'x') RETURNING id", user=cast.alice.id
        )
        tx.run(
            "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
            " SELECT :user, :label, listed_at, id, feed_id FROM entry WHERE id = :id",
            user=cast.alice.id,
            label=label,
            id=ids[2],
        )
    rule(db, cast.alice, FEW, now)
    expire(db, now)
    assert left(db) == ["0", "1", "2", "7", "8", "9"]
    deeds.star(db, cast.alice, ids[:1], starred=False, now=now)
    assert expire(db, now + timedelta(days=1))[0] == 1
    assert is_sound(db)


def test_what_is_unread_stays_where_the_rule_says_so_delivered_or_not(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    _, feed_id, ids = feed
    late = fill(db, feed_id, ["late"], now - timedelta(days=20))
    gone_from_the_feed(db, now - timedelta(days=2), *late)
    rule(db, cast.alice, Retention(age=7), now)
    deeds.mark(db, cast.alice, ids[:2], read=True, now=now)
    assert expire(db, now)[0] == 2  # 2 is unread, « late » was not even delivered
    assert left(db) == ["late", *(str(n) for n in range(2, 10))]
    deliver.catch_up(db, cast.alice.id)
    assert expire(db, now + timedelta(days=1))[0] == 0
    deeds.mark_all_read(db, cast.alice, Stream(kind="all"), up_to=10**6, now=now)
    assert expire(db, now + timedelta(days=2))[0] == 4
    assert is_sound(db)


def test_what_the_feed_carries_stays_and_so_does_what_left_it_just_now(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    *_, ids = feed
    with transaction(db) as tx:
        tx.run("UPDATE entry SET gone_at = NULL WHERE id = :id", id=ids[0])
    gone_from_the_feed(db, now - timedelta(hours=23), ids[1])
    rule(db, cast.alice, FEW, now)
    expire(db, now)
    assert left(db) == ["0", "1", "7", "8", "9"]
    expire(db, now + timedelta(days=1))
    assert left(db) == ["0", "7", "8", "9"]


def test_newsletters_are_carried_by_no_document(db: Database, cast: Cast, feed: Any, now: datetime) -> None:
    with transaction(db) as tx:
        tx.run("UPDATE entry SET gone_at = NULL")
        tx.run("UPDATE feed SET kind = 'mail'")
    rule(db, cast.alice, FEW, now)
    assert expire(db, now)[0] == 7


# ------------------------------------------------------------------------------------------------ whose rule


def test_what_another_subscriber_keeps_stays_and_only_my_unread_mark_goes(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    own = arranging.subscribe(db, cast.bob, A, now=now)
    *_, ids = feed
    deeds.mark(db, cast.bob, ids[:1], read=False, now=now)
    rule(db, cast.alice, WEEK, now)
    assert expire(db, now)[0] == 0
    assert len(left(db)) == 10
    with db.reading() as tx:
        unread = "SELECT entry_id FROM unread WHERE user_id = :user ORDER BY entry_id"
        assert tx.column(unread, user=cast.alice.id) == ids[3:]
        assert tx.column(unread, user=cast.bob.id) == ids[:1]
    assert is_sound(db)
    rule(db, cast.bob, Retention(age=9), now)  # keeps what is unread
    assert expire(db, now + timedelta(hours=1))[0] == 1  # the oldest is Bob's, unread
    assert left(db)[:2] == ["0", "2"]
    deeds.mark(db, cast.bob, ids[:1], read=True, now=now)
    assert expire(db, now + timedelta(days=2))[0] == 2
    arranging.unsubscribe(db, cast.bob, own, now=now)
    assert expire(db, now + timedelta(days=3))[0] == 3
    assert is_sound(db)


def test_subscription_folder_account_and_instance_say_it_in_this_order(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    own, feed_id, _ = feed
    above = arranging.add_folder(db, cast.alice, "Above", now=now)
    folder = arranging.add_folder(db, cast.alice, "Within", parent_id=above, now=now)
    arranging.edit(db, cast.alice, own, folder_ids=[folder], now=now)

    def counts() -> Retention:
        with db.reading() as tx:
            (plan,) = expiry.plans(tx, [feed_id])
            place = retention.above(tx, cast.alice.id, "subscription", own)
            assert own_rule or place.rule == plan.keepers[0].rule
            return plan.keepers[0].rule

    own_rule = False
    assert counts() == Retention()
    keeping.keep_by_default(db, Retention(age=5), now=now)
    assert counts() == Retention(age=5)
    rule(db, cast.alice, Retention(age=6), now)
    assert counts() == Retention(age=6)
    rule(db, cast.alice, Retention(age=7), now, "folder", above)
    assert counts() == Retention(age=7)
    rule(db, cast.alice, Retention(age=8), now, "folder", folder)
    assert counts() == Retention(age=8)
    own_rule = True
    rule(db, cast.alice, Retention(age=9), now, "subscription", own)
    assert counts() == Retention(age=9)
    own_rule = False
    rule(db, cast.alice, None, now, "subscription", own)
    rule(db, cast.alice, None, now, "folder", folder)
    assert counts() == Retention(age=7)


def test_nobody_else_may_say_it_and_numbers_have_bounds(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    folder = arranging.add_folder(db, cast.alice, "Hers", now=now)
    hers: list[tuple[Scope, int]] = [("subscription", feed[0]), ("folder", folder)]
    nobodys: list[tuple[Scope, int]] = [("account", cast.alice.id), ("instance", 0)]
    for scope, key in hers:
        for act in (keeping.keep, keeping.preview):
            with pytest.raises(NotFound):
                act(db, cast.mallory, Proposal(scope=scope, key=key, rule=WEEK), now=now)
    for scope, key in nobodys:
        with pytest.raises(ActionError, match="forbidden"):
            keeping.keep(db, cast.mallory, Proposal(scope=scope, key=key, rule=WEEK), now=now)
    for bad in (Retention(age=0), Retention(age=1001), Retention(count=-1), Retention(count=10**7)):
        with pytest.raises(ActionError, match="bad_value"):
            keeping.keep(db, cast.alice, Proposal(scope="account", key=cast.alice.id, rule=bad), now=now)


@pytest.mark.parametrize("what", [WEEK, FEW, Retention(age=7), None])
def test_the_preview_says_what_then_happens(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime, what: Retention | None
) -> None:
    deeds.mark(db, cast.alice, feed[2][:2], read=True, now=now)
    told = keeping.preview(db, cast.alice, Proposal(scope="account", key=cast.alice.id, rule=what), now=now)
    assert len(left(db)) == told.total == 10
    rule(db, cast.alice, what, now)
    assert expire(db, now)[0] == told.gone


# ------------------------------------------------------------------------------------------------ nothing comes back


def rss(*items: tuple[str, datetime], prefix: str = "") -> bytes:
    """A feed of (title, date) items, whose guids are ``prefix`` and the title."""
    inner = "".join(
        f"<item><guid isPermaLink='false'>{prefix}{guid}</guid><title>{guid}</title><pubDate>"
        f"{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>About {guid}</description></item>"
        for guid, at in items
    )
    return f"<rss version='2.0'><channel><title>F</title>{inner}</channel></rss>".encode()


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as server:
        yield server


def test_a_feed_that_carries_old_entries_for_ever_brings_none_of_them_again(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    """The oldest stay while they are carried, through answers of 304; what left the document never comes back."""
    old = [(f"old-{n}", now - timedelta(days=400 + n)) for n in range(5)]
    news = [(f"new-{n}", now - timedelta(hours=n)) for n in range(5)]
    internet["/feed"] = Reply(rss(*news, *old), etag='"1"')
    arranging.subscribe(db, cast.alice, internet.url("/feed"), now=now)
    runner = Runner(db, now)
    runner.run()
    rule(db, cast.alice, FEW, runner.now)
    for _ in range(3):
        runner.later(days=2)
        (report,) = runner.run().values()
        assert report.code == "not_modified"
        assert expire(db, runner.now)[0] == 0
    internet["/feed"] = Reply(rss(*news[:2], *old[:2]), etag='"2"')
    runner.later(days=2)
    runner.run()
    runner.later(days=2)
    assert expire(db, runner.now)[0] == 5  # one of the three newest is not carried any more either, and stays
    kept = left(db)
    assert kept == ["old-1", "old-0", "new-2", "new-1", "new-0"]
    for etag in ('"3"', '"4"'):  # everything is back, twice, and once under other guids too
        internet["/feed"] = Reply(rss(*news, *old), etag=etag)
        runner.later(days=2)
        (report,) = runner.run().values()
        assert report.new == 0
        assert left(db) == kept
    kept_items = [item for item in news + old if item[0] in kept]
    internet["/feed"] = Reply(rss(*kept_items, prefix="again "), etag='"5"')
    runner.later(days=2)
    (report,) = runner.run().values()
    assert report.new == 0
    assert is_sound(db)


def test_an_entry_that_is_gone_may_be_undone_marked_or_asked_for_without_harm(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    *_, ids = feed
    done = deeds.mark(db, cast.alice, ids, read=True, now=now)
    rule(db, cast.alice, FEW, now)
    assert expire(db, now)[0] == 7
    assert done.seq is not None
    undone = deeds.undo(db, cast.alice, done.seq, now=now)
    assert undone.count == 3
    with pytest.raises(NotFound):
        deeds.star(db, cast.alice, ids[:1], starred=True, now=now)
    with db.reading() as tx:
        assert len(streams.read(tx, cast.alice.id, Stream(kind="all", shown="all")).entries) == 3
        assert history.deeds(tx, cast.alice.id)[0].entry_ids == ids
    assert is_sound(db)


# ------------------------------------------------------------------------------------------------ in small steps


def test_the_work_stops_after_so_many_and_goes_on_where_it_stopped(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    fill_ids = fill(db, feed[1], [f"more {n}" for n in range(600)], now - timedelta(days=90))
    gone_from_the_feed(db, now - timedelta(days=3), *fill_ids)
    rule(db, cast.alice, FEW, now)
    gone, more = expire(db, now, at_most=250)
    assert (gone, more) == (607, False)  # a thousand are looked at together
    more_ids = fill(db, feed[1], [f"yet more {n}" for n in range(2_500)], now - timedelta(days=90))
    gone_from_the_feed(db, now - timedelta(days=3), *more_ids)
    tomorrow = now + timedelta(days=1)
    assert expire(db, tomorrow, at_most=500) == (1000, True)
    assert expire(db, tomorrow, at_most=500) == (1000, True)
    assert expire(db, tomorrow, at_most=5000) == (500, False)
    assert left(db) == ["7", "8", "9"]
    assert is_sound(db)


def test_a_rule_that_was_just_saved_waits_an_hour_and_a_feed_that_was_done_a_day(
    db: Database, cast: Cast, feed: Any, now: datetime
) -> None:
    keeping.keep(db, cast.alice, Proposal(scope="account", key=cast.alice.id, rule=FEW), now=now)
    assert expire(db, now + timedelta(minutes=59))[0] == 0
    assert expire(db, now + timedelta(minutes=60))[0] == 7
    rule(db, cast.alice, Retention(count=1, keep_unread=False), now + timedelta(minutes=10))
    with transaction(db) as tx:
        expiry.note_tidied(tx, [feed[1]], now, now)
    assert expire(db, now + timedelta(hours=23))[0] == 0
    assert expire(db, now + timedelta(hours=24))[0] == 2


def test_who_subscribes_or_says_otherwise_meanwhile_is_heard(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    rule(db, cast.alice, FEW, now)
    with db.reading() as tx:
        (plan,) = expiry.plans(tx, [feed[1]])
    arranging.subscribe(db, cast.bob, A, now=now)
    from dateline.refresh import expiry as expiring

    assert expiring._delete(db, plan, feed[2][:2], now) == 0
    assert len(left(db)) == 10


def test_what_nobody_subscribes_to_is_left_to_the_other_upkeep(
    db: Database, cast: Cast, feed: tuple[int, int, list[int]], now: datetime
) -> None:
    rule(db, cast.alice, FEW, now)
    arranging.unsubscribe(db, cast.alice, feed[0], now=now)
    assert expire(db, now)[0] == 0
    assert tidy(db, now + timedelta(days=31)) == 10
