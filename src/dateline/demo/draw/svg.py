"""The few SVG shapes that charts and ornaments are made of (SVG 2), and their colours."""

from collections.abc import Iterable

INK = "#2a241d"
MUTED = "#7a7063"
LINE = "#d8cfc0"
RED = "#a8321f"
BLUE = "#3f5a6b"
PAPER = "#fbf8f1"
SANS = "font-family='Inter, Helvetica, Arial, sans-serif'"


def svg(width: int, height: int, body: str, paper: str = PAPER) -> str:
    """A whole SVG document on paper."""
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f"{rect(0, 0, width, height, paper)}{body}</svg>\n"
    )


def text(
    x: float, y: float, words: str, colour: str = INK, size: int = 20, anchor: str = "start", weight: int = 400
) -> str:
    """A line of text; ``words`` holds no markup."""
    font = f'font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" {SANS}'
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" {font}>{words}</text>'


def line(
    points: Iterable[tuple[float, float]], colour: str, width: float = 3, fill: str = "none", close: bool = False
) -> str:
    """A line through points."""
    return stroke("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if close else ""), colour, width, fill)


def stroke(d: str, colour: str, width: float = 2, fill: str = "none") -> str:
    """A path in SVG's own notation, drawn."""
    return f'<path d="{d}" fill="{fill}" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"/>'


def shape(d: str, colour: str) -> str:
    """A path in SVG's own notation, filled."""
    return f'<path d="{d}" fill="{colour}"/>'


def rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A filled rectangle."""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" fill="{colour}"/>'


def disc(x: float, y: float, radius: float, colour: str) -> str:
    """A filled circle."""
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{colour}"/>'


def ring(x: float, y: float, rx: float, ry: float, colour: str, width: float = 2) -> str:
    """An ellipse's line."""
    size = f'rx="{rx:.0f}" ry="{ry:.0f}"'
    return f'<ellipse cx="{x:.0f}" cy="{y:.0f}" {size} fill="none" stroke="{colour}" stroke-width="{width:.1f}"/>'
