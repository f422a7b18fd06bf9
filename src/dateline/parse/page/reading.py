"""A page and its rules → ``ParsedFeed``, as if the page had a feed."""

from datetime import datetime
from typing import Any, NamedTuple

from dateline.errors import ParseError
from dateline.model import FeedFormat, ParsedEntry, ParsedFeed, ParseWarning, Person, RawHTML
from dateline.parse.addresses import base_address
from dateline.parse.limits import MAX_TITLE

from .budget import Budget
from .dates import page_date
from .documents import utf8
from .rules import PageKind, PageRules, bounded
from .sources import MAX_ENTRIES, JsonSource, Source, named, one_line, open_source

_FORMATS: dict[PageKind, FeedFormat] = {"html": "html", "xml": "xml", "json": "json", "script": "html"}


class Reading(NamedTuple):
    """A page that was read: the feed, its source and items, the texts of dates that mean nothing."""

    feed: ParsedFeed
    source: Source
    items: list[Any]
    bad_dates: list[str]
    empty_count: int


def parse_page(
    body: bytes,
    rules: PageRules,
    *,
    url: str | None = None,
    content_type: str = "",
    content_language: str | None = None,
    content_location: str | None = None,
) -> ParsedFeed:
    """Understand a page by its rules. The other arguments are those of ``parse_feed``.

    A page in which the rules find nothing has no entries and the warning ``page.no_entries`` that says at which step
    (``page.empty_list`` where the rules lead to a list that is empty). Raises ``ParseError``: ``parse.empty``,
    ``parse.bad_rules``, ``parse.not_json``, ``parse.not_a_feed``, ``parse.too_complex``; nothing else, whatever the
    bytes and the rules are.
    """
    from .why import steps_to_entries  # it reads too

    reading = read_page(
        body,
        rules,
        url=url,
        content_type=content_type,
        content_language=content_language,
        content_location=content_location,
    )
    if reading.feed.entries:
        return reading.feed
    if isinstance(reading.source, JsonSource) and not reading.items and reading.source.has_list():
        warning = ParseWarning(code="page.empty_list", message="The list of entries is empty.")
    else:
        findings = steps_to_entries(rules, reading)
        warning = ParseWarning(code="page.no_entries", message=" ".join(finding.sentence for finding in findings))
    fields = {name: getattr(reading.feed, name) for name in reading.feed.__struct_fields__}
    return ParsedFeed(**fields | {"warnings": (*reading.feed.warnings, warning)})


def read_page(
    body: bytes,
    rules: PageRules,
    *,
    url: str | None,
    content_type: str,
    content_language: str | None = None,
    content_location: str | None = None,
) -> Reading:
    """The same with everything that explains it."""
    budget = Budget()
    source = open_source(bounded(rules), utf8(body, content_type), budget)
    title, language, own_base = source.page_facts()
    outer = base_address(content_location, base_address(url, None))
    base = base_address(own_base, outer)
    items = source.entries()
    warnings = []
    if len(items) > MAX_ENTRIES:
        message = f"Only the first {MAX_ENTRIES} entries were read."
        warnings.append(ParseWarning(code="parse.entries_cut", message=message))
    maker = _Maker(source, rules, base)
    entries = [entry for item in items[:MAX_ENTRIES] if (entry := maker.entry(item)) is not None]
    empty_count = min(len(items), MAX_ENTRIES) - len(entries)
    if empty_count:
        message = f"{empty_count} entries have neither title nor address nor content."
        warnings.append(ParseWarning(code="page.empty_entries", message=message))
    if maker.bad_dates:
        message = f"{len(maker.bad_dates)} dates make no sense, for example {maker.bad_dates[0][:60]!r}."
        warnings.append(ParseWarning(code="parse.bad_date", message=message))
    feed = ParsedFeed(
        format=_FORMATS[rules.kind],
        title=title,
        site_url=outer,
        language=language or content_language,
        entries=tuple(entries),
        warnings=tuple(warnings),
    )
    return Reading(feed, source, items, maker.bad_dates, empty_count)


class _Maker:
    """Makes entries of items."""

    def __init__(self, source: Source, rules: PageRules, base: str | None) -> None:
        self._source = source
        self._rules = rules
        self._base = base
        self.bad_dates: list[str] = []

    def entry(self, item: Any) -> ParsedEntry | None:
        """One entry; None for an item in which nothing was found."""
        source = self._source
        title = one_line(source.texts("title", item), may_be_html=isinstance(source, JsonSource))
        url = source.url("url", item, self._base)
        content = source.html("content", item, url or self._base if isinstance(source, JsonSource) else self._base)
        if not (title or url or content):
            return None
        return ParsedEntry(
            guid=one_line(source.texts("guid", item)),
            url=url,
            title=title,
            authors=self._authors(item),
            published_at=self._date(item),
            content_html=RawHTML(content) if content else None,
            tags=self._tags(item),
            thumbnail_url=source.url("thumbnail", item, self._base),
            base_url=self._base,
        )

    def _date(self, item: Any) -> datetime | None:
        texts = self._source.texts("date", item)
        with named("date_format"):
            times = (page_date(text, self._rules.date_format) for text in texts[:5])
            time = next((time for time in times if time is not None), None)
        if texts and time is None:
            self.bad_dates.append(texts[0])
        return time

    def _authors(self, item: Any) -> tuple[Person, ...]:
        names = (one_line([text]) for text in self._source.texts("author", item)[:20])
        return tuple(Person(name=name) for name in dict.fromkeys(names) if name)

    def _tags(self, item: Any) -> tuple[str, ...]:
        texts = self._source.texts("tags", item)
        if len(texts) == 1 and "," in texts[0]:
            texts = texts[0][:MAX_TITLE].split(",")
        return tuple(dict.fromkeys(tag for text in texts if (tag := one_line([text]))))


def no_entries_error(feed: ParsedFeed) -> ParseError | None:
    """What the line makes of a page that was answered and gave nothing; None where that is as it should be."""
    missing = next((warning for warning in feed.warnings if warning.code == "page.no_entries"), None)
    return ParseError("parse.no_entries", missing.message) if missing and not feed.entries else None
