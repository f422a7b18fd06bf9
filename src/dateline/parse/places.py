"""Known places: the ordinary address of a page → where that place keeps the feed of it. Pure: nothing is asked.

What is known stands in ``place_table`` (hosts, paths, templates) and in docs/places.md with the source of each fact;
here a row is found and filled in. Some addresses do not hold what their feed's address needs (a YouTube handle, an
Apple podcast): then a lead names a document to ask and the ``reading`` of it (``place_readings``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec import Struct, structs

from .limits import MAX_URL
from .place_rows import Row
from .place_table import TABLE

_SLASHES = re.compile(r"/{2,}")
_FEED_ITSELF = re.compile(
    r"(?:\.(?:rss|atom|xml|rdf)|/(?:feed|rss|atom)(?:/\w{3,4})?)/?(?:\?|\Z)|/feeds?/", re.IGNORECASE
)


class Lead(Struct, frozen=True, kw_only=True):
    """An address to ask. ``reading`` says how: "feed" is one itself, the others are functions of ``place_readings``.

    ``kind`` is what the feed holds, a word of ``place_rows.KINDS`` or "". ``title`` and ``type`` are what a page
    says of it, when a page named it. ``is_guess`` when nobody named it.
    """

    url: str
    kind: str = ""
    reading: str = "feed"
    title: str | None = None
    type: str | None = None
    is_guess: bool = False


class Place(Struct, frozen=True, kw_only=True):
    """A known place and its leads for one page, the best first. No leads: it has no feed for such a page."""

    name: str
    leads: tuple[Lead, ...]


def place_of(url: str) -> Place | None:
    """What is known of a page, by its absolute http(s) address alone; None: nothing. Never raises."""
    page = _page(url)
    if page is None:
        return None
    for row, site in _rows(page.host):
        leads = leads_of(row, page, site=site)
        if leads is not None:
            return Place(name=row.place, leads=leads)
    return None


def looks_like_feed(url: str) -> bool:
    """Whether an address is likely to be a feed's own, so that it is asked before anything known is tried."""
    return bool(_FEED_ITSELF.search(url))


class Page(Struct, frozen=True, kw_only=True):
    """A page's address taken apart: ``host`` without ``www.``, ``path`` without a slash at its end."""

    host: str
    origin: str
    path: str
    parameters: dict[str, list[str]]


def _page(url: str) -> Page | None:
    """None when it cannot be taken apart, or holds a password: who gives one means this very address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
        parameters = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return None
    if "@" in parts.netloc or len(url) > MAX_URL:
        return None
    path = _SLASHES.sub("/", parts.path).rstrip("/") or "/"
    return Page(host=host, origin=f"{parts.scheme}://{parts.netloc}", path=path, parameters=parameters)


def leads_by_engine(url: str, engines: Iterable[str], table: Sequence[Row]) -> tuple[Lead, ...]:
    """Leads for a page of a site that runs one of ``engines``, of a table whose hosts are engines' names."""
    page = _page(url)
    if page is None:
        return ()
    found: list[Lead] = []
    for engine in engines:
        own = (leads_of(row, page) for row in table if engine in row.hosts)
        found += next((leads for leads in own if leads is not None), ())
    return tuple(structs.replace(lead, is_guess=True) for lead in found)


def leads_of(row: Row, page: Page, *, site: str = "") -> tuple[Lead, ...] | None:
    """A row's leads for a page; None when the row is not about it."""
    found = _compiled(row.path).fullmatch(page.path)
    if found is None:
        return None
    values = {name: value or "" for name, value in found.groupdict().items()}
    for name, pattern in row.query:
        given = page.parameters.get(name, [""])[0]
        if not _compiled(pattern).fullmatch(given):
            return None
        values[name] = given
    values |= {"site": site, "origin": page.origin, "path": page.path.rstrip("/")}
    return tuple(filled(feed, values) for feed in row.feeds)


def filled(template: str, values: Mapping[str, str]) -> Lead:
    """One line of a table with its values put in: "kind address" or "kind address reading".

    What stands in a query is escaped anew, for a path may hold what a query may not.
    """
    kind, address, *reading = template.split(" ")
    before, question, query = address.partition("?")
    escaped = {name: quote(unquote(value), safe="") for name, value in values.items()}
    url = before.format_map(values) + question + query.format_map(escaped)
    return Lead(url=url, kind=kind, reading=reading[0] if reading else "feed")


def _rows(host: str) -> list[tuple[Row, str]]:
    """The rows about a host, each with what stands for the star in ``*.example.org``."""
    exact, under = _index()
    rows = [(row, "") for row in exact.get(host, ())]
    labels = host.split(".")
    for count in range(1, min(len(labels), 4)):
        site, domain = ".".join(labels[:count]), ".".join(labels[count:])
        rows += [(row, site) for row in under.get(domain, ())]
    return rows


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    exact: dict[str, list[Row]] = {}
    under: dict[str, list[Row]] = {}
    for row in TABLE:
        for host in row.hosts:
            (under if host.startswith("*.") else exact).setdefault(host.removeprefix("*."), []).append(row)
    return exact, under


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when it is needed: most of the table never is."""
    return re.compile(pattern, re.IGNORECASE | re.ASCII)
