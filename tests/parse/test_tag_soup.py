"""Tags that are put in order before a damaged document is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dateline.parse import parse_feed
from dateline.parse.tag_soup import balanced


@pytest.mark.parametrize(
    ("soup", "ordered"),
    [
        (b"<a><p>x</a>", b"<a><p>x</p></a>"),
        (b"<a>x</b></a>", b"<a>x</a>"),
        (b"<a><b><i>x</b></i>y</a>", b"<a><b><i>x</i></b>y</a>"),
        (b"<a><Title>x</title></A>", b"<a><Title>x</Title></a>"),
        (b"<item><title>x<link>y</item>", b"<item><title>x</title><link>y</link></item>"),
        (b"<c><item>x<p>y<item>z</c>", b"<c><item>x<p>y</p></item><item>z</item></c>"),
        (b"<a><br/>x<img src='>'/></a>", b"<a><br/>x<img src='>'/></a>"),
        (b"<a><![CDATA[</a><p>]]><!-- <b> --><?x <b>?></a>", b"<a><![CDATA[</a><p>]]><!-- <b> --><?x <b>?></a>"),
        (b"<a>x < y <b", b"<a>x < y <b</a>"),
        (b"", b""),
    ],
)
def test_what_is_open_is_closed_and_what_nobody_opened_is_dropped(soup: bytes, ordered: bytes) -> None:
    assert balanced(soup) == ordered


_PIECES = st.sampled_from(
    [b"<a>", b"</a>", b"<B x='1'>", b"</b>", b"<br/>", b"text", b"<![CDATA[<a>]]>", b"<title>", b"</title>", b"<item>"]
)


@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_any_order_of_tags_becomes_well_formed_and_keeps_its_text(soup: bytes) -> None:
    root = etree.fromstring(b"<root>" + balanced(soup) + b"</root>")
    assert "".join(map(str, root.itertext())).count("text") == soup.count(b"text")
    assert balanced(balanced(soup)) == balanced(soup)


def test_however_many_entries_are_not_closed_all_are_read() -> None:
    items = b"".join(b"<item><title>%d<link>https://a.example/%d<description><p>x" % (n, n) for n in range(2_000))
    feed = parse_feed(b"<rss><channel><title>t" + items)
    assert [(entry.title, entry.url) for entry in feed.entries] == [
        (str(n), f"https://a.example/{n}") for n in range(2_000)
    ]


def test_a_document_with_more_tags_than_feeds_have_is_left_as_it_is() -> None:
    soup = b"<p>" * 200_001
    assert balanced(soup) is soup
