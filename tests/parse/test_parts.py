"""The small parts: addresses, durations, media types, schedules, encodings by label, titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dateline.parse.addresses import absolute, absolute_links, base_address, join
from dateline.parse.encoding import codec_name, to_utf8
from dateline.parse.markup import looks_like_html, plain, text_as_html
from dateline.parse.media import duration_seconds, media_type, whole
from dateline.parse.people import person_from_text
from dateline.parse.schedule import skip_days, skip_hours, ttl_seconds


@pytest.mark.parametrize(
    ("address", "base", "expected"),
    [
        ("http://a.example/x", None, "http://a.example/x"),
        (" HTTPS://A.example/\n x ", None, "HTTPS://A.example/%20x"),
        ("/x", "https://a.example/b/c", "https://a.example/x"),
        ("x?y=1", "https://a.example/b/c", "https://a.example/b/x?y=1"),
        ("//b.example/x", "http://a.example/", "http://b.example/x"),
        ("//b.example/x", None, "https://b.example/x"),
        ("/x", None, None),
        ("", "https://a.example/", None),
        ("javascript:alert(1)", "https://a.example/", None),
        ("java\tscript:alert(1)", "https://a.example/", None),
        ("data:text/html,x", "https://a.example/", None),
        ("mailto:a@b.example", "https://a.example/", None),
        ("http://[::1", None, None),
        ("http://[", "https://a.example/", None),
        ("https://", None, None),
        ("http:///x", None, None),
        ("a" * 9_000, "https://a.example/", None),
    ],
)
def test_an_address_becomes_absolute_or_none(address: str, base: str | None, expected: str | None) -> None:
    assert absolute(address, base) == expected


@given(
    st.lists(st.sampled_from(["a", "b.c", ".", "..", "...", "", "~d", "%20", "e:f", "@g", "h;i", "?j", "#"])).map(
        "/".join
    ),
    st.sampled_from(["https://a.example", "http://A.example/b/c", "https://a.example?b", "https://a.example:81/b"]),
)
def test_the_short_way_to_a_path_below_the_host_leads_where_the_long_one_does(path: str, base: str) -> None:
    if not path.startswith("/"):
        assert absolute(f"/{path}", base) == join(base, f"/{path}")


def test_a_base_is_kept_when_the_inner_one_is_none() -> None:
    assert base_address("javascript:x", "https://a.example/") == "https://a.example/"
    assert base_address("b/", "https://a.example/") == "https://a.example/b/"
    assert base_address("https://a.example/" + "x" * 900, "https://b.example/") == "https://b.example/"
    assert base_address("https://a.example/y?" + "x" * 900, None) == "https://a.example/y"


def test_relative_links_in_html_become_absolute_and_nothing_else_changes() -> None:
    html = """<p title='href="x"'><a href="a?b=1&amp;c=2">x</a> <a href='#n'>n</a> """
    html += """<IMG SRC="/i.png"> <a href="mailto:x">m</a>"""
    assert absolute_links(html, "https://a.example/d/") == (
        """<p title='href="x"'><a href="https://a.example/d/a?b=1&amp;c=2">x</a> <a href='#n'>n</a> """
        """<IMG SRC="https://a.example/i.png"> <a href="mailto:x">m</a>"""
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("95", 95),
        ("01:35", 95),
        ("1:02:03", 3723),
        ("95.5", 95),
        ("", None),
        ("0", None),
        ("-5", None),
        ("1h", 3600),
        ("1 hr. 5 mins", 3900),
        ("PT90S", 90),
        ("h", None),
        ("PT", None),
        ("an hour", None),
        ("::", None),
    ],
)
def test_durations(text: str, expected: int | None) -> None:
    assert duration_seconds(text) == expected


def test_numbers_of_bytes_and_media_types() -> None:
    assert [whole(text) for text in ("12", " 7 ", "0", "-1", "1e9", "²", "9" * 30)] == [
        12,
        7,
        None,
        None,
        None,
        None,
        None,
    ]
    assert media_type("Audio/MPEG; charset=x") == "audio/mpeg"
    assert [media_type(text) for text in (None, "", "mp3", "a b/c", "<script>/x")] == [None] * 5


def test_how_long_a_feed_asks_to_be_left_alone() -> None:
    assert ttl_seconds("60", "hourly", "4") == 3600
    assert ttl_seconds("-5", "daily", "2") == 43_200
    assert ttl_seconds("9" * 12, None, None) == 31_536_000
    assert ttl_seconds(None, "hourly", "100000") == 60
    assert ttl_seconds("x", "sometimes", None) is None


def test_hours_and_days_to_skip() -> None:
    def element(name: str, *texts: str) -> etree._Element:
        root = etree.Element("x")
        for text in texts:
            etree.SubElement(root, name).text = text
        return root

    assert skip_hours(element("hour", "3", "24", "x", "03", "-1", "²")) == (0, 3)
    assert skip_hours(element("hour", *map(str, range(24)))) == ()  # all of them: a mistake
    assert skip_days(element("day", "Sunday", " monday ", "Someday")) == (0, 6)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("UTF8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("Windows-1251", "cp1251"),
        ("x-sjis", "shift_jis"),
        ("Windows-31J", "shift_jis"),
        ("windows-949", "euc_kr"),
        ("x-x-big5", "big5"),
        ("gb_2312-80", "gb2312"),
        ("iso88592", "iso8859-2"),
        ("iso-8859-8-i", "iso8859-8"),
        ("x-mac-roman", "mac-roman"),
        ("x-cp1251", "cp1251"),
        ("koi8-ru", "koi8-u"),
        ("unicode20utf8", "utf-8"),
        ("x-user-defined", None),
        ("iso-8859-99", None),
        ("zip", None),
        ("idna", None),
    ],
)
def test_only_charsets_are_encodings(label: str, expected: str | None) -> None:
    assert codec_name(label) == expected


def test_a_text_about_wrong_encoding_is_left_as_it_is() -> None:
    text = "<t>Déjà vu : « Ã©tÃ© », « Ã¨re » et « Ã la carte »</t>".encode()
    assert to_utf8(text).text == text


@pytest.mark.parametrize(
    ("text", "name", "email"),
    [
        ("a@b.example (Ann)", "Ann", "a@b.example"),
        ("Ann <a@b.example>", "Ann", "a@b.example"),
        ("Ann (mailto:a@b.example)", "Ann", "a@b.example"),
        ("a@b.example", None, "a@b.example"),
        ("Ann & Bo", "Ann & Bo", None),
        ("@ann", "@ann", None),
    ],
)
def test_an_author_in_one_text(text: str, name: str | None, email: str | None) -> None:
    person = person_from_text(text)
    assert person is not None
    assert (person.name, person.email) == (name, email)


def test_markup_is_told_from_text_that_looks_like_it() -> None:
    assert [looks_like_html(text) for text in ("<b>x</b>", "a<br>b", "x &amp; y", "&#65;")] == [True] * 4
    assert [looks_like_html(text) for text in ("x", "a < b", "the <b> tag", "<foo>x</foo>", "AT&T", "&bogus;")] == [
        False
    ] * 6


def test_html_as_one_line_of_text() -> None:
    assert plain("<p>One</p>\n <script>two()</script><!-- three --> four<br>five &amp; <i title='a>b'>six") == (
        "One four five & b'>six"
    )
    assert plain("<img alt='a <br> b'>") is None
    assert plain("<style>x") is None


def test_plain_text_keeps_its_lines_as_html() -> None:
    assert text_as_html("a < b") == "a &lt; b"
    assert text_as_html("one\r\ntwo\n\n\nthree") == "<p>one<br>two</p><p>three</p>"
