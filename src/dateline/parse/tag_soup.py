"""Tags that are not nested as XML wants → tags that are: what is open is closed, what nobody opened is dropped.

libxml2 takes any end tag for that of the element which is open, so that one ``<p>`` without its end leaves a
description open and everything after it (the link, the date, the next entries) inside. Here an end tag closes the
element of its own name, with all that is open in it; a field that holds nothing but text ends where the next field of
an entry begins, an entry where the next one does.
"""

import re
from collections import Counter

_PIECE = re.compile(
    rb"<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|<!--(?s:.*?)(?:-->|\Z)|<\?(?s:.*?)(?:\?>|\Z)"
    rb"""|<(/?)([A-Za-z_][\w:.-]*+)(?>[^<>"'/]++|"[^"<]*+"|'[^'<]*+'|["'/])*+>"""
)
_MAX_TAGS = 200_000  # six times those of the largest feed that was seen: above, it takes too long
_TEXTS = frozenset({b"title", b"link", b"guid", b"id", b"pubdate", b"category", b"comments", b"updated", b"published"})
_NEXT = _TEXTS | {
    *(b"description", b"summary", b"content", b"content:encoded", b"enclosure", b"author", b"dc:creator"),
    *(b"item", b"entry"),
}
_ENTRIES = frozenset({b"item", b"entry"})


def balanced(text: bytes) -> bytes:
    """The document with every tag that is not empty closed once, in order; text and other markup as they are.

    One with too many tags comes back as it is.
    """
    if text.count(b"<") > _MAX_TAGS:
        return text
    soup = _Soup()
    position = 0
    for found in _PIECE.finditer(text):
        if found[2] is None:
            continue
        soup.pieces.append(text[position : found.start()])
        position = found.end()
        if found[1]:
            soup.end(found[2].lower())
        else:
            soup.start(found[2], found[0])
    soup.pieces.append(text[position:])
    soup.end_all()
    return b"".join(soup.pieces)


class _Soup:
    """A document while its tags are put in order."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self._opened: list[tuple[bytes, bytes]] = []  # names as they are written, and in lower case
        self._count: Counter[bytes] = Counter()

    def start(self, written: bytes, tag: bytes) -> None:
        """A start tag, or an empty one."""
        name = written.lower()
        if name in _ENTRIES:
            self.end(name)  # no entry holds another
        if self._opened and self._opened[-1][1] in _TEXTS and name in _NEXT:
            self._close()
        self.pieces.append(tag)
        if not tag.endswith(b"/>"):
            self._opened.append((written, name))
            self._count[name] += 1

    def end(self, name: bytes) -> None:
        """An end tag: it closes what is open in its element, too; without an element it is dropped."""
        if not self._count[name]:
            return
        while self._opened[-1][1] != name:
            self._close()
        self._close()

    def end_all(self) -> None:
        """The end of the document."""
        while self._opened:
            self._close()

    def _close(self) -> None:
        written, name = self._opened.pop()
        self._count[name] -= 1
        self.pieces.append(b"</" + written + b">")
