"""Every text that leaves the room can be stored and shown: no NUL, no lone surrogate, no control character."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from dateline.errors import ParseError
from dateline.model import ParsedFeed
from dateline.parse import parse_feed

# Everything but tab and line feed that is a control character, a surrogate, or no character at all.
_UNSTORABLE = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_NASTY = st.sampled_from(
    [*"\0\1\x0b\x1b\x7f\x80\x81\x85\x9f\ud800\udfff\ufffe\uffff\r\n\t", "é", "x", " ", "<b>", "&amp;", "]]>"]
)
_TEXTS = st.lists(_NASTY, min_size=1, max_size=8).map("".join)
_REFERENCES = st.sampled_from(
    [
        "&#0;",
        "&#1;",
        "&#13;",
        "&#127;",
        "&#129;",
        "&#x9d;",
        "&#55296;",
        "&#xDFFF;",
        "&#65535;",
        "&#xFFFE;",
        "&#9999999;",
    ]
)


def texts(value: object) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def understood(body: bytes, content_type: str = "") -> ParsedFeed | None:
    try:
        return parse_feed(body, url="https://a.example/feed", content_type=content_type)
    except ParseError:
        return None


def assert_storable(feed: ParsedFeed) -> None:
    assert [text for text in texts(to_builtins(feed)) if _UNSTORABLE.search(text)] == []


def rss(text: str) -> str:
    """A feed with ``text`` in every place."""
    person = f"<name>{text}</name><email>{text}@a.example</email><uri>http://a.example/{text}</uri>"
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>T{text}</title><link>http://a.example/{text}</link><description>{text}</description>"
        f"<language>{text}</language><item><title>t{text}</title><guid>g{text}</guid><link>http://a.example/{text}</link>"
        f"<author>{text}</author><atom:author>{person}</atom:author><category>{text}</category><comments>/{text}</comments>"
        f"<description>d{text}</description><media:description>{text}</media:description>"
        f'<enclosure url="http://a.example/{text.replace("<b>", "")}" type="a/b"/></item></channel></rss>'
    )


@given(st.lists(_TEXTS | _REFERENCES, min_size=1, max_size=4).map("".join))
def test_xml_gives_only_text_that_can_be_stored(text: str) -> None:
    feed = understood(rss(text).encode("utf-8", "surrogatepass"))
    assert feed is not None
    assert len(feed.entries) == 1
    assert_storable(feed)


@given(_TEXTS)
def test_json_gives_only_text_that_can_be_stored(text: str) -> None:
    feed = understood(json.dumps(_json_feed(text)).encode())
    assert feed is not None
    assert len(feed.entries) == 1
    assert_storable(feed)


def _json_feed(text: str) -> dict[str, object]:
    author = {"name": text, "url": "https://a.example/" + text}
    entry = {"id": "g" + text, "url": "/" + text, "title": text, "content_html": text, "summary": text, "tags": [text]}
    attachment = {"url": "/" + text, "mime_type": text, "title": text}
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": text,
        "description": text,
        "language": text,
        "authors": [author],
        "items": [entry | {"language": text, "authors": [author], "attachments": [attachment]}],
    }


@given(st.binary(max_size=200), st.sampled_from(["", "text/xml; charset=gb18030", "text/xml; charset=utf-16le"]))
def test_any_bytes_in_a_feed_give_only_text_that_can_be_stored(noise: bytes, content_type: str) -> None:
    head, tail = rss("@").encode().split(b"<title>t@")
    feed = understood(head + b"<title>t" + noise + tail, content_type)
    if feed is not None:
        assert_storable(feed)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("« Où ? »\u202f: 10\u202f000\u00a0€", "« Où ? »\u202f: 10\u202f000\u00a0€"),
        ("Prix&#160;: 5&#8239;%", "Prix\u00a0: 5\u202f%"),
        ("Prix&amp;nbsp;: 5&amp;#8239;%", "Prix\u00a0: 5\u202f%"),
        ("全角\u3000空白", "全角\u3000空白"),
        ("\u00a0 At the ends \u202f", "At the ends"),
        (" One\r\n\ttwo\x0bthree\u2028four ", "One two three four"),
    ],
)
def test_titles_fold_blanks_and_keep_typographic_ones(written: str, title: str) -> None:
    feed = parse_feed(f"<rss><channel><item><title>{written}</title></item></channel></rss>".encode())
    assert feed.entries[0].title == title.replace("two three", "twothree")


def test_json_with_raw_line_breaks_and_half_a_pair_is_still_read() -> None:
    entry = b'{"id":"1","title":"Cut \\ud83d","content_text":"one\ntwo"}'
    body = b'{"version":"https://jsonfeed.org/version/1","items":[' + entry + b"]}"
    feed = parse_feed(body)
    assert [(entry.title, entry.content_html) for entry in feed.entries] == [("Cut", "<p>one<br>two</p>")]


def test_an_unclosed_field_does_not_swallow_the_entries_that_follow() -> None:
    second = b"<item><title>Two</title><description>Second</description></item>"
    body = b"<rss><channel><item><title>One</title><description>First" + second
    feed = parse_feed(body)
    assert [(entry.title, entry.summary_html) for entry in feed.entries] == [("One", "First"), ("Two", "Second")]


def test_a_damaged_document_keeps_all_of_its_escaped_markup() -> None:
    count = 1_100_000
    feed = parse_feed(b"<rss><channel><item><description>A & B " + b"&lt;" * count + b"</description></item>")
    assert feed.entries[0].summary_html == "A & B " + "<" * count


def test_a_document_may_declare_xmls_own_entities_itself() -> None:
    entities = b'<!DOCTYPE rss [<!ENTITY gt "greater">]>'
    feed = parse_feed(entities + b"<rss><channel><item><title>A &amp; B & C &gt; &quot;D&apos;</title></item>")
    assert feed.entries[0].title == "A & B & C greater \"D'"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("&lt;![CDATA[ and when to use it", "<![CDATA[ and when to use it"),
        ("<![CDATA[<![CDATA[ sections explained]]>", "<![CDATA[ sections explained"),
        ("&lt;![CDATA[Escaped]]&gt;", "Escaped"),
    ],
)
def test_a_title_about_sections_keeps_their_sign(written: str, title: str) -> None:
    feed = parse_feed(f"<rss><channel><item><title>{written}</title></item></channel></rss>".encode())
    assert feed.entries[0].title == title
