"""Understand bytes: a document of any feed format → ``ParsedFeed``; discovery (``discover``) and ``opml`` beside it."""

from .detect import parse_feed

__all__ = ["parse_feed"]
