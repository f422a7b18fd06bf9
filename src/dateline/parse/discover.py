"""Feed and icon discovery: what a web page announces of itself. Pure: nothing is fetched.

``<link rel=alternate>`` with a feed's type (https://www.rssboard.org/rss-autodiscovery) or ``rel=feed`` (the draft of
HTML 5 once had it), the ``Link`` header (RFC 8288), then ``<a>`` that looks like a feed's; ``rel=icon`` (HTML Living
Standard, 4.6.7.8) and the well-known ``/favicon.ico``. Order: the page's own, except that the feed of the category or
author whose page it is comes first, and feeds of comments come last.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from dateline.model import FeedLink

from .addresses import absolute
from .markup import folded
from .page_tree import page_tree

MAX_LINKS = 50
MAX_ANCHORS = 5_000
MAX_ELEMENTS = 20_000
MAX_ONWARD = 3
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
_VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml", ""})
_RELATIONS = frozenset({"alternate", "alternative", "feed", "service.feed"})
_FEED_PATH = re.compile(
    r"(?:^|[/._?=&-])(?:feeds?|rss2?|atom|rdf|xmlrss|index\.xml|feed\.json)(?:$|[/._?=&-])", re.IGNORECASE
)
_NO_FEED = re.compile(r"\.(?:png|jpe?g|gif|svg|css|js|pdf|mp3|zip)(?:$|\?)", re.IGNORECASE)
_COMMENTS = re.compile(
    r"\bcomments?\b|commentaires?\b|comentari|comentário|\bcommenti\b|kommentar|kommentti|komentar|komentář|komentarz"
    r"|hozzászól|\breacties?\b|\byorum|σχόλι|комментар|коментар|تعليق|תגוב|コメント|评论|評論|留言|댓글",
    re.IGNORECASE,
)
# Paths of pages that list what belongs together: a feed below such a page is the page's own.
_LISTING = re.compile(
    r"/(?:categor[\wéí%]+|kategori\w+|tags?|topics?|themes?|themen?|temas?|sections?|rubri(?:que|ek|k|c|ca)s?|labels?"
    r"|authors?|auteurs?|autor(?:en|es)?|users?|people|members|channels?|podcasts?|shows?|series?|etiquetas?|mots?-cles?"
    r"|schlagwort|collections?|forums?|c|t|u|r|profile)/[^/]",
    re.IGNORECASE,
)
_FEED_HOST = re.compile(r"(?:feeds?|rss)\d?\.", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"\s*(?:feed|rss|itpc|pcast|podcast):(?://)?(?=\S)", re.IGNORECASE)
_REFRESH = re.compile(r"\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"\']?([^\"\']+)", re.IGNORECASE)
_SOONEST = 10
"""Seconds after which a page that moves on by itself is still just a signpost."""
_GUESSES = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "rss", "feed.json")
_SIZE = re.compile(r"(\d{1,4})[xX](\d{1,4})")


def find_feeds(
    body: bytes, *, url: str, content_type: str = "", links: Iterable[tuple[str, str]] = ()
) -> list[FeedLink]:
    """The feeds that a page announces, each address once; the likeliest first (see the module).

    ``url`` is the page's, ``links`` are its ``Link`` header's (rel, absolute address) pairs.
    """
    found = {link.url: link for link in _in_header(links)}
    root = page_tree(body, content_type)
    if root is not None:
        base = _base(root, url)
        for link in (*_announced(root, base), *_linked(root, base)):
            found.setdefault(link.url, link)
    found.pop(url, None)
    own = urlsplit(url).path.rstrip("/") + "/"
    return sorted(found.values(), key=lambda link: _rank(link, own))[:MAX_LINKS]


def is_of_comments(link: FeedLink) -> bool:
    """Whether a feed seems to be that of a page's comments, by its title (in any of many languages) or address."""
    return bool(_COMMENTS.search(link.title or "") or _COMMENTS.search(urlsplit(link.url).path))


