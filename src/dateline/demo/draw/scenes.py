"""The landscapes: each function gives a finished sheet."""

import math
from collections.abc import Callable, Iterator

from .canvas import Canvas, Curve, hills, peaks

WIDE = (1120, 630)
TALL = (720, 960)
SQUARE = (800, 800)

INK = "#2a241d"
RED = "#a8321f"
PAPER = "#f6f1e7"


def _harbour_dusk() -> Canvas:
    sheet = Canvas(*WIDE, "#f3dcc0")
    sheet.bands(["#f3dcc0", "#efcba8", "#e8b692", "#dc9d80", "#c98674"], 0.0, 0.62, 0.012)
    sheet.disc(0.66, 0.46, 0.11, "#f8ead2")
    sheet.below(hills(0.56, 0.03, 2.3), "#8f6a68")
    sheet.below(hills(0.6, 0.02, 5.1), "#6f5560")
    sheet.bands(["#5a5563", "#525060", "#4a4a5a", "#424453", "#3a3d4b"], 0.64, 1.0, 0.004)
    for place in range(7):  # the sun on the water
        half = 0.05 - place * 0.005
        sheet.box(0.66 - half, 0.67 + place * 0.036, 0.66 + half, 0.678 + place * 0.036, "#e8b692")
    for left in (0.08, 0.2, 0.32):
        _crane(sheet, left, 0.64)
    sheet.box(0.0, 0.64, 0.46, 0.665, INK)
    return sheet


def _crane(sheet: Canvas, left: float, foot: float) -> None:
    """A quay crane, in ink."""
    sheet.box(left, foot - 0.3, left + 0.008, foot, INK)
    sheet.box(left + 0.05, foot - 0.3, left + 0.058, foot, INK)
    sheet.box(left, foot - 0.2, left + 0.058, foot - 0.19, INK)
    sheet.box(left - 0.03, foot - 0.31, left + 0.14, foot - 0.295, INK)
    sheet.polygon(
        [
            (left + 0.02, foot - 0.42),
            (left + 0.028, foot - 0.42),
            (left + 0.14, foot - 0.3),
            (left + 0.132, foot - 0.3),
        ],
        INK,
    )
    sheet.polygon(
        [
            (left + 0.02, foot - 0.42),
            (left + 0.03, foot - 0.42),
            (left + 0.034, foot - 0.3),
            (left + 0.024, foot - 0.3),
        ],
        INK,
    )


def _strait_ship() -> Canvas:
    sheet = Canvas(*WIDE, "#dfe3df")
    sheet.bands(["#dfe3df", "#d5dcd9", "#c9d3d2", "#bcc9ca"], 0.0, 0.55, 0.02)
    sheet.below(hills(0.47, 0.025, 7.7), "#9fb0b0")
    sheet.below(hills(0.52, 0.012, 3.2), "#7f9698")
    sheet.bands(["#5f7f86", "#56757d", "#4d6b74", "#45616b", "#3d5660"], 0.56, 1.0, 0.006)
    sheet.polygon([(0.16, 0.575), (0.86, 0.54), (0.81, 0.69), (0.22, 0.69)], INK)
    sheet.polygon([(0.195, 0.64), (0.828, 0.64), (0.81, 0.69), (0.22, 0.69)], RED)
    colours = (RED, "#c9963f", "#3f5a6b", "#dcc9a3", "#5f8578", "#8a5a44")
    for column in range(15):
        for row in range(4 - (column in {0, 14}) - (column % 5 == 3)):
            left, top = 0.3 + column * 0.033, 0.515 - row * 0.038
            sheet.box(left, top, left + 0.031, top + 0.034, colours[(column * 7 + row * 5) % len(colours)])
    sheet.box(0.22, 0.36, 0.275, 0.57, PAPER)
    for row in range(4):
        sheet.box(0.227, 0.38 + row * 0.04, 0.268, 0.395 + row * 0.04, "#3f5a6b")
    sheet.box(0.238, 0.29, 0.258, 0.36, RED)
    sheet.bands(["#c2b08a", "#b6a37c"], 0.93, 1.0, 0.012)
    return sheet


