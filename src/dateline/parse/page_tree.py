"""Bytes of a web page → a tree, in bounded time: the one way in which this room reads HTML.

libxml2 compares each attribute of a tag with all others: a page of one tag with 200,000 attributes would take minutes.
So every tag is written anew before, with at most ``MAX_ATTRIBUTES`` that are well-formed; scripts, styles and comments
are left out. (HTML Standard §13.1.2, §13.2.5.)
"""

import re

from lxml import etree

from .encoding import to_utf8

MAX_PAGE = 2_000_000
"""Bytes of a page; what follows is not read."""
MAX_ATTRIBUTES = 60
"""Attributes of one tag; further ones are dropped."""
MAX_TAGS = 100_000
"""``<`` in a page; what follows is not read. Large pages have 20,000 elements."""

_ATTRIBUTE = rb"""[\s/]*+[A-Za-z_][\w:.@-]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`][^\s"'<>`]*+))?+"""
_TAG = re.compile(
    rb"<!--(?s:.*?)(?:-->|\Z)"
    rb"|<(?:script|style)(?=[\s/>])(?s:.*?)(?:</(?:script|style)\b[^>]*+>?|\Z)"
    rb"|<(?P<name>[A-Za-z][\w:.-]*+)(?P<attributes>(?:" + _ATTRIBUTE + rb"){0,%d}+)(?P<rest>[^>]*+)>?" % MAX_ATTRIBUTES,
    re.IGNORECASE,
)
_NEXT = re.compile(_ATTRIBUTE)
_LOOKED_THROUGH = 2_000  # bytes of a tag that is not well-formed, for further attributes


def page_tree(body: bytes, content_type: str = "") -> etree._Element | None:
    """The root of a page; None when there is nothing in it. ``content_type`` is the HTTP header's value."""
    text = to_utf8(body[:MAX_PAGE], content_type).text
    text = _TAG.sub(_anew, b"<".join(text.split(b"<", MAX_TAGS)[:MAX_TAGS]))
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True)
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _anew(found: re.Match[bytes]) -> bytes:
    name = found["name"]
    if name is None:
        return b" "
    rest = found["rest"]
    if len(rest) < 2 and not rest.strip(b"/ \n"):
        return found[0]
    more = _NEXT.findall(rest, 0, _LOOKED_THROUGH)[:MAX_ATTRIBUTES]
    return b"<" + name + found["attributes"] + b" " + b" ".join(more) + b">"
