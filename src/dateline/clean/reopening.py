"""How much of its formatting HTML has the sanitiser open again.

HTML's parsing rules open a formatting element again in every block until it is closed ("reconstruct the active
formatting elements"): a hundred bytes of ``<b>`` before a thousand of ``<p>`` make ten thousand elements. That is
reckoned here, and what would cost more than its length is balanced first (``balance``).
"""

import re
from typing import Final

from . import policy

MAX_WRITTEN: Final = 20_000_000
"""Characters of tags opened again."""

_FREELY: Final = 300
"""Elements opened again; beyond, no more of them than the document has characters."""

_NAMES: Final = "|".join(sorted(policy.FORMATTING - {"a"} | {"font", "nobr"}))
"""What may be open many times over. A link ends the one before."""
_FORMATTING: Final = re.compile(rf"<(?:{_NAMES})[\s/>]", re.IGNORECASE)
_ATTRIBUTES: Final = r"""(?:\s++[^\s"'<>=/]++(?:=(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=]++))?+)*+\s*+"""
"""That are read in one way only: no sign of markup stands in them."""
_PLAINLY_CLOSED: Final = re.compile(rf"<({_NAMES}){_ATTRIBUTES}>[^<]*+</\1\s*+>", re.IGNORECASE)
"""With nothing but text in it: whatever stands around it, it ends where it seems to, or is no element at all."""
_NORMAL_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [a-z-]++="[^"<>]*+")*+)>')


def may_be_much(html: str, tags: int) -> bool:
    """Any HTML with so many ``<`` → whether more elements may be opened again than it has characters; "yes" may be
    wrong."""
    if tags * tags <= 4 * len(html):  # at worst one half of them is opened again behind each of the others
        return False
    allowed = max(len(html), _FREELY)
    formatting = len(_FORMATTING.findall(html))
    others = tags - formatting
    return formatting * others > allowed and (formatting - len(_PLAINLY_CLOSED.findall(html))) * others > allowed


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
