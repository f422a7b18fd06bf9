"""robots.txt: may a program fetch this? RFC 9309, in time proportional to its size. Bytes → rules → yes or no.

A subscription is no crawling, one page that a person asks for is none either; articles fetched by themselves are
close enough to it that sites are asked.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

MAX_BYTES: Final = 512_000
"""RFC 9309 §2.5 wants at least 500 KiB to be read."""
MAX_KEPT: Final = 20_000
MAX_LINE: Final = 2_000
_SAFE: Final = "/%?&=+,;:@!$*~.-_'()"


def rules_for(body: bytes, agent: str) -> str:
    """The lines of robots.txt for us (``agent``, a product's name), else those for all, as ``+path`` and ``-path``.

    Groups of the same name are one (§2.2.1); names are compared without case.
    """
    found: dict[str, list[str]] = {}
    names: list[str] = []
    in_names = False
    for key, value in _fields(body):
        if key == "user-agent":
            names = [*names, value.lower()] if in_names else [value.lower()]
            in_names = True
            found.setdefault(value.lower(), [])
        elif key in ("allow", "disallow"):
            in_names = False
            for name in names if value else ():
                found[name].append(("+" if key == "allow" else "-") + _normal(value))
    chosen = found[agent.lower()] if agent.lower() in found else found.get("*", [])
    return "\n".join(chosen)[:MAX_KEPT]


def _fields(body: bytes) -> Iterator[tuple[str, str]]:
    for line in body[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        key, colon, value = line[:MAX_LINE].partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def allows(rules: str, path: str) -> bool:
    """Whether a path with its query may be fetched: the longest rule that fits decides, else allowing (§2.2.2)."""
    wanted = _normal(path)
    if wanted == "/robots.txt":
        return True
    longest, allowed = -1, True
    for line in rules.split("\n"):
        pattern = line[1:]
        if pattern and (len(pattern), line[0] == "+") > (longest, allowed) and _fits(pattern, wanted):
            longest, allowed = len(pattern), line[0] == "+"
    return allowed


def _normal(path: str) -> str:
    """A path as rules are compared: escapes of plain characters undone, all others written (§2.2.2)."""
    whole = quote(unquote(path, errors="replace"), safe=_SAFE)
    return whole if whole.startswith(("/", "*")) else "/" + whole


def _fits(pattern: str, path: str) -> bool:
    """``*`` is anything, ``$`` at the end is the end (§2.2.3)."""
    anchored = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    if not path.startswith(parts[0]):
        return False
    place = len(parts[0])
    for part in parts[1:-1]:
        found = path.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if len(parts) == 1:
        return not anchored or place == len(path)
    last = parts[-1]
    if anchored:
        return len(path) - len(last) >= place and path.endswith(last)
    return path.find(last, place) >= 0
