"""Bytes of a web page → a tree, in bounded time.

libxml2 compares each attribute of a tag with all others: a page of one tag with 200,000 attributes would take minutes.
So every tag is written anew before, with at most ``MAX_ATTRIBUTES`` that are well-formed, and comments are left out:
``bounded_tags``, for whoever reads HTML in this room. (HTML Standard §13.1.2, §13.2.5.)
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

_ATTRIBUTE = rb"""[\s/]*+[^\s"'<>/=\0][^\s"'<>/=\0]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`][^\s"'<>`]*+))?+"""
_ATTRIBUTES = rb"(?:%s){0,%d}+" % (_ATTRIBUTE, MAX_ATTRIBUTES)
_TAG = re.compile(
    rb"<!--(?s:.*?)(?:-->|\Z)"
    rb"|<(?P<raw>script|style)(?=[\s/>])(?P<raw_attributes>%s)[^>]*+>?(?P<text>(?s:.*?))(?:</(?P=raw)\b[^>]*+>?|\Z)"
    rb"|<(?P<name>[A-Za-z][\w:.-]*+)(?P<attributes>%s)(?P<rest>[^>]*+)>?" % (_ATTRIBUTES, _ATTRIBUTES),
    re.IGNORECASE,
)
_NEXT = re.compile(_ATTRIBUTE)
_LOOKED_THROUGH = 2_000  # bytes of a tag that is not well-formed, for further attributes


def page_tree(body: bytes, content_type: str = "") -> etree._Element | None:
    """The root of a page without its scripts and styles; None when there is nothing in it.

    ``content_type`` is the HTTP header's value.
    """
    text = to_utf8(body[:MAX_PAGE], content_type).text
    text = bounded_tags(b"<".join(text.split(b"<", MAX_TAGS)[:MAX_TAGS]))
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True)
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def bounded_tags(text: bytes, *, with_scripts: bool = False) -> bytes:
    """HTML whose tags have a bounded number of attributes, without comments; ``with_scripts`` and styles or without."""
    return _TAG.sub(_with_scripts if with_scripts else _anew, text)


def _with_scripts(found: re.Match[bytes]) -> bytes:
    raw = found["raw"]
    return b"<%s%s>%s</%s>" % (raw, found["raw_attributes"], found["text"], raw) if raw else _anew(found)


def _anew(found: re.Match[bytes]) -> bytes:
    name = found["name"]
    if name is None:
        return b" "
    rest = found["rest"]
    if len(rest) < 2 and not rest.strip(b"/ \n"):
        return found[0]
    more = _NEXT.findall(rest, 0, _LOOKED_THROUGH)[:MAX_ATTRIBUTES]
    return b"<" + name + found["attributes"] + b" " + b" ".join(more) + b">"
