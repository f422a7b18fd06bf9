"""Parsing: the captured feeds where they are beside the project, else the demo's; against feedparser, file by file.

Throughput is bytes a CPU second of this thread; both read a file before the next one is taken, so that a loud machine
is loud for both. Cleaning follows parsing at once, as it does in the line.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import nh3
from lxml import etree
from msgspec import Struct

from bench.figures import Context, Figure
from dateline.clean import clean_entry
from dateline.clean.balance import is_crowded
from dateline.demo import feeds
from dateline.errors import ParseError
from dateline.model import ParsedFeed
from dateline.parse import parse_feed

CAPTURED = Path(__file__).resolve().parents[2] / "shared" / "feeds" / "real"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://feed.example/feed"
"""Where every document is said to come from."""


class Totals(Struct):
    """Of all documents that were read."""

    size: int = 0
    ours: float = 0.0
    cleaning: float = 0.0
    theirs: float = 0.0
    libraries: float = 0.0
    our_entries: int = 0
    their_entries: int = 0
    fewer: int = 0


def bench(context: Context) -> list[Figure]:
    """Throughput of parsing and cleaning, and who finds more entries."""
    documents = _documents(every=10 if context.quick else 1)
    totals = Totals()
    for document in documents:
        _measure(document, totals)
    megabytes = totals.size / 1e6
    note = f"{len(documents)} documents, {megabytes:.1f} MB"
    both = totals.ours + totals.cleaning
    return [
        Figure(
            name="parse: throughput against feedparser's",
            value=totals.theirs / totals.ours,
            unit="x",
            gate=10,
            side="at_least",
            note=f"{note}; feedparser {megabytes / totals.theirs:.2f} MB/s",
        ),
        Figure(name="parse: throughput", value=megabytes / totals.ours, unit="MB/s"),
        Figure(
            name="parse and clean: throughput", value=megabytes / both, unit="MB/s", gate=20, side="at_least", note=note
        ),
        Figure(
            name="parse and clean: against feedparser's",
            value=totals.theirs / both,
            unit="x",
            gate=15,
            side="at_least",
            note="which cleans too",
        ),
        Figure(
            name="lxml and nh3 alone: against feedparser's",
            value=totals.theirs / totals.libraries,
            unit="x",
            note="what no Python around them can pass",
        ),
        Figure(
            name="parse: entries, ours",
            value=totals.our_entries,
            gate=totals.their_entries,
            side="at_least",
            note="at least feedparser's",
        ),
        Figure(name="parse: documents with fewer entries", value=totals.fewer, gate=0),
    ]


def _documents(*, every: int) -> list[bytes]:
    if CAPTURED.is_dir():
        return [path.read_bytes() for path in sorted(CAPTURED.glob("*/*"))[::every]]
    return [feed.body for feed in feeds("https://demo.example", NOW) if not feed.format.startswith("json")]


def _cpu(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


def _libraries(document: bytes, parsed: ParsedFeed, cleaner: nh3.Cleaner) -> None:
    """The least that reading and cleaning can cost: lxml once over the document, nh3 once over each entry's HTML."""
    with suppress(etree.XMLSyntaxError, ValueError):
        etree.fromstring(document, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    for entry in parsed.entries:
        html = entry.content_html or entry.summary_html or ""
        if ("<" in html or "&" in html) and not is_crowded(html):
            cleaner.clean(html)


def _measure(document: bytes, totals: Totals) -> None:
    found: list[ParsedFeed] = []
    theirs: list[int] = []

    def ours() -> None:
        try:
            found.append(parse_feed(document, url=URL, content_type=""))
        except ParseError:
            found.append(ParsedFeed(format="rss"))

    cleaner = nh3.Cleaner()
    totals.size += len(document)
    totals.ours += _cpu(ours)
    totals.cleaning += _cpu(lambda: _clean(found[0]))
    totals.theirs += _cpu(lambda: theirs.append(len(feedparser.parse(document).entries)))
    totals.libraries += _cpu(lambda: _libraries(document, found[0], cleaner))
    totals.our_entries += len(found[0].entries)
    totals.their_entries += theirs[0]
    totals.fewer += len(found[0].entries) < theirs[0]


def _clean(parsed: ParsedFeed) -> None:
    for entry in parsed.entries:
        clean_entry(entry, feed_url=URL, site_url=parsed.site_url)
