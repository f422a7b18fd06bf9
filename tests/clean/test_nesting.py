"""HTML that is read as it was written, and what is not."""

import re

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.clean import nesting, policy

CELL = "<table><tbody><tr><td>{}</td></tr></tbody></table>"
NAMES = sorted(policy.TAGS - policy.VOID)
ALLOWS_ALL = nh3.Cleaner(tags=set(policy.TAGS), link_rel=None)
PLACED = re.findall(
    r"\w+", "a b blockquote caption col colgroup dd div dl dt h2 h3 li p pre span table tbody td th thead tr ul"
)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "text &amp; more",
        '<p>a <a href="x">b</a><br>c <a href="y"><em>d</em></a></p><h2>e</h2><hr><h3>f</h3>',
        "<ul><li><p>a</p><ul><li>b</li></ul></li></ul><dl><dt>c</dt><dd>d</dd></dl>",
        (
            '<div><table>\n<caption>a</caption><colgroup> <col span="2"></colgroup><thead><tr><th>b</th></tr></thead>'
            "<tbody>\n<tr>\t<td>c</td> <td><p>d</p><a>e</a></td></tr></tbody></table>text</div>"
        ),
        CELL.format(CELL.format("<ul><li>a</li></ul>")),
        "<a><div><h2>x</h2></div></a><b><p>y</p></b>",
        '<p><iframe src="https://player.vimeo.com/video/1"></iframe></p>',
    ],
)
def test_what_stands_where_it_may_is_read_as_it_was_written(html: str) -> None:
    assert nesting.is_read_as_written(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p><p>a</p></p>",
        "<p><span><div>a</div></span></p>",
        "<p><table></table></p>",
        "<a><b><a>a</a></b></a>",
        "<h2><span><h3>a</h3></span></h2>",
        "<ul><li><div><li>a</li></div></li></ul>",
        "<dl><dd><dt>a</dt></dd></dl>",
        "<table>a</table>",
        "<table>&nbsp;<tbody></tbody></table>",
        "<table><tbody><tr><td>a</td>b</tr></tbody></table>",
        "<table><tbody><tr><td>a</td></tr></tbody>b</table>",
        "<table><tr><td>a</td></tr></table>",
        "<table><tbody><td>a</td></tbody></table>",
        "<table><div>a</div></table>",
        "<table><img></table>",
        "<table><col></table>",
        "<table><colgroup><col>a</colgroup></table>",
        "<tr><td>a</td></tr>",
        "<div><td>a</td></div>",
        "<p>a",
        "a</p>",
        "<p>a</div>",
        "<br></br>",
        "<form>a</form>",
        "<P>a</P>",
        '<p title=">">a</p',
        "<iframe>a</iframe>",
        "<iframe><p></p></iframe>",
    ],
)
def test_what_is_read_otherwise_is_told(html: str) -> None:
    assert not nesting.is_read_as_written(html)


def _tree(names: list[str], depth: int) -> st.SearchStrategy[str]:
    inner = st.sampled_from(["", "x", " ", "<br>", "&nbsp;"])
    for _ in range(depth):
        element = st.builds(lambda name, content: f"<{name}>{content}</{name}>", st.sampled_from(names), inner)
        inner = st.lists(st.one_of(element, st.sampled_from(["", "", "y", "<hr>"])), max_size=3).map("".join)
    return inner


@settings(max_examples=1_000, deadline=None)
@given(st.one_of(_tree(NAMES, 3), _tree(PLACED, 4), _tree(PLACED, 3).map(CELL.format)))
def test_what_is_called_read_as_written_is_so_by_the_parser(html: str) -> None:
    for document in (html, ALLOWS_ALL.clean(html)):
        if nesting.is_read_as_written(document):
            assert ALLOWS_ALL.clean(document) == document
