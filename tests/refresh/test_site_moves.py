"""A feed moves, its site moves, and nobody reads the new address: no reader loses anything or gets old news as new."""

from datetime import datetime, timedelta

import pytest
from tests.internet import Internet, Reply, redirect
from tests.people import Cast
from tests.refresh.running import Runner
from tests.refresh.test_line import A, answered, taken, told
from tests.store.feeding import subscribed

from dateline.actions import accounts, saved, subscriptions
from dateline.actions import entries as deeds
from dateline.model import Stream, User
from dateline.refresh import site_moves
from dateline.refresh.record import record
from dateline.store import Database, addresses, entries, feeds, streams
from dateline.store.write import transaction

OLD, NEW = "http://blog.old.example", "https://www.new.example"
FIVE = ("One", "Two", "Three", "Four", "Five")


def document(site: str, *titles: str, guid: str = "link", path: str = "/{n}") -> bytes:
    """Items whose id is their link, or their own."""
    items = []
    for n, title in enumerate(titles):
        link = site + path.format(n=title.lower().replace(" ", "-"), number=n)
        name = link if guid == "link" else f"urn:{title}"
        body = f"<title>{title}</title><link>{link}</link><guid>{name}</guid><description>On {title}</description>"
        items.append(f"<item>{body}</item>")
    return f"<rss version='2.0'><channel><title>A</title>{''.join(items)}</channel></rss>".encode()


def unread(db: Database, user: User, now: datetime) -> list[str]:
    accounts.catch_up(db, user.id, now=now)
    with db.reading() as tx:
        return sorted(entry.title for entry in streams.read(tx, user.id, Stream(shown="unread"), limit=99).entries)


def ids(db: Database, *titles: str) -> list[int]:
    return [row[0] for row in told(db, "SELECT id, title FROM entry ORDER BY id") if row[1] in titles]


def stored(db: Database, body: bytes, now: datetime) -> None:
    record(db, [taken(db, answered(body, etag=f'"{now}"'), now)])


@pytest.mark.parametrize("new", ["https://blog.old.example", NEW, "http://blog.old.example:8080"])
def test_ids_that_are_addresses_of_another_site_are_the_same_articles(
    db: Database, cast: Cast, now: datetime, new: str
) -> None:
    subscribed(db, cast.alice, A, now)
    stored(db, document(OLD, *FIVE), now)
    assert len(unread(db, cast.alice, now)) == 5
    deeds.mark(db, cast.alice, ids(db, "One", "Two"), read=True, now=now)
    deeds.star(db, cast.alice, ids(db, "One"), starred=True, now=now)
    before = ids(db, *FIVE)
    later = now + timedelta(hours=2)
    stored(db, document(new, *FIVE[:4], "Brand new"), later)
    assert unread(db, cast.alice, later) == ["Brand new", "Five", "Four", "Three"]
    assert ids(db, *FIVE) == before
    assert {row[0] for row in told(db, "SELECT url FROM entry WHERE gone_at IS NULL AND title <> 'Brand new'")} == {
        f"{new}/{title.lower()}" for title in FIVE[:4]
    }
    again = later + timedelta(hours=2)
    stored(db, document(new, "Newest", *FIVE[:4], "Brand new"), again)
    assert unread(db, cast.alice, again) == ["Brand new", "Five", "Four", "Newest", "Three"]
    assert told(db, "SELECT revised_at FROM entry WHERE revised_at IS NOT NULL") == []


FIFTY = tuple(f"Entry {number}" for number in range(50))
OPAQUE = {
    "its address": "{link}",
    "a tag with the host in it": "tag:{name},2020-01-01:/{slug}",
    "a number at the site": "{number} at {site}",
    "the host and a number": "{host}:{number}",
    "something new each time": "{site} hashed {number}",
}


