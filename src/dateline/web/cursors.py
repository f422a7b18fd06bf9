"""A place in a stream as a link carries it: ``AT.ID``, and for orders made of a part of the stream
``AT.ID.TOP.ID.FLOOR.ID.SEED.TEXT``.
"""

import re

from dateline.errors import ActionError
from dateline.model import Cursor
from dateline.web.forms import MAX_ID

_NUMBER = r"-?[0-9]{1,19}"
_SHORT = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})")
_LONG = re.compile(
    rf"({_NUMBER})\.([0-9]{{1,19}})\.([0-9]+)\.([0-9]+)\.(?:([0-9]+)\.([0-9]+)|\.)\.([0-9]+)\.(.*)", re.S
)
_MAX_LENGTH = 500


def written(cursor: Cursor | None) -> str:
    """A cursor → its text; "" for none."""
    if cursor is None:
        return ""
    if cursor.top is None:
        return f"{cursor.at}.{cursor.entry_id}"
    floor = f"{cursor.floor[0]}.{cursor.floor[1]}" if cursor.floor else "."
    return f"{cursor.at}.{cursor.entry_id}.{cursor.top[0]}.{cursor.top[1]}.{floor}.{cursor.seed}.{cursor.text}"


def cursor(text: str) -> Cursor | None:
    """The other way round; None for "". Raises ``ActionError("action.bad_value")``."""
    if not text:
        return None
    short = _SHORT.fullmatch(text)
    if short is not None:
        return Cursor(at=_number(short[1]), entry_id=_number(short[2]))
    long = _LONG.fullmatch(text) if len(text) <= _MAX_LENGTH and "\0" not in text else None
    if long is None:
        raise ActionError("action.bad_value", "before")
    return Cursor(
        at=_number(long[1]),
        entry_id=_number(long[2]),
        top=(_number(long[3]), _number(long[4])),
        floor=(_number(long[5]), _number(long[6])) if long[5] else None,
        seed=_number(long[7]),
        text=long[8],
    )


def _number(text: str) -> int:
    number = int(text[:21])
    if abs(number) > MAX_ID:
        raise ActionError("action.bad_value", "before")
    return number
