"""The line for one feed, step by step: interruptions, moves, identities that change, hostile values."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, redirect
from tests.people import Cast
from tests.refresh.running import Runner
from tests.store.feeding import fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import subscriptions
from dateline.errors import FetchError
from dateline.fetch.body import hash_of
from dateline.model import Response, Stream, User, Validators
from dateline.refresh import deliver
from dateline.refresh.line import take
from dateline.refresh.outcome import Outcome
from dateline.refresh.record import record
from dateline.store import Database, addresses, feeds, streams
from dateline.store.feeds import Feed
from dateline.store.merging import merge
from dateline.store.write import transaction

A = "https://a.example/feed"


def document(*items: tuple[str, str]) -> bytes:
    """An RSS document of (guid, title) items, whose link is made of the title."""
    body = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title>"
        f"<link>https://a.example/{title.replace(' ', '-')}</link><description>On {title}</description></item>"
        for guid, title in items
    )
    return f"<rss version='2.0'><channel><title>A</title>{body}</channel></rss>".encode()


def body_hash(body: bytes) -> bytes:
    return hash_of(body)


def answered(body: bytes, *, etag: str = '"1"', **more: Any) -> Response:
    values: dict[str, Any] = {
        "url": A,
        "final_url": A,
        "status": 200,
        "content_type": "application/rss+xml",
        "body_hash": body_hash(body),
        "validators": Validators(etag=etag),
    }
    return Response(body=body, **{**values, **more})


def feed_at(db: Database, url: str = A) -> Feed:
    with db.reading() as tx:
        found = feeds.find(tx, url)
    assert found is not None
    return found


def taken(db: Database, answer: Response, now: datetime, url: str = A) -> Outcome:
    return take(db, feed_at(db, url), answer, asked_url=url, now=now, dice=0.5)


def told(db: Database, sql: str) -> list[Any]:
    with db.reading() as tx:
        return tx.all(sql)


class Killed(BaseException):
    """The process ends here."""


def killed_at(db: Database, outcome: Outcome, place: int) -> bool:
    """Record an outcome, but die before the commit number ``place``. Whether it came to that."""
    commits = 0
    real = db.writing

    def writing() -> Any:
        nonlocal commits
        if commits == place:
            raise Killed
        commits += 1
        return real()

    dying = type("Dying", (), {"writing": staticmethod(writing), "reading": db.reading, "engine": db.engine})()
    try:
        record(dying, [outcome])
    except Killed:
        return True
    return False


# ------------------------------------------------------------------------------------------------ interruptions


@pytest.mark.parametrize("known", [0, 60])
def test_wherever_the_process_dies_nothing_is_lost_or_doubled(
    db: Database, cast: Cast, now: datetime, known: int
) -> None:
    """The validators come with the last batch: until then the feed is asked, and read, as if nothing had come."""
    before = document(*((str(n), f"Entry {n}") for n in range(known)))
    body = document(*((str(n), f"Entry {n}" + ("!" if n < 55 else "")) for n in range(5, 180)))
    expected = {f"Entry {n}" + ("!" if 5 <= n < 55 else "") for n in range(0 if known else 5, 180)}
    for place in range(10):
        url = f"https://{place}.example/feed"
        _, feed_id = subscribed(db, cast.alice, url, now)
        if known:
            record(db, [taken(db, answered(before, etag='"0"'), now, url)])
        whole = not killed_at(db, taken(db, answered(body), now + timedelta(hours=1), url), place)
        feed = feed_at(db, url)
        assert (feed.validators.etag == '"1"') is whole
        assert (feed.body_hash == body_hash(body)) is whole
        assert (feed.check_count, feed.error_code) == (bool(known) + whole, None)
        deliver.catch_up(db, cast.alice.id)
        record(db, [taken(db, answered(body), now + timedelta(hours=2), url)])
        deliver.catch_up(db, cast.alice.id)
        with db.reading() as tx:
            titles = tx.column("SELECT title FROM entry WHERE feed_id = :id", id=feed_id)
            gone = tx.value("SELECT count(*) FROM entry WHERE feed_id = :id AND gone_at IS NOT NULL", id=feed_id)
            unread = tx.value("SELECT count(*) FROM unread WHERE feed_id = :id", id=feed_id)
            counted = tx.value("SELECT unread_count FROM subscription WHERE feed_id = :id", id=feed_id)
        assert (len(titles), set(titles)) == (len(expected), expected)
        assert gone == (5 if known else 0)
        assert unread == counted == len(expected)
        assert feed_at(db, url).validators.etag == '"1"'
        if whole:
            break
    assert place >= 4  # it died at every place there is


def test_no_batch_holds_more_than_fifty_entries(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    body = document(*((str(n), f"Entry {n}") for n in range(120)))
    counts = []
    for place in range(4):
        killed_at(db, taken(db, answered(body), now), place)
        counts += [row[0] for row in told(db, "SELECT count(*) FROM entry")]
    assert counts == [0, 50, 120, 120]  # 50, then 50 and 20 of the rest


def test_what_changed_between_two_attempts_at_a_first_document_is_stored(
    db: Database, cast: Cast, now: datetime
) -> None:
    subscribed(db, cast.alice, A, now)
    killed_at(db, taken(db, answered(document(*((str(n), f"Old {n}") for n in range(120)))), now), 2)
    record(db, [taken(db, answered(document(*((str(n), f"New {n}") for n in range(120)))), now)])
    assert {row[0][:3] for row in told(db, "SELECT title FROM entry")} == {"New"}
    assert told(db, "SELECT count(*) FROM entry") == [(120,)]


def test_two_workers_that_take_the_same_answer_store_it_once(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    body = document(*((str(n), f"Entry {n}") for n in range(70)))
    outcomes = [taken(db, answered(body), now), taken(db, answered(body), now + timedelta(seconds=1))]
    record(db, outcomes)
    assert told(db, "SELECT count(*), count(DISTINCT guid) FROM entry") == [(70, 70)]
    assert told(db, "SELECT entry_count FROM feed") == [(70,)]


# ------------------------------------------------------------------------------------------------ identity


def test_an_identity_that_falls_renames_what_is_known_and_brings_nothing_twice(
    db: Database, cast: Cast, now: datetime
) -> None:
    subscribed(db, cast.alice, A, now)
    for day in range(3):
        body = document(*((f"{day}-{n}", f"Story {n}") for n in range(10 + day)))
        record(db, [taken(db, answered(body), now + timedelta(days=day))])
    assert feed_at(db).identity == "link"
    assert told(db, "SELECT count(*), count(DISTINCT title) FROM entry") == [(12, 12)]


def test_a_new_name_that_another_entry_has_already_breaks_nothing(db: Database, cast: Cast, now: datetime) -> None:
    """An old entry's guid is what a younger one's link is."""
    subscribed(db, cast.alice, A, now)
    old = document(("https://a.example/Story-0", "Old"), ("https://a.example/Story-1", "Older"))
    record(db, [taken(db, answered(old), now)])
    record(db, [taken(db, answered(document(*((f"1-{n}", f"Story {n}") for n in range(8)))), now)])
    record(db, [taken(db, answered(document(*((f"2-{n}", f"Story {n}") for n in range(8)))), now)])
    record(db, [taken(db, answered(document(*((f"3-{n}", f"Story {n}") for n in range(9)))), now)])
    assert feed_at(db).identity == "link"
    found = sorted(row[0] for row in told(db, "SELECT title FROM entry WHERE gone_at IS NULL"))
    assert found == [f"Story {n}" for n in range(9)]


def test_one_id_for_all_entries_loses_none(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    record(db, [taken(db, answered(document(*(("same", f"Story {n}") for n in range(4)))), now)])
    assert told(db, "SELECT count(*) FROM entry") == [(4,)]
    record(db, [taken(db, answered(document(*(("same", f"Story {n}") for n in range(1, 6)))), now)])
    assert told(db, "SELECT count(*) FROM entry") == [(6,)]


# ------------------------------------------------------------------------------------------------ moves


def moved(db: Database, cast: Cast, internet: Internet, now: datetime) -> Runner:
    """Alice subscribes to /old, which was found to redirect to /new for good."""
    subscriptions.subscribe(db, cast.alice, internet.url("/old"), now=now)
    runner = Runner(db, now)
    runner.run()
    assert feed_at(db, internet.url("/old")).moved_url == internet.url("/new")
    return runner


def test_an_old_address_that_dies_does_not_take_the_feed_with_it(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/old": redirect("/new", 301), "/new": document(("1", "One"))}) as internet:
        runner = moved(db, cast, internet, now)
        for dead in (404, 410, 500, b"<html>This domain is for sale</html>"):
            internet["/old"] = dead
            runner.later(hours=30)
            runner.run()  # the daily look at the old address
            runner.later(hours=2)
            runner.run()
            feed = feed_at(db, internet.url("/old"))
            assert (feed.error_code, feed.stopped_at) == (None, None)
            assert feed.moved_url == internet.url("/new")


def test_a_new_address_that_is_gone_gives_way_to_the_old_one(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/old": redirect("/new", 301), "/new": document(("1", "One"))}) as internet:
        runner = moved(db, cast, internet, now)
        internet["/old"] = document(("1", "One"), ("2", "Two"))
        internet["/new"] = 410
        runner.later(hours=23.9)
        with transaction(db) as tx:
            tx.run("UPDATE feed SET next_at = 1")
        assert runner.run()[internet.url("/old")].code == "fetch.gone"
        runner.later(hours=2)
        report = runner.run()[internet.url("/old")]
        assert (report.code, report.new) == ("ok", 1)
        assert feed_at(db, internet.url("/old")).moved_url is None


def test_credentials_are_shown_to_no_other_server(db: Database, cast: Cast, now: datetime, tmp_path: Any) -> None:
    settings = replace(LOOPBACK, secret_file=tmp_path / "key")
    with Internet({"/feed": document(("1", "One"))}) as other, Internet() as internet:
        internet["/feed"] = redirect(other.url("/feed"), 301)
        url = internet.url("/feed").replace("http://", "http://me:secret@")
        subscriptions.subscribe(db, cast.alice, url, settings=settings, now=now)
        runner = Runner(db, now, settings)
        for _ in range(6):
            runner.run()
            runner.later(hours=25)
        assert len(other.asked("/feed")) == len(internet.asked("/feed")) == 6
        assert all(asked.header("Authorization") is None for asked in other.requests)
        assert all(asked.header("Authorization") is not None for asked in internet.requests)
        assert told(db, "SELECT url, moved_url FROM feed") == [(internet.url("/feed"), None)]


def test_a_merge_wakes_the_feed_that_stays(db: Database, cast: Cast, now: datetime) -> None:
    """The older feed at the new address had been left by all, and had been gone."""
    with Internet({"/old": document(("1", "One")), "/new": document(("1", "One"), ("2", "Two"))}) as internet:
        own = subscriptions.subscribe(db, cast.bob, internet.url("/new"), now=now)
        runner = Runner(db, now)
        runner.run()
        subscriptions.unsubscribe(db, cast.bob, own, now=now)
        with transaction(db) as tx:
            tx.run("UPDATE feed SET stopped_at = 1, error_code = 'fetch.gone', failures = 3")
        subscriptions.subscribe(db, cast.alice, internet.url("/old"), now=now)
        runner.run()
        internet["/old"] = redirect("/new", 308)
        for _ in range(6):
            runner.later(hours=25)
            runner.run()
        ((url, orphaned, stopped, error, next_at),) = told(
            db, "SELECT url, orphaned_at, stopped_at, error_code, next_at FROM feed"
        )
        assert (url, orphaned, stopped, error) == (internet.url("/new"), None, None, None)
        assert next_at is not None
        assert sorted(row[0] for row in told(db, "SELECT title FROM entry")) == ["One", "Two"]


def test_feeds_that_merge_while_both_are_asked_harm_nobody(db: Database, cast: Cast, now: datetime) -> None:
    """Both answers are there when the first merges the second's feed away."""
    b = "https://b.example/feed"
    for url in (A, b):
        subscribed(db, cast.alice, url, now)
    with transaction(db) as tx:
        addresses.remember_move(tx, 1, b, "b.example", now - timedelta(days=9))
        tx.run("UPDATE feed SET ok_at = 1")
    body = document(("1", "One"))
    redirected = answered(body, url=A, final_url=b, permanent_url=b)
    first = take(db, feed_at(db), redirected, asked_url=A, now=now, dice=0)
    second = take(db, feed_at(db, b), answered(body, url=b, final_url=b), asked_url=b, now=now, dice=0)
    failed = take(db, feed_at(db, b), FetchError("fetch.timeout"), asked_url=b, now=now, dice=0)
    record(db, [first, second, failed])
    assert told(db, "SELECT url, entry_count FROM feed") == [(b, 1)]
    record(db, [second, failed])
    assert told(db, "SELECT count(*) FROM subscription") == [(1,)]


