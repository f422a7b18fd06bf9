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
    st.builds('<{} title="#">'.format, st.sampled_from(_NAMES)),
    st.builds("</{}>".format, st.sampled_from(_NAMES)),
    st.just("x"),
)
_RAW = ["<script>", "</script>", "<!--", "-->", "<select>", "</select>", "<svg>", "<textarea>", "<template>", "<title>"]
_ODD = [
    '"',
    "'",
    "<",
    ">",
    "<x title='",
    "<b title=#>x</b>",
    '<b x#" =">x</b>">',
    "<B>",
    "</B >",
    "<i\ntitle=a>",
    "<object>",
    "<button>",
    "<p/>",
]
STRANGE = st.sampled_from([*_RAW, *_ODD])


@settings(max_examples=2_000)
@given(
    st.lists(st.one_of(TAGS, TAGS, STRANGE), min_size=1, max_size=6),
    st.integers(1, 60),
    st.lists(st.one_of(TAGS, TAGS, STRANGE), max_size=4),
    st.integers(1, 60),
)
def test_where_little_was_foreseen_a_parser_opens_little_again(
    first: list[str], firsts: int, then: list[str], thens: int
) -> None:
    html = (
        "<p>"
        + "".join(part.replace("#", str(number)) for number in range(firsts) for part in first)
        + "".join(then) * thens
    )
    if not reopening.may_be_much(html, html.count("<")):
        again = len(OPENED.findall(READER.clean(html))) - len(OPENED.findall(html.lower()))
        # an end tag that stands askew parts its element, and those around it, at most eight times ("adoption agency")
        assert again <= max(len(html), 300) + 8 * html.count("</")


@pytest.mark.parametrize("closed", ["</b>", '<b title=">"x="</b>">', '<b x" =">x</b>">', "<!--</b>-->", "", "</ b>"])
def test_what_only_seems_closed_counts_as_open(closed: str) -> None:
    html = "<p>" + "".join(f"<b title={number}>{closed}" for number in range(100)) + "<p>x" * 300
    opened = len(OPENED.findall(READER.clean(html))) - 100
    assert reopening.may_be_much(html, html.count("<")) == (opened > len(html)) == (closed != "</b>")


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