def _dunes() -> Canvas:
    sheet = Canvas(*WIDE, "#f4ead6")
    sheet.bands(["#f4ead6", "#f1e2c8", "#edd8b8"], 0.0, 0.4, 0.01)
    sheet.disc(0.25, 0.22, 0.07, "#fbf6ea")
    for place, colour in enumerate(("#e2c194", "#d8b07c", "#cc9c66", "#bb8652", "#a57043", "#8b5b37")):
        sheet.below(hills(0.42 + place * 0.1, 0.07, 1.3 + place * 1.9, 3), colour)
    return sheet


def _sierra() -> Canvas:
    sheet = Canvas(*WIDE, "#e6ecec")
    sheet.bands(["#e6ecec", "#dbe4e5", "#cfdbdd"], 0.0, 0.35, 0.01)
    for place, colour in enumerate(("#b5c5c9", "#93a9af", "#6f8890", "#4f6870", "#354b52")):
        sheet.below(peaks(0.4 + place * 0.13, 0.11 - place * 0.008, 0.37 + place * 0.61), colour)
    return sheet


def _valley_fog() -> Canvas:
    sheet = Canvas(*WIDE, "#f2ede4")
    for place, colour in enumerate(
        ("#dfdcd3", "#c6cac2", "#f2ede4", "#a3afa6", "#e9e6dc", "#71837a", "#4a5c54", "#2f3d38")
    ):
        sheet.below(hills(0.25 + place * 0.1, 0.05, 3.7 + place * 2.3), colour)
    return sheet


def _night_city() -> Canvas:
    sheet = Canvas(*WIDE, "#1f2733")
    sheet.bands(["#1f2733", "#26303d", "#2f3a48", "#3a4553", "#4a5059"], 0.0, 0.7, 0.006)
    sheet.disc(0.8, 0.2, 0.05, "#e9dfc6")
    for left, height, width in _towers():
        sheet.box(left, 0.86 - height, left + width, 0.86, "#161b23")
        for row in range(int(height / 0.045) - 1):
            for column in range(int(width / 0.016)):
                if (row * 7 + column * 5 + int(left * 100)) % 4 == 0:
                    x, y = left + 0.006 + column * 0.016, 0.88 - height + row * 0.045
                    sheet.box(x, y, x + 0.007, y + 0.02, "#e0b050" if (row + column) % 3 else "#f0d89a")
    sheet.bands(["#10151c", "#141a22", "#0d1117"], 0.86, 1.0, 0.003)
    for place in range(9):
        sheet.box(
            0.06 + place * 0.105, 0.89 + place % 3 * 0.03, 0.09 + place * 0.105, 0.895 + place % 3 * 0.03, "#8d7440"
        )
    return sheet


def _towers() -> Iterator[tuple[float, float, float]]:
    """(left, height, width) of a skyline."""
    left = -0.01
    for place in range(19):
        width = 0.04 + 0.018 * (place * 5 % 4) / 3
        yield left, 0.18 + 0.3 * abs(math.sin(place * 1.7)) * (1.2 - abs(place - 9) / 12), width
        left += width + 0.004


def _forest_hills() -> Canvas:
    sheet = Canvas(*WIDE, "#efe6d2")
    sheet.disc(0.72, 0.3, 0.13, "#d98f5f")
    for place, colour in enumerate(("#c8cbb0", "#9fae91", "#768d73", "#526b56", "#364c3d")):
        height = 0.38 + place * 0.13
        ridge = hills(height, 0.05, 4.1 + place * 1.3)
        sheet.below(ridge, colour)
        if place > 1:
            _trees(sheet, ridge, colour, 26 + 9 * place, place)
    return sheet


def _trees(sheet: Canvas, ridge: Callable[[float], float], colour: str, count: int, seed: int) -> None:
    for place in range(count):
        x = (place + 0.5 * math.sin(place * 3.1 + seed)) / count
        tall = 0.035 + 0.03 * abs(math.sin(place * 2.3 + seed)) + 0.008 * seed
        foot = ridge(x) + 0.02
        sheet.polygon([(x, foot - tall), (x + tall * 0.2, foot), (x - tall * 0.2, foot)], colour)


