"""Text constructs (RFC 4287 §3.1, and what RSS made of them) → raw HTML, or plain text for titles.

RSS says nothing of its text's type: descriptions are HTML, titles are text unless they look like HTML. Atom says it in
``type`` (and 0.3 in ``mode``): text is escaped here, HTML given as it is, XHTML written as HTML, base64 decoded.
"""

import base64
import re
from html import escape, unescape
from html.entities import html5

from lxml import etree

from .addresses import absolute_links, base_address
from .limits import MAX_TITLE
from .names import ATOM10, XML, attributes_of, local_of, split

XML_BASE = f"{{{XML}}}base"

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}")
# No-break spaces are typography (« oui », 10 000): only XML's white space and what breaks lines is folded.
# A Latin text in windows-1252: three strange characters in a row at most.
_LETTERS = re.compile(rb"(?>[\t\n\r\x20-\x7e]++[\x80\x82\x84\x85\x8b\x91-\x97\x9b\xa0\xab\xbb\xc0-\xff]{0,3}+)++")
_BLANKS = re.compile(r"[\t-\r\x1c-\x20\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DEAD_TEXT = re.compile(r"<(script|style)\b[^>]*>(?s:.*?)(?:</\1\s*>|\Z)|<!--(?s:.*?)(?:-->|\Z)", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|hr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])[^<>]*>")
_END_OR_VOID = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*>|<(?:br|hr|img|wbr)\b[^<>]*>", re.IGNORECASE)
_SECTION = "<![CDATA["
_ESCAPED_TAG = re.compile(
    r"&lt;(?:p|div|span|table|ul|ol|h[1-6]|figure|section|article|blockquote|center|a|img)\b", re.I
)
_ESCAPED_LINK = re.compile(r"&lt;(?:a|img)\s[^<&]{0,500}?(?:href|src)=", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([a-zA-Z][a-zA-Z0-9]{1,31}));")

# fmt: off
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})
_HTML_NAMES = frozenset({
    "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote",
    "br", "button", "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn",
    "dialog", "dir", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "iframe", "img", "input", "ins", "kbd", "label",
    "legend", "li", "main", "map", "mark", "math", "menu", "meter", "nav", "nobr", "noscript", "object", "ol",
    "optgroup", "option", "output", "p", "param", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s",
    "samp", "script", "section", "select", "small", "source", "span", "strike", "strong", "style", "sub", "summary",
    "sup", "svg", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "tr", "track", "tt", "u",
    "ul", "var", "video", "wbr",
})
# fmt: on


def content_of(element: etree._Element, base: str | None, *, atomic: bool) -> str | None:
    """The HTML that an element holds, its links absolute; None when there is none.

    ``atomic`` says that Atom's rules hold (``type``, ``mode``), else RSS's (everything is HTML).
    """
    base = base_address(element.get(XML_BASE), base)
    html = _atom_html(element, base) if atomic else _rss_html(element, base)
    html = html.strip() if html is not None else None
    if not html:
        return None
    if html.startswith(("&lt;", _SECTION)):
        html = unescape(html) if _is_escaped_twice(html) else _opened(html)
    return absolute_links(html, base)


def title_of(element: etree._Element, *, atomic: bool) -> str | None:
    """The plain text of a title: no markup, entities decoded, blanks folded; None when nothing is left."""
    if atomic:
        html = _atom_html(element, None)
        return plain(html) if html else folded(element.text)
    if len(element):
        return plain(_rss_html(element, None) or "")
    return plain_title(element.text)


def _is_escaped_twice(html: str) -> bool:
    """True for a text without tags that escaped ones surround, with a link or a picture (less may be about HTML)."""
    surrounded = html.endswith("&gt;") and _ESCAPED_TAG.match(html) is not None
    return surrounded and "<" not in html and _ESCAPED_LINK.search(html) is not None


def plain_title(text: str | None) -> str | None:
    """An RSS title: taken as HTML only when it looks like it, so that ``the <blink> tag`` keeps its tag."""
    if not text:
        return None
    if _SECTION in text:
        text = _without_section(text)
    return plain(text) if looks_like_html(text[:MAX_TITLE]) else folded(text)


def folded(text: str | None) -> str | None:
    """Text with blanks folded and without control characters, at most ``MAX_TITLE`` long; None when nothing is left."""
    if not text:
        return None
    line = text[:MAX_TITLE].strip()
    if not line.isprintable() or "  " in line:
        line = _CONTROLS.sub("", _BLANKS.sub(" ", line)).strip()
    return line or None


def plain(html: str) -> str | None:
    """HTML without its markup, as one line of text."""
    text = html[:MAX_TITLE]
    if "<" in text:
        text = _without_section(text)
        text = _BREAK.sub(" ", _DEAD_TEXT.sub("", text))
        for _ in range(3):  # a tag inside an attribute of a tag
            text, count = _TAG.subn("", text)
            if not count:
                break
    return folded(unescape(text))


