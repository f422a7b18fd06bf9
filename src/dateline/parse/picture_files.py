"""Bytes → which kind of picture they are, and how large it is drawn. Pure; only beginnings and tables are read.

What the first bytes say counts, never a name or a server's word: icons are served from our own address. Sizes are told
before anybody unpacks a picture: a small file may hold one that fills a browser's memory.

Sources: PNG 11.2.2, GIF89a 18, JPEG (ITU T.81) B.2.2, WebP (RFC 9649) 2.5–2.7, BITMAPINFOHEADER, the ICO directory.
"""

import re
import struct
from struct import unpack_from

_PNG = b"\x89PNG\r\n\x1a\n"
_ICO = b"\x00\x00\x01\x00"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (_PNG, "image/png"),
    (_ICO, "image/x-icon"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"BM", "image/bmp"),
)
# Its first element must be <svg>: a page with a drawing in it is a page. What was read once is not read another way:
# else twenty comments would be read in a million ways.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?>\s++|<\?.*?\?>|<!--.*?-->|<!doctype\s[^>\[]*+(?:\[.*?\]\s*+)?+>)*+<svg[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_ENTITIES = re.compile(rb"<!entity", re.IGNORECASE)
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_MAX_IN_ICO = 64

Size = tuple[int, int]


def picture_type(body: bytes) -> str | None:
    """The picture type that a body's first bytes show; None when it is no picture that a browser draws."""
    for signature, content_type in _SIGNATURES:
        if body.startswith(signature):
            return content_type
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if _SVG.match(body[:10_000]) else None


def is_plain_drawing(body: bytes) -> bool:
    """Whether an SVG declares nothing that would multiply its text once it is read."""
    return _ENTITIES.search(body) is None


def picture_size(body: bytes) -> Size | None:
    """Width and height in pixels, of an ICO the largest; None for a drawing, and for what is cut off or broken."""
    try:
        size = _size(body)
    except (IndexError, struct.error):
        return None
    return size if size is not None and min(size) > 0 else None


def _size(body: bytes) -> Size | None:
    kind = picture_type(body)
    if kind == "image/png":
        return _pair(body, 16, ">II")
    if kind == "image/gif":
        return _of_gif(body)
    if kind == "image/bmp":
        return _pair(body, 18, "<ii") if unpack_from("<I", body, 14)[0] >= 40 else _pair(body, 18, "<HH")
    if kind == "image/jpeg":
        return _of_jpeg(body)
    if kind == "image/webp":
        return _of_webp(body)
    return _of_ico(body) if kind == "image/x-icon" else None


def _pair(body: bytes, start: int, layout: str) -> Size:
    width, height = unpack_from(layout, body, start)
    return abs(width), abs(height)


def _of_gif(body: bytes) -> Size:
    """The screen's, or the first picture's where that is larger: browsers draw the larger."""
    width, height = _pair(body, 6, "<HH")
    place = 13 + _colours(body[10])
    while body[place] == 0x21:  # extensions: their kind, then blocks up to an empty one
        place += 2
        while size := body[place]:
            place += 1 + size
        place += 1
    if body[place] == 0x2C:
        left, top = _pair(body, place + 1, "<HH")
        wide, high = _pair(body, place + 5, "<HH")
        width, height = max(width, left + wide), max(height, top + high)
    return width, height


def _colours(flags: int) -> int:
    """How many bytes a GIF's table of colours takes."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _of_jpeg(body: bytes) -> Size | None:
    """Of the first frame: segments are walked by their lengths."""
    place = 2
    while body[place] == 0xFF:
        marker = body[place + 1]
        if marker == 0xFF:  # padding
            place += 1
        elif marker in _FRAMES:
            height, width = _pair(body, place + 5, ">HH")
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            place += 2
        else:
            place += 2 + max(int(unpack_from(">H", body, place + 2)[0]), 2)
    return None


def _of_webp(body: bytes) -> Size | None:
    chunk = body[12:16]
    if chunk == b"VP8 ":
        width, height = _pair(body, 26, "<HH")
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L":
        bits = int(unpack_from("<I", body, 21)[0])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk != b"VP8X" or len(body) < 30:
        return None
    return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1


def _of_ico(body: bytes) -> Size | None:
    """The largest that its pictures themselves say: the directory holds one byte a side and may lie."""
    count = int(unpack_from("<H", body, 4)[0])
    if not 0 < count <= _MAX_IN_ICO:
        return None
    sizes = []
    for number in range(count):
        start = int(unpack_from("<I", body, 6 + 16 * number + 12)[0])
        if body.startswith(_PNG, start):
            sizes.append(_pair(body, start + 16, ">II"))
        else:
            width, height = _pair(body, start + 4, "<ii")
            sizes.append((width, height // 2))  # the picture, and beneath it its mask
    return max(width for width, _ in sizes), max(height for _, height in sizes)
