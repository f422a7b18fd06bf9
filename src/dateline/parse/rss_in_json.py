"""RSS 2.0 written as JSON → the tree that it would be in XML, to be read like any other.

https://github.com/scripting/Scripting-News/blob/master/rss-in-json/README.md: elements and attributes alike are members
of an object, ``#value`` is the text of an element that has attributes, a list is the element many times.
"""

from itertools import islice
from typing import Any

from lxml import etree

from .limits import MAX_ENTRIES
from .markup import without_controls
from .names import namespace_of

_MAX_DEPTH = 20
_MAX_MEMBERS = 200  # of one object: libxml2 looks through all attributes for each that comes
_TEXT = "#value"


def rss_tree(value: object) -> etree._Element | None:
    """The tree of a decoded document; None when it is no RSS."""
    rss = value.get("rss") if isinstance(value, dict) else None
    if not isinstance(rss, dict) or not isinstance(rss.get("channel"), dict):
        return None
    root = etree.Element("rss")
    _fill(root, rss, 0)
    return root


def _fill(element: etree._Element, members: dict[str, Any], depth: int) -> None:
    for name, value in islice(members.items(), _MAX_MEMBERS):
        if name == _TEXT:
            element.text = _text(value)
            continue
        if not isinstance(value, dict | list):  # an attribute or an element: whoever reads it knows
            _attribute(element, name, value)
            if _TEXT in members:
                continue
        for one in value[: MAX_ENTRIES + 1] if isinstance(value, list) else [value]:
            child = _child(element, name)
            if child is None or depth >= _MAX_DEPTH:
                break
            if isinstance(one, dict):
                _fill(child, one, depth + 1)
            else:
                child.text = _text(one)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    prefix, _, local = name.rpartition(":")
    namespace = namespace_of(prefix)
    if prefix and namespace is None:
        return None
    try:
        return etree.SubElement(element, f"{{{namespace}}}{local}" if namespace else local)
    except ValueError:  # no name of an element
        return None


def _attribute(element: etree._Element, name: str, value: object) -> None:
    try:
        element.set(name, _text(value))
    except ValueError:  # no name of an attribute
        return


def _text(value: object) -> str:
    """A text, a number as text; what XML cannot hold is dropped."""
    if isinstance(value, bool):
        return str(value).lower()
    return without_controls(str(value)) if isinstance(value, str | int | float) else ""
