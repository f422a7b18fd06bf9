"""The charts, maps and diagrams, as SVG: ink on paper, labels beside what they name."""

import math
from collections.abc import Callable

from .svg import BLUE, INK, LINE, MUTED, PAPER, RED, disc, line, rect, ring, stroke, svg, text


def _strait_map() -> str:
    north = [
        (0, 0),
        (0, 150),
        *((x, 150 + 46 * math.sin(x / 150) + 22 * math.sin(x / 61)) for x in range(0, 1001, 20)),
        (1000, 0),
    ]
    south = [
        (0, 560),
        *((x, 430 - 38 * math.sin(x / 170 + 1) - 18 * math.sin(x / 47)) for x in range(0, 1001, 20)),
        (1000, 560),
    ]
    shoal = [
        (640 + 90 * math.cos(a / 8 * math.pi), 262 + 30 * math.sin(a / 8 * math.pi) + 6 * math.sin(a))
        for a in range(16)
    ]
    lane = [(x, 300 - 30 * math.sin(x / 200)) for x in range(0, 1001, 25)]
    return svg(
        1000,
        560,
        line(north, MUTED, 1.5, "#e9e1cf", close=True)
        + line(south, MUTED, 1.5, "#e9e1cf", close=True)
        + line(lane, BLUE, 2).replace("/>", ' stroke-dasharray="3 9"/>')
        + line(shoal, MUTED, 1.5, "#dccfae", close=True)
        + f'<circle cx="588" cy="268" r="11" fill="{RED}"/>'
        + text(612, 345, "Halcyon Tern", RED, 22, weight=600)
        + f'<path d="M596 276L612 326" stroke="{RED}" stroke-width="1.5"/>'
        + text(742, 268, "Grey Mare bank", INK, 18)
        + text(40, 330, "shipping lane", BLUE, 18)
        + text(120, 90, "PORT ALDANE", INK, 20, weight=600)
        + text(250, 510, "VALMEUR", INK, 20, weight=600)
        + f'<path d="M830 520h120M830 512v16M950 512v16" stroke="{INK}" stroke-width="2" fill="none"/>'
        + text(890, 506, "5 km", INK, 17, "middle"),
        "#dfe8e8",
    )


def _tide_chart() -> str:
    def level(hour: float) -> float:
        return 290 - (120 + hour * 0.9) * math.sin((hour - 3) / 12.42 * math.tau)

    curve = [(70 + hour * 11.6, level(hour)) for hour in range(73)]
    needed = level(68.5)
    return svg(
        960,
        540,
        "".join(f'<path d="M70 {y}h850" stroke="{LINE}"/>' for y in (110, 200, 290, 380, 470))
        + line(curve, BLUE, 4)
        + f'<path d="M70 {needed:.0f}h850" stroke="{RED}" stroke-width="2" stroke-dasharray="6 6"/>'
        + text(74, needed - 10, "water needed to float", RED, 19)
        + f'<circle cx="{70 + 68.5 * 11.6:.0f}" cy="{needed:.0f}" r="9" fill="{RED}"/>'
        + "".join(text(70 + day * 278, 515, f"day {day + 1}", MUTED, 18) for day in range(3))
        + "".join(text(58, y + 6, f"{5 - i} m", MUTED, 17, "end") for i, y in enumerate((110, 200, 290, 380, 470))),
    )


def _ferry_bars() -> str:
    years = ((2018, 412), (2019, 438), (2020, 171), (2021, 226), (2022, 355), (2023, 447), (2024, 503), (2025, 561))
    bars = "".join(
        rect(80 + i * 104, 440 - n * 0.62, 72, n * 0.62, RED if i == 7 else BLUE)
        + text(116 + i * 104, 430 - n * 0.62, str(n), INK, 19, "middle", 600)
        + text(116 + i * 104, 470, str(year), MUTED, 18, "middle")
        for i, (year, n) in enumerate(years)
    )
    return svg(
        960,
        520,
        bars + stroke("M60 440h860", INK) + text(60, 50, "Passengers, thousands", MUTED, 19),
    )


