"""A whole entry: every field plain, safe and bounded."""

from datetime import UTC, datetime

import pytest

from dateline.clean import clean_entry
from dateline.model import CleanEntry, Enclosure, ParsedEntry, Person, RawHTML

FEED = "https://feeds.example/main.xml"
SITE = "https://news.example/"
URL = "https://news.example/2026/entry"


def clean(entry: ParsedEntry) -> CleanEntry:
    return clean_entry(entry, feed_url=FEED, site_url=SITE)


def content(html: str) -> ParsedEntry:
    return ParsedEntry(url=URL, title="T", content_html=RawHTML(html))


def test_an_ordinary_entry_keeps_everything() -> None:
    moment = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    entry = ParsedEntry(
        guid="1",
        url=URL,
        title="A title",
        authors=(Person(name="Ada", email="ada@news.example", url="https://ada.example/"),),
        published_at=moment,
        updated_at=moment,
        summary_html=RawHTML("<p>short</p>"),
        content_html=RawHTML("<p>long <b>text</b></p><p>more</p>"),
        tags=("Science", "Space"),
        language="en-GB",
        enclosures=(
            Enclosure(url="https://news.example/a.mp3", type="audio/mpeg", length=5, title="t", duration_seconds=9),
        ),
        thumbnail_url="https://news.example/t.jpg",
        comments_url="https://news.example/2026/entry#comments",
    )
    cleaned = clean(entry)
    assert cleaned == CleanEntry(
        url=URL,
        title="A title",
        authors=entry.authors,
        published_at=moment,
        updated_at=moment,
        content_html=cleaned.content_html,
        text=cleaned.text,
        preview_text="long text more",
        word_count=3,
        tags=("Science", "Space"),
        language="en-GB",
        enclosures=entry.enclosures,
        thumbnail_url="https://news.example/t.jpg",
        comments_url="https://news.example/2026/entry#comments",
    )
    assert cleaned.text.split() == ["long", "text", "more"]
    assert cleaned.content_html == "<p>long <b>text</b></p><p>more</p>"


def test_an_empty_entry_is_still_an_entry() -> None:
    cleaned = clean(ParsedEntry())
    assert cleaned.title == "–"
    assert cleaned.url is None
    assert cleaned.content_html == cleaned.text == cleaned.preview_text == ""


@pytest.mark.parametrize(
    ("content_html", "summary_html", "expected"),
    [
        ("<p>c</p>", "<p>s</p>", "<p>c</p>"),
        (None, "<p>s</p>", "<p>s</p>"),
        ("", "<p>s</p>", "<p>s</p>"),
        ("<script>x</script>", "<p>s</p>", "<p>s</p>"),
        ("<p> </p>", "<p>s</p>", "<p>s</p>"),
        ("<p>&nbsp;</p>", None, "<p>&nbsp;</p>"),
        (None, None, ""),
    ],
)
def test_the_summary_stands_in_for_missing_content(
    content_html: str | None, summary_html: str | None, expected: str
) -> None:
    entry = ParsedEntry(
        content_html=None if content_html is None else RawHTML(content_html),
        summary_html=None if summary_html is None else RawHTML(summary_html),
    )
    assert clean(entry).content_html == expected


def test_a_picture_alone_is_content() -> None:
    entry = ParsedEntry(content_html=RawHTML("<img src=https://a.example/x.png>"), summary_html=RawHTML("s"))
    assert clean(entry).content_html.startswith("<img ")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("  A \n title\t", "A title"),
        ("A\x00B\x07C\x9f", "ABC"),
        ("a < b & c <i>d</i>", "a < b & c <i>d</i>"),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, "x" * 999 + "…"),
        ("\ud800half", "half"),
    ],
)
def test_a_title_is_one_line_of_bounded_length(title: str, expected: str) -> None:
    assert clean(ParsedEntry(title=title)).title == expected


@pytest.mark.parametrize("title", [None, "", "  \n", "\x00\x01"])
def test_without_a_title_the_text_gives_one(title: str | None) -> None:
    def titled(html: str) -> str:
        return clean(ParsedEntry(url=URL, title=title, content_html=RawHTML(html))).title

    assert titled("<p>Short text</p>") == "Short text"
    assert titled("x" * 75) == "x" * 75
    assert titled("x" * 76) == "x" * 75 + "…"
    assert titled("word " * 40) == ("word " * 15).strip() + "…"
    assert titled("<img src=/x.png>") == "news.example/2026/entry"
    assert titled("") == "news.example/2026/entry"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "", "mailto:a@b.example"]
)
def test_no_address_but_http_survives(url: str) -> None:
    cleaned = clean(
        ParsedEntry(
            url=url,
            comments_url=url,
            thumbnail_url=url,
            enclosures=(Enclosure(url=url), Enclosure(url="https://a.example/x")),
            authors=(Person(name="n", url=url), Person(url=url)),
        )
    )
    assert (cleaned.url, cleaned.comments_url, cleaned.thumbnail_url) == (None, None, None)
    assert [enclosure.url for enclosure in cleaned.enclosures] == ["https://a.example/x"]
    assert cleaned.authors == (Person(name="n"),)