def _lighthouse() -> Canvas:
    sheet = Canvas(*TALL, "#24303c")
    sheet.bands(["#24303c", "#2b3947", "#344554", "#405363", "#506474"], 0.0, 0.66, 0.006)
    sheet.polygon([(0.46, 0.2), (-0.1, 0.05), (-0.1, 0.24)], "#5d6c72")
    sheet.polygon([(0.5, 0.2), (1.1, 0.13), (1.1, 0.33)], "#5d6c72")
    sheet.bands(["#2d4450", "#273c47", "#21343e", "#1b2c35"], 0.72, 1.0, 0.006)
    sheet.below(lambda x: 0.84 - 0.13 * math.exp(-(((x - 0.48) / 0.2) ** 2)), "#15191d")
    sheet.polygon([(0.435, 0.24), (0.525, 0.24), (0.56, 0.74), (0.4, 0.74)], PAPER)
    for top in (0.32, 0.48, 0.64):
        upper, lower = 0.045 + (top - 0.24) * 0.07, 0.045 + (top - 0.16) * 0.07  # the tower widens evenly
        sheet.polygon(
            [(0.48 - upper, top), (0.48 + upper, top), (0.48 + lower, top + 0.08), (0.48 - lower, top + 0.08)], RED
        )
    sheet.box(0.42, 0.23, 0.54, 0.242, INK)
    sheet.box(0.445, 0.17, 0.515, 0.23, "#f4d58a")
    sheet.polygon([(0.48, 0.13), (0.53, 0.17), (0.43, 0.17)], INK)
    return sheet


def _pines() -> Canvas:
    sheet = Canvas(*TALL, "#efe7d6")
    sheet.bands(["#efe7d6", "#ebe0ca", "#e4d5b9"], 0.0, 0.5, 0.01)
    for depth, colour in enumerate(("#b9bfa6", "#84937b", "#4d6152", "#26352d")):
        sheet.below(hills(0.62 + depth * 0.09, 0.02, depth * 2.2 + 1), colour)
        for place in range(9 - depth * 2):
            _pine(
                sheet,
                (place + 0.3 + 0.2 * math.sin(place * 4.0 + depth)) / (8.4 - depth * 2),
                0.68 + depth * 0.09,
                0.2 + depth * 0.13,
                colour,
            )
    return sheet


def _pine(sheet: Canvas, x: float, foot: float, tall: float, colour: str) -> None:
    """A spruce of five storeys."""
    for storey in range(5):
        top = foot - tall + storey * tall * 0.17
        half = tall * (0.07 + 0.035 * storey)
        sheet.polygon([(x, top), (x + half, top + tall * 0.27), (x - half, top + tall * 0.27)], colour)
    sheet.box(x - tall * 0.02, foot - tall * 0.1, x + tall * 0.02, foot + 0.05, colour)


def _moon_sea() -> Canvas:
    sheet = Canvas(*WIDE, "#2b3442")
    sheet.bands(["#2b3442", "#323d4d", "#3b4859", "#475567"], 0.0, 0.56, 0.01)
    sheet.disc(0.4, 0.3, 0.12, "#efe6cf")
    sheet.disc(0.425, 0.285, 0.108, "#323d4d")
    sheet.bands(["#3a5566", "#34505f", "#2e4858", "#284050", "#223847", "#1c303e"], 0.58, 1.0, 0.012)
    for place in range(12):
        x, half = 0.4 + 0.05 * math.sin(place * 2.1), 0.055 - place * 0.003
        sheet.box(x - half, 0.6 + place * 0.032, x + half, 0.606 + place * 0.032, "#c9c2ac")
    return sheet


def _terraces() -> Canvas:
    sheet = Canvas(*WIDE, "#eaf0ea")
    sheet.below(peaks(0.28, 0.08, 0.9), "#c2d0c8")
    sheet.below(hills(0.36, 0.04, 6.1), "#9db5a6")
    greens = (
        "#86a57f",
        "#d9e4d6",
        "#6f9470",
        "#c3d6cf",
        "#5a8062",
        "#adc8c4",
        "#486c54",
        "#93b5b4",
        "#395946",
        "#2c4738",
    )
    for place, colour in enumerate(greens):
        sheet.below(hills(0.42 + place * 0.06, 0.06 - place * 0.002, 1.1 + place * 0.16, 3), colour)
    return sheet


