"""What belongs to a feed, its icon, its articles, its chapters, is asked as the feed is: through its proxy, or not."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply
from tests.pages import feed, page
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import chapters as chapter_actions
from dateline.actions import full_texts as full_text_actions
from dateline.actions import subscriptions
from dateline.actions import transport as transport_actions
from dateline.model import FullTextRules
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database
from dateline.store.full_texts import Wish

HIDDEN = "http://127.0.0.9:9"
"""A site that only the proxy knows."""
ICO = b"\x00\x00\x01\x00" + b"\0" * 50
HTML = "text/html; charset=utf-8"
EPISODE = (
    "<rss version='2.0' xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>A</title><item>"
    f"<guid>1</guid><title>One</title><link>{HIDDEN}/1</link>"
    f"<podcast:chapters url='{HIDDEN}/chapters.json' type='application/json+chapters'/>"
    f"<enclosure url='{HIDDEN}/1.mp3' type='audio/mpeg'/></item></channel></rss>"
).encode()
CHAPTERS = b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Begin"}, {"startTime": 9, "title": "End"}]}'


@pytest.fixture
def proxy() -> Iterator[Internet]:
    """A proxy that answers for the hidden site."""
    pages = {
        "/feed": Reply(feed(HIDDEN, "One")),
        "/": Reply(page(), content_type=HTML),
        "/1": Reply(page(), content_type=HTML),
        "/favicon.ico": Reply(ICO, content_type="image/x-icon"),
        "/episodes": Reply(EPISODE),
        "/chapters.json": Reply(CHAPTERS, content_type="application/json+chapters"),
    }
    with Internet({HIDDEN + path: answer for path, answer in pages.items()}) as internet:
        yield internet


@pytest.fixture
def settings(proxy: Internet, tmp_path: Path) -> Settings:
    return replace(LOOPBACK, proxies=(proxy.origin,), secret_file=tmp_path / "secret.key")


def subscribed(db: Database, cast: Cast, url: str, settings: Settings, now: datetime) -> int:
    """Alice reads the hidden site, through the proxy."""
    ident = subscriptions.subscribe(db, cast.alice, url, now=now)
    wish = transport_actions.Wish(proxy=settings.proxies[0], user_agent="Visitor/1")
    transport_actions.change(db, settings, cast.alice, ident, wish, now=now)
    return ident


def refresher(db: Database, settings: Settings, now: datetime) -> Refresher:
    return Refresher(db, settings, version="0", holder="h", clock=lambda: now)


def test_icon_and_articles_of_a_feed_go_through_its_proxy(
    db: Database, cast: Cast, now: datetime, proxy: Internet, settings: Settings
) -> None:
    ident = subscribed(db, cast, f"{HIDDEN}/feed", settings, now)
    wish = Wish(mode="always", rules=FullTextRules())
    full_text_actions.choose(db, cast.alice, ident, wish, now=now)
    Runner(db, now, settings).run()
    asyncio.run(refresher(db, settings, now).find_icons())
    asyncio.run(refresher(db, settings, now).fetch_articles())
    asked = {request.path.removeprefix(HIDDEN): request.header("User-Agent") for request in proxy.requests}
    assert asked == dict.fromkeys(("/feed", "/", "/favicon.ico", "/robots.txt", "/1"), "Visitor/1")
    with db.reading() as tx:
        assert tx.value("SELECT icon_id FROM feed") is not None
        assert tx.column("SELECT code FROM full_text") == ["ok"]


def test_an_article_and_chapters_asked_for_by_hand_go_through_it_too(
    db: Database, cast: Cast, now: datetime, proxy: Internet, settings: Settings
) -> None:
    subscribed(db, cast, f"{HIDDEN}/episodes", settings, now)
    Runner(db, now, settings).run()
    with db.reading() as tx:
        entry_id: int = tx.value("SELECT id FROM entry")
    assert full_text_actions.fetch(db, settings, cast.alice, entry_id, version="0", now=now) == "ok"
    assert chapter_actions.take(db, settings, cast.alice, entry_id, version="0", now=now) == 2
    assert proxy.asked(f"{HIDDEN}/chapters.json")


def test_without_the_key_nothing_goes_another_way(
    db: Database, cast: Cast, now: datetime, proxy: Internet, settings: Settings, tmp_path: Path
) -> None:
    with Internet({"/1": Reply(page(), content_type=HTML)}) as site:
        proxy[site.url("/feed")] = feed(site.origin, "One")
        ident = subscribed(db, cast, site.url("/feed"), settings, now)
        full_text_actions.choose(db, cast.alice, ident, Wish(mode="always", rules=FullTextRules()), now=now)
        Runner(db, now, settings).run()
        keyless = replace(settings, secret_file=tmp_path / "another.key")
        asyncio.run(refresher(db, keyless, now).find_icons())
        asyncio.run(refresher(db, keyless, now).fetch_articles())
        assert site.requests == []
    with db.reading() as tx:
        assert tx.column("SELECT code FROM full_text") == ["store.secret"]
        assert tx.value("SELECT icon_checked_at FROM feed") is not None
