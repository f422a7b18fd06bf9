"""Labels as pages show them: their colours in words, and the labels of one account in its reader's language."""

from collections.abc import Iterable

from msgspec import Struct

from dateline.store.labels import COLOURS, Colour, Label
from dateline.web.i18n import N_, Words

COLOUR_NAMES: dict[Colour, str] = {
    "": N_("none"),
    "red": N_("red"),
    "orange": N_("orange"),
    "yellow": N_("yellow"),
    "green": N_("green"),
    "teal": N_("teal"),
    "blue": N_("blue"),
    "purple": N_("purple"),
    "pink": N_("pink"),
}


class LabelView(Struct, frozen=True, kw_only=True):
    """A label; ``count`` is ``unread`` in words."""

    id: int
    name: str
    colour: str
    unread: int = 0
    count: str = ""
    is_current: bool = False


def label_views(labels: Iterable[Label], words: Words, current: int | None = None) -> tuple[LabelView, ...]:
    """Labels for a list; ``current`` is the one that is read."""
    return tuple(
        LabelView(
            id=label.id,
            name=label.name,
            colour=label.colour,
            unread=label.unread_count,
            count=words.number(label.unread_count) if label.unread_count else "",
            is_current=label.id == current,
        )
        for label in labels
    )


def colours(words: Words) -> tuple[tuple[str, str], ...]:
    """The palette: (value, name in the reader's language)."""
    return tuple((colour, words.text(COLOUR_NAMES[colour])) for colour in COLOURS)
