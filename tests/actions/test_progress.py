"""How far one is, and what is played next: kept by its owner, bounded, along with entries that move; both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import progress as acting
from dateline.errors import ActionError, NotFound
from dateline.store import Database, merging, progress, subscriptions
from dateline.store.progress import Progress
from dateline.store.write import transaction

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://a.example/1.mp3"


@pytest.fixture
def entries(db: Database, cast: Cast) -> list[int]:
    """Five entries that Alice and Mallory may read, not Bob."""
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", NOW)
    subscribed(db, cast.mallory, "https://a.example/feed", NOW)
    return fill(db, feed, ["1", "2", "3", "4", "5"], NOW)


def reached(db: Database, user_id: int, entry_id: int) -> tuple[int, str | None, int, int]:
    with db.reading() as tx:
        found = progress.of(tx, user_id, entry_id)
    return found.share, found.played_url, found.played, found.played_of


def begun(db: Database, user_id: int) -> list[int]:
    with db.reading() as tx:
        return [one.entry_id for one in progress.unfinished(tx, user_id, 100)]


def queue(db: Database, user_id: int) -> list[int]:
    with db.reading() as tx:
        return progress.queue(tx, user_id)


def test_text_and_sound_of_an_entry_are_kept_beside_each_other_until_both_are_finished(
    db: Database, cast: Cast, entries: list[int]
) -> None:
    one, alice = entries[0], cast.alice
    acting.read_to(db, alice, one, 420, now=NOW)
    acting.played_to(db, alice, one, URL, 90, 600, now=NOW)
    assert reached(db, alice.id, one) == (420, URL, 90, 600)
    acting.read_to(db, alice, one, 1000, now=NOW)
    assert reached(db, alice.id, one) == (0, URL, 90, 600)
    assert begun(db, alice.id) == [one]
    acting.played_to(db, alice, one, URL, 590, 600, now=NOW)
    assert begun(db, alice.id) == []
    assert begun(db, cast.mallory.id) == []


@pytest.mark.parametrize("share", [0, 29, 970, 1000])
def test_what_is_hardly_begun_or_finished_is_not_offered(
    db: Database, cast: Cast, entries: list[int], share: int
) -> None:
    acting.read_to(db, cast.alice, entries[0], 500, now=NOW)
    acting.read_to(db, cast.alice, entries[0], share, now=NOW)
    assert begun(db, cast.alice.id) == []


def test_the_last_comes_first_and_the_oldest_give_way(
    db: Database, cast: Cast, entries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "KEPT", 3)
    for place, entry_id in enumerate(entries):
        acting.read_to(db, cast.alice, entry_id, 500, now=NOW + timedelta(minutes=place))
    acting.read_to(db, cast.mallory, entries[0], 500, now=NOW)
    assert begun(db, cast.alice.id) == entries[:1:-1]
    assert begun(db, cast.mallory.id) == entries[:1]


@pytest.mark.parametrize("share", [-1, 1001])
def test_odd_numbers_are_refused(db: Database, cast: Cast, entries: list[int], share: int) -> None:
    with pytest.raises(ActionError, match=r"action\.bad_value"):
        acting.read_to(db, cast.alice, entries[0], share, now=NOW)
    for url, seconds, of in (("", 1, 1), (URL, -1, 1), (URL, 1, -1), (URL, 10**9, 0), ("x" * 5000, 1, 1)):
        with pytest.raises(ActionError, match=r"action\.bad_value"):
            acting.played_to(db, cast.alice, entries[0], url, seconds, of, now=NOW)


def test_nobody_keeps_a_place_in_what_they_may_not_read(db: Database, cast: Cast, entries: list[int]) -> None:
    for entry_id in (entries[0], 0, -1, 2**63):
        with pytest.raises(NotFound):
            acting.read_to(db, cast.bob, entry_id, 500, now=NOW)
        with pytest.raises(NotFound):
            acting.enqueue(db, cast.bob, entry_id, now=NOW)
    acting.read_to(db, cast.alice, entries[0], 500, now=NOW)
    with pytest.raises(NotFound):
        acting.forget(db, cast.mallory, entries[0], now=NOW)
    acting.forget(db, cast.alice, entries[0], now=NOW)
    assert begun(db, cast.alice.id) == []


def test_a_queue_is_put_in_order(db: Database, cast: Cast, entries: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three, *_ = entries
    for entry_id in (one, two, three, one):
        acting.enqueue(db, cast.alice, entry_id, now=NOW)
    assert queue(db, cast.alice.id) == [two, three, one]
    acting.move(db, cast.alice, one, -1, now=NOW)
    acting.move(db, cast.alice, two, -1, now=NOW)
    assert queue(db, cast.alice.id) == [two, one, three]
    acting.move(db, cast.alice, two, 1, now=NOW)
    acting.dequeue(db, cast.alice, three, now=NOW)
    assert queue(db, cast.alice.id) == [one, two]
    with pytest.raises(NotFound):
        acting.move(db, cast.alice, three, 1, now=NOW)
    monkeypatch.setattr(acting, "MAX_QUEUE", 2)
    with pytest.raises(ActionError, match=r"action\.too_large"):
        acting.enqueue(db, cast.alice, three, now=NOW)
    assert queue(db, cast.mallory.id) == []


def test_when_two_feeds_become_one_places_and_queue_stay(db: Database, cast: Cast, entries: list[int]) -> None:
    _, other = subscribed(db, cast.alice, "https://b.example/feed", NOW)
    double, alone = fill(db, other, ["1", "6"], NOW)
    for entry_id in (double, alone):
        acting.read_to(db, cast.alice, entry_id, 500, now=NOW)
        acting.enqueue(db, cast.alice, entry_id, now=NOW)
    with transaction(db) as tx:
        kept = subscriptions.feed_of(tx, cast.alice.id, 1)
        assert kept != other
        merging.merge(tx, kept, other, NOW)
    assert sorted(begun(db, cast.alice.id)) == [entries[0], alone]
    assert queue(db, cast.alice.id) == [entries[0], alone]


def test_what_is_purged_takes_its_place_along(db: Database, cast: Cast, entries: list[int]) -> None:
    from dateline.store import entries as stored

    acting.read_to(db, cast.alice, entries[0], 500, now=NOW)
    acting.enqueue(db, cast.alice, entries[0], now=NOW)
    with transaction(db) as tx:
        feed_id = subscriptions.feed_of(tx, cast.alice.id, 1)
        stored.purge(tx, feed_id, [entries[0]])
        assert progress.of(tx, cast.alice.id, entries[0]) == Progress(entry_id=entries[0])
    assert queue(db, cast.alice.id) == []
