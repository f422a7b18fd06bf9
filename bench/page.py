"""Pages over HTTP on loopback: 50 unread with contents beside 200 feeds, at 10,000 and at 1,000,000 entries in turns;
everything marked read; searches. One client with a kept connection, warm.
"""

import json
import time
from statistics import median
from urllib.parse import urlencode

from bench.figures import Context, Figure
from bench.library import SEARCHES, library, newest_id, session
from bench.processes import Client, Server, cpu_seconds, percentiles

SMALL = 10_000
BLOCK = 50
"""So many requests to one server, then as many to the other."""


def bench(context: Context) -> list[Figure]:
    """Time to a page, to a mark, to a search."""
    large, requests = (100_000, 300) if context.quick else (1_000_000, 1_000)
    unread = large // 10
    small_path = library(context.folder, SMALL, SMALL)
    large_path = library(context.folder, large, unread)
    with Server(small_path, worker=False) as small, Server(large_path, worker=False) as big:
        few = Client(small.port, session(small_path)[1])
        many = Client(big.port, session(large_path)[1])
        figures = _pages(few, many, big.pid, f"{large:,} entries", requests)
        figures += _searches(many, f"{large:,} entries", requests // 5)
        figures += _mark_all(many, newest_id(large_path), unread)
    return figures


def _timed(client: Client, path: str) -> float:
    started = time.perf_counter()
    client.get(path)
    return time.perf_counter() - started


def _pages(few: Client, many: Client, pid: int, size: str, requests: int) -> list[Figure]:
    for _ in range(BLOCK):
        few.get("/")
        many.get("/")
    small: list[float] = []
    large: list[float] = []
    cpu = 0.0
    while len(large) < requests:
        small += [_timed(few, "/") for _ in range(BLOCK)]
        before = cpu_seconds(pid)
        large += [_timed(many, "/") for _ in range(BLOCK)]
        cpu += cpu_seconds(pid) - before
    at_small, at_large = percentiles(small), percentiles(large)
    ratio = median(large) / median(small)
    kilobytes = len(many.get("/")) / 1000
    return [
        Figure(
            name="page of 50 unread, p50",
            value=at_large.p50,
            unit="ms",
            gate=5,
            note=f"{size}, {kilobytes:.0f} kB sent",
        ),
        Figure(name="page of 50 unread, p99", value=at_large.p99, unit="ms", gate=15, note=f"{len(large)} requests"),
        Figure(name="page of 50 unread, CPU", value=1000 * cpu / len(large), unit="ms"),
        Figure(
            name="page of 50 unread, against 10,000 entries", value=ratio, gate=1.3, note=f"there {at_small.p50:.2f} ms"
        ),
    ]


def _searches(client: Client, size: str, requests: int) -> list[Figure]:
    figures = []
    for name, word in SEARCHES:
        path = "/all?" + urlencode({"q": word})
        _timed(client, path)
        times = percentiles([_timed(client, path) for _ in range(requests)])
        note = f"{size}, the whole page; p99 {times.p99:.1f} ms"
        figures.append(Figure(name=f"search, {name} word, p50", value=times.p50, unit="ms", gate=10, note=note))
    return figures


def _mark_all(client: Client, newest: int, unread: int) -> list[Figure]:
    """Marked and taken back, five times."""
    marked, undone = [], []
    for _ in range(5):
        started = time.perf_counter()
        answer = json.loads(client.post("/entries/read-all", urlencode({"kind": "main", "up_to": newest})))
        marked.append(time.perf_counter() - started)
        if answer["unread"]["main"] != 0 or answer["undo"] is None:
            raise RuntimeError(f"not everything was marked: {answer['notice']}")
        started = time.perf_counter()
        answer = json.loads(client.post("/undo", urlencode({"seq": answer["undo"]})))
        undone.append(time.perf_counter() - started)
        if answer["unread"]["main"] != unread:
            raise RuntimeError(f"not everything was taken back: {answer['notice']}")
    gate = 150 * unread / 100_000
    return [
        Figure(
            name=f"mark all of {unread:,} read", value=1000 * median(marked), unit="ms", gate=gate, note="median of 5"
        ),
        Figure(name="the same taken back", value=1000 * median(undone), unit="ms"),
    ]
