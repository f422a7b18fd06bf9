"""Tags as nh3 writes them: every attribute quoted, every ``<``, ``>``, ``"`` and ``&`` in text and values escaped.

Only such *normalised* HTML may be edited with patterns. Values stay escaped while they are carried from tag to tag.
"""

import re
from functools import lru_cache
from typing import Final

from . import urls

ATTRIBUTES_PATTERN: Final = r"((?: [^<>]*+)?)"
"""What stands between a tag's name and its end."""
_ATTRIBUTE: Final = re.compile(r' ([a-z-]++)="([^"]*+)"')
_PIXELS: Final = re.compile(r"\s*(\d{1,6})(?:\.\d{1,6})?\s*(?:px)?\s*", re.IGNORECASE)
_UNSEEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)",
    re.I,
)

MAX_SIDE: Final = 10_000
"""No picture or player is wider or higher; a greater number is a mistake or an attack on the layout."""


def attributes_of(tag: str) -> dict[str, str]:
    """The part of a normalised tag after its name → its attributes, values still escaped."""
    return dict(_ATTRIBUTE.findall(tag))


def written(name: str, attributes: dict[str, str | None]) -> str:
    """A start tag of these attributes (values escaped already); those that are None are left out."""
    said = [f' {key}="{value}"' for key, value in attributes.items() if value is not None]
    return f"<{name}{''.join(said)}>"


@lru_cache(maxsize=4096)
def side(value: str | None) -> str | None:
    """A ``width`` or ``height`` as published → whole pixels between 2 and 10,000, else None."""
    found = _PIXELS.fullmatch(value) if value else None
    return str(int(found[1])) if found and 1 < int(found[1]) <= MAX_SIDE else None


def is_unseen(attributes: dict[str, str]) -> bool:
    """Whether a picture or frame says that it is 0 or 1 pixel wide or high, or hidden."""
    if _is_a_point(attributes.get("width")) or _is_a_point(attributes.get("height")):
        return True
    style = attributes.get("style")
    return style is not None and _UNSEEN.search(style) is not None


@lru_cache(maxsize=4096)
def _is_a_point(value: str | None) -> bool:
    found = _PIXELS.fullmatch(value) if value else None
    return found is not None and int(found[1]) <= 1


def loaded(value: str | None, base: str | None) -> str | None:
    """An escaped address of something that a page loads → absolute, http(s), escaped again; or None."""
    if value and "&" not in value and urls.is_plain(value):
        return value  # nothing to unescape, resolve or escape
    address = urls.absolute(urls.unescaped(value), base) if value else None
    return urls.escaped(address) if address else None
