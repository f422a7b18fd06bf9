"""Several subscriptions at once, resting ones, and everything back as it was: for their owner alone."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, arranging, exporting, opml, subscriptions
from dateline.actions.arranging import Change
from dateline.actions.entries import Done
from dateline.errors import ActionError, NotFound
from dateline.model import Retention, User
from dateline.preferences import ReadWhen
from dateline.settings import Settings
from dateline.store import Database, delivery, health, leases, read_choices, retention
from dateline.store import arranging as stored_arranging
from dateline.store import subscriptions as stored
from dateline.store.subscriptions import SubscriptionDetails
from dateline.store.write import transaction

A, B = "https://a.example/feed", "https://b.example/feed"


def all_of(db: Database, user: User) -> list[SubscriptionDetails]:
    with db.reading() as tx:
        return sorted(stored.all_details(tx, user.id), key=lambda row: row.id)


def due(db: Database, now: datetime) -> list[int]:
    with db.reading() as tx:
        return [row[0] for row in leases.due(tx, holder="me", now=now, limit=10, full_hosts=[])]


@pytest.fixture
def two(db: Database, cast: Cast, now: datetime) -> list[int]:
    """Alice's subscriptions to two feeds."""
    return [subscribed(db, cast.alice, url, now)[0] for url in (A, B)]


def test_everything_is_changed_at_once_and_undone_at_once(
    db: Database, cast: Cast, now: datetime, two: list[int]
) -> None:
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    subscriptions.edit(db, cast.alice, two[0], folder_ids=[press], visibility="important", now=now)
    before = all_of(db, cast.alice)
    change = Change(
        new_folder="Sea", visibility="folder", full_text="always", keep=Retention(age=7), paused=True, out_of_all=True
    )
    done = arranging.arrange(db, cast.alice, two, change, now=now)
    assert (done.count, done.seq is not None) == (2, True)
    for row in all_of(db, cast.alice):
        assert (row.visibility, row.full_text, row.paused_at) == ("folder", "always", now)
        assert len(row.folder_ids) == 1
        assert row.folder_ids != (press,)
        with db.reading() as tx:
            assert retention.stored(tx, "subscription", row.id) == Retention(age=7)
    assert done.seq is not None
    assert arranging.undo(db, cast.alice, done.seq, now=now).count == 2
    assert all_of(db, cast.alice) == before