def test_a_merge_keeps_every_readers_states(db: Database, cast: Cast, now: datetime) -> None:
    _, kept = subscribed(db, cast.alice, A, now)
    _, gone = subscribed(db, cast.bob, "https://b.example/feed", now)
    subscribed(db, cast.mallory, A, now)
    both, _ = subscribed(db, cast.mallory, "https://b.example/feed", now)
    folder = subscriptions.add_folder(db, cast.mallory, "F", now=now)
    subscriptions.edit(db, cast.mallory, both, folder_ids=[folder], now=now)
    ids = fill(db, kept, ["shared", "only kept"], now)
    others = fill(db, gone, ["shared", "only gone"], now)
    for user in (cast.alice, cast.bob, cast.mallory):
        deliver.catch_up(db, user.id)
    deeds.star(db, cast.bob, [others[0]], starred=True, now=now)
    deeds.mark(db, cast.mallory, [ids[0]], read=True, now=now)
    late = fill(db, gone, ["undelivered"], now)
    with transaction(db) as tx:
        merge(tx, kept, gone, now)

    def unread(user: User) -> set[int]:
        with db.reading() as tx:
            return set(tx.column("SELECT entry_id FROM unread WHERE user_id = :id", id=user.id))

    assert [row[0] for row in told(db, "SELECT id FROM entry ORDER BY id")] == [*ids, others[1], *late]
    assert unread(cast.alice) == set(ids)  # what came by the other address is archive, read
    assert unread(cast.bob) == {ids[0], others[1], *late}
    assert unread(cast.mallory) == {ids[1], others[1], *late}
    assert told(db, "SELECT user_id, entry_id FROM star") == [(cast.bob.id, ids[0])]
    assert told(db, "SELECT count(*) FROM subscription") == [(3,)]
    assert told(db, "SELECT count(*) FROM subscription_folder") == [(1,)]
    assert told(
        db,
        "SELECT count(*) FROM subscription s WHERE unread_count <>"
        " (SELECT count(*) FROM unread u WHERE u.user_id = s.user_id AND u.feed_id = s.feed_id)",
    ) == [(0,)]
    assert told(db, "SELECT entry_count, last_entry_id FROM feed") == [(4, late[0])]


