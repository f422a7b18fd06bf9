"""Media by way of this server: whose page shows them so, which addresses are honoured, and by whom."""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.types import Message
from tests.internet import Internet, Reply, Wire, says
from tests.web.browsing import HOST, Browser, Clock, World

from dateline.actions import preferences as preference_actions
from dateline.actions import transport as transport_actions
from dateline.asgi import create_app
from dateline.model import Enclosure, SafeHTML, User
from dateline.settings import Settings
from dateline.store import Database, subscriptions
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction
from dateline.web import proxied
from dateline.web.signing import PATH, Signer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(5000)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, allowed_networks=(ip_network("127.0.0.0/8"),))


def wants(db: Database, browser: Browser, clock: Clock) -> User:
    assert browser.user is not None
    return preference_actions.change(db, browser.user, lambda it: replace(it, media_proxy=True), now=clock())


def asked(
    settings: Settings, db: Database, clock: Clock, *requests: tuple[str, str | None]
) -> list[tuple[int, bytes, dict[str, str]]]:
    """(path, session's token) each, by one server in one event loop → (status, body, headers)."""

    async def get(app: Callable[..., object], path: str, token: str | None) -> tuple[int, bytes, dict[str, str]]:
        headers = [(b"host", HOST.encode())] + ([(b"cookie", f"dateline={token}".encode())] if token else [])
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": headers, "scheme": "http", "client": ("127.0.0.1", 1), "http_version": "1.1"}
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, send)  # type: ignore[misc] # an ASGI application
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], body, {key.decode(): value.decode() for key, value in sent[0]["headers"]}

    async def all_of_them() -> list[tuple[int, bytes, dict[str, str]]]:
        app = create_app(settings, db, clock=clock)
        try:
            return [await get(app, path, token) for path, token in requests]
        finally:
            for close in app.closing:  # type: ignore[attr-defined] # of Lifespan
                await close()

    return asyncio.run(all_of_them())


def show(world: World, user: User, html: str, **fields: Any) -> int:
    feed = world.feed("One")
    world.subscribe(user, feed)
    (entry,) = world.entries(feed, "First", content_html=SafeHTML(html), **fields)
    return entry


HTML = (
    '<p><a href="https://a.example/x">x</a><img src="https://a.example/1.png?a=1&amp;b=2"'
    ' srcset="https://a.example/1.png 1x, https://a.example/2,3.png 2x" alt="A" loading="lazy"></p>'
    '<video controls="" poster="https://a.example/p.jpg"><source src="https://a.example/f.mp4#t=3"></video>'
)


