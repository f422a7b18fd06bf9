"""What kind of picture bytes are, and how large: told from their beginning, of whoever sends them."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.parse.picture_files import Size, is_plain_drawing, picture_size, picture_type

PNG = b"\x89PNG\r\n\x1a\n"
SVG = b"<?xml version='1.0'?>\n<!-- a drawing -->\n<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PNG, "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (SVG, "image/svg+xml"),
        (b"\xef\xbb\xbf <SVG viewBox='0 0 1 1'></svg>", "image/svg+xml"),
        (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x' [ <!ENTITY a 'b'> ]><svg/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><svg/></body></html>", None),
        (b"<!-- <svg> --><html><script>alert(1)</script></html>", None),
        (b"<!doctype html><svg/>", "image/svg+xml"),
        (b"<html><body><svg/></body></html>", None),
        (b"plain text", None),
        (b"<!--" * 100_000, None),
        (b"<!---->" * 100_000, None),  # read in one way alone: in every way it would not end
        (b"<?a?> " * 100_000, None),
        (b"<!doctype svg [a]>" * 100_000, None),
        (b"<?" * 100_000, None),
        (b" " * 1_000_000, None),
        (b"", None),
    ],
)
def test_the_first_bytes_say_what_a_picture_is(body: bytes, expected: str | None) -> None:
    assert picture_type(body) == expected


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def ico(*pictures: bytes) -> bytes:
    places = [6 + 16 * len(pictures) + sum(len(one) for one in pictures[:n]) for n in range(len(pictures))]
    directory = b"".join(struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, 9, place) for place in places)
    return struct.pack("<HHH", 0, 1, len(pictures)) + directory + b"".join(pictures)


GIF_WITH_A_LARGER_PICTURE = (
    b"GIF89a"
    + struct.pack("<HHBBB", 16, 16, 0x81, 0, 0)
    + b"\1" * 12  # four colours
    + b"!\xf9\4\0\0\0\0\0"
    + b"!\xfe\5hello\0"
    + b","
    + struct.pack("<HHHHB", 2, 1, 12_000, 9_000, 0)
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xff\xfe\0\4ab\xff\xc2\0\x11\x08" + struct.pack(
    ">HH", 30, 40
)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (png(3, 4), (3, 4)),
        (png(50_000, 50_000), (50_000, 50_000)),
        (png(0, 4), None),
        (b"GIF89a" + struct.pack("<HHBBB", 5, 6, 0, 0, 0) + b";", (5, 6)),
        (GIF_WITH_A_LARGER_PICTURE, (12_002, 9_001)),
        (b"BM" + bytes(12) + struct.pack("<Iii", 40, 7, -8), (7, 8)),
        (b"BM" + bytes(12) + struct.pack("<IHHI", 12, 7, 8, 0), (7, 8)),
        (JPEG, (40, 30)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 0x4000 | 9, 10), (9, 10)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 10 | 11 << 14), (11, 12)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x0c\0\0\x0d\0\0", (13, 14)),
        (ico(png(256, 256), struct.pack("<Iii", 40, 16, 32)), (256, 256)),
        (ico(png(60_000, 1)), (60_000, 1)),
        (SVG, None),
        (ico(), None),
        (b"plain text", None),
    ],
)
def test_a_pictures_size_is_read_before_it_is_drawn(body: bytes, size: Size | None) -> None:
    assert picture_size(body) == size


@pytest.mark.parametrize("whole", [png(3, 4)[:24], JPEG, ico(png(2, 2))[:46], b"GIF89a\1\0\1\0\0\0\0;"])
def test_what_is_cut_off_has_no_size(whole: bytes) -> None:
    assert picture_size(whole) is not None
    assert {picture_size(whole[:end]) for end in range(len(whole))} == {None}


STARTS = [PNG, b"\0\0\1\0", b"GIF89a", b"\xff\xd8\xff", b"BM", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8L"]


@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_whatever_follows_the_first_bytes_is_survived(start: bytes, rest: bytes) -> None:
    size = picture_size(start + rest)
    assert size is None or min(size) > 0


def test_a_drawing_that_multiplies_its_text_is_told() -> None:
    assert is_plain_drawing(SVG)
    assert not is_plain_drawing(b"<!DOCTYPE svg [<!ENTITY a 'aaaa'><!eNtItY b '&a;&a;'>]><svg>&b;</svg>")