def fifty(site: str, guid: str, end: str = "", *titles: str) -> bytes:
    """Fifty entries, and ``titles`` before them, whose links and ids end with the host that they stand on."""
    items = []
    host = site.partition("://")[2]
    for number, title in enumerate((*titles, *FIFTY)):
        slug = title.lower().replace(" ", "-")
        link = f"{site}/{slug}{end}"
        ident = OPAQUE[guid].format(
            link=link, site=site, host=host, name=host.removeprefix("www."), slug=slug, number=number - len(titles)
        )
        if "hashed" in ident:
            ident = f"{hash(ident):x}"
        picture = f'&lt;img src="{site}/pictures/{slug}.jpg"&gt; &lt;a href="{site}/about"&gt;About&lt;/a&gt;'
        items.append(
            f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{ident}</guid>"
            f"<description>&lt;p&gt;On {title}.&lt;/p&gt;{picture}</description></item>"
        )
    return f"<rss version='2.0'><channel><title>A</title>{''.join(items)}</channel></rss>".encode()


@pytest.mark.parametrize("guid", OPAQUE)
@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("http://a.example", "http://b.example", "", ""),
        ("http://a.example", "https://a.example", "", ""),
        ("http://a.example", "https://www.b.example", "", "/"),
        ("https://www.a.example", "https://b.example", "/", ""),
        ("https://a.example", "https://a.example", "", "/"),
        ("http://a.example", "https://a.example", "/index.html", "/"),
    ],
)
def test_fifty_articles_of_a_blog_that_moved_do_not_come_back_as_new(
    db: Database, cast: Cast, now: datetime, guid: str, old: str, new: str, before: str, after: str
) -> None:
    if old == new and guid == "something new each time":
        guid = "its address"  # ids are made of the same site
    subscribed(db, cast.alice, A, now)
    stored(db, fifty(old, guid, before), now)
    assert len(unread(db, cast.alice, now)) == 50
    deeds.mark(db, cast.alice, ids(db, *FIFTY), read=True, now=now)
    deeds.star(db, cast.alice, ids(db, FIFTY[3]), starred=True, now=now)
    kept = ids(db, *FIFTY)
    later = now + timedelta(hours=2)
    stored(db, fifty(new, guid, after, "Brand new"), later)
    assert unread(db, cast.alice, later) == ["Brand new"]
    assert ids(db, *FIFTY) == kept
    assert told(db, "SELECT count(*) FROM entry WHERE gone_at IS NULL") == [(51,)]
    assert told(db, "SELECT count(*) FROM entry WHERE revised_at IS NOT NULL") == [(0,)]
    assert {row[0] for row in told(db, "SELECT url FROM entry")} == {
        f"{new}/{title.lower().replace(' ', '-')}{after}" for title in (*FIFTY, "Brand new")
    }
    again = later + timedelta(hours=2)
    stored(db, fifty(new, guid, after, "Newer", "Brand new"), again)
    assert unread(db, cast.alice, again) == ["Brand new", "Newer"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("http://" + "o" * 3_000 + ".example", "http://a"), ("http://b.example", "http://"), ("http://:80", "http://:81")],
)
def test_hosts_that_are_none_cost_nothing(db: Database, cast: Cast, now: datetime, old: str, new: str) -> None:
    """An id of two thousand letters in which each is the new host, and a former host of three thousand."""

    def body(site: str, mark: str) -> bytes:
        items = "".join(
            f"<item><title>{n}</title><link>{site}/{n}</link><guid>{'a' * 1_900}{mark}{n}</guid></item>"
            for n in range(50)
        )
        return f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>".encode()

    subscribed(db, cast.alice, A, now)
    stored(db, body(old, "x"), now)
    stored(db, body(new, "y"), now + timedelta(hours=2))
    assert told(db, "SELECT count(*) FROM entry") == [(100,)]
    assert max(len(one) for one in site_moves.written("a" * 1_900, "http://a", f"http://{'o' * 250}")) < 3_000


