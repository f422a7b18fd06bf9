"""The demo server: what a good publisher's server does, on loopback alone."""

import gzip
import io
import socket
import wave
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urljoin

import pytest
from lxml import html

from dateline.demo import DemoServer, feeds
from dateline.demo.account import ALLOWED_NETWORKS
from dateline.parse import parse_feed

from .conftest import NOW, Answer, Ask, found

FEED = "/meridian/feed.xml"


def validators(answer: Answer) -> tuple[str, str]:
    etag, last_modified = answer.headers["ETag"], answer.headers["Last-Modified"]
    assert etag
    assert last_modified
    return etag, last_modified


def folded(*words: str) -> str:
    """Words with single blanks: readers may fold them, no-break ones too."""
    return " ".join(" ".join(words).split())


def test_every_feed_is_served_as_its_document(server: DemoServer, ask: Ask) -> None:
    for feed in feeds(server.url, server.now):
        answer = ask(feed.url)
        assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, feed.content_type, feed.body)
        assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_every_link_picture_sound_and_icon_is_there(server: DemoServer, ask: Ask) -> None:
    addresses: set[str] = set()
    for feed in feeds(server.url, server.now, 2):
        addresses |= {feed.site_url, feed.icon_url}
        for entry in parse_feed(feed.body, url=feed.url).entries:
            assert entry.url
            addresses |= {entry.url, *(enclosure.url for enclosure in entry.enclosures)}
            addresses |= {entry.thumbnail_url} if entry.thumbnail_url else set()
            content = html.fromstring(f"<div>{entry.content_html or entry.summary_html}</div>")
            links = found(content, "//img/@src | //a/@href")
            addresses |= {urljoin(entry.base_url or feed.url, address) for address in links}
    server.advance()
    here = {address for address in addresses if address.startswith(server.url)}
    assert all(address.split("/")[2].endswith(".example") for address in addresses - here)
    assert len([address for address in here if "/pictures/" in address]) >= 20
    assert {address: ask(address, "HEAD").status for address in here} == dict.fromkeys(here, 200)


def test_every_page_shows_its_entry_and_announces_the_feed(server: DemoServer, ask: Ask) -> None:
    for feed in feeds(server.url, server.now):
        for entry in parse_feed(feed.body, url=feed.url).entries:
            assert entry.url
            page = html.fromstring(ask(entry.url).body)
            assert entry.title is None or folded(*found(page, "//h1/text()")) == folded(entry.title)
            assert feed.url in found(page, "//link[@rel='alternate']/@href")
            assert page.get("dir") == ("rtl" if feed.language == "ar" else "ltr")
            for address in found(page, "//article//img/@src"):
                assert ask(urljoin(entry.url, address), "HEAD").status == 200


def test_a_page_may_announce_two_feeds(server: DemoServer, ask: Ask) -> None:
    page = html.fromstring(ask("/meridian/").body)
    announced = found(page, "//link[@rel='alternate']/@href")
    whole, part = (parse_feed(ask(urljoin(server.url, address)).body) for address in announced)
    assert whole.title != part.title
    assert 0 < len(part.entries) < len(whole.entries)
    assert {entry.guid for entry in part.entries} < {entry.guid for entry in whole.entries}


def test_an_old_address_leads_to_the_new_one_for_good(server: DemoServer, ask: Ask) -> None:
    answer = ask("/old/meridian.rss")
    assert (answer.status, answer.headers["Location"]) == (301, server.url + FEED)
    assert ask("/meridian").headers["Location"] == f"{server.url}/meridian/"


@pytest.mark.parametrize("path", [FEED, "/meridian/", "/pictures/sierra.png", "/icons/meridian.svg", "/"])
def test_who_has_it_already_gets_304(ask: Ask, path: str) -> None:
    etag, last_modified = validators(ask(path))
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": last_modified}, {"If_None_Match": f'"x", {etag}'}):
        answer = ask(path, **headers)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", etag)


def test_another_etag_counts_more_than_the_date(ask: Ask) -> None:
    _, last_modified = validators(ask(FEED))
    assert ask(FEED, If_None_Match='"other"', If_Modified_Since=last_modified).status == 200


@pytest.mark.parametrize("date", ["yesterday", "", "Sat, 14 Mar 2026 99:99:99 GMT", "Sat, 14 Mar 2026 10:00:00 -0000"])
def test_a_date_that_is_none_is_ignored(ask: Ask, date: str) -> None:
    assert ask(FEED, If_Modified_Since=date).status == 200


def test_an_older_date_gets_the_whole(ask: Ask) -> None:
    assert ask(FEED, If_Modified_Since=format_datetime(NOW - timedelta(days=1), usegmt=True)).status == 200


