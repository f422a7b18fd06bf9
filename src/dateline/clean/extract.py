"""A web page → the article in it, by a reader's own selectors or by readability. Pure: nothing is fetched.

What comes out is as hostile as what went in: ``clean_html`` follows. Hostile pages and selectors may take long here
(XPath and readability know no bound): whoever calls it does so in a process that may be ended (``refresh.reader``),
with a page whose tags have a bounded number of attributes.

readability-lxml finds the article (measured in docs/decisions/0006-full-text.md). Around it stands what it leaves to
others: pictures that load lazily, the heading that repeats the title, the lead picture, what a page says of itself as
schema.org data (the text, whether it is for subscribers only).
"""

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final, cast

from lxml import etree, html
from msgspec import Struct

from dateline.errors import ExtractError
from dateline.model import FullTextRules, RawHTML

from . import urls
from .text import one_line

MAX_PAGE: Final = 3_000_000
"""Bytes of a page; the rest is not looked at."""
MAX_ELEMENTS: Final = 60_000
MAX_TAGS: Final = 200_000
"""``<`` in a page, those of its scripts too: more are not even parsed."""
MAX_SELECTOR: Final = 1_000
MAX_TITLE: Final = 500
MAX_MATCHES: Final = 200
MAX_STATEMENTS: Final = 300_000
"""Characters of a page's schema.org data that are read."""
FEWEST_CHARS: Final = 140
"""An article that is shorter was not found (own selectors may choose less)."""
STATED_SHARE: Final = 0.5
"""An article found that has less than this share of the text that the page itself states is not the article."""

_PLACEHOLDER: Final = re.compile(r"(?:data:|about:|$)", re.IGNORECASE)
_LAZY: Final = ("data-src", "data-lazy-src", "data-original", "data-orig-src", "data-lazy")
_JUNK: Final = (
    "//script|//style|//template|//iframe[@hidden]|//nav|//*[@role='navigation']|//*[@role='complementary']"
    "|//*[@aria-hidden='true' and not(descendant-or-self::img) and not(descendant::p)]|//dialog|//button|//input"
    "|//select|//textarea|//*[@role='dialog' or @role='alertdialog' or @role='search' or @role='banner']"
)
_PAYWALLED: Final = re.compile(
    r"paywall|piano-?(?:id|offer)|subscriber-?only|premium-?(?:wall|gate)|meteredcontent|regwall", re.IGNORECASE
)


class Extracted(Struct, frozen=True, kw_only=True):
    """The article of a page, relative addresses as they are: ``base_url`` is what they are relative to.

    ``for_subscribers``: the page says, or looks, as if this were not all of it. ``title``: what the page calls itself.
    """

    html: RawHTML
    base_url: str
    for_subscribers: bool = False
    title: str = ""


def extract(page: bytes, *, url: str, rules: FullTextRules | None = None, title: str = "") -> Extracted:
    """The article of a page in valid UTF-8. ``url`` is where it came from, ``title`` the entry's (not repeated).

    Raises ``ExtractError``: ``extract.nothing_found``, ``extract.no_match``, ``extract.bad_selector``,
    ``extract.too_complex``.
    """
    rules = rules or FullTextRules()
    root = _parsed(page)
    statements = list(_statements(root))
    base = _base(root, url)
    paid = any(_is_paid(statement) for statement in statements) or _looks_paid(root)
    named = _title(root)
    _load_pictures(root)
    _remove(root, rules.remove)
    found = _chosen(root, rules.content) if rules.content else _article(root, statements)
    # an entry that goes by its address has no title yet
    text = RawHTML(_without_title(found, named if title in ("", url) else title))
    return Extracted(html=text, base_url=base, for_subscribers=paid, title=named)


def check_selectors(rules: FullTextRules) -> None:
    """Raise ``ExtractError`` ``extract.bad_selector`` unless all selectors of the rules can be understood."""
    for selectors in (rules.content, rules.remove):
        _paths(selectors)


# ------------------------------------------------------------------------------------------------ the page


