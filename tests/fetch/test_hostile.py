"""Servers that misbehave: bounded time, bounded memory, and always an error with a code."""

import asyncio
import gzip
import resource

import pytest
from msgspec.structs import replace
from tests.fetch.conftest import Identity, ScriptedResolver
from tests.fetch.test_encoding import bomb
from tests.internet import LOOPBACK, Internet, Reply, Script, Wire, compressed, endless, rss, says, silent, slams

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.body import Patience
from dateline.settings import Settings

BODY = rss("One", "First", "Second")
OK = b"HTTP/1.1 200 OK\r\n"
SHORT = replace(LOOPBACK, fetch_timeout=20.0)


async def failure(script: Script, settings: Settings = SHORT, patience: Patience | None = None) -> FetchError:
    with Wire(script) as wire:
        async with Client(settings, version="1", patience=patience) as client:
            with pytest.raises(FetchError) as caught:
                await client.get(wire.url("/feed"))
        assert caught.value.final_url == wire.url("/feed")
        assert len(wire.heads) == 1
    return caught.value


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (OK + b"Content-Length: 100\r\n\r\n" + BODY[:50], "fetch.truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "fetch.truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "fetch.truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\nhello\r\n", "fetch.protocol"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + compressed(BODY, "gzip")[:-4], "fetch.truncated"),
        (OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00garbage garbage garbage garbage", "fetch.encoding"),
        (OK + b"Content-Encoding: lzma\r\n\r\n\xfd7zXZ\x00\x00\x04garbage garbage", "fetch.encoding"),
        (OK + b"Content-Encoding: gzip, gzip, gzip\r\n\r\nxxx", "fetch.encoding"),
        (OK + b"Content-Length: 99999999999999999999\r\n\r\n", "fetch.protocol"),
        (OK + b"Content-Length: 999999999999999\r\n\r\n", "fetch.too_large"),
        (OK + b"Content-Length: 5\r\n\r\nmore than was announced", "fetch.protocol"),
        (OK + b"Content-Length: -5\r\n\r\nhello", "fetch.protocol"),
        (OK + b"Content-Length: five\r\n\r\nhello", "fetch.protocol"),
        (OK + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n", "fetch.protocol"),
        (OK + b"X-Some: " + b"a" * 1_000 + b"\r\nX-Some: " + b"a" * 16_000 + b"\r\n\r\n", "fetch.protocol"),
        (OK + b"X: y\r\n" * 5_000 + b"\r\n", "fetch.protocol"),
        (OK + b"ETag: a\x00b\r\nContent-Length: 0\r\n\r\n", "fetch.protocol"),
        (b"HTTP/1.1 200 " + b"O" * 20_000 + b"\r\n\r\n", "fetch.protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "fetch.protocol"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "fetch.protocol"),
        (b"<html>no headers at all</html>", "fetch.protocol"),
        (b"HTTP/9.9 abc\r\n\r\n", "fetch.protocol"),
        (b"HTTP/1.1 099 Low\r\n\r\n", "fetch.unexpected_status"),
        (b"", "fetch.connect"),
        (b"HTTP/1.1 200", "fetch.connect"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, "fetch.connect"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "fetch.unexpected_status"),
    ],
)
async def test_a_broken_answer_is_an_error_with_its_code(wire: bytes, code: str) -> None:
    assert (await failure(says(wire))).code == code


@pytest.mark.parametrize(
    "wire",
    [
        OK + b"\r\n" + BODY,
        OK + b"Content-Encoding: gzip\r\n\r\n" + BODY,
        OK + b"Content-Encoding: utf-8\r\n\r\n" + BODY,
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY[:99]) + gzip.compress(BODY[99:]),
        OK + b"Content-Encoding: gzip\r\nContent-Encoding: br\r\n\r\n" + compressed(compressed(BODY, "gzip"), "br"),
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 200\r\n\r\n" + BODY,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"\r\n" + BODY,
        OK + b'X-Bytes: \xff\xfe\r\nETag: "\xff"\r\nContent-Type: text/xml\xff\r\n\r\n' + BODY,
    ],
)
async def test_a_sloppy_answer_is_understood(client: Client, wire: bytes) -> None:
    with Wire(says(wire)) as server:
        response = await client.get(server.url())
        assert response.body == BODY
        assert response.content_type in ("", "text/xml")
        assert response.validators.etag is None


async def test_a_body_without_end_is_cut_at_the_limit() -> None:
    small = replace(SHORT, fetch_max_bytes=3_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for head in (OK + b"\r\n", OK + b"Content-Encoding: br\r\n\r\n<rss>"):
        assert (await failure(endless(head, b"<a/>" * 16_384), small)).code == "fetch.too_large"
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    assert (await failure(endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk), small)).code == "fetch.too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_a_bomb_is_cut_at_the_limit(client: Client, coding: str) -> None:
    page = Reply(bomb(coding), headers=(("Content-Encoding", coding),))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Internet({"/": page}) as internet, pytest.raises(FetchError) as caught:
        await client.get(internet.url())
    assert caught.value.code == "fetch.too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


HASTE = Patience(connect=0.2, first_byte=0.2, slow_after=0.2, slowest=1_000)


@pytest.mark.parametrize(
    "script",
    [
        silent,
        says(OK, then="hang"),
        says(OK + b"Content-Length: 100\r\n\r\nhello", then="hang"),
        says(OK + b"X: " + b"y" * 500, every=0.05, at_once=1),  # headers, a byte at a time
        says(OK + b"\r\n" + BODY, every=0.05, at_once=16),  # a body at 320 bytes a second
        says(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, every=0.05, at_once=25),
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 500, every=0.05, at_once=6),
    ],
)
async def test_a_slow_server_is_left_alone_after_a_while(script: Script) -> None:
    assert (await failure(script, patience=HASTE)).code == "fetch.timeout"