def test_what_changes_nothing_is_no_deed(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    assert arranging.arrange(db, cast.alice, two, Change(visibility="main"), now=now) == Done(count=0, seq=None)


def test_folders_are_added_or_replaced(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    press, sea = (subscriptions.add_folder(db, cast.alice, name, now=now) for name in ("Press", "Sea"))
    arranging.arrange(db, cast.alice, two, Change(add_to=press), now=now)
    arranging.arrange(db, cast.alice, two, Change(add_to=sea), now=now)
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [(press, sea)] * 2
    arranging.arrange(db, cast.alice, two[:1], Change(move_to=sea), now=now)
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [(sea,), (press, sea)]


def test_an_undo_passes_over_what_is_gone(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    arranging.arrange(db, cast.alice, two, Change(add_to=press), now=now)
    seq = arranging.arrange(db, cast.alice, two, Change(out_of_all=True), now=now).seq
    subscriptions.remove_folder(db, cast.alice, press, now=now)
    subscriptions.unsubscribe(db, cast.alice, two[0], now=now)
    assert seq is not None
    assert arranging.undo(db, cast.alice, seq, now=now).count == 0
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [()]


# ------------------------------------------------------------------------------------------------ changed since


def undone(db: Database, user: User, done: Done, now: datetime) -> int:
    assert done.seq is not None
    return arranging.undo(db, user, done.seq, now=now).count


def chosen(db: Database, user: User, subscription_id: int) -> ReadWhen:
    with db.reading() as tx:
        return read_choices.own(tx, user.id, "feed", subscription_id)


def test_undoing_a_move_leaves_alone_what_was_chosen_after_it(
    db: Database, cast: Cast, now: datetime, two: list[int]
) -> None:
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    arranging.arrange(db, cast.alice, two, Change(read_when=ReadWhen(arrived=True)), now=now)
    move = arranging.arrange(db, cast.alice, two, Change(move_to=press), now=now)
    change = Change(read_when=ReadWhen(arrived=False, beyond=50), visibility="important", paused=True)
    arranging.arrange(db, cast.alice, two[:1], change, now=now)
    before = all_of(db, cast.alice)
    assert undone(db, cast.alice, move, now) == 2
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [(), ()]
    assert [replace(row, folder_ids=(press,)) for row in all_of(db, cast.alice)] == before
    assert chosen(db, cast.alice, two[0]) == ReadWhen(arrived=False, beyond=50)
    assert chosen(db, cast.alice, two[1]) == ReadWhen(arrived=True)
    assert undone(db, cast.alice, move, now) == 0, "sent twice"


def test_of_a_choice_only_the_parts_that_a_deed_changed_come_back(
    db: Database, cast: Cast, now: datetime, two: list[int]
) -> None:
    first = arranging.arrange(db, cast.alice, two, Change(read_when=ReadWhen(arrived=True, gone=True)), now=now)
    arranging.arrange(db, cast.alice, two, Change(read_when=ReadWhen(gone=False, beyond=50)), now=now)
    assert undone(db, cast.alice, first, now) == 2
    assert chosen(db, cast.alice, two[0]) == ReadWhen(gone=False, beyond=50)


def test_what_was_moved_again_stays_there(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    press, sea, noise = (subscriptions.add_folder(db, cast.alice, name, now=now) for name in ("Press", "Sea", "Noise"))
    arranging.arrange(db, cast.alice, two, Change(add_to=press), now=now)
    move = arranging.arrange(db, cast.alice, two, Change(move_to=sea), now=now)
    arranging.arrange(db, cast.alice, two[:1], Change(move_to=noise), now=now)
    arranging.arrange(db, cast.alice, two[1:], Change(add_to=noise), now=now)
    assert undone(db, cast.alice, move, now) == 1
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [(noise,), (press, noise)]


def test_a_feed_is_fetched_while_somebody_waits_for_it(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, A, now)
    theirs, _ = subscribed(db, cast.bob, A, now)
    arranging.arrange(db, cast.alice, [own], Change(paused=True), now=now)
    assert due(db, now) == [feed]
    arranging.arrange(db, cast.bob, [theirs], Change(paused=True), now=now)
    assert due(db, now) == []
    with db.reading() as tx:
        assert leases.next_due_at(tx) is None
        assert health.works(tx, now).due == 0
    subscribed(db, cast.mallory, A, now)
    assert due(db, now) == [feed]


def test_a_paused_subscription_takes_nothing_until_it_goes_on(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, A, now)
    subscribed(db, cast.bob, A, now)
    arranging.arrange(db, cast.alice, [own], Change(paused=True), now=now)
    fill(db, feed, ["one", "two"], now)
    for user in (cast.alice, cast.bob):
        accounts.catch_up(db, user.id, now=now)
    assert [row.unread_count for row in all_of(db, cast.alice)] == [0]
    assert [row.unread_count for row in all_of(db, cast.bob)] == [2]
    with db.reading() as tx:
        assert not delivery.undelivered(tx, cast.alice.id)
        assert health.of_user(tx, cast.alice.id) == []
    arranging.arrange(db, cast.alice, [own], Change(paused=False), now=now)
    accounts.catch_up(db, cast.alice.id, now=now)
    assert [row.unread_count for row in all_of(db, cast.alice)] == [2], "what came meanwhile is not lost"


def test_pausing_again_keeps_since_when(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    arranging.arrange(db, cast.alice, two[:1], Change(paused=True), now=now)
    arranging.arrange(db, cast.alice, two, Change(paused=True), now=now + timedelta(days=1))
    assert [row.paused_at for row in all_of(db, cast.alice)] == [now, now + timedelta(days=1)]


def test_opml_carries_what_rests(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    arranging.arrange(db, cast.alice, two[:1], Change(paused=True), now=now)
    written = exporting.export_opml(db, cast.alice, now=now)
    opml.import_opml(db, cast.bob, written, settings=Settings(), now=now)
    assert {row.url: row.paused_at for row in all_of(db, cast.bob)} == {A: now, B: None}


def test_several_are_left_at_once(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    assert arranging.leave(db, cast.alice, two, now=now) == 2
    assert all_of(db, cast.alice) == []
    assert due(db, now) == []


def test_what_was_joined_together_is_left_together(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    with transaction(db) as tx:
        seq = arranging.note_joined(tx, cast.alice, two, now)
    assert arranging.what_of(db, cast.alice, seq) == "subscriptions"
    assert arranging.what_of(db, cast.bob, seq) == "entries"
    subscriptions.unsubscribe(db, cast.alice, two[0], now=now)
    assert arranging.undo(db, cast.alice, seq, now=now).count == 1
    assert all_of(db, cast.alice) == []


def test_nobody_arranges_what_is_somebody_elses(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    (theirs, _) = subscribed(db, cast.mallory, A, now)
    own = subscriptions.add_folder(db, cast.mallory, "Mine", now=now)
    seq = arranging.arrange(db, cast.alice, two, Change(visibility="folder"), now=now).seq
    assert seq is not None
    for tried in (
        lambda: arranging.arrange(db, cast.mallory, [theirs, two[0]], Change(paused=True), now=now),
        lambda: arranging.leave(db, cast.mallory, [theirs, two[0]], now=now),
        lambda: arranging.arrange(db, cast.alice, two, Change(add_to=own), now=now),
        lambda: arranging.arrange(db, cast.alice, two, Change(move_to=own), now=now),
        lambda: arranging.undo(db, cast.mallory, seq, now=now),
    ):
        with pytest.raises(NotFound):
            tried()
    assert [row.visibility for row in all_of(db, cast.alice)] == ["folder", "folder"]
    assert [row.paused_at for row in all_of(db, cast.mallory)] == [None]


def test_odd_values_are_refused(db: Database, cast: Cast, now: datetime, two: list[int]) -> None:
    for ids, change in (
        ([], Change(paused=True)),
        (list(range(arranging.AT_ONCE + 1)), Change(paused=True)),
        (two, Change(visibility="everywhere")),  # type: ignore[arg-type]  # from outside
        (two, Change(full_text="maybe")),  # type: ignore[arg-type]  # from outside
        (two, Change(keep=Retention(age=0))),
        (two, Change(new_folder="a/b")),
    ):
        with pytest.raises(ActionError):
            arranging.arrange(db, cast.alice, ids, change, now=now)
    assert [row.folder_ids for row in all_of(db, cast.alice)] == [(), ()]


def test_what_was_noted_before_it_said_what_became_of_them_is_still_undone(
    db: Database, cast: Cast, now: datetime, two: list[int]
) -> None:
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    with transaction(db) as tx:
        before = stored_arranging.decode(f'[[{two[0]},"important","off",null,null,[{press}]]]')
        assert stored_arranging.restore(tx, cast.alice.id, before) == two[:1]
    row = all_of(db, cast.alice)[0]
    assert (row.visibility, row.folder_ids) == ("important", (press,))
