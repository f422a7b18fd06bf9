"""How one feed is asked otherwise than all: what is sent, to whom, and what is refused before it is stored."""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.fetch.conftest import Identity
from tests.internet import LOOPBACK, Asked, Internet, Page, Reply, Wire, redirect, rss, says

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.body import Patience
from dateline.fetch.transport import Transport, check, proxy_name
from dateline.model import Validators
from dateline.settings import Settings, load

FEED = rss("One", "First")
SECRET = Transport(headers=(("X-Key", "abc"), ("Accept-Language", "fr")), cookies="id=1; b=2", user_agent="Mine/1")


async def failure(client: Client, url: str, transport: Transport) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.get(url, transport=transport)
    return caught.value


# ------------------------------------------------------------------------------------------------ headers and cookies


async def test_headers_cookies_and_user_agent_are_sent_as_they_were_given(client: Client) -> None:
    with Internet({"/feed": FEED}) as site:
        await client.get(site.url("/feed"), transport=SECRET, validators=Validators(etag='"1"'))
        (asked,) = site.requests
        assert asked.header("X-Key") == "abc"
        assert asked.header("Accept-Language") == "fr"
        assert asked.header("Cookie") == "id=1; b=2"
        assert asked.header("User-Agent") == "Mine/1"
        assert asked.header("If-None-Match") == '"1"'


