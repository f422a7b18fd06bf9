"""What changed lately: each user's own last deed, the newest entry, and who awaits what came."""

from datetime import datetime

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import entries
from dateline.preferences import ReadWhen
from dateline.refresh import deliver
from dateline.store import Database, news, read_choices
from dateline.store.write import transaction


@pytest.fixture
def ids(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Three unread entries of a feed that Alice subscribes to; Bob has another."""
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    subscribed(db, cast.bob, "https://b.example/feed", now)
    found = fill(db, feed, ["one", "two", "three"], now)
    deliver.catch_up(db, cast.alice.id)
    return found


def latest(db: Database, cast: Cast) -> news.News:
    with db.reading() as tx:
        return news.latest(tx, [cast.alice.id, cast.bob.id])


def test_each_user_has_a_number_of_their_own(db: Database, cast: Cast, ids: list[int], now: datetime) -> None:
    assert latest(db, cast) == news.News(newest_id=ids[-1], seqs={cast.alice.id: 0, cast.bob.id: 0})
    entries.mark(db, cast.alice, ids[:1], read=True, now=now)
    after = latest(db, cast).seqs
    assert after[cast.alice.id] > 0
    assert after[cast.bob.id] == 0
    with db.reading() as tx:
        assert news.latest(tx, []).seqs == {}


def test_who_awaits_what_came_is_who_subscribes_to_its_feed(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    both = [cast.alice.id, cast.bob.id]
    with db.reading() as tx:
        assert news.awaited(tx, 0, both) == {cast.alice.id}
        assert news.awaited(tx, ids[0], both) == {cast.alice.id}
        assert news.awaited(tx, ids[-1], both) == set()
        assert news.awaited(tx, 0, []) == set()
        assert news.awaited(tx, 0, [cast.bob.id]) == set()


def test_a_page_learns_how_its_entries_stand_for_its_reader_alone(
    db: Database, cast: Cast, ids: list[int], now: datetime
) -> None:
    entries.mark(db, cast.alice, ids[:1], read=True, now=now)
    entries.star(db, cast.alice, ids[1:2], starred=True, now=now)
    for read in (True, False):
        entries.mark(db, cast.alice, ids[2:3], read=read, now=now)
    nothing = news.States(unread=set(), kept=set(), starred=set())
    with db.reading() as tx:
        everything = news.States(unread=set(ids[1:]), kept={ids[2]}, starred={ids[1]})
        assert news.states(tx, cast.alice.id, ids) == everything
        assert news.states(tx, cast.alice.id, ids[2:]) == news.States(unread={ids[2]}, kept={ids[2]}, starred=set())
        assert news.states(tx, cast.bob.id, ids) == nothing
        assert news.states(tx, cast.alice.id, []) == nothing


def crowd(db: Database, feed_id: int, now: datetime) -> list[int]:
    """More than are delivered, or looked at, at once."""
    return fill(db, feed_id, [f"title {number}" for number in range(news.MANY + 1)], now, step=0)


def test_however_much_is_read_by_itself_later_news_are_delivered_and_told(
    db: Database, cast: Cast, now: datetime
) -> None:
    noisy, noise = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, quiet = subscribed(db, cast.alice, "https://b.example/feed", now)
    with transaction(db) as tx:
        read_choices.keep(tx, cast.alice.id, "feed", noisy, ReadWhen(arrived=True))
    crowd(db, noise, now)
    fill(db, quiet, ["news"], now)
    assert deliver.catch_up(db, cast.alice.id) == news.MANY + 2
    with db.reading() as tx:
        assert news.has_unread(tx, cast.alice.id, [noise, quiet], 0)
        assert news.has_unread(tx, cast.alice.id, [quiet], 0)
        assert not news.has_unread(tx, cast.alice.id, [noise], 0)
        assert not news.has_unread(tx, cast.bob.id, [quiet], 0)


def test_however_much_comes_between_two_looks_whoever_awaits_the_last_of_it_is_told(
    db: Database, cast: Cast, now: datetime
) -> None:
    _, noise = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, quiet = subscribed(db, cast.bob, "https://b.example/feed", now)
    crowd(db, noise, now)
    fill(db, quiet, ["news"], now)
    with db.reading() as tx:
        assert cast.bob.id in news.awaited(tx, 0, [cast.alice.id, cast.bob.id])