def test_a_blog_with_some_links_elsewhere_moves_too(db: Database, cast: Cast, now: datetime) -> None:
    def linked(site: str) -> bytes:
        elsewhere = document("https://other.example", "Found", "Seen")
        items = elsewhere[elsewhere.index(b"<item>") : elsewhere.index(b"</channel>")]
        return document(site, *FIVE, *FIVE[:0], *(f"More {n}" for n in range(9))).replace(
            b"</channel>", items + b"</channel>"
        )

    subscribed(db, cast.alice, A, now)
    stored(db, linked(OLD), now)
    assert len(unread(db, cast.alice, now)) == 16
    stored(db, linked(NEW), now + timedelta(hours=2))
    assert len(unread(db, cast.alice, now)) == 16


def test_a_document_with_both_addresses_of_an_article_has_both(db: Database, cast: Cast, now: datetime) -> None:
    """What was known under one of them stays it; the other is what it says."""
    subscribed(db, cast.alice, A, now)
    stored(db, document(OLD, *FIVE), now)
    before = ids(db, *FIVE)
    both = document(OLD, *FIVE).replace(b"</channel></rss>", b"") + document(NEW, *FIVE).split(b"</title>", 1)[1]
    stored(db, both, now + timedelta(hours=2))
    assert told(db, f"SELECT count(*) FROM entry WHERE url LIKE '{OLD}%' AND gone_at IS NULL") == [(5,)]
    assert ids(db, *FIVE)[:5] == before