async def test_another_server_gets_none_of_the_secrets(client: Client) -> None:
    with Internet({"/feed": FEED}) as other, Internet() as site:
        site["/feed"] = redirect(other.url("/feed"), 302)
        url = site.url("/feed").replace("//", "//me:pw@")
        for login in ("basic", "digest"):
            await client.get(url, transport=replace(SECRET, login_by=login))
        for asked in other.requests:
            assert {name for name, _ in asked.headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
        assert site.requests[0].header("Cookie") == "id=1; b=2"
        assert str(site.requests[0].header("Authorization")).startswith("Basic ")


async def test_a_way_back_home_has_the_secrets_again_and_cookies_of_servers_are_never_kept(client: Client) -> None:
    with Internet() as other, Internet({"/feed": Reply(FEED, headers=(("Set-Cookie", "evil=1"),))}) as site:
        other["/away"] = redirect(site.url("/feed"), 302, ("Set-Cookie", "other=1"))
        site["/start"] = redirect(other.url("/away"), 302, ("Set-Cookie", "mine=1"))
        await client.get(site.url("/start"), transport=SECRET)
        assert [asked.header("Cookie") for asked in site.requests] == ["id=1; b=2", "id=1; b=2"]
        assert other.requests[0].header("Cookie") is None


async def test_a_header_of_ones_own_takes_the_place_of_ours(client: Client) -> None:
    with Internet({"/feed": FEED}) as site:
        transport = Transport(headers=(("accept", "text/xml"), ("Authorization", "Bearer abc")))
        await client.get(site.url("/feed"), transport=transport)
        names = [name.lower() for name, _ in site.requests[0].headers]
        assert names.count("accept") == 1
        assert site.requests[0].header("Accept") == "text/xml"
        assert site.requests[0].header("Authorization") == "Bearer abc"


REFUSED_HEADERS = [
    ("Host", "inside.example"),
    ("Content-Length", "5"),
    ("Transfer-Encoding", "chunked"),
    ("Connection", "close"),
    ("Proxy-Authorization", "Basic eA=="),
    ("Accept-Encoding", "klingon"),
    ("If-None-Match", '"x"'),
    ("Range", "bytes=0-1"),
    ("Cookie", "a=b"),
    ("User-Agent", "x"),
    ("Upgrade", "h2c"),
    ("TE", "trailers"),
    ("Expect", "100-continue"),
    ("Sec-Fetch-Site", "none"),
    ("X-A", "1\r\nX-B: 2"),
    ("X-A", "1\nX-B: 2"),
    ("X-A", "1\r2"),
    ("X-A", "1\x002"),
    ("X-A", "1\x852"),
    ("X-A", "\ud800"),
    ("X-A", ""),
    ("X-A", " padded "),
    ("X-A\r\nX-B", "1"),
    ("X A", "1"),
    ("X-A:", "1"),
    ("", "1"),
    ("X-é", "1"),
    ("X-A", "a" * 9_000),
]


@pytest.mark.parametrize(("name", "value"), REFUSED_HEADERS)
def test_a_header_that_would_change_the_request_is_refused(name: str, value: str) -> None:
    with pytest.raises(FetchError) as caught:
        check(Transport(headers=((name, value),)), has_login=False)
    assert (caught.value.code, caught.value.detail) == ("fetch.bad_transport", "headers")


@pytest.mark.parametrize(
    ("transport", "field"),
    [
        (Transport(user_agent="a\r\nX-B: 2"), "user_agent"),
        (Transport(user_agent="a" * 600), "user_agent"),
        (Transport(cookies="a=b\r\nX-B: 2"), "cookies"),
        (Transport(cookies="a" * 9_000), "cookies"),
        (Transport(body="a=b"), "body"),
        (Transport(method="POST", body="x" * 200_000), "body"),
        (Transport(method="POST", body_type="text/plain\r\nX: 1"), "body_type"),
        (Transport(method="POST", body_type="json"), "body_type"),
        (Transport(timeout=0.0), "timeout"),
        (Transport(timeout=900.0), "timeout"),
        (Transport(timeout=float("nan")), "timeout"),
        (Transport(max_redirects=11), "max_redirects"),
        (Transport(max_redirects=-1), "max_redirects"),
        (Transport(authority="no certificate"), "authority"),
        (Transport(authority="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), "authority"),
        (Transport(headers=tuple((f"X-{n}", "1") for n in range(31))), "headers"),
    ],
)
def test_what_cannot_be_sent_is_named(transport: Transport, field: str) -> None:
    with pytest.raises(FetchError) as caught:
        check(transport, has_login=False)
    assert (caught.value.code, caught.value.detail) == ("fetch.bad_transport", field)


def test_a_login_and_a_header_of_ones_own_that_does_the_same_do_not_go_together() -> None:
    bearer = Transport(headers=(("Authorization", "Bearer abc"),))
    check(bearer, has_login=False)
    with pytest.raises(FetchError):
        check(bearer, has_login=True)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_refused_or_safe(name: str, value: str, cookies: str, agent: str) -> None:
    transport = Transport(headers=((name, value),), cookies=cookies, user_agent=agent)
    try:
        check(transport, has_login=False)
    except FetchError:
        return
    for text in (name, value, cookies, agent):
        assert not re.search(r"[\r\n\0]", text)
        text.encode()


# ------------------------------------------------------------------------------------------------ digest


def digested(text: str, algorithm: str) -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


def guarded(password: str, *, nonces: list[str], algorithm: str = "SHA-256") -> Page:
    """A page behind RFC 7616: every request is checked by the server's own arithmetic."""
    name = algorithm.replace("-", "").lower()

    def page(asked: Asked) -> Reply:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', asked.header("Authorization") or ""))
        challenge = f'Digest realm="feeds", nonce="{nonces[-1]}", qop="auth", algorithm={algorithm}'
        refusal = Reply(b"no", status=401, headers=(("WWW-Authenticate", challenge),))
        if given.get("nonce") != nonces[-1]:
            return refusal
        first = digested(f"anna:feeds:{password}", name)
        second = digested(f"{asked.method}:{asked.path}", name)
        wanted = digested(f"{first}:{given['nonce']}:{given['nc']}:{given['cnonce']}:auth:{second}", name)
        return Reply(FEED) if given.get("response") == wanted else refusal

    return page


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_digest_is_answered_and_the_next_request_answers_ahead(client: Client, algorithm: str) -> None:
    nonces = ["abc"]
    with Internet({"/feed": guarded("s:cret", nonces=nonces, algorithm=algorithm)}) as site:
        url = site.url("/feed").replace("//", "//anna:s%3Acret@")
        transport = Transport(login_by="digest")
        for count in (2, 3):
            assert (await client.get(url, transport=transport)).body == FEED
            assert len(site.requests) == count
        nonces.append("new")
        assert (await client.get(url, transport=transport)).body == FEED
        assert len(site.requests) == 5
        assert not any("cret" in str(asked.header("Authorization")) for asked in site.requests)


async def test_a_wrong_password_is_said_after_two_requests(client: Client) -> None:
    with Internet({"/feed": guarded("right", nonces=["abc"])}) as site:
        error = await failure(client, site.url("/feed").replace("//", "//anna:wrong@"), Transport(login_by="digest"))
        assert error.code == "fetch.unauthorized"
        assert len(site.requests) == 2


@pytest.mark.parametrize(
    "challenge",
    ["Digest", 'Digest realm="x"', 'Digest realm="x", nonce=""', 'Digest nonce="a", algorithm=ROT13', "Basic"],
)
async def test_a_challenge_that_makes_no_sense_is_the_feeds_failure(client: Client, challenge: str) -> None:
    reply = Reply(b"", status=401, headers=(("WWW-Authenticate", challenge),))
    with Internet({"/feed": reply}) as site:
        error = await failure(client, site.url("/feed").replace("//", "//anna:pw@"), Transport(login_by="digest"))
        assert error.code in ("fetch.unauthorized", "fetch.protocol")


# ------------------------------------------------------------------------------------------------ POST


async def test_a_feed_that_is_asked_for_with_a_post(client: Client) -> None:
    body = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(FEED), FEED)
    posted: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        posted.append(await reader.readexactly(11))
        await says(body)(reader, writer)

    with Wire(script) as wire:
        transport = Transport(method="POST", body='{"query":1}', body_type="application/json")
        answer = await client.get(wire.url("/q"), transport=transport, validators=Validators(etag='"1"'))
        assert answer.body == FEED
        assert posted == [b'{"query":1}']
        head = wire.heads[0].decode()
        assert head.startswith("POST /q HTTP/1.1")
        assert "Content-Type: application/json" in head
        assert "If-None-Match" not in head


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_a_redirected_post_keeps_its_method_or_becomes_a_get(client: Client, status: int, method: str) -> None:
    with Internet({"/q": redirect("/feed", status), "/feed": FEED}) as site:
        await client.get(site.url("/q"), transport=Transport(method="POST", body="a=b"))
        assert [asked.method for asked in site.requests] == ["POST", method]


@pytest.mark.parametrize("status", [307, 308])
async def test_what_is_posted_goes_to_no_other_server(client: Client, status: int) -> None:
    with Internet({"/feed": FEED}) as other, Internet() as site:
        site["/q"] = redirect(other.url("/feed"), status)
        assert (await failure(client, site.url("/q"), Transport(method="POST", body="a=b"))).code == "fetch.redirects"
        assert other.requests == []


# ------------------------------------------------------------------------------------------------ limits


async def test_fewer_redirects_when_somebody_wants_so(client: Client) -> None:
    with Internet({"/a": redirect("/b"), "/b": redirect("/c"), "/c": FEED}) as site:
        assert (await client.get(site.url("/a"), transport=Transport(max_redirects=2))).body == FEED
        for most in (0, 1):
            assert (await failure(client, site.url("/a"), Transport(max_redirects=most))).code == "fetch.redirects"


async def test_more_or_less_time_when_somebody_wants_so() -> None:
    hurried = replace(LOOPBACK, fetch_timeout=1)
    with Internet({"/slow": Reply(FEED, delay=1.5)}) as site:
        async with Client(hurried, version="1", patience=Patience(first_byte=0.5)) as client:
            assert (await client.get(site.url("/slow"), transport=Transport(timeout=60.0))).body == FEED
            assert (await failure(client, site.url("/slow"), Transport())).code == "fetch.timeout"
        async with Client(LOOPBACK, version="1") as client:
            assert (await failure(client, site.url("/slow"), Transport(timeout=1.0))).code == "fetch.timeout"


# ------------------------------------------------------------------------------------------------ TLS


async def test_a_certificate_of_ones_own_is_trusted_where_it_was_given_for(identity: Identity) -> None:
    with Internet({"/feed": FEED}, tls=identity.server) as site, Internet({"/": FEED}, tls=identity.server) as other:
        site["/away"] = redirect(other.url("/"), 302)
        async with Client(LOOPBACK, version="1") as client:
            for transport in (Transport(authority=identity.pem), Transport(tls="any")):
                assert (await client.get(site.url("/feed"), transport=transport)).body == FEED
                assert (await failure(client, site.url("/away"), transport)).code == "fetch.tls"
                # the connection that was not checked, or by other rules, is no way in for others
                assert (await failure(client, site.url("/feed"), Transport())).code == "fetch.tls"


# ------------------------------------------------------------------------------------------------ proxies


class Proxy:
    """A small HTTP proxy: absolute addresses and CONNECT, to any port of loopback. ``heads`` is what it was sent."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.address = ""
        self.serving: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        method, target, _ = head.split(" ", 2)
        port = int(re.findall(r":(\d+)", target)[-1])
        there, back = await asyncio.open_connection("127.0.0.1", port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            path = "/" + target.split("/", 3)[3]
            rest = "".join(line + "\r\n" for line in head.split("\r\n")[1:-2] if not line.startswith("Proxy-"))
            back.write(f"{method} {path} HTTP/1.1\r\n{rest}Connection: close\r\n\r\n".encode())
        await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def proxied(
    settings: Settings = LOOPBACK, tls: ssl.SSLContext | None = None, trusted: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Proxy, Client]]:
    """A proxy (over TLS, with ``tls``), and a client that may use it; ``trusted`` is whom the client trusts."""
    proxy = Proxy()
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0, ssl=tls)
    proxy.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    allowed = (proxy.address.replace("//", "//anna:pw@"),)
    async with Client(replace(settings, proxies=allowed), version="1", tls=trusted) as client:
        yield proxy, client
    server.close()
    await asyncio.gather(*proxy.serving)
    await server.wait_closed()


async def test_a_feed_comes_through_a_proxy_that_the_administrator_allows() -> None:
    with Internet({"/feed": FEED}) as site:
        async with proxied() as (proxy, client):
            assert (await client.get(site.url("/feed"), transport=Transport(proxy=proxy.address))).body == FEED
            assert proxy.heads[0].startswith(f"GET {site.url('/feed')} HTTP/1.1")
            assert "Proxy-Authorization: Basic YW5uYTpwdw==" in proxy.heads[0]
            await client.get(site.url("/feed"))
            assert len(proxy.heads) == 1, "who did not ask for it goes straight"
        assert site.requests[0].header("Proxy-Authorization") is None


async def test_https_goes_through_a_tunnel_and_is_checked_at_its_end(identity: Identity) -> None:
    with Internet({"/feed": FEED}, tls=identity.server) as site:
        async with proxied() as (proxy, client):
            transport = Transport(proxy=proxy.address, authority=identity.pem, cookies="a=b")
            assert (await client.get(site.url("/feed"), transport=transport)).body == FEED
            assert proxy.heads[0].startswith("CONNECT ")
            assert "Cookie" not in proxy.heads[0]
            error = await failure(client, site.url("/feed"), Transport(proxy=proxy.address))
            assert error.code == "fetch.tls"


async def _over_tls(identity: Identity, site: Internet) -> None:
    async with proxied(tls=identity.server, trusted=identity.client) as (proxy, client):
        for _ in range(2):
            answer = await client.get(site.url("/feed"), transport=Transport(proxy=proxy.address, cookies="a=b"))
            assert answer.body == FEED
        assert len(proxy.heads) == 1 or not site.origin.startswith("https"), "the tunnel is used again"
        assert "Proxy-Authorization: Basic YW5uYTpwdw==" in proxy.heads[0]
        assert ("Cookie" in proxy.heads[0]) is not site.origin.startswith("https")
        assert site.requests[0].header("Proxy-Authorization") is None


@pytest.mark.parametrize("is_secure", [False, True])
@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_proxy_can_be_reached_over_tls(
    identity: Identity, is_secure: bool, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    site = Internet({"/feed": FEED}, tls=identity.server if is_secure else None)
    with site, asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_over_tls(identity, site))


async def test_a_proxy_over_tls_is_checked_whatever_is_said_of_the_feeds_server(identity: Identity) -> None:
    with Internet({"/feed": FEED}, tls=identity.server) as site:
        async with proxied(tls=identity.server) as (proxy, client):
            for transport in (Transport(tls="any"), Transport(authority=identity.pem)):
                error = await failure(client, site.url("/feed"), replace(transport, proxy=proxy.address))
                assert (error.code, "certificate" in error.detail) == ("fetch.proxy", True)
            assert proxy.heads == []
        assert site.requests == []


async def test_behind_a_proxy_over_tls_the_feeds_server_is_checked_too(identity: Identity) -> None:
    with Internet({"/feed": FEED}, tls=identity.server) as site:
        async with proxied(tls=identity.server, trusted=identity.client) as (proxy, client):
            named = f"https://feeds.example.org:{site.port}/feed"
            error = await failure(client, named, Transport(proxy=proxy.address))
            assert (error.code, "certificate" in error.detail) == ("fetch.tls", True)
            anything = Transport(proxy=proxy.address, tls="any")
            assert (await client.get(named, transport=anything)).body == FEED


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 407 Log in\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"x" * 100_000,
        b"SSH-2.0-x\r\n\r\n",
        b"\0\xff\r\n\r\n",
    ],
)
async def test_a_proxy_over_tls_that_makes_no_sense_is_the_proxys_failure(identity: Identity, said: bytes) -> None:
    serving: list[asyncio.Task[None]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(
        lambda reader, writer: serving.append(asyncio.create_task(answer(reader, writer))),
        "127.0.0.1",
        0,
        ssl=identity.server,
    )
    proxy = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with Client(replace(LOOPBACK, proxies=(proxy,)), version="1", tls=identity.client) as client:
        error = await failure(client, "https://feeds.example.org/", Transport(proxy=proxy))
        assert error.code == "fetch.proxy"
    server.close()
    await asyncio.gather(*serving)
    await server.wait_closed()


async def test_a_proxy_inside_needs_no_open_network_and_opens_none() -> None:
    """The administrator named the proxy; feeds may still not reach what is inside, through it or past it."""
    closed = replace(LOOPBACK, allowed_networks=())
    with Internet({"/feed": FEED}) as site:
        async with proxied(closed) as (proxy, client):
            named = f"http://feeds.example.org:{site.port}/feed"
            assert (await client.get(named, transport=Transport(proxy=proxy.address))).body == FEED
            for url in (site.url("/feed"), f"http://localhost:{site.port}/feed", "http://[::1]/", "http://router/"):
                error = await failure(client, url, Transport(proxy=proxy.address))
                assert error.code == "fetch.forbidden_address"
            assert (await failure(client, site.url("/feed"), Transport())).code == "fetch.forbidden_address"
            assert len(proxy.heads) == 1


async def test_a_proxy_that_is_not_allowed_or_not_there_is_said() -> None:
    gone = "http://127.0.0.1:9"
    with Internet({"/feed": FEED}) as site:
        async with Client(replace(LOOPBACK, proxies=(gone,)), version="1") as client:
            for proxy in (gone, "http://127.0.0.1:8", site.origin):
                assert (await failure(client, site.url("/feed"), Transport(proxy=proxy))).code == "fetch.proxy"
        assert site.requests == []


def test_proxies_are_settings() -> None:
    settings = load({"DATELINE_PROXIES": "http://anna:pw@10.0.0.1:3128, http://proxy.example:8080"})
    assert [proxy_name(proxy) for proxy in settings.proxies] == ["http://10.0.0.1:3128", "http://proxy.example:8080"]
