"""A query in which something is named otherwise: it is called so now, or has another number. All else stays."""

import re
from collections.abc import Callable, Sequence

from .grammar import spots
from .tree import Named

_PLAIN = re.compile(r"[^\W_][\w-]*")
"""A name that needs no quotes."""
_QUOTES = "\"“”«»„'"


def renamed(text: str, by: Callable[[Named], Sequence[Named]]) -> str:
    """``text`` with what is named by another name or number: ``by`` says what stands for each now, itself if the same.

    Several by name are written as a list. Only where something is really named: neither in phrases nor in words.
    """
    for spot in reversed(spots(text)):
        now = by(spot.named)
        if tuple(now) != (spot.named,):
            before = text[spot.start : spot.end]
            said = ",".join(before if one == spot.named else _written(one, before) for one in now)
            text = text[: spot.start] + said + text[spot.end :]
    return text


def _written(named: Named, before: str) -> str:
    """As it may stand in the place of ``before``: what follows quotes may follow closely."""
    name = named.name or ",".join(map(str, named.ids))
    if before[:1] not in _QUOTES and (named.ids or _PLAIN.fullmatch(name)):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
