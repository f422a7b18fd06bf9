"""Prints and patterns, as SVG: waves, arches, books, letters, a brushed circle."""

import math
from collections.abc import Callable

from .svg import BLUE, INK, PAPER, RED, disc, line, rect, shape, stroke, svg


def _waves() -> str:
    """Seigaiha: rows of fans, each over the one behind it."""
    fan = "".join(
        f'<circle r="{radius}" fill="{colour}" stroke="{BLUE}" stroke-width="2"/>'
        for radius, colour in ((60, PAPER), (44, "#dbe4e3"), (28, PAPER), (13, "#9fb6ba"))
    )
    fans = "".join(
        f'<use href="#f" x="{column * 120 + row % 2 * 60}" y="{200 + row * 38}"/>'
        for row in range(11)
        for column in range(9)
    )
    return svg(960, 540, disc(700, 80, 60, RED) + f'<defs><g id="f">{fan}</g></defs>{fans}', "#f1e6d3")


def _arches() -> str:
    colours = ("#b98a4a", "#8a4a34", "#3f5a6b", "#5f8578", "#a8321f")
    arches = "".join(
        f'<path d="M{x} 540V{230 + inner * 26}q0 -{150 - inner * 20} {95 - inner * 18} -{190 - inner * 30}'
        f'q{95 - inner * 18} {40 - inner * 10} {95 - inner * 18} {190 - inner * 30}V540z" fill="{colour}"/>'
        for arch in range(5)
        for inner, colour in ((0, colours[arch]), (1, "#efe4cd"), (2, "#d8c39a"), (3, "#2a3a40"))
        for x in (5 + arch * 190 + inner * 18,)
    )
    return svg(960, 540, arches, "#f4ecdc")


def _books() -> str:
    colours = (RED, BLUE, "#c9963f", "#5f8578", "#8a5a44", "#2a241d", "#b7a98f")
    x = 40
    books = ""
    for place in range(21):
        width, height = 26 + place * 7 % 5 * 6, 300 + place * 11 % 7 * 18
        lean = f' transform="rotate(-9 {x} 480)"' if place in {8, 15} else ""
        stripes = rect(x, 510 - height, width, 8, "#efe4cd") + rect(x, 440, width, 5, "#efe4cd")
        books += f"<g{lean}>{rect(x, 480 - height, width, height, colours[place * 3 % 7])}{stripes}</g>"
        x += width + (34 if place in {7, 14} else 3)
    return svg(960, 540, books + rect(0, 480, 960, 14, INK), "#f1e9db")


def _specimen() -> str:
    """A specimen sheet: four sorts and the rule below them."""
    font = "font-family='Georgia, Charter, serif' font-size='380' text-anchor='middle'"
    sorts = (("R", 180, 330, INK), ("a", 540, 330, INK), ("g", 180, 700, RED), ("&amp;", 540, 700, INK))
    letters = "".join(f'<text x="{x}" y="{y}" fill="{colour}" {font}>{letter}</text>' for letter, x, y, colour in sorts)
    return svg(720, 960, letters + stroke("M60 850h600M60 862h600", INK, 3), "#f6f0e2")


def _brush() -> str:
    """One stroke that almost closes, and what grows out of it."""
    strokes = "".join(
        line(
            (
                (
                    360 + (210 + 4 * hair * math.sin(hair + a)) * math.cos(a),
                    420 + (210 + 4 * hair * math.cos(hair * 2 + a * 2)) * math.sin(a),
                )
                for a in (0.5 + k / 60 * 5.6 for k in range(61))
            ),
            INK,
            9 - hair,
        )
        for hair in range(6)
    )
    seal = rect(560, 760, 70, 70, RED) + stroke("M578 780h34M578 796h34M595 772v46M580 816h30", "#f6f0e2", 5)
    return svg(720, 900, strokes + seal, "#f4eee0")


def _sails() -> str:
    boats = "".join(
        shape(f"M{x} {y}l{26 * s:.0f} -{100 * s:.0f}l{34 * s:.0f} {100 * s:.0f}z", colour)
        + shape(f"M{x - 12 * s:.0f} {y + 6 * s:.0f}h{86 * s:.0f}l-{14 * s:.0f} {14 * s:.0f}h-{58 * s:.0f}z", INK)
        for x, y, s, colour in (
            (150, 330, 1.0, RED),
            (320, 290, 0.6, PAPER),
            (480, 380, 1.5, PAPER),
            (720, 310, 0.8, "#c9963f"),
            (840, 280, 0.5, RED),
        )
    )
    sea = "".join(
        line(((x, 340 + row * 34 + 7 * math.sin(x / 34 + row * 1.3)) for x in range(0, 961, 12)), "#7f9a9b", 2)
        for row in range(6)
    )
    return svg(960, 540, rect(0, 280, 960, 260, "#c9d6d3") + sea + boats, "#eee6d6")


ORNAMENTS: dict[str, Callable[[], str]] = {
    "waves": _waves,
    "arches": _arches,
    "books": _books,
    "specimen": _specimen,
    "brush": _brush,
    "sails": _sails,
}
"""The file names, without their ending, and who draws them."""
