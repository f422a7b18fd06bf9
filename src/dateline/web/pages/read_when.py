"""``/read-when`` → what of a folder or a subscription counts as read by itself from now on."""

from typing import Literal

from starlette.responses import Response

from dateline.actions import read_when
from dateline.web.notices import Notice
from dateline.web.read_when_fields import chosen_of
from dateline.web.visit import Visit

_KINDS: tuple[Literal["folder", "feed"], ...] = ("folder", "feed")


def choose(visit: Visit) -> Response:
    """``kind``, ``key`` and any of the parts: "" leaves it to what is above, 0 is no."""
    kind, key = visit.form.choice("kind", _KINDS), visit.form.integer("key")
    read_when.change(visit.db, visit.me, kind, key, lambda own: chosen_of(visit.form, own))
    return visit.see(visit.next, Notice(kind="saved"))
