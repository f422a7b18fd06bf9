"""How a table of places is written and read: text → rows. Pure.

A table is read once, line by line:

- "let NAME text": ``$NAME$`` stands for that text further down;
- "Place | hosts" (no indent): the hosts are without ``www.``, ``*.`` stands for a subdomain, whose name is ``{site}``;
  a line that begins with "+" goes on with it;
- "path ?parameter=pattern" (two blanks): a regular expression for the whole path, without a slash at its end, and the
  parameters that must be there. ``<name>`` takes a part of the path, ``<name:pattern>`` what fits it, ``/**`` is
  whatever follows;
- "kind address reading" (four blanks): a feed of such a page, the best first, or a document to ask and which function
  of ``place_readings`` reads it. ``{origin}`` is the page's scheme and host. A path without feeds: the place has none.

The first path that fits counts.
"""

import re

from msgspec import Struct

KINDS = frozenset(
    {
        "activity", "changes", "comments", "commits", "discussions", "issues", "live", "merge_requests", "newest",
        "news", "playlist", "podcast", "popular", "posts", "releases", "replies", "search", "shorts", "tag", "uploads",
        "versions", "videos", "wiki",
    }
)  # fmt: skip
"""What a feed may hold; ``web/kinds.py`` has the words for people."""


class Row(Struct, frozen=True):
    """The feeds of the pages of one place that have such a path."""

    place: str
    hosts: tuple[str, ...]
    path: str
    query: tuple[tuple[str, str], ...]
    feeds: tuple[str, ...]


def rows(text: str) -> tuple[Row, ...]:
    """Read a table."""
    words: dict[str, str] = {}
    found: list[Row] = []
    place, hosts = "", ""
    for raw in text.replace("\n+ |", "|").replace("\n+ ", " ").splitlines():
        line = _WORD.sub(lambda name: words[name[1]], raw)
        if line.startswith("let "):
            _, name, words_of_it = line.split(" ", 2)
            words[name] = words_of_it
        elif line.startswith("    "):
            found[-1] = _with_feed(found[-1], line.strip())
        elif line.startswith("  "):
            path, *parameters = line.strip().split(" ?")
            query = tuple((name, pattern) for name, _, pattern in (part.partition("=") for part in parameters))
            found.append(Row(place, tuple(hosts.split()), _pattern(path), query, ()))
        elif line:
            place, _, hosts = line.partition(" | ")
    return tuple(found)


_WORD = re.compile(r"\$([A-Z_]+)\$")
_PART = re.compile(r"(?<!\?P)(?<!\?)<(\w+)(?::([^<>]+))?>")


def _with_feed(row: Row, feed: str) -> Row:
    return Row(row.place, row.hosts, row.path, row.query, (*row.feeds, feed))


def _pattern(path: str) -> str:
    regex = _PART.sub(lambda part: f"(?P<{part[1]}>{part[2] or '[^/]+'})", path)
    return regex.replace("/**", "(?:/.*)?")
