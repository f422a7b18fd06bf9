"""Articles behind a feed's login: its secrets go to the feed's own origin, and to nobody else, whatever leads there."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import replace
from tests.fetch import conftest as certificates
from tests.fetch.conftest import Identity
from tests.internet import LOOPBACK, Asked, Internet, Reply, redirect
from tests.pages import PARAGRAPHS, article, feed, page
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import accounts, subscriptions
from dateline.actions import full_texts as full_text_actions
from dateline.actions import transport as transport_actions
from dateline.actions.transport import Wish
from dateline.fetch.cookies import Cookie
from dateline.fetch.transport import PLAIN, Transport
from dateline.model import FullTextRules, Stream, User
from dateline.refresh import asking
from dateline.refresh.asking import Kept, sealed
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database, feeds, full_texts, streams
from dateline.store.secrets import Keyring

identity = certificates.identity
HTML = "text/html; charset=utf-8"
LOGIN = "Basic " + b64encode(b"alice:sesame").decode()
SECRETS = Wish(
    user_agent="Mine/1",
    login="alice:sesame",
    headers=(("X-Key", "abc"), ("Accept", "application/rss+xml")),
    cookies="session=1",
    method="POST",
    body="q=all",
)
OPEN_TO_ALL = {"Host", "User-Agent", "Accept", "Accept-Encoding"}
ALWAYS = full_texts.Wish(mode="always", rules=FullTextRules())


def walled(asked: Asked) -> Reply:
    """The article for subscribers, its beginning for others."""
    is_subscriber = "session=1" in (asked.header("Cookie") or "")
    return Reply(page() if is_subscriber else page(article(paragraphs=1)), content_type=HTML)


def names(asked: Asked) -> set[str]:
    return {name for name, _ in asked.headers}


@pytest.fixture
def paper() -> Iterator[Internet]:
    with Internet() as internet:
        internet["/feed"] = feed(internet.origin, "One")
        internet["/1"] = walled
        yield internet


@pytest.fixture
def other() -> Iterator[Internet]:
    """Somebody else, who would like to be told the secrets."""
    with Internet({"/1": Reply(page(), content_type=HTML)}) as internet:
        yield internet


class Kiosk:
    """People who subscribe to a paper, and take its full texts."""

    def __init__(self, db: Database, settings: Settings, now: datetime) -> None:
        self.db = db
        self.settings = settings
        self.now = now

    def subscribe(self, user: User, url: str, wish: Wish | None = None) -> int:
        ident = subscriptions.subscribe(self.db, user, url, now=self.now)
        if wish is not None:
            transport_actions.change(self.db, self.settings, user, ident, wish, now=self.now)
        full_text_actions.choose(self.db, user, ident, ALWAYS, now=self.now)
        return ident

    def fetch(self) -> None:
        """The line, then the articles that are due."""
        Runner(self.db, self.now, self.settings).run()
        refresher = Refresher(self.db, self.settings, version="0", holder="h", clock=lambda: self.now)
        asyncio.run(refresher.fetch_articles())

    def text(self, user: User) -> str:
        """What a user reads of the newest entry."""
        accounts.catch_up(self.db, user.id, now=self.now)
        with self.db.reading() as tx:
            (entry,) = streams.read(tx, user.id, Stream(kind="all", shown="all"), bodies="whole").entries
        return str(entry.content_html)


@pytest.fixture
def kiosk(db: Database, tmp_path: Path, now: datetime) -> Kiosk:
    return Kiosk(db, replace(LOOPBACK, secret_file=tmp_path / "secret.key"), now)


def test_who_pays_for_a_paper_reads_the_article(kiosk: Kiosk, cast: Cast, paper: Internet) -> None:
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    assert PARAGRAPHS[4] in kiosk.text(cast.alice)
    (asked,) = paper.asked("/1")
    assert (asked.header("Cookie"), asked.header("X-Key"), asked.header("Authorization")) == ("session=1", "abc", LOGIN)
    assert asked.header("User-Agent") == "Mine/1"


def test_an_article_is_no_feed_nothing_is_posted_to_it(kiosk: Kiosk, cast: Cast, paper: Internet) -> None:
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    (asked,) = paper.asked("/1")
    assert (paper.asked("/feed")[0].method, asked.method) == ("POST", "GET")
    assert (asked.header("Accept") or "").startswith("text/html")
    assert "Content-Type" not in names(asked)


def test_what_a_site_asks_of_programs_is_asked_without_secrets(kiosk: Kiosk, cast: Cast, paper: Internet) -> None:
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    (asked,) = paper.asked("/robots.txt")
    assert names(asked) == OPEN_TO_ALL


def test_by_hand_and_on_trial_it_is_asked_in_the_same_way(
    db: Database, kiosk: Kiosk, cast: Cast, paper: Internet, now: datetime
) -> None:
    ident = kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    Runner(db, now, kiosk.settings).run()
    with db.reading() as tx:
        entry_id: int = tx.value("SELECT id FROM entry")
    told = full_text_actions.try_rules(db, kiosk.settings, cast.alice, ident, ALWAYS, version="0", now=now)
    assert told is not None
    assert PARAGRAPHS[4] in told.html
    assert full_text_actions.fetch(db, kiosk.settings, cast.alice, entry_id, version="0", now=now) == "ok"
    assert [asked.header("Cookie") for asked in paper.asked("/1")] == ["session=1", "session=1"]
    with db.reading() as tx:
        assert tx.value("SELECT page_url FROM full_text") == paper.url("/1"), "no login in what is shown"


# ------------------------------------------------------------------------------------------------ to nobody else

AWAY: dict[str, Callable[[Internet, Internet], None]] = {
    "a link to another server": lambda paper, other: paper.__setitem__("/feed", feed(other.origin, "One")),
    "a redirect to another server": lambda paper, other: paper.__setitem__("/1", redirect(other.url("/1"))),
    "a redirect of long standing": lambda paper, other: paper.__setitem__("/1", redirect(other.url("/1"), 308)),
}


@pytest.mark.parametrize("way", AWAY)
def test_another_server_is_told_none_of_it(
    kiosk: Kiosk, cast: Cast, paper: Internet, other: Internet, way: str
) -> None:
    AWAY[way](paper, other)
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    assert len(other.asked("/1")) == 1
    assert [names(asked) for asked in other.requests] == [OPEN_TO_ALL] * len(other.requests)


def test_another_name_of_the_same_server_is_told_none_of_it(kiosk: Kiosk, cast: Cast, paper: Internet) -> None:
    paper["/feed"] = feed(f"http://localhost:{paper.port}", "One")
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    assert [names(asked) for asked in paper.asked("/1")] == [OPEN_TO_ALL]


def test_a_way_home_that_begins_elsewhere_has_no_secrets(
    kiosk: Kiosk, cast: Cast, paper: Internet, other: Internet
) -> None:
    paper["/feed"] = feed(other.origin, "One")
    other["/1"] = redirect(paper.url("/1"))
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    assert [names(asked) for asked in (*other.asked("/1"), *paper.asked("/1"))] == [OPEN_TO_ALL] * 2


def test_a_login_in_a_link_is_the_publishers_and_never_takes_the_readers_along(
    kiosk: Kiosk, cast: Cast, paper: Internet, other: Internet
) -> None:
    paper["/feed"] = feed(other.origin.replace("//", "//guest:guest@"), "One")
    kiosk.subscribe(cast.alice, paper.url("/feed"), SECRETS)
    kiosk.fetch()
    assert [asked.header("Authorization") for asked in other.asked("/1")] == ["Basic Z3Vlc3Q6Z3Vlc3Q="]
    assert "Cookie" not in names(other.asked("/1")[0])


def test_cookies_that_a_server_set_go_home_alone(kiosk: Kiosk, cast: Cast, paper: Internet, other: Internet) -> None:
    paper["/feed"] = Reply(feed(paper.origin, "One"), headers=(("Set-Cookie", "session=1; Path=/"),))
    paper["/1"] = redirect(other.url("/1"), 302, ("Set-Cookie", "visit=2; Path=/"))
    other["/1"] = redirect(paper.url("/2"), 302, ("Set-Cookie", "theirs=3; Path=/"))
    paper["/2"] = walled
    kiosk.subscribe(cast.alice, paper.url("/feed"), Wish(keep_cookies=True))
    kiosk.fetch()
    (there,) = other.asked("/1")
    assert names(there) == OPEN_TO_ALL
    assert [asked.header("Cookie") for asked in paper.asked("/1")] == ["session=1"]
    assert [asked.header("Cookie") for asked in paper.asked("/2")] == ["session=1; visit=2"]
    assert PARAGRAPHS[4] in kiosk.text(cast.alice)


def test_nobody_reads_what_another_one_pays_for(kiosk: Kiosk, cast: Cast, paper: Internet) -> None:
    kiosk.subscribe(cast.bob, paper.url("/feed"))
    kiosk.subscribe(cast.alice, paper.url("/feed"), replace(SECRETS, method="GET", body=None))
    kiosk.fetch()
    assert sorted(asked.header("Cookie") or "" for asked in paper.asked("/1")) == ["", "session=1"]
    assert PARAGRAPHS[4] in kiosk.text(cast.alice)
    assert PARAGRAPHS[4] not in kiosk.text(cast.bob)


@pytest.mark.parametrize(
    ("feed_url", "article_url", "is_home"),
    [
        ("https://www.example.org/feed", "https://www.example.org/1", True),
        ("https://www.example.org/feed", "HTTPS://WWW.example.org:443/1", True),
        ("https://www.example.org/feed", "http://www.example.org/1", False),
        ("https://www.example.org/feed", "http://www.example.org:443/1", False),
        ("http://www.example.org/feed", "https://www.example.org/1", True),
        ("http://www.example.org/feed", "http://www.example.org/1", True),
        ("http://www.example.org:8080/feed", "https://www.example.org/1", False),
        ("https://www.example.org/feed", "https://www.example.org:8443/1", False),
        ("https://feeds.example.org/feed", "https://www.example.org/1", False),
        ("https://example.org/feed", "https://www.example.org/1", False),
        ("https://www.example.org/feed", "https://example.org/1", False),
        ("https://www.example.org/feed", "https://www.example.org.evil.example/1", False),
        ("https://www.example.org/feed", "https://www.example.org@evil.example/1", False),
        ("https://www.example.org/feed", "https://evil.example\\@www.example.org/1", False),
        ("https://www.example.org/feed", "https://evil.example/https://www.example.org/1", False),
        ("https://www.example.org/feed", "https://guest:x@www.example.org/1", True),
    ],
)
def test_home_is_the_feeds_own_origin_and_no_more(
    tmp_path: Path, now: datetime, feed_url: str, article_url: str, is_home: bool
) -> None:
    keyring = Keyring(tmp_path / "secret.key")
    transport = Transport(cookies="session=1", headers=(("X-Key", "abc"),), tls="any", keep_cookies=True)
    cookie = Cookie(name="a", value="b", domain="example.org", only_host=False, ends_at=4e9)
    private = replace(
        feeds.unknown(feed_url, "www.example.org", now),
        owner_id=1,
        transport=sealed(Kept(transport=transport), keyring),
        credentials=keyring.encrypt("alice:sesame"),
        cookies=keyring.encrypt(json.encode((cookie,)).decode()),
    )
    asked = asking.article(private, article_url, keyring)
    assert asked.transport == (transport if is_home else transport.public())
    assert (asked.jar is not None) == is_home
    assert ("alice:sesame@" in asked.url) == is_home
    if asked.jar is not None:
        assert asked.jar.header("https://evil.example.org/", 0.0) == ""
    shared = asking.article(replace(private, owner_id=0), article_url, keyring)
    assert (shared.url, shared.transport, shared.jar) == (article_url, PLAIN, None)


# ------------------------------------------------------------------------------------------------ whom to trust


def test_a_server_that_its_reader_alone_trusts_gives_its_articles_too(
    db: Database, kiosk: Kiosk, cast: Cast, identity: Identity
) -> None:
    with Internet(tls=identity.server) as paper:
        paper["/feed"] = feed(paper.origin, "One")
        paper["/1"] = walled
        paper["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /private", content_type="text/plain")
        kiosk.subscribe(cast.alice, paper.url("/feed"), Wish(cookies="session=1", authority=identity.pem))
        kiosk.fetch()
        assert PARAGRAPHS[4] in kiosk.text(cast.alice)
        assert len(paper.asked("/robots.txt")) == 1
    with db.reading() as tx:
        assert tx.column("SELECT body FROM robots") == [], "what others need not believe is not kept for them"
