"""ParsedEntry → CleanEntry: every field plain, safe and of bounded size."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from dateline.model import UNNAMED, CleanEntry, Enclosure, ParsedEntry, Person, RawHTML, SafeHTML

from . import urls
from .episode import clean_episode
from .sanitize import clean_html
from .text import count_words, folded, loose_text, one_line

PREVIEW_CHARS: Final = 500
MAX_TITLE_CHARS: Final = 1_000
TITLE_FROM_TEXT_CHARS: Final = 75
MAX_AUTHORS: Final = 20
MAX_NAME_CHARS: Final = 200
MAX_EMAIL_CHARS: Final = 254
MAX_TAGS: Final = 50
MAX_TAG_CHARS: Final = 100
MAX_ENCLOSURES: Final = 50
MAX_TYPE_CHARS: Final = 100
MAX_NUMBER: Final = 2**53
"""Sizes and durations beyond are nonsense, and JSON readers could not hold them."""

_SHOWN: Final = re.compile(r"<(?:audio|iframe|img|video) ")
_FIRST_PICTURE: Final = re.compile(r'<img src="([^"]*)"')
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,5}")
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+*-]+", re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


def clean_entry(entry: ParsedEntry, *, feed_url: str, site_url: str | None) -> CleanEntry:
    """One entry as published → the same ready to be stored.

    Relative addresses are relative to the entry's ``base_url``, else to its own address, the feed's site or the feed.
    ``content_html`` is the content, or the summary where no content is left after cleaning. Never raises.
    """
    url = urls.absolute(entry.url, entry.base_url or site_url or feed_url) if entry.url else None
    base = entry.base_url or url or site_url or feed_url
    content, text = _content(entry, base)
    preview = _start(text)
    return CleanEntry(
        url=url,
        title=_title(entry.title, preview, url),
        authors=_authors(entry.authors, base),
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        content_html=content,
        text=text,
        preview_text=preview,
        word_count=count_words(text),
        tags=_tags(entry.tags),
        language=entry.language if entry.language and _LANGUAGE.fullmatch(entry.language) else None,
        enclosures=_enclosures(entry.enclosures, base),
        thumbnail_url=_thumbnail(entry.thumbnail_url, content, base),
        comments_url=urls.absolute(entry.comments_url, base) if entry.comments_url else None,
        episode=clean_episode(entry.episode, base) if entry.episode is not None else None,
    )


def _content(entry: ParsedEntry, base: str) -> tuple[SafeHTML, str]:
    """→ (the cleaned content, or summary where the content shows nothing, its text)."""
    content = clean_html(entry.content_html or RawHTML(""), base)
    text = loose_text(content)
    if entry.summary_html and not text.strip() and not _SHOWN.search(content):
        content = clean_html(entry.summary_html, base)
        text = loose_text(content)
    return content, text


def _start(text: str) -> str:
    """The first characters of a text, on one line."""
    taken = PREVIEW_CHARS + 50
    while len(start := folded(text[:taken])) < PREVIEW_CHARS and taken < len(text):  # many blanks
        taken *= 4
    return start[:PREVIEW_CHARS].rstrip()


def _title(published: str | None, text: str, url: str | None) -> str:
    if title := one_line(published, MAX_TITLE_CHARS):
        return title
    if start := one_line(text[: TITLE_FROM_TEXT_CHARS * 2], TITLE_FROM_TEXT_CHARS * 2):
        return start if len(start) <= TITLE_FROM_TEXT_CHARS else start[:TITLE_FROM_TEXT_CHARS].rstrip() + "…"
    return one_line(_readable(url), MAX_TITLE_CHARS) if url else UNNAMED


def _readable(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}".rstrip("/")


def _authors(published: Iterable[Person], base: str) -> tuple[Person, ...]:
    cleaned = (_person(person, base) for person in published)
    return tuple(dict.fromkeys(person for person in cleaned if person is not None))[:MAX_AUTHORS]


def _person(person: Person, base: str) -> Person | None:
    email = one_line(person.email, MAX_EMAIL_CHARS)
    cleaned = Person(
        name=one_line(person.name, MAX_NAME_CHARS) or None,
        email=email if _EMAIL.fullmatch(email) else None,
        url=urls.absolute(person.url, base) if person.url else None,
    )
    return cleaned if cleaned.name or cleaned.email or cleaned.url else None


def _tags(published: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, whatever its case, as it was written first."""
    kept: dict[str, str] = {}
    for tag in published:
        if folded := one_line(tag, MAX_TAG_CHARS):
            kept.setdefault(folded.casefold(), folded)
        if len(kept) == MAX_TAGS:
            break
    return tuple(kept.values())


def _enclosures(published: Iterable[Enclosure], base: str) -> tuple[Enclosure, ...]:
    """Each address once, with the first thing that was said about it."""
    kept: dict[str, Enclosure] = {}
    for enclosure in published:
        url = urls.absolute(enclosure.url, base)
        if url is not None and url not in kept:
            kept[url] = _enclosure(enclosure, url)
        if len(kept) == MAX_ENCLOSURES:
            break
    return tuple(kept.values())


def _enclosure(enclosure: Enclosure, url: str) -> Enclosure:
    media_type = one_line(enclosure.type, MAX_TYPE_CHARS).lower()
    return Enclosure(
        url=url,
        type=media_type if _MEDIA_TYPE.fullmatch(media_type) else None,
        length=_number(enclosure.length),
        title=one_line(enclosure.title, MAX_TITLE_CHARS) or None,
        duration_seconds=_number(enclosure.duration_seconds),
        width=_number(enclosure.width),
        height=_number(enclosure.height),
        group=_number(enclosure.group),
    )


def _number(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= MAX_NUMBER else None


def _thumbnail(published: str | None, content: SafeHTML, base: str) -> str | None:
    if published and (url := urls.absolute(published, base)) and not urls.is_beacon(url):
        return url
    first = _FIRST_PICTURE.search(content)
    return urls.unescaped(first[1]) if first else None
