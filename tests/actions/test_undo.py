"""Undoing: everything is as it was, to the flag of what was unread by hand, but for what was done after."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.people import Cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import arranging, entries, labels, late, subscriptions
from dateline.actions.arranging import Change
from dateline.actions.entries import Done
from dateline.actions.late import LateDeed
from dateline.model import Stream, User
from dateline.refresh import deliver, index
from dateline.store import Database, history, states, streams
from dateline.store.write import transaction


class World:
    """Two feeds of Alice's, one of them important, five entries each over ten days; some are not as they arrived."""

    def __init__(self, db: Database, user: User, now: datetime) -> None:
        self.db, self.user, self.now = db, user, now
        self.folder = subscriptions.add_folder(db, user, "News", now=now)
        self.plain, plain = subscribed(db, user, "https://a.example/feed", now)
        self.loud, loud = subscribed(db, user, "https://b.example/feed", now)
        arranging.arrange(db, user, [self.plain], Change(move_to=self.folder), now=now)
        arranging.arrange(db, user, [self.loud], Change(visibility="important"), now=now)
        start, step = now - timedelta(days=10), 2 * 86_400
        self.a = fill(db, plain, [f"a{n}" for n in range(6)], start, step=step, text="harbour")
        self.b = fill(db, loud, [f"b{n}" for n in range(6)], start, step=step, text="harbour")
        self.ids = [*self.a, *self.b]
        index.index_all(db)
        deliver.catch_up(db, user.id)
        # of each feed: the 2nd and the last are unread by hand, the 3rd is read, the 1st, 2nd and 4th have a star
        by_hand = [ids[place] for ids in (self.a, self.b) for place in (1, 5)]
        self.mark([*by_hand, self.a[2], self.b[2]], read=True)
        self.mark(by_hand, read=False)
        starred = [ids[place] for ids in (self.a, self.b) for place in (0, 1, 3)]
        entries.star(db, user, starred, starred=True, now=now)
        self.label = labels.add(db, user, "Later", now=now)
        labels.put(db, user, starred, self.label, on=True, now=now)

    def mark(self, ids: list[int], *, read: bool, later: int = 0) -> Done:
        return entries.mark(self.db, self.user, ids, read=read, now=self.now + timedelta(seconds=later))

    def all_read(self, stream: Stream | None = None, **more: Any) -> Done:
        return entries.mark_all_read(
            self.db, self.user, stream or Stream(kind="all"), up_to=max(self.ids), now=self.now, **more
        )

    def undo(self, done: Done) -> Done:
        assert done.seq is not None
        return entries.undo(self.db, self.user, done.seq, now=self.now)

    def unread(self) -> list[tuple[Any, ...]]:
        """Every row, with what stands in the counters, which must be right."""
        with transaction(self.db) as tx:
            assert states.recount(tx) == 0
            return tx.all("SELECT feed_id, listed_at, entry_id, kept FROM unread ORDER BY entry_id")

    def kept(self) -> set[int]:
        return {row[2] for row in self.unread() if row[3]}

    def state(self) -> tuple[Any, ...]:
        """All that a deed with entries may change."""
        with self.db.reading() as tx:
            stars = tx.all("SELECT entry_id, starred_at FROM star ORDER BY entry_id")
            labelled = tx.all("SELECT label_id, entry_id FROM entry_label ORDER BY entry_id")
        return self.unread(), stars, labelled


@pytest.fixture
def world(db: Database, cast: Cast, now: datetime) -> World:
    return World(db, cast.alice, now)


