"""The whole line on both engines: from a feed's address to the stream, round after round."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, redirect
from tests.people import Cast
from tests.refresh.running import Runner
from tests.searches import searched

from dateline.actions import entries, subscriptions
from dateline.model import Stream, User
from dateline.refresh import deliver
from dateline.store import Database, checks, feeds, leases, streams
from dateline.store.entries import guid_hash
from dateline.store.times import to_us
from dateline.store.write import transaction

MAIN = Stream()


def document(*items: tuple[str, str], title: str = "News", extra: str = "") -> bytes:
    """An RSS document of (guid, title) items."""
    body = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{name}</title><link>https://news.test/{guid}</link>"
        f"<description>&lt;p&gt;About {name}&lt;/p&gt;</description></item>"
        for guid, name in items
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{extra}{body}</channel></rss>".encode()


def titles(db: Database, user: User, stream: Stream = MAIN) -> list[str]:
    deliver.catch_up(db, user.id)
    with db.reading() as tx:
        return [entry.title for entry in streams.read(tx, user.id, stream).entries]


def row(db: Database, column: str, url: str) -> Any:
    with db.reading() as tx:
        return tx.value(f"SELECT {column} FROM feed WHERE url = :url", url=url)


def test_a_feed_is_read_then_not_modified_then_brings_one_more(db: Database, cast: Cast, now: datetime) -> None:
    with Internet(
        {"/feed": Reply(document(("1", "One"), ("2", "Two")), etag='W/"a-gzip"', encoding="gzip")}
    ) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        runner = Runner(db, now)
        assert (runner.run()[url].code, runner.run()) == ("ok", {})
        assert sorted(titles(db, cast.alice)) == ["One", "Two"]
        runner.later(hours=30)
        assert runner.run()[url].code == "not_modified"
        assert internet.asked("/feed")[1].header("If-None-Match") == 'W/"a-gzip"'
        internet["/feed"] = Reply(document(("3", "Three"), ("1", "One"), ("2", "Two")), etag='"b"')
        runner.later(hours=30)
        report = runner.run()[url]
        assert (report.code, report.new, report.changed) == ("ok", 1, 0)
        assert titles(db, cast.alice)[0] == "Three"


def test_without_validators_the_same_body_is_unchanged(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "One"))}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        runner = Runner(db, now)
        runner.run()
        runner.later(hours=30)
        assert runner.run()[internet.url("/feed")].code == "unchanged"


def test_an_edited_entry_keeps_its_place_and_is_found_by_its_new_words(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "Draft"), ("2", "Two"))}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        runner = Runner(db, now)
        runner.run()
        before = titles(db, cast.alice)
        internet["/feed"] = document(("1", "Final"), ("2", "Two"))
        runner.later(hours=30)
        assert runner.run()[internet.url("/feed")].changed == 1
        assert titles(db, cast.alice) == ["Final" if title == "Draft" else title for title in before]
        assert titles(db, cast.alice, Stream(search=searched("final"))) == ["Final"]
        assert titles(db, cast.alice, Stream(search=searched("draft"))) == []


def test_every_failure_is_kept_on_the_feed_with_its_code(db: Database, cast: Cast, now: datetime) -> None:
    pages: dict[str, Any] = {"/gone": 410, "/missing": 404, "/broken": 500, "/page": b"<html><title>x</title></html>"}
    with Internet(pages) as internet:
        for path in pages:
            subscriptions.subscribe(db, cast.alice, internet.url(path), now=now)
        reports = Runner(db, now, replace(LOOPBACK, host_connections=1)).run()
        codes = {path: reports[internet.url(path)].code for path in pages}
        assert codes == {
            "/gone": "fetch.gone",
            "/missing": "fetch.not_found",
            "/broken": "fetch.server_error",
            "/page": "parse.web_page",
        }
        assert row(db, "error_code", internet.url("/broken")) == "fetch.server_error"
        assert row(db, "next_at", internet.url("/gone")) is None
        assert row(db, "stopped_at", internet.url("/gone")) == to_us(now)
        with db.reading() as tx:
            feed = feeds.find(tx, internet.url("/missing"))
            assert feed is not None
            assert [check.code for check in checks.of_feed(tx, feed.id)] == ["fetch.not_found"]


def test_too_many_requests_quiets_the_whole_host(db: Database, cast: Cast, now: datetime) -> None:
    busy = Reply(b"", status=429, headers=(("Retry-After", "3600"),))
    with Internet({"/a": busy, "/b": document(("1", "One"))}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/a"), now=now)
        runner = Runner(db, now)
        runner.run()
        subscriptions.subscribe(db, cast.alice, internet.url("/b"), now=now)
        runner.later(minutes=50)
        assert runner.run() == {}
        runner.later(minutes=11)
        assert runner.run()[internet.url("/b")].code == "ok"


def test_a_permanent_redirect_is_remembered_and_adopted_after_three_days(
    db: Database, cast: Cast, now: datetime
) -> None:
    with Internet({"/old": redirect("/new", 301), "/new": document(("1", "One"))}) as internet:
        old, new = internet.url("/old"), internet.url("/new")
        subscriptions.subscribe(db, cast.alice, old, now=now)
        runner = Runner(db, now)
        runner.run()
        assert row(db, "moved_url", old) == new
        runner.later(hours=4)
        with transaction(db) as tx:
            tx.run("UPDATE feed SET next_at = 0")
        runner.run()
        assert len(internet.asked("/old")) == 1  # the next request goes to the target
        for _ in range(4):
            runner.later(hours=25)
            runner.run()
        assert row(db, "url", new) == new
        assert len(internet.asked("/old")) == 4  # once a day


def test_a_temporary_redirect_changes_nothing(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/old": redirect("/new", 302), "/new": document(("1", "One"))}) as internet:
        subscriptions.subscribe(db, cast.alice, internet.url("/old"), now=now)
        runner = Runner(db, now)
        runner.run()
        assert row(db, "moved_url", internet.url("/old")) is None


def test_two_feeds_that_become_one_address_merge(db: Database, cast: Cast, now: datetime) -> None:
    shared = document(("1", "One"), ("2", "Two"))
    with Internet({"/old": shared, "/new": shared}) as internet:
        old, new = internet.url("/old"), internet.url("/new")
        subscriptions.subscribe(db, cast.alice, old, now=now)
        subscriptions.subscribe(db, cast.bob, new, now=now)
        runner = Runner(db, now)
        runner.run()
        titles(db, cast.alice)
        with db.reading() as tx:
            page = streams.read(tx, cast.alice.id, Stream())
        entries.star(db, cast.alice, [page.entries[0].id], starred=True, now=now)
        internet["/old"] = redirect("/new", 301)
        for _ in range(6):
            runner.later(hours=25)
            runner.run()
        with db.reading() as tx:
            assert tx.value("SELECT count(*) FROM feed") == 1
            assert tx.value("SELECT count(*) FROM entry") == 2
        assert sorted(titles(db, cast.alice)) == ["One", "Two"]
        assert sorted(titles(db, cast.bob)) == ["One", "Two"]
        assert titles(db, cast.alice, Stream(kind="starred")) == [page.entries[0].title]


def test_entries_come_in_batches_and_the_validators_with_the_last(db: Database, cast: Cast, now: datetime) -> None:
    many = document(*((str(number), f"Entry {number}") for number in range(170)))
    with Internet({"/feed": Reply(many, etag='"x"')}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        assert Runner(db, now).run()[url].new == 170
        assert row(db, "etag", url) == '"x"'
        assert row(db, "entry_count", url) == 170


def test_ids_that_change_at_each_fetch_bring_nothing_twice(db: Database, cast: Cast, now: datetime) -> None:
    def day(number: int) -> bytes:
        return document(*((f"{number}-{place}", f"Story {place}") for place in range(10))).replace(
            f"https://news.test/{number}-".encode(), b"https://news.test/"
        )

    with Internet({"/feed": day(1)}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        runner = Runner(db, now)
        runner.run()
        for number in (2, 3):
            internet["/feed"] = day(number)
            runner.later(hours=30)
            assert runner.run()[url].new == 0
        assert row(db, "identity", url) == "link"
        assert len(titles(db, cast.alice)) == 10


def test_what_the_feed_carries_no_more_is_noted_and_its_return_too(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "One"), ("2", "Two"))}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        runner = Runner(db, now)
        runner.run()

        def gone() -> list[str]:
            with db.reading() as tx:
                return [str(guid) for guid in tx.column("SELECT guid FROM entry WHERE gone_at IS NOT NULL")]

        internet["/feed"] = document(("2", "Two"))
        runner.later(hours=30)
        runner.run()
        assert gone() == ["1"]
        internet["/feed"] = document(("1", "One"), ("2", "Two"))
        runner.later(hours=30)
        assert runner.run()[url].new == 0
        assert gone() == []


def test_a_purged_entry_never_comes_back_as_new(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "One"))}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        runner = Runner(db, now)
        runner.run()
        with transaction(db) as tx:
            from dateline.store import entries as stored

            feed = feeds.find(tx, url)
            assert feed is not None
            stored.purge(tx, feed.id, tx.column("SELECT id FROM entry"))
            assert tx.column("SELECT guid_hash FROM tombstone") == [guid_hash("1")]
        internet["/feed"] = document(("2", "Two"), ("1", "One"))
        runner.later(hours=30)
        assert runner.run()[url].new == 1
        assert titles(db, cast.alice) == ["Two"]


def test_a_feed_that_killed_its_worker_twice_is_set_aside(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "One"))}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        with transaction(db) as tx:
            for minutes in (0, 10):
                at = now - timedelta(hours=1) + timedelta(minutes=minutes)
                leases.lease(
                    tx, tx.column("SELECT id FROM feed"), holder="dead", now=at, until=at + timedelta(minutes=4)
                )
        runner = Runner(db, now)
        assert runner.run()[url].code == "refresh.crashed"
        assert internet.asked("/feed") == []
        runner.later(days=3)
        assert runner.run()[url].code == "ok"


def test_a_feed_without_subscribers_is_not_fetched(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": document(("1", "One"))}) as internet:
        own = subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        subscriptions.unsubscribe(db, cast.alice, own, now=now)
        assert Runner(db, now).run() == {}
        subscriptions.subscribe(db, cast.bob, internet.url("/feed"), now=now)
        assert Runner(db, now).run()[internet.url("/feed")].code == "ok"


def test_credentials_leave_the_address_and_are_sent(db: Database, cast: Cast, now: datetime, tmp_path: Any) -> None:
    settings = replace(LOOPBACK, secret_file=tmp_path / "key")
    with Internet({"/feed": document(("1", "One"))}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(
            db, cast.alice, url.replace("http://", "http://us%40er:pa%3Ass@"), settings=settings, now=now
        )
        assert Runner(db, now, settings).run()[url].code == "ok"
        assert internet.asked("/feed")[0].header("Authorization") == "Basic dXNAZXI6cGE6c3M="
        assert row(db, "owner_id", url) == cast.alice.id
        assert b"pa:ss" not in row(db, "credentials", url)
