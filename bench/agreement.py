"""Agreement with feedparser on the captured feeds, entry by entry: every difference is of a kind that has a name.

``docs/parsing.md`` explains the kinds. ``python -m bench agreement`` prints how often each comes, and what has no name.
"""

import calendar
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Any
from urllib.parse import unquote

import feedparser
from msgspec import Struct

from bench.figures import Context, Figure
from bench.parse import CAPTURED
from dateline.clean import clean_html, plain_text
from dateline.errors import ParseError
from dateline.model import ParsedEntry, RawHTML
from dateline.parse import parse_feed

URL = "https://feed.example/feed"
"""Where every document is said to come from."""

FIELDS = ("title", "link", "date", "authors", "content", "enclosures", "id")

_TWICE = re.compile("[ÃÂâÐÑ](?:[\x80-\xbf\u0152-\u02dc\u2013-\u2122]|(?=\\W|$))")
_TAG = re.compile(r"<[^<>]*>")
_FRAME = re.compile(r"<(iframe|object|embed|audio|video)\b.*?(?:</\1>|>)", re.IGNORECASE | re.DOTALL)
_LOADED = re.compile(r'(?:href|src)="([^"]*)"')


class Difference(Struct, frozen=True, kw_only=True):
    """One field of one entry that is not equal; ``kind`` is None when nothing explains it."""

    file: str
    number: int
    field: str
    kind: str | None
    ours: Any
    theirs: Any


class Pair(Struct, frozen=True, kw_only=True):
    """One entry as both understood it."""

    ours: ParsedEntry
    theirs: Any


def bench(context: Context) -> list[Figure]:
    """How many entries are equal, field by field; and how many differ for no known reason."""
    entries, differences = compare(every=10 if context.quick else 1)
    figures = []
    for field in FIELDS:
        kinds = Counter(one.kind or "?" for one in differences if one.field == field)
        share = 100 * (1 - kinds.total() / max(1, entries))
        note = "; ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        figures.append(Figure(name=f"agreement: {field}", value=share, unit="%", note=note))
    unexplained = [one for one in differences if one.kind is None]
    for one in unexplained[:40]:
        context.say(f"{one.file} {one.number} {one.field}\n    {str(one.ours)[:200]!r}\n    {str(one.theirs)[:200]!r}")
    name = "agreement: differences without a name, of 1,000 entries"
    return [*figures, Figure(name=name, value=1000 * len(unexplained) / max(1, entries), gate=1)]


def compare(*, every: int = 1) -> tuple[int, list[Difference]]:
    """→ (entries that both found, how they differ) over every n-th captured document."""
    count, found = 0, []
    for path in sorted(CAPTURED.glob("*/*"))[::every]:
        name = f"{path.parent.name}/{path.name}"
        for number, pair in enumerate(_pairs(path.read_bytes())):
            count += 1
            found += [
                Difference(file=name, number=number, field=field, kind=kind, ours=ours, theirs=theirs)
                for field, kind, ours, theirs in differences_of(pair)
            ]
    return count, found


def _pairs(body: bytes) -> Iterator[Pair]:
    try:
        ours = parse_feed(body, content_location=URL).entries
    except ParseError:
        return
    theirs = feedparser.parse(body, response_headers={"content-location": URL}).entries
    if len(theirs) == len(ours):
        for one, other in zip(ours, theirs, strict=True):
            yield Pair(ours=one, theirs=other)


def differences_of(pair: Pair) -> Iterator[tuple[str, str | None, Any, Any]]:
    """(field, kind, ours, theirs) of what is not equal."""
    for field in FIELDS:
        values, kinds = _JUDGES[field]
        ours, theirs = values(pair)
        if ours != theirs:
            kind = next((name for name, holds in kinds.items() if holds(pair, ours, theirs)), None)
            yield field, kind, ours, theirs


# ------------------------------------------------------------------------------------------------ values, in one form

Values = Callable[[Pair], tuple[Any, Any]]
Holds = Callable[[Pair, Any, Any], bool]


def _folded(text: object) -> str:
    return " ".join(str(text or "").split())


def _title(pair: Pair) -> tuple[str, str]:
    ours, theirs = _folded(pair.ours.title), _folded(pair.theirs.get("title"))
    plain = _folded(unescape(_TAG.sub("", theirs)))
    return ours, ours if ours in (theirs, plain) else plain


