"""Run the line for real: a database, a loopback server, a clock that the test moves."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from tests.internet import LOOPBACK

from dateline.refresh.work import Refresher, Report
from dateline.settings import Settings
from dateline.store import Database


class Runner:
    """Refreshes what is due at ``now``; ``later`` moves the clock."""

    def __init__(self, db: Database, now: datetime, settings: Settings = LOOPBACK) -> None:
        self.db = db
        self.now = now
        self.settings = settings

    def later(self, **delta: float) -> None:
        """Move the clock on."""
        self.now += timedelta(**delta)

    def run(self, only: Sequence[int] | None = None) -> dict[str, Report]:
        """One round. What was reported, by address."""
        reports: list[Report] = []
        refresher = Refresher(
            self.db, self.settings, version="0", holder="test", clock=lambda: self.now, on_report=reports.append
        )
        # in a thread of its own: a browser test has a running loop in this one
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(refresher.run_once(only))).result()
        return {report.url: report for report in reports}
