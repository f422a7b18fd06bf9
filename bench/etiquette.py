"""Etiquette: a fortnight of one worker against sites that keep a diary, judged rule by rule (``docs/etiquette.md``).

The clock is moved from one due feed to the next, so that fourteen days take seconds; somebody presses « refresh » every
ten minutes of an hour a day, which must not matter. Then, in real time, two worker processes on one database: spacing,
connections and keep-alive as the servers see them. Every mark must be 100 %.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, rss

from bench.etiquette_judges import Marks, judged, marks
from bench.etiquette_sites import DAY, Entry, Sites
from bench.figures import Context, Figure
from dateline.actions import accounts, subscriptions
from dateline.clean import clean_html
from dateline.model import Stream, User
from dateline.refresh.work import Refresher
from dateline.store import Database, leases, open_database

ONE_AT_A_TIME = replace(LOOPBACK, host_connections=1)
SPACING = 0.4
FEEDS_A_HOST = 8
HOSTS = 3
IMPATIENT = frozenset({"good", "odd", "bare", "renewing", "fresh", "busy", "sticky"})
"""Sites whose feeds somebody wants fresh, again and again."""
NOT_SUBSCRIBED = ("/new", "/to", "/login", "/b")
"""Where redirects lead: nobody subscribes to these."""


def bench(context: Context) -> list[Figure]:
    """A figure a rule: how many of the requests that it speaks of kept it, in percent."""
    days, step = (5, timedelta(minutes=10)) if context.quick else (14, timedelta(seconds=1))
    with tempfile.TemporaryDirectory() as folder:
        found = judged(fortnight(Path(folder), days, step))
        found += two_workers(Path(folder))
    for each in found:
        for fault in each.faults[:5]:
            context.say(f"{each.rule}: {fault}")
    return [
        Figure(
            name=each.rule,
            value=each.percent,
            unit="%",
            gate=100,
            side="at_least",
            note=f"{each.judged} judged, {len(each.faults)} broke it",
        )
        for each in found
    ]


# ------------------------------------------------------------------------------------------------ days in seconds


def fortnight(
    folder: Path | str, days: float, step: timedelta, on_end: Callable[[Database, User], None] | None = None
) -> list[Entry]:
    """Run a worker for so many days of the sites' clock, which moves on by ``step`` or to the full hour. The diary.

    ``on_end`` may look at the database.
    """
    sites = Sites()
    with (
        open_database(f"sqlite:///{folder}/etiquette.sqlite", sanitiser=clean_html).closing() as db,
        ExitStack() as stack,
    ):
        user = _account(db, sites.moment)
        folder_id = subscriptions.add_folder(db, user, "Impatient", now=sites.moment)
        for site in sites.build():
            stack.enter_context(site)
            folders = [folder_id] if site.name in IMPATIENT else []
            for path in site.pages:
                if not path.startswith(NOT_SUBSCRIBED):
                    subscriptions.subscribe(db, user, site.url(path), folder_ids=folders, now=sites.moment)
        asyncio.run(_pass_time(db, user, folder_id, sites, sites.moment + timedelta(days=days), step))
        if on_end is not None:
            on_end(db, user)
    return sites.diary


def _account(db: Database, now: datetime) -> User:
    return accounts.create(db, name="reader", password="ten letters or more", is_admin=True, now=now)


async def _pass_time(db: Database, user: User, folder_id: int, sites: Sites, until: datetime, step: timedelta) -> None:
    while sites.moment < until:
        # a new one each time: within a process a silent host is remembered by the machine's clock
        await Refresher(db, ONE_AT_A_TIME, version="0", holder="etiquette", clock=lambda: sites.moment).run_once()
        sites.moment = _next_moment(db, user, folder_id, sites.moment, step)


def _next_moment(db: Database, user: User, folder_id: int, now: datetime, step: timedelta) -> datetime:
    """When the next feed is due; at noon of every day somebody is impatient for an hour."""
    with db.reading() as tx:
        due = leases.next_due_at(tx) or now + DAY
    # what is due before the clock strikes is asked before: the next hour may be one that a document wants skipped
    strikes = now.replace(minute=59, second=59, microsecond=0)
    following = max(due, min(now + step, strikes) if now < strikes else now + step)
    impatient = _impatient_after(now)
    if impatient <= following:
        subscriptions.refresh_soon(db, user, Stream(kind="folder", key=folder_id), now=impatient)
        return impatient
    return following


def _impatient_after(now: datetime) -> datetime:
    minute = timedelta(minutes=10)
    at = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0) + minute
    return at if at.hour == 12 else (at + (timedelta(hours=12) - timedelta(hours=at.hour, minutes=at.minute)) % DAY)


# ------------------------------------------------------------------------------------------------ two processes


def two_workers(folder: Path) -> list[Marks]:
    """Two ``dateline refresh`` at once on one database: what the servers saw of them together."""
    path = folder / "two.sqlite"
    with ExitStack() as stack:
        hosts = [stack.enter_context(Internet(_pages())) for _ in range(HOSTS)]
        with open_database(f"sqlite:///{path}", sanitiser=clean_html).closing() as db:
            now = datetime.now(UTC)
            user = _account(db, now)
            for host in hosts:
                for page in host.pages:
                    subscriptions.subscribe(db, user, host.url(page), now=now)
        for _ in range(3):  # what one leaves because the other holds its host
            _refresh_twice(path)
        return [
            marks("two workers: a pause between two requests to one host", _pauses(hosts)),
            marks("two workers: one connection to a host at a time", _one_at_a_time(hosts)),
            marks("two workers: every feed is asked once", _asked_once(hosts)),
            marks("two workers: connections are kept within a round", _kept(hosts)),
        ]


def _pages() -> dict[str, Reply]:
    return {f"/{number}": Reply(rss(str(number), "One"), delay=0.05) for number in range(FEEDS_A_HOST)}


def _refresh_twice(path: Path) -> None:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DATELINE_")},
        "DATELINE_DATABASE_URL": f"sqlite:///{path}",
        "DATELINE_ALLOWED_NETWORKS": "127.0.0.0/8",
        "DATELINE_HOST_SPACING": str(SPACING),
    }
    command = [sys.executable, "-m", "dateline", "refresh", "--due"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    for process in both:
        if process.wait() != 0:
            raise RuntimeError(f"dateline refresh ended with {process.returncode}")


def _feeds_asked(host: Internet) -> list[float]:
    """When feeds were asked; a site's icon and page come later, at their own pace."""
    return sorted(asked.at for asked in host.requests if asked.path in host.pages)


def _pauses(hosts: Sequence[Internet]) -> Iterator[str | None]:
    for host in hosts:
        for earlier, later in pairwise(sorted(asked.at for asked in host.requests)):
            # measured where requests arrive: half the pause is left for what a busy machine makes late
            yield None if later - earlier > SPACING / 2 else f"{host.origin}: after {later - earlier:.3f} s"


def _one_at_a_time(hosts: Sequence[Internet]) -> Iterator[str | None]:
    yield from (None if host.most_at_once == 1 else f"{host.origin}: {host.most_at_once} at once" for host in hosts)


def _asked_once(hosts: Sequence[Internet]) -> Iterator[str | None]:
    for host in hosts:
        for path in host.pages:
            count = len(host.asked(path))
            yield None if count == 1 else f"{host.origin}{path}: {count} times"


def _kept(hosts: Sequence[Internet]) -> Iterator[str | None]:
    """Each of six processes may have opened one connection, and one more where it was idle for too long."""
    for host in hosts:
        requests = len(host.requests)
        yield None if host.connections <= requests // 2 else f"{host.origin}: {host.connections} for {requests}"
