"""How often a feed writes: the usual gap between its entries → “about 3 a day”."""

from collections.abc import Sequence
from datetime import datetime

from dateline.web.i18n import Words

_DAY = 86_400.0


def in_words(words: Words, gap_seconds: float | None) -> str:
    """The rhythm of a gap; "" when it is unknown."""
    if gap_seconds is None or gap_seconds <= 0:
        return ""
    a_day = _DAY / gap_seconds
    if a_day >= 0.95:
        return words.plural("about {count} article a day", "about {count} articles a day", min(10_000, round(a_day)))
    if a_day * 7 >= 0.95:
        return words.plural("about {count} article a week", "about {count} articles a week", round(a_day * 7))
    if a_day * 30 >= 0.95:
        return words.plural("about {count} article a month", "about {count} articles a month", round(a_day * 30))
    return words.text("less than one article a month")


def usual_gap(moments: Sequence[datetime]) -> float | None:
    """The time between entries that a document shows, in seconds; None for fewer than three dated ones."""
    dated = sorted(moments)
    if len(dated) < 3 or dated[0] == dated[-1]:
        return None
    return (dated[-1] - dated[0]).total_seconds() / (len(dated) - 1)
