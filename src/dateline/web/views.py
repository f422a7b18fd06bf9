"""The views of a stream: their names, which a stream can have, and which one a page is asked for."""

from collections.abc import Mapping
from typing import get_args

from msgspec import Struct

from dateline.errors import ActionError
from dateline.model import StreamKind
from dateline.preferences import View
from dateline.web.i18n import N_, Words

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


class ViewChoice(Struct, frozen=True, kw_only=True):
    """A view as the menu offers it."""

    value: View
    name: str
    icon: str
    is_current: bool


def possible(kind: StreamKind) -> tuple[View, ...]:
    """The views that a stream of this kind can have."""
    return VIEWS if kind in _BOARDS else tuple(view for view in VIEWS if view != "global")


def asked(query: Mapping[str, str], kind: StreamKind, arranged: View) -> View:
    """The view that ``?view=`` asks for, else the arranged one. Raises ``ActionError("action.bad_value")``."""
    wished = query.get("view", "")
    if not wished:
        return arranged
    for view in possible(kind):
        if view == wished:
            return view
    raise ActionError("action.bad_value", "view")


def name(words: Words, view: View) -> str:
    """What a view is called: the heading of its page."""
    return words.text(_NAMES[view][0])


def choices(words: Words, kind: StreamKind, current: View) -> tuple[ViewChoice, ...]:
    """The menu of a stream's views."""
    return tuple(
        ViewChoice(value=view, name=words.text(_NAMES[view][0]), icon=_NAMES[view][1], is_current=view == current)
        for view in possible(kind)
    )
