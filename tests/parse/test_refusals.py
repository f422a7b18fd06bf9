"""What is no feed is refused with a code that says why."""

import pytest

from dateline.errors import ParseError
from dateline.parse import parse_feed


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "parse.empty"),
        (b" \r\n\t", "parse.empty"),
        (b"\xef\xbb\xbf\n", "parse.empty"),
        (b"\xff\xfe", "parse.empty"),
        (b"<!DOCTYPE html><html><head><title>A page</title></head><body>Hello</body></html>", "parse.web_page"),
        (b"<html><body><p>Not closed<p>either", "parse.web_page"),
        (b"<HTML>\n<HEAD><TITLE>404</TITLE></HEAD>", "parse.web_page"),
        (b"Not found", "parse.not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "parse.not_a_feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "parse.not_a_feed"),
        (b'{"title": "JSON of another kind", "items": [1, 2]}', "parse.not_a_feed"),
        (b"[1, 2, 3]", "parse.not_a_feed"),
        (b"{", "parse.not_a_feed"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "parse.not_a_feed"),
        (b"%PDF-1.7 <<>>", "parse.not_a_feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_code(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_feed(body)
    assert caught.value.code == code


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse_feed(b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>").entries == ()
