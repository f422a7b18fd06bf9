"""Places inside an article and the links that lead to them: footnotes and back, a table of contents.

An ``id`` is kept where a link of the same article leads to it, under a prefix of our own, so that no publisher's name
can stand for a part of the page (DOM clobbering). Every other ``id`` goes, as if it had never been allowed.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from . import policy, tags, urls

PREFIX: Final = "text-"
_MAY_MATTER: Final = re.compile(f'<([a-z][a-z0-9]*+)(?=[^<>]*?(?: id="|#)){tags.ATTRIBUTES_PATTERN}>')
"""A tag that has an ``id``, or may lead to one."""
_TO_A_FRAGMENT: Final = re.compile("=[\"']?#")
_NAME: Final = re.compile(r"[\w.:-]{1,100}")
_WRITTEN_ANEW: Final = policy.MEDIA | {"embed"}
"""What is written anew after us loses its ``id``; nothing may lead there."""


def may_have(raw: str, base: str | None) -> bool:
    """Whether published HTML looks as if it had links into itself: by their fragment, or by ``base`` with one."""
    if "#" not in raw:
        return False
    return _TO_A_FRAGMENT.search(raw) is not None or (base is not None and f"{_page(base)}#" in raw)


def is_inner(href: str) -> bool:
    """Whether a link leads to a place of the same article, as ``rewrite`` writes it."""
    return href.startswith(f"#{PREFIX}")


def rewrite(html: str, base: str | None) -> str:
    """Normalised HTML with every ``id`` → the same with links inside the article and their places, and no other."""
    led_to = _led_to_in(html, base)
    unused = set(led_to)

    def anew(found: re.Match[str]) -> str:
        name, written = found.groups()
        if not _matters(name, written):
            return found[0]
        given = dict[str, str | None](tags.attributes_of(written))
        place = _place(name, given)
        given["id"] = f"{PREFIX}{place}" if place in unused else None
        unused.discard(place or "")  # the first of a name is the one that browsers go to
        if name == "a":
            given |= _inner(given.get("href"), base, led_to)
        return tags.written(name, given)

    return _MAY_MATTER.sub(anew, html)


def _led_to_in(html: str, base: str | None) -> set[str]:
    """The places of an article that its own links lead to."""
    places, asked = set(), set()
    for name, written in _MAY_MATTER.findall(html):
        if not _matters(name, written):
            continue
        given = dict[str, str | None](tags.attributes_of(written))
        places.add(_place(name, given))
        if name == "a":
            asked.add(_led_to(given.get("href"), base))
    return {place for place in places & asked if place is not None}


def _matters(name: str, written: str) -> bool:
    """Whether a tag has an ``id``, or is a link with a fragment."""
    return ' id="' in written or (name == "a" and "#" in written)


def _inner(href: str | None, base: str | None, places: set[str]) -> dict[str, str | None]:
    """What changes on a link: one into this article opens no other page; one to a place that is gone leads nowhere."""
    place = _led_to(href, base)
    if place in places:
        return {"href": f"#{PREFIX}{place}", "target": None, "rel": None}
    return {"href": None} if href and is_inner(href) else {}


def _place(name: str, given: dict[str, str | None]) -> str | None:
    return _named(given.get("id")) if name not in _WRITTEN_ANEW else None


def _page(address: str) -> str:
    return address.partition("#")[0]


@lru_cache(maxsize=256)  # every link of an article is compared with it
def _own_page(base: str) -> str:
    return _page(urls.without_tracking(base))


def _named(ident: str | None) -> str | None:
    """An ``id`` as it stands in a tag → the place's name."""
    name = ident.removeprefix(PREFIX) if ident else ""
    return name if _NAME.fullmatch(name) else None


def _led_to(href: str | None, base: str | None) -> str | None:
    """An ``href`` as it stands in a tag → the name of the place in this article, if that is where it leads."""
    if href is None or "#" not in href:
        return None
    if not href.startswith("#"):
        target = urls.link_target(urls.unescaped(href), base) if base is not None else None
        if target is None or _page(urls.without_tracking(target)) != _own_page(base or ""):
            return None
    return _named(unquote(href.partition("#")[2]))
