"""The worker's door: refresh what is due until told to stop, then finish what is in flight, within seconds."""

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from dateline import allocator
from dateline.actions import instance
from dateline.refresh.notify import Say
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database

if TYPE_CHECKING:
    from dateline.mail import Intake

log = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
"""How long a shutdown waits for servers that are being asked; their feeds are given back and are due as before."""


def run(
    db: Database,
    settings: Settings,
    *,
    version: str,
    holder: str,
    clock: Callable[[], datetime],
    say: Say,
    until_stdin_closes: bool = False,
) -> None:
    """Refresh until SIGTERM or SIGINT, or with ``until_stdin_closes`` until nobody holds the other end of our input.

    ``holder`` must be unique among living processes; ``say`` finds the words of notifications. Raises ``StoreError``
    when the database cannot be used.
    """
    share_one_arena()
    calm_collector()
    refresher = Refresher(db, settings, version=version, holder=holder, clock=clock, say=say)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        intake = _intake(db, settings, clock) if settings.takes_mail else None
        runner.run(_run(refresher, intake, until_stdin_closes=until_stdin_closes))
    instance.give_back_leases(db, holder)
    log.info("the worker has ended")


def _intake(db: Database, settings: Settings, clock: Callable[[], datetime]) -> "Intake":
    from dateline.mail import Intake  # where it is switched on: its server brings much along

    return Intake(db, settings, clock)


def share_one_arena() -> None:
    """Let all threads take memory from one place: each with a place of its own keeps what another could use.

    They take turns anyway, for the interpreter's lock: 1,000 feeds take as long, and 50 of 120 MB less.
    """
    allocator.tell({"arena_max": 1})


def calm_collector() -> None:
    """Let the cycle collector look rarely: documents are trees without cycles, and it walked them again and again.

    A quarter of the time of parsing (docs/decisions/0003); what is loaded by now is not walked at all any more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    except ImportError:  # it is not made for every platform
        return None
    return factory


async def _run(refresher: Refresher, intake: "Intake | None", *, until_stdin_closes: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_stdin_closes:
        _when_stdin_closes(lambda: loop.call_soon_threadsafe(stop.set))
    await _open(intake)
    log.info("the worker has started")
    working = asyncio.create_task(refresher.run_forever(stop))
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        await asyncio.wait({working}, timeout=DRAIN_SECONDS)
    told.cancel()
    if intake is not None:
        await intake.stop()
    if working.done():
        working.result()
        return
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


async def _open(intake: "Intake | None") -> None:
    """Take newsletters, where that is switched on; feeds are refreshed in any case."""
    if intake is not None:
        try:
            await intake.start()
        except OSError as error:
            log.error("newsletters cannot be taken here (another worker may do it): %s", error)


def _when_stdin_closes(then: Callable[[], object]) -> None:
    def watch() -> None:
        # not through sys.stdin: its lock, held while it waits, would stop the interpreter from ending
        while os.read(0, 1024):
            pass
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            then()

    threading.Thread(target=watch, name="parent watch", daemon=True).start()
