"""How much of its formatting HTML has the sanitiser open again.

HTML's parsing rules open a formatting element again in every block until it is closed ("reconstruct the active
formatting elements"): a hundred bytes of ``<b>`` before a thousand of ``<p>`` make ten thousand elements. That is
reckoned here, and what would cost more than its length is balanced first (``balance``).
"""

import re
from typing import Final

from . import policy

_FREELY: Final = 300
"""Elements opened again; beyond, no more of them than the document has characters."""
MAX_WRITTEN: Final = 20_000_000
"""Characters of tags opened again."""

_REOPENED: Final = policy.FORMATTING - {"a"} | {"font", "nobr"}
"""What may be open many times over. A link ends the one before."""
_FORMATTING: Final = re.compile(rf"<(?:{'|'.join(sorted(_REOPENED))})[\s/>]", re.IGNORECASE)
_PLAIN_TAG: Final = re.compile(
    r"""<(/?+)([a-zA-Z][a-zA-Z0-9]*+)(?:\s++[a-zA-Z-]++(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=]++))?+)*+\s*+/?+>"""
)
"""A tag that is read in one way only: no sign of markup stands in its attributes."""
_NORMAL_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [a-z-]++="[^"<>]*+")*+)>')
_PHRASES: Final = policy.PHRASES | {"font", "nobr"}
_LOOKED_BACK: Final = 8
_UNDERSTOOD: Final = policy.TAGS - {"iframe"} | {"embed", "font", "h1", "nobr"}
"""Elements whose content is read as any other: no script, no form's list, no drawing."""


def may_be_much(html: str) -> bool:
    """Any HTML → whether more elements may be opened again than it has characters. "Yes" may be wrong."""
    allowed = max(len(html), _FREELY)
    tags = html.count("<")
    if tags * tags <= allowed:  # at worst every formatting element is opened again at every other tag
        return False
    if tags * len(_FORMATTING.findall(html)) <= allowed:
        return False
    most = most_reopened(html)
    return most is None or most > allowed


def most_reopened(html: str) -> int | None:
    """How many formatting elements but links HTML's rules open again at most; None where that is not plain to see.

    What is open is counted at each tag. Only an end tag that surely closes its element counts: one that is left out
    only makes the number larger.
    """
    tags: list[tuple[str, str]] = _PLAIN_TAG.findall(html)
    if len(tags) != html.count("<"):
        return None
    still_open: list[str] = []
    formatting = reopened = 0
    for mark, written in tags:
        name = written.lower()
        if name not in _UNDERSTOOD:
            return None
        reopened += formatting
        if not mark:
            if name not in policy.VOID:
                still_open.append(name)
                formatting += name in _REOPENED
        elif _is_closed(name, still_open):
            formatting -= name in _REOPENED
    return reopened + formatting


def _is_closed(name: str, still_open: list[str]) -> bool:
    """Takes an element off by its end tag, if at most a few phrases stand open in it: behind anything else the rules
    may keep it open, or not listen at all."""
    for place in range(len(still_open) - 1, max(-1, len(still_open) - _LOOKED_BACK), -1):
        if still_open[place] == name:
            del still_open[place]
            return True
        if still_open[place] not in _PHRASES:
            return False
    return False


def writes_much(html: str) -> bool:
    """Whether the sanitiser may make very much of what ``balanced`` wrote: a formatting element that is open while a
    paragraph ends another is opened again in it, with all that is written in its tag.
    """
    if html.count("<") * len(html) <= MAX_WRITTEN:
        return False
    still_open: list[int] = []
    reopened = width = 0
    for mark, name, given in _NORMAL_TAG.findall(html):
        if mark:
            width -= still_open.pop() if name in policy.FORMATTING and still_open else 0
            continue
        reopened += width
        if name in policy.FORMATTING:
            still_open.append(len(name) + len(given))
            width += still_open[-1]
    return reopened > MAX_WRITTEN
