"""Every order on both engines: sorted, page by page, without doubles or holes, while entries arrive and are read."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import Cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, subscriptions
from dateline.model import Cursor, Entry, Stream, User
from dateline.preferences import Order
from dateline.refresh import deliver, index
from dateline.store import Database, fair, orders, streams
from dateline.store.subscriptions import sort_key
from dateline.store.write import transaction

ORDERS: tuple[Order, ...] = get_args(Order)
NUMBERS = count()
EVERY_ORDER = pytest.mark.parametrize("order", ORDERS)
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pages(
    db: Database, user: User, stream: Stream, limit: int, between: Callable[[list[Entry]], None] | None = None
) -> list[Entry]:
    """A stream read to its end; ``between`` is done after every page."""
    found: list[Entry] = []
    cursor: Cursor | None = None
    while True:
        with db.reading() as tx:
            page = streams.read(tx, user.id, stream, before=cursor, limit=limit, seed=7)
        found += page.entries
        assert len(found) <= 500, "it ends"
        if page.next is None:
            return found
        assert page.entries, "a page that goes on holds something"
        cursor = page.next
        if between is not None:
            between(list(page.entries))


def reader(db: Database, now: datetime, feeds: list[list[int]]) -> tuple[User, list[int]]:
    """Somebody with feeds of entries at these moments, some in folders, and the ids of all. Some say that they were
    published earlier than they came.
    """
    user = accounts.create(db, name=f"reader {next(NUMBERS)}", password="a password", now=now)
    ids: list[int] = []
    chance = random.Random(1)
    folders = {name: subscriptions.add_folder(db, user, name, now=now) for name in ("Été", "delta", "Inner")}
    subscriptions.move_folder(db, user, folders["Inner"], folders["Été"], now=now)
    for place, moments in enumerate(feeds):
        own, feed = subscribed(db, user, f"https://{user.id}-{place}.example/feed", now)
        if name := FOLDERS[place % 4]:
            subscriptions.edit(db, user, own, folder_ids=[folders[name]], now=now)
        for moment in sorted(moments):
            title = f"{chance.choice('aBcÉe')}{len(ids)}"
            ids += fill(db, feed, [title], now + timedelta(seconds=moment), text="word " * chance.randrange(5))
    with transaction(db) as tx:
        tx.run("UPDATE entry SET published_at = listed_at - 3600000000 * (id % 3) WHERE id IN ids(:ids)", ids=ids)
    deliver.catch_up(db, user.id)
    return user, ids


FOLDERS = ("Été", "delta", "", "Inner")
"""Of the feeds, in turns."""
RISING = ("delta", "Été", "Inner")


def newest(entry: Entry) -> tuple[float, int]:
    return -entry.listed_at.timestamp(), -entry.id


def published(entry: Entry) -> float:
    return (entry.published_at or entry.listed_at).timestamp()


def folder_place(entry: Entry, rising: Sequence[str]) -> int:
    name = FOLDERS[int(entry.feed_title.rpartition("-")[2].partition(".")[0]) % 4]
    return rising.index(name) if name else len(rising)


def fallen(text: str) -> list[int]:
    """Text that sorts the other way round."""
    return [*(-ord(char) for char in text), 1]


SORTED: dict[str, Callable[[Entry], Any]] = {
    "newest": lambda entry: (-entry.listed_at.timestamp(), -entry.id),
    "oldest": lambda entry: (entry.listed_at.timestamp(), entry.id),
    "published": lambda entry: (-published(entry), -entry.id),
    "published_oldest": lambda entry: (published(entry), -entry.id),
    "title": lambda entry: (sort_key(entry.title), -entry.id),
    "title_z": lambda entry: (fallen(sort_key(entry.title)), -entry.id),
    "link": lambda entry: (sort_key(entry.url or ""), -entry.id),
    "link_z": lambda entry: (fallen(sort_key(entry.url or "")), -entry.id),
    "feed": lambda entry: (entry.feed_title, newest(entry)),
    "feed_z": lambda entry: (fallen(entry.feed_title), newest(entry)),
    "folder": lambda entry: (folder_place(entry, RISING), newest(entry)),
    "folder_z": lambda entry: (folder_place(entry, RISING[::-1]), newest(entry)),
    "longest": lambda entry: (-entry.word_count, -entry.id),
    "shortest": lambda entry: (entry.word_count, -entry.id),
}

FEEDS = st.lists(st.lists(st.integers(0, 6), max_size=7), min_size=1, max_size=5)


@EVERY_ORDER
@SLOW
@given(feeds=FEEDS, limit=st.integers(1, 7), window=st.integers(2, 60), rounds=st.integers(1, 4))
def test_pages_together_are_the_whole_stream(
    db: Database,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    order: Order,
    feeds: list[list[int]],
    limit: int,
    window: int,
    rounds: int,
) -> None:
    monkeypatch.setattr(orders, "WINDOW", window)
    monkeypatch.setattr(fair, "ROUNDS", rounds)
    monkeypatch.setattr(fair, "_FEWEST_ROUNDS", 1)
    user, ids = reader(db, now, feeds)
    for shown in ("all", "unread"):
        stream = Stream(shown=shown, order=order)
        found = pages(db, user, stream, limit)
        assert sorted(entry.id for entry in found) == ids
        if order in SORTED and window >= len(ids):
            assert found == sorted(found, key=SORTED[order])
        assert found == pages(db, user, stream, 500), "the same, whatever a page's length"


@EVERY_ORDER
@SLOW
@given(
    feeds=FEEDS,
    limit=st.integers(1, 5),
    window=st.integers(2, 60),
    rounds=st.integers(1, 4),
    deeds=st.lists(st.sampled_from(["arrive", "read", "read one", "nothing"]), min_size=1, max_size=6),
)
def test_what_arrives_or_is_read_meanwhile_makes_neither_doubles_nor_holes(
    db: Database,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    order: Order,
    feeds: list[list[int]],
    limit: int,
    window: int,
    rounds: int,
    deeds: list[str],
) -> None:
    monkeypatch.setattr(orders, "WINDOW", window)
    monkeypatch.setattr(fair, "ROUNDS", rounds)
    monkeypatch.setattr(fair, "_FEWEST_ROUNDS", 1)
    user, ids = reader(db, now, feeds)
    with db.reading() as tx:
        feed = tx.value("SELECT min(feed_id) FROM subscription WHERE user_id = :user", user=user.id)
    todo = iter(deeds)

    def between(shown: list[Entry]) -> None:
        deed = next(todo, "nothing")
        if deed == "arrive":
            fill(db, feed, [f"late {next(NUMBERS)}" for _ in range(3)], now + timedelta(hours=1))
            deliver.catch_up(db, user.id)
        elif deed == "read":
            entries.mark(db, user, [entry.id for entry in shown], read=True, now=now)
        elif deed == "read one":
            entries.mark(db, user, [shown[-1].id], read=True, now=now)

    found = [entry.id for entry in pages(db, user, Stream(shown="unread", order=order), limit, between)]
    assert len(found) == len(set(found)), "no doubles"
    assert set(ids) <= set(found), "no holes"


def test_fair_takes_feeds_in_turn(db: Database, cast: Cast, now: datetime) -> None:
    _, loud = subscribed(db, cast.alice, "https://loud.example/feed", now)
    _, rare = subscribed(db, cast.alice, "https://rare.example/feed", now)
    fill(db, rare, ["rare 1", "rare 2"], now - timedelta(days=30))
    fill(db, loud, [f"loud {number}" for number in range(6)], now)
    deliver.catch_up(db, cast.alice.id)
    found = [entry.title for entry in pages(db, cast.alice, Stream(order="fair"), 3)]
    assert found == ["loud 5", "rare 2", "loud 4", "rare 1", "loud 3", "loud 2", "loud 1", "loud 0"]


@EVERY_ORDER
def test_favourites_labels_searches_and_folders_have_every_order(
    db: Database, cast: Cast, now: datetime, order: Order
) -> None:
    a, feed_a = subscribed(db, cast.alice, "https://a.example/feed", now)
    _, feed_b = subscribed(db, cast.alice, "https://b.example/feed", now)
    ids = fill(db, feed_a, ["a1", "a2", "a3"], now, text="word")
    ids += fill(db, feed_b, ["b1", "b2"], now + timedelta(seconds=90), text="word")
    deliver.catch_up(db, cast.alice.id)
    index.index_all(db)
    entries.star(db, cast.alice, ids[1:], starred=True, now=now)
    folder = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    subscriptions.edit(db, cast.alice, a, folder_ids=[folder], now=now)
    label = labelled(db, cast.alice, "Later", ids[:3])
    labelled(db, cast.alice, "Never", ids[2:4])

    def ids_of(stream: Stream, limit: int = 2) -> list[int]:
        return sorted(entry.id for entry in pages(db, cast.alice, stream, limit))

    assert ids_of(Stream(kind="starred", order=order)) == ids[1:]
    assert ids_of(Stream(kind="label", key=label, order=order)) == ids[:3]
    assert ids_of(Stream(kind="label", order=order)) == ids[:4], "any label, each entry once"
    assert ids_of(Stream(kind="folder", key=folder, order=order)) == ids[:3]
    assert ids_of(Stream(kind="feed", key=a, shown="all", order=order)) == ids[:3]
    assert ids_of(Stream(shown="all", search=searched("word"), order=order)) == ids
    assert ids_of(Stream(kind="starred", search=searched("b1"), order=order)) == [ids[3]]


def labelled(db: Database, user: User, name: str, entry_ids: list[int]) -> int:
    with transaction(db) as tx:
        label = tx.value(
            "INSERT INTO label (user_id, name, name_key) VALUES (:user, :name, :name) RETURNING id",
            user=user.id,
            name=name,
        )
        tx.run(
            "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
            " SELECT CAST(:user AS BIGINT), CAST(:label AS BIGINT), listed_at, id, feed_id FROM entry"
            " WHERE id IN ids(:ids)",
            user=user.id,
            label=label,
            ids=entry_ids,
        )
    return int(label)


@EVERY_ORDER
def test_today_begins_at_a_moment(db: Database, cast: Cast, now: datetime, order: Order) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    quiet, other = subscribed(db, cast.alice, "https://b.example/feed", now)
    subscriptions.edit(db, cast.alice, quiet, visibility="folder", now=now)
    fill(db, feed, ["before 1", "before 2"], now - timedelta(hours=2))
    fill(db, other, ["in its folder"], now)
    ids = fill(db, feed, ["at", "after 1", "after 2"], now)
    deliver.catch_up(db, cast.alice.id)
    today = Stream(kind="today", since=now, order=order)
    assert sorted(entry.id for entry in pages(db, cast.alice, today, 2)) == ids
    assert entries.mark_all_read(db, cast.alice, today, up_to=ids[-1], now=now).count == 3
    assert sorted(entry.id for entry in pages(db, cast.alice, today, 2)) == ids, "with nothing unread, all of it"
    with db.reading() as tx:
        assert len(streams.read(tx, cast.alice.id, Stream()).entries) == 2


def test_chance_is_the_same_for_one_seed_and_another_for_the_next(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    fill(db, feed, [str(number) for number in range(30)], now)
    deliver.catch_up(db, cast.alice.id)

    def ids(seed: int) -> list[int]:
        with db.reading() as tx:
            page = streams.read(tx, cast.alice.id, Stream(order="random"), seed=seed)
        return [entry.id for entry in page.entries]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)
    assert sorted(ids(1)) == sorted(ids(2))


def test_what_was_published_first_is_looked_for_among_what_came_first(
    db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "WINDOW", 4)
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    fill(db, feed, [str(number) for number in range(10)], now)
    deliver.catch_up(db, cast.alice.id)
    found = pages(db, cast.alice, Stream(order="published_oldest"), 3)
    assert [entry.title for entry in found] == [str(number) for number in range(10)], "in windows, yet as if in one"


def test_a_feed_in_several_folders_stands_in_the_first_of_those_that_are_read(
    db: Database, cast: Cast, now: datetime
) -> None:
    a, feed_a = subscribed(db, cast.alice, "https://a.example/feed", now)
    b, feed_b = subscribed(db, cast.alice, "https://b.example/feed", now)
    fill(db, feed_a, ["a"], now)
    fill(db, feed_b, ["b"], now)
    deliver.catch_up(db, cast.alice.id)
    arts, press, inner = (subscriptions.add_folder(db, cast.alice, name, now=now) for name in ("Arts", "Press", "In"))
    subscriptions.move_folder(db, cast.alice, inner, press, now=now)
    subscriptions.edit(db, cast.alice, a, folder_ids=[arts, inner], now=now)
    subscriptions.edit(db, cast.alice, b, folder_ids=[press], now=now)

    def titles(stream: Stream) -> str:
        return "".join(entry.title for entry in pages(db, cast.alice, stream, 1))

    assert (titles(Stream(order="folder")), titles(Stream(order="folder_z"))) == ("ab", "ba")
    within = Stream(kind="folder", key=press, order="folder")
    assert titles(within) == "ba", "what lies elsewhere too does not stand where it lies there"


@EVERY_ORDER
def test_what_is_older_is_shown_though_the_rest_of_a_window_was_read_elsewhere(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr(orders, "WINDOW", 4)
    user, ids = reader(db, now, [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3]])
    with db.reading() as tx:
        newest = tx.column("SELECT id FROM entry WHERE id IN ids(:ids) ORDER BY listed_at DESC, id DESC", ids=ids)
    window = newest[-4:] if order == "published_oldest" else newest[:4]

    def between(_shown: list[Entry]) -> None:
        entries.mark(db, user, window, read=True, now=now)

    found = {entry.id for entry in pages(db, user, Stream(shown="unread", order=order), 2, between)}
    assert found | set(window) == set(ids)


def test_fair_favourites_beyond_what_is_ranked_come_last(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "WINDOW", 3)
    user, ids = reader(db, now, [list(range(20))])
    entries.star(db, user, ids, starred=True, now=now)
    entries.mark(db, user, ids[3:-1], read=True, now=now)
    found = [entry.id for entry in pages(db, user, Stream(kind="starred", shown="unread", order="fair"), 2)]
    assert sorted(found) == [*ids[:3], ids[-1]]
