"""What a benchmark gives: figures, each with its gate, and the table that shows them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

Side = Literal["at_most", "at_least"]


class Figure(Struct, frozen=True, kw_only=True):
    """One number: ``value`` in ``unit``; ``gate`` is what it may be at most (or at least), None for mere information.

    ``note`` says how it came about: the baseline, the number of runs.
    """

    name: str
    value: float
    unit: str = ""
    gate: float | None = None
    side: Side = "at_most"
    note: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the gate holds; figures without one always do."""
        if self.gate is None:
            return True
        return self.value <= self.gate if self.side == "at_most" else self.value >= self.gate


class Context(Struct, frozen=True, kw_only=True):
    """What every benchmark is given: ``quick`` takes less of everything; ``folder`` keeps what is costly to make."""

    quick: bool
    folder: Path
    say: Callable[[str], None]


Benchmark = Callable[[Context], list[Figure]]


def number(value: float) -> str:
    """Three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def table(figures: Sequence[Figure]) -> str:
    """The figures in columns: name, value, gate, ok or NOT, note."""
    sign = {"at_most": "≤", "at_least": "≥"}
    rows = [("figure", "value", "gate", "", "")]
    for figure in figures:
        gate = "" if figure.gate is None else f"{sign[figure.side]} {number(figure.gate)} {figure.unit}".strip()
        verdict = "" if figure.gate is None else "ok" if figure.is_good else "NOT"
        rows.append((figure.name, f"{number(figure.value)} {figure.unit}".strip(), gate, verdict, figure.note))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for name, value, gate, verdict, note in rows:
        cells = (name.ljust(widths[0]), value.rjust(widths[1]), gate.rjust(widths[2]), verdict.ljust(widths[3]), note)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
