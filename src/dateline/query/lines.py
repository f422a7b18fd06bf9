"""Conditions that are written one a line: plain words, as a person types them, or whole queries.

A line of words alone is no query, unless it is in brackets: what it means is said by whoever reads it so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from .grammar import Problem, Query, parse
from .tree import are_words, is_of_entries

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def query_of(line: str, *, now: datetime = _ANY_DAY, zone: tzinfo = UTC) -> Query | None:
    """A line as a query; None where it is plain words. What asks of more than entries cannot be meant."""
    found = parse(line, now=now, zone=zone)
    if found.problems or not are_words(found.tree) or line.strip().startswith("("):
        found = parse(line, now=now, zone=zone, strict=True)
    if not found.problems and are_words(found.tree) and not line.strip().startswith("("):
        return None
    if found.tree is not None and not found.problems and not is_of_entries(found.tree):
        return Query(found.tree, (Problem("not_here", line),))
    return found


def problems_of(text: str) -> Iterator[Problem]:
    """What of some lines cannot be meant."""
    for line in text.splitlines():
        found = query_of(line)
        if found is not None:
            yield from found.problems
