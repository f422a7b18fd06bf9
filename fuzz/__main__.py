"""``python -m fuzz [TARGET …] [--runs N]``: fuzz one target after the other, and say what was found.

Runs are shared out among the targets (``Target.share``). What Atheris learns stays in ``var/fuzz/TARGET/corpus`` and is
gone on from the next time; a finding is written to ``var/fuzz/TARGET/finding-*``, and the exit code is 1.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

from fuzz.seeds import write
from fuzz.targets import ROOT, TARGETS

KEPT = ROOT / "var" / "fuzz"
SLOWEST = 20
"""Seconds that one input may take."""
MEGABYTES = 2_000


class Done(Struct, frozen=True, kw_only=True):
    """What one target came to."""

    target: str
    runs: int
    seconds: float
    findings: tuple[str, ...]


def main() -> int:
    """Exit code 1 when there are findings."""
    asked = _arguments()
    whole = sum(target.share for name, target in TARGETS.items() if name in asked.targets)
    done = []
    for name in asked.targets:
        runs = max(1, asked.runs * TARGETS[name].share // whole)
        done.append(_fuzz(name, runs, asked.folder / name))
        one = done[-1]
        print(f"{name:14} {one.runs:>11,} runs {one.seconds:>8.0f} s  {len(one.findings)} findings", flush=True)
        for finding in one.findings:
            print(f"  {finding}", flush=True)
    print(f"{'together':14} {sum(one.runs for one in done):>11,} runs {sum(one.seconds for one in done):>8.0f} s")
    return 1 if any(one.findings for one in done) else 0


def _fuzz(name: str, runs: int, folder: Path) -> Done:
    target = TARGETS[name]
    words = write(name, target, folder)
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    before = set(folder.glob("finding-*"))
    command = [
        *(sys.executable, "-m", "fuzz.run", name, f"-runs={runs}", f"-max_len={target.longest}"),
        *(
            f"-timeout={SLOWEST}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-artifact_prefix={folder}/finding-",
            "-print_final_stats=1",
        ),
        *([f"-dict={words}"] if target.words else []),
        *map(str, (corpus, folder / "seeds", *(seed for seed in target.seeds if seed.is_dir()))),
    ]
    started = time.monotonic()
    with (folder / "log").open("wb") as log:
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
    seconds = time.monotonic() - started
    text = (folder / "log").read_text(encoding="utf-8", errors="replace")
    counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    findings = sorted(str(path) for path in set(folder.glob("finding-*")) - before)
    if counted is None and not findings:
        findings = [f"{folder / 'log'}: it did not run"]
    done = Done(target=name, runs=int(counted[1]) if counted else 0, seconds=seconds, findings=tuple(findings))
    with (folder.parent / "runs.jsonl").open("a", encoding="utf-8") as kept:
        row = {
            "target": name,
            "runs": done.runs,
            "seconds": round(seconds),
            "findings": [Path(f).name for f in findings],
        }
        kept.write(json.dumps(row) + "\n")
    return done


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all")
    parser.add_argument("--runs", type=int, default=200_000, help="executions in all")
    parser.add_argument("--folder", type=Path, default=KEPT, help="where corpus and findings are kept")
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    asked.targets = asked.targets or list(TARGETS)
    return asked


if __name__ == "__main__":
    sys.exit(main())
