"""Subscriptions in from any reader, out to any reader."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.errors import ParseError
from dateline.parse.opml import OpmlFeed, parse_opml
from dateline.parse.opml_writing import write_opml

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def document(outlines: str, *, head: str = "", attributes: str = "") -> bytes:
    return f'<opml version="2.0"{attributes}><head>{head}</head><body>{outlines}</body></opml>'.encode()


def codes(body: bytes) -> list[str]:
    return [problem.code for problem in parse_opml(body).problems]


# ------------------------------------------------------------------------------------------------ what is understood


def test_feeds_come_in_the_order_of_the_file_with_their_folders_from_the_outside_in() -> None:
    read = parse_opml(
        document(
            """<outline text="Press"><outline text="Europe">
            <outline type="rss" text="Harbour Post" xmlUrl="https://harbour.example/feed" htmlUrl="https://harbour.example/"
              description="From the port"/></outline>
            <outline type="rss" title="Hill Weekly" text="hw" xmlUrl="https://hill.example/rss"/></outline>
            <outline type="rss" text="Alone" xmlUrl="http://alone.example/atom"/>""",
            head="<title>  My\n feeds </title>",
        )
    )
    assert read.title == "My feeds"
    assert [feed.url for feed in read.feeds] == [
        "https://harbour.example/feed",
        "https://hill.example/rss",
        "http://alone.example/atom",
    ]
    harbour, hill, alone = read.feeds
    assert harbour.folders == (("Press", "Europe"),)
    assert (harbour.title, harbour.site_url, harbour.description) == (
        "Harbour Post",
        "https://harbour.example/",
        "From the port",
    )
    assert (hill.title, hill.folders) == ("Hill Weekly", (("Press",),))
    assert (alone.title, alone.folders) == ("Alone", ())
    assert read.problems == ()


def test_one_address_in_several_folders_is_one_feed_in_all_of_them() -> None:
    read = parse_opml(
        document(
            '<outline text="A"><outline text="x" xmlUrl="https://x.example/"/></outline>'
            '<outline text="B"><outline text="other name" xmlUrl="https://x.example/"/></outline>'
        )
    )
    assert [(feed.title, feed.folders) for feed in read.feeds] == [("x", (("A",), ("B",)))]
    assert read.problems == ()


def test_the_same_address_twice_in_the_same_place_is_told() -> None:
    assert codes(document('<outline text="x" xmlUrl="https://x.example/"/>' * 2)) == ["opml.duplicate"]


def test_a_category_that_starts_with_a_slash_is_a_folder_and_any_other_is_not() -> None:
    feed = parse_opml(document('<outline text="x" xmlUrl="https://x.example/" category="/Press/Europe,sport"/>')).feeds[
        0
    ]
    assert feed.folders == (("Press", "Europe"),)


def test_upper_case_names_are_understood() -> None:
    body = b'<OPML><BODY><OUTLINE TEXT="x" XMLURL="https://x.example/" TYPE="RSS"/></BODY></OPML>'
    assert [feed.title for feed in parse_opml(body).feeds] == ["x"]


def test_an_outline_with_an_address_may_have_others_below_it() -> None:
    inner = '<outline text="y" xmlUrl="https://y.example/"/>'
    read = parse_opml(document(f'<outline text="x" xmlUrl="https://x.example/">{inner}</outline>'))
    assert [(feed.title, feed.folders) for feed in read.feeds] == [("x", ()), ("y", ())]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("feed://x.example/rss", "http://x.example/rss"),
        ("feed:https://x.example/rss", "https://x.example/rss"),
        ("FEED://https://x.example/rss", "https://x.example/rss"),
        (" https://x.example/rss ", "https://x.example/rss"),
        ("https://x.example/?feed:https://y.example/", "https://x.example/?feed:https://y.example/"),
    ],
)
def test_the_feed_scheme_of_some_readers_is_taken_off(written: str, meant: str) -> None:
    assert [feed.url for feed in parse_opml(document(f'<outline text="x" xmlUrl="{written}"/>')).feeds] == [meant]


def test_freshrss_attributes_keep_their_prefix() -> None:
    outline = '<outline text="x" xmlUrl="https://x.example/" frss:priority="important" frss:cssFullContent="article"/>'
    expected = {"frss:priority": "important", "frss:cssFullContent": "article"}
    declared = document(outline, attributes=' xmlns:frss="https://freshrss.org/opml"')
    otherwise = document(outline.replace("frss:", "f:"), attributes=' xmlns:f="https://freshrss.org/opml"')
    for body in (declared, otherwise, document(outline)):
        assert parse_opml(body).feeds[0].attributes == expected


def test_a_tiny_tiny_rss_export_gives_its_feeds_and_not_its_preferences() -> None:
    body = document(
        '<outline text="Blogs" ttrssSortOrder="1">'
        '<outline type="rss" text="x" xmlUrl="https://x.example/" ttrssSortOrder="4" ttrssPurge="0"/></outline>'
        '<outline text="tt-rss-prefs" schema-version="124"><outline pref-name="A" value="true"/></outline>'
        '<outline text="tt-rss-labels"><outline label-name="Read later" label-fg-color=""/></outline>'
    )
    read = parse_opml(body)
    assert [(feed.title, feed.folders) for feed in read.feeds] == [("x", (("Blogs",),))]
    assert read.feeds[0].attributes["ttrssSortOrder"] == "4"
    assert [(problem.code, problem.text) for problem in read.problems] == [("opml.left_out", "tt-rss-prefs")]
    assert read.folders == ()


def test_a_miniflux_export_is_read_whole() -> None:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n    <head>\n        <title>Miniflux</title>\n'
        "        <dateCreated>Sun, 22 Nov 2026 12:00:00 UTC</dateCreated>\n    </head>\n    <body>\n"
        '        <outline text="All">\n            <outline title="x" text="x" xmlUrl="https://x.example/feed.json"'
        ' htmlUrl="https://x.example/" type="rss"></outline>\n        </outline>\n    </body>\n</opml>'
    )
    read = parse_opml(body.encode())
    assert (read.title, [feed.folders for feed in read.feeds]) == ("Miniflux", [(("All",),)])


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16", "windows-1252"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body><outline text="Été" xmlUrl="https://x.example/"/></body></opml>'
    assert parse_opml(text.encode(encoding)).feeds[0].title == "Été"


def test_ten_thousand_outlines_are_ten_thousand_feeds() -> None:
    outlines = "".join(
        f'<outline text="{n % 100}"><outline text="x" xmlUrl="https://x.example/{n}"/></outline>' for n in range(10_000)
    )
    assert len(parse_opml(document(outlines)).feeds) == 10_000


# ------------------------------------------------------------------------------------------------ what is broken


def test_a_half_written_file_gives_what_is_there_and_says_that_it_is_damaged() -> None:
    whole = document(
        '<outline text="News"><outline text="A &amp; B" xmlUrl="https://a.example/?x=1&amp;y=2"/>'
        '<outline text="c" xmlUrl="https://c.example/"/></outline>'
    )
    cut = whole[: whole.index(b"https://c.example") + 12]
    read = parse_opml(cut)
    assert [(feed.url, feed.title, feed.folders) for feed in read.feeds] == [
        ("https://a.example/?x=1&y=2", "A & B", (("News",),))
    ]
    assert [(problem.code, problem.line) for problem in read.problems] == [("opml.damaged", 1)]


@pytest.mark.parametrize(
    ("outline", "title"),
    [
        ('<outline text="A & B" xmlUrl="https://x.example/"/>', "A & B"),
        ('<outline text="a < b" xmlUrl="https://x.example/"/>', "a < b"),
        ('<outline text="caf&eacute;" xmlUrl="https://x.example/"/>', "café"),
        ('<outline text="a\0\1b&#1;&#55296;" xmlUrl="https://x.example/"/>', "ab"),
        ('<outline text="x" xmlUrl="https://x.example/">', "x"),
    ],
)
def test_the_usual_damage_loses_no_feed(outline: str, title: str) -> None:
    read = parse_opml(document(outline + '<outline text="next" xmlUrl="https://next.example/"/>'))
    assert [feed.title for feed in read.feeds] == [title, "next"]
    assert [problem.code for problem in read.problems] == ["opml.damaged"]


def test_what_is_no_web_address_is_told_with_its_line() -> None:
    body = document('\n<outline text="x" xmlUrl="javascript:alert(1)"/>\n<outline text="Lost" type="rss"/>')
    problems = [(problem.line, problem.code, problem.text) for problem in parse_opml(body).problems]
    assert problems == [(2, "opml.bad_address", "javascript:alert(1)"), (3, "opml.no_address", "Lost")]


def test_an_empty_folder_is_no_problem() -> None:
    assert parse_opml(document('<outline text="Later"/>')).problems == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "parse.empty"),
        (b" \n ", "parse.empty"),
        (b"<!doctype html><html><body>Sign in</body></html>", "parse.not_opml"),
        (b'{"feeds": []}', "parse.not_opml"),
        (b"\0" * 1000, "parse.not_opml"),
        (b"<opml><body></body></opml>", "parse.not_opml"),
        (b"x" * 20_000_001, "parse.too_complex"),
        (document('<outline text="a">' * 10_000 + "</outline>" * 10_000), "parse.too_complex"),
    ],
    ids=["nothing", "blanks", "a page", "JSON", "zeros", "no outline", "too long", "10,000 deep"],
)
def test_what_is_no_outline_is_an_error(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as error:
        parse_opml(body)
    assert error.value.code == code


def test_entities_are_neither_multiplied_nor_fetched() -> None:
    bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    body = (
        f'<!DOCTYPE opml [<!ENTITY l0 "lol">{bomb}<!ENTITY file SYSTEM "file:///etc/hostname">]>'
        '<opml><body><outline text="a &l9; &file;" xmlUrl="https://x.example/"/></body></opml>'
    )
    assert parse_opml(body.encode()).feeds[0].title == "a &l9; &file;"


def test_folders_deeper_than_ten_end_in_the_tenth_and_that_is_told() -> None:
    inner = '<outline text="x" xmlUrl="https://x.example/"/>'
    read = parse_opml(document('<outline text="a">' * 12 + inner + "</outline>" * 12))
    assert read.feeds[0].folders == (("a",) * 10,)
    assert [(problem.code, problem.text) for problem in read.problems] == [("opml.too_deep", "a")] * 2


def test_thousands_of_attributes_are_not_all_read() -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(50_000))
    feed = parse_opml(document(f'<outline text="x" xmlUrl="https://x.example/" {attributes}/>')).feeds[0]
    assert len(feed.attributes) < 200


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(ParseError):
        parse_opml(body)


# ------------------------------------------------------------------------------------------------ there and back

_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_FEEDS = st.builds(
    OpmlFeed,
    url=st.from_regex(r"\Ahttps?://[a-z]{1,8}\.example/[a-z0-9?&=;%'\"é-]{0,12}\Z").filter(lambda url: '"' not in url),
    title=_WORDS,
    site_url=st.none() | st.just("https://site.example/?a=1&b=<2>".replace("<", "%3C").replace(">", "%3E")),
    description=st.just("") | _WORDS,
    folders=st.lists(st.lists(_WORDS, min_size=1, max_size=3).map(tuple), max_size=3, unique=True).map(tuple),
)


@given(st.lists(_FEEDS, min_size=1, max_size=8, unique_by=lambda feed: feed.url), _WORDS)
def test_what_is_written_is_read_again(feeds: list[OpmlFeed], title: str) -> None:
    read = parse_opml(write_opml(title, feeds, created_at=NOW))
    assert read.title == title
    assert read.problems == ()
    assert {feed.url: _without_line(feed) for feed in read.feeds} == {feed.url: _without_line(feed) for feed in feeds}


def test_text_that_xml_cannot_hold_is_written_without_it() -> None:
    feed = OpmlFeed(url="https://x.example/", title="a\0b\ud800c\x0b", folders=(("f\1",),))
    read = parse_opml(write_opml("t\0", [feed], created_at=NOW)).feeds[0]
    assert (read.title, read.folders) == ("abc", (("f",),))


def _without_line(feed: OpmlFeed) -> tuple[object, ...]:
    return feed.url, feed.title, feed.site_url, feed.description, set(feed.folders)


def test_what_other_readers_add_survives_the_way_out_and_in() -> None:
    attributes = {"frss:priority": "important", "ttrssSortOrder": "4"}
    feed = OpmlFeed(url="https://x.example/", title="x", attributes=attributes | {"no name": "1", "x:unknown": "2"})
    assert parse_opml(write_opml("t", [feed], created_at=NOW)).feeds[0].attributes == attributes
