"""Documents made to hurt: bounded in time and size, safe, and settled at once.

Nothing here has a time limit: a step that took the square of the input would simply never end.
"""

import re

import pytest
from tests.clean.checker import problems

from dateline.clean import balance, clean_html, plain_text, reopening, sanitize
from dateline.model import RawHTML

BASE = "https://news.example/" + "x" * 1_000
FORMATTING = "".join(f"<b title={number}>" for number in range(1_000))

HEAVY = {
    "deep": "<div>" * 50_000 + "x",
    "deep lists": "<ul><li>" * 25_000,
    "deep and closed": "<blockquote>" * 25_000 + "x" + "</blockquote>" * 25_000,
    "unclosed formatting": "<b>" * 50_000 + "x",
    "formatting opened again in every block": f"<p>{FORMATTING}" + "<div>x</div>" * 25_000,
    "misnested formatting": "<b><i></b></i>x" * 25_000,
    "links around blocks": ("<a href=x>" + "<div>" * 12) * 10_000,
    "only <": "<" * 250_000,
    "only &": "&" * 250_000,
    "only &amp;": "&amp;" * 150_000,
    "character references": "&#x26;" * 100_000,
    "attributes": "<p " + " ".join(f"a{number:x}" for number in range(150_000)) + ">x",
    "an open quote": '<p a="' * 100_000,
    "two kinds of open quotes": "<p a=\"<p b='" * 50_000,
    "quotes in odd places": '<a b=c"d="' * 50_000,
    "unclosed comments": "<!--" * 150_000,
    "unclosed scripts": "<script>" * 100_000,
    "many scripts": "<script>x</script>" * 25_000,
    "foreign elements": "<svg><p>" * 50_000,
    "pictures with a long base": "<img src=a>" * 50_000,
    "a long srcset": '<img srcset="' + "a 1x," * 100_000 + '">',
    "commas": "<img srcset='" + "," * 250_000 + "'>",
    "commas in one address": "<img srcset='" + "y,,,,,,," * 10_000 + "z'>",
    "frames": "<iframe src=//u.example/></iframe>" * 15_000,
    "open frames": "<iframe>" * 100_000,
    "players": "<embed src=//www.youtube.com/v/abcdefgh>" * 10_000,
    "nested sound": "<audio>" * 50_000,
    "nested tables": "<table><tr><td>" * 25_000,
    "misplaced in tables": "<table><a href=x>y" * 25_000,
    "forms": "<form>" * 100_000,
    "paragraphs": "<p>" * 150_000,
    "headings": "<h1><font>" * 50_000,
    "tracking": '<a href="/?' + "utm_a=1&" * 50_000 + '">x</a>',
    "dots": '<a href="' + "../" * 100_000 + 'x">y</a>',
    "a style": '<img src=a style="' + "width:" * 100_000 + '">',
    "noscript": "<noscr<noscript>ipt>" * 25_000,
    "halves of characters": "\ud800<b>" * 50_000,
    "a data picture": '<img src="data:image/png;base64,' + "A" * 1_000_000 + '">',
}


@pytest.mark.parametrize("html", HEAVY.values(), ids=HEAVY.keys())
def test_a_heavy_document_ends_small_and_settled(html: str) -> None:
    once = clean_html(RawHTML(html), BASE)
    assert len(once) <= balance.MAX_CHARS
    assert clean_html(RawHTML(once), BASE) == once
    assert len(plain_text(once)) <= len(once)
    # A part is enough for the judge, whose parsers are slower than what they judge.
    assert problems(once[: once.rfind("<", 0, 50_000)] if len(once) > 50_000 else once) == []


def test_a_document_is_cut_at_the_limit_but_never_inside_a_tag() -> None:
    words = "word " * 1_100_000
    assert len(clean_html(RawHTML(words), None)) == balance.MAX_CHARS
    tag = '<a href="https://a.example/">link</a>'
    start = "x" * (balance.MAX_CHARS - 10)
    assert balance.cut(start + tag) == start
    assert balance.cut(tag) == tag


