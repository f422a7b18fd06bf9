"""Regular expressions of people: RE2, whose time grows with the text and not with what somebody wrote.

(https://github.com/google/re2/wiki/Syntax: no looking around, no references back.)
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re2

MAX_SOURCE = 500
MAX_TEXT = 100_000
"""So many characters of a text are looked through."""
MAX_REPEATED = 200
"""``{3}`` and ``{2,40}`` in one expression, multiplied: what is repeated so often is looked for that many times over
wherever it might begin, which took 3 µs a character at 10,000.
"""
_REPEATED = re.compile(r"\{([0-9]+)(?:,([0-9]*))?\}")
_MAX_MEMORY = 1 << 18
"""Bytes for one expression and what it learns while it looks: ``(.{1000}){1000}`` is refused."""


class Compiled:
    """What looks for a pattern. ``steps``: how many instructions it has, as RE2 counts them."""

    def __init__(self, pattern: "re2._Regexp") -> None:
        self._pattern = pattern
        self.steps: int = pattern.programsize

    def is_in(self, text: str) -> bool:
        """Whether it is somewhere in a text."""
        return self._pattern.search(text[:MAX_TEXT]) is not None


@lru_cache(maxsize=100)
def compiled(source: str, *, any_case: bool = False, by_lines: bool = False) -> Compiled | None:
    """What looks for an expression; None when it is none, or too large."""
    import re2  # 1.5 MB that most processes never need

    if not source or len(source) > MAX_SOURCE or _times(source) > MAX_REPEATED:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    options.case_sensitive = not any_case
    try:
        return Compiled(re2.compile(f"(?m){source}" if by_lines else source, options))
    except re2.error:
        return None


def _times(source: str) -> int:
    """How many times over, at most, an expression says that something is repeated."""
    times = 1
    for least, most in _REPEATED.findall(source):
        times *= max(int(least), int(most or 0), 1)
    return times
