"""Etiquette, judged from the server's log: what goes over the wire, and what is made of the answer."""

import asyncio

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Encoding, Internet, Reply, Wire, redirect, rss, says

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.body import hash_of
from dateline.model import Response, Validators

BODY = rss("One", "First", "Second")
MONDAY = "Mon, 05 Jan 2026 10:00:00 GMT"


async def failure(client: Client, url: str, max_bytes: int | None = None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.get(url, max_bytes=max_bytes)
    return caught.value


async def test_a_whole_answer(client: Client) -> None:
    said = (
        ("Cache-Control", "max-age=600"),
        ("Link", '</hub>; rel="hub"'),
        ("Content-Language", "fr"),
        ("Content-Location", "/feed.fr"),
    )
    with Internet({"/feed": Reply(BODY, etag='"1"', last_modified=MONDAY, encoding="gzip", headers=said)}) as internet:
        url = internet.url("/feed")
        response = await client.get(url)
        assert replace(response, elapsed_seconds=0.0) == Response(
            url=url,
            final_url=url,
            status=200,
            content_type="application/rss+xml",
            body=BODY,
            body_hash=hash_of(BODY),
            validators=Validators(etag='"1"', last_modified=MONDAY),
            fresh_seconds=600.0,
            links=(("hub", internet.url("/hub")),),
            content_language="fr",
            content_location=internet.url("/feed.fr"),
            wire_bytes=response.wire_bytes,
        )
        assert 0 < response.wire_bytes < len(BODY)
        assert response.elapsed_seconds > 0


async def test_the_request_says_who_asks_and_nothing_else(client: Client) -> None:
    with Internet({"/": BODY}) as internet:
        await client.get(internet.url(), subscribers=3)
        (asked,) = internet.requests
        assert [name for name, _ in asked.headers] == ["Host", "User-Agent", "Accept", "Accept-Encoding"]
        assert asked.header("User-Agent") == "Dateline/1.2 (+https://dateline.example/; 3 subscribers)"
        assert asked.header("Accept-Encoding") == "gzip, deflate, br, zstd"
        assert asked.header("Host") == f"127.0.0.1:{internet.port}"


async def test_the_user_agent_names_the_address_that_the_settings_give() -> None:
    with Internet({"/": BODY}) as internet:
        async with Client(replace(LOOPBACK, contact_url="https://me.example/bot"), version="2") as client:
            await client.get(internet.url(), subscribers=1)
        assert internet.requests[0].header("User-Agent") == "Dateline/2 (+https://me.example/bot; 1 subscriber)"


async def test_each_kind_of_question_accepts_its_own(client: Client) -> None:
    with Internet({"/": BODY}) as internet:
        for accept in ("feed", "page", "icon"):
            await client.get(internet.url(), accept=accept)
        feed, page, icon = (str(request.header("Accept")) for request in internet.requests)
    assert feed.startswith("application/atom+xml, application/rss+xml, application/feed+json")
    assert page.startswith("text/html")
    assert icon.startswith("image/")
    assert all(text.endswith("*/*;q=0.1") for text in (feed, page, icon))


@pytest.mark.parametrize("etag", ['"a"', 'W/"a"', '"a-gzip"', "unquoted", 'W/"é, ü"', '"a b"', "''"])
@pytest.mark.parametrize("last_modified", [MONDAY, "Monday, 05-Jan-26 10:00:00 GMT", "yesterday at noon", "0"])
async def test_validators_come_back_byte_for_byte(client: Client, etag: str, last_modified: str) -> None:
    said = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nLast-Modified: {last_modified}\r\nContent-Length: 2\r\n\r\nok".encode()
    with Wire(says(said)) as wire:
        first = await client.get(wire.url())
        await client.get(wire.url(), validators=first.validators)
        assert f"If-None-Match: {etag}\r\nIf-Modified-Since: {last_modified}\r\n".encode() in wire.heads[1]
        assert b"If-" not in wire.heads[0]


@pytest.mark.parametrize(
    "validators",
    [Validators(etag='"1"', last_modified=MONDAY), Validators(etag='"1"'), Validators(last_modified=MONDAY)],
)
async def test_an_unchanged_feed_is_a_304_that_keeps_its_validators(client: Client, validators: Validators) -> None:
    page = Reply(BODY, etag=validators.etag, last_modified=validators.last_modified, headers=(("Expires", "0"),))
    with Internet({"/": page}) as internet:
        first = await client.get(internet.url())
        second = await client.get(internet.url(), validators=first.validators)
        assert (first.status, second.status) == (200, 304)
        assert (second.body, second.body_hash, second.wire_bytes) == (b"", b"", 0)
        assert second.validators == first.validators == validators
        assert second.fresh_seconds == 0.0


async def test_a_304_may_bring_new_validators_and_hints(client: Client) -> None:
    said = (("Retry-After", "60"), ("Cache-Control", "max-age=120"), ("ETag", '"2"'))
    with Internet({"/": Reply(status=304, content_type=None, headers=said)}) as internet:
        response = await client.get(internet.url(), validators=Validators(etag='"1"', last_modified=MONDAY))
    assert response.validators == Validators(etag='"2"', last_modified=MONDAY)
    assert (response.retry_after, response.fresh_seconds) == (60.0, 120.0)


async def test_a_304_that_nobody_asked_for_is_an_error(client: Client) -> None:
    with Internet({"/": 304}) as internet:
        assert (await failure(client, internet.url())).code == "fetch.unexpected_status"
        with pytest.raises(FetchError) as caught:
            await client.get(internet.url(), validators=Validators(etag='"a\r\nX-Evil: 1"', last_modified=""))
        assert caught.value.code == "fetch.unexpected_status"
        assert all(request.header("X-Evil") is None for request in internet.requests)


async def test_validators_go_only_where_they_came_from_when_that_is_told(client: Client) -> None:
    """A date of one document, sent for another, would make a server hide what we have never seen."""
    with Internet({"/": redirect("/old"), "/old": Reply(BODY, etag='"1"', last_modified=MONDAY)}) as internet:
        first = await client.get(internet.url())
        again = await client.get(internet.url(), validators=first.validators, validators_url=first.final_url)
        assert again.status == 304
        assert internet.asked("/")[1].header("If-None-Match") is None
        internet["/"] = redirect("/new")
        internet["/new"] = Reply(BODY, last_modified="Mon, 01 Jan 2024 10:00:00 GMT")
        moved = await client.get(internet.url(), validators=first.validators, validators_url=first.final_url)
        assert moved.status == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
@pytest.mark.parametrize("chunks", [0, 5])
async def test_every_coding_is_understood(client: Client, encoding: Encoding, chunks: int) -> None:
    with Internet({"/": Reply(BODY, encoding=encoding, chunks=chunks)}) as internet:
        response = await client.get(internet.url())
        assert response.body == BODY
        assert response.wire_bytes != len(BODY)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (201, "fetch.unexpected_status"),
        (202, "fetch.unexpected_status"),
        (204, "fetch.unexpected_status"),
        (205, "fetch.unexpected_status"),
        (206, "fetch.unexpected_status"),
        (226, "fetch.unexpected_status"),
        (305, "fetch.unexpected_status"),
        (399, "fetch.unexpected_status"),
        (400, "fetch.client_error"),
        (401, "fetch.unauthorized"),
        (402, "fetch.client_error"),
        (403, "fetch.forbidden"),
        (404, "fetch.not_found"),
        (410, "fetch.gone"),
        (418, "fetch.client_error"),
        (429, "fetch.rate_limited"),
        (451, "fetch.client_error"),
        (500, "fetch.server_error"),
        (502, "fetch.server_error"),
        (503, "fetch.unavailable"),
        (522, "fetch.server_error"),
        (599, "fetch.server_error"),
        (600, "fetch.unexpected_status"),
        (999, "fetch.unexpected_status"),
    ],
)
async def test_every_status_has_its_code(client: Client, status: int, code: str) -> None:
    with Internet({"/": Reply(BODY, status=status, headers=(("Retry-After", "7200"),))}) as internet:
        error = await failure(client, internet.url())
        assert (error.code, error.status, error.retry_after) == (code, status, 7200.0)
        assert error.final_url == internet.url()
        assert len(internet.requests) == 1


