"""Entries that their publishers change: what is kept of them, what is told, to whom they are unread again."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import subscribed

from dateline.actions import accounts, subscriptions
from dateline.actions import entries as deeds
from dateline.fetch.body import hash_of
from dateline.model import Response, SafeHTML, Stream, User, Validators
from dateline.refresh.line import take
from dateline.refresh.record import record
from dateline.store import Database, entries, feeds, streams, versions
from dateline.store.write import transaction

A = "https://a.example/feed"
HOUR = timedelta(hours=1)


def refresh(db: Database, now: datetime, *items: tuple[str, str, str]) -> None:
    """One round with a document of (guid, title, content) items."""
    body = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title>"
        f"<description><![CDATA[{content}]]></description></item>"
        for guid, title, content in items
    )
    document = f"<rss version='2.0'><channel><title>A</title>{body}</channel></rss>".encode()
    answer = Response(
        url=A,
        final_url=A,
        status=200,
        body=document,
        body_hash=hash_of(document),
        validators=Validators(etag=str(now)),
    )
    with db.reading() as tx:
        feed = feeds.find(tx, A)
    assert feed is not None
    record(db, [take(db, feed, answer, asked_url=A, now=now, dice=0.5)])


def kept(db: Database, entry_id: int) -> list[str]:
    with db.reading() as tx:
        return [f"{version.title}: {version.html}" for version in versions.of_entry(tx, entry_id)]


def only_entry(db: Database) -> int:
    with db.reading() as tx:
        return int(tx.value("SELECT max(id) FROM entry"))


def revised_at(db: Database, user: User, entry_id: int) -> datetime | None:
    with db.reading() as tx:
        return streams.entry(tx, user.id, entry_id).revised_at


def unread(db: Database, user: User, now: datetime) -> tuple[list[str], int]:
    """The titles that are unread, and what the counter says."""
    accounts.catch_up(db, user.id, now=now)
    with db.reading() as tx:
        page = streams.read(tx, user.id, Stream(kind="all", shown="unread"), limit=50, bodies="none")
        count = int(tx.value("SELECT sum(unread_count) FROM subscription WHERE user_id = :user", user=user.id))
    return [entry.title for entry in page.entries], count


@pytest.fixture
def now(cast: Cast) -> datetime:
    return datetime.fromisoformat("2026-11-22T12:00:00+00:00")


def test_a_change_leaves_the_earlier_version_and_says_when(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses.</p>"))
    entry = only_entry(db)
    assert revised_at(db, cast.alice, entry) is None
    refresh(db, now + HOUR, ("1", "Storm", "<p>Twenty houses.</p>"))
    assert revised_at(db, cast.alice, entry) == now + HOUR
    assert kept(db, entry) == ["Storm: <p>Ten houses.</p>"]
    refresh(db, now + 2 * HOUR, ("1", "Storm ends", "<p>Twenty houses.</p>"))
    assert kept(db, entry) == ["Storm: <p>Twenty houses.</p>", "Storm: <p>Ten houses.</p>"]


def test_what_changes_by_itself_is_stored_and_not_told(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses. 3 comments</p>"))
    refresh(db, now + HOUR, ("1", "Storm", "<p>Ten houses. 14 comments</p>"))
    entry = only_entry(db)
    assert revised_at(db, cast.alice, entry) is None
    assert kept(db, entry) == []
    with db.reading() as tx:
        assert streams.entry(tx, cast.alice.id, entry).content_html == "<p>Ten houses. 14 comments</p>"


def test_of_many_versions_the_last_ten_are_kept(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    for number in range(14):
        refresh(db, now + number * HOUR, ("1", "Live", f"<p>Goal number{'x' * number}</p>"))
    titles = kept(db, only_entry(db))
    assert len(titles) == versions.KEPT
    assert titles[0].endswith(f"number{'x' * 12}</p>")
    assert titles[-1].endswith(f"number{'x' * 3}</p>")


def test_a_revised_entry_is_unread_again_for_those_who_want_it(db: Database, cast: Cast, now: datetime) -> None:
    for user, wants in ((cast.alice, True), (cast.bob, False)):
        ident, _ = subscribed(db, user, A, now)
        subscriptions.edit(db, user, ident, revised_unread=wants, now=now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses.</p>"), ("2", "Calm", "<p>Nothing. 1 comment</p>"))
    for user in (cast.alice, cast.bob):
        assert unread(db, user, now)[1] == 2
        deeds.mark(db, user, [1, 2], read=True, now=now)
    refresh(db, now + HOUR, ("1", "Storm", "<p>Twenty houses.</p>"), ("2", "Calm", "<p>Nothing. 9 comments</p>"))
    assert unread(db, cast.alice, now + HOUR) == (["Storm"], 1)
    assert unread(db, cast.bob, now + HOUR) == ([], 0)


def test_one_that_is_unread_is_counted_once(db: Database, cast: Cast, now: datetime) -> None:
    ident, _ = subscribed(db, cast.alice, A, now)
    subscriptions.edit(db, cast.alice, ident, revised_unread=True, now=now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses.</p>"))
    assert unread(db, cast.alice, now) == (["Storm"], 1)
    refresh(db, now + HOUR, ("1", "Storm", "<p>Twenty houses.</p>"))
    assert unread(db, cast.alice, now + HOUR) == (["Storm"], 1)


def test_one_that_was_not_delivered_yet_is_unread_once(db: Database, cast: Cast, now: datetime) -> None:
    ident, _ = subscribed(db, cast.alice, A, now)
    subscriptions.edit(db, cast.alice, ident, revised_unread=True, now=now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses.</p>"))
    refresh(db, now + HOUR, ("1", "Storm", "<p>Twenty houses.</p>"))
    assert unread(db, cast.alice, now + HOUR) == (["Storm"], 1)


def test_what_was_gone_before_somebody_subscribed_stays_read(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.bob, A, now)
    refresh(db, now, ("1", "Old", "<p>Long ago.</p>"), ("2", "New", "<p>Today.</p>"))
    refresh(db, now + HOUR, ("2", "New", "<p>Today.</p>"))
    later = now + 2 * HOUR
    ident, _ = subscribed(db, cast.alice, A, later)
    subscriptions.edit(db, cast.alice, ident, revised_unread=True, now=later)
    assert unread(db, cast.alice, later) == (["New"], 1)
    refresh(db, later + HOUR, ("1", "Old", "<p>Long ago, corrected.</p>"), ("2", "New", "<p>Today.</p>"))
    assert unread(db, cast.alice, later + HOUR) == (["New"], 1)


def test_purging_an_entry_takes_its_versions_along(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, A, now)
    refresh(db, now, ("1", "Storm", "<p>Ten houses.</p>"))
    refresh(db, now + HOUR, ("1", "Storm", "<p>Twenty houses.</p>"))
    entry = only_entry(db)
    with transaction(db) as tx:
        entries.purge(tx, feed_id, [entry])
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry_version") == 0


def test_an_entry_that_was_purged_meanwhile_leaves_nothing(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        versions.keep(tx, 12_345, versions.replaced("Gone", SafeHTML("<p>x</p>")), now)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry_version") == 0
