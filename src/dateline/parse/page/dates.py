"""A page's date → a time: by the rule's own format where there is one, else by the cascade that reads feeds' dates.

A format is written as PHP's ``DateTime::createFromFormat`` has it (``d/m/Y H:i``, as in FreshRSS), or as
``strptime`` has it when it holds a ``%`` (``%d/%m/%Y %H:%M``). Month names are understood in every language that
``parse.date_words`` knows. What does not fit the format is given to the cascade.
"""

import re
from datetime import datetime
from functools import lru_cache

from dateline.parse.date_words import MONTHS, bare
from dateline.parse.dates import parse_date

from .xpath_syntax import BadExpression

MAX_FORMAT = 80
_MAX_TEXT = 200

_LETTERS = {
    "d": r"(?P<day>\d{1,2})", "D": r"[^\W\d_]++\.?", "M": r"(?P<word>[^\W\d_]++)\.?", "m": r"(?P<month>\d{1,2})",
    "Y": r"(?P<year>\d{4})", "y": r"(?P<short>\d{2})", "H": r"(?P<hour>\d{1,2})", "i": r"(?P<minute>\d{2})",
    "s": r"(?P<second>\d{2})", "u": r"\d{1,9}", "A": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "O": r"(?P<zone>[A-Za-z]{1,5}|[+\-]\d{2}:?\d{2})", "U": r"(?P<epoch>-?\d{1,12})",
}  # fmt: skip
_SAME = {
    "j": "d", "l": "D", "F": "M", "n": "m", "h": "H", "g": "H", "G": "H", "v": "u", "a": "A", "P": "O", "p": "O",
    "e": "O", "T": "O",
}  # fmt: skip
_STRPTIME = {
    "d": "d", "e": "d", "a": "D", "A": "D", "B": "M", "b": "M", "h": "M", "m": "m", "Y": "Y", "y": "y", "H": "H",
    "k": "H", "I": "H", "l": "H", "M": "i", "S": "s", "f": "u", "p": "A", "z": "O", "Z": "O", "s": "U",
}  # fmt: skip


def page_date(text: str, date_format: str) -> datetime | None:
    """The time that a text means; None when it means none. Raises ``BadExpression`` for a format that is none."""
    text = " ".join(text.split())[:_MAX_TEXT]
    if date_format:
        found = _pattern(date_format).search(bare_but_case(text))
        time = parse_date(_written_plainly(found)) if found is not None else None
        if time is not None:
            return time
    return parse_date(text)


def bare_but_case(text: str) -> str:
    """Accents and widths do not matter to a format."""
    return "".join(bare(character) if not character.isascii() else character for character in text)


@lru_cache(maxsize=256)
def _pattern(date_format: str) -> re.Pattern[str]:
    if len(date_format) > MAX_FORMAT:
        raise BadExpression(f"longer than {MAX_FORMAT} characters")
    letters = _strptime(date_format) if "%" in date_format else _php(date_format)
    parts: list[str] = []
    used: set[str] = set()
    for is_letter, character in letters:
        if not is_letter:
            parts.append(r"\s*+" if character.isspace() else re.escape(character))
            continue
        if character in used:
            raise BadExpression(f"“{character}” stands twice")
        used.add(character)
        parts.append(_LETTERS[character])
    if not used & {"Y", "y", "U"}:
        raise BadExpression("the year is missing (Y or %Y)")
    return re.compile("".join(parts))


def _php(date_format: str) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    is_escaped = False
    for character in date_format:
        letter = _SAME.get(character, character)
        if is_escaped or character == "\\":
            is_escaped = not is_escaped
            if not is_escaped:
                found.append((False, character))
        elif letter in _LETTERS:
            found.append((True, letter))
        elif character not in "!|+":
            found.append((False, character))
    return found


def _strptime(date_format: str) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    pieces = re.split(r"%(.)", date_format)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            found += [(False, character) for character in piece]
        elif piece == "%":
            found.append((False, "%"))
        elif piece in _STRPTIME:
            found.append((True, _STRPTIME[piece]))
        else:
            raise BadExpression(f"“%{piece}” is not understood")
    return found


def _written_plainly(found: re.Match[str]) -> str:
    """What a format's groups hold, as ISO 8601."""
    parts = {name: value or "" for name, value in found.groupdict().items()}
    if parts.get("epoch"):
        return parts["epoch"]
    month = parts.get("month") or str(_month(parts.get("word", "")))
    year = parts.get("year") or f"20{parts.get('short', '')}"
    day = f"{year}-{month.zfill(2)}-{(parts.get('day') or '1').zfill(2)}"
    if not parts.get("hour"):
        return day
    half = f" {parts['half']}M" if parts.get("half") else ""
    clock = f"{parts['hour'].zfill(2)}:{parts.get('minute') or '00'}:{parts.get('second') or '00'}"
    return f"{day}T{clock}{half} {parts.get('zone') or ''}".strip()


def _month(word: str) -> int:
    word = bare(word)
    return MONTHS.get(word) or MONTHS.get(word[:4]) or MONTHS.get(word[:3]) or 0
