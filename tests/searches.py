"""A search as a test writes it."""

from datetime import UTC, datetime

from dateline.model import Search
from dateline.query import Node, parse


def tree(text: str, now: datetime | None = None) -> Node:
    """What a query without names asks for."""
    return parse(text, now=now or datetime(2026, 1, 1, tzinfo=UTC), zone=UTC).wanted


def searched(text: str) -> Search | None:
    """The search for it; none for nothing."""
    return Search(text=text, tree=tree(text)) if text else None
