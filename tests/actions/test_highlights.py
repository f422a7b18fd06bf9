"""Highlights and notes: their owner's alone, kept with their articles whatever becomes of the feed; both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import arranging as arranging_many
from dateline.actions import highlights as acting
from dateline.actions import subscriptions as arranging
from dateline.actions.highlights import MAX_NOTE, MAX_QUOTE
from dateline.errors import ActionError, NotFound
from dateline.model import Retention
from dateline.store import Database, accounts, entries, expiry, highlights, merging, retention, streams, subscriptions
from dateline.store.highlights import Highlight
from dateline.store.write import transaction

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORDS: dict[str, Any] = {"quote": "text of", "prefix": "", "suffix": " 1", "place": 0}


@pytest.fixture
def entry(db: Database, cast: Cast) -> int:
    """The first of three entries that Alice and Mallory may read, not Bob."""
    _, feed = subscribed(db, cast.alice, "https://a.example/feed", NOW)
    subscribed(db, cast.mallory, "https://a.example/feed", NOW)
    return fill(db, feed, ["1", "2", "3"], NOW - timedelta(days=400))[0]


def kept(db: Database, user_id: int, entry_id: int) -> list[Highlight]:
    with db.reading() as tx:
        return highlights.of_entry(tx, user_id, entry_id)


def test_words_and_notes_stand_in_the_order_of_the_text(db: Database, cast: Cast, entry: int) -> None:
    acting.add(db, cast.alice, entry, note=" On the whole.\r\nYes ", now=NOW)
    late = acting.add(db, cast.alice, entry, quote="end", prefix="p" * 50, suffix="s" * 50, place=90, now=NOW)
    early = acting.add(db, cast.alice, entry, quote="begin", place=5, colour="blue", note="Why?", now=NOW)
    found = kept(db, cast.alice.id, entry)
    assert [one.quote for one in found] == ["begin", "end", ""]
    assert found[2].note == "On the whole.\nYes"
    assert (len(found[1].prefix), len(found[1].suffix)) == (40, 40)
    acting.change(db, cast.alice, early, colour="red", note="", now=NOW + timedelta(hours=1))
    acting.remove(db, cast.alice, late, now=NOW)
    acting.change(db, cast.alice, found[2].id, colour="yellow", note=" ", now=NOW)
    (one,) = kept(db, cast.alice.id, entry)
    assert (one.colour, one.note, one.changed_at - one.created_at) == ("red", "", timedelta(hours=1))


def test_what_was_taken_away_comes_back_once_to_its_owner_alone(db: Database, cast: Cast, entry: int) -> None:
    ident = acting.add(db, cast.alice, entry, **WORDS, note="A long thought", now=NOW)
    (before,) = kept(db, cast.alice.id, entry)
    seq = acting.remove(db, cast.alice, ident, now=NOW).seq
    assert seq is not None
    for stranger in (cast.mallory, cast.bob):
        with pytest.raises(NotFound):
            arranging_many.undo(db, stranger, seq, now=NOW)
    assert [arranging_many.undo(db, cast.alice, seq, now=NOW).count for _ in range(2)] == [1, 0]
    (back,) = kept(db, cast.alice.id, entry)
    assert replace(back, id=ident) == before
    acting.remove(db, cast.alice, back.id, now=NOW)
    with transaction(db) as tx:
        entries.purge(tx, tx.value("SELECT feed_id FROM entry WHERE id = :id", id=entry), [entry])
    assert arranging_many.undo(db, cast.alice, seq, now=NOW).count == 0


def test_nobody_else_sees_or_changes_them(db: Database, cast: Cast, entry: int) -> None:
    ident = acting.add(db, cast.alice, entry, **WORDS, now=NOW)
    assert kept(db, cast.mallory.id, entry) == []
    for stranger in (cast.mallory, cast.bob):
        with pytest.raises(NotFound):
            acting.change(db, stranger, ident, colour="red", note="Mine", now=NOW)
        with pytest.raises(NotFound):
            acting.remove(db, stranger, ident, now=NOW)
    for entry_id in (entry, 0, -1, 2**63):
        with pytest.raises(NotFound):
            acting.add(db, cast.bob, entry_id, **WORDS, now=NOW)
    assert len(kept(db, cast.alice.id, entry)) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"quote": " "}, "action.bad_value"),
        ({"colour": "octarine"}, "action.bad_value"),
        ({"place": -1}, "action.bad_value"),
        ({"place": 2**40}, "action.bad_value"),
        ({"quote": "x" * (MAX_QUOTE + 1)}, "action.too_large"),
        ({"note": "x" * (MAX_NOTE + 1)}, "action.too_large"),
    ],
)
def test_what_cannot_be_is_refused(db: Database, cast: Cast, entry: int, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(ActionError) as caught:
        acting.add(db, cast.alice, entry, **{**WORDS, **wrong}, now=NOW)
    assert caught.value.code == code


def test_there_is_an_end(db: Database, cast: Cast, entry: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "MAX_HIGHLIGHTS", 1)
    acting.add(db, cast.alice, entry, **WORDS, now=NOW)
    with pytest.raises(ActionError, match=r"action\.too_large"):
        acting.add(db, cast.alice, entry, **WORDS, now=NOW)


def test_what_is_highlighted_is_never_purged_and_stays_readable_for_its_owner(
    db: Database, cast: Cast, entry: int
) -> None:
    acting.add(db, cast.alice, entry, note="Keep.", now=NOW)
    with transaction(db) as tx:
        feed_id = subscriptions.feed_of(tx, cast.alice.id, 1)
        all_ids = tx.column("SELECT id FROM entry ORDER BY id")
        entries.mark_gone(tx, all_ids, NOW - timedelta(days=300))
        assert entry not in entries.unsaved(tx, feed_id, 100)
        rule = Retention(age=7, keep_unread=False)
        retention.save(tx, retention.Proposal(scope="instance", key=0, rule=rule))
    with db.reading() as tx:
        (plan,) = expiry.plans(tx, [feed_id])
        assert expiry.going(tx, plan, all_ids, NOW) == [one for one in all_ids if one != entry]
    arranging.unsubscribe(db, cast.alice, 1, now=NOW)
    arranging.unsubscribe(db, cast.mallory, 2, now=NOW)
    with db.reading() as tx:
        assert streams.entry(tx, cast.alice.id, entry).id == entry
        with pytest.raises(NotFound):
            streams.entry(tx, cast.mallory.id, entry)


def test_when_two_feeds_become_one_highlights_stay(db: Database, cast: Cast, entry: int) -> None:
    _, other = subscribed(db, cast.alice, "https://b.example/feed", NOW)
    double, alone = fill(db, other, ["1", "6"], NOW)
    for entry_id in (double, alone, entry):
        acting.add(db, cast.alice, entry_id, **WORDS, now=NOW)
    with transaction(db) as tx:
        merging.merge(tx, subscriptions.feed_of(tx, cast.alice.id, 1), other, NOW)
    assert [len(kept(db, cast.alice.id, entry_id)) for entry_id in (entry, alone)] == [2, 1]


def test_with_the_account_its_highlights_go(db: Database, cast: Cast, entry: int) -> None:
    acting.add(db, cast.mallory, entry, **WORDS, now=NOW)
    with transaction(db) as tx:
        accounts.remove_user(tx, cast.mallory.id)
        assert tx.value("SELECT count(*) FROM highlight") == 0
