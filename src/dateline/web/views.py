"""The views of a stream: their names, which a stream can have, which one a page is asked for, what its menu offers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from msgspec import Struct

from dateline.errors import ActionError
from dateline.model import StreamKind
from dateline.preferences import Display, Thumbnail, View
from dateline.store.displays import Arrangement
from dateline.web.i18n import N_, Words
from dateline.web.reading import Reading
from dateline.web.shown import PLAIN
from dateline.web.visit import Visit

VIEWS: tuple[View, ...] = get_args(View)

_NAMES: dict[View, tuple[str, str]] = {
    "normal": (N_("Normal view"), "list"),
    "reader": (N_("Reader view"), "book"),
    "cards": (N_("Cards"), "cards"),
    "panes": (N_("Three panes"), "panes"),
    "global": (N_("Overview"), "board"),
}
_BOARDS: tuple[StreamKind, ...] = ("main", "all", "folder")
"""What leads to other streams can be shown as a board of them."""

Pictures = Literal["", "card", "small", "large"]


Choice = tuple[View, str, str]
"""A view as the menu offers it: its value, name and icon."""


class Layout(Struct, frozen=True, kw_only=True):
    """How a page lays its stream out.

    ``asked`` is ``view`` when the address says so (links of the page keep it), else ""; ``shown_asked`` the same of
    ``shown``. ``has_own``: a view was chosen for this stream; ``is_own``: this one. ``pictures``, ``previews``,
    ``authors``: whether rows have them.
    """

    view: View
    name: str
    icon: str
    asked: str
    shown_asked: str
    choices: tuple[Choice, ...]
    has_own: bool
    is_own: bool
    pictures: Pictures
    previews: bool
    authors: bool


def layout(visit: Visit, of: Reading, kind: StreamKind, arranged: Arrangement, *, own: Display) -> Layout:
    """What path, query and the owner's choices make of a stream. Raises ``ActionError("action.bad_value")``."""
    view = asked(visit.query, kind, arranged.view)
    if view == "global" and (visit.query.get("q", "").strip() or visit.query.get("shown", "") not in ("", *PLAIN)):
        view = "normal"  # what is found are articles
    look = of.owner.preferences.look
    return Layout(
        view=view,
        name=name(visit.words, view),
        icon=_NAMES[view][1],
        asked=view if "view" in visit.query else "",
        shown_asked=visit.query.get("shown", ""),
        choices=choices(visit.words, kind),
        has_own=own.view is not None,
        is_own=own.view == view,
        pictures=_pictures(view, look.thumbnail),
        previews=of.owner.preview and view != "cards",
        authors=look.row_authors,
    )


def possible(kind: StreamKind) -> tuple[View, ...]:
    """The views that a stream of this kind can have."""
    return VIEWS if kind in _BOARDS else tuple(view for view in VIEWS if view != "global")


def asked(query: Mapping[str, str], kind: StreamKind, arranged: View) -> View:
    """The view that ``?view=`` asks for, else the arranged one. Raises ``ActionError("action.bad_value")``."""
    wished = query.get("view", "")
    for view in possible(kind):
        if view == (wished or arranged):
            return view
    if wished:
        raise ActionError("action.bad_value", "view")
    return "normal"


def name(words: Words, view: View) -> str:
    """What a view is called: the heading of its page."""
    return words.text(_NAMES[view][0])


def options(words: Words) -> tuple[tuple[str, str], ...]:
    """(value, name) of every view, for a list to choose from."""
    return tuple((view, name(words, view)) for view in VIEWS)


@lru_cache(maxsize=200)
def choices(words: Words, kind: StreamKind) -> tuple[Choice, ...]:
    """The menu of a stream's views."""
    return tuple((view, name(words, view), _NAMES[view][1]) for view in possible(kind))


def _pictures(view: View, thumbnail: Thumbnail) -> Pictures:
    if view == "cards":
        return "card"
    return "" if view == "reader" or thumbnail == "none" else thumbnail
