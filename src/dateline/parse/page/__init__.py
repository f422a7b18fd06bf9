"""Pages without a feed: a document × ``PageRules`` → ``ParsedFeed``; ``why`` explains, ``propose`` finds rules."""

from .reading import parse_page
from .rules import PageRules

__all__ = ["PageRules", "parse_page"]
