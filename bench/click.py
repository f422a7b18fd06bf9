"""A click beside a refresh: how long marking one entry read takes while the worker stores 4,000 entries a second."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from bench.corpus import ENTRIES
from bench.feed_server import FeedServer
from bench.figures import Context, Figure
from bench.library import copied, library, session
from bench.line_process import subscribe
from bench.memory import refresh_all
from bench.page import SMALL
from bench.processes import Client, Server, percentiles
from dateline.store import open_database

EVERY = 0.03
"""Seconds between two clicks: a fast reader, thirty times over."""


def bench(context: Context) -> list[Figure]:
    """Marking read, alone and beside the first refresh of many feeds."""
    count = 200 if context.quick else 1000
    with FeedServer(context.folder, count) as feeds, tempfile.TemporaryDirectory() as folder:
        database = copied(library(context.folder, SMALL, SMALL), Path(folder))
        user, token = session(database)
        ids = iter(range(1, SMALL))
        with Server(database, worker=True) as server:
            client = Client(server.port, token)
            alone = [_click(client, next(ids)) for _ in range(200)]
            beside: list[float] = []
            done = threading.Event()
            clicking = threading.Thread(target=lambda: _click_on(client, ids, beside, done))
            with open_database(f"sqlite:///{database}").closing() as db:
                subscribe(db, user, feeds.urls())
            clicking.start()
            seconds = refresh_all(database, count * ENTRIES)
            done.set()
            clicking.join()
    quiet, busy = percentiles(alone), percentiles(beside)
    note = f"{len(beside)} clicks in {seconds:.0f} s, longest {busy.longest:.0f} ms"
    return [
        Figure(name="click, mark read, alone, p50", value=quiet.p50, unit="ms", note=f"p99 {quiet.p99:.1f} ms"),
        Figure(name="click, mark read, beside a refresh, p50", value=busy.p50, unit="ms"),
        Figure(name="click, mark read, beside a refresh, p99", value=busy.p99, unit="ms", gate=25, note=note),
    ]


def _click(client: Client, entry_id: int) -> float:
    started = time.perf_counter()
    client.post("/entries/read", urlencode({"id": entry_id}))
    return time.perf_counter() - started


def _click_on(client: Client, ids: Iterator[int], into: list[float], done: threading.Event) -> None:
    while not done.wait(EVERY):
        into.append(_click(client, next(ids)))
