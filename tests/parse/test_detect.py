"""What a whole document is: packed, in JSON, or below a root that is no feed's."""

import gzip
import json
import zlib

import pytest

from dateline.errors import ParseError
from dateline.parse import parse_feed
from dateline.parse.limits import MAX_BYTES

RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>One</title></item></channel></rss>'
)


def refusal(body: bytes) -> str:
    with pytest.raises(ParseError) as refused:
        parse_feed(body)
    return refused.value.code


def test_a_packed_file_is_unpacked_though_no_header_says_so() -> None:
    assert [entry.title for entry in parse_feed(gzip.compress(RSS)).entries] == ["One"]
    assert [entry.title for entry in parse_feed(gzip.compress(RSS)[:-9]).entries] == ["One"]  # cut off


def test_a_packed_file_does_not_unpack_to_more_than_a_document_may_have() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join([packer.compress(RSS), *(packer.compress(b" " * 1_000_000) for _ in range(40)), packer.flush()])
    assert len(bomb) < 100_000 < MAX_BYTES
    assert refusal(bomb) == "parse.too_complex"


def test_what_only_begins_like_a_packed_file_is_no_feed() -> None:
    assert refusal(b"\x1f\x8b\x08 and no more") == "parse.not_a_feed"


@pytest.mark.parametrize(
    "body",
    [
        '<opml version="2.0"><body><outline text="x" xmlUrl="https://a.example/"/></body></opml>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/</loc></url></urlset>',
        "<catalogue><item><title>A chair</title><price>3</price></item></catalogue>",
        "<plist><dict><key>item</key></dict></plist>",
        '{"rss": 3}',
        '{"rss": {"channel": []}}',
        '{"version": "jsonfeed.org/version/1',
        '{"title": "x", "items": [{"url": "https://a.example/1", "title": "no address of a feed"}]}',
        '["jsonfeed.org/version/1"]',
    ],
)
def test_what_is_none_is_no_feed(body: str) -> None:
    assert refusal(body.encode()) == "parse.not_a_feed"


def test_a_page_with_items_is_a_page() -> None:
    page = b"<html><body><item><title>x</title><link>https://a.example/</link></item></body></html>"
    assert refusal(page) == "parse.web_page"


def test_rss_in_json_may_be_nested_however_deep_and_hold_whatever_name() -> None:
    deep: object = "x"
    for _ in range(200):
        deep = {"title": deep}
    names = {"title": "One", "": 1, "a b": 2, "<": 3, "x:": 4, ":x": 5, "xmlns": "urn:x", "xml:lang": "de"}
    item = names | {"description": deep, "link": ["https://a.example/1", {}, None, [[]]], "guid": 7, "author": True}
    feed = parse_feed(json.dumps({"rss": {"channel": {"title": "T", "item": [item, "text", None]}}}).encode())
    assert (feed.entries[0].title, feed.entries[0].url, feed.entries[0].guid) == ("One", "https://a.example/1", "7")
    assert len(feed.entries) == 3


def test_texts_of_rss_in_json_are_such_as_xml_can_hold() -> None:
    channel = {"title": "a\x00b\x0b\ud800c\uffff", "item": {"title": "\x01One\x7f", "link": "https://a.example/\x00"}}
    feed = parse_feed(json.dumps({"rss": {"channel": channel}}).encode())
    assert (feed.title, feed.entries[0].title, feed.entries[0].url) == ("abc", "One", "https://a.example/")
