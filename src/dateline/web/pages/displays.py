"""``/displays`` → how one stream is shown from now on: its view, its order, what of it is shown."""

from collections.abc import Mapping
from typing import get_args

from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import displays as display_actions
from dateline.errors import ActionError
from dateline.model import StreamKind
from dateline.preferences import Display, Order, ShownChoice, View
from dateline.web.forms import Form
from dateline.web.notices import Notice
from dateline.web.visit import Visit

_WITH_KEY: tuple[StreamKind, ...] = ("folder", "feed")
PARTS: Mapping[str, tuple[str, ...]] = {
    "view": get_args(View),
    "order": get_args(Order),
    "shown": get_args(ShownChoice),
}


def choose(visit: Visit) -> Response:
    """``kind``, ``key`` and any of ``view``, ``order``, ``shown``: "" leaves it to what is above."""
    kind = visit.form.choice("kind", get_args(StreamKind))
    key = visit.form.optional_integer("key")
    if (key is None) == (kind in _WITH_KEY) and kind != "label":
        raise ActionError("action.bad_value", "key")
    parts = chosen_parts(visit.form)
    display_actions.change(visit.db, visit.me, kind, key, lambda display: with_parts(display, parts), now=visit.now)
    return visit.see(visit.next, Notice(kind="saved"))


def chosen_parts(form: Form) -> dict[str, str | None]:
    """Those parts of a ``Display`` that a form speaks of. Raises ``ActionError("action.bad_value")``."""
    return {name: form.choice(name, ("", *values)) or None for name, values in PARTS.items() if name in form}


def with_parts(display: Display, parts: Mapping[str, str | None]) -> Display:
    """The display with these parts in the place of its own."""
    return replace(display, **parts)
