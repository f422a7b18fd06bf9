"""A sheet of flat colours → PNG (ISO/IEC 15948), with the standard library alone."""

import math
import struct
import zlib
from collections.abc import Callable, Sequence

Curve = Callable[[float], float]
"""x in 0…1 across the sheet → y in 0…1 down the sheet."""


class Canvas:
    """A sheet ``width`` × ``height`` pixels, at first all of one colour. Places are fractions of the sheet, 0…1."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self.width = width
        self.height = height
        self._palette: list[str] = []
        self._pixels = bytearray([self._index(paper)]) * (width * height)

    def below(self, curve: Curve, colour: str) -> None:
        """Fill all that lies under a curve."""
        index = bytes([self._index(colour)])
        for x in range(self.width):
            top = min(self.height, max(0, round(curve(x / self.width) * self.height)))
            self._pixels[top * self.width + x :: self.width] = index * (self.height - top)

    def bands(self, colours: Sequence[str], top: float, bottom: float, waviness: float = 0.0) -> None:
        """Lay colours one under the other between two heights; the last one reaches the foot of the sheet."""
        step = (bottom - top) / len(colours)
        for place, colour in enumerate(colours):
            self.below(_wavy(top + place * step, waviness, place), colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle; ``radius`` is a fraction of the height."""
        reach = radius * self.height
        for row in self._rows(y * self.height - reach, y * self.height + reach):
            half = math.sqrt(max(0.0, reach**2 - (row + 0.5 - y * self.height) ** 2))
            self._run(row, x * self.width - half, x * self.width + half, colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A filled rectangle."""
        for row in self._rows(top * self.height, bottom * self.height):
            self._run(row, left * self.width, right * self.width, colour)

    def polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A filled polygon, by the even-odd rule."""
        corners = [(x * self.width, y * self.height) for x, y in points]
        for row in self._rows(min(y for _, y in corners), max(y for _, y in corners)):
            crossings = sorted(_crossings(corners, row + 0.5))
            for left, right in zip(crossings[::2], crossings[1::2], strict=True):
                self._run(row, left, right, colour)

    def png(self) -> bytes:
        """The sheet as an indexed-colour PNG."""
        rows = (self._pixels[at : at + self.width] for at in range(0, len(self._pixels), self.width))
        raw = b"".join(b"\0" + row for row in rows)  # filter 0: flat colours compress best as they are
        palette = b"".join(bytes.fromhex(colour[1:]) for colour in self._palette)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)

    def _index(self, colour: str) -> int:
        if colour not in self._palette:
            self._palette.append(colour)
        return self._palette.index(colour)

    def _rows(self, top: float, bottom: float) -> range:
        return range(max(0, round(top)), min(self.height, round(bottom)))

    def _run(self, row: int, left: float, right: float, colour: str) -> None:
        first, end = max(0, round(left)), min(self.width, round(right))
        if first < end:
            at = row * self.width
            self._pixels[at + first : at + end] = bytes([self._index(colour)]) * (end - first)


def hills(height: float, swing: float, seed: float, detail: int = 5) -> Curve:
    """A soft, endless range of hills around a height."""

    def curve(x: float) -> float:
        return (
            height
            + swing
            * sum(math.sin((2.1 * k + seed % 1) * x * 3.2 + seed * k * 1.7) / k for k in range(1, detail + 1))
            / 1.6
        )

    return curve


def peaks(height: float, swing: float, seed: float, detail: int = 5) -> Curve:
    """A jagged range: zigzags of falling size."""

    def curve(x: float) -> float:
        return height - swing * sum(
            _zigzag(1.9 * x * math.pow(1.9, k) + seed * (k + 1)) / math.pow(2, k) for k in range(detail)
        )

    return curve


def _zigzag(x: float) -> float:
    return abs((x % 1) * 2 - 1) * 2 - 1


def _wavy(height: float, waviness: float, place: int) -> Curve:
    return lambda x: height + waviness * math.sin(x * (5 + place % 3) + place * 2.3)


def _crossings(corners: Sequence[tuple[float, float]], y: float) -> list[float]:
    """Where a horizontal line meets the sides of a polygon."""
    sides = zip(corners, [*corners[1:], corners[0]], strict=True)
    return [x1 + (y - y1) / (y2 - y1) * (x2 - x1) for (x1, y1), (x2, y2) in sides if (y1 <= y) != (y2 <= y)]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
