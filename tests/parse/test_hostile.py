"""Documents made to hurt, and arbitrary ones: a known outcome, in bounded memory, and no other exception."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parse.attacks import ATTACKS

from dateline.errors import ParseError
from dateline.parse import parse_feed
from dateline.parse.discover import find_feeds, find_icons
from dateline.parse.opml import parse_opml

ROOT = Path(__file__).resolve().parents[2]
_MEGABYTES = 200  # of all attacks one after the other: the documents (up to 40 MB) and what reading them takes

_SEEDS = sorted((Path(__file__).parent / "corpus").glob("*/*.xml")) + sorted(
    (Path(__file__).parent / "corpus").glob("*/*.feed")
)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_has_a_known_end(name: str) -> None:
    make, expected = ATTACKS[name]
    found: str | int
    try:
        feed = parse_feed(make(), url="https://victim.example/feed")
        found = len(feed.entries)
        assert "root:" not in str(feed)[:100_000]
    except ParseError as error:
        found = error.code
    assert found == expected


def test_all_attacks_together_stay_within_bounded_memory() -> None:
    program = """
import resource
from tests.parse.attacks import ATTACKS
from dateline.errors import ParseError
from dateline.parse import parse_feed
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for make, _ in ATTACKS.values():
    try:
        parse_feed(make(), url="https://victim.example/feed")
    except ParseError:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < _MEGABYTES


def test_half_a_surrogate_pair_inside_of_a_broken_attribute_is_dropped() -> None:
    feed = parse_feed(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>"
        b"<div xmlns='urn:<![CDATA[a&&#xD800;#xD800;b'><p c='&#xDC00;'>x &&#xD800;#xD800;</p></div>"
        b"</content></entry></feed>"
    )
    assert len(feed.entries) == 1
    str(feed).encode("utf-8")


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_understood_or_refused(body: bytes) -> None:
    _parse(body)


@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), max_size=6),
    st.sampled_from(["", "text/xml; charset=utf-16", "application/rss+xml; charset=koi8-r", "text/html;charset=\x00"]),
)
def test_damaged_feeds_are_understood_or_refused(
    path: Path, damages: list[tuple[float, int, bytes]], content_type: str
) -> None:
    body = path.read_bytes()
    for place, length, replacement in damages:
        start = int(place * len(body))
        body = body[:start] + replacement + body[start + length :]
    _parse(body, content_type)


_SCRAPS = """<rss <feed <item> <entry> <title> </title> </item> <link href= <a <b> </b> " ' > /> & &amp; &#0; &x;
<![CDATA[ ]]> <!-- --> <?xml ?> <!DOCTYPE [ ] <!ENTITY xml:base= type=xhtml xmlns= xmlns:a= http://[ //
<description> <content:encoded> {"items":[ {} \0 \x80 é"""
_MARKUP = st.lists(st.sampled_from(_SCRAPS.split()), max_size=40).map(" ".join)


@given(_MARKUP)
def test_scraps_of_markup_are_understood_or_refused(text: str) -> None:
    body = text.encode()
    _parse(b"<rss version='2.0'><channel><item>" + body)
    _parse(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>" + body)
    find_feeds(body, url="https://a.example/")
    find_icons(body, url="https://a.example/")
    with suppress(ParseError):
        parse_opml(b"<opml><body><outline text='x'>" + body)


def _parse(body: bytes, content_type: str = "") -> None:
    """Anything but a feed or a ``ParseError`` fails the test."""
    with suppress(ParseError):
        feed = parse_feed(body, url="https://a.example/feed", content_type=content_type)
        str(feed).encode("utf-8")  # no half of a surrogate pair anywhere
