"""A document as flat arrays in document order, in which every XPath axis is a range of numbers.

A node is its place in the document (0 is the document itself). Attributes follow their element, before its children.
The text of any node is a slice of one text. HTML comes in as the parser's events, never as libxml2's own tree: that is
quadratic in the attributes of an element. Once it is here, what a selector costs can be counted.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from html import escape

from lxml import etree

from dateline.errors import ParseError

MAX_NODES = 400_000
"""Elements, attributes and texts of a page; one above is refused. (A large front page has 30,000.)"""

MAX_ATTRIBUTES = 200
"""Attributes of one element: the first ones."""

DOCUMENT, ELEMENT, ATTRIBUTE, TEXT = range(4)

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNWRITTEN = frozenset({"script", "style", "template", "noscript"})


class Tree:
    """A document. Arrays by node: ``kinds``, ``names`` (local), ``spaces`` (namespaces), ``parents``, ``ends``.

    ``ends[n]`` is the first node after ``n`` and all within it. ``prefixes`` are the namespaces that the document's
    elements declare, ``default_space`` its root's own ("" without one). It is filled by ``start``, ``data`` and
    ``end``, as a parser calls them, and ready after ``close``.
    """

    def __init__(self) -> None:
        self.kinds = bytearray()
        self.names: list[str] = []
        self.spaces: list[str] = []
        self.parents = array("i")
        self.ends = array("i")
        self.prefixes: dict[str, str] = {"xml": "http://www.w3.org/XML/1998/namespace"}
        self.default_space = ""
        self.by_name: dict[str, list[int]] = {}
        self.all_elements: list[int] = []
        self.all_texts: list[int] = []
        self.text = ""
        self._values: dict[int, str] = {}
        self._starts = array("i")
        self._pieces: list[str] = []
        self._length = 0
        self._waiting: list[str] = []
        self._names_split: dict[str, tuple[str, str]] = {}
        self._children: dict[int, list[int]] = {}
        self._ids: dict[str, int] | None = None
        self._parent = self._add(DOCUMENT, "", "", 0)

    # ------------------------------------------------------------------------------------------ filling

    def start(self, tag: str, attributes: Iterable[tuple[str, str]]) -> None:
        """An element begins. Raises ``parse.too_complex``."""
        self._text_ends()
        space, name = self._split(tag)
        node = self._add(ELEMENT, space, name, self._parent)
        self.all_elements.append(node)
        self.by_name.setdefault(name, []).append(node)
        for count, (key, value) in enumerate(attributes):
            if count >= MAX_ATTRIBUTES:
                break
            inner_space, inner_name = self._split(key)
            self._values[self._add(ATTRIBUTE, inner_space, inner_name, node)] = value
        self._parent = node

    def data(self, text: str) -> None:
        """A piece of text."""
        self._waiting.append(text)

    def end(self) -> None:
        """The element that began last ends."""
        self._text_ends()
        self.ends[self._parent] = len(self.kinds)
        self._parent = self.parents[self._parent]

    def close(self) -> None:
        """The document ends."""
        while self._parent:
            self.end()
        self._text_ends()
        self.ends[0] = len(self.kinds)
        self._starts.append(self._length)
        self.text = "".join(self._pieces)
        self._pieces.clear()

    def _add(self, kind: int, space: str, name: str, parent: int) -> int:
        node = len(self.kinds)
        if node >= MAX_NODES:
            raise ParseError("parse.too_complex", f"more than {MAX_NODES} nodes")
        self.kinds.append(kind)
        self.names.append(name)
        self.spaces.append(space)
        self.parents.append(parent)
        self.ends.append(node + 1)
        self._starts.append(self._length)
        return node

    def _text_ends(self) -> None:
        if not self._waiting:
            return
        text = "".join(self._waiting)
        self._waiting.clear()
        if text:
            node = self._add(TEXT, "", "", self._parent)
            self._values[node] = text
            self.all_texts.append(node)
            self._pieces.append(text)
            self._length += len(text)

    def _split(self, tag: str) -> tuple[str, str]:
        known = self._names_split.get(tag)
        if known is None:
            space, _, name = tag.rpartition("}")
            known = self._names_split[tag] = (space[1:], name)
        return known

    # ------------------------------------------------------------------------------------------ what a node is

    def string(self, node: int) -> str:
        """The string-value of a node (XPath 1.0 §5)."""
        if self.kinds[node] >= ATTRIBUTE:
            return self._values[node]
        return self.text[self._starts[node] : self._starts[self.ends[node]]]

    def length(self, node: int) -> int:
        """How long its string-value is."""
        if self.kinds[node] >= ATTRIBUTE:
            return len(self._values[node])
        return self._starts[self.ends[node]] - self._starts[node]

    def attribute(self, node: int, name: str) -> str | None:
        """The value of an element's attribute without a namespace."""
        for place in self.attributes(node):
            if self.names[place] == name and not self.spaces[place]:
                return self._values[place]
        return None

    def attributes(self, node: int) -> range:
        """The attributes of a node."""
        end = node + 1
        if self.kinds[node] == ELEMENT:
            while end < len(self.kinds) and self.kinds[end] == ATTRIBUTE and self.parents[end] == node:
                end += 1
        return range(node + 1, end)

    def children(self, node: int) -> list[int]:
        """The elements and texts directly within a node."""
        known = self._children.get(node)
        if known is None:
            known = []
            place, end = node + 1, self.ends[node]
            while place < end:
                if self.kinds[place] != ATTRIBUTE:
                    known.append(place)
                place = self.ends[place]
            self._children[node] = known
        return known

    def within(self, places: Sequence[int], node: int) -> Sequence[int]:
        """Those of sorted ``places`` that lie within a node."""
        return places[bisect_left(places, node + 1) : bisect_left(places, self.ends[node])]

    def by_id(self, name: str) -> int | None:
        """The first element with this ``id``."""
        if self._ids is None:
            self._ids = {}
            for node in self.all_elements:
                value = self.attribute(node, "id")
                if value is not None:
                    self._ids.setdefault(value, node)
        return self._ids.get(name)

    # ------------------------------------------------------------------------------------------ writing

    def html(self, node: int) -> str:
        """A node written as HTML, without what no entry shows (scripts, styles)."""
        parts: list[str] = []
        open_ends: list[tuple[int, str]] = []
        place, stop = node, self.ends[node]
        while place < stop:
            while open_ends and open_ends[-1][0] <= place:
                parts.append(open_ends.pop()[1])
            if self.kinds[place] == ELEMENT and self.names[place] in _UNWRITTEN:
                place = self.ends[place]
                continue
            if self.kinds[place] == ELEMENT:
                parts.append(self._opening(place))
                if self.names[place] not in _VOID:
                    open_ends.append((self.ends[place], f"</{self.names[place]}>"))
            elif self.kinds[place] == TEXT:
                parts.append(escape(self._values[place], quote=False))
            place += 1
        return "".join(parts + [ending for _, ending in reversed(open_ends)])

    def _opening(self, node: int) -> str:
        attributes = "".join(f' {self.names[place]}="{escape(self._values[place])}"' for place in self.attributes(node))
        return f"<{self.names[node]}{attributes}>"


class HtmlEvents:
    """What lxml's HTML parser calls while it reads (its "target"); makes a ``Tree``."""

    def __init__(self) -> None:
        self._tree = Tree()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._tree.start(tag, attributes.items())

    def data(self, text: str) -> None:
        """A piece of text."""
        self._tree.data(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._tree.end()

    def close(self) -> Tree:
        """The document ends."""
        self._tree.close()
        return self._tree


def tree_of_xml(root: etree._Element) -> Tree:
    """The tree of a document that lxml has read as XML. Raises ``parse.too_complex``."""
    tree = Tree()
    tree.default_space = root.nsmap.get(None) or ""
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if element.prefix and len(tree.prefixes) < 200:
                tree.prefixes.setdefault(element.prefix, str(element.tag)[1:].partition("}")[0])
            tree.start(str(element.tag), ((str(key), str(value)) for key, value in element.items()))
            tree.data(element.text or "")
        elif event == "end":
            tree.end()
        if event != "start" and element.tail and element is not root:
            tree.data(element.tail)
    tree.close()
    return tree
