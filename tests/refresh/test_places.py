"""From a known place's page to its feeds: what is asked, in which order, how often, and what is shown."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.internet import LOOPBACK, Internet, Page, Reply, rss

from dateline.errors import DatelineError
from dateline.parse.places import Lead, Place, place_of
from dateline.refresh.look import MAX_REQUESTS, LookedFeed, look
from dateline.store import Database

UC = "UC3gRBswFkuteshdwMZAQafQ"


def html(head: str) -> Reply:
    return Reply(f"<!doctype html><html><head>{head}</head><body>x</body></html>".encode(), content_type="text/html")


def known_as(*leads: Lead) -> Callable[[str], Place]:
    """Every address is a page of one place with these leads."""
    return lambda url: Place(name="Test", leads=leads)


def found(db: Database, address: str, known: Callable[[str], Place | None] | None = None) -> tuple[LookedFeed, ...]:
    return look(
        db, LOOPBACK, address, version="0", holder="test", clock=lambda: datetime.now(UTC), known=known or place_of
    )


def code(db: Database, address: str, known: Callable[[str], Place | None] | None = None) -> str:
    with pytest.raises(DatelineError) as caught:
        found(db, address, known)
    with db.reading() as tx:
        assert tx.column("SELECT holder FROM host WHERE holder IS NOT NULL") == []
    return caught.value.code


def test_a_known_page_is_not_asked_its_feed_is(sqlite_db: Database) -> None:
    with Internet({"/videos": rss("A channel", "One")}) as site:
        known = known_as(Lead(url=site.url("/videos"), kind="uploads"), Lead(url=site.url("/shorts"), kind="shorts"))
        first, second = found(sqlite_db, site.url("/channel"), known)
        assert [request.path for request in site.requests] == ["/videos"]
    assert (first.title, first.kind, first.place, first.entry_count) == ("A channel", "uploads", "Test", 1)
    assert (second.url, second.kind, second.entry_count) == (site.url("/shorts"), "shorts", None)


def test_a_feed_without_entries_is_passed_over_for_one_with(sqlite_db: Database) -> None:
    with Internet({"/releases": rss("Releases"), "/commits": rss("Commits", "One")}) as site:
        known = known_as(Lead(url=site.url("/releases")), Lead(url=site.url("/gone")), Lead(url=site.url("/commits")))
        assert [feed.title for feed in found(sqlite_db, site.url("/project"), known)] == ["Commits", "Releases"]
        known = known_as(Lead(url=site.url("/releases")))
        assert [feed.title for feed in found(sqlite_db, site.url("/project"), known)] == ["Releases"]


def test_what_a_place_is_asked_for_is_read_and_leads_on(sqlite_db: Database) -> None:
    with Internet({"/feed": rss("The Daily", "One")}) as site:
        site["/lookup"] = Reply(
            f'{{"results":[{{"feedUrl":"{site.url("/feed")}"}}]}}'.encode(), content_type="text/javascript"
        )
        known = known_as(Lead(url=site.url("/lookup"), kind="podcast", reading="apple"))
        (feed,) = found(sqlite_db, site.url("/podcast/id1"), known)
        assert [request.path for request in site.requests] == ["/lookup", "/feed"]
    assert (feed.title, feed.kind) == ("The Daily", "podcast")


def test_an_account_is_found_by_webfinger_and_its_page(sqlite_db: Database) -> None:
    with Internet({"/@bob.rss": rss("Bob", "Hello")}) as site:
        body = f'{{"links":[{{"rel":"http://webfinger.net/rel/profile-page","href":"{site.url("/@bob")}"}}]}}'
        site["/.well-known/webfinger"] = Reply(body.encode(), content_type="application/jrd+json")
        known = known_as(
            Lead(url=site.url("/.well-known/webfinger?resource=acct:bob@x"), kind="posts", reading="webfinger")
        )
        site["/@bob"] = html('<link rel="alternate" type="application/rss+xml" href="/@bob.rss">')
        assert found(sqlite_db, site.url("/@bob@x"), known)[0].title == "Bob"
        site["/@bob"] = html("announces nothing")
        assert found(sqlite_db, site.url("/@bob@x"), known)[0].title == "Bob"


def test_when_what_is_known_fails_the_page_is_asked(sqlite_db: Database) -> None:
    with Internet({"/feed": rss("A site", "One")}) as site:
        site["/page"] = html('<link rel="alternate" type="application/rss+xml" href="/feed">')
        known = known_as(Lead(url=site.url("/dead")), Lead(url="http://10.0.0.1/feed"))
        assert found(sqlite_db, site.url("/page"), known)[0].title == "A site"
        assert len(site.asked("/dead")) == 1


def test_the_address_of_a_feed_itself_is_asked_first(sqlite_db: Database) -> None:
    with Internet({"/feed.xml": rss("Itself", "One"), "/other": rss("Other", "One")}) as site:
        known = known_as(Lead(url=site.url("/other")))
        assert [feed.title for feed in found(sqlite_db, site.url("/feed.xml"), known)] == ["Itself"]
        site["/feed.xml"] = html("a repository that has such a name")
        assert found(sqlite_db, site.url("/feed.xml"), known)[0].title == "Other"


@pytest.mark.parametrize("answer", [html("no feed"), 403, 404])
def test_a_place_without_feeds_is_said_to_be_one(sqlite_db: Database, answer: Page) -> None:
    with Internet({"/somebody": answer}) as site:
        assert code(sqlite_db, site.url("/somebody"), known_as()) == "action.place_without_feed"


def test_a_place_that_gets_a_feed_after_all_is_believed(sqlite_db: Database) -> None:
    with Internet({"/feed": rss("At last", "One")}) as site:
        site["/somebody"] = html('<link rel="alternate" type="application/rss+xml" href="/feed">')
        assert found(sqlite_db, site.url("/somebody"), known_as())[0].title == "At last"


def test_a_page_behind_a_wall_of_consent_is_told_apart(sqlite_db: Database) -> None:
    with Internet({"/@name": html("Before you continue")}) as site:
        known = known_as(Lead(url=site.url("/@name?ucbcb=1"), kind="uploads", reading="youtube"))
        assert code(sqlite_db, site.url("/@name"), known) == "action.place_unread"
        site["/@name"] = 404
        assert code(sqlite_db, site.url("/@name"), known) == "fetch.not_found"


def test_text_around_an_address_does_no_harm(sqlite_db: Database) -> None:
    with Internet({"/feed": rss("News", "One")}) as site:
        for pasted in (
            f"<{site.url('/feed')}>",
            f"Read this: {site.url('/feed')}, it is good",
            f"feed:{site.url('/feed')}",
        ):
            assert found(sqlite_db, pasted)[0].url == site.url("/feed")


def test_a_list_of_feeds_behind_a_link_is_searched(sqlite_db: Database) -> None:
    with Internet({"/rss/world.xml": rss("World", "One")}) as site:
        site["/"] = Reply(b'<html><body><a href="/rss">Our feeds</a></body></html>', content_type="text/html")
        site["/rss"] = Reply(
            b'<html><body><a href="/rss/world.xml">World</a><a href="/rss/sport.xml">Sport</a></body></html>',
            content_type="text/html",
        )
        assert [feed.title for feed in found(sqlite_db, site.url("/"))] == ["World", "Sport"]


def test_a_page_that_leads_on_is_followed(sqlite_db: Database) -> None:
    with Internet({"/blog/feed": rss("The blog", "One")}) as site:
        site["/"] = html('<meta http-equiv="refresh" content="0; url=/blog/">')
        site["/blog/"] = html('<link rel="alternate" type="application/rss+xml" href="feed">')
        assert found(sqlite_db, site.url("/"))[0].title == "The blog"


def test_the_engine_of_a_site_tells_where_to_look(sqlite_db: Database) -> None:
    with Internet({"/spip.php": rss("Un site", "Un")}) as site:
        site["/"] = html('<meta name="generator" content="SPIP 4.2.1">')
        assert found(sqlite_db, site.url("/"))[0].title == "Un site"
        assert len(site.requests) == 2


def test_the_link_header_is_enough(sqlite_db: Database) -> None:
    with Internet({"/f": rss("By header", "One")}) as site:
        site["/"] = Reply(b"<html>x</html>", content_type="text/html", headers=(("Link", '</f>; rel="feed"'),))
        assert found(sqlite_db, site.url("/"))[0].title == "By header"


def test_comments_are_named_as_such_and_last(sqlite_db: Database) -> None:
    kind = 'rel="alternate" type="application/rss+xml"'
    with Internet({"/feed": rss("All", "One")}) as site:
        site["/"] = html(f'<link {kind} title="Comments" href="/c"><link {kind} title="All" href="/feed">')
        first, second = found(sqlite_db, site.url("/"))
    assert (first.title, second.kind, second.format) == ("All", "comments", "rss")


def test_one_look_costs_a_few_requests_whatever_a_page_says(sqlite_db: Database) -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/dead/{n}">' for n in range(500))
    with Internet({"/": html(links)}) as site:
        assert code(sqlite_db, site.url("/")) == "action.no_feed_found"
        assert len(site.requests) == MAX_REQUESTS


def test_pages_that_lead_in_a_circle_come_to_an_end(sqlite_db: Database) -> None:
    with Internet() as site:
        for here, there in (("/", "/a"), ("/a", "/b"), ("/b", "/")):
            site[here] = html(f'<meta http-equiv="refresh" content="0; url={there}"><link rel=feed href="{there}">')
        assert code(sqlite_db, site.url("/")) == "action.no_feed_found"
        assert len(site.requests) <= MAX_REQUESTS


def test_nothing_known_leads_inside(sqlite_db: Database) -> None:
    """What a place's document names is asked through the guard like everything else."""
    with Internet() as site:
        body = b'{"results":[{"feedUrl":"http://169.254.169.254/latest/meta-data/"}]}'
        site["/lookup"] = Reply(body, content_type="application/json")
        known = known_as(Lead(url=site.url("/lookup"), reading="apple"))
        site["/page"] = html("nothing")
        assert code(sqlite_db, site.url("/page"), known) == "action.place_unread"
