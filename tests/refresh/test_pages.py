"""Pages without a feed on the line: subscribed to by rules, refreshed, changed, flagged, and their rules mended."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, redirect
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import pages as page_actions
from dateline.actions import subscriptions as actions
from dateline.actions.pages import change_rules, subscribe_to_page
from dateline.errors import ActionError, NotFound
from dateline.model import Stream, User
from dateline.parse.page import PageRules
from dateline.refresh import deliver
from dateline.refresh.joining import page_url
from dateline.refresh.page_look import read_page
from dateline.refresh.pages import is_flagged
from dateline.refresh.shelf import Shelf
from dateline.store import Database, feeds, streams, subscriptions
from dateline.store.feeds import Feed

RULES = PageRules(kind="html", language="css", entry="article", title="h2", url="a")
EVENTS = PageRules(kind="html", language="css", entry="li.event", title="b")
COARSE = replace(RULES, entry="main > *")


def page(*titles: str, element: str = "article", noise: str = "") -> Reply:
    rows = "".join(f"<{element}><h2><a href='/{t}'>{t}</a></h2></{element}>" for t in titles)
    events = "<ul><li class=event><b>Concert</b></li><li class=event><b>Market</b></li></ul>"
    body = f"<html><head><title>Town</title></head><body><!--{noise}--><main>{rows}</main>{events}</body></html>"
    return Reply(body.encode(), content_type="text/html")


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/news": page("One", "Two")}) as server:
        yield server


@pytest.fixture
def runner(db: Database, now: datetime) -> Runner:
    return Runner(db, now)


def titles(db: Database, user: User, subscription_id: int) -> list[str]:
    """What the stream of a subscription shows, newest first."""
    stream = Stream(kind="feed", key=subscription_id, shown="all")
    with db.reading() as tx:
        return [entry.title for entry in streams.read(tx, user.id, stream, limit=50).entries]


def feed_of(db: Database, user: User, subscription_id: int) -> Feed:
    with db.reading() as tx:
        return feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))


def test_a_page_is_subscribed_to_and_read_as_if_it_had_a_feed(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    ident = subscribe_to_page(db, cast.alice, internet.url("/news"), RULES, page_title="Town", now=runner.now)
    runner.run()
    assert sorted(titles(db, cast.alice, ident)) == ["One", "Two"]
    (asked,) = internet.requests
    assert "#" not in asked.path
    assert "text/html" in (asked.header("Accept") or "")
    runner.later(days=2)
    internet["/news"] = page("Three", "One", "Two", noise="another advertisement")
    (report,) = runner.run().values()
    assert (report.code, report.new, report.changed) == ("ok", 1, 0)
    with db.reading() as tx:
        details = subscriptions.details(tx, cast.alice.id, ident)
    assert (details.kind, details.url, details.title) == ("page", internet.url("/news"), "Town")


def test_a_page_that_changed_loses_nothing_and_is_flagged_after_three_rounds(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    ident = subscribe_to_page(db, cast.alice, internet.url("/news"), RULES, now=runner.now)
    runner.run()
    internet["/news"] = page("One", "Two", "Three", element="section")
    for round_ in range(3):
        assert not is_flagged("page", round_, feed_of(db, cast.alice, ident).empty_rounds)
        runner.later(days=3)
        (report,) = runner.run().values()
        assert report.code == "parse.no_entries"
        assert "“article” matches nothing in the document." in report.detail
    feed = feed_of(db, cast.alice, ident)
    assert (feed.empty_rounds, feed.failures) == (3, 3)
    assert is_flagged(feed.kind, feed.failures, feed.empty_rounds)
    assert len(titles(db, cast.alice, ident)) == 2
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry WHERE gone_at IS NOT NULL") == 0
    change_rules(db, cast.alice, ident, replace(RULES, entry="section"), now=runner.now)
    (report,) = runner.run().values()
    assert (report.code, report.new) == ("ok", 1)
    feed = feed_of(db, cast.alice, ident)
    assert (feed.empty_rounds, feed.failures, feed.error_code) == (0, 0, None)
    assert sorted(titles(db, cast.alice, ident)) == ["One", "Three", "Two"]


def test_two_lists_of_one_page_are_two_feeds_and_equal_rules_are_one(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    url = internet.url("/news")
    news = subscribe_to_page(db, cast.alice, url, RULES, now=runner.now)
    events = subscribe_to_page(db, cast.alice, url, EVENTS, now=runner.now)
    shared = subscribe_to_page(db, cast.bob, url, RULES, now=runner.now)
    with pytest.raises(ActionError) as error:
        subscribe_to_page(db, cast.alice, url, RULES, now=runner.now)
    assert (error.value.code, error.value.detail) == ("action.already_subscribed", str(news))
    assert feed_of(db, cast.alice, news).id == feed_of(db, cast.bob, shared).id
    runner.run()
    assert len(internet.asked("/news")) == 2
    assert sorted(titles(db, cast.alice, events)) == ["Concert", "Market"]
    assert sorted(titles(db, cast.bob, shared)) == ["One", "Two"]


def test_changing_rules_changes_nobody_elses_page(db: Database, cast: Cast, internet: Internet, runner: Runner) -> None:
    url = internet.url("/news")
    hers = subscribe_to_page(db, cast.alice, url, RULES, title="Mine", now=runner.now)
    his = subscribe_to_page(db, cast.bob, url, RULES, now=runner.now)
    runner.run()
    before = feed_of(db, cast.bob, his)
    change_rules(db, cast.alice, hers, EVENTS, now=runner.now)
    assert feed_of(db, cast.bob, his) == replace(before, subscribers=1)
    assert feed_of(db, cast.alice, hers).id != before.id
    runner.later(days=2)
    runner.run()
    assert sorted(titles(db, cast.alice, hers)) == ["Concert", "Market"]
    assert sorted(titles(db, cast.bob, his)) == ["One", "Two"]
    deliver.catch_up(db, cast.alice.id)
    with db.reading() as tx:
        assert subscriptions.details(tx, cast.alice.id, hers).unread_count == 2
        assert subscriptions.details(tx, cast.alice.id, hers).title == "Mine"
    # and back again: she joins him
    change_rules(db, cast.alice, hers, RULES, now=runner.now)
    assert feed_of(db, cast.alice, hers).url == feed_of(db, cast.bob, his).url
    # what her list held does not come into his
    assert sorted(titles(db, cast.bob, his)) == ["One", "Two"]
    assert sorted(titles(db, cast.alice, hers)) == ["One", "Two"]


def test_rules_that_another_of_ones_pages_has_are_refused(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    url = internet.url("/news")
    news = subscribe_to_page(db, cast.alice, url, RULES, now=now)
    subscribe_to_page(db, cast.alice, url, EVENTS, now=now)
    with pytest.raises(ActionError) as error:
        change_rules(db, cast.alice, news, EVENTS, now=now)
    assert error.value.code == "action.already_subscribed"
    with pytest.raises(NotFound):
        change_rules(db, cast.bob, news, EVENTS, now=now)
    feed = actions.subscribe(db, cast.alice, url, now=now)
    with pytest.raises(NotFound):
        change_rules(db, cast.alice, feed, EVENTS, now=now)


def test_an_unchanged_page_is_read_again_under_other_rules(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    internet["/news"] = replace(page("One", "Two"), etag='"1"')
    ident = subscribe_to_page(db, cast.alice, internet.url("/news"), RULES, now=runner.now)
    runner.run()
    runner.later(days=2)
    assert next(iter(runner.run().values())).code == "not_modified"
    change_rules(db, cast.alice, ident, EVENTS, now=runner.now)
    assert next(iter(runner.run().values())).new == 2
    assert [request.header("If-None-Match") for request in internet.requests] == [None, '"1"', None]


def test_a_page_that_moves_for_good_stays_a_page_with_its_rules(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    ident = subscribe_to_page(db, cast.alice, internet.url("/news"), RULES, now=runner.now)
    runner.run()
    internet["/today"] = page("One", "Two", "Four")
    internet["/news"] = redirect("/today", 301)
    for _ in range(6):
        runner.later(days=1, hours=1)
        runner.run()
    feed = feed_of(db, cast.alice, ident)
    assert feed.url == page_url(internet.url("/today"), RULES)
    assert (feed.kind, feed.address) == ("page", internet.url("/today"))
    assert len(titles(db, cast.alice, ident)) == 3


def test_an_empty_list_of_an_api_is_no_failure(db: Database, cast: Cast, internet: Internet, runner: Runner) -> None:
    internet["/api"] = Reply(b'{"items": [{"t": "One"}]}', content_type="application/json")
    rules = PageRules(kind="json", language="dotted", entry="items", title="t")
    ident = subscribe_to_page(db, cast.alice, internet.url("/api"), rules, now=runner.now)
    runner.run()
    internet["/api"] = Reply(b'{"items": []}', content_type="application/json")
    for rounds, code in enumerate(["ok", "unchanged", "unchanged"], 1):
        runner.later(days=3)
        assert next(iter(runner.run().values())).code == code
        feed = feed_of(db, cast.alice, ident)
        assert (feed.failures, feed.error_code, feed.empty_rounds) == (0, None, rounds)
        assert is_flagged(feed.kind, feed.failures, feed.empty_rounds) == (rounds == 3)
    internet["/api"] = Reply(b'{"items": [{"t": "One"}]}', content_type="application/json")
    for _ in range(2):
        runner.later(days=3)
        runner.run()
        assert feed_of(db, cast.alice, ident).empty_rounds == 0


def test_a_list_that_never_held_anything_is_well(db: Database, cast: Cast, internet: Internet, runner: Runner) -> None:
    internet["/api"] = Reply(b'{"items": []}', content_type="application/json")
    rules = PageRules(kind="json", language="dotted", entry="items", title="t")
    ident = subscribe_to_page(db, cast.alice, internet.url("/api"), rules, now=runner.now)
    for _ in range(4):
        runner.run()
        runner.later(days=3)
    feed = feed_of(db, cast.alice, ident)
    assert (feed.failures, feed.empty_rounds) == (0, 0)


def test_a_password_in_the_address_is_sent_and_the_page_is_private(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    address = internet.url("/news").replace("http://", "http://me:secret@")
    ident = subscribe_to_page(db, cast.alice, address, RULES, settings=LOOPBACK, now=runner.now)
    runner.run()
    assert (internet.requests[0].header("Authorization") or "").startswith("Basic ")
    feed = feed_of(db, cast.alice, ident)
    assert feed.owner_id == cast.alice.id
    assert "secret" not in feed.url
    found, answer = page_actions.look_at_source(db, LOOPBACK, Shelf(), cast.alice, ident, version="0", now=runner.now)
    assert (found.rules, answer.status) == (RULES, 200)
    assert (internet.requests[1].header("Authorization") or "").startswith("Basic ")


def test_a_page_is_fetched_once_however_often_rules_are_tried(
    db: Database, cast: Cast, internet: Internet, runner: Runner
) -> None:
    shelf = Shelf()
    for _ in range(3):
        answer = page_actions.look_at_page(
            db, LOOPBACK, shelf, cast.alice, internet.url("/news"), version="0", now=runner.now
        )
        assert read_page(answer, RULES).entry_count == 2
    assert len(internet.requests) == 1
    page_actions.look_at_page(db, LOOPBACK, shelf, cast.bob, internet.url("/news"), version="0", now=runner.now)
    runner.later(minutes=11)
    page_actions.look_at_page(db, LOOPBACK, shelf, cast.alice, internet.url("/news"), version="0", now=runner.now)
    assert len(internet.requests) == 3


def test_the_shelf_keeps_so_many_bytes_and_no_more(internet: Internet, db: Database, cast: Cast, now: datetime) -> None:
    shelf = Shelf(max_bytes=500)
    for path in ("/a", "/b", "/c"):
        internet[path] = page("x" * 80)
        page_actions.look_at_page(db, LOOPBACK, shelf, cast.alice, internet.url(path), version="0", now=now)
    assert shelf.find(cast.alice.id, internet.url("/a"), now) is None
    assert shelf.find(cast.alice.id, internet.url("/c"), now) is not None


def test_lists_are_proposed_with_what_they_would_bring(
    internet: Internet, db: Database, cast: Cast, now: datetime
) -> None:
    internet["/news"] = page("A first title that is long", "A second title that is long", "A third title, long too")
    answer = page_actions.look_at_page(db, LOOPBACK, Shelf(), cast.alice, internet.url("/news"), version="0", now=now)
    (found, *_) = page_actions.proposals(answer)
    assert found.rules.entry == "main > article"
    assert [entry.title for entry in found.looked.entries] == [
        "A first title that is long",
        "A second title that is long",
        "A third title, long too",
    ]
