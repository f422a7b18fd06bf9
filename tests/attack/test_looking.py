"""The page that asks addresses for people ("add a feed"): what it can be made to reach, and what it tells."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.internet import Internet, Reply, redirect, rss
from tests.web.browsing import HOST, Browser, Clock

from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As an instance is that was told nothing: what is inside may not be fetched."""
    return replace(settings, allowed_networks=())


INSIDE = [
    "http://127.0.0.1:{port}/feed",
    "http://localhost:{port}/feed",
    "http://LOCALHOST.:{port}/feed",
    "http://127.1:{port}/feed",
    "http://2130706433:{port}/feed",
    "http://0x7f000001:{port}/feed",
    "http://0177.0.0.1:{port}/feed",
    "http://0:{port}/feed",
    "http://0.0.0.0:{port}/feed",
    "http://[::1]:{port}/feed",
    "http://[::]:{port}/feed",
    "http://[::ffff:127.0.0.1]:{port}/feed",
    "http://[::ffff:7f00:1]:{port}/feed",
    "http://[64:ff9b::7f00:1]:{port}/feed",
    "http://[2002:7f00:1::]:{port}/feed",
    "http://user:secret@127.0.0.1:{port}/feed",
    "http://a@b@127.0.0.1:{port}/feed",
    "http://127.0.0.1\\@example.com:{port}/feed",
    "http://①②⑦.⓪.⓪.①:{port}/feed",
    "http://127。0。0。1:{port}/feed",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/",
    "http://10.0.0.1/",
    "http://192.168.0.1/",
    "file:///etc/passwd",
    "feed:file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1:{port}/",
    "unix:/run/docker.sock",
    "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "//127.0.0.1:{port}/feed",
    "127.0.0.1:{port}/feed",
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_reached(alice: Browser, address: str) -> None:
    with Internet({"/feed": rss("Secret", "Inside"), "/": rss("Secret", "Inside")}) as internet:
        page = alice.post("/subscriptions/add", {"url": address.format(port=internet.port)}, follow=False)
        assert internet.connections == 0
    assert page.status == 400
    assert "Secret" not in page.text
    for told in ("Errno", "Error", "refused", "Connect call", "Traceback", "aiohttp"):
        assert told not in page.words


def said(page_of: Callable[[str], str], *addresses: str) -> set[str]:
    return {page_of(address) for address in addresses}


def test_inside_open_and_closed_ports_look_alike(alice: Browser) -> None:
    def sentence(address: str) -> str:
        page = alice.post("/subscriptions/add", {"url": address}, follow=False)
        return " ".join(str(line.text_content()) for line in page.find("//p[@class='error']"))

    with Internet({"/": rss("Secret", "Inside")}) as internet:
        sentences = said(
            sentence,
            internet.url("/"),
            internet.url("/nowhere"),
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://10.255.255.1/",
            "http://169.254.169.254/",
            "http://localhost:1/",
        )
    assert len(sentences) == 1
    assert sentences != {""}


@pytest.fixture
def opened(tmp_path: Path, db: Database, clock: Clock, alice: Browser) -> Browser:
    """Alice, where one address of loopback is open: a server on it can send us elsewhere."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/dateline.sqlite",
        listen=HOST,
        allowed_networks=(ip_network("127.0.0.2/32"),),
        host_connections=8,
        host_spacing=0,
    )
    return Browser(create_app(settings, db, clock=clock), user=alice.user, cookies=dict(alice.cookies))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_inside(opened: Browser, status: int) -> None:
    with Internet({"/feed": rss("Secret", "Inside")}) as inside, Internet({}, host="127.0.0.2") as outside:
        for place, target in enumerate((inside.url("/feed"), f"//127.0.0.1:{inside.port}/feed", "file:///etc/passwd")):
            outside[f"/{place}"] = redirect(target, status)
            page = opened.post("/subscriptions/add", {"url": outside.url(f"/{place}")}, follow=False)
            assert page.status == 400
            assert "Secret" not in page.text
        assert inside.connections == 0
        assert outside.connections > 0


def test_no_page_sends_us_inside(opened: Browser) -> None:
    with Internet({"/feed": rss("Secret", "Inside")}) as inside, Internet({}, host="127.0.0.2") as outside:
        links = "".join(
            f'<link rel="alternate" type="application/rss+xml" href="{href}">'
            for href in (
                inside.url("/feed"),
                "file:///etc/passwd",
                "javascript:alert(1)",
                f"//127.0.0.1:{inside.port}/",
            )
        )
        outside["/"] = Reply(f"<html><head>{links}</head></html>".encode(), content_type="text/html")
        page = opened.post("/subscriptions/add", {"url": outside.url("/")}, follow=False)
        assert inside.connections == 0
    assert page.status == 400
    assert "Secret" not in page.text


def test_a_look_shows_hostile_words_as_words(opened: Browser) -> None:
    words = "</title><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
    document = rss(words, words, words, link="javascript:alert(1)//")
    with Internet({"/feed": document}, host="127.0.0.2") as outside:
        page = opened.post("/subscriptions/add", {"url": outside.url("/feed")}, follow=False)
    assert page.status == 200
    assert page.find("//script[not(@src)] | //img[@src='x'] | //@onerror | //a[starts-with(@href, 'java')]") == []


def test_credentials_of_an_address_are_not_sent_elsewhere(opened: Browser) -> None:
    with Internet({"/feed": rss("One", "1")}, host="127.0.0.2") as target, Internet({}, host="127.0.0.2") as first:
        first["/feed"] = redirect(target.url("/feed"), 302)
        opened.post("/subscriptions/add", {"url": first.url("/feed").replace("//", "//bob:secret@")}, follow=False)
        assert first.requests
        assert [request.header("Authorization") for request in target.requests if request.header("Authorization")] == []