def test_the_address_of_an_entry_keeps_its_parameters() -> None:
    address = "https://news.example/x?utm_source=rss&a=1#b"
    cleaned = clean(ParsedEntry(url=address, content_html=RawHTML(f'<a href="{address}">x</a>')))
    assert cleaned.url == address
    assert 'href="https://news.example/x?a=1#b"' in cleaned.content_html


@pytest.mark.parametrize(
    ("base_url", "url", "site_url", "expected"),
    [
        ("https://base.example/d/", URL, SITE, "https://base.example/d/x"),
        (None, URL, SITE, "https://news.example/2026/x"),
        (None, None, SITE, "https://news.example/x"),
        (None, None, None, "https://feeds.example/x"),
    ],
)
def test_relative_addresses_have_the_nearest_base(
    base_url: str | None, url: str | None, site_url: str | None, expected: str
) -> None:
    entry = ParsedEntry(base_url=base_url, url=url, content_html=RawHTML("<a href=x>y</a>"), thumbnail_url="x")
    cleaned = clean_entry(entry, feed_url=FEED, site_url=site_url)
    assert f'href="{expected}"' in cleaned.content_html
    assert cleaned.thumbnail_url == expected


def test_the_preview_is_the_first_500_characters_of_the_text() -> None:
    cleaned = clean(content("<p>" + "word " * 200 + "</p><p>end</p>"))
    assert cleaned.preview_text == ("word " * 100).strip()
    assert len(cleaned.preview_text) == 499
    assert cleaned.text.split()[-2:] == ["word", "end"]
    assert cleaned.word_count == 201
    cleaned = clean(content('<p><img src=/x.png alt="not this">' + "é" * 600 + "</p>"))
    assert cleaned.preview_text == "é" * 500


def test_the_first_picture_is_the_thumbnail_when_none_was_published() -> None:
    html = "<p>x</p><img src=/pixel.gif width=1 height=1><img src='/a.jpg?b=1&amp;c=2'><img src=/d.jpg>"
    assert clean(content(html)).thumbnail_url == "https://news.example/a.jpg?b=1&c=2"
    assert clean(content("<p>x</p>")).thumbnail_url is None


def test_a_published_beacon_is_no_thumbnail() -> None:
    entry = ParsedEntry(
        thumbnail_url="https://pixel.wp.com/b.gif", content_html=RawHTML("<img src=https://a.example/x>")
    )
    assert clean(entry).thumbnail_url == "https://a.example/x"


def test_lists_are_bounded_and_without_doubles() -> None:
    cleaned = clean(
        ParsedEntry(
            authors=tuple(Person(name=f"n{number // 2}") for number in range(100)),
            tags=("a", "A ", "a\n", "", "  ", "b" * 200, *(f"t{number}" for number in range(200))),
            enclosures=tuple(Enclosure(url=f"https://a.example/{number // 2}") for number in range(300)),
        )
    )
    assert len(cleaned.authors) == 20
    assert len(cleaned.tags) == 50
    assert cleaned.tags[:2] == ("a", "b" * 99 + "…")
    assert len(cleaned.enclosures) == 50
    assert len({enclosure.url for enclosure in cleaned.enclosures}) == 50


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(name=" A \n B "), Person(name="A B")),
        (Person(name="x" * 300), Person(name="x" * 199 + "…")),
        (Person(name="a", email="not an address"), Person(name="a")),
        (Person(email="a@b.example"), Person(email="a@b.example")),
        (Person(email='"<script>"@b.example'), None),
        (Person(name=" ", email="", url="x:y"), None),
    ],
)
def test_a_person_is_plain(person: Person, expected: Person | None) -> None:
    assert clean(ParsedEntry(authors=(person,))).authors == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("enclosure", "expected"),
    [
        (Enclosure(url="/a.mp3"), Enclosure(url="https://news.example/a.mp3")),
        (Enclosure(url="https://a.example/", length=-1, duration_seconds=-5), Enclosure(url="https://a.example/")),
        (Enclosure(url="https://a.example/", length=10**30), Enclosure(url="https://a.example/")),
        (
            Enclosure(url="https://a.example/", type="AUDIO/MPEG "),
            Enclosure(url="https://a.example/", type="audio/mpeg"),
        ),
        (Enclosure(url="https://a.example/", type='x" onload="y'), Enclosure(url="https://a.example/")),
        (Enclosure(url="https://a.example/", title=" a\nb "), Enclosure(url="https://a.example/", title="a b")),
    ],
)
def test_an_enclosure_is_plain(enclosure: Enclosure, expected: Enclosure) -> None:
    assert clean(ParsedEntry(url=URL, enclosures=(enclosure,))).enclosures == (expected,)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "fr"), ("zh-Hant-TW", "zh-Hant-TW"), ("fr_FR", None), ('en" onclick="x', None), ("", None), (None, None)],
)
def test_a_language_is_a_tag_or_nothing(language: str | None, expected: str | None) -> None:
    assert clean(ParsedEntry(language=language)).language == expected
