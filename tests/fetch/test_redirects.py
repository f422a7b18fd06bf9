"""Redirects: the way from address to address, as a pure walk and against servers."""

import pytest
from tests.fetch.conftest import Identity
from tests.internet import LOOPBACK, Internet, Wire, redirect, rss, says

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.redirects import MAX_REDIRECTS, Trail

A, B, C, D = (f"https://{name}.example/" for name in "abcd")


def walked(*steps: tuple[int, str], start: str = A) -> Trail:
    trail = Trail(start)
    for status, location in steps:
        trail.follow(status, location)
    return trail


@pytest.mark.parametrize(
    ("steps", "permanent"),
    [
        ([], None),
        ([(301, B)], B),
        ([(308, B)], B),
        ([(302, B)], None),
        ([(303, B)], None),
        ([(307, B)], None),
        ([(300, B)], None),
        ([(301, B), (308, C)], C),
        ([(301, B), (302, C)], B),
        ([(302, B), (301, C)], None),
        ([(301, B), (302, C), (301, D)], B),
    ],
)
def test_an_address_is_permanent_as_far_as_every_step_was(steps: list[tuple[int, str]], permanent: str | None) -> None:
    assert walked(*steps).permanent_url == permanent


def refused(trail: Trail, status: int, location: str | None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        trail.follow(status, location)
    assert caught.value.code == "fetch.redirects"
    return caught.value


@pytest.mark.parametrize(
    "location",
    [None, "", " ", "javascript:alert(1)", "file:///etc/passwd", "ftp://a/", "http://[", "//", "mailto:x", "feed://b/"],
)
def test_a_redirect_to_nowhere_is_an_error(location: str | None) -> None:
    error = refused(Trail(A), 302, location)
    assert (error.status, error.final_url) == (302, A)


@pytest.mark.parametrize("target", [A, "https://A.example", "/", "#top", "https://a.example:443/#x"])
def test_an_address_that_comes_again_is_a_loop(target: str) -> None:
    refused(Trail(A), 301, target)
    refused(walked((301, "/b"), (302, "/c")), 302, "/b")


def test_ten_redirects_are_followed_and_no_more() -> None:
    trail = walked(*((302, f"/{number}") for number in range(MAX_REDIRECTS)))
    assert trail.url == f"{A}9"
    refused(trail, 302, "/10")


def test_nothing_leads_from_https_down_to_http() -> None:
    refused(Trail(A), 301, "http://a.example/")
    assert walked((301, "https://a.example/"), start="http://a.example/").url == A


@pytest.mark.parametrize(
    ("start", "target", "sent"),
    [
        ("https://me:pw@a.example/", "https://a.example/feed", True),
        ("http://me:pw@a.example/", "https://a.example/", True),
        ("http://me:pw@a.example:8080/", "https://a.example/", False),
        ("http://me:pw@a.example/", "https://b.example/", False),
        ("https://me:pw@a.example/", "https://a.example:8443/", False),
        ("https://me:pw@a.example/", "https://sub.a.example/", False),
        ("https://a.example/", "https://me:pw@a.example/feed", False),
    ],
)
def test_credentials_stay_with_their_origin(start: str, target: str, *, sent: bool) -> None:
    trail = walked((302, target), start=start)
    assert (trail.authorization is not None) is sent
    assert "pw" not in trail.url
    assert "pw" not in (trail.permanent_url or "")


def test_the_longest_wait_on_the_way_counts() -> None:
    trail = Trail(A)
    for seconds in (None, 5.0, 60.0, None, 0.0):
        trail.wait_for(seconds)
    assert trail.retry_after == 60.0


async def test_a_permanent_chain_ends_in_a_new_address(client: Client) -> None:
    with Internet({"/1": redirect("/2", 301), "/2": redirect("/3", 308), "/3": rss("Here")}) as internet:
        response = await client.get(internet.url("/1"))
        assert response.url == internet.url("/1")
        assert response.final_url == response.permanent_url == internet.url("/3")
        assert b"Here" in response.body
        assert internet.connections == 1


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_is_followed_and_not_remembered(client: Client, status: int) -> None:
    with Internet({"/1": redirect("/2", status), "/2": rss("Here")}) as internet:
        response = await client.get(internet.url("/1"))
        assert response.final_url == internet.url("/2")
        assert response.permanent_url is None


async def test_a_loop_is_asked_once_and_is_an_error(client: Client) -> None:
    with Internet({"/1": redirect("/2"), "/2": redirect("/1")}) as internet:
        with pytest.raises(FetchError) as caught:
            await client.get(internet.url("/1"))
        assert caught.value.code == "fetch.redirects"
        assert caught.value.final_url == internet.url("/2")
        assert [request.path for request in internet.requests] == ["/1", "/2"]


async def test_an_endless_chain_ends_after_ten(client: Client) -> None:
    with Internet() as internet:
        for number in range(30):
            internet[f"/{number}"] = redirect(f"/{number + 1}")
        with pytest.raises(FetchError) as caught:
            await client.get(internet.url("/0"))
        assert caught.value.code == "fetch.redirects"
        assert len(internet.requests) == MAX_REDIRECTS + 1


async def test_a_status_300_or_301_without_a_target_is_an_error(client: Client) -> None:
    with Internet({"/a": 301, "/b": 302, "/c": redirect("http://[", 301)}) as internet:
        for path in ("/a", "/b", "/c"):
            with pytest.raises(FetchError) as caught:
                await client.get(internet.url(path))
            assert caught.value.code == "fetch.redirects"
            assert caught.value.status in (301, 302)


async def test_basic_authentication_goes_to_its_origin_alone(client: Client) -> None:
    with Internet({"/there": rss("There")}) as other, Internet() as internet:
        internet["/here"] = redirect("/also")
        internet["/also"] = redirect(other.url("/there"))
        address = internet.url("/here").replace("//", "//me:pass%20word@")
        response = await client.get(address)
        assert [request.header("Authorization") for request in internet.requests] == ["Basic bWU6cGFzcyB3b3Jk"] * 2
        assert other.requests[0].header("Authorization") is None
        assert response.url == address
        assert "@" not in response.final_url


async def test_the_bytes_of_a_location_that_is_not_utf8_arrive_as_they_were(client: Client) -> None:
    with Wire(says(b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n")) as wire:
        with pytest.raises(FetchError, match="loop"):
            await client.get(wire.url())
        assert wire.heads[1].startswith(b"GET /caf%E9 HTTP/1.1\r\n")


async def test_a_downgrade_is_refused_without_a_request(identity: Identity) -> None:
    with Internet({"/": rss("Plain")}) as plain, Internet(tls=identity.server) as secure:
        secure["/"] = redirect(plain.url(), 301)
        secure["/feed"] = rss("Secure")
        async with Client(LOOPBACK, version="1", tls=identity.client) as client:
            assert b"Secure" in (await client.get(secure.url("/feed"))).body
            with pytest.raises(FetchError) as caught:
                await client.get(secure.url())
        assert caught.value.code == "fetch.redirects"
        assert plain.connections == 0
