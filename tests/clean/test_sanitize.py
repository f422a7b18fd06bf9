"""What stays and what goes, element by element."""

import pytest
from tests.clean.checker import ALLOWED, PLAYER_HOSTS, cleaned

from dateline.clean import clean_html, policy, sanitize
from dateline.model import RawHTML

KEPT_AS_IT_IS = [
    "plain text",
    "  blanks stay \n where they are ",
    "<p>&nbsp;</p>",
    "<p></p>",
    "<p>a</p>\n<p>b</p>",
    "<p>a &amp; b &lt; c &gt; d</p>",
    "<p>Œuvre, Київ, 東京, العربية 😀</p>",
    "<h2>t</h2><h3>t</h3><h4>t</h4><h5>t</h5><h6>t</h6>",
    "<ul><li>a</li><li>b</li></ul>",
    '<ol start="3" reversed="" type="a"><li value="7">x</li></ol>',
    "<dl><dt>a</dt><dd>b</dd></dl>",
    "<blockquote><p>x</p></blockquote>",
    "<pre>a\n  b</pre>",
    "<pre>\n\na</pre>",
    "<p>a<br>b<wbr>c</p><hr>",
    "<p><b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><s>f</s><del>g</del><ins>h</ins><mark>i</mark></p>",
    "<p>H<sub>2</sub>O x<sup>2</sup> <small>s</small> <big>b</big> <tt>t</tt> <strike>s</strike></p>",
    "<p><code>c</code><kbd>k</kbd><samp>s</samp><var>v</var></p>",
    '<p><abbr title="World Wide Web">WWW</abbr> <dfn>x</dfn> <cite>y</cite> <q>z</q></p>',
    '<p dir="rtl" lang="ar"><bdi>x</bdi><bdo dir="ltr">y</bdo></p>',
    "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    '<p><time datetime="2026-11-22">today</time> <data value="1">one</data></p>',
    "<details><summary>s</summary><p>x</p></details>",
    '<details open=""><summary>s</summary></details>',
    "<figure><figcaption>c</figcaption></figure>",
    "<article><header>h</header><section>s</section><footer>f</footer></article><aside>a</aside>",
    "<address>a</address><hgroup><h2>x</h2></hgroup><center>c</center>",
    '<table><caption>c</caption><colgroup><col span="2"></colgroup><tbody><tr><td>d</td></tr></tbody></table>',
    '<table><thead><tr><th scope="col" abbr="a">h</th></tr></thead><tfoot><tr><td>f</td></tr></tfoot></table>',
    '<table><tbody><tr><td colspan="2" rowspan="3">d</td></tr></tbody></table>',
    '<a href="https://a.example/x?b=1&amp;c=2#d" title="t">x</a>',
    '<a href="http://a.example">x</a>',
    '<a href="mailto:a@b.example">x</a>',
    '<a href="tel:+33123456789">x</a>',
    "<a>x</a>",
]


@pytest.mark.parametrize("html", KEPT_AS_IT_IS)
def test_what_is_allowed_stays_as_it_is(html: str) -> None:
    assert cleaned(html) == html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p class=a id=b style=c name=d onclick=e data-f=g>x</p>", "<p>x</p>"),
        ("<h1>t</h1>", "<h2>t</h2>"),
        ("<h1 lang=fr>t</h1><h2>u</h2>", '<h2 lang="fr">t</h2><h2>u</h2>'),
        ("<font color=red>x</font>", "x"),
        ("<main><nav>x</nav></main>", "x"),
        ("<form><label>l</label><input value=v><button>b</button></form>", "lb"),
        ("<select><option>o</select>x", "x"),
        ("<textarea>t</textarea>x", "x"),
        ("<style>s</style><script>s</script><template>t</template>x", "x"),
        ("<title>t</title>x", "x"),
        ("<svg><circle/></svg>x", "x"),
        ("<math><mi>m</mi></math>x", "x"),
        ("a<!-- c -->b", "ab"),
        ("<!doctype html><html><head></head><body><p>x</body></html>", "<p>x</p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<b><p>x</b>y", "<b></b><p><b>x</b>y</p>"),
        ("<li>a", "<li>a</li>"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\0b", "ab"),
        ("a\xa0b", "a&nbsp;b"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("&copy;&eacute;&#8364;&hellip;", "©é€…"),
        ("\ud800<b>x</b>", "?<b>x</b>"),
        ("\ud800", "?"),
        ("<p><button><p>x</p></button></p>", "<p></p><p>x</p><p></p>"),
        ("<h2><font><h3>x</h3></font></h2>", "<h2></h2><h3>x</h3>"),
        ("<a href=/1><table><tr><td>x</table><a href=/2>y", None),
        ("<iframe></iframe>x", "x"),
        ("", ""),
    ],
)
def test_what_is_not_allowed_goes(html: str, expected: str | None) -> None:
    once = cleaned(html)
    assert expected is None or once == expected
    assert cleaned(once) == once


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/a", "https://news.example/a"),
        ("a", "https://news.example/2026/a"),
        ("../a", "https://news.example/a"),
        ("?q=1", "https://news.example/2026/entry?q=1"),
        ("#note", "https://news.example/2026/entry#note"),
        ("//other.example/a", "https://other.example/a"),
        ("\\\\other.example\\a", "https://other.example/a"),
        ("\thttps://other.example/a b", "https://other.example/a%20b"),
        ("HTTPS://other.example/a", "https://other.example/a"),
        ("https:other.example", "https://other.example"),
        ("https:/other.example", "https://other.example"),
        ("MAILTO:a@b.example", "mailto:a@b.example"),
        ("/a b", "https://news.example/a%20b"),
        ("/a?b=1&c=2", "https://news.example/a?b=1&amp;c=2"),
        ("/é", "https://news.example/é"),
    ],
)
def test_a_link_becomes_absolute(href: str, expected: str) -> None:
    assert cleaned(f'<a href="{href}">x</a>') == f'<a href="{expected}">x</a>'


