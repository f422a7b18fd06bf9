"""The tokens' colours can be read: WCAG 2.2 contrast of every pair that a page puts together, in every scheme."""

import math
import re
from pathlib import Path

import pytest

import dateline
from dateline.store.labels import COLOURS

TOKENS = Path(dateline.__file__).parent / "web" / "static" / "css" / "tokens.css"
THEMES = TOKENS.with_name("themes.css")
COLOUR = re.compile(r"--([\w-]+):\s*oklch\(([\d.]+)%\s+([\d.]+)\s+([\d.]+)\)\s*;")

SURFACES = ("paper", "sunken", "raised", "hover")
TEXTS = ("ink", "muted", "accent", "link")
CONTROLS = ("control", "focus", "accent")
LABELS = tuple(f"label-{colour}" for colour in COLOURS if colour)
PAIRS = [
    *((text, surface, 4.5) for text in TEXTS for surface in SURFACES),
    *((control, surface, 3.0) for control in CONTROLS for surface in SURFACES),
    *((label, surface, 4.5) for label in LABELS for surface in SURFACES),
    ("on-accent", "accent", 4.5),
    ("paper", "ink", 4.5),
    ("ink", "marked", 4.5),
]

Rgb = tuple[float, float, float]


def linear_srgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """OKLCH → linear sRGB, clipped to the gamut (https://www.w3.org/TR/css-color-4/#color-conversion-code)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return min(max(red, 0), 1), min(max(green, 0), 1), min(max(blue, 0), 1)


def luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Rgb, other: Rgb) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def blocks(path: Path) -> dict[str, dict[str, Rgb]]:
    """The colours of every rule of a sheet, by its selector; "dark " before those of dark devices."""
    found: dict[str, dict[str, Rgb]] = {}
    prefix = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if "@media" in line:
            prefix = "dark " if "prefers-color-scheme: dark" in line else "other "
        elif line == "  }":
            prefix = ""
        elif line.rstrip().endswith("{"):
            selector = prefix + line.strip().removesuffix("{").strip()
        if colour := COLOUR.search(line):
            name, lightness, chroma, hue = colour.groups()
            found.setdefault(selector, {})[name] = linear_srgb(float(lightness) / 100, float(chroma), float(hue))
    return found


def schemes() -> dict[str, dict[str, Rgb]]:
    usual, themes = blocks(TOKENS), blocks(THEMES)
    light = usual[":root"]
    return {
        "light": light,
        "dark": {**light, **usual["dark :root:not([data-theme])"]},
        "dark chosen": {**light, **themes[':root[data-theme="dark"]']},
        "sepia": {**light, **themes[':root[data-theme="sepia"]']},
        "contrast, light": {**light, **themes[':root[data-theme="contrast"]']},
        "contrast, dark": {
            **light,
            **themes[':root[data-theme="contrast"]'],
            **themes['dark :root[data-theme="contrast"]'],
        },
    }


SCHEMES = ("light", "dark", "dark chosen", "sepia", "contrast, light", "contrast, dark")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS, ids=str)
def test_every_pair_of_colours_can_be_told_apart(scheme: str, front: str, back: str, least: float) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[front], colours[back]) >= least


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast(linear_srgb(1, 0, 0), linear_srgb(0, 0, 0)) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("scheme", ["contrast, light", "contrast, dark"])
@pytest.mark.parametrize(("front", "back"), [(text, surface) for text in TEXTS for surface in SURFACES], ids=str)
def test_high_contrast_is_high(scheme: str, front: str, back: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[front], colours[back]) >= 7


def test_every_theme_names_every_colour_that_the_light_one_has() -> None:
    usual, themes = blocks(TOKENS), blocks(THEMES)
    for theme in (
        usual["dark :root:not([data-theme])"],
        themes[':root[data-theme="dark"]'],
        themes[':root[data-theme="sepia"]'],
        themes[':root[data-theme="contrast"]'],
        themes['dark :root[data-theme="contrast"]'],
    ):
        assert set(theme) == set(usual[":root"])


def test_dark_is_the_same_chosen_or_the_devices() -> None:
    assert blocks(TOKENS)["dark :root:not([data-theme])"] == blocks(THEMES)[':root[data-theme="dark"]']
