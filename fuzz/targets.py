"""The targets: bytes → nothing, or an exception when something does not hold that must hold for any bytes.

Each is named for what it attacks; ``TARGETS`` has them all with their seeds, words to mix in, lengths, and how large a
share of the executions they get (the cheap ones the most).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from multidict import CIMultiDict, CIMultiDictProxy
from tests.clean.checker import problems
from yarl import URL

from dateline.clean import clean_entry, clean_html, plain_text, urls
from dateline.errors import FetchError, ParseError
from dateline.fetch import headers
from dateline.fetch.address import absolute_http_url, host_key, origin, resolve, without_credentials
from dateline.fetch.encoding import Decoder
from dateline.model import ParsedFeed, RawHTML
from dateline.parse import parse_feed
from dateline.parse.addresses import absolute
from dateline.parse.dates import parse_date
from dateline.parse.discover import find_feeds, find_icons, guesses, onward
from dateline.parse.encoding import to_utf8
from dateline.parse.opml import parse_opml
from dateline.parse.opml_writing import write_opml
from dateline.parse.page.reading import parse_page
from dateline.parse.page.rules import LANGUAGES, PageRules
from dateline.parse.page.why import explain
from dateline.parse.page_tree import MAX_ATTRIBUTES, page_tree
from dateline.parse.pasted import address_in, unwrapped
from dateline.parse.places import place_of
from fuzz import words

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "parse" / "corpus"
SHARED = ROOT.parent / "shared" / "feeds"
BASE = "https://news.example/2026/feed?a=b"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
_HTTP = re.compile(r"https?://[^/?#\\]", re.IGNORECASE)
_LIMIT = 100_000
_CODINGS = ("gzip", "deflate", "br", "zstd", "gzip, br", "zstd, gzip", "identity", "x")
_TYPES = ("", "text/xml; charset=utf-16", "application/rss+xml; charset=koi8-r", "text/html;charset=\x00", "charset=hz")


class Target(Struct, frozen=True, kw_only=True):
    """What is called with bytes; folders of seeds; words that mean something to it; the longest input."""

    attack: Callable[[bytes], None]
    seeds: tuple[Path, ...] = ()
    words: str = ""
    longest: int = 2_000
    share: int = 1


def dates(data: bytes) -> None:
    """A date is None or a UTC time of a possible year; read again from its ISO form it is the same."""
    time = parse_date(data.decode("utf-8", "replace"))
    if time is not None:
        assert time.tzinfo is UTC
        assert 1800 <= time.year < 2200
        assert parse_date(time.isoformat()) == time


def address(data: bytes) -> None:
    """An address is refused or normal; reading the normal one again changes nothing, and all agree on its host."""
    text = data.decode("utf-8", "surrogateescape")
    with suppress(FetchError):
        _check_address(absolute_http_url(text))
    with suppress(FetchError):
        _check_address(resolve(BASE, text))
    plain = data.decode("utf-8", "replace")
    for found in (urls.absolute(plain, BASE), urls.absolute(plain), absolute(plain, BASE), absolute(plain, None)):
        assert found is None or _HTTP.match(found), found
    found = urls.absolute(plain, BASE)
    assert found is None or urls.absolute(found, None) == found
    link = urls.link_target(plain, BASE)
    assert link is None or _HTTP.match(link) or link.startswith(("mailto:", "tel:")), link


def _check_address(url: str) -> None:
    assert absolute_http_url(url) == url
    assert url.isascii()
    assert not re.search(r"[\x00-\x20\x7f#\\]", url.partition("?")[0])
    bare, _ = without_credentials(url)
    asked = URL(bare, encoded=True)
    scheme, host, port = origin(bare)
    # who connects (aiohttp, by yarl) must mean the host that everybody else means
    assert (asked.scheme, asked.raw_host, asked.port) == (scheme, host, port), (bare, asked.raw_host, host)
    assert host == (urlsplit(url).hostname or "")
    assert host_key(bare)


def header_fields(data: bytes) -> None:
    """Whatever stands in the headers is clamped, cut or not said."""
    lines = [line.partition(b":") for line in data.split(b"\n")]
    given: CIMultiDict[str] = CIMultiDict()
    for name, _, value in lines[:40]:
        given.add(name.decode("latin-1") or "Link", value.decode("utf-8", "surrogateescape"))
    fields = CIMultiDictProxy(given)
    for seconds in (headers.retry_after(fields, 1.7e9), headers.fresh_seconds(fields, 1.7e9)):
        assert seconds is None or 0 <= seconds <= headers.LONGEST_SECONDS
    links = headers.links(fields, BASE)
    assert len(links) <= 32
    assert all(_HTTP.match(link) for _, link in links)
    kept = headers.validators(fields)
    assert all(text is None or (len(text) <= 4_096 and "\n" not in text) for text in (kept.etag, kept.last_modified))
    for field in ("Content-Type", "Content-Language"):
        said = headers.text(fields, field)
        assert said is None or len(said) <= 500
    headers.location(fields, "Content-Location", BASE)


def codings(data: bytes) -> None:
    """A coded body gives at most the limit and a piece, or an error with a code."""
    coding = _CODINGS[data[0] % len(_CODINGS)] if data else "gzip"
    total = 0
    try:
        decoder = Decoder(coding, _LIMIT)
        for start in range(1, len(data), 64):
            total += len(decoder.feed(data[start : start + 64]))
        total += len(decoder.finish())
    except FetchError as error:
        if error.code not in {"fetch.encoding", "fetch.too_large", "fetch.truncated"}:
            raise
    assert total <= _LIMIT


def encodings(data: bytes) -> None:
    """Bytes in any encoding become valid UTF-8."""
    kind = _TYPES[data[0] % len(_TYPES)] if data else ""
    to_utf8(data[1:], kind).text.decode("utf-8")


def feed(data: bytes) -> None:
    """A document is understood or refused; what was understood is text, and can be stored and shown."""
    with suppress(ParseError):
        found = parse_feed(data, url=BASE, content_type="")
        _check_feed(found)
        _check_known(data, found)


def _check_feed(found: ParsedFeed) -> None:
    str(found).encode("utf-8")
    for entry in found.entries[:5]:
        clean = clean_entry(entry, feed_url=BASE, site_url=found.site_url)
        assert clean.title
        assert problems(clean.content_html, thorough=False) == []
        for url in (clean.url, clean.comments_url, clean.thumbnail_url, *(file.url for file in clean.enclosures)):
            assert url is None or _HTTP.match(url), url


def _check_known(data: bytes, found: ParsedFeed) -> None:
    """What is cut out because it is known takes nothing else with it."""
    hashes = [entry.source_hash for entry in found.entries if entry.source_hash is not None]
    if not hashes or len(hashes) != len(found.entries):
        return
    known = set(hashes[::2])
    rest = parse_feed(data, url=BASE, known=known)
    assert len(rest.known_hashes) + len(rest.entries) == len(found.entries)
    left = [entry for entry in found.entries if not rest.known_hashes or entry.source_hash not in known]
    assert list(rest.entries) == left, (rest.entries, left)


def html(data: bytes) -> None:
    """HTML comes out safe, settled and bounded."""
    raw = data.decode("utf-8", "surrogateescape")
    once = clean_html(RawHTML(raw), BASE)
    assert problems(once, thorough=False) == [], once
    assert clean_html(RawHTML(once), BASE) == once
    assert len(once) <= 400 * len(raw) + 100
    assert "\0" not in plain_text(once)


def opml(data: bytes) -> None:
    """A list of feeds is understood or refused; written and read again it is the same."""
    with suppress(ParseError):
        found = parse_opml(data)
        str(found).encode("utf-8")
        assert all(_HTTP.match(one.url) for one in found.feeds)
        if not found.feeds or not str(found.feeds).isascii():
            return  # letters that look as if encoded twice are made whole when they are read again
        again = parse_opml(write_opml(found.title, found.feeds, created_at=NOW))
        assert {one.url for one in again.feeds} == {one.url for one in found.feeds}


def page(data: bytes) -> None:
    """A page is searched for feeds and icons; only addresses of the web come out, from tags of bounded size."""
    for link in find_feeds(data, url=BASE, content_type="text/html"):
        assert _HTTP.match(link.url)
        str(link).encode("utf-8")
    assert all(_HTTP.match(icon) for icon in find_icons(data, url=BASE))
    ahead = onward(data, url=BASE)
    assert all(_HTTP.match(url) for url in ahead)
    assert all(_HTTP.match(guess) for url in ahead for guess in guesses(url))
    tree = page_tree(data)
    assert tree is None or all(len(element.attrib) <= 2 * MAX_ATTRIBUTES for element in tree.iter())


def json_feed(data: bytes) -> None:
    """JSON of any kind: as ``feed``."""
    feed(b'{"version":"https://jsonfeed.org/version/1.1",' + data)


def page_rules(data: bytes) -> None:
    """Rules and a page, both a stranger's: entries or an error. In lines: kind, entry, title, address, the page."""
    kind, entry, title, link, body = (data.split(b"\n", 4) + [b""] * 5)[:5]
    languages = [(kind, language) for kind, all_ in LANGUAGES.items() for language in all_]
    chosen = languages[kind[0] % len(languages)] if kind else languages[0]
    texts = [" ".join(text.decode("utf-8", "replace").split()) for text in (entry, title, link)]
    rules = PageRules(
        kind=chosen[0],
        language=chosen[1],
        entry=texts[0],
        title=texts[1],
        url=texts[2],
        content=texts[1],
        date=texts[2],
    )
    with suppress(ParseError):
        found = parse_page(body, rules, url=BASE)
        str(found).encode("utf-8")
        assert all(entry.url is None or _HTTP.match(entry.url) for entry in found.entries)
    explain(body, rules, url=BASE)


