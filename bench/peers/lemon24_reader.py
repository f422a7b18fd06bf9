"""lemon24/reader as a process that measures itself: ``python -m bench.peers.lemon24_reader DATABASE`` with addresses on
stdin, one a line.

Its settings are its defaults, but for the search index, which is switched on and brought up to date: what Dateline
stores is searchable too. CPU seconds count from the open database with its subscriptions.
"""

import json
import os
import sys
import time
from itertools import pairwise

import feedparser_sgmllib

# reader 3.26 brings its own feedparser, which asks for the module that feedparser's dependency once was called
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

from reader import make_reader  # noqa: E402 - the line above must come first


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Prints a JSON object: CPU and wall seconds of the update and of the index, the number of entries."""
    with make_reader(sys.argv[1]) as reader:
        reader.enable_search()
        for url in sys.stdin.read().split():
            reader.add_feed(url, exist_ok=True)
        marks = [(_cpu(), time.perf_counter())]
        reader.update_feeds(scheduled=False)
        marks.append((_cpu(), time.perf_counter()))
        reader.update_search()
        marks.append((_cpu(), time.perf_counter()))
        stored = reader.get_entry_counts().total
    cpu = [after[0] - before[0] for before, after in pairwise(marks)]
    print(json.dumps({"update": cpu[0], "index": cpu[1], "cpu": sum(cpu), "stored": stored}))


if __name__ == "__main__":
    main()
