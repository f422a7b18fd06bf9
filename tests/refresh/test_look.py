"""Looking before subscribing: a feed, a page that names some, a page that hides one, nothing at all."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Page, Reply, Wire, redirect, rss, silent
from tests.people import Cast, make_cast

from dateline.actions import subscriptions
from dateline.actions.subscriptions import Look
from dateline.errors import ActionError, DatelineError
from dateline.settings import Settings
from dateline.store import Database, hosts
from dateline.store.write import transaction

PAGE = "<!doctype html><html><head><title>Site</title>{}</head><body><p>Words</p></body></html>"


def page(*links: tuple[str, str]) -> bytes:
    found = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">' for href, title in links
    )
    return PAGE.format(found).encode()


def looked(db: Database, cast: Cast, address: str, settings: Settings = LOOPBACK, now: datetime | None = None) -> Look:
    return subscriptions.look(db, settings, cast.alice, address, version="0", now=now or datetime.now(UTC))


def code(db: Database, cast: Cast, address: str, settings: Settings = LOOPBACK) -> str:
    with pytest.raises(DatelineError) as caught:
        looked(db, cast, address, settings)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0
        assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []
    return caught.value.code


def test_a_feed_is_shown_with_its_newest_entries(db: Database, cast: Cast) -> None:
    with Internet({"/feed": rss("News", *(f"Entry {n}" for n in range(9)))}) as site:
        (feed,) = looked(db, cast, site.url("/feed")).feeds
        assert (feed.url, feed.title, feed.entry_count, feed.format) == (site.url("/feed"), "News", 9, "rss20")
        assert len(feed.entries) == 5
        assert feed.subscription_id is None
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == tx.value("SELECT count(*) FROM entry") == 0


def test_who_subscribes_already_is_told(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/feed": rss("News", "One")}) as site:
        own = subscriptions.subscribe(db, cast.alice, site.url("/feed"), now=now)
        subscriptions.subscribe(db, cast.bob, site.url("/feed"), now=now)
        assert looked(db, cast, site.url("/feed")).feeds[0].subscription_id == own


def test_a_page_shows_all_its_feeds_and_the_first_one_fetched(db: Database, cast: Cast) -> None:
    with Internet() as site:
        site["/"] = page(("/dead", "Dead"), ("/posts", "Posts"), ("/comments", "Comments"))
        site["/posts"] = rss("All posts", "One", "Two")
        found = looked(db, cast, site.url("/")).feeds
        assert [(feed.url, feed.title, feed.entry_count) for feed in found] == [
            (site.url("/posts"), "All posts", 2),
            (site.url("/comments"), "Comments", None),
        ]
        assert site.asked("/comments") == []


def test_a_page_without_a_word_of_its_feed_is_guessed_at(db: Database, cast: Cast) -> None:
    with Internet({"/": page(), "/feed": rss("Guessed", "One")}) as site:
        assert [feed.title for feed in looked(db, cast, site.url("/")).feeds] == ["Guessed"]


def test_what_moved_for_good_is_subscribed_to_where_it_is(db: Database, cast: Cast) -> None:
    with Internet({"/old": redirect("/new", 301), "/new": rss("N", "One"), "/tmp": redirect("/new", 302)}) as site:
        assert looked(db, cast, site.url("/old")).feeds[0].url == site.url("/new")
        assert looked(db, cast, site.url("/tmp")).feeds[0].url == site.url("/tmp")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (page(), "action.no_feed_found"),
        (page(("/none", "None")), "action.no_feed_found"),
        (b"just words", "action.no_feed_found"),
        (b"", "parse.empty"),
        (404, "fetch.not_found"),
        (500, "fetch.server_error"),
        (redirect("/"), "fetch.redirects"),
        (redirect("http://169.254.169.254/latest/meta-data/"), "fetch.forbidden_address"),
        (page(("http://10.0.0.1/feed", "Home"), ("javascript:alert(1)", "X")), "action.no_feed_found"),
        (Reply(b"x", status=429, headers=(("Retry-After", "99"),)), "fetch.rate_limited"),
    ],
)
def test_what_is_no_feed_is_said_in_a_word(sqlite_db: Database, now: datetime, answer: Page, expected: str) -> None:
    with Internet({"/": answer}) as site:
        assert code(sqlite_db, make_cast(sqlite_db, now), site.url("/")) == expected


@pytest.mark.parametrize("address", ["", "nonsense here", "ftp://a/", "javascript:alert(1)", "http://\ud800/", "\0"])
def test_what_is_no_address_asks_nobody(sqlite_db: Database, now: datetime, address: str) -> None:
    cast = make_cast(sqlite_db, now)
    with pytest.raises(ActionError) as caught:
        looked(sqlite_db, cast, address)
    assert caught.value.code == "action.bad_url"


def test_dead_hosts_and_closed_networks_have_their_codes(db: Database, cast: Cast) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        address = site.url("/feed")
        assert code(db, cast, address, Settings(host_spacing=0)) == "fetch.forbidden_address"
    assert code(db, cast, address) == "fetch.connect"
    assert code(db, cast, "http://[::ffff:10.0.0.1]/") == "fetch.forbidden_address"


def test_all_requests_together_have_one_deadline(db: Database, cast: Cast) -> None:
    """Twenty seconds are over when the page is there: its feed is not asked for."""
    start = datetime.now(UTC)

    def clock() -> datetime:
        return start + timedelta(seconds=25 if site.asked("/") else 0)

    with Internet({"/": page(("/feed", "F")), "/feed": rss("A", "One")}) as site:
        with pytest.raises(DatelineError) as caught:
            subscriptions.look(db, LOOPBACK, cast.alice, site.url("/"), version="0", now=start, clock=clock)
        assert caught.value.code == "action.no_feed_found"
        assert site.asked("/feed") == []


def test_a_server_that_says_nothing_is_given_up(db: Database, cast: Cast) -> None:
    with Wire(silent) as site:
        assert code(db, cast, site.url("/"), replace(LOOPBACK, fetch_timeout=0.2)) == "fetch.timeout"


def test_a_host_that_wants_silence_is_not_asked(db: Database, cast: Cast) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        with transaction(db) as tx:
            hosts.silence(tx, f"127.0.0.1:{site.port}", datetime.now(UTC) + timedelta(hours=1))
        assert code(db, cast, site.url("/feed")) == "fetch.rate_limited"
        assert site.requests == []