async def test_a_status_203_brings_a_body_too(client: Client) -> None:
    with Internet({"/": Reply(BODY, status=203)}) as internet:
        response = await client.get(internet.url())
    assert (response.status, response.body) == (200, BODY)


async def test_a_wait_that_a_redirect_asks_for_is_told(client: Client) -> None:
    with Internet({"/": redirect("/b", 301, ("Retry-After", "90")), "/b": BODY, "/c": redirect("/d")}) as internet:
        internet["/d"] = Reply(status=503, headers=(("Retry-After", "Mon, 05 Jan 2026 10:02:00 GMT"), ("Date", MONDAY)))
        assert (await client.get(internet.url())).retry_after == 90.0
        assert (await failure(client, internet.url("/c"))).retry_after == 120.0


async def test_no_cookie_is_kept_and_no_referrer_sent(client: Client) -> None:
    sticky = (("Set-Cookie", "id=1; Path=/"), ("Set-Cookie", "tracker=2"))
    with Internet({"/": redirect("/b", 302, *sticky), "/b": Reply(BODY, headers=sticky)}) as internet:
        for _ in range(2):
            await client.get(internet.url())
        assert len(internet.requests) == 4
        for request in internet.requests:
            assert request.header("Cookie") is None
            assert request.header("Referer") is None
            assert request.header("Origin") is None


