"""``/settings/look`` → how pages look, with a preview beside it; a style sheet of one's own, and its address."""

from typing import Any, get_args

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import displays as display_actions
from dateline.actions import looks as look_actions
from dateline.errors import ActionError, NotFound
from dateline.preferences import (
    Density,
    Look,
    Measure,
    Order,
    PageSize,
    RowSite,
    ShownChoice,
    Theme,
    Thumbnail,
    Typeface,
    View,
)
from dateline.web import messages, orders, shown, views
from dateline.web.i18n import N_, Words
from dateline.web.looks import sheet_hash
from dateline.web.notices import Notice
from dateline.web.pages.displays import PARTS, with_parts
from dateline.web.pages.settings import saved
from dateline.web.visit import Visit

# Of what comes with a form, a line break counts twice.
_MAX_CSS = 60_000

Options = tuple[tuple[str, str], ...]

_WORDS: dict[str, dict[str, str]] = {
    "theme": {
        "auto": N_("As the device has them, light or dark"),
        "light": N_("Light"),
        "dark": N_("Dark"),
        "sepia": N_("Sepia"),
        "contrast": N_("High contrast"),
    },
    "typeface": {"serif": N_("With serifs"), "sans": N_("Without serifs")},
    "measure": {
        "narrow": N_("Short"),
        "normal": N_("Medium, about 68 characters"),
        "wide": N_("Long"),
        "full": N_("As wide as the window"),
    },
    "density": {"comfortable": N_("Comfortable"), "compact": N_("Compact")},
    "thumbnail": {"none": N_("None"), "small": N_("Small"), "large": N_("Large")},
    "row_site": {
        "full": N_("Icon and name"),
        "icon": N_("Icon alone"),
        "name": N_("Name alone"),
        "none": N_("Neither"),
    },
}
_VALUES: dict[str, tuple[str, ...]] = {
    "theme": get_args(Theme),
    "typeface": get_args(Typeface),
    "measure": get_args(Measure),
    "density": get_args(Density),
    "thumbnail": get_args(Thumbnail),
    "row_site": get_args(RowSite),
}
_PAGE_SIZES: dict[str, PageSize] = {str(size): size for size in get_args(PageSize)}


class LookPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_look.html``. ``options``: (value, words) of every choice by its field's name."""

    look: Look
    view: View
    order: Order
    shown: ShownChoice
    preview: bool
    options: dict[str, Options]
    css: str
    is_sheet_off: bool
    smallest: int
    largest: int
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The page."""
    return _page(visit)


def save(visit: Visit) -> Response:
    """Everything but the style sheet."""
    form = visit.form
    chosen: dict[str, Any] = {name: form.choice(name, values) for name, values in _VALUES.items()}
    look = Look(
        text_size=form.integer("text_size"),
        row_authors=form.flag("row_authors"),
        hide_read_feeds=form.flag("hide_read_feeds"),
        more_by_itself=form.flag("more_by_itself"),
        page_size=_PAGE_SIZES[form.choice("page_size", tuple(_PAGE_SIZES))],
        **chosen,
    )
    parts = {name: form.choice(name, values) for name, values in PARTS.items()}
    look_actions.change(visit.db, visit.me, look, preview=form.flag("preview"), now=visit.now)
    display_actions.change_all(visit.db, visit.me, lambda display: with_parts(display, parts), now=visit.now)
    return saved(visit, "/settings/look")


def save_sheet(visit: Visit) -> Response:
    """One's own style sheet."""
    css = visit.form.raw("css", max_length=_MAX_CSS).replace("\r\n", "\n")
    try:
        look_actions.change_sheet(visit.db, visit.me, css, now=visit.now)
    except ActionError as error:
        errors = {"css": messages.sentence(visit.words, error.code)}
        return _page(visit, css=css, errors=errors, status=messages.status_of(error))
    return visit.see(visit.url.plain("/settings/look"), Notice(kind="saved"))


def sheet(visit: Visit) -> Response:
    """The style sheet, to its owner alone. Raises ``NotFound`` when there is none."""
    css = visit.me.preferences.look.css
    if not css:
        raise NotFound("style sheet")
    response = Response(css.encode(errors="replace"), media_type="text/css")
    if visit.query.get("v") == sheet_hash(css):
        response.headers["cache-control"] = "private, max-age=31536000, immutable"
    return response


def _page(visit: Visit, *, css: str | None = None, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    chosen = visit.me.preferences
    page = LookPage(
        look=chosen.look,
        view=chosen.display.view or "normal",
        order=chosen.display.order or "newest",
        shown=chosen.display.shown or "adaptive",
        preview=visit.me.preview,
        options=_streams(visit.words) | _options(visit.words),
        css=chosen.look.css if css is None else css,
        is_sheet_off=visit.query.get("css") == "off",
        smallest=look_actions.SMALLEST_TEXT,
        largest=look_actions.LARGEST_TEXT,
        errors=errors or {},
    )
    return visit.html("pages/settings_look.html", page, status=status)


def _streams(words: Words) -> dict[str, Options]:
    """What all streams begin with."""
    return {
        "view": views.options(words),
        "order": orders.options(words),
        "shown": shown.options(words),
    }


def _options(words: Words) -> dict[str, Options]:
    sizes = tuple((value, words.number(size)) for value, size in _PAGE_SIZES.items())
    return {"page_size": sizes} | {
        name: tuple((value, words.text(label)) for value, label in labels.items()) for name, labels in _WORDS.items()
    }
