"""``python -m bench.moving``: 10,000 outlines and 10,000 starred articles in and out again, on either engine.

What is measured: wall and CPU seconds of a first and of a second import and of the export, and how long a click beside
the imports (a star) had to wait.
"""

import io
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dateline.actions import accounts, entries, exporting, opml, saved
from dateline.clean import clean_html
from dateline.model import User
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_writing import write_opml
from dateline.settings import Settings
from dateline.store import Database, open_database
from dateline.store import entries as stored
from dateline.store.write import transaction
from dateline.web.turns import LongTurns

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = "<p>" + "Words of an article, one after the other. " * 40 + "</p><p><a href='/x'>A link</a>.</p>" * 3


def outlines(count: int) -> bytes:
    """An OPML file with fifty feeds in each folder."""
    feeds = (
        OpmlFeed(
            url=f"https://host{n}.example/feed.xml",
            title=f"Feed {n}",
            site_url=f"https://host{n}.example/",
            folders=((f"Folder {n // 50}",),),
        )
        for n in range(count)
    )
    return write_opml("Bench", feeds, created_at=NOW)


def articles(count: int) -> bytes:
    """Starred articles of FreshRSS's shape, of 2 kB, two hundred of a feed."""
    return json.dumps(
        {
            "id": "user/a/state/org.freshrss/starred",
            "items": [
                {
                    "guid": f"g{n}",
                    "title": f"Article {n}",
                    "published": 1_700_000_000 + n,
                    "alternate": [{"href": f"https://host{n // 200}.example/{n}"}],
                    "categories": ["user/-/state/com.google/read", "user/-/state/com.google/starred", "user/-/label/L"],
                    "content": {"content": TEXT},
                    "origin": {"feedUrl": f"https://host{n // 200}.example/feed.xml", "title": "T"},
                }
                for n in range(count)
            ],
        }
    ).encode()


class Clicks(threading.Thread):
    """Somebody else who stars and unstars an entry while the file is imported."""

    def __init__(self, db: Database, user: User, entry_id: int) -> None:
        super().__init__(daemon=True)
        self._db, self._user, self._entry_id = db, user, entry_id
        self._over = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        starred = False
        while not self._over.wait(0.02):
            starred = not starred
            started = time.perf_counter()
            entries.star(self._db, self._user, [self._entry_id], starred=starred, now=NOW)
            self.waits.append(time.perf_counter() - started)

    def longest(self) -> str:
        """Ends it; the median, the 99th percentile and the longest wait in milliseconds."""
        self._over.set()
        self.join()
        waits = [1000 * wait for wait in sorted(self.waits) or [0.0]]
        middle, late = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
        return f"click beside it: median {middle:.1f} ms, p99 {late:.1f} ms, longest {waits[-1]:.1f} ms"


def timed(name: str, do: Callable[[], Any], clicks: Clicks | None = None) -> Any:
    """Do it, and say what it took."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    if clicks is not None:
        clicks.start()
    result = do()
    wall = time.perf_counter() - started
    told = clicks.longest() if clicks is not None else ""
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:34} {wall:7.2f} s wall {cpu:7.2f} s CPU  peak {after.ru_maxrss // 1024} MB  {told}", flush=True)
    return result


def _as_on_the_web(do: Callable[[], Any]) -> Callable[[], Any]:
    """In a thread of the process that answers clicks, and considerate of them."""

    def considerately() -> Any:
        with LongTurns(1, patience=1).taken():
            return do()

    return considerately


def run(arguments: list[str]) -> None:
    """``[outlines] [articles] [postgresql://…]``; SQLite in a temporary folder without an address."""
    feed_count, article_count = (int(text) for text in (arguments + ["10000", "10000"][len(arguments) :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[2] if len(arguments) > 2 else f"sqlite:///{folder}/bench.sqlite"
        settings = Settings(secret_file=Path(folder) / "key")
        with open_database(url, sanitiser=clean_html).closing() as db:
            alice, bob = (
                accounts.create(db, name=f"{name}{time.time_ns()}", password="correct horse battery", now=NOW)
                for name in ("alice", "bob")
            )
            _measure(db, alice, bob, settings, feed_count, article_count)


def _measure(db: Database, alice: User, bob: User, settings: Settings, feed_count: int, article_count: int) -> None:
    saved.import_saved(db, bob, articles(1), now=NOW)
    with transaction(db) as tx:
        entry_id = stored.newest_id(tx)
    file = outlines(feed_count)
    for again in ("first", "again"):
        clicks = Clicks(db, bob, entry_id)
        timed(
            f"{feed_count} outlines, {again}",
            _as_on_the_web(lambda: opml.import_opml(db, alice, file, settings=settings, now=NOW)),
            clicks,
        )
    timed("export of the OPML file", lambda: exporting.export_opml(db, alice, now=NOW))
    body = articles(article_count)
    for again in ("first", "again"):
        clicks = Clicks(db, bob, entry_id)
        bring_in = _as_on_the_web(lambda: saved.import_saved(db, alice, body, now=NOW))
        timed(f"{article_count} articles, {again}", bring_in, clicks)
    timed("export of everything", lambda: exporting.write_everything(db, alice, io.BytesIO(), now=NOW))


if __name__ == "__main__":
    run(sys.argv[1:])