async def test_connections_are_kept_within_a_round(client: Client) -> None:
    with Internet({"/": Reply(BODY, encoding="gzip"), "/304": Reply(status=304, content_type=None)}) as internet:
        for _ in range(3):
            await client.get(internet.url())
            await client.get(internet.url("/304"), validators=Validators(etag='"1"'))
        assert internet.connections == 1


async def test_a_connection_that_was_closed_meanwhile_is_opened_again(client: Client) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"  # promises to stay open, and closes
    with Wire(says(said)) as wire:
        for _ in range(3):
            assert (await client.get(wire.url())).body == b"ok"
        assert len(wire.heads) == 3


async def test_a_path_arrives_as_it_was_written(client: Client) -> None:
    with Internet() as internet:
        for path in ("/%7Ea%2fb?sig=a%3Ab%2F+c&x=%26", "/a/../b?q=[1]|2", "/a//b/", "/", "/%"):
            internet[path] = BODY
            assert (await client.get(internet.url(path))).status == 200
        assert [request.path for request in internet.requests] == [
            "/%7Ea%2fb?sig=a%3Ab%2F+c&x=%26",
            "/a/../b?q=[1]|2",
            "/a//b/",
            "/",
            "/%",
        ]


async def test_a_limit_is_counted_before_and_after_decompression(client: Client) -> None:
    big = rss("Big", *(f"entry {number}" for number in range(500)))
    small = Reply(big, encoding="gzip")
    with Internet({"/": small, "/chunked": replace(small, chunks=9), "/plain": Reply(big, chunks=9)}) as internet:
        assert (await client.get(internet.url(), max_bytes=len(big))).body == big
        for path in ("/", "/chunked", "/plain"):
            error = await failure(client, internet.url(path), max_bytes=len(big) - 1)
            assert (error.code, error.status) == ("fetch.too_large", 200)
            assert (await failure(client, internet.url(path), max_bytes=10)).code == "fetch.too_large"


@pytest.mark.parametrize("url", ["", "nonsense here", "ftp://example.org/", "javascript:alert(1)", "http://a b/"])
async def test_what_is_no_address_is_not_asked(client: Client, url: str) -> None:
    assert (await failure(client, url)).code == "fetch.bad_url"


async def test_a_cancelled_request_is_cancelled(client: Client) -> None:
    with Internet({"/": Reply(BODY, delay=30)}) as internet:
        task = asyncio.create_task(client.get(internet.url()))
        while not internet.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
