"""``dateline demo``: everything at once with sample feeds, without the internet."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from dateline import __version__
from dateline.settings import Settings

from .opening import holder, now, opened, override
from .output import progress, say
from .serve import ListenOption, prepare, run, with_listen

if TYPE_CHECKING:
    from dateline.demo import DemoServer
    from dateline.refresh.work import Refresher

FOLDER = Path("var")
FILE = FOLDER / "demo.sqlite"
KEY = FOLDER / "demo.key"


def demo(listen: ListenOption = None) -> None:
    """Serve a demo account that reads a local server of sample feeds, without the internet.

    Its database, var/demo.sqlite, is made anew each time.
    """
    import multiprocessing

    from dateline.demo import account
    from dateline.store.lock import alone

    settings = override(
        database_url=f"sqlite:///{FILE}",
        secret_file=str(KEY),
        allowed_networks=",".join(str(network) for network in account.ALLOWED_NETWORKS),
        host_connections=str(account.HOST_CONNECTIONS),
        host_spacing=str(account.HOST_SPACING),
    )
    settings = with_listen(settings, listen)
    # the sample feeds' server has threads: web processes must not be forked from among them
    multiprocessing.set_start_method("spawn", force=True)
    with alone(settings.database_url):
        for leftover in ("", "-wal", "-shm"):
            FILE.with_name(FILE.name + leftover).unlink(missing_ok=True)
        feeds = _feeds_server()
        try:
            password = _furnish(settings, feeds.url)
            prepare(settings)
            say(f"Log in as {account.NAME} with the password {password}")
            run(settings)
        finally:
            feeds.close()


def _feeds_server() -> "DemoServer":
    from dateline.demo import DemoServer, account

    for port in (account.PORT, 0):
        server = DemoServer(port, advance_after=account.ADVANCE_AFTER)
        try:
            server.start()
        except OSError:  # the usual port is taken: any other does as well
            continue
        return server
    raise OSError("no port is free for the sample feeds")


def _furnish(settings: Settings, feeds_url: str) -> str:
    """Make the account, subscribe it to everything and read it once. The password."""
    import asyncio

    from dateline import demo as samples
    from dateline.actions import accounts, opml
    from dateline.demo import account
    from dateline.refresh.work import Refresher, Report

    password = secrets.token_urlsafe(9)
    with opened(settings) as db:
        user = accounts.create(
            db,
            name=account.NAME,
            password=password,
            is_admin=True,
            language=account.LANGUAGE,
            time_zone=account.TIME_ZONE,
            now=now(),
        )
        accounts.change(db, user, now=now(), preview=account.PREVIEW, open_to_visitors=False)
        total = opml.import_opml(db, user, samples.opml(feeds_url), settings=settings, now=now()).added
        reports: list[Report] = []
        with progress("Reading the sample feeds") as advance:

            def note(report: Report) -> None:
                reports.append(report)
                advance(len(reports), total)

            refresher = Refresher(db, settings, version=__version__, holder=holder(), clock=now, on_report=note)
            asyncio.run(_read_once(refresher))
    return password


async def _read_once(refresher: "Refresher") -> None:
    await refresher.run_once()
    await refresher.find_icons()
