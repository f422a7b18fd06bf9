"""Recently read, what is marked and what is spared, what stays unread: on both engines."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import entries, labels, subscriptions
from dateline.model import Cursor, Stream, User, Visibility
from dateline.refresh import deliver, index
from dateline.store import Database, recent, sidebars, streams

RECENT = Stream(kind="recent")


def ids_of(db: Database, user: User, stream: Stream, limit: int = 50) -> list[int]:
    """A stream read to its end."""
    found: list[int] = []
    cursor: Cursor | None = None
    while True:
        with db.reading() as tx:
            page = streams.read(tx, user.id, stream, before=cursor, limit=limit)
        found += [entry.id for entry in page.entries]
        cursor = page.next
        if cursor is None:
            return found


@pytest.fixture
def ids(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Six unread entries of Alice's."""
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    found = fill(db, feed, [f"word {number}" for number in range(6)], now)
    deliver.catch_up(db, cast.alice.id)
    return found


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_recently_read_is_the_last_deed_first_without_what_was_undone(
    db: Database, cast: Cast, now: datetime, ids: list[int], limit: int
) -> None:
    a, b, c, d, e, f = ids

    def mark(*which: int, read: bool = True) -> int | None:
        return entries.mark(db, cast.alice, which, read=read, now=now).seq

    mark(c)
    undone = mark(d)
    mark(a, b)
    mark(e)
    mark(e, read=False)
    mark(c, read=False)
    mark(c)
    assert undone is not None
    entries.undo(db, cast.alice, undone, now=now)
    assert ids_of(db, cast.alice, RECENT, limit) == [c, b, a]
    entries.mark_all_read(db, cast.alice, Stream(), up_to=e, now=now)
    assert ids_of(db, cast.alice, RECENT, limit) == [e, d, c, b, a]
    assert f not in ids_of(db, cast.alice, RECENT, limit)
    assert ids_of(db, cast.bob, RECENT, limit) == []


def test_recently_read_can_be_searched_and_forgets_what_one_left(
    db: Database, cast: Cast, now: datetime, ids: list[int]
) -> None:
    subscription, feed = subscribed(db, cast.alice, "https://b.example/feed", now)
    other = fill(db, feed, ["elsewhere"], now)
    deliver.catch_up(db, cast.alice.id)
    index.index_all(db)
    entries.mark(db, cast.alice, [*ids, *other], read=True, now=now)
    assert ids_of(db, cast.alice, Stream(kind="recent", search=searched("elsewhere"))) == other
    subscriptions.unsubscribe(db, cast.alice, subscription, now=now)
    assert ids_of(db, cast.alice, RECENT) == ids[::-1]


