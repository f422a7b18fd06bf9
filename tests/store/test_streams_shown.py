"""What of a stream is shown, by what its reader did with it: page by page, in streams of every kind, and marked."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import get_args

import pytest
from tests.people import Cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import entries, labels, subscriptions
from dateline.model import Cursor, Entry, ShownNow, Stream
from dateline.preferences import Order
from dateline.refresh import deliver, index
from dateline.store import Database, listing, orders, streams

FITS: dict[ShownNow, Callable[[Entry], bool]] = {
    "all": lambda entry: True,
    "unread": lambda entry: entry.unread,
    "read": lambda entry: not entry.unread,
    "starred": lambda entry: entry.starred,
    "unread_or_starred": lambda entry: entry.unread or entry.starred,
    "unread_not_starred": lambda entry: entry.unread and not entry.starred,
}
EVERY_STATE = pytest.mark.parametrize("shown", get_args(ShownNow))


class Library:
    """Four feeds of Alice's, one of them with most of what is unread; some of it starred, labelled, in a folder."""

    def __init__(self, db: Database, cast: Cast, now: datetime) -> None:
        self.db, self.user, self.now = db, cast.alice, now
        chance = random.Random(3)
        self.feeds = []
        self.ids: list[int] = []
        for place, length in enumerate((12, 3, 7, 1)):
            own, feed = subscribed(db, self.user, f"https://{place}.example/feed", now)
            start = now + timedelta(minutes=place)
            self.feeds.append(own)
            self.ids += fill(db, feed, [f"word {place} {number}" for number in range(length)], start)
        deliver.catch_up(db, self.user.id)
        index.index_all(db)
        self.starred = chance.sample(self.ids, 9)
        self.read = chance.sample(self.ids[12:], 7) + self.ids[:2]
        entries.star(db, self.user, self.starred, starred=True, now=now)
        entries.mark(db, self.user, self.read, read=True, now=now)
        self.folder = subscriptions.add_folder(db, self.user, "Press", now=now)
        for own in self.feeds[1:3]:
            subscriptions.edit(db, self.user, own, folder_ids=[self.folder], now=now)
        self.label = labels.add(db, self.user, "Later", now=now)
        labels.put(db, self.user, self.ids[8:18], self.label, on=True, now=now)

    def page(self, stream: Stream, before: Cursor | None = None, limit: int = 500) -> tuple[list[Entry], Cursor | None]:
        with self.db.reading() as tx:
            page = streams.read(tx, self.user.id, stream, before=before, limit=limit, seed=7)
        assert page.shown == stream.shown
        return list(page.entries), page.next

    def read_on(self, stream: Stream, limit: int, between: Callable[[list[Entry]], None] = lambda _: None) -> list[int]:
        found: list[int] = []
        cursor: Cursor | None = None
        for _ in range(100):
            rows, cursor = self.page(stream, cursor, limit)
            found += [entry.id for entry in rows]
            if cursor is None:
                return found
            between(rows)
        raise AssertionError("it never ends")

    def unread_ids(self) -> set[int]:
        return {entry.id for entry in self.page(Stream(kind="all", shown="unread"))[0]}


@pytest.fixture
def library(db: Database, cast: Cast, now: datetime) -> Library:
    return Library(db, cast, now)


def kinds(library: Library) -> list[Stream]:
    return [
        Stream(),
        Stream(kind="folder", key=library.folder),
        Stream(kind="feed", key=library.feeds[0]),
        Stream(kind="starred"),
        Stream(kind="label", key=library.label),
        Stream(search=searched("word")),
        Stream(kind="starred", search=searched("word")),
        Stream(kind="today", since=library.now + timedelta(minutes=3)),
    ]


def as_shown(stream: Stream, shown: ShownNow, order: Order = "newest") -> Stream:
    return Stream(kind=stream.kind, key=stream.key, search=stream.search, since=stream.since, shown=shown, order=order)


@EVERY_STATE
@pytest.mark.parametrize("walked", [0, 2], ids=["walked", "gathered"])
def test_each_state_holds_what_is_so_and_nothing_else(
    library: Library, monkeypatch: pytest.MonkeyPatch, shown: ShownNow, walked: int
) -> None:
    monkeypatch.setattr(listing, "WALKED_SHARE", walked)
    for kind in kinds(library):
        everything, _ = library.page(as_shown(kind, "all"))
        wanted = [entry.id for entry in everything if FITS[shown](entry)]
        assert everything
        for limit in (1, 4, 500):
            assert library.read_on(as_shown(kind, shown), limit) == wanted
            assert library.read_on(as_shown(kind, shown, "oldest"), limit) == wanted[::-1]


