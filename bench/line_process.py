"""Dateline's own refresh as a process that measures itself: ``python -m bench.line_process`` with a ``Job`` on stdin.

CPU seconds count from the open database to stored, searchable and unread for its reader; imports and subscribing do
not count, as the worker has done both long before.
"""

import asyncio
import cProfile
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import apsw
import msgspec
import uvloop
from msgspec import Struct
from msgspec.structs import replace

from dateline.actions import accounts, opml
from dateline.clean import clean_html
from dateline.model import User
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_writing import write_opml
from dateline.refresh import deliver
from dateline.refresh.work import Refresher, Report
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import accounts as stored_accounts
from dateline.store.migrations import migrate
from dateline.store.sqlite.engine import SqliteDatabase
from dateline.store.write import transaction
from dateline.worker import calm_collector

READER = "Reader"
PASSWORD = "correct horse battery"
POLITE = Settings(allowed_networks=(ip_network("127.0.0.0/8"),))
QUICK = replace(POLITE, host_connections=8, host_spacing=0)
"""Where many feeds share a host."""


class Job(Struct, frozen=True, kw_only=True):
    """What to measure: refresh ``urls`` in ``database``; ``sync_ms`` is how long each fsync shall take.

    ``polite`` keeps to the default settings: one connection a host, one request a second.
    """

    database: str
    urls: list[str]
    sync_ms: float = 0.0
    polite: bool = False
    profile: str | None = None


class Measured(Struct, frozen=True, kw_only=True):
    """What it took. ``stored`` entries are in the database, ``indexed`` of them searchable, ``unread`` unread."""

    cpu: float
    wall: float
    codes: dict[str, int]
    stored: int
    indexed: int
    unread: int
    fsyncs: int
    peak_rss_mb: float


class _SlowFile(apsw.VFSFile):
    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw's name
        _Slow.count += 1
        if _Slow.seconds:
            time.sleep(_Slow.seconds)
        super().xSync(flags)


class _Slow(apsw.VFS):
    """A file system whose fsync is counted and takes its time."""

    count = 0
    seconds = 0.0

    def __init__(self) -> None:
        super().__init__("slow", "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's name
        return _SlowFile("", name, flags)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """The database on the counting file system, made when it is not there."""
    db = SqliteDatabase(path, vfs="slow")
    db.sanitiser = clean_html
    with db.closing():
        migrate(db)
        yield db


def account(db: Database) -> User:
    """The reader; made the first time."""
    with db.reading() as tx:
        user = stored_accounts.find_user(tx, READER)
    return user or accounts.create(db, name=READER, password=PASSWORD, is_admin=True, now=datetime.now(UTC))


def subscribe(db: Database, user: User, urls: list[str]) -> None:
    """Subscribe to what is not there yet. Icons are no part of what is measured, and their hosts do not exist."""
    now = datetime.now(UTC)
    opml.import_opml(db, user, write_opml("Bench", [OpmlFeed(url=url) for url in urls], created_at=now), now=now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET icon_checked_at = 0 WHERE icon_checked_at IS NULL")


def refresh(db: Database, user: User, settings: Settings) -> list[Report]:
    """Refresh everything that is due, as the worker does, and make it unread."""
    reports: list[Report] = []
    refresher = Refresher(
        db, settings, version="bench", holder="bench", clock=lambda: datetime.now(UTC), on_report=reports.append
    )
    calm_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(refresher.run_once())
    deliver.catch_up(db, user.id, everything=True)
    return reports


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_rss_mb() -> float:
    # not ru_maxrss: that is inherited from the process that started this one
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def measure(job: Job) -> Measured:
    """Do the job."""
    slow = _Slow()
    with opened(Path(job.database)) as db:
        user = account(db)
        subscribe(db, user, job.urls)
        _Slow.count, _Slow.seconds = 0, job.sync_ms / 1000
        with transaction(db) as tx:
            tx.run("UPDATE feed SET next_at = 0")
        cpu, wall = _cpu(), time.perf_counter()
        reports = refresh(db, user, POLITE if job.polite else QUICK)
        cpu, wall = _cpu() - cpu, time.perf_counter() - wall
        fsyncs, _Slow.seconds = _Slow.count, 0.0
        with db.reading() as tx:
            stored = tx.value("SELECT count(*) FROM entry")
            indexed = tx.value("SELECT count(*) FROM entry_text")
            unread = tx.value("SELECT sum(unread_count) FROM subscription")
    slow.unregister()
    codes = [report.code for report in reports]
    return Measured(
        cpu=cpu,
        wall=wall,
        codes={code: codes.count(code) for code in sorted(set(codes))},
        stored=stored,
        indexed=indexed,
        unread=unread,
        fsyncs=fsyncs,
        peak_rss_mb=_peak_rss_mb(),
    )


def main() -> None:
    """A ``Job`` as JSON on stdin, ``Measured`` as JSON on stdout."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    if job.profile is None:
        measured = measure(job)
    else:
        profile = cProfile.Profile()
        measured = profile.runcall(measure, job)
        profile.dump_stats(job.profile)
    sys.stdout.buffer.write(msgspec.json.encode(measured))


if __name__ == "__main__":
    main()
