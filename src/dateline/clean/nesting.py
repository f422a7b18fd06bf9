"""Whether HTML in the sanitiser's form is read as the very tree that it was written from.

HTML's parsing rules move what stands where it may not: a block out of a paragraph, a link out of a link, text out of a
table. The sanitiser writes trees as they come, and some hold such things: what let them in, a ``<button>`` say, was
taken out. Here every tag is asked whether the rules (HTML, "the rules for parsing tokens") let it stand where it does.
"No" may be wrong, which costs another cleaning; "yes" never is.
"""

import re
from typing import Final

from . import policy

_TAG: Final = re.compile(r"<(/?+)([a-z][a-z0-9]*+)(?: [^<>]*+)?+>")
_TEXT_BETWEEN_PARTS: Final = re.compile(
    r"<(?:iframe|table|/?(?:tbody|thead|tfoot|tr|colgroup)|col|/(?:caption|td|th))(?: [^<>]*+)?+>[ \t\n]*+[^ \t\n<]"
)
_ROWS: Final = frozenset({"tbody", "thead", "tfoot"})
_HOLD_ONLY: Final[dict[str, frozenset[str]]] = {
    "table": _ROWS | {"caption", "colgroup"},
    **dict.fromkeys(_ROWS, frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
    "colgroup": frozenset({"col"}),
    "iframe": frozenset(),  # its content is no HTML
}
"""And no text."""
_STAND_ONLY: Final = {part: {whole for whole in _HOLD_ONLY if part in _HOLD_ONLY[whole]} for part in policy.BLOCKS} | {
    "li": {"ul", "ol"},
    "dd": {"dl"},
    "dt": {"dl"},
}
"""Each block, in what it stands alone; nothing said is anywhere."""
_HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
_ANYWHERE: Final = (policy.PHRASES | policy.MEDIA) - {"a", "rb", "rp", "rt", "rtc", "ruby"}
"""They close nothing. Ruby has rules of its own, and is rare."""


def is_read_as_written(html: str) -> bool:
    """HTML in the sanitiser's form, without carriage returns → whether parsing it surely gives the tree it spells."""
    tags: list[tuple[str, str]] = _TAG.findall(html)
    if len(tags) != html.count("<") or _TEXT_BETWEEN_PARTS.search(html):
        return False
    still_open = [""]
    for mark, name in tags:
        if mark:
            if still_open.pop() != name:
                return False
        elif not _may_stand(name, still_open):
            return False
        elif name not in policy.VOID:
            still_open.append(name)
    return len(still_open) == 1


def _may_stand(name: str, still_open: list[str]) -> bool:
    whole = still_open[-1]
    if whole in _HOLD_ONLY:
        return name in _HOLD_ONLY[whole]
    if name in _ANYWHERE:
        return True
    if name == "a":
        return "a" not in still_open
    if name not in policy.BLOCKS or "p" in still_open or (name in _HEADINGS and not _HEADINGS.isdisjoint(still_open)):
        return False
    return not _STAND_ONLY[name] or whole in _STAND_ONLY[name]