def _contours() -> str:
    rings = "".join(
        line(
            (
                (
                    480 + (r * 1.35 + 14 * math.sin(3 * a + r / 40)) * math.cos(a) - r * 0.22,
                    270 + (r * 0.8 + 12 * math.sin(2 * a - r / 50)) * math.sin(a) + r * 0.1,
                )
                for a in (k / 40 * math.tau for k in range(40))
            ),
            "#8a6a4a",
            2.2 if r % 100 == 0 else 1,
            close=True,
        )
        for r in range(20, 401, 20)
    )
    stream = line(((480 + 5 * t + 18 * math.sin(t / 6), 270 + 3.2 * t) for t in range(0, 95, 3)), BLUE, 3)
    peak = f'<path d="M470 282l10 -18l10 18z" fill="{INK}"/>' + text(498, 276, "1 284", INK, 20, weight=600)
    return svg(960, 540, rings + stream + peak, "#f0ecdc")


def _orbits() -> str:
    rings = "".join(ring(430, 280, r * 1.1, r * 0.62, LINE) for r in (110, 190, 280, 380))
    bodies = "".join(
        disc(430 + r * 1.1 * math.cos(a), 280 + r * 0.62 * math.sin(a), size, colour)
        + text(430 + r * 1.1 * math.cos(a) + size + 8, 286 + r * 0.62 * math.sin(a), name, INK, 19)
        for r, a, size, colour, name in (
            (110, 0.6, 9, BLUE, "b"),
            (190, 2.5, 14, "#8a6a4a", "c"),
            (280, 5.4, 11, BLUE, "d"),
            (380, 0.25, 17, RED, "e"),
        )
    )
    return svg(960, 560, rings + disc(430, 280, 34, "#d9a441") + bodies)


def _pipeline() -> str:
    steps = ("source", "tokens", "tree", "bytecode")
    boxes = "".join(
        f'<rect x="{40 + i * 230}" y="90" width="170" height="84" rx="4" fill="none" stroke="{INK}" stroke-width="2"/>'
        + text(125 + i * 230, 140, step, INK, 22, "middle", 600)
        for i, step in enumerate(steps)
    )
    arrows = "".join(
        stroke(f"M{212 + i * 230} 132h50m-10 -7l10 7l-10 7", RED, 2.5)
        + text(238 + i * 230, 76, verb, MUTED, 17, "middle")
        for i, verb in enumerate(("scan", "parse", "emit"))
    )
    return svg(940, 240, boxes + arrows)


def _flame() -> str:
    rows = (
        ((0, 900, "main"),),
        ((0, 640, "load_project"), (650, 250, "report")),
        ((0, 420, "parse_file"), (430, 200, "resolve"), (650, 140, "format")),
        ((0, 150, "scan"), (160, 250, "build_tree"), (430, 90, "lookup")),
        ((160, 190, "intern"),),
    )
    shades = ("#c9963f", "#d08a4a", "#c8743f", "#b85a34", RED)
    return svg(
        960,
        360,
        "".join(
            rect(30 + x, 290 - depth * 60, width, 54, shades[depth]) + text(40 + x, 324 - depth * 60, name, PAPER, 19)
            for depth, row in enumerate(rows)
            for x, width, name in row
        ),
    )


def _rings() -> str:
    rings = "".join(
        ring(360 + r * 0.06, 380 - r * 0.04, r, r, "#7a5230", 1.2 + 2.4 * abs(math.sin(r * 1.37)))
        for r in range(14, 330, 12)
    )
    label = stroke("M378 371L626 76", RED) + text(636, 66, "1816", RED, 26, weight=600)
    return svg(720, 760, disc(372, 374, 340, "#d9b98a") + rings + label)


def _calendar() -> str:
    shades = ("#efe8da", "#d9c3a0", "#c98f5f", "#a8321f")
    cells = "".join(
        rect(40 + week * 34, 50 + day * 34, 29, 29, shades[_rain(week, day)]) for week in range(26) for day in range(7)
    )
    return svg(960, 320, cells)


def _rain(week: int, day: int) -> int:
    """How wet a day was, 0 to 3: invented, in slanting bands as fronts pass."""
    return int(2 + 1.99 * math.sin(week * 0.55 + day * 1.1) * math.cos(week * 0.21))


CHARTS: dict[str, Callable[[], str]] = {
    "strait-map": _strait_map,
    "tide-chart": _tide_chart,
    "ferry-bars": _ferry_bars,
    "contours": _contours,
    "orbits": _orbits,
    "pipeline": _pipeline,
    "flame": _flame,
    "rings": _rings,
    "calendar": _calendar,
}
"""The file names, without their ending, and who draws them."""
