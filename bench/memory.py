"""Memory of ``dateline serve``, web process and worker together, as PSS: idle, and at its highest while the worker
refreshes 1,000 feeds.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus import ENTRIES
from bench.feed_server import FeedServer
from bench.figures import Context, Figure
from bench.library import session
from bench.line_process import subscribed
from bench.processes import Client, Peak, Server, cpu_seconds, pss_mb
from dateline.store import open_database

IDLE_SECONDS = 3.0
LONGEST = 240.0


def bench(context: Context) -> list[Figure]:
    """Idle and peak."""
    count = 200 if context.quick else 1000
    with FeedServer(context.folder, count) as feeds, tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "dateline.sqlite"
        with open_database(f"sqlite:///{database}").closing() as db:
            subscribed(db, feeds.urls())
            _postpone(database)
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
            seconds = refresh_all(database, count * ENTRIES)
            client.get("/")
            highest = peak.stop()
            cpu = cpu_seconds(server.pid) - cpu
            time.sleep(IDLE_SECONDS)
            after = pss_mb(server.pid)
    note = f"{count} feeds in {seconds:.0f} s, {cpu:.1f} CPU s with icons and delivery"
    return [
        Figure(name="memory, idle: PSS", value=idle, unit="MB", gate=150, note="web process and worker, after 20 pages"),
        Figure(name="memory, peak while refreshing: PSS", value=highest, unit="MB", gate=220, note=note),
        Figure(name="memory, afterwards: PSS", value=after, unit="MB"),
    ]


def _postpone(database: Path) -> None:
    """Nothing is due: the worker shall be idle first."""
    _set_due(database, "SELECT 4102444800000000")


def _set_due(database: Path, moment: str) -> None:
    from dateline.store.write import transaction

    with open_database(f"sqlite:///{database}").closing() as db, transaction(db) as tx:
        tx.run(f"UPDATE feed SET next_at = ({moment})")


def refresh_all(database: Path, entries: int) -> float:
    """Make every feed due and wait until the worker has stored, indexed and delivered ``entries``. Seconds."""
    started = time.monotonic()
    now_us = int(datetime.now(UTC).timestamp() * 1_000_000)
    _set_due(database, f"SELECT {now_us}")
    with open_database(f"sqlite:///{database}").closing() as db:
        while time.monotonic() - started < LONGEST:
            with db.reading() as tx:
                unread = tx.value("SELECT sum(unread_count) FROM subscription s JOIN feed f ON f.id = s.feed_id"
                                  " WHERE f.host LIKE '127.%'")
                indexed = tx.value("SELECT value FROM meta WHERE key = 'indexed_to'")
                newest = tx.value("SELECT max(id) FROM entry")
            if unread >= entries and indexed == str(newest):
                return time.monotonic() - started
            time.sleep(0.25)
    raise RuntimeError(f"after {LONGEST:.0f} s only {unread} entries of {entries} were there, indexed to {indexed}")
