"""The main job on real input:
captured feeds served from loopback, imported as one OPML, refreshed, read in a browser.
"""

import csv
import hashlib
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site
from tests.internet import LOOPBACK, Internet, Page, Reply
from tests.refresh.running import Runner

from dateline.actions import opml
from dateline.asgi import utc_now
from dateline.model import Cursor, Stream, User
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_writing import write_opml
from dateline.refresh import deliver
from dateline.store import streams

ERRORS: dict[str, Page] = {
    "/errors/gone": 410,
    "/errors/broken": 500,
    "/errors/page": b"<!doctype html><title>No feed</title>",
}


def _served(shared: Path) -> tuple[dict[str, Page], dict[str, int]]:
    """(pages by path, entries that the manifest promises by path): ETags and compression as real servers have them."""
    pages: dict[str, Page] = {}
    promised: dict[str, int] = {}
    with (shared / "feeds" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)):
            body = (shared / "feeds" / row["file"]).read_bytes()
            path = "/" + quote(row["file"])
            etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"' if number % 3 else None
            pages[path] = Reply(
                body, etag=etag, encoding=(None, "gzip", "br", "zstd")[number % 4], content_type="application/xml"
            )
            promised[path] = int(row["entries"])
    return pages, promised


@pytest.mark.shared
@pytest.mark.browser
def test_a_person_reads_what_the_captured_feeds_hold(shared: Path, site: Site, open_page: Open) -> None:
    pages, promised = _served(shared)
    alice = site.person("Alice", language="fr")
    with Internet({**pages, **ERRORS}) as internet:
        feeds = [OpmlFeed(url=internet.url(path), folders=(("Captured", path.split("/")[2]),)) for path in promised]
        broken = [OpmlFeed(url=internet.url(path), title=path, folders=(("Broken",),)) for path in ERRORS]
        file = write_opml("Captured", [*feeds, *broken], created_at=utc_now())
        report = opml.import_opml(site.db, alice, file, now=utc_now())
        assert (report.added, report.problems) == (len(promised) + len(ERRORS), ())
        runner = Runner(site.db, utc_now(), LOOPBACK)
        reports = runner.run()
        codes = Counter(report.code for report in reports.values())
        assert reports[internet.url("/errors/gone")].code == "fetch.gone"
        assert reports[internet.url("/errors/broken")].code == "fetch.server_error"
        assert reports[internet.url("/errors/page")].code == "parse.web_page"
        without = {path for path in promised if reports[internet.url(path)].code != "ok"}
        # A document without any entry may be no feed at all; one with entries must have been understood.
        assert {path for path in without if promised[path]} == set(), codes
        # decide folds doubles within a document: what the store holds can only be fewer by these
        stored = sum(reports[internet.url(path)].new for path in promised)
        assert stored > 0.95 * sum(promised.values())
        _again_all_unchanged(runner, len(promised) - len(without))
    assert deliver.catch_up(site.db, alice.id, everything=True) == stored
    _every_page_of_the_stream_is_there(site, alice.id, stored)
    _read_in_the_browser(site, open_page, alice)


def _again_all_unchanged(runner: Runner, count: int) -> None:
    runner.later(days=8)
    codes = Counter(report.code for report in runner.run().values())
    assert codes["not_modified"] + codes["unchanged"] == count
    assert codes["not_modified"] > count / 2


def _every_page_of_the_stream_is_there(site: Site, user_id: int, stored: int) -> None:
    seen: set[int] = set()
    cursor: Cursor | None = None
    while True:
        with site.db.reading() as tx:
            page = streams.read(tx, user_id, Stream(), before=cursor, limit=500)
        seen.update(entry.id for entry in page.entries)
        assert all(entry.title for entry in page.entries)
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == stored


def _read_in_the_browser(site: Site, open_page: Open, alice: User) -> None:
    with site.db.reading() as tx:
        first = streams.read(tx, alice.id, Stream()).entries
    page = open_page("/", who=alice)
    rows = page.locator("details.entry")
    expect(rows.nth(49)).to_be_attached()
    shown = rows.locator("summary .title").all_text_contents()
    assert [title.split() for title in shown[:50]] == [entry.title.split() for entry in first]
    rows.first.locator("summary").click()
    expect(rows.first.locator(".article-content")).to_be_visible()
    page.get_by_role("link", name="Charger plus d’articles").click()
    expect(rows.nth(99)).to_be_attached()
