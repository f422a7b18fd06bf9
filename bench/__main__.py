"""``python -m bench [NAME …] [--quick] [--json FILE]``: measure, and say whether it is enough."""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

import msgspec

from bench.figures import Benchmark, Context, Figure, table

NAMES = ("parse", "agreement", "refresh", "memory", "page", "click", "weight", "etiquette", "schedule")
"""Each a module with a function ``bench``, in the order in which they run."""
LONG = ("memory5000",)
"""Run only when they are named."""
KEPT = Path(__file__).resolve().parents[1] / "var" / "bench"


def main() -> int:
    """Exit code 1 when a gate does not hold."""
    asked = _arguments()
    asked.folder.mkdir(parents=True, exist_ok=True)
    context = Context(quick=asked.quick, folder=asked.folder, say=lambda text: print(f"  {text}", flush=True))
    figures: list[Figure] = []
    for name in asked.names or NAMES:
        print(f"{name} … (load {os.getloadavg()[0]:.1f})", flush=True)
        started = time.monotonic()
        bench: Benchmark = importlib.import_module(f"bench.{name}").bench
        found = bench(context)
        figures += found
        print(f"{table(found)}\n  ({time.monotonic() - started:.0f} s)\n", flush=True)
    if asked.json:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))
    missed = [figure.name for figure in figures if not figure.is_good]
    gates = sum(figure.gate is not None for figure in figures)
    print(f"{gates - len(missed)} of {gates} gates hold" + "".join(f"\n  NOT: {name}" for name in missed))
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES + LONG)}; all but the last")
    parser.add_argument("--quick", action="store_true", help="less of everything: minutes become seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--folder", type=Path, default=KEPT, help="where generated feeds and databases are kept")
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*NAMES, *LONG}:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
