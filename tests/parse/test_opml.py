"""OPML: read tolerantly, written so that it reads back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.errors import ParseError
from dateline.parse.opml import OpmlFeed, parse_opml, write_opml

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def test_nested_folders_titles_and_foreign_attributes() -> None:
    document = parse_opml(
        b"""<?xml version="1.0"?>
<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><head><title>My  feeds</title></head><body>
<outline text="Press"><outline text="Europe">
<outline type="rss" text="Le Phare" title="Le Phare" xmlUrl="https://phare.example/feed?a=1&amp;b=2" htmlUrl="https://phare.example/" description="Tides" frss:priority="important" custom="x"/>
</outline></outline>
<outline xmlurl="https://bare.example/rss" TEXT="Bare"/></body></opml>"""
    )
    assert document.title == "My feeds"
    assert document.problems == ()
    first, second = document.feeds
    assert first.url == "https://phare.example/feed?a=1&b=2"
    assert (first.title, first.site_url, first.description) == ("Le Phare", "https://phare.example/", "Tides")
    assert first.folders == (("Press", "Europe"),)
    assert first.attributes == {"frss:priority": "important", "custom": "x"}
    assert (second.url, second.title, second.folders) == ("https://bare.example/rss", "Bare", ())


def test_what_cannot_be_used_is_told_with_its_line() -> None:
    document = parse_opml(
        b"""<opml><body>
<outline text="No address" type="rss"/>
<outline text="Bad" xmlUrl="ftp://x.example/"/>
<outline text="A" xmlUrl="https://a.example/"/>
<outline text="Again" xmlUrl="https://a.example/"/>
<outline text="An empty folder"/>
</body></opml>"""
    )
    assert [feed.title for feed in document.feeds] == ["A"]
    assert [(problem.line, problem.code) for problem in document.problems] == [
        (2, "opml.no_address"),
        (3, "opml.bad_address"),
        (5, "opml.duplicate"),
    ]


def test_a_feed_in_two_folders_is_one_feed() -> None:
    document = parse_opml(
        b"""<opml><body><outline text="A"><outline text="x" xmlUrl="https://x.example/"/></outline>
        <outline text="B"><outline text="x" xmlUrl="https://x.example/"/></outline>
        <outline text="y" xmlUrl="https://y.example/" category="/C/D,news,/E"/></body></opml>"""
    )
    assert [feed.folders for feed in document.feeds] == [(("A",), ("B",)), (("C", "D"), ("E",))]
    assert document.problems == ()


def test_a_half_written_file_gives_what_it_holds_and_says_so() -> None:
    document = parse_opml(
        b"<opml><body>\n<outline text='A' xmlUrl='https://a.example/'/>\n<outline text='B' xmlUrl='https://b.example/'/>\n<outline te"
    )
    assert [feed.title for feed in document.feeds] == ["A", "B"]
    assert [problem.code for problem in document.problems] == ["opml.damaged"]
    assert document.problems[0].line == 4


def test_bare_ampersands_lose_nothing() -> None:
    document = parse_opml(b"<opml><body><outline text='Q&A' xmlUrl='https://a.example/?x=1&y=2'/></body></opml>")
    assert [(feed.title, feed.url) for feed in document.feeds] == [("Q&A", "https://a.example/?x=1&y=2")]


def test_an_undeclared_prefix_is_no_damage() -> None:
    document = parse_opml(
        b"<opml><body><outline text='A' xmlUrl='https://a.example/' frss:priority='main'/></body></opml>"
    )
    assert document.problems == ()
    assert len(document.feeds) == 1


def test_other_encodings_and_feed_addresses() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><opml><body><outline text="Лента" xmlUrl="feed://l.example/rss"/></body></opml>'
    assert [(feed.title, feed.url) for feed in parse_opml(text.encode("cp1251")).feeds] == [
        ("Лента", "http://l.example/rss")
    ]
    text = '<opml><body><outline text="x" xmlUrl="feed:https://l.example/rss"/></body></opml>'
    assert [feed.url for feed in parse_opml(text.encode("utf-16")).feeds] == ["https://l.example/rss"]


def test_deep_folders_lose_no_feed() -> None:
    body = b"<outline text='f'>" * 100 + b"<outline text='x' xmlUrl='https://x.example/'/>" + b"</outline>" * 100
    (feed,) = parse_opml(b"<opml><body>" + body + b"</body></opml>").feeds
    assert feed.folders == (("f",) * 20,)


def test_ten_thousand_outlines_are_read_once_each() -> None:
    feeds = [
        OpmlFeed(url=f"https://f{n}.example/feed", title=f"Feed {n}", folders=((f"Folder {n % 50}",),))
        for n in range(10_000)
    ]
    document = parse_opml(write_opml("All", feeds, created_at=WHEN))
    assert len(document.feeds) == 10_000
    assert document.problems == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "parse.empty"),
        (b"Hello", "parse.not_opml"),
        (b"<opml><body/></opml>", "parse.not_opml"),
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "parse.not_opml"),
        (b"<opml>" + b"<outline text='x'>" * 1_000, "parse.too_complex"),
        (b"<opml>" + b" " * 21_000_000, "parse.too_complex"),
    ],
)
def test_what_is_no_opml_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_opml(body)
    assert caught.value.code == code


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=30).map(
    lambda text: " ".join(text.split())
)
_NAME = _TEXT.filter(bool)


@given(
    _TEXT,
    st.dictionaries(
        st.from_regex(r"\Ahttps?://[a-z]{1,9}\.example/[a-z0-9?&=%<>\"']{0,20}\Z").map(
            lambda url: url.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
        ),
        st.tuples(_NAME, _TEXT, st.lists(st.lists(_NAME, min_size=1, max_size=3).map(tuple), max_size=3, unique=True)),
        min_size=1,
        max_size=5,
    ),
)
def test_what_is_written_reads_back(title: str, feeds: dict[str, tuple[str, str, list[tuple[str, ...]]]]) -> None:
    written = [
        OpmlFeed(url=url, title=name, description=about, folders=tuple(paths), attributes={"frss:priority": "main"})
        for url, (name, about, paths) in feeds.items()
    ]
    document = parse_opml(write_opml(title, written, created_at=WHEN))
    assert document.title == title
    assert document.problems == ()
    read = {feed.url: (feed.title, feed.description, set(feed.folders), feed.attributes) for feed in document.feeds}
    assert read == {feed.url: (feed.title, feed.description, set(feed.folders), feed.attributes) for feed in written}
