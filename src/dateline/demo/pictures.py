"""The pictures and icons that lie in ``files/``: their names, bytes, types and sizes.

They are drawn by ``dateline.demo.draw`` (``python -m dateline.demo.draw``) or, for the icons, by hand.
"""

import re
import struct
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
_SVG_SIZE = re.compile(rb'<svg[^>]* width="(\d+)" height="(\d+)"')


def picture_names() -> list[str]:
    """The file names of all pictures, sorted."""
    return _names("pictures")


def icon_names() -> list[str]:
    """The file names of all icons, sorted; the part before the dot is the outlet's name."""
    return _names("icons")


@cache
def picture(name: str) -> bytes:
    """The bytes of a picture. Raises ``FileNotFoundError``."""
    return (_folder("pictures") / name).read_bytes()


@cache
def icon(name: str) -> bytes:
    """The bytes of an icon. Raises ``FileNotFoundError``."""
    return (_folder("icons") / name).read_bytes()


def type_of(name: str) -> str:
    """The media type of a file by its ending."""
    return TYPES[name[name.rindex(".") :]]


@cache
def size_of(name: str) -> tuple[int, int]:
    """A picture's width and height in pixels. Raises ``ValueError`` for a file that does not say."""
    body = picture(name)
    if body.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", body[16:24])  # PNG, section 11.2.2: IHDR is the first chunk
        return width, height
    said = _SVG_SIZE.search(body)
    if said is None:
        raise ValueError(f"{name} does not say its size")
    return int(said[1]), int(said[2])


def _folder(name: str) -> Traversable:
    return files("dateline.demo") / "files" / name


def _names(folder: str) -> list[str]:
    return sorted(file.name for file in _folder(folder).iterdir() if file.name.endswith(tuple(TYPES)))
