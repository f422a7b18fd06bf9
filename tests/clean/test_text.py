"""Plain text, for previews and search."""

import pytest

from dateline.clean import clean_html, plain_text
from dateline.model import RawHTML


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("  a \n\t b\xa0c  ", "a b c"),
        ("<p>a</p><p>b</p>", "a b"),
        ("<p>a<br>b</p>", "a b"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<h2>a</h2>b<div>c</div>d", "a b c d"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a b"),
        ("<details><summary>a</summary>b</details>", "a b"),
        ("<b>H</b>ello <i>wor</i>ld", "Hello world"),
        ("H<sub>2</sub>O", "H2O"),
        ("super<wbr>cali", "supercali"),
        ('<p>a<img src="https://a.example/x" alt="ALT" title="TITLE">b</p>', "a b"),
        ("<figure><img alt=x><figcaption>caption</figcaption></figure>text", "caption text"),
        ("<p>a &amp; b &lt;c&gt; &eacute; &#8364; &nbsp; d</p>", "a & b <c> é € d"),
        ("&lt;b&gt;not bold&lt;/b&gt;", "<b>not bold</b>"),
        ("&amp;lt;", "&lt;"),
        ("<script>s</script>a<style>b</style>", "a"),
        ("a<!-- b -->c", "ac"),
        ("<title>t</title>x", "x"),
        ("<P CLASS=x>A</P><DIV>B</DIV>", "A B"),
        ("<p title='a > b'>c</p>", "c"),
        ("<p title='<b>x</b>'>c</p>", "c"),
        ("<unknown>a</unknown>b", "ab"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
        ("a\0b", "ab"),
        ("<p>漢字</p><p>かな</p>", "漢字 かな"),
        ("<ruby>漢<rt>kan</rt></ruby>", "漢kan"),
        ("<video><p>no film</p></video>x", "no film x"),
        ("&", "&"),
        ("<", "<"),
    ],
)
def test_html_becomes_one_line_of_text(html: str, text: str) -> None:
    assert plain_text(RawHTML(html)) == text
    assert plain_text(clean_html(RawHTML(html), None)) == text