def test_a_page_loads_nothing_from_elsewhere_once_its_owner_wishes(
    alice: Browser, world: World, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    sound = Enclosure(url="https://a.example/s.mp3", type="audio/mpeg")
    entry = show(world, alice.user, HTML, enclosures=(sound,), thumbnail_url="https://a.example/t.jpg")
    before = alice.get(f"/entry/{entry}")
    assert before.find("//article//img")[0].get("src") == "https://a.example/1.png?a=1&b=2"
    wants(db, alice, clock)
    for path in ("/", f"/entry/{entry}", "/?view=cards"):
        page = alice.get(path)
        loaded = [
            address
            for name in ("src", "poster")
            for address in page.tree.xpath(f"//img/@{name}|//source/@{name}|//audio/@{name}|//video/@{name}")
        ]
        assert loaded, path
        assert [address for address in loaded if not str(address).startswith("/")] == [], path
        assert "img-src 'self' data:; media-src 'self';" in (page.header("content-security-policy") or "")
    page = alice.get(f"/entry/{entry}")
    srcset = page.find("//article//img")[0].get("srcset")
    assert [part.partition(" ")[2] for part in srcset.split(", ")] == ["1x", "2x"]
    assert page.find("//article//a[text()='x']")[0].get("href") == "https://a.example/x"
    assert str(page.tree.xpath("//video/source/@src")[0]).endswith("#t=3")


def test_what_a_page_signed_is_fetched_for_who_is_logged_in(
    alice: Browser, world: World, settings: Settings, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    with Internet({"/1.png": Reply(PNG, content_type="image/png")}) as internet:
        entry = show(world, alice.user, f'<p><img src="{internet.url("/1.png")}" alt=""></p>')
        wants(db, alice, clock)
        path = alice.get(f"/entry/{entry}").find("//article//img")[0].get("src")
        good, stranger, forged = asked(
            settings, db, clock, (path, "token-of-alice"), (path, None), (path[:-3] + "AAA", "token-of-alice")
        )
        assert len(internet.asked("/1.png")) == 1
    assert good[:2] == (200, PNG)
    assert good[2]["content-type"] == "image/png"
    assert "sandbox" in good[2]["content-security-policy"]
    assert good[2]["cache-control"].startswith("private, max-age=")
    assert (stranger[0], forged[0]) == (404, 404)


def test_half_a_picture_is_never_taken_for_a_whole_one(
    alice: Browser, world: World, settings: Settings, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Wire(says(head + b"1000\r\n" + PNG[:4096] + b"\r\n")) as wire:  # and then nothing more
        entry = show(world, alice.user, f'<p><img src="{wire.url("/1.png")}" alt=""></p>')
        wants(db, alice, clock)
        path = alice.get(f"/entry/{entry}").find("//article//img")[0].get("src")
        with pytest.raises(ConnectionAbortedError, match=r"fetch\.truncated"):
            asked(settings, db, clock, (path, "token-of-alice"))


def test_a_visitors_picture_holds_two_days(
    alice: Browser, anonymous: Browser, world: World, settings: Settings, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    with Internet({"/1.png": Reply(PNG, content_type="image/png")}) as internet:
        entry = show(world, alice.user, f'<p><img src="{internet.url("/1.png")}" alt=""></p>')
        wants(db, alice, clock)
        world.change(alice.user, open_to_visitors=True)
        path = anonymous.get(f"/@alice/entry/{entry}").find("//article//img")[0].get("src")
        assert asked(settings, db, clock, (path, None))[0][0] == 200
        clock.pass_by(days=1)
        assert asked(settings, db, clock, (path, None))[0][0] == 200
        clock.pass_by(days=1)
        assert asked(settings, db, clock, (path, None))[0][0] == 404


def test_a_server_that_does_not_do_it_neither_offers_nor_honours_it(
    alice: Browser, world: World, settings: Settings, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    entry = show(world, alice.user, HTML)
    wants(db, alice, clock)
    path = alice.get(f"/entry/{entry}").find("//article//img")[0].get("src")
    off = replace(settings, media_proxy="off")
    assert asked(off, db, clock, (path, "token-of-alice"))[0][0] == 404
    closed = Browser(create_app(off, db, clock=clock), user=alice.user, cookies={"dateline": "token-of-alice"})
    assert closed.get(f"/entry/{entry}").find("//article//img")[0].get("src").startswith("https://a.example/")
    assert closed.get("/settings/privacy").find("//input[@name='media_proxy']") == []
    assert closed.post("/settings/privacy", {"media_proxy": "1"}).status == 403


def test_the_choice_is_saved_and_taken_back(alice: Browser, bob: Browser) -> None:
    alice.post("/settings/privacy", {"media_proxy": "1"})
    assert alice.get("/settings/privacy").find("//input[@name='media_proxy'][@checked]")
    assert not bob.get("/settings/privacy").find("//input[@name='media_proxy'][@checked]")
    alice.post("/settings/privacy", {})
    assert not alice.get("/settings/privacy").find("//input[@name='media_proxy'][@checked]")


def test_only_what_was_signed_with_this_key_is_read(clock: Clock) -> None:
    signer, other = Signer(b"k" * 32), Signer(b"o" * 32)
    path = signer.path("https://a.example/é.png", now=clock(), for_visitors=False)
    signed = signer.read(path, clock())
    assert signed is not None
    assert signed.url == "https://a.example/é.png"
    assert other.read(path, clock()) is None
    for wrong in (
        "",
        PATH,
        path + "=",
        path.replace("/u/", "/v1/"),
        f"{PATH}u/../x",
        path[:-1],
        f"{PATH}u/{'A' * 22}/%%",
    ):
        assert signer.read(wrong, clock()) is None


def test_html_without_media_is_left_as_it_is() -> None:
    html = SafeHTML('<p>1 &lt; 2, src="https://a.example/x.png"</p>')
    assert proxied.html_through(html, lambda url: "/x") == html
    text = SafeHTML('<p>src="https://a.example/x.png"<img src="https://a.example/1.png" alt="&lt;img src"></p>')
    assert proxied.html_through(text, lambda url: "/x") == text.replace(
        '<img src="https://a.example/1.png"', '<img src="/x"'
    )


# ------------------------------------------------------------------------------------------------ by a feed's proxy

HIDDEN = "http://127.0.0.9:9/1.png"
"""A picture that only the proxy knows."""


@pytest.fixture
def proxy() -> Iterator[Internet]:
    with Internet({HIDDEN: Reply(PNG, content_type="image/png")}) as internet:
        yield internet


def signed_in(path: str) -> str:
    text = path.rpartition("/")[2]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def hidden(world: World, settings: Settings, user: User, clock: Clock, proxy: Internet) -> tuple[Settings, int, int]:
    """Settings with the proxy; a subscription of a user's own through it; its entry, with the hidden picture."""
    settings = replace(settings, proxies=(proxy.origin,))
    feed = world.feed("Hidden", owner=user)
    subscription = world.subscribe(user, feed)
    (entry,) = world.entries(
        feed, "One", content_html=SafeHTML(f'<p><img src="{HIDDEN}" alt=""></p>'), thumbnail_url=HIDDEN
    )
    wish = transport_actions.Wish(proxy=proxy.origin, user_agent="Visitor/1", cookies="session=1", login="a:b")
    transport_actions.change(world.db, settings, user, subscription, wish, now=clock())
    return settings, subscription, entry


def test_pictures_of_a_feed_come_through_its_proxy_to_its_reader_alone(
    alice: Browser, bob: Browser, world: World, settings: Settings, db: Database, clock: Clock, proxy: Internet
) -> None:
    user = wants(db, alice, clock)
    settings, _, entry = hidden(world, settings, user, clock, proxy)
    path = alice.get(f"/entry/{entry}").find("//article//img")[0].get("src")
    as_all = path.replace(path.split("/")[2], "u")
    alices, bobs, strangers, forged = asked(
        settings, db, clock, (path, "token-of-alice"), (path, "token-of-bob"), (path, None), (as_all, "token-of-alice")
    )
    assert alices[:2] == (200, PNG)
    assert (bobs[0], strangers[0], forged[0]) == (404, 404, 404)
    (request,) = proxy.requests
    assert request.header("User-Agent") == "Visitor/1"
    assert {name for name, _ in request.headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


def test_each_page_says_by_which_feed_a_picture_comes(
    alice: Browser, world: World, settings: Settings, db: Database, clock: Clock, proxy: Internet
) -> None:
    user = wants(db, alice, clock)
    show(world, user, HTML, thumbnail_url="https://a.example/t.jpg")
    hidden(world, settings, user, clock, proxy)
    for path, ways in (("/", ["f", "u"]), ("/?view=cards", ["f", "u"]), ("/?view=global", ["f"])):
        pictures = [str(source) for source in alice.get(path).tree.xpath("//img/@src") if "/proxied/" in source]
        by_the_feed = [source for source in pictures if HIDDEN in signed_in(source)]
        assert {source.split("/")[2][0] for source in by_the_feed} == {"f"}, path
        assert sorted({source.split("/")[2][0] for source in pictures}) == ways, path


def test_what_the_administrator_takes_away_lets_nothing_go_another_way(
    alice: Browser, world: World, settings: Settings, db: Database, clock: Clock, proxy: Internet
) -> None:
    user = wants(db, alice, clock)
    with Internet({"/1.png": Reply(PNG, content_type="image/png")}) as internet:
        _, subscription, entry = hidden(world, settings, user, clock, proxy)
        with transaction(db) as tx:
            feed = subscriptions.feed_of(tx, user.id, subscription)
        path = Signer(Keyring(key_path(settings)).derived("media proxy")).path(
            internet.url("/1.png"), now=clock(), for_visitors=False, feed_id=feed
        )
        assert asked(settings, db, clock, (path, "token-of-alice"))[0][0] == 502
        assert (internet.requests, proxy.requests) == ([], [])
        transport_actions.clear(db, settings, user, subscription, now=clock())
        assert asked(settings, db, clock, (path, "token-of-alice"))[0][0] == 404
        assert "/proxied/u/" in alice.get(f"/entry/{entry}").find("//article//img")[0].get("src")
