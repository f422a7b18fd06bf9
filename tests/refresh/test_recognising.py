"""Entries that are recognised by their bytes are not read: what is stored is the same as if they had been."""

import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.people import Cast, make_cast
from tests.refresh.test_line import A, answered, feed_at, taken
from tests.store.feeding import subscribed

from dateline.refresh.record import record
from dateline.store import Database, open_database
from dateline.store.write import transaction

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STORED = (
    "SELECT guid, title, url, content_hash, listed_at, received_at, gone_at IS NULL, preview FROM entry ORDER BY id"
)


def item(guid: str, text: str, noise: str = "") -> str:
    name = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item>{name}<title>On {text}</title><description>{text}</description><hits>{noise}</hits></item>"


def document(*items: str, noise: str = "") -> bytes:
    body = "".join(items)
    return f"<rss version='2.0'><channel><title>A</title><when>{noise}</when>{body}</channel></rss>".encode()


def sources(db: Database) -> list[bytes | None]:
    with db.reading() as tx:
        return tx.column("SELECT source_hash FROM entry ORDER BY id")


def forget_sources(db: Database) -> None:
    with transaction(db) as tx:
        tx.run("UPDATE entry SET source_hash = NULL")


def stored(db: Database) -> list[Any]:
    with db.reading() as tx:
        return tx.all(STORED)


def test_an_unchanged_entry_is_recognised_and_a_new_one_read(cast: Cast, db: Database, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    record(db, [taken(db, answered(document(*(item(f"{n}", f"Story {n}") for n in range(5)))), now)])
    assert None not in sources(db)
    later = document(item("5", "Story 5"), *(item(f"{n}", f"Story {n}") for n in range(5)), noise="later")
    outcome = taken(db, answered(later, etag='"2"'), now + timedelta(hours=1))
    assert outcome.changes is not None
    assert (len(outcome.arrived), outcome.edited, outcome.changes.unchanged) == (1, (), 5)
    record(db, [outcome])
    assert len(stored(db)) == 6


def test_entries_that_say_the_same_in_other_bytes_are_recognised_next_time(
    cast: Cast, db: Database, now: datetime
) -> None:
    subscribed(db, cast.alice, A, now)
    items = [item(f"{n}", f"Story {n}") for n in range(5)]
    record(db, [taken(db, answered(document(*items)), now)])
    before = sources(db)
    items[2] = item("2", "Story 2", noise="7 hits")
    record(db, [taken(db, answered(document(*items), etag='"2"'), now + timedelta(hours=1))])
    after = sources(db)
    assert [n for n in range(5) if before[n] != after[n]] == [2]


def test_a_feed_that_writes_everything_anew_each_time_costs_no_writing(cast: Cast, db: Database, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    record(db, [taken(db, answered(document(*(item(f"{n}", f"Story {n}") for n in range(5)))), now)])
    before = sources(db)
    noisy = document(*(item(f"{n}", f"Story {n}", noise="token") for n in range(5)))
    outcome = taken(db, answered(noisy, etag='"2"'), now + timedelta(hours=1))
    assert outcome.changes is not None
    assert (outcome.changes.unchanged, outcome.changes.sources) == (5, ())
    record(db, [outcome])
    assert sources(db) == before


def test_entries_from_before_hashes_were_kept_get_theirs(cast: Cast, db: Database, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    body = document(*(item(f"{n}", f"Story {n}") for n in range(5)))
    record(db, [taken(db, answered(body), now)])
    expected = sources(db)
    forget_sources(db)
    body = document(*(item(f"{n}", f"Story {n}") for n in range(5)), noise="later")
    record(db, [taken(db, answered(body, etag='"2"'), now + timedelta(hours=1))])
    assert sources(db) == expected


def test_ids_that_begin_to_change_are_noticed_though_some_items_are_known(
    cast: Cast, db: Database, now: datetime
) -> None:
    """Six known items and, beside them, ten contents that are all called by one id."""
    subscribed(db, cast.alice, A, now)
    old = [item(f"{n}", f"Story {n}") for n in range(6)]
    record(db, [taken(db, answered(document(*old)), now)])
    body = document(*old, *(item("same", f"Other {n}") for n in range(10)))
    record(db, [taken(db, answered(body, etag='"2"'), now + timedelta(hours=1))])
    assert feed_at(db).identity != "guid"
    assert len(stored(db)) == 16


items = st.lists(
    st.builds(item, st.sampled_from(["", "a", "b", "c", "d"]), st.sampled_from("xyz"), st.sampled_from(["", "1"])),
    max_size=7,
)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@settings(max_examples=25, deadline=None)
@example([[item("", "x"), item("a", "x", "1")], [item("a", "x"), item("a", "y")], [item("a", "x", "1")]])
@example([[item("", "x"), item("a", "x")], [item("a", "x"), item("a", "y")], [item("", "x"), item("a", "x")]])
@given(st.lists(items, min_size=2, max_size=4))
def test_what_is_stored_is_the_same_as_if_everything_had_been_read(documents: list[list[str]]) -> None:
    results = []
    for forgetful in (False, True):
        with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/x").closing() as db:
            subscribed(db, make_cast(db, NOW).alice, A, NOW)
            states = []
            for count, entries in enumerate(documents):
                if forgetful:
                    forget_sources(db)
                answer = answered(document(*entries, noise=str(count)), etag=f'"{count}"')
                record(db, [taken(db, answer, NOW + timedelta(hours=count))])
                states.append((stored(db), feed_at(db).identity))
            results.append(states)
    assert results[0] == results[1]
