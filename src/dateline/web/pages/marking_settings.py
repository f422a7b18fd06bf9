"""``/settings/marking``: what marks an article read, and what happens when a whole stream is marked."""

from typing import get_args

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import preferences
from dateline.actions import read_when as by_itself
from dateline.preferences import Display, Marking, ShownChoice
from dateline.web import shown as showing
from dateline.web.pages.settings import saved
from dateline.web.read_when_fields import ReadWhenField, account_fields, chosen_for_all
from dateline.web.visit import Visit

_FLAGS = ("on_open", "on_site", "on_scroll", "on_focus", "hide_read", "confirm", "to_next")


class MarkingPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_marking.html``."""

    marking: Marking
    shown: ShownChoice
    shown_choices: tuple[tuple[str, str], ...]
    read_when: tuple[ReadWhenField, ...]


def show(visit: Visit) -> Response:
    """The choices."""
    chosen = visit.me.preferences
    page = MarkingPage(
        marking=chosen.marking,
        shown=chosen.display.shown or "adaptive",
        shown_choices=showing.options(visit.words),
        read_when=account_fields(visit.words, chosen.read_when),
    )
    return visit.html("pages/settings_marking.html", page)


def save(visit: Visit) -> Response:
    """All of them at once."""
    form = visit.form
    marking = Marking(**{name: form.flag(name) for name in _FLAGS})
    shown = form.choice("shown", get_args(ShownChoice))
    read_when = chosen_for_all(form)
    if read_when != visit.me.preferences.read_when:
        by_itself.change_all(visit.db, visit.me, lambda _: read_when, now=visit.now)
    preferences.change(
        visit.db,
        visit.me,
        lambda chosen: replace(chosen, marking=marking, display=_with_shown(chosen.display, shown)),
        now=visit.now,
    )
    return saved(visit, "/settings/marking")


def _with_shown(display: Display, shown: ShownChoice) -> Display:
    return replace(display, shown=None if shown == "adaptive" else shown)
