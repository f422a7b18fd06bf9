"""Players that load nothing before somebody asks: SafeHTML's frames → links that a behaviour turns into frames.

Without scripts the link leads to the film's own page. What the frame needs (its address, its sandbox) waits in
``data-`` attributes, which SafeHTML never holds by itself.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from dateline.model import SafeHTML

from . import players, tags, urls

CLASS: Final = "on-demand"
"""The class of such a link: the behaviour looks for it."""

_FRAME_AND_LINK: Final = re.compile(
    rf"(</?a)[ >]|<iframe{tags.ATTRIBUTES_PATTERN}></iframe>(?:<a href=\"([^\"]*)\"[^<>]*>▶ [^<>]*</a>)?"
)
_WAITING: Final = ("src", "title", "width", "height", "sandbox", "allow", "referrerpolicy")


def on_demand(html: SafeHTML) -> SafeHTML:
    """SafeHTML without frames: each, with the link behind it, is a link that waits; inside another link only a name."""
    if "<iframe" not in html:
        return html
    out, end, in_link = [], 0, False
    for found in _FRAME_AND_LINK.finditer(html):
        if found[1]:
            in_link = found[1] == "<a"
            continue
        given = tags.attributes_of(found[2])
        out += [html[end : found.start()], _name(given) if in_link else _link(given, found[3])]
        end = found.end()
    return SafeHTML("".join([*out, html[end:]]))


def player(address: str) -> SafeHTML | None:
    """A player's or film's address → a link that waits; None when its host is not a named one."""
    frame = players.rewrite_frames(f'<iframe src="{urls.escaped(address)}"></iframe>', None)
    return on_demand(SafeHTML(frame)) if frame.startswith("<iframe") else None


def _link(given: dict[str, str], page: str | None) -> str:
    attributes: dict[str, str | None] = {
        "class": CLASS,
        "href": page or given.get("src", ""),
        "rel": "noopener noreferrer",
        "target": "_blank",
    }
    attributes |= {f"data-{name}": given.get(name) for name in _WAITING}
    return f"{tags.written('a', attributes)}{_name(given)}</a>"


def _name(given: dict[str, str]) -> str:
    """``▶ Title · host``, the title only when it says more than the host."""
    host = (urlsplit(urls.unescaped(given.get("src", ""))).hostname or "").removeprefix("www.")
    host = "youtube.com" if host == "youtube-nocookie.com" else host
    title = " ".join(given.get("title", "").split())
    return f"▶ {title} · {host}" if title and title != host else f"▶ {host}"
