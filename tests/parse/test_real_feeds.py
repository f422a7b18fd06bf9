"""The captured feeds (``../shared/feeds/real``): no entry is lost, nearly no date, and nothing is understood badly."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from dateline.model import ParsedFeed
from dateline.parse import parse_feed
from dateline.parse.dates import parse_date

pytestmark = pytest.mark.shared

_DATE = re.compile(
    rb"<((?:\w+:)?(?:pubDate|pubdate|date|published|updated|issued|modified|created|lastBuildDate))(?:\s[^>]*)?>"
    rb"([^<]{3,80})</"
)


@pytest.fixture(scope="module")
def captured(shared: Path) -> list[tuple[str, int, bytes, ParsedFeed]]:
    """(name, number of entries that any of seven engines finds, document, what we understand)."""
    found = []
    for row in _rows(shared / "feeds"):
        body = (shared / "feeds" / row["file"]).read_bytes()
        found.append((row["file"], int(row["entries"]), body, parse_feed(body)))
    return found


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        yield from csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)


def test_every_entry_of_every_captured_feed_is_found(captured: list[tuple[str, int, bytes, ParsedFeed]]) -> None:
    short = {name: (len(feed.entries), count) for name, count, _, feed in captured if len(feed.entries) < count}
    assert len(captured) > 500
    assert short == {}


def test_every_address_is_an_absolute_web_address(captured: list[tuple[str, int, bytes, ParsedFeed]]) -> None:
    wrong = [
        (name, address)
        for name, _, _, feed in captured
        for entry in feed.entries
        for address in (entry.url, entry.thumbnail_url, entry.comments_url, *(file.url for file in entry.enclosures))
        if address is not None and not re.match(r"https?://[^/]", address, re.IGNORECASE)
    ]
    assert wrong == []


def test_nearly_every_date_is_understood(captured: list[tuple[str, int, bytes, ParsedFeed]]) -> None:
    texts = [
        unescape(m[2].decode("utf-8", "replace")).strip() for _, _, body, _ in captured for m in _DATE.finditer(body)
    ]
    senseless = [text for text in texts if text and parse_date(text) is None]
    assert len(texts) > 10_000
    assert len(senseless) <= 0.0025 * len(texts), sorted(set(senseless))
    # Year 1 is .NET's "never": no date, on purpose.
    assert len([text for text in senseless if " 0001 " not in text]) <= 0.0005 * len(texts)
