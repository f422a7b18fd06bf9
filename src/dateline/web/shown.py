"""What of a stream is shown, by what its reader did with it: the names, and which one a page is asked for."""

from collections.abc import Mapping
from functools import lru_cache
from typing import get_args

from dateline.errors import ActionError
from dateline.model import Shown, ShownNow, StreamKind
from dateline.preferences import ShownChoice
from dateline.web.i18n import N_, Words

STATES: tuple[ShownNow, ...] = get_args(ShownNow)
NARROW: tuple[ShownChoice, ...] = ("read", "starred", "unread_not_starred")
"""Where something unread may be left when all is marked that is shown."""
PLAIN: tuple[ShownNow, ...] = ("unread", "all")
"""What the bar offers by itself, and a board can show."""

_NAMES: dict[ShownChoice, str] = {
    "adaptive": N_("What is unread, or all when nothing is"),
    "unread": N_("Only what is unread"),
    "all": N_("All articles"),
    "read": N_("Only what is read"),
    "starred": N_("Only favourites"),
    "unread_or_starred": N_("What is unread or a favourite"),
    "unread_not_starred": N_("What is unread and no favourite"),
}

Options = tuple[tuple[ShownChoice, str], ...]


def name(words: Words, shown: ShownChoice) -> str:
    """What is shown, in words."""
    return words.text(_NAMES[shown])


def options(words: Words) -> Options:
    """(value, name) of what a stream can begin with."""
    return tuple((value, name(words, value)) for value in _NAMES)


@lru_cache(maxsize=200)
def choices(words: Words, kind: StreamKind) -> Options:
    """The menu of a stream; none where all of it is shown always."""
    return () if kind == "recent" else tuple((state, name(words, state)) for state in STATES)


def asked(query: Mapping[str, str], otherwise: Shown) -> Shown:
    """What ``?shown=`` asks for. Raises ``ActionError("action.bad_value")``."""
    wished = query.get("shown", "")
    if not wished:
        return otherwise
    for state in STATES:
        if state == wished:
            return state
    raise ActionError("action.bad_value", "shown")
