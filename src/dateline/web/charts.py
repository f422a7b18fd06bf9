"""Charts: numbers → where the bars of an SVG stand. Ink on paper; the labels stand at the bars, a table beneath.

Time runs as the language is read: in Arabic from right to left, as its newspapers draw it.
"""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT, FOOT, HEAD = 720, 170, 22, 18
_MOST_LABELS = 12


class Bar(Struct, frozen=True, kw_only=True):
    """One bar: ``x``, ``y``, ``width``, ``height`` in the SVG's units; ``label`` "" where there is no room for it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    name: str
    value: int


class Chart(Struct, frozen=True, kw_only=True):
    """Bars side by side. ``highest`` is the tallest, which carries its number."""

    bars: tuple[Bar, ...]
    highest: Bar | None
    total: int


def chart(values: Sequence[tuple[str, int]], *, from_right: bool = False) -> Chart:
    """(name, number) pairs → their bars, the first at the left, or at the right."""
    most = max((value for _, value in values), default=0)
    step = WIDTH / max(1, len(values))
    every = max(1, -(-len(values) // _MOST_LABELS))
    bars = []
    for place, (name, value) in enumerate(values):
        column = len(values) - 1 - place if from_right else place
        height = round((HEIGHT - FOOT - HEAD) * value / most, 1) if most else 0.0
        bars.append(
            Bar(
                x=round(column * step + step * 0.1, 2),
                y=round(HEIGHT - FOOT - height, 1),
                width=round(step * 0.8, 2),
                height=height,
                middle=round(min(max((column + 0.5) * step, 16), WIDTH - 16), 2),
                label=name if place % every == 0 else "",
                name=name,
                value=value,
            )
        )
    highest = max(bars, key=lambda bar: bar.value, default=None)
    return Chart(bars=tuple(bars), highest=highest if most else None, total=sum(value for _, value in values))