def _bridge() -> Canvas:
    sheet = Canvas(*WIDE, "#f1e9db")
    sheet.bands(["#f1e9db", "#ecdfcb", "#e5d2b8"], 0.0, 0.55, 0.01)
    sheet.below(hills(0.52, 0.04, 8.3), "#b7a98f")
    sheet.below(hills(0.6, 0.02, 2.9), "#94876f")
    sheet.bands(["#7c949b", "#71898f", "#677f85", "#5d757b"], 0.66, 1.0, 0.006)
    for tower in (0.3, 0.7):
        sheet.box(tower - 0.009, 0.2, tower + 0.009, 0.8, RED)
    for place in range(281):
        x = place / 280
        sheet.box(x, _cable(x), x + 0.0036, _cable(x) + 0.011, RED)
        if place % 6 == 0:
            sheet.box(x, _cable(x), x + 0.0012, 0.57, RED)
    sheet.box(0.0, 0.565, 1.0, 0.585, INK)
    return sheet


def _cable(x: float) -> float:
    """A suspension bridge's cable between two towers at 0.3 and 0.7: a parabola between, straight to the shores."""
    if 0.3 <= x <= 0.7:
        return 0.22 + 0.31 * (1 - ((x - 0.5) / 0.2) ** 2)
    return 0.22 + 0.35 * min(1.0, (0.3 - min(x, 1 - x)) / 0.3)


def _orchard() -> Canvas:
    sheet = Canvas(*WIDE, "#f3ead9")
    sheet.below(hills(0.3, 0.05, 3.4), "#cfd3b5")
    sheet.below(hills(0.38, 0.03, 7.9), "#b6bf93")
    for row in range(6):
        foot = 0.46 + row * 0.1
        sheet.below(hills(foot - 0.02, 0.012, row + 0.5, 2), ("#a3ac78", "#98a26e")[row % 2])
        for place in range(13 - row):
            x, size = (place + 0.5 * (row % 2)) / (12 - row), 0.022 + row * 0.009
            sheet.box(x - size * 0.06, foot - size, x + size * 0.06, foot + size * 1.1, "#5b4634")
            sheet.disc(x, foot - size, size * 1.25, ("#d8a79a", "#e6c3b5", "#c98b80")[(place + row) % 3])
    return sheet


def _low_water(size: tuple[int, int] = SQUARE) -> Canvas:
    sheet = Canvas(*size, "#ece3d0")
    sheet.disc(0.5, 0.4, 0.24, RED)
    for place, colour in enumerate(("#7f9a9b", "#638287", "#4a6a72", "#34535d", "#223d47")):
        sheet.below(_swell(0.47 + place * 0.105, place * 1.9), colour)
    sheet.polygon([(0.44, 0.32), (0.56, 0.32), (0.63, 0.62), (0.37, 0.62)], INK)
    sheet.polygon([(0.475, 0.35), (0.525, 0.35), (0.56, 0.53), (0.44, 0.53)], RED)
    sheet.polygon([(0.45, 0.5), (0.55, 0.5), (0.5, 0.38)], "#c9963f")
    sheet.box(0.485, 0.22, 0.515, 0.32, INK)
    sheet.disc(0.5, 0.21, 0.03, "#f4d58a")
    sheet.below(_swell(0.61, 2.4), "#4a6a72")
    sheet.below(_swell(0.72, 4.1), "#34535d")
    sheet.below(_swell(0.85, 6.2), "#223d47")
    return sheet


def _swell(height: float, phase: float) -> Curve:
    return lambda x: height + 0.022 * math.sin(x * 13 + phase)


SCENES: dict[str, Callable[[], Canvas]] = {
    "harbour-dusk": _harbour_dusk,
    "strait-ship": _strait_ship,
    "dunes": _dunes,
    "sierra": _sierra,
    "valley-fog": _valley_fog,
    "night-city": _night_city,
    "forest-hills": _forest_hills,
    "lighthouse": _lighthouse,
    "pines": _pines,
    "moon-sea": _moon_sea,
    "terraces": _terraces,
    "bridge": _bridge,
    "orchard": _orchard,
    "low-water": _low_water,
}
"""The file names, without their ending, and who draws them."""

ICONS: dict[str, Callable[[], Canvas]] = {"lowwater": lambda: _low_water((64, 64))}
"""The one icon that is not drawn by hand: the podcast's cover, small."""
