"""Pages → articles: found by themselves, by own selectors, and not at all."""

import json

import pytest
from tests.pages import PARAGRAPHS, TITLE, article, page

from dateline.clean import clean_html, plain_text
from dateline.clean.extract import MAX_ELEMENTS, MAX_TAGS, Extracted, check_selectors, extract
from dateline.errors import ExtractError
from dateline.model import FullTextRules

URL = "https://tide.example/2026/lock"


def found(body: bytes, *, content: str = "", remove: str = "", title: str = "") -> Extracted:
    return extract(body, url=URL, rules=FullTextRules(content=content, remove=remove), title=title)


def safe(extracted: Extracted) -> str:
    return clean_html(extracted.html, extracted.base_url)


def code_of(body: bytes, *, content: str = "", remove: str = "") -> str:
    with pytest.raises(ExtractError) as caught:
        found(body, content=content, remove=remove)
    return caught.value.code


def test_the_article_is_found_and_nothing_else() -> None:
    text = plain_text(safe_html := clean_html(found(page()).html, URL))
    for paragraph in PARAGRAPHS:
        assert paragraph in text
    for other in ("Section number", "teaser", "first!", "rights reserved", "every morning", "tracked"):
        assert other not in text, other
    assert '<img src="https://tide.example/lock.jpg"' in safe_html


@pytest.mark.parametrize("title", [TITLE, "THE NORTHERN LOCK — is closed!"])
def test_a_heading_that_says_what_the_title_says_is_not_repeated(title: str) -> None:
    assert TITLE not in plain_text(found(page(), content="article", title=title).html)


def test_what_a_page_calls_itself_holds_no_control_characters() -> None:
    assert found(page(title="A&#1;  B&#127;")).title.startswith("A B – ")


def test_another_heading_stays() -> None:
    assert TITLE in plain_text(found(page(), content="article", title="Something else").html)


@pytest.mark.parametrize(
    ("content", "remove", "expected"),
    [
        (".story-body > p:nth-of-type(2)", "", PARAGRAPHS[1]),
        ("h1\n.story-body > p:first-of-type", "", f"{TITLE} {PARAGRAPHS[0]}"),
        (".story-body > p:first-of-type, h1", "", f"{TITLE} {PARAGRAPHS[0]}"),
        (".story-body, .story-body p", "h1, figure\np:nth-of-type(n+2)", PARAGRAPHS[0]),
        ("#comments", "", "Somebody writes: first! And again, first, first, first."),
        ("  footer  \n\n", "", "© The Daily Tide. All rights reserved, of course, everywhere and for ever."),
    ],
)
def test_own_selectors_choose_in_the_order_of_the_page_each_thing_once(
    content: str, remove: str, expected: str
) -> None:
    assert plain_text(found(page(), content=content, remove=remove).html) == expected


def test_what_is_removed_is_not_found_either() -> None:
    text = plain_text(found(page(), remove="figure\n.story-body p:last-of-type").html)
    assert PARAGRAPHS[0] in text
    assert PARAGRAPHS[-1] not in text


def test_removing_everything_leaves_nothing_to_find() -> None:
    assert code_of(page(), remove="*") == "extract.nothing_found"
    assert code_of(page(), content="article", remove="body > *") == "extract.no_match"


@pytest.mark.parametrize("selector", ["..", "p[", "a:hover(", "p::before", "<p>", "p {}", "((((", "x" * 1001, ":is("])
def test_what_is_no_selector_is_said(selector: str) -> None:
    assert code_of(page(), content=selector) == "extract.bad_selector"
    assert code_of(page(), remove=selector) == "extract.bad_selector"
    with pytest.raises(ExtractError, match="bad_selector"):
        check_selectors(FullTextRules(remove=selector))


def test_good_selectors_pass() -> None:
    check_selectors(FullTextRules(content="article > .a:not(.b)\n#c [data-d='e']", remove="p:has(> img)"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n ",
        b"<html></html>",
        b"<p>Too short.</p>",
        b"plain text without a tag",
        b"<ul>" + b"<li><a href='/'>only a link in a list of links</a>" * 50 + b"</ul>",
    ],
)
def test_pages_without_an_article_have_none(body: bytes) -> None:
    assert code_of(body) == "extract.nothing_found"


def test_a_page_of_too_many_elements_is_left() -> None:
    assert code_of(b"<p>x" * (MAX_ELEMENTS + 1)) == "extract.too_complex"