def test_what_grows_beyond_the_limit_becomes_its_text() -> None:
    html = "<p>first</p>" + "<a href=x>y</a>" * 49_000
    once = clean_html(RawHTML(html), "https://news.example/" + "x" * 900 + "/")
    assert len(once) <= balance.MAX_CHARS
    assert once.startswith("<p>first</p><p>yyyy")
    assert clean_html(RawHTML(once), None) == once


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>", "<p>a</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
        ("</p>a</div>", "a"),
        ("<div><p>a</div>b", "<div><p>a</p></div>b"),
        ("<BR/><IMG SRC=a ALT='b \"c\"'>", '<br><img src="a" alt="b &quot;c&quot;">'),
        ("<p onclick=x style=y title=z title=w>a", '<p title="z">a</p>'),
        ("<o:p>a</o:p><font>b</font>", "ab"),
        ("<!doctype html><!-- c --><?x y?><!-->a", "a"),
        ("<script>a</script>b<STYLE>c</style >d<svg><p>e</svg>f", "bdf"),
        ("<script>a", ""),
        ("a < b & c", "a &lt; b & c"),
        ("<iframe src=a>b</iframe>c", '<iframe src="a"></iframe>bc'),
        ("<a href='x>y'>z</a>", '<a href="x&gt;y">z</a>'),
        ('<a href="<b>">z</a>', '<a href="&lt;b&gt;">z</a>'),
        ('<p title="open>x</p>', '&lt;p title="open>x'),
    ],
)
def test_balancing_writes_well_nested_html(html: str, expected: str) -> None:
    assert balance.balanced(html) == expected


def test_balancing_keeps_well_nested_html_to_the_letter() -> None:
    html = clean_html(
        RawHTML(
            "<h2>t</h2><p>a <a href=/x title=y>b</a> &amp; <em>c</em></p><ul><li>d<ul><li>e</li></ul></li></ul>"
            "<table><tbody><tr><td colspan=2>f</td></tr></tbody></table><img src=/g alt=h width=20><pre>\n\ni</pre>"
            "<iframe src=https://player.vimeo.com/video/1></iframe><audio src=/j></audio>"
        ),
        BASE,
    )
    assert balance.balanced(html) == html


def test_well_nested_html_is_known_without_balancing_it() -> None:
    html = '<p><a href="x">a</a> &amp; <b>b</b></p><ul><li>c<br></li><li>d</li></ul>'
    assert balance.is_balanced(html)
    others = ("<p><b>a</p></b>", "<p>a<p>b</p></p>", "<p>a", "<b>" * 9 + "</b>" * 9, "&amp;" * 501, '<p class="a"></p>')
    for other in others:
        assert not balance.is_balanced(other)


def test_a_long_ordinary_document_is_the_same_as_its_parts() -> None:
    part = '<p>A <a href="https://a.example/x">link</a>, <em>a word</em>.</p>\n<ul><li>one</li><li>two</li></ul>\n'
    assert balance.is_crowded(part * 1_000)
    assert clean_html(RawHTML(part * 1_000), None) == clean_html(RawHTML(part), None) * 1_000


@pytest.mark.parametrize(
    "html",
    [
        "<p><a href='https://x.example/" + "y" * 40_000 + "'>" + "<p>x" * 1_200,
        "<p><a href='https://x.example/" + "y" * 180_000 + "'>" + "<p>x" * 3_900,
        "<p>" + "".join(f"<{name} title='{'y' * 16_000}'>" for name in ("b", "i", "u", "s", "em")) + "<p>x" * 50_000,
        "<p>" + "".join(f"<b title={number}>" for number in range(245)) + "<p>x" * 3_700,
    ],
    ids=["a long address", "a very long one", "several", "many"],
)
def test_long_tags_that_every_paragraph_opens_again_are_not_written_a_thousand_times(html: str) -> None:
    written = []
    for cleaner in (sanitize._CLEANER, sanitize._CLEANER_WITH_ANCHORS):
        assert balance.is_crowded(html)
        bounded = balance.balanced(html)
        if not reopening.writes_much(bounded):
            written.append(len(cleaner.clean(bounded)))
    assert all(size <= reopening.MAX_WRITTEN for size in written)
    assert len(clean_html(RawHTML(html), None)) < 1_000_000


def test_depth_is_bounded() -> None:
    html = clean_html(RawHTML("<div>" * 10_000 + "x"), None)
    assert html.count("<div>") == balance.MAX_DEPTH
    assert "x" in html


def test_the_last_resort_is_text_in_paragraphs() -> None:
    html = "<h1>T &amp; t</h1><p>a<b>b</b><br>c</p><script>d</script><!-- e --><ul><li>f<li>g</ul>&lt;h&gt; \0i"
    once = balance.text_only(html)
    assert balance.text_only("\ud800x") == "<p>?x</p>"
    assert once == "<p>T &amp; t</p><p>ab</p><p>c</p><p>f</p><p>g</p><p>&lt;h&gt; i</p>"
    assert balance.text_only(once) == once


@pytest.mark.parametrize("html", ["&" * 600_000, "<p>x" * 60_000, "&lt;" * 500_000, "a\n" * 300_000, "<" * 600_000])
def test_the_last_resort_is_bounded_and_settled(html: str) -> None:
    once = balance.text_only(html)
    assert len(once) <= balance.MAX_CHARS
    assert len(re.findall("<p>", once)) <= balance.MAX_PARAGRAPHS
    assert balance.text_only(once) == once