async def test_the_whole_time_is_limited_even_when_each_phase_is_quick() -> None:
    async def steady(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 2_000)
            await writer.drain()
            await asyncio.sleep(0.02)

    assert (await failure(steady, replace(LOOPBACK, fetch_timeout=0.3))).code == "fetch.timeout"


async def test_time_is_counted_over_all_redirects() -> None:
    with Internet() as internet:
        for number in range(10):
            internet[f"/{number}"] = Reply(status=302, headers=(("Location", f"/{number + 1}"),), delay=0.1)
        async with Client(replace(LOOPBACK, fetch_timeout=0.35), version="1") as client:
            with pytest.raises(FetchError) as caught:
                await client.get(internet.url("/0"))
        assert caught.value.code == "fetch.timeout"
        assert len(internet.requests) <= 4


async def test_a_slow_but_steady_server_is_read_to_the_end() -> None:
    patience = Patience(connect=5, first_byte=5, slow_after=0.05, slowest=100)
    with Internet({"/": Reply(BODY, chunks=10, pause=0.02)}) as internet:
        async with Client(LOOPBACK, version="1", patience=patience) as client:
            assert (await client.get(internet.url())).body == BODY


async def test_a_server_that_closes_without_a_word_is_asked_once() -> None:
    assert (await failure(slams)).code == "fetch.connect"


async def test_a_port_where_nobody_listens_is_a_connect_error(client: Client) -> None:
    with Internet() as internet:
        url = internet.url()
    with pytest.raises(FetchError) as caught:
        await client.get(url)
    assert caught.value.code == "fetch.connect"


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 63 + ".invalid"])
async def test_a_name_that_is_not_known_is_a_dns_error(host: str) -> None:
    async with Client(LOOPBACK, version="1", resolver=ScriptedResolver(lambda name, nth: [])) as client:
        with pytest.raises(FetchError) as caught:
            await client.get(f"http://{host}/")
    assert caught.value.code == "fetch.dns"


async def test_a_name_server_that_does_not_answer_is_a_timeout() -> None:
    class Hanging(ScriptedResolver):
        async def resolve(self, host: str, port: int = 0, family: object = None) -> list[object]:  # type: ignore[override] # never returns
            await asyncio.sleep(3600)
            return []

    async with Client(LOOPBACK, version="1", resolver=Hanging(lambda name, nth: []), patience=HASTE) as client:
        with pytest.raises(FetchError) as caught:
            await client.get("http://slow.invalid/")
    assert caught.value.code == "fetch.timeout"


async def test_a_certificate_that_nobody_vouches_for_is_a_tls_error(identity: Identity) -> None:
    with Internet({"/": BODY}, tls=identity.server) as internet:
        async with Client(LOOPBACK, version="1") as client:
            with pytest.raises(FetchError) as caught:
                await client.get(internet.url())
        assert caught.value.code == "fetch.tls"
        assert internet.requests == []


async def test_a_certificate_for_another_name_is_a_tls_error(identity: Identity) -> None:
    resolver = ScriptedResolver(lambda name, nth: ["127.0.0.1"])
    with Internet({"/": BODY}, tls=identity.server) as internet:
        async with Client(LOOPBACK, version="1", tls=identity.client, resolver=resolver) as client:
            assert (await client.get(f"https://localhost:{internet.port}/")).body == BODY
            with pytest.raises(FetchError) as caught:
                await client.get(f"https://bank.example:{internet.port}/")
        assert caught.value.code == "fetch.tls"


async def test_a_server_that_speaks_no_tls_is_told_from_a_bad_certificate(client: Client) -> None:
    with Internet({"/": BODY}) as internet, pytest.raises(FetchError) as caught:
        await client.get(internet.url().replace("http:", "https:"))
    assert caught.value.code == "fetch.no_tls"


async def test_a_tls_handshake_that_never_ends_is_a_timeout() -> None:
    with Wire(silent) as wire:
        async with Client(LOOPBACK, version="1", patience=HASTE) as client:
            with pytest.raises(FetchError) as caught:
                await client.get(wire.url().replace("http:", "https:"))
    assert caught.value.code == "fetch.timeout"


async def test_one_bad_server_does_not_disturb_the_others(client: Client) -> None:
    with Internet({"/": BODY}) as good, Wire(endless(OK + b"\r\n", b"x" * 65_536)) as bad, Wire(slams) as worse:
        urls = [bad.url(), good.url(), worse.url()] * 3
        answers = await asyncio.gather(*(client.get(url, max_bytes=300_000) for url in urls), return_exceptions=True)
    codes = [answer.code if isinstance(answer, FetchError) else "" for answer in answers]
    assert codes == ["fetch.too_large", "", "fetch.connect"] * 3


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"\0\0\0\x20ftypisom", b"%PDF-1.7", b"PK\x03\x04", b"ID3\x04"])
async def test_a_film_at_a_feeds_address_is_not_fetched_to_its_end(client: Client, head: bytes) -> None:
    with Wire(endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + head, b"\0" * 10_000)) as wire:
        assert (await client.get(wire.url("/feed"))).body.startswith(head)


async def test_an_icon_is_fetched_whole(client: Client) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(200_000)
    with Internet({"/icon": Reply(picture, chunks=20)}) as internet:
        assert (await client.get(internet.url("/icon"), accept="icon")).body == picture