Deed = Callable[[World], Done]
WAYS: dict[str, tuple[Deed, int]] = {
    "everything": (lambda w: w.all_read(), 10),
    "main stream without important feeds": (lambda w: w.all_read(Stream()), 5),
    "important": (lambda w: w.all_read(Stream(kind="important")), 5),
    "folder": (lambda w: w.all_read(Stream(kind="folder", key=w.folder)), 5),
    "feed": (lambda w: w.all_read(Stream(kind="feed", key=w.loud)), 5),
    "favourites without important feeds": (lambda w: w.all_read(Stream(kind="starred")), 3),
    "label": (lambda w: w.all_read(Stream(kind="label", key=w.label)), 6),
    "any label": (lambda w: w.all_read(Stream(kind="label")), 6),
    "today": (lambda w: w.all_read(Stream(kind="today", since=w.now - timedelta(days=5))), 3),
    "older than a day": (lambda w: w.all_read(listed_before=w.now - timedelta(days=1)), 8),
    "older than a week": (lambda w: w.all_read(listed_before=w.now - timedelta(days=7)), 4),
    "search": (lambda w: w.all_read(Stream(kind="all", search=searched("harbour"))), 10),
    "up to what the page showed": (
        lambda w: entries.mark_all_read(w.db, w.user, Stream(kind="all"), up_to=w.a[1], now=w.now),
        2,
    ),
    "above, or a selection": (lambda w: w.mark([*w.a[:4], *w.b], read=True), 8),
    "one": (lambda w: w.mark(w.a[1:2], read=True), 1),
    "everything unread": (
        lambda w: entries.mark_all_unread(w.db, w.user, Stream(kind="all"), up_to=max(w.ids), now=w.now),
        2,
    ),
    "unread by hand": (lambda w: w.mark(w.ids, read=False), 8),
    "unread already, by hand": (lambda w: w.mark(w.a[:1], read=False), 1),
    "favourites": (lambda w: entries.star(w.db, w.user, w.ids, starred=True, now=w.now), 6),
}


@pytest.mark.parametrize("way", WAYS)
def test_undone_everything_is_exactly_as_it_was(world: World, way: str) -> None:
    deed, count = WAYS[way]
    before = world.state()
    done = deed(world)
    after = world.state()
    assert done.count == count
    assert after != before
    undone = world.undo(done)
    assert (undone.count, undone.entry_ids) == (count, done.entry_ids)
    assert world.state() == before
    world.undo(undone)
    assert world.state() == after
    assert done.seq is not None


def test_an_undo_that_is_sent_twice_changes_nothing_more(world: World) -> None:
    before = world.state()
    done = world.all_read()
    assert world.undo(done).count == 10
    assert world.undo(done) == Done(count=0, seq=None)
    assert world.state() == before


def test_a_page_shows_what_is_unread_by_hand_as_before(world: World) -> None:
    def shown() -> dict[int, tuple[bool, bool]]:
        with world.db.reading() as tx:
            page = streams.read(tx, world.user.id, Stream(kind="all", shown="all"))
        return {entry.id: (entry.unread, entry.kept) for entry in page.entries}

    before = shown()
    assert before[world.a[1]] == (True, True)
    assert before[world.a[0]] == (True, False)
    done = world.all_read()
    assert set(shown().values()) == {(False, False)}
    world.undo(done)
    assert shown() == before


def test_what_is_unread_and_marked_so_by_hand_is_spared(world: World) -> None:
    assert world.mark([world.a[0]], read=False).count == 1
    assert world.a[0] in world.kept()
    assert world.mark([world.a[0]], read=False) == Done(count=0, seq=None), "it is so already"


def test_what_a_device_told_late_is_spared_too(world: World) -> None:
    done = late.tell(
        world.db,
        world.user,
        [LateDeed(entry_id=world.a[0], action="unread", at=world.now + timedelta(seconds=1))],
        now=world.now + timedelta(minutes=1),
    )
    assert done.count == 1
    assert world.a[0] in world.kept()


def test_a_whole_stream_that_is_marked_unread_may_be_scrolled_past(world: World) -> None:
    before = world.kept()
    world.all_read()
    entries.mark_all_unread(world.db, world.user, Stream(kind="all"), up_to=max(world.ids), now=world.now)
    assert {row[2] for row in world.unread()} == set(world.ids)
    assert before
    assert world.kept() == set()


def test_what_was_read_after_it_was_marked_unread_stays_read(world: World) -> None:
    done = world.mark([world.a[0], world.a[3]], read=False)
    world.mark([world.a[0]], read=True, later=5)
    assert world.undo(done).entry_ids == (world.a[3],)
    assert world.a[0] not in {row[2] for row in world.unread()}
    assert world.a[3] not in world.kept()


# ------------------------------------------------------------------------------------------------ meanwhile


def test_what_another_device_read_meanwhile_stays_read(world: World) -> None:
    """The other page shows them unread still: somebody opened two there."""
    done = world.all_read()
    assert world.mark([world.a[0], world.a[1]], read=True, later=5).count == 0
    assert world.undo(done).count == 8
    left = {row[2] for row in world.unread()}
    assert left == {*world.a[3:], *world.b} - {world.b[2]}
    assert world.kept() == {world.a[5], world.b[1], world.b[5]}


def test_reading_without_having_been_marked_with_all_is_no_deed(world: World) -> None:
    with world.db.reading() as tx:
        before = len(history.deeds(tx, world.user.id))
    world.mark([world.a[2]], read=True, later=5)
    with world.db.reading() as tx:
        assert len(history.deeds(tx, world.user.id)) == before


