"""What holds for any input: safe, settled, bounded; found by search instead of by example."""

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.clean.checker import problems

from dateline.clean import balance, clean_entry, clean_html, plain_text, policy
from dateline.model import Enclosure, ParsedEntry, Person, RawHTML

BASE = "https://news.example/2026/entry"
UNKNOWN = (
    "h1 embed form button object marquee applet font nobr nav main label fieldset body html head input xmp listing"
    " plaintext menu dir dialog legend canvas map area slot desc mi mtext foreignObject annotation-xml base o:p"
)
ELEMENTS = sorted({*policy.TAGS, *policy.DROPPED_WITH_CONTENT, *re.findall(r"\S+", UNKNOWN)})
ADDRESSES = [
    "/x",
    "x.png?a=1&b=2",
    "https://a.example/y",
    "//b.example",
    "javascript:alert(1)",
    "data:image/png;base64,AA",
    "mailto:a@b.example",
    "https:c",
    "https://www.youtube.com/embed/abcdefghijk",
    "https://player.vimeo.com/video/1",
    "https://pixel.wp.com/b.gif",
    "?utm_source=a&b=1#utm_medium=c",
    "\\\\d.example",
    "#e",
    "",
]
NAMES = [
    "href",
    "src",
    "srcset",
    "data-src",
    "data-srcset",
    "poster",
    "title",
    "alt",
    "style",
    "width",
    "height",
    "onclick",
]
VALUES = [
    *ADDRESSES,
    "/a 1x, /b 2x",
    "1",
    "300",
    "display:none",
    " href=",
    '<img src="x">',
    "'",
    '"',
    ">",
    "<",
    "&quot;",
    "é",
]

values = st.one_of(st.sampled_from(VALUES), st.text("<>\"'&=; /:abhrefsc\t\n\0\xa0é", max_size=12))
quoted = st.builds(lambda quote, value: f"{quote}{value}{quote}", st.sampled_from(["'", '"', ""]), values)
attributes = st.builds(lambda name, value: f" {name}={value}", st.sampled_from(NAMES), quoted)
opening = st.builds(
    lambda name, given, end: f"<{name}{''.join(given)}{end}",
    st.sampled_from(ELEMENTS),
    st.lists(attributes, max_size=3),
    st.sampled_from([">", ">", ">", "/>", ""]),
)
closing = st.builds(lambda name: f"</{name}>", st.sampled_from(ELEMENTS))
junk = st.sampled_from(
    ["x", " ", "\n", "&nbsp;", "&amp;lt;", "<!--", "-->", "<![CDATA[", "]]>", "<", ">", "\0", "\ud800", "é"]
)
documents = st.lists(st.one_of(opening, closing, junk), max_size=25).map("".join)
nested = st.builds(
    lambda names, inner: (
        "".join(f"<{name}>" for name in names) + inner + "".join(f"</{name}>" for name in reversed(names))
    ),
    st.lists(st.sampled_from(ELEMENTS), max_size=12),
    documents,
)


@settings(max_examples=600, deadline=None)
@given(st.one_of(documents, nested))
def test_anything_comes_out_safe_settled_and_bounded(html: str) -> None:
    once = clean_html(RawHTML(html), BASE)
    assert problems(once) == []
    assert clean_html(RawHTML(once), BASE) == once
    assert clean_html(RawHTML(once), None) == once
    assert len(once) <= 400 * len(html) + 100


@settings(max_examples=60, deadline=None)
@given(documents)
def test_anything_in_a_crowd_comes_out_safe_and_settled(html: str) -> None:
    crowded = "&amp;" * 6_000 + html
    once = clean_html(RawHTML(crowded), BASE)
    assert problems(once) == []
    assert clean_html(RawHTML(once), BASE) == once


@settings(max_examples=200, deadline=None)
@given(documents)
def test_balancing_and_the_last_resort_are_stable(html: str) -> None:
    balanced = balance.balanced(html)
    assert balance.balanced(balanced) == balanced
    once = balance.text_only(html)
    assert balance.text_only(once) == once
    assert problems(once) == []


@settings(max_examples=200, deadline=None)
@given(st.one_of(documents, nested))
def test_what_is_called_balanced_is_left_as_it_is_by_balancing(html: str) -> None:
    for document in (html, balance.balanced(html), clean_html(RawHTML(html), BASE)):
        if balance.is_balanced(document):
            assert balance.balanced(document) == document


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=200))
def test_text_without_markup_is_read_back_unchanged(text: str) -> None:
    html = clean_html(RawHTML(text.replace("&", "&amp;").replace("<", "&lt;")), None)
    assert unescape(html) == text
    assert plain_text(html) == " ".join(text.split())


@settings(max_examples=200, deadline=None)
@given(
    documents, documents, st.text(max_size=60), st.sampled_from(ADDRESSES), st.lists(st.text(max_size=20), max_size=4)
)
def test_any_entry_becomes_a_clean_one(content: str, summary: str, text: str, url: str, tags: list[str]) -> None:
    entry = ParsedEntry(
        guid=text,
        url=url,
        title=text,
        authors=(Person(name=text, email=text, url=url),),
        summary_html=RawHTML(summary),
        content_html=RawHTML(content),
        tags=tuple(tags),
        language=text,
        enclosures=(Enclosure(url=url, type=text, title=text, length=len(text)),),
        thumbnail_url=url,
        comments_url=url,
        base_url=url,
    )
    cleaned = clean_entry(entry, feed_url="https://feeds.example/x", site_url=None)
    assert problems(cleaned.content_html) == []
    assert cleaned.title
    text = plain_text(cleaned.content_html)
    assert " ".join(cleaned.text.split()) == text
    assert cleaned.preview_text == text[:500].rstrip()
    for address in [cleaned.url, cleaned.thumbnail_url, cleaned.comments_url, *(one.url for one in cleaned.enclosures)]:
        assert address is None or re.match(r"https?://[^/?#\\]", address)
