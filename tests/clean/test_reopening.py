"""What unclosed formatting costs: reckoned beforehand, never too little, and bounded by an article's length."""

import re

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.clean import balance, clean_html, policy, reopening
from dateline.model import RawHTML

READER = nh3.Cleaner(
    tags=set(policy.TAGS | {"font", "h1", "nobr"}), clean_content_tags=set(), attributes={"*": {"title"}}, link_rel=None
)
"""A parser by HTML's rules that writes all it read."""
OPENED = re.compile("<(?:b|i|em|font|nobr)[ >]")
_NAMES = ["b", "i", "em", "font", "nobr", "a", "p", "div", "span", "li", "ul", "h2", "table", "tr", "td", "br"]
TAGS = st.one_of(
    st.builds("<{}>".format, st.sampled_from(_NAMES)),
    st.builds('<{} title="{}">'.format, st.sampled_from(_NAMES), st.integers(0, 99)),
    st.builds("</{}>".format, st.sampled_from(_NAMES)),
    st.just("x"),
)
_RAW = ["<script>", "</script>", "<!--", "-->", "<select>", "</select>", "<svg>", "<textarea>", "<template>", "<title>"]
_ODD = ['"', "'", "<", ">", "<x title='", "<b title=>", "<B>", "</B >", "<i\ntitle=a>", "<object>", "<button>", "<p/>"]
STRANGE = st.sampled_from([*_RAW, *_ODD])


@settings(max_examples=3_000)
@given(st.lists(st.one_of(TAGS, TAGS, TAGS, STRANGE), max_size=60))
def test_no_parser_opens_more_again_than_was_reckoned(parts: list[str]) -> None:
    html = "".join(parts)
    most = reopening.most_reopened(html)
    if most is not None:
        again = len(OPENED.findall(READER.clean(html))) - len(OPENED.findall(html.lower()))
        # an end tag that stands askew parts an element in two, at most eight times ("adoption agency")
        assert again <= most + 8 * html.count("</")


def test_what_is_closed_is_not_opened_again() -> None:
    for html in ("<p><b>a</b></p><p>b</p>", "<b><i>a</b></i><p>b</p>", "<ul><li><em>a</em><li>b</ul>", "<B>a</b>"):
        most = reopening.most_reopened(html)
        assert most is not None
        assert most <= 4
    assert reopening.most_reopened("<p><b><i></p><p>a</p>") == 1 + 2 + 2 + 2 + 2


@pytest.mark.parametrize(
    "html", ["<b title='<'>", "<!-- </b> -->", "<script></script>", "<select></b></select>", "<b title='></b y='>", "<"]
)
def test_what_may_be_read_in_two_ways_is_not_reckoned(html: str) -> None:
    assert reopening.most_reopened(html) is None


@pytest.mark.parametrize("elements", [20, 45, 100, 250])
@pytest.mark.parametrize("paragraphs", [20, 60, 240, 1_000])
def test_a_short_article_of_unclosed_formatting_is_balanced(elements: int, paragraphs: int) -> None:
    html = "<p>" + "".join(f"<b {number:x}>" for number in range(elements)) + "<p>x" * paragraphs
    assert balance.is_crowded(html)
    bounded = READER.clean(balance.balanced(html))
    assert len(OPENED.findall(bounded)) <= balance.MAX_FORMATTING_DEPTH * html.count("<")
    assert clean_html(RawHTML(html), None).count("x") == paragraphs


def test_an_ordinary_article_with_much_formatting_stays_as_it_is() -> None:
    part = '<p>A <b>word</b>, an <em>other</em>, <a href="https://a.example/x"><strong>a link</strong></a>.'
    html = part * 100
    assert not balance.is_crowded(html)
    assert clean_html(RawHTML(html), None) == clean_html(RawHTML(part), None) * 100
