"""Entries as a page shows them: ``Entry`` → ``Row``, with days, times and links in the reader's words."""

import math
import re
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup
from msgspec import Struct

from dateline.clean.on_demand import on_demand
from dateline.model import Entry, Person, SafeHTML
from dateline.store.labels import Label
from dateline.web.i18n import Words, local
from dateline.web.label_views import LabelView, label_views
from dateline.web.media import Media, media
from dateline.web.versions import Which, which

LONGEST_BODY = 20_000
PLACE = f"\0{secrets.token_hex(16)}\0"
"""Stands in a rendered page where a body goes (``filled``): nobody can know it, and no text may hold the first sign."""
_WORDS_A_MINUTE = 220
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")

Bucket = Literal["today", "yesterday", "before"]


class Row(Struct, frozen=True, kw_only=True):
    """One entry of a list, folded and opened. ``body`` is None when it is left to the entry's own page; ``state`` are
    the attributes for unread, kept unread and starred."""

    id: int
    feed_id: int
    subscription_id: int | None
    feed_title: str
    icon_id: int | None
    title: str
    preview: str
    language: str
    url: Markup | None
    comments_url: str | None
    short_time: str
    iso_time: str
    moment: str
    updated: str
    revised: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    minutes: str
    media: Media
    picture: str | None
    state: Markup
    body: SafeHTML | None
    is_long: bool
    which: Which | None = None
    labels: tuple[LabelView, ...] = ()
    separator: "Separator | None" = None

    @property
    def place(self) -> str:
        """What a template writes for the body."""
        return PLACE if self.body is not None else ""


class Separator(Struct, frozen=True, kw_only=True):
    """The line before a day's first entry."""

    bucket: Bucket
    text: str


def filled(page: str, rows: Iterable[Row]) -> bytes:
    """A rendered page or part, with the bodies of its rows where their places are; as it is sent, in UTF-8.

    Bodies are safe as they are, and a third of a page: to take them through the template and back was a tenth of its
    time (docs/decisions/0003).
    """
    first, *rest = page.encode().split(PLACE.encode())
    bodies = [row.body for row in rows if row.body is not None]
    parts = [first]
    for body, part in zip(bodies, rest, strict=True):
        parts += (body.encode(), part)
    return b"".join(parts)


