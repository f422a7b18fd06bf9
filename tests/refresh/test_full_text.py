"""Full texts beside the line: once a page, in each one's way, tried again later, never where it is forbidden."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.internet import LOOPBACK, Internet, Page, Reply, redirect
from tests.pages import PARAGRAPHS, TITLE, article, feed, page
from tests.people import Cast
from tests.processes import children
from tests.refresh.running import Runner
from tests.searches import searched

from dateline.actions import full_texts as full_text_actions
from dateline.actions import instance, saved_pages, subscriptions
from dateline.errors import ActionError, ExtractError, NotFound
from dateline.model import (
    CLEANER_VERSION,
    Entry,
    FullTextMode,
    FullTextPlace,
    FullTextRules,
    SafeHTML,
    Stream,
    User,
)
from dateline.refresh.index import index_all
from dateline.refresh.work import Refresher
from dateline.store import Database, full_text_queue, full_texts, streams
from dateline.store.bodies import Body, pack, unpack
from dateline.store.full_texts import Wish
from dateline.store.merging import merge
from dateline.store.write import transaction

HTML = "text/html; charset=utf-8"


def html(body: bytes, **fields: object) -> Reply:
    return Reply(body, content_type=HTML, **fields)  # type: ignore[arg-type] # fields of Reply


def wish(
    mode: FullTextMode,
    *,
    content: str = "",
    remove: str = "",
    only: str = "",
    place: FullTextPlace = "replace",
) -> Wish:
    return Wish(mode=mode, rules=FullTextRules(content=content, remove=remove, only=only, place=place))


class Tide:
    """A site with a feed and pages, and people who read it."""

    def __init__(self, db: Database, now: datetime, internet: Internet) -> None:
        self.db = db
        self.internet = internet
        self.runner = Runner(db, now)
        self.publish("One")
        internet["/1"] = html(page())

    @property
    def now(self) -> datetime:
        return self.runner.now

    def publish(self, *titles: str, cut: bool = True) -> None:
        """The feed carries these entries, which lead to /1, /2, …"""
        self.internet["/feed"] = feed(self.internet.origin, *titles, cut=cut)

    def subscribe(self, user: User, wished: Wish) -> int:
        subscription = subscriptions.subscribe(self.db, user, self.internet.url("/feed"), now=self.now)
        full_text_actions.choose(self.db, user, subscription, wished, now=self.now)
        return subscription

    def refresh(self) -> None:
        """The line, then what is due of the articles."""
        self.runner.run()
        self.fetch()

    def fetch(self) -> None:
        refresher = Refresher(self.db, LOOPBACK, version="0", holder="test", clock=lambda: self.now)
        asyncio.run(refresher.fetch_articles())

    def read(self, user: User, **stream: str) -> list[Entry]:
        """What a user reads, the newest first."""
        from dateline.actions import accounts

        accounts.catch_up(self.db, user.id, now=self.now)
        asked = Stream(kind="all", shown="all", search=searched(stream.get("search", "")))
        with self.db.reading() as tx:
            return list(streams.read(tx, user.id, asked, bodies="whole").entries)

    def text(self, user: User) -> str:
        """The content of the newest entry."""
        return str(self.read(user)[0].content_html)

    def due(self) -> list[tuple[int, int]]:
        """(entry, tries) of what is due at some time."""
        with self.db.reading() as tx:
            return [(row[0], row[1]) for row in tx.all("SELECT entry_id, tries FROM full_text_due ORDER BY entry_id")]

    def codes(self) -> list[str]:
        with self.db.reading() as tx:
            return tx.column("SELECT code FROM full_text ORDER BY entry_id, rules_hash")


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as there:
        yield there


@pytest.fixture
def tide(db: Database, now: datetime, internet: Internet) -> Tide:
    return Tide(db, now, internet)


def test_whoever_wants_it_reads_the_article_and_nobody_else(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.subscribe(cast.bob, wish("off"))
    tide.refresh()
    [entry] = tide.read(cast.alice)
    assert all(paragraph in str(entry.content_html) for paragraph in PARAGRAPHS)
    assert entry.full_text is not None
    assert (entry.full_text.code, entry.full_text.is_shown) == ("ok", True)
    assert entry.full_text.page_url == tide.internet.url("/1")
    assert entry.full_text.fetched_at == tide.now
    assert entry.word_count == entry.full_text.word_count > 80
    assert entry.preview_text.endswith("[...]"), "the preview stays the feed's"
    [plain] = tide.read(cast.bob)
    assert PARAGRAPHS[1] not in str(plain.content_html)
    assert plain.full_text is None
    assert plain.word_count < 20
    assert len(tide.internet.asked("/1")) == 1
    tide.refresh()
    assert len(tide.internet.asked("/1")) == 1, "once an entry"


def test_nobody_asks_a_page_that_nobody_wants(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("off"))
    tide.refresh()
    assert tide.due() == []
    assert tide.internet.asked("/1") == []
    assert tide.internet.asked("/robots.txt") == []


def test_where_the_feed_gives_all_only_who_wants_it_always_gets_pages(tide: Tide, cast: Cast) -> None:
    tide.publish("One", cut=False)
    alice = tide.subscribe(cast.alice, wish("truncated"))
    tide.refresh()
    assert tide.internet.asked("/1") == []
    assert tide.due() == []
    full_text_actions.choose(tide.db, cast.alice, alice, wish("always"), now=tide.now)
    tide.fetch()
    assert len(tide.internet.asked("/1")) == 1
    assert "/lock.jpg" in tide.text(cast.alice)


def test_a_beginning_gets_its_page(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("truncated"))
    tide.refresh()
    assert PARAGRAPHS[4] in tide.text(cast.alice)


def test_one_fetch_serves_the_rules_of_all(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always", content=".story-body p:first-of-type"))
    tide.subscribe(cast.bob, wish("truncated", remove="p:first-of-type", place="after"))
    tide.subscribe(cast.mallory, wish("always", content=".nothing-has-this-class"))
    tide.refresh()
    assert len(tide.internet.asked("/1")) == 1
    assert tide.text(cast.alice) == f"<p>{PARAGRAPHS[0]}</p>"
    bobs = tide.text(cast.bob)
    assert bobs.index("[...]") < bobs.index("<hr>") < bobs.index(PARAGRAPHS[1])
    assert PARAGRAPHS[0] not in bobs
    [mallorys] = tide.read(cast.mallory)
    assert mallorys.full_text is not None
    assert (mallorys.full_text.code, mallorys.full_text.is_shown) == ("extract.no_match", False)
    assert "[...]" in str(mallorys.content_html)


def test_the_same_rules_of_two_are_taken_once(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always", content="article\np"))
    tide.subscribe(cast.bob, wish("always", content="  article \n\n p", only=TITLE[:0], place="before"))
    tide.refresh()
    assert tide.codes() == ["ok"]


def test_conditions_choose_the_entries(tide: Tide, cast: Cast) -> None:
    tide.publish("One", "Two")
    tide.internet["/2"] = html(page())
    tide.subscribe(cast.alice, wish("always", only="two\nnothing"))
    tide.refresh()
    assert tide.internet.asked("/1") == []
    assert len(tide.internet.asked("/2")) == 1
    assert tide.due() == []


@pytest.mark.parametrize(
    ("only", "asked"),
    [
        ("-intitle:one", ["/2"]),
        ("(one OR three)", ["/1"]),
        ("nothing\nintitle:/^T/", ["/2"]),
        ("author:nobody", []),
        ("-date:P1D", []),
        ("inurl:/1\ninurl:/2", ["/1", "/2"]),
    ],
)
def test_searches_choose_the_entries(tide: Tide, cast: Cast, only: str, asked: list[str]) -> None:
    tide.publish("One", "Two")
    tide.internet["/1"] = tide.internet["/2"] = html(page())
    tide.subscribe(cast.alice, wish("always", only=only))
    tide.refresh()
    assert [path for path in ("/1", "/2") if tide.internet.asked(path)] == asked


@pytest.mark.parametrize("only", ["date:never", "label:mine", "words\nis:unread", "/((/"])
def test_searches_that_ask_for_more_than_an_entry_are_refused(tide: Tide, cast: Cast, only: str) -> None:
    with pytest.raises(ActionError) as refused:
        tide.subscribe(cast.alice, wish("always", only=only))
    assert refused.value.code == "action.bad_query"


def test_turned_on_later_the_unread_get_theirs(tide: Tide, cast: Cast) -> None:
    tide.publish("One", "Two")
    tide.internet["/2"] = html(page())
    subscription = tide.subscribe(cast.alice, wish("off"))
    tide.refresh()
    from dateline.actions import entries

    first = tide.read(cast.alice)[-1].id
    entries.mark(tide.db, cast.alice, [first], read=True, now=tide.now)
    full_text_actions.choose(tide.db, cast.alice, subscription, wish("truncated"), now=tide.now)
    tide.fetch()
    assert len(tide.internet.requests) - 1 == len(tide.internet.asked("/robots.txt")) + 1, "one page, asked for once"


def test_what_came_long_ago_and_too_much_at_once_is_left(tide: Tide, cast: Cast) -> None:
    titles = [f"Entry {number}" for number in range(150)]
    tide.publish(*titles)
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    assert len(tide.due()) == 100
    with transaction(tide.db) as tx:
        tx.run("DELETE FROM full_text_due")
        tx.run("UPDATE feed SET body_hash = NULL, etag = NULL")
    old = tide.internet.pages["/feed"]
    assert isinstance(old, bytes)
    dated = old.replace(b"Entry 7<", b"Entry old<").replace(
        b"<title>Entry old<", b"<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><title>Entry old<"
    )
    tide.internet["/feed"] = dated
    tide.runner.later(days=2)
    tide.runner.run()
    assert len(tide.due()) == 1, "it came later: it counts as new whatever its date"


def test_what_a_first_document_brings_of_old_is_left(tide: Tide, cast: Cast) -> None:
    old = feed(tide.internet.origin, "One", "Two").replace(
        b"<title>Two", b"<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><title>Two"
    )
    tide.internet["/feed"] = old
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    assert len(tide.due()) == 1


# ------------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (404, "fetch.not_found"),
        (410, "fetch.gone"),
        (403, "fetch.forbidden"),
        (401, "fetch.unauthorized"),
        (Reply(b"%PDF-1.7 ...", content_type="application/pdf"), "extract.not_a_page"),
        (Reply(b"%PDF-1.7 ...", content_type="text/html"), "extract.not_a_page"),
        (Reply(b"\x89PNG", content_type="image/png"), "extract.not_a_page"),
        (html(b"<html><title>Just a moment...</title><p>Checking</html>"), "extract.bot_wall"),
        (html(page("<p>Loading</p>", title="Loading").replace(b"<article", b"<x").replace(b"<p>", b"<x>")), None),
        (html(b"<html><body></body></html>"), "extract.nothing_found"),
        (html(b""), "extract.not_a_page"),
        (html(page() + b"x" * 3_000_000), "fetch.too_large"),
        (redirect("http://10.1.2.3/page"), "fetch.forbidden_address"),
        (redirect("http://192.168.0.1:8080/"), "fetch.forbidden_address"),
        (redirect("ftp://127.0.0.1/"), "fetch.redirects"),
        (redirect("/1"), "fetch.redirects"),
    ],
)
def test_what_is_no_article_has_a_code_and_the_feeds_text_stays(
    tide: Tide, cast: Cast, answer: Page, code: str | None
) -> None:
    tide.internet["/1"] = answer
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    tide.runner.later(days=30)
    tide.refresh()
    assert "[...]" in tide.text(cast.alice) or code is None
    assert tide.due() == [], "given up at once"
    if code:
        assert tide.codes() == [code]
        asked = len(tide.internet.asked("/1"))
        assert asked == 1 or code == "fetch.redirects"


def test_consent_walls_are_told_by_where_they_are(tide: Tide, cast: Cast) -> None:
    tide.internet["/1"] = redirect("/v2/collectConsent/?next=/1")
    tide.internet["/v2/collectConsent/"] = html(page())
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert tide.codes() == ["extract.consent"]


@pytest.mark.parametrize(
    ("paragraphs", "free", "code"),
    [(2, "false", "extract.paywall"), (5, "false", "extract.paywall"), (15, "false", "ok"), (2, "true", "ok")],
)
def test_a_beginning_for_those_who_do_not_pay_is_told_from_an_article(
    tide: Tide, cast: Cast, paragraphs: int, free: str, code: str
) -> None:
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "isAccessibleForFree": "{free}"}}</script>'
    body = "".join(f"<p>{text}</p>" for text in (PARAGRAPHS * 3)[:paragraphs])
    tide.internet["/1"] = html(page(body, head=head))
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    if paragraphs == 5:
        assert tide.codes() in (["extract.paywall"], ["ok"])
    else:
        assert tide.codes() == [code]


def test_less_than_the_feed_gives_is_not_shown(tide: Tide, cast: Cast) -> None:
    tide.publish("One", cut=False)
    tide.internet["/1"] = html(page(article(paragraphs=3)))
    subscription = tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert tide.codes() == ["extract.shorter"]
    assert PARAGRAPHS[4] in tide.text(cast.alice)
    full_text_actions.choose(tide.db, cast.alice, subscription, wish("always", content="article"), now=tide.now)
    tide.fetch()
    assert PARAGRAPHS[4] not in tide.text(cast.alice), "one's own selectors are believed"


@pytest.mark.parametrize("answer", [500, 503, 429])
def test_what_may_pass_is_tried_again_and_given_up_in_the_end(tide: Tide, cast: Cast, answer: Page) -> None:
    tide.internet["/1"] = answer
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert [tries for _, tries in tide.due()] == [1]
    tide.runner.later(minutes=5)
    tide.fetch()
    assert len(tide.internet.asked("/1")) == 1, "not before its time"
    for _ in range(6):
        tide.runner.later(days=2)
        tide.fetch()
    assert len(tide.internet.asked("/1")) == 5
    assert tide.due() == []
    assert tide.codes()[0].startswith("fetch.")


def test_a_site_that_recovers_gives_its_page(tide: Tide, cast: Cast) -> None:
    tide.internet["/1"] = 503
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    tide.internet["/1"] = html(page())
    tide.runner.later(days=1)
    tide.fetch()
    assert PARAGRAPHS[4] in tide.text(cast.alice)


def test_a_wall_before_one_saved_page_holds_up_no_other(tide: Tide, cast: Cast) -> None:
    tide.internet["/1"] = Reply(
        b"<title>Just a moment...</title>", status=403, headers=(("cf-mitigated", "challenge"),)
    )
    tide.internet["/2"] = html(page())
    for path in ("/1", "/2"):
        saved_pages.save(tide.db, cast.alice, tide.internet.url(path), feed_title="Saved", now=tide.now)
    for _ in range(3):
        tide.fetch()
        tide.runner.later(minutes=5)
    assert sorted(tide.codes()) == ["fetch.bot_wall", "ok"]


def test_a_wall_before_the_pages_puts_off_the_other_articles_and_not_the_feed(tide: Tide, cast: Cast) -> None:
    tide.publish("One", "Two")
    wall = Reply(b"<title>Just a moment...</title>", status=403, headers=(("cf-mitigated", "challenge"),))
    tide.internet["/1"] = tide.internet["/2"] = wall
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert tide.codes() == ["fetch.bot_wall"]
    with tide.db.reading() as tx:
        [next_at] = tx.column("SELECT next_at FROM full_text_due")
        assert max(tx.column("SELECT quiet_until FROM host")) == 0
    assert next_at >= (tide.now.timestamp() + 12 * 3600) * 1_000_000


def test_retry_after_quiets_the_host_for_all(tide: Tide, cast: Cast) -> None:
    tide.internet["/1"] = Reply(status=429, headers=(("Retry-After", "7200"),))
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    with tide.db.reading() as tx:
        quiet = max(tx.column("SELECT quiet_until FROM host"))
        [next_at] = tx.column("SELECT next_at FROM full_text_due")
    assert quiet >= (tide.now.timestamp() + 7200) * 1_000_000
    assert next_at >= (tide.now.timestamp() + 7200) * 1_000_000
    tide.runner.later(minutes=30)
    with transaction(tide.db) as tx:
        tx.run("UPDATE full_text_due SET next_at = 0")
    before = len(tide.internet.requests)
    tide.fetch()
    assert len(tide.internet.requests) == before, "the host is left alone"
    assert [tries for _, tries in tide.due()] == [1], "what was put off does not count"


def test_robots_txt_is_asked_once_a_day_and_obeyed(tide: Tide, cast: Cast) -> None:
    tide.publish("One", "Two")
    tide.internet["/2"] = html(page())
    tide.internet["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /1\n", content_type="text/plain")
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert sorted(tide.codes()) == ["extract.robots", "ok"]
    assert len(tide.internet.asked("/robots.txt")) == 1
    assert tide.internet.asked("/1") == []
    assert len(tide.internet.asked("/2")) == 1


def test_a_robots_txt_that_cannot_be_had_is_no_permission(tide: Tide, cast: Cast) -> None:
    tide.internet["/robots.txt"] = 500
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert tide.internet.asked("/1") == []
    assert [tries for _, tries in tide.due()] == [1]


def test_a_worker_that_is_killed_leaves_its_articles_to_the_next(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    [(entry_id, _)] = tide.due()
    with transaction(tide.db) as tx:
        assert full_text_queue.lease(tx, [entry_id], tide.now, tide.now + timedelta(minutes=5)) == {entry_id}
        assert full_text_queue.lease(tx, [entry_id], tide.now, tide.now + timedelta(minutes=5)) == set()
    tide.fetch()
    assert tide.internet.asked("/1") == [], "somebody has it"
    tide.runner.later(minutes=6)
    tide.fetch()
    assert PARAGRAPHS[4] in tide.text(cast.alice)


def test_an_article_that_kills_every_worker_is_given_up(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    with transaction(tide.db) as tx:
        tx.run("UPDATE full_text_due SET tries = 5")
    tide.fetch()
    assert tide.codes() == ["extract.crashed"]
    assert tide.internet.asked("/1") == []


def test_killed_in_the_middle_of_a_page_nothing_is_lost(tmp_path: object, now: datetime) -> None:
    """A real process, ended while a site lets it wait; the next one fetches the article."""
    del now
    code = (
        "import asyncio, sys, datetime\n"
        "from tests.internet import LOOPBACK\n"
        "from dateline.refresh.work import Refresher\n"
        "from dateline.store import open_database\n"
        "db = open_database(sys.argv[1])\n"
        "now = datetime.datetime.fromisoformat(sys.argv[2])\n"
        "print('fetching', flush=True)\n"
        "asyncio.run(Refresher(db, LOOPBACK, version='0', holder='k', clock=lambda: now).fetch_articles())\n"
    )
    from tests.people import make_cast

    from dateline.store import open_database

    url = f"sqlite:///{tmp_path}/killed.sqlite"
    at = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    with Internet() as internet, open_database(url).closing() as db:
        tide = Tide(db, at, internet)
        alice = make_cast(db, at).alice
        tide.subscribe(alice, wish("always"))
        tide.runner.run()
        internet["/1"] = html(page(), delay=60.0)
        process = subprocess.Popen(
            [sys.executable, "-c", code, url, at.isoformat()], stdout=subprocess.PIPE, cwd=Path.cwd()
        )
        while not internet.asked("/1"):
            assert process.poll() is None
        process.kill()
        process.communicate()
        internet["/1"] = html(page())
        tide.fetch()
        assert len(internet.asked("/1")) == 1, "leased still"
        tide.runner.later(minutes=6)
        tide.fetch()
        assert PARAGRAPHS[4] in tide.text(alice)


# ------------------------------------------------------------------------------------------------ what follows


def test_an_idle_worker_keeps_no_process_that_reads_pages(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    before = children(os.getpid())

    async def work() -> None:
        stop = asyncio.Event()
        worker = Refresher(tide.db, LOOPBACK, version="0", holder="w", clock=lambda: tide.now)
        running = asyncio.create_task(worker.run_forever(stop))
        while not await asyncio.to_thread(tide.codes) or children(os.getpid()) - before:
            await asyncio.sleep(0.02)
        stop.set()
        await running

    asyncio.run(work())
    assert tide.codes() == ["ok"]
    assert children(os.getpid()) == before


def test_search_finds_what_only_the_page_says(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert [entry.title for entry in tide.read(cast.alice, search="ministry")] == ["One"]
    assert [entry.title for entry in tide.read(cast.alice, search="submarine")] == []
    assert [entry.title for entry in tide.read(cast.alice, search='"northern lock"')] == ["One"], "the feed's text too"
    from dateline.store import search

    with transaction(tide.db) as tx:
        search.start_over(tx)
    index_all(tide.db)
    assert [entry.title for entry in tide.read(cast.alice, search="ministry")] == ["One"]


def test_articles_of_an_older_cleaner_are_cleaned_again_from_their_pages(tide: Tide, cast: Cast) -> None:
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    whole = tide.text(cast.alice)
    with transaction(tide.db) as tx:
        packed = tx.value("SELECT body FROM full_text")
        worse = pack(Body(SafeHTML("<p>By older rules.</p>"), unpack(packed).content, None, unpack(packed).base_url))
        tx.run("UPDATE full_text SET version = 0, body = :body", body=worse)
    assert tide.text(cast.alice) == whole, "before it is shown"
    assert instance.reclean(tide.db, lambda done, of: None) == 1
    with tide.db.reading() as tx:
        version, packed = tx.one("SELECT version, body FROM full_text") or (None, b"")
    assert (version, unpack(packed).html) == (CLEANER_VERSION, whole)


def test_an_entry_that_goes_takes_its_article_along(tide: Tide, cast: Cast) -> None:
    from dateline.store import entries

    tide.publish("One", "Two")
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    with tide.db.reading() as tx:
        feed_id = tx.value("SELECT id FROM feed")
        ids = tx.column("SELECT id FROM entry")
    with transaction(tide.db) as tx:
        full_text_queue.enqueue(tx, feed_id, ids, tide.now)
        entries.purge(tx, feed_id, ids)
    assert tide.codes() == []
    assert tide.due() == []


def test_feeds_that_become_one_keep_what_is_due(tide: Tide, cast: Cast, db: Database) -> None:
    tide.internet["/other"] = feed(tide.internet.url("/x"), "Other")
    tide.subscribe(cast.alice, wish("always"))
    other = subscriptions.subscribe(db, cast.alice, tide.internet.url("/other"), now=tide.now)
    full_text_actions.choose(db, cast.alice, other, wish("always"), now=tide.now)
    tide.runner.run()
    assert len(tide.due()) == 2
    with db.reading() as tx:
        kept, gone = tx.column("SELECT id FROM feed ORDER BY id")
    with transaction(db) as tx:
        merge(tx, kept, gone, tide.now)
    assert len(tide.due()) == 2


def test_an_entry_without_an_address_has_no_page(tide: Tide, cast: Cast) -> None:
    tide.internet["/feed"] = (
        b"<rss version='2.0'><channel><title>A</title><item><title>One...</title></item></channel></rss>"
    )
    tide.subscribe(cast.alice, wish("always"))
    tide.refresh()
    assert tide.codes() == ["extract.no_address"]


def test_pages_of_one_host_are_not_asked_in_a_rush(db: Database, cast: Cast, now: datetime, internet: Internet) -> None:
    from dateline.settings import Settings

    settings = Settings(allowed_networks=LOOPBACK.allowed_networks, host_spacing=0.02)
    tide = Tide(db, now, internet)
    tide.publish("One", "Two", "Three")
    internet["/2"] = internet["/3"] = html(page())
    tide.subscribe(cast.alice, wish("always"))
    tide.runner.run()
    times = [now + timedelta(seconds=each / 100) for each in range(10_000)]
    refresher = Refresher(db, settings, version="0", holder="test", clock=lambda: times.pop(0))
    asyncio.run(refresher.fetch_articles())
    assert internet.most_at_once == 1
    assert len(internet.asked("/3")) == 1


# ------------------------------------------------------------------------------------------------ asked by a person


def test_one_article_now_whatever_robots_txt_says(tide: Tide, cast: Cast) -> None:
    tide.internet["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    tide.subscribe(cast.alice, wish("off"))
    tide.subscribe(cast.bob, wish("always", content="h1"))
    tide.refresh()
    [entry] = tide.read(cast.alice)

    def ask(user: User) -> str:
        return full_text_actions.fetch(tide.db, LOOPBACK, user, entry.id, version="0", now=tide.now)

    assert ask(cast.alice) == "ok"
    assert ask(cast.alice) == "ok"
    assert len(tide.internet.asked("/1")) == 1
    assert "[...]" in tide.text(cast.alice), "her subscription is as the feed gives it"
    with tide.db.reading() as tx:
        full = streams.entry(tx, cast.alice.id, entry.id, version="full")
        assert PARAGRAPHS[4] in str(full.content_html)
        assert "[...]" in str(streams.entry(tx, cast.alice.id, entry.id, version="feed").content_html)
    with pytest.raises(NotFound):
        ask(cast.mallory)


def test_an_article_that_failed_a_moment_ago_is_not_asked_again(tide: Tide, cast: Cast) -> None:
    tide.internet["/1"] = 404
    tide.subscribe(cast.alice, wish("off"))
    tide.refresh()
    [entry] = tide.read(cast.alice)
    for _ in range(3):
        code = full_text_actions.fetch(tide.db, LOOPBACK, cast.alice, entry.id, version="0", now=tide.now)
        assert code == "fetch.not_found"
    assert len(tide.internet.asked("/1")) == 1
    tide.internet["/1"] = html(page())
    tide.runner.later(minutes=2)
    assert full_text_actions.fetch(tide.db, LOOPBACK, cast.alice, entry.id, version="0", now=tide.now) == "ok"


def test_wishes_are_checked_before_they_are_kept(tide: Tide, cast: Cast) -> None:
    subscription = tide.subscribe(cast.alice, wish("off"))
    choose = full_text_actions.choose
    with pytest.raises(NotFound):
        choose(tide.db, cast.bob, subscription, wish("always"), now=tide.now)
    with pytest.raises(ExtractError, match="bad_selector"):
        choose(tide.db, cast.alice, subscription, wish("always", content="p["), now=tide.now)
    with pytest.raises(ActionError, match="bad_value"):
        choose(tide.db, cast.alice, subscription, wish("sometimes"), now=tide.now)  # type: ignore[arg-type] # hostile
    with pytest.raises(ActionError, match="bad_value"):
        choose(tide.db, cast.alice, subscription, wish("always", only="x" * 2000), now=tide.now)
    with tide.db.reading() as tx:
        feed_id = tx.value("SELECT feed_id FROM subscription")
        assert full_texts.wish(tx, cast.alice.id, feed_id) == wish("off")
    choose(tide.db, cast.alice, subscription, wish("always", content=" p \n\n a\0b "), now=tide.now)
    with tide.db.reading() as tx:
        assert full_texts.wish(tx, cast.alice.id, feed_id).rules.content == "p\nab"
