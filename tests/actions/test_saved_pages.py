"""Saved pages: a private feed of one's own, its articles wanted at once and kept for ever; both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.people import Cast

from dateline.actions import saved_pages as acting
from dateline.actions import subscriptions as arranging
from dateline.errors import ActionError, NotFound
from dateline.model import FullTextRules, Retention, User
from dateline.refresh import deliver
from dateline.store import Database, expiry, exporting, full_text_queue, full_texts, retention, streams
from dateline.store.full_texts import Taken
from dateline.store.write import transaction

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://example.org/long-read"
OWN = full_texts.rules_hash(FullTextRules())


def save(db: Database, user: User, url: str = URL, title: str = "") -> int:
    return acting.save(db, user, url, title=title, feed_title="Saved pages", now=NOW)


def taken(db: Database, entry_id: int, code: str, title: str = "") -> None:
    with transaction(db) as tx:
        full_texts.store(tx, entry_id, [Taken(rules_hash=OWN, code=code, page_url=URL, title=title)], NOW)


def test_a_page_becomes_an_unread_entry_of_ones_own_whose_article_is_due(db: Database, cast: Cast) -> None:
    entry_id = save(db, cast.alice, "example.org/long-read#part")
    deliver.catch_up(db, cast.alice.id)
    with db.reading() as tx:
        entry = streams.entry(tx, cast.alice.id, entry_id)
        assert (entry.url, entry.title, entry.feed_title) == (URL, URL, "Saved pages")
        assert entry.unread
        assert full_text_queue.has_due(tx, entry_id)
        assert tx.one("SELECT owner_id, next_at FROM feed") == (cast.alice.id, None)
        assert exporting.leaving(tx, cast.alice.id) == []
        for other in (cast.bob, cast.mallory):
            with pytest.raises(NotFound):
                streams.entry(tx, other.id, entry_id)


def test_a_page_is_called_as_its_reader_says_else_as_it_calls_itself(db: Database, cast: Cast) -> None:
    unnamed, named = save(db, cast.alice), save(db, cast.alice, "https://example.org/2", " My  name ")
    taken(db, unnamed, "ok", "Its name")
    taken(db, named, "ok", "Its name")
    with db.reading() as tx:
        titles = tx.column("SELECT title FROM entry ORDER BY id")
    assert titles == ["Its name", "My name"]


def test_saved_again_it_is_fetched_again_only_if_it_failed(db: Database, cast: Cast) -> None:
    entry_id = save(db, cast.alice)
    taken(db, entry_id, "extract.nothing_found")
    assert save(db, cast.alice) == entry_id
    with db.reading() as tx:
        assert full_text_queue.has_due(tx, entry_id)
        assert streams.entry(tx, cast.alice.id, entry_id).full_text is None, "it waits again"
    taken(db, entry_id, "ok")
    assert save(db, cast.alice) == entry_id
    with db.reading() as tx:
        assert not full_text_queue.has_due(tx, entry_id)


def test_a_password_in_the_address_is_not_kept(db: Database, cast: Cast) -> None:
    entry_id = save(db, cast.alice, URL.replace("//", "//alice:secret@"))
    assert save(db, cast.alice) == entry_id
    with db.reading() as tx:
        assert tx.one("SELECT url, title, guid FROM entry") == (URL, URL, URL)


def test_two_people_save_the_same_page_each_for_themselves(db: Database, cast: Cast) -> None:
    assert save(db, cast.alice) != save(db, cast.bob)


def test_no_rule_takes_a_saved_page_away_and_whoever_left_begins_again(db: Database, cast: Cast) -> None:
    entry_id = save(db, cast.alice)
    with transaction(db) as tx:
        feed_id = tx.value("SELECT feed_id FROM entry WHERE id = :id", id=entry_id)
        subscription_id = tx.value("SELECT id FROM subscription")
        rule = Retention(age=7, keep_unread=False)
        retention.save(tx, retention.Proposal(scope="account", key=cast.alice.id, rule=rule))
        (plan,) = expiry.plans(tx, [feed_id])
        assert expiry.common_bound(tx, plan, NOW + timedelta(days=900)) is None
    arranging.unsubscribe(db, cast.alice, subscription_id, now=NOW)
    assert save(db, cast.alice) == entry_id
    with db.reading() as tx:
        assert tx.value("SELECT orphaned_at FROM feed WHERE id = :id", id=feed_id) is None
        assert streams.entry(tx, cast.alice.id, entry_id).id == entry_id


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.example", "http://"])
def test_what_is_no_address_is_not_saved(db: Database, cast: Cast, address: str) -> None:
    with pytest.raises(ActionError, match=r"action\.bad_url"):
        save(db, cast.alice, address)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_only_so_many_wait(db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "MAX_WAITING", 1)
    save(db, cast.alice)
    with pytest.raises(ActionError, match=r"action\.too_large"):
        save(db, cast.alice, "https://example.org/2")