def pasted(data: bytes) -> None:
    """What somebody pastes: an address is seen in it or not; where it leads is an address of the web."""
    text = data.decode("utf-8", "replace")
    with suppress(FetchError):
        url = absolute_http_url(address_in(text))
        place = place_of(url)
        for lead in place.leads if place is not None else ():
            absolute_http_url(lead.url)
    unwrapped(text)


TARGETS: dict[str, Target] = {
    "dates": Target(attack=dates, words=words.DATES, longest=80, share=40),
    "address": Target(attack=address, words=words.ADDRESSES, longest=200, share=8),
    "header_fields": Target(attack=header_fields, words=words.HEADERS, longest=500, share=12),
    "codings": Target(attack=codings, longest=600, share=15),
    "encodings": Target(attack=encodings, seeds=(CORPUS / "encodings", SHARED / "real"), longest=1_000, share=8),
    "html": Target(attack=html, words=words.HTML, longest=400, share=6),
    "page": Target(attack=page, words=words.HTML, longest=600, share=3),
    "feed": Target(attack=feed, seeds=(CORPUS, SHARED / "real"), words=words.XML, longest=3_000, share=3),
    "json_feed": Target(attack=json_feed, seeds=(CORPUS / "json",), words=words.JSON, longest=1_500, share=3),
    "page_rules": Target(attack=page_rules, words=words.RULES, longest=600, share=3),
    "pasted": Target(attack=pasted, words=words.PASTED, longest=200, share=3),
    "opml": Target(attack=opml, words=words.OPML, longest=1_000, share=2),
}
