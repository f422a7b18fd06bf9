"""The guard: nothing connects into networks that feeds may not reach, whatever the way there."""

import os
import socket
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

import pytest
from tests.fetch.conftest import ScriptedResolver
from tests.internet import LOOPBACK, Internet, redirect, rss

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.guard import ForbiddenAddressError, Guard
from dateline.fetch.resolver import MAX_ADDRESSES, SortingResolver
from dateline.settings import Settings

TABLE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1 127.1.2.3 127.255.255.254
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:7f00:1 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff::10.0.0.1 100::1
2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:808:808::1
3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 fe80::1%eth0 fe80::1%1 feb0::1
fec0::1 fef0::1 ff01::1 ff02::1 ff0e::1 2606:4700::1111%eth0
"""
FORBIDDEN = TABLE.split()

OPEN = ["1.1.1.1", "8.8.8.8", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1"]
OPEN += ["198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860::8888"]

NOT_NUMBERS = ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1/8", "[::1]", "1.1.1.1 ", "01.1.1.1"]


@pytest.mark.parametrize("address", FORBIDDEN + NOT_NUMBERS)
def test_the_guard_refuses(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        Guard().check(address)


@pytest.mark.parametrize("address", OPEN)
def test_the_guard_lets_pass(address: str) -> None:
    Guard().check(address)


def test_the_table_of_forbidden_addresses_is_long_enough() -> None:
    assert len(set(FORBIDDEN)) >= 60


@pytest.mark.parametrize(
    ("network", "opened", "still_closed"),
    [
        ("10.1.0.0/16", ["10.1.2.3", "::ffff:10.1.2.3"], ["10.2.0.1", "127.0.0.1", "::10.1.2.3", "2002:a01:203::"]),
        ("127.0.0.0/8", ["127.0.0.1", "::ffff:127.0.0.1"], ["::1", "10.0.0.1", "0.0.0.0", "64:ff9b::7f00:1"]),
        ("::1/128", ["::1"], ["127.0.0.1", "::2", "::ffff:127.0.0.1"]),
        ("fd00::/8", ["fd12::1"], ["fc00::1", "fe80::1", "fd12::1%eth0"]),
        ("::ffff:10.0.0.0/104", ["10.9.9.9", "::ffff:10.9.9.9"], ["11.0.0.1%x", "127.0.0.1"]),
        ("64:ff9b::/96", ["64:ff9b::8.8.8.8"], ["64:ff9b:1::1"]),
    ],
)
def test_allowed_networks_open_exactly_themselves(network: str, opened: list[str], still_closed: list[str]) -> None:
    net: IPv4Network | IPv6Network = ip_network(network)
    guard = Guard([net])
    assert all(guard.allows(address) for address in opened)
    assert not any(guard.allows(address) for address in still_closed)


def test_the_socket_factory_makes_no_socket_for_a_forbidden_address() -> None:
    with pytest.raises(ForbiddenAddressError):
        Guard().socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80)))
    with Guard().socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 80))) as made:
        assert made.family == socket.AF_INET


@pytest.fixture(scope="module")
def home() -> Iterator[list[Internet]]:
    """Servers behind the firewall, on IPv4 and IPv6 loopback; whoever connects is counted."""
    with Internet({"/": rss("Secret")}) as four, Internet({"/": rss("Secret")}, host="::1") as six:
        yield [four, six]


LITERAL_HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "0177.1",
    "0177.0.0.01", "127.0.0.1.", "%31%32%37.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "0", "0.0.0.0", "0x0",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "LOCALHOST", "localhost.",
    "user:pw@127.0.0.1", "example.org@127.0.0.1", "127.0.0.1%2523", "[::1%25lo]", "[fe80::1%25lo]", "127.0.0.1\\@a",
]  # fmt: skip


@pytest.mark.parametrize("host", LITERAL_HOSTS)
async def test_no_spelling_of_loopback_gets_a_connect(home: list[Internet], host: str) -> None:
    before = [server.connections for server in home]
    async with Client(Settings(host_spacing=0), version="1") as client:
        for server in home:
            with pytest.raises(FetchError) as caught:
                await client.get(f"http://{host}:{server.port}/".replace("\\@a:", f":{server.port}\\@a:"))
            assert caught.value.code in {"fetch.forbidden_address", "fetch.bad_url", "fetch.dns"}
    assert [server.connections for server in home] == before


async def test_a_literal_that_browsers_understand_is_named_as_forbidden(home: list[Internet]) -> None:
    async with Client(Settings(host_spacing=0), version="1") as client:
        for host in ("0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"):
            with pytest.raises(FetchError) as caught:
                await client.get(f"http://{host}:{home[0].port}/")
            assert caught.value.code == "fetch.forbidden_address"
            assert caught.value.status is None


async def test_a_redirect_into_a_closed_network_is_refused_without_a_connect(home: list[Internet]) -> None:
    before = home[1].connections
    settings = Settings(allowed_networks=(ip_network("127.0.0.0/8"),), host_connections=8, host_spacing=0)
    with Internet({"/": redirect(f"http://[::1]:{home[1].port}/", 301)}) as internet:
        async with Client(settings, version="1") as client:
            with pytest.raises(FetchError) as caught:
                await client.get(internet.url())
    assert caught.value.code == "fetch.forbidden_address"
    assert caught.value.final_url == f"http://[::1]:{home[1].port}/"
    assert home[1].connections == before


async def test_a_name_that_points_inside_is_refused_for_each_of_its_addresses(home: list[Internet]) -> None:
    before = [server.connections for server in home]
    resolver = ScriptedResolver(lambda host, nth: ["127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1"])
    async with Client(Settings(host_spacing=0), version="1", resolver=resolver) as client:
        with pytest.raises(FetchError) as caught:
            await client.get(f"http://news.example:{home[0].port}/")
    assert caught.value.code == "fetch.forbidden_address"
    assert [server.connections for server in home] == before


async def test_of_mixed_addresses_only_the_allowed_are_tried(home: list[Internet]) -> None:
    four, six = home
    settings = Settings(allowed_networks=(ip_network("::1/128"),), host_spacing=0)
    for addresses in (["127.0.0.1", "::1"], ["::1", "127.0.0.1"], ["10.0.0.1", "127.0.0.1", "::1"]):
        before = four.connections
        resolver = ScriptedResolver(lambda host, nth, them=addresses: them)  # type: ignore[misc] # bound per round
        async with Client(settings, version="1", resolver=resolver) as client:
            response = await client.get(f"http://news.example:{six.port}/")
            assert response.status == 200
            with pytest.raises(FetchError) as caught:
                await client.get(f"http://news.example:{four.port}/")
        assert caught.value.code == "fetch.connect"  # what was allowed was tried, and nobody listens there
        assert four.connections == before


async def test_a_name_that_changes_its_address_between_two_requests_is_refused(home: list[Internet]) -> None:
    """DNS rebinding: every connect is checked, not every name."""
    settings = Settings(allowed_networks=(ip_network("127.0.0.2/32"),), host_spacing=0)
    resolver = ScriptedResolver(lambda host, nth: ["127.0.0.2"] if nth == 0 else ["127.0.0.1"])
    with Internet({"/": redirect("http://again.example:{port}/")}, host="127.0.0.2") as outside:
        outside["/"] = redirect(f"http://news.example:{home[0].port}/")
        before = home[0].connections
        async with Client(settings, version="1", resolver=resolver) as client:
            with pytest.raises(FetchError) as caught:
                await client.get(f"http://news.example:{outside.port}/")
    assert resolver.asked == ["news.example", "news.example"]
    assert caught.value.code == "fetch.forbidden_address"
    assert home[0].connections == before


async def test_proxies_of_the_environment_are_not_used(home: list[Internet], monkeypatch: pytest.MonkeyPatch) -> None:
    before = home[0].connections
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, home[0].origin)
    with Internet({"/": rss("Direct")}) as internet:
        async with Client(LOOPBACK, version="1") as client:
            assert b"Direct" in (await client.get(internet.url())).body
    assert home[0].connections == before


async def test_of_a_thousand_addresses_only_a_few_are_tried() -> None:
    many = [f"10.0.{number // 250}.{number % 250}" for number in range(1_000)]
    found = await SortingResolver(ScriptedResolver(lambda name, nth: many), Guard()).resolve("many.test", 80)
    assert [result["host"] for result in found] == many[:MAX_ADDRESSES]
    public = [f"93.184.215.{number}" for number in range(200)]
    mixed = SortingResolver(ScriptedResolver(lambda name, nth: many + public), Guard())
    assert [result["host"] for result in await mixed.resolve("many.test", 80)] == public[:MAX_ADDRESSES]
