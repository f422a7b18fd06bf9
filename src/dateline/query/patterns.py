"""Regular expressions of people: RE2, whose time grows with the text and not with what somebody wrote.

(https://github.com/google/re2/wiki/Syntax: no looking around, no references back.)
"""

from functools import lru_cache
from typing import Protocol

MAX_SOURCE = 500
_MAX_MEMORY = 1 << 20
"""Bytes for one expression and what it learns while it looks: ``(.{1000}){1000}`` is refused."""


class Compiled(Protocol):
    """What looks for a pattern."""

    def search(self, text: str) -> object | None:
        """Something, if it is there."""


@lru_cache(maxsize=500)
def compiled(source: str, *, any_case: bool = False, by_lines: bool = False) -> Compiled | None:
    """What looks for an expression; None when it is none, or too large."""
    import re2  # 1.5 MB that most processes never need

    if not source or len(source) > MAX_SOURCE:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    options.case_sensitive = not any_case
    try:
        found: Compiled = re2.compile(f"(?m){source}" if by_lines else source, options)
    except re2.error:
        return None
    return found