def test_each_state_has_every_order(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "WINDOW", 8)
    everything, _ = library.page(Stream(shown="all"))
    for shown, fits in FITS.items():
        wanted = sorted(entry.id for entry in everything if fits(entry))
        for order in get_args(Order):
            stream = Stream(shown=shown, order=order)
            in_pages = library.read_on(stream, 3)
            assert sorted(in_pages) == wanted
            assert library.read_on(stream, 500) == in_pages, "the same, whatever a page's length"


@pytest.mark.parametrize("shown", ["read", "starred", "unread_or_starred", "unread_not_starred"])
@pytest.mark.parametrize("order", ["newest", "published_oldest", "fair"])
def test_what_is_read_starred_or_comes_meanwhile_makes_neither_doubles_nor_holes(
    library: Library, shown: ShownNow, order: Order
) -> None:
    stream = Stream(shown=shown, order=order)
    before = {entry.id for entry in library.page(stream)[0]}
    with library.db.reading() as tx:
        feed = tx.value("SELECT feed_id FROM entry WHERE id = :id", id=library.ids[0])

    def between(rows: list[Entry]) -> None:
        entries.mark(library.db, library.user, [rows[0].id], read=not rows[0].unread, now=library.now)
        entries.star(library.db, library.user, [rows[-1].id], starred=not rows[-1].starred, now=library.now)
        fill(library.db, feed, [f"late {rows[0].id} {len(rows)}"], library.now + timedelta(hours=1))
        deliver.catch_up(library.db, library.user.id)

    found = library.read_on(stream, 2, between)
    assert len(found) == len(set(found)), "no doubles"
    assert before <= set(found), "no holes"


@EVERY_STATE
def test_marking_all_marks_what_is_shown_and_undo_gives_it_back(library: Library, shown: ShownNow) -> None:
    up_to = max(library.ids) - 1
    for kind in kinds(library):
        were = library.unread_ids()
        here = {entry.id for entry in library.page(as_shown(kind, shown))[0]}
        done = entries.mark_all_read(library.db, library.user, as_shown(kind, shown), up_to=up_to, now=library.now)
        assert library.unread_ids() == were - {one for one in here if one <= up_to}
        assert set(done.entry_ids) == were - library.unread_ids()
        if done.seq is not None:
            entries.undo(library.db, library.user, done.seq, now=library.now)
        assert library.unread_ids() == were


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("read", lambda entry: not entry.unread),
        ("starred", lambda entry: entry.starred),
        ("unread_not_starred", lambda entry: not entry.starred),
        ("unread", lambda entry: True),
        ("unread_or_starred", lambda entry: True),
        ("all", lambda entry: True),
    ],
)
def test_marking_all_unread_reaches_no_further_than_the_state(
    library: Library, shown: ShownNow, meant: Callable[[Entry], bool]
) -> None:
    for kind in kinds(library)[:5]:
        were = library.unread_ids()
        everything, _ = library.page(as_shown(kind, "all"))
        done = entries.mark_all_unread(
            library.db, library.user, as_shown(kind, shown), up_to=max(library.ids), now=library.now
        )
        assert library.unread_ids() == were | {entry.id for entry in everything if meant(entry)}
        if done.seq is not None:
            entries.undo(library.db, library.user, done.seq, now=library.now)


def test_a_favourite_of_a_feed_that_was_left_is_among_favourites_alone(library: Library, cast: Cast) -> None:
    gone = {entry.id for entry in library.page(Stream(kind="feed", key=library.feeds[0], shown="starred"))[0]}
    assert gone
    subscriptions.unsubscribe(library.db, cast.alice, library.feeds[0], now=library.now)
    assert gone.isdisjoint(library.read_on(Stream(shown="starred"), 500))
    assert gone <= set(library.read_on(Stream(kind="starred", shown="all"), 500))
    assert library.read_on(Stream(shown="starred"), 500), "those of others are there"


def test_nobody_sees_anothers_states(library: Library, cast: Cast) -> None:
    subscribed(library.db, cast.bob, "https://0.example/feed", library.now)
    for shown in get_args(ShownNow):
        with library.db.reading() as tx:
            page = streams.read(tx, cast.bob.id, Stream(shown=shown))
        assert all(FITS[shown](entry) and not entry.starred for entry in page.entries)
