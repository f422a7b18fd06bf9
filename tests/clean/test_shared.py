"""Real feeds and other parsers' own hostile cases, where they stand beside the project."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.clean.checker import problems

from dateline.clean import clean_entry, clean_html, plain_text
from dateline.errors import ParseError
from dateline.model import CleanEntry, ParsedFeed, RawHTML
from dateline.parse import parse_feed

pytestmark = pytest.mark.shared


def cleaned_entries(feed: ParsedFeed, url: str) -> Iterator[CleanEntry]:
    for entry in feed.entries:
        yield clean_entry(entry, feed_url=url, site_url=feed.site_url)


def test_everything_in_the_captured_feeds_comes_out_safe_and_settled(shared: Path) -> None:
    entries = 0
    for file in sorted(path for path in (shared / "feeds" / "real").rglob("*") if path.is_file()):
        url = f"https://captured.example/{file.name}"
        try:
            feed = parse_feed(file.read_bytes(), url=url, content_type="")
        except ParseError:
            continue
        for entry in cleaned_entries(feed, url):
            entries += 1
            assert problems(entry.content_html, thorough=False) == [], file
            assert clean_html(RawHTML(entry.content_html), url) == entry.content_html, file
            assert entry.title
    assert entries > 14_000


def test_the_oracle_of_sanitisers_finds_nothing_unsafe(shared: Path) -> None:
    """Every case of the tiers B1 and B2: whatever stood in it, what comes out is safe."""
    folder = shared / "feeds" / "oracle" / "feedparser"
    cases = [json.loads(line) for line in (folder / "expect.jsonl").read_text(encoding="utf-8").splitlines()]
    judged = 0
    for case in (one for one in cases if one["tier"].startswith("B")):
        body = (folder / "cases" / case["id"]).read_bytes()
        feed = parse_feed(body, url="https://oracle.example/feed", content_type="")
        published = [html for entry in feed.entries for html in (entry.summary_html, entry.content_html)]
        for html in filter(None, [RawHTML(feed.description or ""), *published]):
            judged += 1
            assert problems(clean_html(html, feed.url)) == [], case["id"]
    assert judged > 400


def test_the_preview_of_the_seed_is_the_line_on_its_page(shared: Path) -> None:
    url = "https://euromaidanpress.example/feed/"
    feed = parse_feed(
        (shared / "seed" / "euromaidanpress.xml").read_bytes(), url=url, content_type="application/rss+xml"
    )
    entry = next(cleaned_entries(feed, url))
    lines = [line.strip() for line in (shared / "seed" / "page.txt").read_text(encoding="utf-8").splitlines()]
    assert len(entry.preview_text) == 500
    assert entry.preview_text in lines
    assert "<p>&nbsp;</p>" in entry.content_html
    assert plain_text(entry.content_html) == " ".join(entry.text.split())
    assert f'src="{entry.thumbnail_url}"' in entry.content_html