def looks_like_html(text: str) -> bool:
    """True for text with a known entity, or an end tag or void element, in which every tag is HTML's."""
    if "<" not in text and "&" not in text:
        return False
    entities = _ENTITY.findall(text)
    if any(name and name + ";" not in html5 for name in entities):
        return False
    names = {name.lower() for name in _TAG_NAME.findall(text)}
    return names <= _HTML_NAMES and (bool(entities) or _END_OR_VOID.search(text) is not None)


def without_controls(text: str) -> str:
    """Text without what no page shows and no database takes: control characters but tab and line feed, surrogates."""
    return text if text.isprintable() else _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_as_html(text: str) -> str:
    """Plain text with its lines → HTML paragraphs and line breaks."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", escape(text.replace("\r\n", "\n").strip(), quote=False))
    if len(paragraphs) == 1 and "\n" not in paragraphs[0]:
        return paragraphs[0]
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def text_of(element: etree._Element) -> str:
    """The text of an element and all below it, stripped."""
    if len(element):
        return "".join(str(text) for text in element.itertext()).strip()
    return (element.text or "").strip()


def inner_html(element: etree._Element, base: str | None) -> str:
    """What an element holds, written as HTML: no prefixes, void elements, ``xml:base`` below it worked in."""
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        _write(child, base, parts, rebased=False)
    return "".join(parts)


def _opened(text: str) -> str:
    """A stripped text without the CDATA section around it, that was escaped or stood in another."""
    if not text.startswith(_SECTION):
        return text
    return text.removeprefix(_SECTION).removesuffix("]]>").removesuffix("]]&gt;")


def _without_section(title: str) -> str:
    """A title without the CDATA section around it; one that only begins with the sign (it may be about it) keeps it."""
    text = title.strip()
    return _opened(text) if text.endswith(("]]>", "]]&gt;")) else title


def _rss_html(element: etree._Element, base: str | None) -> str | None:
    if not len(element):
        return element.text
    # Mixed: inline markup beside escaped markup. Text beside elements is HTML's own text.
    return inner_html(element, base)


def _atom_html(element: etree._Element, base: str | None) -> str | None:
    kind = (element.get("type") or "text").strip().lower()
    mode = (element.get("mode") or "").strip().lower()
    if len(element):
        return inner_html(_unwrapped(element, kind), base)
    text = element.text
    if not text:
        return None
    if mode == "base64" or (not mode and _is_binary(kind)):
        compact = "".join(text.split())
        decoded = _decoded(compact) if _BASE64.fullmatch(compact) else None
        if decoded is not None or (_BASE64.fullmatch(compact) and len(compact) % 4 == 0):
            return decoded  # without padding, and no text: it was never base64
    if kind in {"html", "text/html", "xhtml", "application/xhtml+xml"} or "html" in kind:
        return text
    if mode == "escaped" and "type" not in element.attrib and looks_like_html(text):
        return text
    return escape(text, quote=False)


def _unwrapped(element: etree._Element, kind: str) -> etree._Element:
    """The ``div`` that Atom 1.0 wants around XHTML is not part of it (RFC 4287 §3.1.1.3)."""
    child = element[0]
    alone = len(element) == 1 and not (element.text or "").strip() and not (child.tail or "").strip()
    atom10 = kind == "xhtml" or split(str(element.tag))[0] == ATOM10
    return child if alone and atom10 and local_of(child) == "div" else element


def _is_binary(kind: str) -> bool:
    """RFC 4287 §4.1.3.3: any other media type than text and XML is base64."""
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _decoded(base_64: str) -> str | None:
    """Base64 → its text (UTF-8, else windows-1252); None when it is no text."""
    letters = b"-_" if "-" in base_64 or "_" in base_64 else None
    try:
        content = base64.b64decode(base_64 + "=" * (-len(base_64) % 4), altchars=letters)
    except ValueError:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252") if _LETTERS.fullmatch(content) else None


def _write(element: etree._Element, base: str | None, parts: list[str], *, rebased: bool) -> None:
    name = local_of(element)
    if not name:
        return
    opening = [f"<{name}"]
    for key, value in attributes_of(element):
        if key == XML_BASE:
            base, rebased = base_address(value, base), True
        else:
            opening.append(f' {split(key)[1]}="{escape(value)}"')
    opening.append(">")
    parts.append(absolute_links("".join(opening), base) if rebased else "".join(opening))
    parts.append(escape(element.text or "", quote=False))  # a void element holds what follows it when nobody closed it
    for child in element:
        _write(child, base, parts, rebased=rebased)
    if name.lower() not in _VOID:
        parts.append(f"</{name}>")
    parts.append(escape(element.tail or "", quote=False))