def test_text_is_compressed_for_those_who_take_it(ask: Ask) -> None:
    plain, compressed = ask(FEED), ask(FEED, Accept_Encoding="br, gzip;q=0.8")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(compressed.body) == plain.body
    assert len(compressed.body) < len(plain.body)
    assert ask(FEED, Accept_Encoding="gzip;q=0, br").headers["Content-Encoding"] is None
    assert ask("/pictures/sierra.png", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_a_head_has_the_headers_and_no_body(ask: Ask) -> None:
    whole, head = ask(FEED), ask(FEED, "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(whole.body)))


def test_after_advance_the_update_appears_and_only_there(server: DemoServer, ask: Ask) -> None:
    paths = [FEED, "/estuaire/feed.xml", "/hafenblatt/index.rdf"]
    known = {path: validators(ask(path)) for path in paths}
    assert ask("/estuaire/enquete-halcyon").status == 404
    server.advance()
    assert server.edition == 2
    by_etag = [ask(path, If_None_Match=known[path][0]).status for path in paths]
    by_date = [ask(path, If_Modified_Since=known[path][1]).status for path in paths]
    assert by_etag == by_date == [200, 200, 304]
    assert b"floats free" in ask(FEED).body
    assert b"floats free" in ask("/meridian/halcyon-tern").body
    assert ask("/estuaire/enquete-halcyon").status == 200


def test_the_second_edition_may_come_out_by_itself() -> None:
    with DemoServer(now=NOW, advance_after=0.0) as server:
        assert server.edition == 2
    with DemoServer(now=NOW, advance_after=3600.0) as server:
        assert server.edition == 1


def test_dates_never_lie_in_the_future(server: DemoServer, ask: Ask) -> None:
    server.advance()
    for path in (FEED, "/estuaire/feed.xml"):
        assert ask(path).headers["Last-Modified"] <= format_datetime(NOW, usegmt=True)


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=0-99999999", 206, 0, None),
        ("bytes=-99999999", 206, 0, None),
        ("bytes=-", 200, 0, None),
        ("bytes=5-2", 416, 0, 0),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=0-1,5-6", 200, 0, None),
        ("lines=1-2", 200, 0, None),
    ],
)
def test_sounds_are_given_in_parts(ask: Ask, asked: str, status: int, first: int, end: int | None) -> None:
    path = "/lowwater/audio/last-ferry.wav"
    whole = ask(path)
    part = ask(path, Range=asked)
    assert (part.status, part.body) == (status, whole.body[first:end])
    assert whole.headers["Accept-Ranges"] == "bytes"


def test_a_part_of_something_else_is_the_whole(ask: Ask) -> None:
    path = "/lowwater/audio/last-ferry.wav"
    etag = ask(path, "HEAD").headers["ETag"]
    assert etag
    assert ask(path, Range="bytes=0-9", If_Range=etag).status == 206
    assert ask(path, Range="bytes=0-9", If_Range='"old"').status == 200


def test_a_sound_is_what_the_feed_says(server: DemoServer, ask: Ask) -> None:
    (feed,) = (feed for feed in feeds(server.url, server.now) if feed.name == "lowwater")
    (enclosure,) = parse_feed(feed.body).entries[0].enclosures
    answer = ask(enclosure.url)
    assert (answer.headers["Content-Type"], len(answer.body)) == (enclosure.type, enclosure.length)
    with wave.open(io.BytesIO(answer.body)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 1, 11_025)
        assert sound.getnframes() // sound.getframerate() == enclosure.duration_seconds
        assert len(set(sound.readframes(20_000))) > 100  # something is to be heard
    assert b'"chapters":[{"startTime":0.0,' in ask("/lowwater/chapters/bell-buoy.json").body


@pytest.mark.parametrize(
    "path", ["/nothing", "/meridian/nothing", "/../pyproject.toml", "/pictures/../../server.py", "/%2e%2e/"]
)
def test_what_is_not_there_is_404(ask: Ask, path: str) -> None:
    assert ask(path).status == 404


def test_nothing_can_be_written(ask: Ask) -> None:
    assert ask(FEED, "DELETE").status == 501


def test_it_listens_on_loopback_alone(server: DemoServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert any(server.url.split("/")[2].split(":")[0] in map(str, network) for network in ALLOWED_NETWORKS)


def test_a_taken_port_is_an_error_and_a_closed_server_frees_it(server: DemoServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        DemoServer(port, now=NOW).start()
    server.close()
    with DemoServer(port, now=NOW) as again:
        assert again.url.endswith(f":{port}")


def test_closing_does_not_wait_for_idle_clients_and_closing_twice_is_fine() -> None:
    server = DemoServer(now=NOW)
    server.start()
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        server.close()
        server.close()
        while idle.recv(65_536):  # the rest of the answer, then the end
            pass
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.url


def test_without_a_time_it_takes_the_clock() -> None:
    before = datetime.now(UTC)
    assert before <= DemoServer().now <= datetime.now(UTC)


def test_the_front_page_lists_all_and_the_opml_is_there(server: DemoServer, ask: Ask) -> None:
    page = html.fromstring(ask("/").body)
    assert set(found(page, "//ul/li/code/text()")) == {feed.url for feed in feeds(server.url, server.now)}
    assert ask("/feeds.opml").headers["Content-Type"] == "text/x-opml; charset=utf-8"