@pytest.mark.parametrize("href", ["/a", "a", "#b", "//c.example/", "", "?d"])
def test_without_a_base_a_relative_address_goes(href: str) -> None:
    assert cleaned(f'<a href="{href}">x</a>', None) == "<a>x</a>"
    assert cleaned(f'<a href="{href}">x</a>', "javascript:alert(1)") == "<a>x</a>"
    assert cleaned(f'<img src="{href}">', None) == ""


def test_a_long_base_is_cut_to_its_host() -> None:
    assert cleaned("<a href=b>x</a>", "https://a.example/" + "x" * 5_000) == '<a href="https://a.example/b">x</a>'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?utm_source=rss&utm_medium=feed", ""),
        ("?a=1&utm_source=rss&b=2", "?a=1&amp;b=2"),
        ("?utm_source=rss&a=1", "?a=1"),
        ("?fbclid=x&gclid=y&mc_cid=z&mc_eid=w", ""),
        ("?a=1&mc_cid=z#part", "?a=1#part"),
        ("?utm_campaign=x#part", "#part"),
        ("#xtor=RSS-1", ""),
        ("?a=1#utm_source=rss", "?a=1"),
        ("?a=1&amp;amp;utm_source=rss", "?a=1"),
        ("?a=utm_source", "?a=utm_source"),
        ("?search=utm_source%3D1", "?search=utm_source%3D1"),
        ("?outm_source=1", "?outm_source=1"),
    ],
)
def test_tracking_parameters_are_taken_out_of_links(query: str, expected: str) -> None:
    html = f'<a href="https://a.example/x{query}">?utm_source=1</a>'
    assert cleaned(html) == f'<a href="https://a.example/x{expected}">?utm_source=1</a>'


def test_every_link_opens_elsewhere_and_sends_no_referrer() -> None:
    html = clean_html(RawHTML("<a href=https://a.example/ rel=opener target=_top>x</a>"), None)
    assert html == '<a href="https://a.example/" target="_blank" rel="noopener noreferrer">x</a>'


def test_an_address_that_ends_another_value_is_not_taken_for_one() -> None:
    html = '<a href="https://a.example/@<a href="/b" title="t">x</a>'
    assert cleaned(html) == '<a href="https://a.example/@&lt;a href=" title="t">x</a>'
    assert cleaned("<p title='x href='>y</p><a href=z>w</a>") == (
        '<p title="x href=">y</p><a href="https://news.example/2026/z">w</a>'
    )


def test_plain_text_takes_the_same_way_as_markup() -> None:
    """Text without markup is not given to nh3: it must come out as nh3 would have written it."""
    for text in ["x", " x\ty\nz ", "\n\nx", "“x” — ‘y’…", "\u2028x\u200b\ufeff", "'\"`=/", "]]", "\x0c\x1b"]:
        assert clean_html(RawHTML(text), None) == sanitize._CLEANER.clean(text)


def test_nh3_escapes_what_would_look_like_tags_in_values() -> None:
    """The second step edits nh3's output with patterns: this is what makes that safe."""
    assert sanitize._CLEANER.clean("<p title='<img src=\"x\">&'>y</p>") == (
        '<p title="&lt;img src=&quot;x&quot;&gt;&amp;">y</p>'
    )


def test_the_document_and_the_policy_say_the_same() -> None:
    assert set(ALLOWED) == policy.TAGS
    assert {name: attributes for name, attributes in ALLOWED.items() if attributes} == {
        name: set(attributes) for name, attributes in policy.ATTRIBUTES.items()
    }


def test_the_document_and_the_players_say_the_same() -> None:
    from dateline.clean.players import FRAME_SOURCES, PLAYERS

    assert set(PLAYERS) == PLAYER_HOSTS
    assert {f"https://{host}" for host in PLAYER_HOSTS} == set(FRAME_SOURCES)


def test_a_carriage_return_by_reference_is_a_line_end_at_once() -> None:
    assert clean_html(RawHTML("a&#13;b<b>c</b>"), None) == "a\nb<b>c</b>"
