"""Feeds through SOCKS proxies: every kind, with a login and without; what the proxy is told, and what it may not be."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp.abc import AbstractResolver
from msgspec.structs import replace
from tests.fetch.conftest import Identity, ScriptedResolver
from tests.internet import LOOPBACK, Internet, redirect, rss

from dateline.errors import FetchError, SettingsError
from dateline.fetch import Client
from dateline.fetch.body import Patience
from dateline.fetch.transport import Transport, proxy_name
from dateline.settings import Settings, load

FEED = rss("One", "First")
KINDS = ["socks4", "socks4a", "socks5", "socks5h"]
CLOSED = replace(LOOPBACK, allowed_networks=())


class Socks:
    """A SOCKS server, every version of it, that knows one address: whatever it is asked for is the site's port.

    ``asked`` is what it was told: (version, what stands for the host, user). ``instead`` answers in its place.
    """

    def __init__(self, password: str = "") -> None:
        self.asked: list[tuple[int, str, str]] = []
        self.password = password
        self.port = 0
        self.instead: bytes | None = None
        self.is_silent = False
        self.serving: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            version = (await reader.readexactly(1))[0]
            if self.is_silent:
                await reader.read()
            elif self.instead is not None:
                writer.write(self.instead)
                writer.write_eof()
            elif port := await (self._four(reader, writer) if version == 4 else self._five(reader, writer)):
                there, back = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer))
        await _closed(writer)

    async def _four(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        _, port, number = struct.unpack("!BH4s", await reader.readexactly(7))
        user = (await reader.readuntil(b"\0"))[:-1].decode()
        host = socket.inet_ntoa(number)
        if host == "0.0.0.1":
            host = (await reader.readuntil(b"\0"))[:-1].decode()
        self.asked.append((4, host, user))
        writer.write(struct.pack("!BBH4s", 0, 90, port, number))
        return int(port)

    async def _five(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        wanted = 2 if self.password else 0
        writer.write(bytes([5, wanted if wanted in methods else 255]))
        user = password = ""
        if wanted:
            await reader.readexactly(1)
            user = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            writer.write(bytes([1, password != self.password]))
        kind = (await reader.readexactly(4))[3]
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        address = await reader.readexactly(size)
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        families = {1: socket.AF_INET, 4: socket.AF_INET6}
        host = socket.inet_ntop(families[kind], address) if kind in families else address.decode()
        self.asked.append((5, host, user))
        # the address it went out from is a name here: its length is not that of a number
        writer.write(b"\x05\x00\x00\x03\x04proxy"[:-1] + b"\0\0")
        return int(port)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def proxied(
    kind: str,
    *,
    password: str = "",
    settings: Settings = LOOPBACK,
    resolver: AbstractResolver | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[tuple[Socks, Client, Transport]]:
    """A proxy, a client that may use it, and the wish to."""
    proxy = Socks(password)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    address = f"{kind}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    allowed = (address.replace("//", f"//anna:{password}@") if password else address,)
    async with Client(replace(settings, proxies=allowed), version="1", resolver=resolver, patience=patience) as client:
        yield proxy, client, Transport(proxy=address)
    server.close()
    await asyncio.gather(*proxy.serving)
    await server.wait_closed()


async def failure(client: Client, url: str, transport: Transport) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.get(url, transport=transport)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
async def test_a_feed_comes_through_every_kind_of_proxy(kind: str) -> None:
    resolver = ScriptedResolver(lambda host, nth: ["127.0.0.1"])
    with Internet({"/feed": FEED}) as site:
        async with proxied(kind, resolver=resolver) as (proxy, client, transport):
            url = f"http://feeds.example.org:{site.port}/feed"
            assert (await client.get(url, transport=transport)).body == FEED
            is_remote = kind in ("socks4a", "socks5h")
            assert proxy.asked == [(int(kind[5]), "feeds.example.org" if is_remote else "127.0.0.1", "")]
            assert site.requests[0].path == "/feed"
            assert site.requests[0].header("Host") == f"feeds.example.org:{site.port}"
            await client.get(url, transport=transport)
            assert len(proxy.asked) == 1, "the connection is used again"
            await client.get(site.url("/feed"))
            assert len(proxy.asked) == 1, "who did not ask for it goes straight"
    assert ("feeds.example.org" in resolver.asked) is not is_remote


@pytest.mark.parametrize("kind", KINDS)
async def test_https_is_checked_at_the_tunnels_end(kind: str, identity: Identity) -> None:
    with Internet({"/feed": FEED}, tls=identity.server) as site:
        async with proxied(kind) as (_, client, transport):
            trusting = replace(transport, authority=identity.pem)
            assert (await client.get(site.url("/feed"), transport=trusting)).body == FEED
            assert (await failure(client, site.url("/feed"), transport)).code == "fetch.tls"


async def test_the_administrators_login_is_sent() -> None:
    with Internet({"/feed": FEED}) as site:
        async with proxied("socks5h", password="p%20w") as (proxy, client, transport):
            proxy.password = "p w"
            assert (await client.get(site.url("/feed"), transport=transport)).body == FEED
            assert proxy.asked == [(5, "127.0.0.1", "anna")]
            proxy.password = "another"
            error = await failure(client, f"http://b.example.org:{site.port}/feed", transport)
            assert (error.code, "refuses the login" in error.detail) == ("fetch.proxy", True)
        async with proxied("socks5") as (proxy, client, transport):
            proxy.password = "secret"
            assert (await failure(client, site.url("/feed"), transport)).code == "fetch.proxy"


@pytest.mark.parametrize("kind", ["socks4a", "socks5h"])
async def test_a_name_that_is_looked_up_behind_the_proxy_opens_nothing_inside(kind: str) -> None:
    with Internet({"/feed": FEED}) as site:
        async with proxied(kind, settings=CLOSED) as (proxy, client, transport):
            named = f"http://feeds.example.org:{site.port}/feed"
            assert (await client.get(named, transport=transport)).body == FEED
            for url in (site.url("/feed"), f"http://localhost:{site.port}/", "http://[::1]/", "http://router/"):
                assert (await failure(client, url, transport)).code == "fetch.forbidden_address"
            assert len(proxy.asked) == 1


@pytest.mark.parametrize("kind", ["socks4", "socks5"])
async def test_a_number_that_the_proxy_is_told_is_seen_by_the_guard_each_time(kind: str) -> None:
    """Whatever the name server says the second time, and wherever a redirect leads."""
    inside = replace(LOOPBACK, allowed_networks=load({"DATELINE_ALLOWED_NETWORKS": "127.0.0.2/32"}).allowed_networks)
    names = {"127.0.0.1": ["127.0.0.1"], "good.example.org": ["127.0.0.2"]}
    resolver = ScriptedResolver(lambda host, nth: names.get(host, ["10.0.0.1"]))
    with Internet({"/feed": FEED}) as site:
        site["/away"] = redirect(f"http://bad.example.org:{site.port}/feed", 302)
        site["/number"] = redirect("http://169.254.169.254/feed", 302)
        async with proxied(kind, settings=inside, resolver=resolver) as (proxy, client, transport):
            good = f"http://good.example.org:{site.port}"
            assert (await client.get(good + "/feed", transport=transport)).body == FEED
            for url in (good + "/away", good + "/number", f"http://bad.example.org:{site.port}/feed"):
                assert (await failure(client, url, transport)).code == "fetch.forbidden_address"
            assert {host for _, host, _ in proxy.asked} == {"127.0.0.2"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "answer", [b"", b"\x05", b"\x05\xff", b"HTTP/1.1 400 Bad", b"\x00\x5b" + b"\0" * 6, b"\x05\x00\x05\x05"]
)
async def test_a_proxy_that_refuses_or_speaks_nonsense_is_said(kind: str, answer: bytes) -> None:
    with Internet({"/feed": FEED}) as site:
        async with proxied(kind) as (proxy, client, transport):
            proxy.instead = answer
            assert (await failure(client, site.url("/feed"), transport)).code == "fetch.proxy"
        assert site.requests == []


async def test_a_proxy_that_says_nothing_is_given_up() -> None:
    patience = Patience(connect=0.05, first_byte=0.05)
    async with proxied("socks5", patience=patience) as (proxy, client, transport):
        proxy.is_silent = True
        assert (await failure(client, "http://127.0.0.1:9/", transport)).code == "fetch.timeout"
        assert proxy.asked == []


async def test_a_proxy_that_is_not_there_or_not_allowed_is_said() -> None:
    gone = "socks5h://127.0.0.1:9"
    async with Client(replace(LOOPBACK, proxies=(gone,)), version="1") as client:
        for proxy in (gone, "socks5h://127.0.0.1:8"):
            assert (await failure(client, "http://a.example.org/", Transport(proxy=proxy))).code == "fetch.proxy"


@pytest.mark.parametrize("kind", ["socks4", "socks4a"])
async def test_socks_4_takes_the_address_that_it_knows_or_says_so(kind: str) -> None:
    resolver = ScriptedResolver(lambda host, nth: ["127.0.0.1"] if host == "127.0.0.1" else ["::1", "127.0.0.1"])
    with Internet({"/feed": FEED}) as site:
        async with proxied(kind, resolver=resolver) as (proxy, client, transport):
            error = await failure(client, f"http://[::1]:{site.port}/feed", transport)
            assert (error.code, "IPv6" in error.detail) == ("fetch.proxy", True)
            assert proxy.asked == []
            url = f"http://both.example.org:{site.port}/feed"
            assert (await client.get(url, transport=transport)).body == FEED


def test_socks_proxies_are_settings() -> None:
    said = ", ".join(f"{kind}://u:p@127.0.0.1:9050" for kind in KINDS)
    assert [proxy_name(proxy) for proxy in load({"DATELINE_PROXIES": said}).proxies] == [
        f"{kind}://127.0.0.1:9050" for kind in KINDS
    ]
    for wrong in ("socks://127.0.0.1:1", "socks5://127.0.0.1", "socks5h://127.0.0.1:1/x"):
        with pytest.raises(SettingsError):
            load({"DATELINE_PROXIES": wrong})