def _link(pair: Pair) -> tuple[str, str]:
    return pair.ours.url or "", pair.theirs.get("link") or ""


def _id(pair: Pair) -> tuple[str, str]:
    return pair.ours.guid or "", pair.theirs.get("id") or ""


def _date(pair: Pair) -> tuple[int | None, int | None]:
    ours = pair.ours.published_at or pair.ours.updated_at
    times = [pair.theirs[key] for key in ("published_parsed", "updated_parsed") if key in pair.theirs]
    theirs = next((calendar.timegm(time) for time in times if time), None)
    return (int(ours.timestamp()) if ours else None), theirs


def _authors(pair: Pair) -> tuple[list[str], list[str]]:
    ours = [f"{one.name or ''}|{one.email or ''}" for one in pair.ours.authors]
    theirs = [f"{one.get('name', '')}|{one.get('email', '')}" for one in pair.theirs.get("authors", []) if one]
    return ours, theirs


def _enclosures(pair: Pair) -> tuple[list[str], list[str]]:
    links = pair.theirs.get("links", [])
    theirs = [str(link.get("href") or "") for link in links if link.get("rel") == "enclosure"]
    return [file.url for file in pair.ours.enclosures], theirs


def _content(pair: Pair) -> tuple[str, str]:
    base = pair.ours.base_url or URL
    ours = pair.ours.content_html or pair.ours.summary_html or ""
    theirs = _their_content(pair.theirs)
    if _folded(ours) == _folded(theirs):
        return "", ""
    return _shown(ours, base), _shown(theirs, base)


def _their_content(entry: Any) -> str:
    best = entry.content[0] if entry.get("content") else entry.get("summary_detail") or {}
    if not best.get("value"):
        best = entry.get("summary_detail") or {}
    text = str(best.get("value") or entry.get("summary") or "")
    return escape(text, quote=False) if best.get("type") == "text/plain" else text


def _shown(html: str, base: str) -> str:
    """The text without blanks, then the addresses of links and pictures; frames and players are left out."""
    safe = clean_html(RawHTML(_FRAME.sub("", html)), base)
    return "".join(plain_text(safe).split()) + "\n" + " ".join(_LOADED.findall(safe))


# ------------------------------------------------------------------------------------------------ kinds of differences


def _undone(pair: Pair, ours: Any, theirs: Any) -> bool:
    return len(_TWICE.findall(str(theirs))) != len(_TWICE.findall(str(ours)))


def _only_ours(pair: Pair, ours: Any, theirs: Any) -> bool:
    return bool(ours) and not str(theirs or "").strip()


def _year_one(pair: Pair, ours: Any, theirs: Any) -> bool:
    return ours is None and theirs < -5_000_000_000


def _zone_or_half(pair: Pair, ours: Any, theirs: Any) -> bool:
    return re.search(r"[ap]\.?m\b|[a-z]{3,4}$", _written(pair), re.IGNORECASE) is not None


def _swapped(pair: Pair, ours: Any, theirs: Any) -> bool:
    return re.search(r"\d{4}-(1[3-9]|[23]\d)-", _written(pair)) is not None


def _written(pair: Pair) -> str:
    return str(pair.theirs.get("published") or pair.theirs.get("updated") or "")


def _same_people(pair: Pair, ours: list[str], theirs: list[str]) -> bool:
    """The same after folding, decoding, and taking doubles together."""
    return _words(ours) == _words(theirs)


def _words(people: list[str]) -> set[str]:
    text = re.sub(r"mailto:?|[()<>|]", " ", unescape(" ".join(people)))
    return set(text.casefold().split())


def _origin(pair: Pair, ours: str, theirs: str) -> bool:
    return ours in (pair.theirs.get("feedburner_origlink"), pair.theirs.get("pheedo_origlink"))


def _escaped_or_absolute(pair: Pair, ours: Any, theirs: Any) -> bool:
    return bool(ours) and all(_ending(a) == _ending(b) for a, b in zip(_listed(ours), _listed(theirs), strict=False))


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _ending(address: str) -> str:
    """An address without what escaping and resolving change."""
    return unquote(unescape(address)).replace(" ", "").rpartition("://")[2].partition("/")[2].rstrip("#")


def _other_link(pair: Pair, ours: str, theirs: str) -> bool:
    """feedparser takes the last link, wherever it stands."""
    return ours in [link.get("href") for link in pair.theirs.get("links", [])] or ours == pair.theirs.get("id")