def test_recently_read_looks_through_so_much_and_no_more(
    db: Database, cast: Cast, now: datetime, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for ident in ids:
        entries.mark(db, cast.alice, [ident], read=True, now=now)
    monkeypatch.setattr(recent, "DEEDS", 4)
    assert ids_of(db, cast.alice, RECENT, 2) == ids[:1:-1]
    monkeypatch.setattr(recent, "ENTRIES", 3)
    assert ids_of(db, cast.alice, RECENT, 2) == ids[:2:-1]


def test_visibility_says_which_streams_and_counts_a_feed_is_in(db: Database, cast: Cast, now: datetime) -> None:
    kinds: tuple[Visibility, ...] = ("important", "main", "folder", "archived")
    folder = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    of_kind = {}
    for place, visibility in enumerate(kinds):
        own, feed = subscribed(db, cast.alice, f"https://{visibility}.example/feed", now)
        subscriptions.edit(db, cast.alice, own, visibility=visibility, folder_ids=[folder], now=now)
        fill(db, feed, [f"{visibility} {number}" for number in range(10**place)], now)
        of_kind[visibility] = own
    deliver.catch_up(db, cast.alice.id)

    def count(stream: Stream) -> int:
        return len(ids_of(db, cast.alice, stream, 500))

    with db.reading() as tx:
        side = sidebars.read(tx, cast.alice.id)
    assert (count(Stream(kind="important")), side.important_unread) == (1, 1)
    assert (count(Stream()), side.main_unread) == (11, 11)
    assert (count(Stream(kind="all")), side.all_unread) == (111, 111)
    assert (count(Stream(kind="folder", key=folder)), side.folders[0].unread_count) == (111, 111)
    assert count(Stream(kind="feed", key=of_kind["archived"])) == 1000


@pytest.mark.parametrize("kind", ["main", "today", "starred", "label", "all", "important"])
def test_important_feeds_are_spared_where_they_are_not_asked_for(
    db: Database, cast: Cast, now: datetime, ids: list[int], kind: str
) -> None:
    important, feed = subscribed(db, cast.alice, "https://b.example/feed", now)
    subscriptions.edit(db, cast.alice, important, visibility="important", now=now)
    weighty = fill(db, feed, ["weighty"], now)
    deliver.catch_up(db, cast.alice.id)
    entries.star(db, cast.alice, [*ids, *weighty], starred=True, now=now)
    key = labels.add(db, cast.alice, "Later", now=now) if kind == "label" else None
    if key is not None:
        labels.put(db, cast.alice, [*ids, *weighty], key, on=True, now=now)
    since = now - timedelta(hours=1) if kind == "today" else None
    stream = Stream(kind=kind, key=key, since=since)  # type: ignore[arg-type] # all are kinds
    entries.mark_all_read(db, cast.alice, stream, up_to=weighty[0], now=now)
    is_spared = weighty[0] in ids_of(db, cast.alice, Stream(kind="important", shown="unread"))
    assert is_spared == (kind in ("main", "today", "starred"))


def test_only_what_is_older_is_marked_and_all_can_be_unread_again(
    db: Database, cast: Cast, now: datetime, ids: list[int]
) -> None:
    _, feed = subscribed(db, cast.alice, "https://b.example/feed", now)
    old = fill(db, feed, ["old 1", "old 2"], now - timedelta(days=3))
    deliver.catch_up(db, cast.alice.id)
    day = now - timedelta(days=1)
    done = entries.mark_all_read(db, cast.alice, Stream(), up_to=old[-1], listed_before=day, now=now)
    assert (done.count, list(done.entry_ids)) == (2, old)
    assert sorted(ids_of(db, cast.alice, Stream())) == ids
    assert done.seq is not None
    assert entries.undo(db, cast.alice, done.seq, now=now).count == 2
    entries.mark_all_read(db, cast.alice, Stream(), up_to=old[-1], now=now)
    again = entries.mark_all_unread(db, cast.alice, Stream(), up_to=ids[-1], now=now)
    assert again.count == 6, "not what arrived after the page"
    assert again.seq is not None
    assert entries.undo(db, cast.alice, again.seq, now=now).count == 6
    index.index_all(db)
    assert entries.mark_all_unread(db, cast.alice, Stream(search=searched("old")), up_to=old[-1], now=now).count == 2


def test_what_is_marked_unread_by_hand_is_kept_until_it_is_read(
    db: Database, cast: Cast, now: datetime, ids: list[int]
) -> None:
    def kept() -> list[int]:
        with db.reading() as tx:
            page = streams.read(tx, cast.alice.id, Stream(shown="unread"))
        return sorted(entry.id for entry in page.entries if entry.kept)

    done = entries.mark(db, cast.alice, ids, read=True, now=now)
    entries.mark(db, cast.alice, ids[:2], read=False, now=now)
    assert kept() == ids[:2]
    assert done.seq is not None
    entries.undo(db, cast.alice, done.seq, now=now)
    assert kept() == ids[:2], "what comes back by undo was not marked by hand"
    entries.mark(db, cast.alice, ids[:1], read=True, now=now)
    assert kept() == ids[1:2]
