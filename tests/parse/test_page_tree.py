"""Web pages become trees in bounded time, and sloppy ones lose nothing that matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.parse.page.documents import html_tree
from dateline.parse.page_tree import MAX_ATTRIBUTES, bounded_tags, page_tree


def links(html: str) -> list[str]:
    """The addresses that a page's links have."""
    tree = page_tree(html.encode())
    return [] if tree is None else [str(link.get("href")) for link in tree.iter("link")]


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=alternate href=/a>",
        "<LINK REL='alternate' HREF = '/a' />",
        '<link rel="alternate"" href="/a">',
        '<link title="a > b" href="/a">',
        '<link title="it\'s" data-x href="/a"/>',
        '<link/rel="alternate"/href=/a>',
        "<!-- <link href=/b> --><link href=/a>",
        "<!-- <p ' > --><link href=/a>",
        "<script>document.write('<link href=/b ' + x)</script><link href=/a>",
        "<style>p::before { content: '<link href=/b>' }</style><link href=/a>",
        "<p @click='x' :class='y' x-on:z=\"a > b\"><link href=/a>",
        "<a href='unclosed><link href=/a>",
        "1 < 2 <link href=/a>",
        "<link é=1 href=/a>",
    ],
)
def test_a_link_is_found_however_it_is_written(html: str) -> None:
    assert links(html) == ["/a"]


def test_what_no_reader_sees_is_not_read() -> None:
    assert links("<!-- <link href=/b>") == []
    assert links("<script><link href=/b>") == []


@given(st.text("<>\"'=/ \n\tab!-é", max_size=60), st.integers(0, 3))
def test_no_tag_has_many_attributes(junk: str, times: int) -> None:
    html = f"<p {junk} " + f"a{junk}" * (times * 50) + " ".join(f"b{n}{junk}" for n in range(200))
    tree = page_tree(html.encode())
    assert tree is not None
    assert all(len(element.attrib) <= 2 * MAX_ATTRIBUTES for element in tree.iter())


@pytest.mark.parametrize(
    "piece", ["a{n}=1 ", 'a{n}=">" ', "a{n}='\"'", "a{n}/", '"a{n} ', "' a{n}=\"", "a{n} < ", "a{n}\0"]
)
def test_a_tag_of_endless_attributes_is_cut(piece: str) -> None:
    tree = page_tree(("<p " + "".join(piece.format(n=n) for n in range(100_000)) + "><link href=/a>").encode())
    assert tree is not None
    assert all(len(element.attrib) <= 2 * MAX_ATTRIBUTES for element in tree.iter())
    html_tree(("<p " + "".join(piece.format(n=n) for n in range(100_000)) + ">").encode())


def test_scripts_are_kept_where_they_are_asked_for() -> None:
    page = b"<p>a</p><script type=x>if (a < b && '</p><!--') {}</script><style>p {}</style><p>b"
    assert bounded_tags(page, with_scripts=True) == page
    assert bounded_tags(page) == b"<p>a</p>  <p>b"
    assert bounded_tags(b"<script>a", with_scripts=True) == b"<script>a</script>"


def test_attributes_of_templates_keep_their_names() -> None:
    page = b"<p @click='x' :class=\"y\" v-on:z.w=\"a > b\" #ref [x]=1 (y)=2 *ngIf='z'>x</p>"
    assert bounded_tags(page) == page
