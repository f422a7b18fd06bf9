"""Streams on both engines: what is in them, in which order, page by page."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import Cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, subscriptions
from dateline.errors import NotFound
from dateline.model import Cursor, Page, Shown, Stream
from dateline.refresh import deliver, index
from dateline.store import Database, streams

MAIN = Stream()
NUMBERS = count()


def titles(page: Page) -> list[str]:
    return [entry.title for entry in page.entries]


def read(db: Database, user_id: int, stream: Stream = MAIN, before: Cursor | None = None, limit: int = 50) -> Page:
    with db.reading() as tx:
        return streams.read(tx, user_id, stream, before=before, limit=limit)


def whole(db: Database, user_id: int, stream: Stream, limit: int) -> list[str]:
    """A stream read to its end, page by page."""
    found: list[str] = []
    cursor: Cursor | None = None
    while True:
        page = read(db, user_id, stream, cursor, limit)
        found += titles(page)
        if page.next is None:
            return found
        cursor = page.next


def test_the_main_stream_holds_the_unread_entries_newest_first(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    fill(db, feed, ["one", "two", "three"], now)
    assert deliver.catch_up(db, cast.alice.id) == 3
    page = read(db, cast.alice.id)
    assert titles(page) == ["three", "two", "one"]
    assert page.shown == "unread"
    assert all(entry.unread and not entry.starred for entry in page.entries)
    assert page.entries[0].content_html == "<p>text of three</p>"


def test_an_adaptive_stream_shows_all_when_nothing_is_unread(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["one", "two"], now)
    deliver.catch_up(db, cast.alice.id)
    entries.mark(db, cast.alice, ids, read=True, now=now)
    page = read(db, cast.alice.id)
    assert (titles(page), page.shown) == (["two", "one"], "all")


def test_an_entry_that_arrived_after_the_page_is_not_marked(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    fill(db, feed, ["one", "two"], now)
    deliver.catch_up(db, cast.alice.id)
    seen = read(db, cast.alice.id).newest_id
    fill(db, feed, ["later"], now + timedelta(hours=1))
    deliver.catch_up(db, cast.alice.id)
    done = entries.mark_all_read(db, cast.alice, Stream(), up_to=seen, now=now)
    assert done.count == 2
    assert titles(read(db, cast.alice.id)) == ["later"]


def test_mark_all_can_be_undone(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["one", "two", "three"], now)
    deliver.catch_up(db, cast.alice.id)
    done = entries.mark_all_read(db, cast.alice, Stream(kind="feed", key=subscription), up_to=ids[-1], now=now)
    assert done.seq is not None
    assert read(db, cast.alice.id).shown == "all"
    assert entries.undo(db, cast.alice, done.seq, now=now).count == 3
    assert titles(read(db, cast.alice.id)) == ["three", "two", "one"]
    with pytest.raises(NotFound):
        entries.undo(db, cast.bob, done.seq, now=now)


def test_mark_all_in_the_main_stream_leaves_important_feeds(db: Database, cast: Cast, now: datetime) -> None:
    important, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, other = subscribed(db, cast.alice, "https://b.example/feed", now)
    subscriptions.edit(db, cast.alice, important, visibility="important", now=now)
    fill(db, feed, ["weighty"], now)
    ids = fill(db, other, ["light"], now)
    deliver.catch_up(db, cast.alice.id)
    assert entries.mark_all_read(db, cast.alice, Stream(), up_to=ids[-1], now=now).count == 1
    assert titles(read(db, cast.alice.id)) == ["weighty"]


def test_a_folder_holds_what_is_in_it_and_below(db: Database, cast: Cast, now: datetime) -> None:
    outer = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    inner = subscriptions.add_folder(db, cast.alice, "Europe", parent_id=outer, now=now)
    a, feed_a = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, feed_b = subscribed(db, cast.alice, "https://b.example/feed", now)
    subscriptions.edit(db, cast.alice, a, folder_ids=[inner], now=now)
    fill(db, feed_a, ["inside"], now)
    fill(db, feed_b, ["outside"], now)
    deliver.catch_up(db, cast.alice.id)
    assert titles(read(db, cast.alice.id, Stream(kind="folder", key=outer))) == ["inside"]
    with pytest.raises(NotFound):
        read(db, cast.mallory.id, Stream(kind="folder", key=outer))


def test_nobody_reads_somebody_elses_subscription(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["one"], now)
    with pytest.raises(NotFound):
        read(db, cast.mallory.id, Stream(kind="feed", key=subscription))
    with db.reading() as tx, pytest.raises(NotFound):
        streams.entry(tx, cast.mallory.id, ids[0])
    with pytest.raises(NotFound):
        entries.star(db, cast.mallory, ids, starred=True, now=now)


def test_a_star_outlives_the_subscription(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["kept", "left"], now)
    entries.star(db, cast.alice, ids[:1], starred=True, now=now)
    subscriptions.unsubscribe(db, cast.alice, subscription, now=now)
    assert titles(read(db, cast.alice.id, Stream(kind="starred"))) == ["kept"]
    with db.reading() as tx:
        assert streams.entry(tx, cast.alice.id, ids[0]).starred
        with pytest.raises(NotFound):
            streams.entry(tx, cast.alice.id, ids[1])


def test_visitors_see_neither_hidden_nor_private_subscriptions(db: Database, cast: Cast, now: datetime) -> None:
    _, shown = subscribed(db, cast.alice, "https://a.example/feed", now)
    hidden, hidden_feed = subscribed(db, cast.alice, "https://b.example/feed", now)
    subscriptions.edit(db, cast.alice, hidden, hidden_from_visitors=True, now=now)
    private = subscriptions.subscribe(db, cast.alice, "https://c.example/feed", private=True, now=now)
    with db.reading() as tx:
        private_feed = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=private)
    for feed, title in ((shown, "shown"), (hidden_feed, "hidden"), (private_feed, "private")):
        entries.star(db, cast.alice, fill(db, feed, [title], now), starred=True, now=now)
    deliver.catch_up(db, cast.alice.id)
    for kind in ("main", "starred", "all"):
        assert titles(read(db, cast.alice.id, Stream(kind=kind, public_only=True, shown="all"))) == ["shown"]


def test_search_finds_words_and_phrases_in_the_stream_only(db: Database, cast: Cast, now: datetime) -> None:
    a, feed_a = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, feed_b = subscribed(db, cast.alice, "https://b.example/feed", now)
    fill(db, feed_a, ["a1"], now, text="L’été à Paris: the quick brown fox")
    fill(db, feed_b, ["b1"], now + timedelta(minutes=1), text="brown and quick, 東京都の天気")
    deliver.catch_up(db, cast.alice.id)
    index.index_all(db)

    def found(query: str, kind: Stream = MAIN) -> list[str]:
        stream = Stream(kind=kind.kind, key=kind.key, search=searched(query))
        return titles(read(db, cast.alice.id, stream))

    assert found("quick brown") == ["b1", "a1"]
    assert found('"quick brown"') == ["a1"]
    assert found("ete") == ["a1"]
    assert found("ÉTÉ paris") == ["a1"]
    assert found("京都") == ["b1"]
    assert found("a1") == ["a1"]
    assert found("quick", Stream(kind="feed", key=a)) == ["a1"]
    assert found("nothing") == []
    assert found('" * ( ) : ^ - AND NOT') == []
    with db.reading() as tx:
        assert streams.read(tx, cast.bob.id, Stream(search=searched("quick"))).entries == ()


def test_counters_follow_every_deed(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["one", "two", "three"], now)

    def count() -> int:
        with db.reading() as tx:
            return int(tx.value("SELECT unread_count FROM subscription WHERE id = :id", id=subscription))

    deliver.catch_up(db, cast.alice.id)
    assert count() == 3
    entries.mark(db, cast.alice, ids[:2], read=True, now=now)
    entries.mark(db, cast.alice, ids[:2], read=True, now=now)
    assert count() == 1
    entries.mark(db, cast.alice, ids[:1], read=False, now=now)
    assert count() == 2
    assert accounts.catch_up(db, cast.alice.id, now=now) == 0


def test_subscribing_to_a_known_feed_makes_what_it_carries_unread(db: Database, cast: Cast, now: datetime) -> None:
    from dateline.store import entries as stored
    from dateline.store.write import transaction

    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    ids = fill(db, feed, ["archived", "carried"], now)
    with transaction(db) as tx:
        stored.mark_gone(tx, ids[:1], now)
    subscriptions.subscribe(db, cast.bob, "https://a.example/feed", now=now)
    assert deliver.catch_up(db, cast.bob.id) == 0
    assert titles(read(db, cast.bob.id, Stream(shown="unread"))) == ["carried"]
    assert titles(read(db, cast.bob.id, Stream(shown="all"))) == ["carried", "archived"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    times=st.lists(st.lists(st.integers(0, 6), max_size=8), min_size=1, max_size=6),
    read_ones=st.sets(st.integers(0, 40)),
    limit=st.integers(1, 7),
)
def test_pages_together_are_the_whole_stream_in_order(
    db: Database, cast: Cast, now: datetime, times: list[list[int]], read_ones: set[int], limit: int
) -> None:
    """Whatever the moments (many alike), every stream read page by page equals the whole, sorted."""
    user = accounts.create(db, name=f"reader {next(NUMBERS)}", password="a password", now=now)
    expected: list[tuple[datetime, int]] = []
    for place, moments in enumerate(times):
        subscription, feed = subscribed(db, user, f"https://{user.id}-{place}.example/feed", now)
        for moment in sorted(moments):
            at = now + timedelta(seconds=moment)
            expected += [(at, ident) for ident in fill(db, feed, [f"{user.id}-{place}-{moment}-{len(expected)}"], at)]
        assert subscription
    deliver.catch_up(db, user.id)
    done = {expected[place][1] for place in read_ones if place < len(expected)}
    if done:
        entries.mark(db, user, sorted(done), read=True, now=now)
    wanted = sorted(expected, reverse=True)
    shown: Shown
    for shown in ("all", "unread"):
        keys: list[int] = []
        cursor: Cursor | None = None
        while True:
            page = read(db, user.id, Stream(shown=shown), cursor, limit)
            keys += [entry.id for entry in page.entries]
            cursor = page.next
            if cursor is None:
                break
        assert keys == [ident for _, ident in wanted if shown == "all" or ident not in done]