def onward(body: bytes, *, url: str, content_type: str = "") -> list[str]:
    """Where a page that is only a signpost leads: its refresh, its frames. At most three addresses."""
    root = page_tree(body, content_type)
    if root is None:
        return []
    base = _base(root, url)
    found: dict[str, None] = {}
    for element in islice(root.iter("meta", "frame"), MAX_ELEMENTS):
        address = absolute(element.get("src") if element.tag == "frame" else _refresh(element), base)
        if address is not None and address != url:
            found[address] = None
    return list(found)[:MAX_ONWARD]


def _refresh(meta: etree._Element) -> str | None:
    if (meta.get("http-equiv") or "").strip().lower() != "refresh":
        return None
    target = _REFRESH.match((meta.get("content") or "")[:2_000])
    return target[2].strip() if target and int(target[1]) <= _SOONEST else None


def _rank(link: FeedLink, own: str) -> int:
    if is_of_comments(link):
        return 2
    return 0 if _LISTING.search(own) and urlsplit(link.url).path.startswith(own) else 1


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
    root = page_tree(body, content_type)
    if root is None:
        return [fallback]
    base = _base(root, url)
    ranked = []
    for place, link in enumerate(islice(root.iter("link"), MAX_ELEMENTS)):
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


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        return absolute(element.get("href"), url) or url
    return url


def _words(text: str | None) -> set[str]:
    return set((text or "").lower().split())


def _in_header(links: Iterable[tuple[str, str]]) -> Iterator[FeedLink]:
    """Types are not kept there: an alternate counts when its address looks like a feed's."""
    for relation, address in links:
        if relation == "feed" or (relation == "alternate" and _looks_like_feed(address)):
            yield FeedLink(url=address)


def _announced(root: etree._Element, base: str) -> Iterator[FeedLink]:
    for link in islice(root.iter("link"), MAX_ELEMENTS):
        kind = (link.get("type") or "").split(";")[0].strip().lower()
        address = _address(link, base)
        rels = _words(link.get("rel"))
        if address is None or "stylesheet" in rels or not rels & _RELATIONS:
            continue
        known = kind in FEED_TYPES or "feed" in rels
        if known or (kind in _VAGUE_TYPES and not link.get("hreflang") and _looks_like_feed(address)):
            yield FeedLink(url=address, title=_title(link.get("title")), type=kind or None)


def _linked(root: etree._Element, base: str) -> Iterator[FeedLink]:
    host = urlsplit(base).hostname or ""
    for anchor in islice(root.iter("a", "area"), MAX_ANCHORS):
        address = _address(anchor, base)
        if address is None or _NO_FEED.search(address):
            continue
        kind = (anchor.get("type") or "").split(";")[0].strip().lower()
        named = (
            kind in FEED_TYPES or "feed" in _words(anchor.get("rel")) or _FEED_SCHEME.match(anchor.get("href") or "")
        )
        if named or _is_likely(address, host):
            text = anchor.get("title") or "".join(str(text) for text in islice(anchor.itertext(), 50))
            yield FeedLink(url=address, title=_title(text), type=kind or None)


def _address(element: etree._Element, base: str) -> str | None:
    """Where it leads; ``feed:`` before an address means nothing more than that."""
    href = element.get("href")
    scheme = _FEED_SCHEME.match(href or "")
    if href and scheme:
        rest = href[scheme.end() :]
        if not rest.lower().startswith(("http:", "https:")):
            href = None if ":" in rest.partition("/")[0] else f"//{rest.lstrip('/')}"
        else:
            href = rest
    return absolute(href, base)


def _is_likely(address: str, host: str) -> bool:
    """Whether a link leads to a feed of the site: by its path there, or on a host that does nothing else."""
    parts = urlsplit(address)
    other = parts.hostname or ""
    ours, theirs = host.removeprefix("www."), other.removeprefix("www.")
    if ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}"):
        return _looks_like_feed(address) or bool(_FEED_HOST.match(other))
    return bool(_FEED_HOST.match(other)) and parts.path not in ("", "/")


def _looks_like_feed(address: str) -> bool:
    parts = urlsplit(address)
    return bool(_FEED_PATH.search(f"{parts.path}?{parts.query}"))


def _title(text: str | None) -> str | None:
    return (folded(text[:2_000] if text else None) or "")[:200] or None
