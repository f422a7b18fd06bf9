"""How a page looks: a person's ``Look`` → attributes of ``<html>`` that choose sets of tokens (css/themes.css).

What is as it comes has no attribute: a page of somebody who chose nothing says nothing about it.
"""

from functools import lru_cache
from hashlib import blake2b

from markupsafe import Markup
from msgspec import Struct

from dateline.preferences import Look

_NOTHING_CHOSEN = Look()
PAPER = {"light": "#fbfaf7", "dark": "#13110f", "sepia": "#f4ead7"}
"""The token ``--paper`` of the themes, for what browsers paint around the page."""
_BY_DEVICE = (("(prefers-color-scheme: light)", PAPER["light"]), ("(prefers-color-scheme: dark)", PAPER["dark"]))
_SCHEMES = {"light": "light", "sepia": "light", "dark": "dark"}


class LookView(Struct, frozen=True, kw_only=True):
    """For the layout. ``attributes`` of ``<html>``; ``scheme`` and ``papers`` (media query, colour) for browsers;
    ``sheet_hash`` of the own sheet, or "".
    """

    attributes: Markup
    scheme: str
    papers: tuple[tuple[str, str], ...]
    sheet_hash: str


@lru_cache(maxsize=100)
def look_view(look: Look, has_sheet: bool) -> LookView:
    """What a page says of its look; ``has_sheet``: with the person's own style sheet, if there is one."""
    pairs = [(name, getattr(look, field)) for name, field in _ATTRIBUTES.items() if _is_chosen(look, field)]
    return LookView(
        attributes=Markup("").join(Markup(' data-{}="{}"').format(name, value) for name, value in pairs),
        scheme=_SCHEMES.get(look.theme, "light dark"),
        papers=(("", PAPER[look.theme]),) if look.theme in PAPER else _BY_DEVICE,
        sheet_hash=sheet_hash(look.css) if has_sheet and look.css else "",
    )


def sheet_hash(css: str) -> str:
    """What an own style sheet is known by in its address: browsers keep it until it changes."""
    return blake2b(css.encode(errors="replace"), digest_size=8).hexdigest()


_ATTRIBUTES = {
    "theme": "theme",
    "typeface": "typeface",
    "text": "text_size",
    "measure": "measure",
    "density": "density",
    "row-site": "row_site",
}


def _is_chosen(look: Look, field: str) -> bool:
    return bool(getattr(look, field) != getattr(_NOTHING_CHOSEN, field))
