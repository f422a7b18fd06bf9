"""Items told by their bytes: what is known is not read, and what is not plain is read whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.parse import parse_feed
from dateline.parse.sources import split_items

HEAD = b'<rss version="2.0"><channel><title>News</title>'
TAIL = b"</channel></rss>"
RDF = (
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    b"<channel><title>News</title></channel>"
)


def item(guid: str, title: str = "A title") -> bytes:
    return f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title></item>".encode()


def hashes(document: bytes) -> list[bytes]:
    return [entry.source_hash or b"" for entry in parse_feed(document, known=()).entries]


def test_known_items_come_back_by_their_hash_and_the_others_are_read() -> None:
    before = HEAD + item("1") + item("2") + TAIL
    one, two = hashes(before)
    assert b"" != one != two != b""
    feed = parse_feed(HEAD + item("3") + item("1") + item("2", "Another title") + TAIL, known={one, two})
    assert feed.known_hashes == (one,)
    assert [(entry.guid, entry.title) for entry in feed.entries] == [("3", "A title"), ("2", "Another title")]
    assert feed.title == "News"


def test_a_document_of_known_items_alone_is_still_that_feed() -> None:
    for head, tail, entry in (
        (HEAD, TAIL, item("1")),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>", b"</feed>", b"<entry><id>1</id></entry>"),
        (
            RDF,
            b"</rdf:RDF>",
            b"<item rdf:about='https://a.test/1'><title>x</title></item>",
        ),
    ):
        whole = parse_feed(head + entry + tail)
        (hash_,) = hashes(head + entry + tail)
        feed = parse_feed(head + entry + tail, known={hash_})
        assert (feed.format, feed.title, feed.entries, feed.known_hashes) == (whole.format, "News", (), (hash_,))


@pytest.mark.parametrize(
    "head",
    [
        b'<rss version="2.0" xml:base="https://b.test/"><channel><title>News</title>',
        b'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title>',
        b'<rss version="2.0"><channel xml:base="https://b.test/"><title>News</title>',
        b'<!DOCTYPE rss [<!ENTITY x "y">]><rss version="2.0"><channel><title>News</title>',
    ],
)
def test_the_same_bytes_under_other_outer_tags_are_read_again(head: bytes) -> None:
    (known,) = hashes(HEAD + item("1") + TAIL)
    feed = parse_feed(head + item("1") + TAIL, known={known})
    assert (len(feed.entries), feed.known_hashes) == (1, ())


@pytest.mark.parametrize(
    "inside",
    [
        b"<item><title>x</title><item><title>y</title></item></item>",
        b"<item><title>x</title>",
        b"<item><title>x</title></entry>",
        b"<item><title>x</title></item></item>",
        b"<item/><item><title>x</title></item>",
        b"<item><description><![CDATA[</item><item>]]></description></item>",
        b"<item><description><![CDATA[<item>]]></description></item><item><title>y</title></item>",
    ],
)
def test_items_that_do_not_stand_apart_have_no_hash(inside: bytes) -> None:
    feed = parse_feed(HEAD + inside + TAIL, known=())
    assert feed.entries
    assert {entry.source_hash for entry in feed.entries} == {None}


def test_json_feeds_are_read_whole() -> None:
    feed = parse_feed(b'{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1"}]}')
    assert [entry.source_hash for entry in feed.entries] == [None]


guids = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)


@given(guids, guids)
def test_read_and_recognised_together_are_the_document(before: list[str], now: list[str]) -> None:
    known = set(hashes(HEAD + b"".join(map(item, before)) + TAIL))
    feed = parse_feed(HEAD + b"".join(map(item, now)) + TAIL, known=known)
    assert [entry.guid for entry in feed.entries] == [guid for guid in now if guid not in before]
    assert len(feed.known_hashes) == len(set(now) & set(before))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_the_bytes_are_they_are_all_there_when_nothing_is_known(start: bytes, end: bytes) -> None:
    text = start + b"<rss><item>" + end + b"</item></rss>"
    assert split_items(text, frozenset()).rest == text