def _parsed(page: bytes) -> html.HtmlElement:
    if page.count(b"<", 0, MAX_PAGE) > MAX_TAGS:
        raise ExtractError("extract.too_complex", f"more than {MAX_TAGS} tags")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(page[:MAX_PAGE], parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractError("extract.nothing_found", "the page is empty") from error
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise ExtractError("extract.too_complex", f"more than {MAX_ELEMENTS} elements")
    return root


def _base(root: html.HtmlElement, url: str) -> str:
    """What the page's addresses are relative to: its own address, or what it says (HTML 4.2.3)."""
    for element in root.iter("base"):
        if element.get("href"):
            return urls.absolute(str(element.get("href")), url) or url
    return url


def _title(root: html.HtmlElement) -> str:
    """What a page calls itself: for links elsewhere (Open Graph), else in its head."""
    stated = cast("list[str]", root.xpath("//meta[@property='og:title'][1]/@content"))
    titles = cast("list[html.HtmlElement]", root.xpath("//head/title[1]"))
    found = stated[0] if stated and stated[0].strip() else titles[0].text_content() if titles else ""
    return one_line(str(found), MAX_TITLE)


def _load_pictures(root: html.HtmlElement) -> None:
    """Give pictures that a script would load the address that it would give them."""
    for picture in list(root.iter("img")):
        if _PLACEHOLDER.match((picture.get("src") or "").strip()):
            lazy = next((picture.get(name) for name in _LAZY if picture.get(name)), None)
            if lazy:
                picture.set("src", str(lazy))
    for noscript in list(root.iter("noscript")):
        inside = list(noscript.iter("img"))
        before = noscript.getprevious()
        if len(inside) == 1 and before is not None and _is_placeholder(before):
            before.getparent().replace(before, inside[0])


def _is_placeholder(element: html.HtmlElement) -> bool:
    if element.tag != "img" or element.getparent() is None:
        return False
    return _PLACEHOLDER.match((element.get("src") or "").strip()) is not None


# ------------------------------------------------------------------------------------------------ own selectors


def _paths(selectors: str) -> list[etree.XPath]:
    """CSS selectors, one a line or with commas → compiled paths."""
    from cssselect import HTMLTranslator, SelectorError

    if len(selectors) > MAX_SELECTOR:
        raise ExtractError("extract.bad_selector", f"at most {MAX_SELECTOR} characters")
    paths = []
    for line in filter(None, map(str.strip, selectors.splitlines())):
        try:
            paths.append(etree.XPath(HTMLTranslator().css_to_xpath(line)))
        except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
            raise ExtractError("extract.bad_selector", line[:200]) from error
    return paths


def _matches(root: html.HtmlElement, selectors: str) -> list[html.HtmlElement]:
    found: list[html.HtmlElement] = []
    for path in _paths(selectors):
        try:
            answer = path(root)
        except etree.XPathError as error:
            raise ExtractError("extract.bad_selector", selectors[:200]) from error
        found += [element for element in cast("list[Any]", answer) if isinstance(element, html.HtmlElement)]
    return found


def _remove(root: html.HtmlElement, selectors: str) -> None:
    for element in _matches(root, selectors):
        if element.getparent() is not None and element.tag not in ("html", "body"):
            element.drop_tree()


def _chosen(root: html.HtmlElement, selectors: str) -> html.HtmlElement:
    """What the content selectors match, in order of the page, nothing twice."""
    wanted = set(_matches(root, selectors))
    if not wanted:
        raise ExtractError("extract.no_match", selectors[:200])
    holder = html.Element("div")
    chosen = [
        element
        for element in root.iter()
        if element in wanted and not any(above in wanted for above in element.iterancestors())
    ]
    for element in chosen[:MAX_MATCHES]:
        element.tail = None
        holder.append(element)
    return holder


# ------------------------------------------------------------------------------------------------ readability


def _article(root: html.HtmlElement, statements: list[dict[str, Any]]) -> html.HtmlElement:
    from readability import Document
    from readability.readability import Unparseable

    lead = _lead_picture(root)
    for junk in cast("list[html.HtmlElement]", root.xpath(_JUNK)):
        if junk.getparent() is not None:
            junk.drop_tree()
    try:
        summary = _document(Document, root)
    except Unparseable as error:
        raise ExtractError("extract.nothing_found", str(error)[:200]) from error
    found = _fragment(summary)
    size = _size(found)
    stated = max((str(statement.get("articleBody") or "") for statement in statements), key=len, default="")
    if len(stated) > FEWEST_CHARS and size < STATED_SHARE * len(stated):
        found, size = _paragraphs(stated), len(stated)
    if size < FEWEST_CHARS:
        raise ExtractError("extract.nothing_found", f"{size} characters")
    if lead and next(found.iter("img"), None) is None:
        found.insert(0, html.fragment_fromstring(f'<p><img src="{escape(lead)}" alt=""></p>'))
    return found


def _document(document: Any, root: html.HtmlElement) -> str:
    class Document(document):  # type: ignore[misc] # it has no types
        """readability's, without its patterns over the finished HTML: ``clean_html`` does that in bounded time."""

        def get_clean_html(self) -> str:
            return str(etree.tostring(self._html(), method="html", encoding="unicode"))

    whole = etree.tostring(root, method="html", encoding="unicode")
    return str(Document(whole, url=None).summary(html_partial=True, keep_all_images=True))


def _lead_picture(root: html.HtmlElement) -> str | None:
    """The picture that the page offers to those who link to it, when it stands in the page too."""
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name")) in ("og:image", "twitter:image"):
            address = (meta.get("content") or "").strip()
            name = address.rpartition("/")[2].partition("?")[0]
            if len(name) > 4 and any(name in (img.get("src") or "") for img in root.iter("img")):
                return address
    return None


def _fragment(text: str) -> html.HtmlElement:
    """HTML → a ``div`` with it."""
    try:
        root = html.document_fromstring(f"<html><body>{text}</body></html>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return html.Element("div")
    body = root.find("body")
    if body is None:
        return html.Element("div")
    body.tag = "div"
    return body


def _size(element: html.HtmlElement) -> int:
    return len(" ".join(str(element.text_content()).split()))


def _paragraphs(text: str) -> html.HtmlElement:
    plain = re.sub(r"<[^<>]{1,200}>", " ", text[: MAX_PAGE // 10])
    lines = [" ".join(line.split()) for line in re.split(r"[\r\n]+", plain)]
    return _fragment("".join(f"<p>{escape(line)}</p>" for line in lines if line))


# ------------------------------------------------------------------------------------------------ what a page states


def _statements(root: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """The schema.org objects of a page (JSON-LD) that may be its article."""
    room = MAX_STATEMENTS
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json" and room > 0:
            text = str(script.text or "")[:room]
            room -= len(text)
            try:
                yield from _objects(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth < 4:
        for each in value[:100]:
            yield from _objects(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph"), depth + 1)


def _is_paid(statement: dict[str, Any]) -> bool:
    return str(statement.get("isAccessibleForFree", "")).strip().lower() == "false"


def _looks_paid(root: html.HtmlElement) -> bool:
    body = root.find("body")
    places: Iterable[html.HtmlElement] = body.iter("div", "section", "aside") if body is not None else ()
    return any(_PAYWALLED.search(f"{place.get('class', '')} {place.get('id', '')}"[:300]) for place in places)


def _without_title(found: html.HtmlElement, title: str) -> str:
    """The article as HTML, without a first heading that says what the title says."""
    wanted = _letters(title)
    for heading in found.iter("h1", "h2"):
        if wanted and _letters(str(heading.text_content())) == wanted:
            heading.drop_tree()
        break
    parts = [escape(found.text or "", quote=False)]
    parts += [str(etree.tostring(child, method="html", encoding="unicode")) for child in found]
    return "".join(parts)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold()[:500] if character.isalnum())
