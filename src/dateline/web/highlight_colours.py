"""The colours of highlights, in the reader's words."""

from dateline.actions.highlights import COLOURS
from dateline.web.i18n import N_, Words

_NAMES = {"yellow": N_("Yellow"), "green": N_("Green"), "blue": N_("Blue"), "red": N_("Red")}


def highlight_colours(words: Words) -> tuple[tuple[str, str], ...]:
    """(value, name) of each."""
    return tuple((colour, words.text(_NAMES[colour])) for colour in COLOURS)