def test_the_same_page_with_the_same_title_each_day_is_news_each_day(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    day = "<rss version='2.0'><channel><title>A</title><item><title>Weather</title><link>{}/weather</link>"
    day += "<guid>{}</guid></item></channel></rss>"
    for number, site in enumerate((OLD, OLD, NEW, OLD)):
        stored(db, day.format(site, number).encode(), now + timedelta(days=number))
    assert len(unread(db, cast.alice, now + timedelta(days=4))) == 4


def test_what_was_deleted_does_not_come_back_with_the_new_site(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, A, now)
    stored(db, document(OLD, *FIVE), now)
    unread(db, cast.alice, now)
    later = now + timedelta(days=9)
    stored(db, document(OLD, *FIVE[2:]), later)
    with transaction(db) as tx:
        entries.purge(tx, feed_id, ids(db, "One"))
    stored(db, document(NEW, *FIVE), later + timedelta(hours=2))
    assert ids(db, "One") == []
    assert unread(db, cast.alice, later) == sorted(FIVE[1:])
    stored(db, document(NEW, *FIVE, "Fresh"), later + timedelta(hours=4))  # when nothing stands on the old site
    assert ids(db, "One") == []
    assert unread(db, cast.alice, later) == sorted([*FIVE[1:], "Fresh"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            [(OLD, "One", "/?p={number}")], [(NEW, "Something else", "/?p={number}")], id="numbers that begin anew"
        ),
        pytest.param(
            [("https://a.example", "Hello world", "/?p=1"), ("https://b.example", "Other", "/?p=2")],
            [("https://c.example", "Hello world", "/?p=1")],
            id="a feed of many sites",
        ),
        pytest.param([(OLD, "", "/1")], [(NEW, "", "/1")], id="without titles nothing is sure"),
    ],
)
def test_what_only_looks_alike_is_news(
    db: Database, cast: Cast, now: datetime, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    subscribed(db, cast.alice, A, now)

    def joined(parts: list[tuple[str, str, str]]) -> bytes:
        each = [document(site, title, path=path) for site, title, path in parts]
        body = b"".join(one[one.index(b"<item>") : one.index(b"</channel>")] for one in each)
        return b"<rss version='2.0'><channel><title>A</title>" + body + b"</channel></rss>"

    stored(db, joined(before), now)
    count = len(unread(db, cast.alice, now))
    later = now + timedelta(hours=2)
    stored(db, joined(after), later)
    assert len(unread(db, cast.alice, later)) == count + len(after)


@pytest.mark.parametrize("nobody_reads", ["nothing is known", "an older feed", "a younger feed"])
def test_a_feed_that_moves_to_an_address_that_nobody_reads_keeps_all_it_has(
    db: Database, cast: Cast, now: datetime, nobody_reads: str
) -> None:
    """Archive, read state, stars, and what was deleted; what the other feed carried comes once."""
    with Internet({"/old": Reply(document(OLD, *FIVE), etag='"1"')}) as internet:
        internet["/new"] = Reply(document(OLD, "Two", "Three", "Elsewhere"), etag='"2"')
        runner = Runner(db, now)

        def left() -> None:
            own = subscriptions.subscribe(db, cast.bob, internet.url("/new"), now=runner.now)
            runner.run()
            unread(db, cast.bob, runner.now)
            deeds.star(db, cast.bob, ids(db, "Elsewhere"), starred=True, now=runner.now)
            subscriptions.unsubscribe(db, cast.bob, own, now=runner.now)

        if nobody_reads == "an older feed":
            left()
        subscriptions.subscribe(db, cast.alice, internet.url("/old"), now=runner.now)
        runner.later(hours=2)
        runner.run()
        unread(db, cast.alice, runner.now)
        with db.reading() as tx:
            feed = feeds.find(tx, internet.url("/old"))
            assert feed is not None
            mine: dict[str, int] = dict(tx.all("SELECT title, id FROM entry WHERE feed_id = :id", id=feed.id))
        deeds.mark(db, cast.alice, [mine["One"], mine["Two"]], read=True, now=runner.now)
        deeds.star(db, cast.alice, [mine["Two"]], starred=True, now=runner.now)
        internet["/old"] = Reply(document(OLD, "Two", "Three"), etag='"3"')
        runner.later(days=2)
        runner.run()
        with transaction(db) as tx:
            entries.purge(tx, feed.id, [mine["Five"]])
        if nobody_reads == "a younger feed":
            left()
        internet["/new"] = Reply(document(OLD, *FIVE, "Elsewhere", "Newest"), etag='"4"')
        internet["/old"] = redirect("/new", 301)
        for _ in range(6):
            runner.later(hours=25)
            runner.run()
        with db.reading() as tx:
            assert tx.column("SELECT url FROM feed WHERE orphaned_at IS NULL") == [internet.url("/new")]
            assert tx.value("SELECT count(*) FROM feed") == 1
        assert sorted(set(unread(db, cast.alice, runner.now))) == ["Elsewhere", "Four", "Newest", "Three"]
        assert len(unread(db, cast.alice, runner.now)) == 4
        with db.reading() as tx:
            starred = streams.read(tx, cast.alice.id, Stream(kind="starred", shown="all"), limit=9).entries
            assert [entry.title for entry in starred] == ["Two"]
            everything = streams.read(tx, cast.alice.id, Stream(kind="all", shown="all"), limit=99).entries
            assert sorted(entry.title for entry in everything) == sorted({*FIVE, "Elsewhere", "Newest"} - {"Five"})
            kept = streams.read(tx, cast.bob.id, Stream(kind="starred", shown="all"), limit=9).entries
            assert [entry.title for entry in kept] == ([] if nobody_reads == "nothing is known" else ["Elsewhere"])


SAVED = """{"items": [{"id": "urn:One", "title": "One", "canonical": [{"href": "http://blog.old.example/one"}],
 "published": 1700000000, "categories": ["user/-/state/com.google/read", "user/-/state/com.google/starred"],
 "origin": {"streamId": "feed/URL", "title": "A", "htmlUrl": "http://blog.old.example/"}}]}"""


def test_what_was_brought_for_a_feed_is_found_after_it_moved_twice(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, A, now)
    saved.import_saved(db, cast.alice, SAVED.replace("URL", A).encode(), name="starred.json", now=now)
    for host in ("b.example", "c.example"):
        with transaction(db) as tx:
            addresses.adopt(tx, feed_id, f"https://{host}/feed", host, now)
    c = "https://c.example/feed"
    body = document(OLD, "One", guid="own")
    record(db, [taken(db, answered(body, url=c, final_url=c), now, url=c)])
    assert unread(db, cast.alice, now) == []
    with db.reading() as tx:
        (starred,) = streams.read(tx, cast.alice.id, Stream(kind="starred", shown="all"), limit=9).entries
    assert starred.feed_id == feed_id
