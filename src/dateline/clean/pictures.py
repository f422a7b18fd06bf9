"""Pictures in normalised HTML: beacons out, lazy loaders' addresses in; loaded late, without a referrer."""

import re
from typing import Final

from . import tags, urls

MAX_CANDIDATES: Final = 32
"""Of a ``srcset``; the widest real ones have about fifteen."""

_IMG: Final = re.compile(f"<img{tags.ATTRIBUTES_PATTERN}>")
_SOURCE: Final = re.compile(f"<source{tags.ATTRIBUTES_PATTERN}>")
_PLACEHOLDER: Final = re.compile(
    r"(?:^|[/_.-])(?:placeholder|blank|spacer|transparent|1x1|pixel|loading|loader|lazy|lazyload|grey|gray|trans|empty)"
    r"(?=[/_.-])[^/]*$",
    re.IGNORECASE,
)
_LAZY_SOURCES: Final = ("data-src", "data-lazy-src", "data-original", "data-orig-src")
_EMOJI: Final = re.compile(
    r"https?://s\.w\.org/images/core/emoji/|[^?#]*/(?:twemoji|smilies|emoji)/[^?#]*$", re.IGNORECASE
)
_CANDIDATE: Final = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:,+(?=\s|$)|([^,]*))")
_DESCRIPTOR: Final = re.compile(r"[1-9]\d{0,4}w|\d{1,2}(?:\.\d{1,3})?x")


def rewrite(html: str, base: str | None, count: int = 0) -> str:
    """Normalised HTML → the same with every ``<img>`` written anew, or taken out.

    ``count`` of them, where that is known: behind the last one nothing need be looked through.
    """
    return _IMG.sub(lambda found: _picture(tags.attributes_of(found[1]), base), html, count)


def rewrite_sources(html: str, base: str | None) -> str:
    """Normalised HTML → the same with every ``<source>`` written anew, or taken out."""
    return _SOURCE.sub(lambda found: _source(tags.attributes_of(found[1]), base), html)


def _picture(given: dict[str, str], base: str | None) -> str:
    """One ``<img>``'s attributes → its tag, its text when it is an emoji, or nothing."""
    src, srcset, promoted = _addresses(given, base)
    alt = given.get("alt", "")
    if src is None or urls.is_beacon(src):
        return ""
    if not promoted and tags.is_unseen(given):
        return ""
    if 0 < len(alt) <= 12 and "&" not in alt and not alt.isascii() and _EMOJI.match(src):
        return alt
    return tags.written(
        "img",
        {
            "src": src,
            "srcset": srcset,
            "sizes": given.get("sizes") if srcset else None,
            "alt": alt,
            "title": given.get("title"),
            "lang": given.get("lang"),
            "dir": given.get("dir"),
            "width": tags.side(given.get("width")),
            "height": tags.side(given.get("height")),
            "loading": "lazy",
            "decoding": "async",
            "referrerpolicy": "no-referrer",
        },
    )


def _addresses(given: dict[str, str], base: str | None) -> tuple[str | None, str | None, bool]:
    """→ (src, srcset, whether a lazy loader's address took the place of its placeholder)."""
    src = tags.loaded(given.get("src"), base)
    srcset = clean_srcset(given.get("srcset"), base)
    waiting = [given[name] for name in _LAZY_SOURCES if name in given]
    promoted = False
    if waiting and (src is None or _PLACEHOLDER.search(src)):
        late = next(filter(None, (tags.loaded(value, base) for value in waiting)), None)
        src, promoted = late or src, late is not None
    if srcset is None or promoted:
        srcset = clean_srcset(given.get("data-srcset") or given.get("data-lazy-srcset"), base) or srcset
    if src is None and srcset is not None:
        src = srcset.rpartition(", ")[2].partition(" ")[0]
        promoted = "srcset" not in given
    return src, srcset, promoted


def _source(given: dict[str, str], base: str | None) -> str:
    """One ``<source>`` of a picture or player → its tag, or nothing when it has no usable address."""
    srcset = clean_srcset(given.get("srcset") or given.get("data-srcset"), base)
    src = None if srcset else tags.loaded(given.get("src"), base)
    if srcset is None and src is None:
        return ""
    rest = {key: given.get(key) for key in ("sizes", "type", "media")}
    return tags.written("source", {"src": src, "srcset": srcset, **rest})


def clean_srcset(value: str | None, base: str | None) -> str | None:
    """An escaped ``srcset`` → its usable candidates, absolute and escaped; None when there are none.

    The splitting is HTML's "parse a srcset attribute": an address is a run without blanks (it may hold commas, but not
    end in one), then come descriptors up to a comma.
    """
    if not value:
        return None
    kept = []
    for found in _CANDIDATE.finditer(urls.unescaped(value)):
        if candidate := _candidate(found[1], (found[2] or "").strip(), base):
            kept.append(candidate)
        if len(kept) == MAX_CANDIDATES:
            break
    return urls.escaped(", ".join(kept)) or None


def _candidate(address: str, descriptor: str, base: str | None) -> str | None:
    whole = (urls.absolute(address, base) or "").rstrip(",")  # what was cut off its end may have hidden a comma
    if not whole or urls.is_beacon(whole):
        return None
    if not descriptor:
        return whole
    return f"{whole} {descriptor}" if _DESCRIPTOR.fullmatch(descriptor) else None