def test_a_page_of_too_many_tags_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.clean.extract.html.document_fromstring", None)
    assert code_of(b"<p>" * (MAX_TAGS + 1)) == "extract.too_complex"


def test_relative_addresses_follow_the_pages_base() -> None:
    links = f'<p>{PARAGRAPHS[0]} <a href="more">more</a></p>'
    plain = safe(found(page(article(extra=links))))
    assert '<a href="https://tide.example/2026/more"' in plain
    based = safe(found(page(article(extra=links), head='<base href="https://cdn.example/deep/">')))
    assert '<a href="https://cdn.example/deep/more"' in based
    assert 'href="https://tide.example/2026/more"' in safe(
        found(page(article(extra=links), head='<base href="javascript:alert(1)">'))
    )


@pytest.mark.parametrize(
    "picture",
    [
        '<img data-src="/real.jpg">',
        '<img src="data:image/gif;base64,R0lGOD" data-original="/real.jpg">',
        '<img src="data:image/gif;base64,R0lGOD"><noscript><img src="/real.jpg"></noscript>',
    ],
)
def test_pictures_that_a_script_would_load_are_there(picture: str) -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + f"<p>{picture}</p>"
    assert safe(found(page(body))).count('<img src="https://tide.example/real.jpg"') == 1


def test_a_lead_picture_outside_of_the_article_is_taken_along() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    head = '<meta property="og:image" content="https://cdn.example/big/lead-photo.jpg?w=1200">'
    outside = page(body, head=head).replace(b"<nav>", b'<div><img src="/small/lead-photo.jpg"></div><nav>')
    assert safe(found(outside)).count('<img src="https://cdn.example/big/lead-photo.jpg?w=1200"') == 1
    assert "<img" not in safe(found(page(body, head=head))), "a picture that the page does not show: a logo, mostly"


def stated(**fields: str) -> str:
    whole = {"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle", **fields}]}
    text = json.dumps(whole).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def test_a_text_that_only_the_pages_data_hold_is_taken() -> None:
    text = "\n".join(PARAGRAPHS)
    empty = page("<p>Loading…</p>", head=stated(articleBody=text))
    assert plain_text(found(empty).html) == " ".join(PARAGRAPHS)
    evil = page("<p>Loading…</p>", head=stated(articleBody=f"<script>alert(1)</script>&lt;img onerror=x {text}"))
    assert "<script" not in found(evil).html
    assert "<img" not in found(evil).html


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (stated(isAccessibleForFree="False"), True),
        (stated(isAccessibleForFree="True"), False),
        ("", False),
        ('<script type="application/ld+json">{"isAccessibleForFree": false, ]</script>', False),
        ('<script type="application/ld+json">{"isAccessibleForFree": false}</script>', True),
        ('<script type="application/ld+json">' + "[" * 100_000 + "</script>", False),
    ],
)
def test_a_page_may_say_that_it_is_for_subscribers(head: str, expected: bool) -> None:
    assert found(page(head=head)).for_subscribers is expected
    assert found(page(article(extra='<div class="c-paywall">Subscribe!</div>'))).for_subscribers


@pytest.mark.parametrize(
    "body",
    [
        page(article(extra="<div>" * 5_000)),
        page(article(extra="<b><i>" * 3_000)),
        page(article(extra=f"<p {' '.join(f'a{n}=1' for n in range(5_000))}>x</p>")),
        page(article(extra="<p>" + "&amp;" * 50_000)),
        page(article(extra="<!--" + "-" * 100_000)),
        page(article(extra="<svg><script>alert(1)</script></svg><math><mtext></p><style><img src=x onerror=alert(1)>")),
        page(article(extra="\ud800\0\ufffe".encode("utf-8", "surrogatepass").decode("utf-8", "replace"))),
        page(article(extra="<frameset><frame></frameset><plaintext>")),
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>" + page(article(extra="&a;")),
        page()[:900],
        page() * 3,
    ],
)
def test_hostile_pages_give_safe_html_or_a_code(body: bytes) -> None:
    for content in ("", "article", "p"):
        try:
            html = safe(found(body, content=content))
        except ExtractError:
            continue
        assert "onerror" not in html
        assert "alert(1)" not in html
        assert clean_html(found(body, content=content).html, URL) == html
