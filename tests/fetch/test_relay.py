"""The relay hands media on as they come: guarded, bounded, only media, without a word of the reader."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from tests.fetch.conftest import ScriptedResolver
from tests.fetch.test_socks import CLOSED, Socks
from tests.internet import LOOPBACK, Internet, Reply, Wire, redirect, says

from dateline.errors import FetchError
from dateline.fetch import relay as relaying
from dateline.fetch.relay import Relay
from dateline.fetch.transport import Transport
from dateline.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with Relay(LOOPBACK, version="1.2") as ready:
        yield ready


async def fetched(relay: Relay, url: str, wanted_range: str | None = None) -> tuple[int, str, bytes]:
    async with relay.opened(url, wanted_range=wanted_range) as relayed:
        return relayed.status, relayed.content_type, b"".join([piece async for piece in relayed.pieces])


async def refusal(relay: Relay, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        await fetched(relay, url)
    return caught.value.code


async def test_a_picture_comes_as_it_is_and_its_host_learns_nothing_of_the_reader(relay: Relay) -> None:
    with Internet({"/a.png": Reply(PNG, content_type="image/png", chunks=5)}) as internet:
        assert await fetched(relay, internet.url("/a.png")) == (200, "image/png", PNG)
        (asked,) = internet.asked("/a.png")
    assert (asked.header("User-Agent") or "").startswith("Dateline/1.2 (+")
    assert {name.lower() for name, _ in asked.headers} == {"host", "user-agent", "accept", "accept-encoding"}


async def test_redirects_are_followed_but_not_into_networks_that_are_closed() -> None:
    with Internet({"/a": redirect("/b.png", 302), "/b.png": Reply(PNG, content_type="image/png")}) as internet:
        async with Relay(LOOPBACK, version="1") as relay:
            assert (await fetched(relay, internet.url("/a")))[2] == PNG
        async with Relay(Settings(), version="1") as relay:
            assert await refusal(relay, internet.url("/b.png")) == "fetch.forbidden_address"
            assert internet.asked("/b.png")[1:] == []


async def test_a_name_that_points_home_is_refused() -> None:
    names = ScriptedResolver(lambda host, times: ["127.0.0.1"])
    async with Relay(Settings(), version="1", resolver=names) as relay:
        assert await refusal(relay, "http://pictures.example/a.png") == "fetch.forbidden_address"


@pytest.mark.parametrize(
    ("body", "said", "is_taken_for"),
    [
        (PNG, "image/png; charset=binary", "image/png"),
        (PNG, "application/octet-stream", "image/png"),
        (b"\xff\xd8\xff\xe0", None, "image/jpeg"),
        (b"ID3\4", "application/octet-stream", "audio/mpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image/svg+xml"),
    ],
)
async def test_what_it_is_is_told_by_its_type_or_its_first_bytes(
    relay: Relay, body: bytes, said: str | None, is_taken_for: str
) -> None:
    with Internet({"/a": Reply(body, content_type=said)}) as internet:
        assert (await fetched(relay, internet.url("/a")))[1] == is_taken_for


@pytest.mark.parametrize("said", ["text/html", "application/json", "text/javascript", "image/png\u00e9"])
async def test_what_is_no_media_is_not_handed_on(relay: Relay, said: str) -> None:
    with Internet({"/a": Reply(b"<script>alert(1)</script>", content_type=said)}) as internet:
        assert await refusal(relay, internet.url("/a")) == "fetch.not_media"


@pytest.mark.parametrize(("status", "code"), [(404, "fetch.not_found"), (500, "fetch.server_error")])
async def test_a_refusal_keeps_its_code(relay: Relay, status: int, code: str) -> None:
    with Internet({"/a": status}) as internet:
        assert await refusal(relay, internet.url("/a")) == code


async def test_too_much_is_refused_when_announced_and_cut_when_not(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "MAX_PICTURE_BYTES", 100_000)
    with Internet(
        {"/said": Reply(PNG, content_type="image/png"), "/unsaid": Reply(PNG, content_type="image/png", chunks=9)}
    ) as internet:
        assert await refusal(relay, internet.url("/said")) == "fetch.too_large"
        assert await refusal(relay, internet.url("/unsaid")) == "fetch.too_large"


async def test_a_part_is_asked_for_as_the_browser_wants_it_and_nonsense_is_not(relay: Relay) -> None:
    head = b"HTTP/1.1 206 Partial\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes 2-4/9\r\n"
    with Wire(says(head + b"Content-Length: 3\r\n\r\nabc")) as wire:
        async with relay.opened(wire.url("/a.mp3"), wanted_range="bytes=2-4") as relayed:
            assert (relayed.status, relayed.headers["content-range"]) == (206, "bytes 2-4/9")
    with Internet({"/a": Reply(PNG, content_type="image/png")}) as internet:
        await fetched(relay, internet.url("/a"), "bytes=0-1\r\nX: y")
        assert internet.asked("/a")[0].header("Range") is None


@pytest.mark.parametrize("value", [b"\xff\xfe", "\u2603".encode(), b"a\x01b", b"x" * 300])
async def test_a_header_that_cannot_be_passed_on_is_left_out(relay: Relay, value: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nAccept-Ranges: bytes\r\nLast-Modified: " + value
    with Wire(says(head + b"\r\nContent-Length: 8\r\n\r\n" + PNG[:8])) as wire:
        async with relay.opened(wire.url("/a.png")) as relayed:
            assert dict(relayed.headers) == {"content-length": "8", "accept-ranges": "bytes"}


async def test_an_answer_that_breaks_off_is_an_error_not_a_shorter_picture(relay: Relay) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 900000\r\n\r\n"
    with Wire(says(head + PNG)) as wire:
        assert await refusal(relay, wire.url("/a.png")) == "fetch.truncated"


async def test_many_wait_for_their_turn_and_all_arrive(relay: Relay) -> None:
    with Internet({"/a": Reply(PNG, content_type="image/png", delay=0.01)}) as internet:
        got = await asyncio.gather(*(fetched(relay, internet.url("/a")) for _ in range(100)))
    assert {body for _, _, body in got} == {PNG}


async def test_an_onion_picture_comes_through_the_proxy_that_looks_its_name_up() -> None:
    socks = Socks()
    server = await asyncio.start_server(socks.accept, "127.0.0.1", 0)
    tor = f"socks5h://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    names = ScriptedResolver(lambda host, times: ["127.0.0.1"])
    with Internet({"/a.png": Reply(PNG, content_type="image/png")}) as internet:
        settings = replace(CLOSED, proxies=(tor,))
        async with Relay(settings, version="1", resolver=names) as relay:
            transport = Transport(proxy=tor, user_agent="Visitor/1", cookies="session=1", headers=(("X-Key", "abc"),))
            url = f"http://pictures.onion:{internet.port}/a.png"
            async with relay.opened(url, transport=transport) as relayed:
                assert b"".join([piece async for piece in relayed.pieces]) == PNG
        (asked,) = internet.requests
    assert socks.asked == [(5, "pictures.onion", "")]
    assert {name for name, _ in asked.headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert asked.header("User-Agent") == "Visitor/1"
    server.close()
    await asyncio.gather(*socks.serving)


async def test_a_proxy_is_no_way_into_networks_that_are_closed() -> None:
    with Internet({"/a.png": redirect("http://127.0.0.1:1/b.png", 302)}) as internet:
        there = "http://pictures.example/a.png"
        internet[there] = redirect("http://127.0.0.1:1/b.png", 302)
        settings = Settings(proxies=(internet.origin,))
        async with Relay(settings, version="1") as relay:
            for url, asked in ((internet.url("/a.png"), 0), (there, 1)):
                with pytest.raises(FetchError) as caught:
                    async with relay.opened(url, transport=Transport(proxy=internet.origin)):
                        pass
                assert caught.value.code == "fetch.forbidden_address"
                assert len(internet.requests) == asked
            assert await refusal(relay, internet.url("/a.png")) == "fetch.forbidden_address", "nor for who goes without"
            with pytest.raises(FetchError) as caught:
                async with relay.opened(there, transport=Transport(proxy="http://127.0.0.1:2")):
                    pass
            assert caught.value.code == "fetch.proxy", "it is none of the administrator's"
