"""Refresh of 1,000 local feeds × 30 entries, stored, searchable and unread: the first time, with one new entry in every
feed, and unchanged; against lemon24/reader with its search index, on a share of the same feeds, in the same minutes.
"""

import json
import subprocess
import sys
import tempfile
from statistics import median

import msgspec

from bench.corpus import ENTRIES
from bench.feed_server import FeedServer
from bench.figures import Context, Figure
from bench.line_process import Job, Measured

HOSTS = 19
"""About as in the comparison of the peers, so that both programs keep connections; a prime, so that every share of the
feeds is spread over all of them."""
STEPS = (("first", 0, 1 / 8), ("one new entry a feed", 1, 1 / 15), ("unchanged (304)", 1, 1 / 4))
"""(name, round of the server, our CPU seconds as a share of the baseline's)."""
SLOW_SYNC_MS = 4.0


def bench(context: Context) -> list[Figure]:
    """CPU seconds of each step and their ratio to the baseline's; and wall seconds where an fsync takes 4 ms."""
    count, share, runs = (200, 5, 1) if context.quick else (1000, 5, 3)
    with FeedServer(context.folder, count) as feeds:
        urls = feeds.urls(HOSTS)
        both = [_interleaved(context, feeds, urls, urls[::share]) for _ in range(runs)]
        feeds.set_round(0)
        slow = _with_slow_disk(urls)
        alone = _each_alone(feeds.urls(), share)
    figures = []
    for name, _, gate in STEPS:
        ours = median(ours[name].cpu for ours, _ in both)
        theirs = median(theirs[name] for _, theirs in both) * share
        ratio = median(ours[name].cpu / (theirs[name] * share) for ours, theirs in both)
        note = f"baseline {theirs:.1f} CPU s = {share} × reader's for {count // share} feeds; {runs} interleaved runs"
        figures.append(Figure(name=f"refresh, {name}: CPU", value=ours, unit="s", note=f"{count} feeds"))
        figures.append(Figure(name=f"refresh, {name}: share of reader's", value=ratio, gate=gate, note=note))
    figures.append(
        Figure(name="refresh, first: peak RSS of the worker", value=both[0][0]["first"].peak_rss_mb, unit="MB")
    )
    figures.append(
        Figure(name="refresh, first, 4 ms an fsync: wall", value=slow.wall, unit="s", gate=30 * count / 1000)
    )
    figures.append(Figure(name="refresh, first: fsyncs", value=slow.fsyncs))
    name = "refresh, unchanged, a host a feed, default politeness: share of reader's"
    figures.append(Figure(name=name, value=alone, note="a new connection for each"))
    return figures


def _each_alone(urls: list[str], share: int) -> float:
    """Our share of the baseline's CPU seconds for unchanged feeds where no connection can be kept."""
    with tempfile.TemporaryDirectory() as folder:
        job = Job(database=f"{folder}/dateline.sqlite", urls=urls, polite=True)
        line(job)
        _reader(f"{folder}/reader.sqlite", urls[::share], ENTRIES)
        ours = line(job).cpu
        return ours / (share * _reader(f"{folder}/reader.sqlite", urls[::share], ENTRIES))


def _interleaved(
    context: Context, feeds: FeedServer, urls: list[str], part: list[str]
) -> tuple[dict[str, Measured], dict[str, float]]:
    ours: dict[str, Measured] = {}
    theirs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, number, _ in STEPS:
            feeds.set_round(number)
            ours[name] = line(Job(database=f"{folder}/dateline.sqlite", urls=urls))
            theirs[name] = _reader(f"{folder}/reader.sqlite", part, ENTRIES + number)
            context.say(f"{name}: {ours[name].cpu:.2f} s, wall {ours[name].wall:.1f}; reader {theirs[name]:.2f} s")
            _check(ours[name], len(urls), ENTRIES + number)
    return ours, theirs


def _with_slow_disk(urls: list[str]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        return line(Job(database=f"{folder}/dateline.sqlite", urls=urls, sync_ms=SLOW_SYNC_MS))


def line(job: Job) -> Measured:
    """Refresh in a process of its own."""
    command = [sys.executable, "-m", "bench.line_process"]
    done = subprocess.run(command, input=msgspec.json.encode(job), stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Measured)


def _reader(database: str, urls: list[str], entries: int) -> float:
    command = [sys.executable, "-m", "bench.peers.lemon24_reader", database]
    done = subprocess.run(command, input="\n".join(urls).encode(), stdout=subprocess.PIPE, check=True)
    answer = json.loads(done.stdout)
    if answer["stored"] != len(urls) * entries:
        raise RuntimeError(f"reader stored {answer['stored']} entries, not {len(urls) * entries}")
    return float(answer["cpu"])


def _check(measured: Measured, feeds: int, entries: int) -> None:
    """Fast is nothing if something is missing."""
    expected = feeds * entries
    if (measured.stored, measured.indexed, measured.unread) != (expected, expected, expected):
        raise RuntimeError(f"expected {expected} entries stored, indexed and unread, found {measured}")