def test_what_was_read_elsewhere_is_among_the_recently_read(world: World) -> None:
    world.all_read()
    world.mark([world.a[3]], read=True, later=5)
    world.mark([world.a[3]], read=True, later=6)  # told again
    with world.db.reading() as tx:
        page = streams.read(tx, world.user.id, Stream(kind="recent"))
        seen = [deed.entry_ids for deed in history.deeds(tx, world.user.id) if deed.action == "seen"]
    assert page.entries[0].id == world.a[3]
    assert seen == [[world.a[3]]]


@pytest.mark.parametrize("minutes", [5, -5])
def test_what_was_read_without_a_connection_stays_read(world: World, minutes: int) -> None:
    """Before all was marked or after it, and told when all was marked already."""
    done = world.all_read()
    told = [LateDeed(entry_id=world.a[1], action="read", at=world.now + timedelta(minutes=minutes))]
    for _ in range(2):
        assert late.tell(world.db, world.user, told, now=world.now + timedelta(hours=1)).count == 0
    assert world.undo(done).count == 9
    assert world.a[1] not in {row[2] for row in world.unread()}


def test_what_another_device_marked_unread_or_starred_meanwhile_stays_so(world: World) -> None:
    done = world.all_read()
    world.mark([world.a[0], world.a[1]], read=False, later=5)
    world.mark([world.a[0]], read=True, later=6)  # and read it again
    entries.star(world.db, world.user, [world.a[4]], starred=True, now=world.now)
    entries.star(world.db, world.user, [world.b[0]], starred=False, now=world.now)
    world.undo(done)
    rows = {row[2]: row[3] for row in world.unread()}
    assert world.a[0] not in rows
    assert rows[world.a[1]] == 1
    assert rows[world.a[4]] == rows[world.b[0]] == 0
    assert (rows[world.b[1]], rows[world.b[5]]) == (1, 1)
    with world.db.reading() as tx:
        starred = set(tx.column("SELECT entry_id FROM star"))
    assert world.a[4] in starred
    assert world.b[0] not in starred


def test_a_star_that_was_given_again_stays_when_the_first_is_taken_back(world: World) -> None:
    given = entries.star(world.db, world.user, world.ids[2:5], starred=True, now=world.now)
    entries.star(world.db, world.user, [world.a[2]], starred=False, now=world.now)
    entries.star(world.db, world.user, [world.a[2]], starred=True, now=world.now)
    assert world.undo(given).entry_ids == (world.a[4],)


def test_what_arrived_meanwhile_is_unread_and_counted(world: World) -> None:
    done = world.all_read()
    with world.db.reading() as tx:
        feed = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=world.plain)
    new = fill(world.db, feed, ["new"], world.now)
    deliver.catch_up(world.db, world.user.id)
    world.undo(done)
    assert {row[2]: row[3] for row in world.unread()}[new[0]] == 0
    assert len(world.unread()) == 11


def test_two_streams_marked_one_after_the_other_are_undone_in_any_order(world: World) -> None:
    before = world.state()
    feed = world.all_read(Stream(kind="feed", key=world.plain))
    rest = world.all_read()
    assert (feed.count, rest.count) == (5, 5)
    world.undo(feed)
    world.undo(rest)
    assert world.state() == before


# ------------------------------------------------------------------------------------------------ at the same time


def test_undone_while_others_mark_nothing_is_lost_and_every_counter_is_right(world: World) -> None:
    """Four devices at once: one undoes, one undoes the same, one marks all again, one marks single ones."""
    world.undo(world.all_read())
    kept = world.kept()
    for _ in range(5):
        done = world.all_read()
        assert done.seq is not None
        seq = done.seq

        def undone(seq: int = seq) -> Done:
            return entries.undo(world.db, world.user, seq, now=world.now)

        with ThreadPoolExecutor(4) as pool:
            first, second = pool.submit(undone), pool.submit(undone)
            again = pool.submit(world.all_read)
            single = pool.submit(world.mark, world.a[:1], read=False)
            back = first.result().count + second.result().count
            assert single.result().count in (0, 1)
        assert back in (9, 10), "each came back once, but for what was marked unread by hand before"
        if again.result().seq is not None:
            world.undo(again.result())
        rows = {row[2] for row in world.unread()}
        assert rows == set(world.ids) - {world.a[2], world.b[2]}
        assert kept <= world.kept() <= {*kept, world.a[0]}