def _no_web_address(pair: Pair, ours: str, theirs: str) -> bool:
    return not ours and not theirs.startswith(("http://", "https://"))


def _more_files(pair: Pair, ours: list[str], theirs: list[str]) -> bool:
    """All of theirs are there, once each."""
    known = {unquote(url) for url in ours}
    return all(not url or unquote(url) in known for url in theirs)


def _resolved(pair: Pair, ours: str, theirs: str) -> bool:
    last = unquote(ours).strip("/").split("/")[-1]
    return bool(ours) and theirs.startswith(("http://", "https://")) and unquote(theirs).strip("/").endswith(last)


def _broken_reference(pair: Pair, ours: str, theirs: str) -> bool:
    return re.sub(r"[;&]", "", ours) == re.sub(r"[;&]", "", theirs)


def _other_element(pair: Pair, ours: str, theirs: str) -> bool:
    """feedparser's content is what an iTunes or Media RSS element says beside the description that we take."""
    others = {_shown(_their_content({"summary_detail": one}), URL) for one in pair.theirs.get("content", [])}
    summary = _shown(str(pair.theirs.get("summary") or ""), pair.ours.base_url or URL)
    return ours.partition("\n")[0] in {other.partition("\n")[0] for other in others | {summary}}


def _escaped_text(pair: Pair, ours: str, theirs: str) -> bool:
    """One took for text what the other took for HTML."""
    letters = re.compile(r"[^\w]+|&\w+;")
    one, other = (letters.sub("", _TAG.sub("", text.partition("\n")[0])) for text in (ours, theirs))
    return one == other


def _only_links(pair: Pair, ours: str, theirs: str) -> bool:
    """The same text; addresses differ."""
    return ours.partition("\n")[0] == theirs.partition("\n")[0]


def _broken_html(pair: Pair, ours: str, theirs: str) -> bool:
    """Equal at the beginning: then comes markup that is not well-formed, which both repair in their own way."""
    return bool(ours.strip()) and bool(theirs.strip()) and ours[:20] == theirs[:20]


def _no_text(pair: Pair, ours: str, theirs: str) -> bool:
    """Base64 that is no text in any encoding."""
    return not ours.strip() and " " not in theirs.strip() and len(theirs) > 1000


def _nested(pair: Pair, ours: str, theirs: str) -> bool:
    """Items inside items: feedparser gives the outer one the inner one's origin."""
    return "feedproxy" in theirs and ours.startswith("http")


def _of_several(pair: Pair, ours: str, theirs: str) -> bool:
    return bool(ours) and ours.rpartition("/")[0] == theirs.rpartition("/")[0]


def _owner(pair: Pair, ours: list[str], theirs: list[str]) -> bool:
    """The address of whoever owns a podcast is no author's."""
    return [one.partition("|")[0] for one in ours] == sorted({one.partition("|")[0] for one in theirs})


def _full_text(pair: Pair, ours: str, theirs: str) -> bool:
    return bool(pair.ours.content_html) and not pair.theirs.get("content")


_JUDGES: dict[str, tuple[Values, dict[str, Holds]]] = {
    "title": (_title, {"encoded twice": _undone, "only ours": _only_ours}),
    "link": (
        _link,
        {
            "origin behind a proxy": _origin,
            "first of several": _other_link,
            "nested items": _nested,
            "escaped or absolute": _escaped_or_absolute,
            "only ours": _only_ours,
            "no web address": _no_web_address,
        },
    ),
    "date": (
        _date,
        {
            "year 1": _year_one,
            "only ours": _only_ours,
            "day and month": _swapped,
            "zone or half of the day": _zone_or_half,
        },
    ),
    "authors": (_authors, {"folded, decoded, once": _same_people, "only ours": _only_ours, "owner": _owner}),
    "content": (
        _content,
        {
            "addresses": _only_links,
            "another element": _other_element,
            "full text elsewhere": _full_text,
            "encoded twice": _undone,
            "text or HTML": _escaped_text,
            "only ours": _only_ours,
            "no text": _no_text,
            "broken HTML": _broken_html,
        },
    ),
    "enclosures": (_enclosures, {"Media RSS, escaped, once": _more_files}),
    "id": (
        _id,
        {"not resolved": _resolved, "damaged reference": _broken_reference, "first of several": _of_several},
    ),
}