# ------------------------------------------------------------------------------------------------ hostile values


def test_values_without_bounds_break_nothing(db: Database, cast: Cast, now: datetime) -> None:
    items = [
        {"id": "g" * 100_000, "title": "t" * 1_000_000, "content_text": "long"},
        {
            "id": "g" * 100_000 + "2",
            "title": "another",
            "url": "https://a.example/" + "u" * 100_000,
            "content_text": "x",
        },
        {"id": "dates", "title": "early", "date_published": "0001-01-01T00:00:00Z", "content_text": "x"},
        {"id": "late", "title": "late", "date_published": "9999-12-31T23:59:59-12:00", "content_text": "x"},
        {"id": "nul\x00guid", "title": "nul\x00title", "content_html": "<p>nul\x00text", "tags": ["nul\x00tag"] * 999},
        {"id": "\x7f\x1b\u202e", "title": "\x1b]0;\x07", "content_html": "\u0000", "language": "x\u0000" * 999},
        {"id": "n", "title": "n", "content_text": "x", "authors": [{"name": "\u0000" * 9999, "url": "\u0000"}] * 99},
        {"id": "e", "content_text": "x", "attachments": [{"url": "https://e/\u0000", "size_in_bytes": 2**80}] * 99},
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T\x00", "items": items}).encode()
    with Internet({"/feed": Reply(body, content_type="application/feed+json")}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        runner = Runner(db, now)
        report = runner.run()[internet.url("/feed")]
        assert (report.code, report.new) == ("ok", len(items))
        deliver.catch_up(db, cast.alice.id)
        with db.reading() as tx:
            page = streams.read(tx, cast.alice.id, Stream())
            assert len(page.entries) == len(items)
            assert all(0 < len(entry.title) <= 1000 for entry in page.entries)
        runner.later(days=2)
        assert runner.run()[internet.url("/feed")].code == "unchanged"
        internet["/feed"] = Reply(body + b" ", content_type="application/feed+json")
        runner.later(days=2)
        report = runner.run()[internet.url("/feed")]
        assert (report.code, report.new, report.changed) == ("ok", 0, 0)


def test_a_document_that_breaks_the_parser_is_that_feeds_failure_alone(db: Database, cast: Cast, now: datetime) -> None:
    half = b"<rss version='2.0'><channel><title>T&#55296;</title><item><title>&#xD800;</title></item></channel></rss>"
    with Internet({"/half": half, "/good": document(("1", "One"))}) as internet:
        for path in ("/half", "/good"):
            subscriptions.subscribe(db, cast.alice, internet.url(path), now=now)
        reports = Runner(db, now).run()
        assert reports[internet.url("/good")].code == "ok"
        assert internet.url("/half") in reports


@pytest.mark.parametrize("value", ['"\\xe9\\xff"', 'W/"\'; DROP TABLE feed; --"', '"' + "x" * 3000 + '"'])
def test_validators_come_back_byte_for_byte_or_not_at_all(db: Database, cast: Cast, now: datetime, value: str) -> None:
    with Internet({"/feed": Reply(document(("1", "One")), headers=(("ETag", value),))}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        runner = Runner(db, now)
        runner.run()
        runner.later(days=2)
        runner.run()
        assert internet.asked("/feed")[1].header("If-None-Match") in (value, None)