class RowMaker:
    """Makes the rows of one page: in these words, this zone, on this day."""

    def __init__(
        self,
        words: Words,
        zone: ZoneInfo,
        now: datetime,
        *,
        preview: bool,
        is_visitor: bool,
        labels: Iterable[Label] = (),
    ) -> None:
        self.words = words
        self.zone = zone
        self.today = local(now, zone).date()
        self.yesterday = self.today - timedelta(days=1)
        self.preview = preview
        self.is_visitor = is_visitor
        self._labels = {view.name: view for view in label_views(labels, words)}
        self._minutes: dict[int, str] = {}

    def rows(
        self, entries: Iterable[Entry], *, after: datetime | None = None, protects_important: bool = False
    ) -> tuple[Row, ...]:
        """The rows, each day's first with its separator. ``after``: where the list goes on from, when it does."""
        last = self.bucket(after) if after is not None else None
        rows: list[Row] = []
        for entry in entries:
            listed_on = local(entry.listed_at, self.zone).date()
            bucket = self._bucket(listed_on)
            separator = self.separator(bucket) if bucket != last else None
            rows.append(
                self.row(entry, separator=separator, protects_important=protects_important, listed_on=listed_on)
            )
            last = bucket
        return tuple(rows)

    def times(self, moment: datetime) -> tuple[str, str]:
        """A moment as short as can be, and as machines read it."""
        at = local(moment, self.zone)
        return self._short_time(at, at.date()), at.isoformat(timespec="minutes")

    def bucket(self, listed_at: datetime) -> Bucket:
        """Today, yesterday, or before, in the reader's zone."""
        return self._bucket(local(listed_at, self.zone).date())

    def _bucket(self, day: date) -> Bucket:
        if day >= self.today:
            return "today"
        return "yesterday" if day == self.yesterday else "before"

    def separator(self, bucket: Bucket) -> Separator:
        """The line that begins a bucket."""
        if bucket == "today":
            text = self.words.text("Today — {day}", day=self.words.day(self.today))
        elif bucket == "yesterday":
            text = self.words.text("Yesterday — {day}", day=self.words.day(self.yesterday))
        else:
            text = self.words.text("Before yesterday")
        return Separator(bucket=bucket, text=text)

    def row(
        self,
        entry: Entry,
        *,
        separator: Separator | None = None,
        whole: bool = False,
        is_due: bool = False,
        protects_important: bool = False,
        listed_on: date | None = None,
    ) -> Row:
        """One entry. ``whole``: on its own page, with its body however long that is. ``is_due``: its full text is.
        ``listed_on``: its day in the reader's zone, where that is known already.

        Scrolling past marks neither what was marked unread by hand nor, where the stream ``protects_important``, what
        important feeds brought.
        """
        at = local(entry.published_at or entry.updated_at or entry.received_at, self.zone)
        is_long = not whole and _length(entry) > LONGEST_BODY
        return Row(
            id=entry.id,
            feed_id=entry.feed_id,
            subscription_id=entry.subscription_id,
            feed_title=entry.feed_title,
            icon_id=entry.icon_id,
            title=entry.title,
            preview=entry.preview_text if self.preview or is_long else "",
            language=language_tag(entry.language),
            url=Markup.escape(entry.url) if entry.url else None,
            comments_url=entry.comments_url,
            short_time=self._short_time(at, listed_on or local(entry.listed_at, self.zone).date()),
            iso_time=at.isoformat(timespec="minutes"),
            moment=self.words.moment(at),
            updated=self._updated(entry),
            revised=self._revised(entry),
            authors=tuple([_byline(person) for person in entry.authors]) if entry.authors else (),
            tags=entry.tags,
            minutes=self._reading_time(entry.word_count),
            media=media(entry, self.words),
            picture=entry.thumbnail_url,
            state=_NO_STATE if self.is_visitor else _state(entry, protects_important=protects_important),
            body=None if is_long or entry.content_html is None else on_demand(entry.content_html),
            is_long=is_long,
            which=which(self.words, self.zone, entry, is_alone=whole, is_due=is_due, is_visitor=self.is_visitor),
            labels=tuple(self._labels[name] for name in entry.labels if name in self._labels) if entry.labels else (),
            separator=separator,
        )

    def _short_time(self, at: datetime, listed_on: date) -> str:
        """``14:58`` under today's or yesterday's line; ``4 juin`` of another day, with its year if that is another."""
        day = at.date()
        if day == listed_on and day >= self.yesterday:
            return self.words.minute(at)
        return self.words.day_of_year(day) if day.year == self.today.year else self.words.short_day(day)

    def _reading_time(self, word_count: int) -> str:
        minutes = max(1, round(word_count / _WORDS_A_MINUTE))
        if minutes not in self._minutes:
            self._minutes[minutes] = self.words.text("{count} min", count=self.words.number(minutes))
        return self._minutes[minutes]

    def _revised(self, entry: Entry) -> str:
        """When it was seen to say something else than before; "" when it never was."""
        if entry.revised_at is None:
            return ""
        return self.words.text("Updated on {moment}", moment=self.words.moment(local(entry.revised_at, self.zone)))

    def _updated(self, entry: Entry) -> str:
        """When it was changed, if that was clearly after it came out; else ""."""
        if entry.updated_at is None or entry.published_at is None:
            return ""
        if entry.updated_at - entry.published_at < timedelta(hours=1):
            return ""
        return self.words.text("Changed on {moment}", moment=self.words.moment(local(entry.updated_at, self.zone)))


def _byline(person: Person) -> str:
    return (person.name or person.email or person.url or "")[:200]


def language_tag(language: str | None) -> str:
    """A published language when it can be one (BCP 47 shape), else ""."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


_NO_STATE = Markup()
_UNREAD, _KEPT, _STARRED = Markup(" data-unread"), Markup(" data-unread data-kept"), Markup(" data-starred")


def _state(entry: Entry, *, protects_important: bool) -> Markup:
    """The attributes that CSS and behaviours know an entry's state by: one value, since a page asks it of every row."""
    read = _NO_STATE
    if entry.unread:
        read = _KEPT if entry.kept or (protects_important and entry.important) else _UNREAD
    return read + _STARRED if entry.starred else read


def _length(entry: Entry) -> float:
    """How much of a page an entry takes: its content and the addresses of what comes with it."""
    if entry.content_html is None:
        return math.inf
    if not entry.enclosures:
        return len(entry.content_html)
    return len(entry.content_html) + sum(len(enclosure.url) for enclosure in entry.enclosures)
