"""Memory of ``dateline serve``, web process and worker together, as PSS: idle, and at its highest while the worker
refreshes 1,000 feeds (``memory5000``: 5,000).
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus import ENTRIES
from bench.feed_server import FeedServer
from bench.figures import Context, Figure
from bench.library import session
from bench.line_process import account, subscribe
from bench.processes import Client, Peak, Server, cpu_seconds, pss_mb
from dateline.store import Database, open_database
from dateline.store.times import to_us
from dateline.store.write import transaction

IDLE_SECONDS = 3.0
LONGEST = 240.0
LONGEST_A_FEED = 0.3
DOCUMENTS = 1000
NEVER = 4_102_444_800_000_000


def bench(context: Context) -> list[Figure]:
    """Idle and peak."""
    return measured(context, 200 if context.quick else 1000, gate=220)


def measured(context: Context, count: int, *, gate: float) -> list[Figure]:
    """Idle and peak of so many feeds; ``gate`` is the peak's, in MB."""
    with FeedServer(context.folder, min(count, DOCUMENTS)) as feeds, tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "dateline.sqlite"
        with open_database(f"sqlite:///{database}").closing() as db:
            subscribe(db, account(db), feeds.urls(feeds=count))
            _set_due(db, NEVER)
        token = session(database)[1]
        with Server(database, worker=True) as server:
            client = Client(server.port, token)
            for _ in range(20):
                client.get("/")
            time.sleep(IDLE_SECONDS)
            idle = pss_mb(server.pid)
            cpu = cpu_seconds(server.pid)
            peak = Peak(server.pid)
            peak.start()
            seconds = refresh_all(database, count * ENTRIES, longest=max(LONGEST, count * LONGEST_A_FEED))
            client.get("/")
            highest = peak.stop()
            cpu = cpu_seconds(server.pid) - cpu
            time.sleep(IDLE_SECONDS)
            after = pss_mb(server.pid)
    note = f"{count} feeds in {seconds:.0f} s, {cpu:.1f} CPU s with icons and delivery"
    return [
        Figure(
            name="memory, idle: PSS", value=idle, unit="MB", gate=150, note="web process and worker, after 20 pages"
        ),
        Figure(name="memory, peak while refreshing: PSS", value=highest, unit="MB", gate=gate, note=note),
        Figure(name="memory, afterwards: PSS", value=after, unit="MB"),
    ]


def _set_due(db: Database, at_us: int) -> None:
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = :at WHERE host LIKE '127.%'", at=at_us)


def refresh_all(database: Path, entries: int, *, longest: float = LONGEST) -> float:
    """Make every feed due and wait until the worker has stored, indexed and delivered ``entries``. Seconds."""
    started = time.monotonic()
    with open_database(f"sqlite:///{database}").closing() as db:
        _set_due(db, to_us(datetime.now(UTC)))
        while time.monotonic() - started < longest:
            with db.reading() as tx:
                unread = tx.value(
                    "SELECT sum(unread_count) FROM subscription s JOIN feed f ON f.id = s.feed_id"
                    " WHERE f.host LIKE '127.%'"
                )
                indexed = tx.value("SELECT value FROM meta WHERE key = 'indexed_to'")
                newest = tx.value("SELECT max(id) FROM entry")
            if unread >= entries and indexed == str(newest):
                return time.monotonic() - started
            time.sleep(0.25)
    raise RuntimeError(f"after {longest:.0f} s only {unread} entries of {entries} were there, indexed to {indexed}")
