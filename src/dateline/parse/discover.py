"""Feed and icon discovery: what a web page announces of itself. Pure: nothing is fetched.

``<link rel=alternate>`` with a feed's type (https://www.rssboard.org/rss-autodiscovery), then ``<a>`` whose address
looks like a feed's; ``rel=icon`` (HTML Living Standard, 4.6.7.8) and the well-known ``/favicon.ico``.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from dateline.model import FeedLink

from .addresses import absolute
from .encoding import to_utf8
from .markup import folded

MAX_PAGE = 2_000_000
MAX_LINKS = 50
MAX_ANCHORS = 5_000
MAX_ICONS = 10

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/x-rss+xml",
        "application/x-atom+xml",
        "text/rss+xml",
        "text/atom+xml",
        "text/rss",
    }
)
# These may be anything; they count when the address says the rest.
_VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
_FEED_PATH = re.compile(
    r"(?:^|[/._?=&-])(?:feeds?|rss2?|atom|rdf|xmlrss|index\.xml|feed\.json)(?:$|[/._?=&-])", re.IGNORECASE
)
_NO_FEED = re.compile(r"comments?[/._-]|/comments|\.(?:png|jpe?g|gif|svg|css|js|pdf|mp3|zip)(?:$|\?)", re.IGNORECASE)
_GUESSES = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "rss", "feed.json")
_SIZE = re.compile(r"(\d{1,4})[xX](\d{1,4})")


def find_feeds(body: bytes, *, url: str, content_type: str = "") -> list[FeedLink]:
    """The feeds that a page announces, in its order, comments' feeds last; each address once. ``url`` is the page's."""
    root = _page(body, content_type)
    if root is None:
        return []
    base = _base(root, url)
    found: dict[str, FeedLink] = {}
    for link in (*_announced(root, base), *_linked(root, base)):
        found.setdefault(link.url, link)
    found.pop(url, None)
    return sorted(found.values(), key=lambda link: bool(_NO_FEED.search(link.url)))[:MAX_LINKS]


def guesses(url: str) -> list[str]:
    """Addresses at which a site's feed often is, for a page that announces none."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    here = (
        urljoin(url, "./")
        if parts.path.endswith("/")
        else f"{url.split('?', maxsplit=1)[0].split('#', maxsplit=1)[0]}/"
    )
    near = [urljoin(here, guess) for guess in _GUESSES[:1]] if parts.path not in ("", "/") else []
    return list(dict.fromkeys([*near, *(urljoin(root, guess) for guess in _GUESSES)]))


def find_icons(body: bytes, *, url: str, content_type: str = "") -> list[str]:
    """Addresses of a site's icon, the best for a list first (32 to 192 pixels, or scalable), ``/favicon.ico`` last."""
    parts = urlsplit(url)
    fallback = f"{parts.scheme}://{parts.netloc}/favicon.ico"
    root = _page(body, content_type)
    if root is None:
        return [fallback]
    base = _base(root, url)
    ranked = []
    for place, link in enumerate(root.iter("link")):
        address = absolute(link.get("href"), base)
        rank = _icon_rank(_words(link.get("rel")), link)
        if address and rank is not None:
            ranked.append((rank, place, address))
    addresses = [address for _, _, address in sorted(ranked)]
    return list(dict.fromkeys([*addresses[: MAX_ICONS - 1], fallback]))


def _icon_rank(rels: set[str], link: etree._Element) -> int | None:
    """Lower is better; None: not an icon."""
    if "icon" in rels:
        sizes = [int(found[1]) for found in _SIZE.finditer(link.get("sizes") or "")]
        if link.get("type") == "image/svg+xml" or (link.get("href") or "").endswith(".svg"):
            return 0
        if any(32 <= size <= 192 for size in sizes):
            return 1
        return 4 if sizes else 3
    if rels & {"apple-touch-icon", "apple-touch-icon-precomposed"}:
        return 2
    return None


def _page(body: bytes, content_type: str) -> etree._Element | None:
    text = to_utf8(body[:MAX_PAGE], content_type).text
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True)
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        return absolute(element.get("href"), url) or url
    return url


def _words(text: str | None) -> set[str]:
    return set((text or "").lower().split())


def _announced(root: etree._Element, base: str) -> Iterator[FeedLink]:
    for link in root.iter("link"):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        address = absolute(link.get("href"), base)
        rels = _words(link.get("rel"))
        if address is None or "stylesheet" in rels or not rels & {"alternate", "feed"}:
            continue
        if kind in FEED_TYPES or "feed" in rels or (kind in _VAGUE_TYPES and _FEED_PATH.search(address)):
            yield FeedLink(url=address, title=_title(link.get("title")), type=kind or None)


def _linked(root: etree._Element, base: str) -> Iterator[FeedLink]:
    host = urlsplit(base).hostname
    for anchor in islice(root.iter("a"), MAX_ANCHORS):
        address = absolute(anchor.get("href"), base)
        if address is None or _NO_FEED.search(address):
            continue
        parts = urlsplit(address)
        same_site = (parts.hostname or "").removeprefix("www.") == (host or "").removeprefix("www.")
        if same_site and _FEED_PATH.search(f"{parts.path}?{parts.query}"):
            yield FeedLink(url=address, title=_title("".join(str(text) for text in islice(anchor.itertext(), 50))))


def _title(text: str | None) -> str | None:
    return (folded(text) or "")[:200] or None
