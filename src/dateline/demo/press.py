"""``Outlet`` × where it is served × when × which edition → ``PrintedFeed``, what every format is written from."""

from datetime import datetime

from msgspec import Struct

from .markup import Places, plain, to_html
from .outlet import Outlet, SampleEntry, Section, Sound
from .pictures import type_of
from .sound import length_of, seconds_of

FEED_FILES = {
    "rss20": ("feed.xml", "application/rss+xml"),
    "rss20-summary": ("feed.xml", "application/rss+xml"),
    "rss10": ("index.rdf", "application/rdf+xml"),
    "atom10": ("feed.atom", "application/atom+xml"),
    "atom10-xhtml": ("feed.atom", "application/atom+xml"),
    "json11": ("feed.json", "application/feed+json"),
}
"""The file name and media type of each format."""

SUMMARY_LENGTH = 280


class Audio(Struct, frozen=True, kw_only=True):
    """A sound file that comes with an entry. ``length`` in bytes."""

    url: str
    type: str
    length: int
    seconds: int
    chapters_url: str
    sound: Sound


class Picture(Struct, frozen=True, kw_only=True):
    """The picture that stands for an entry."""

    url: str
    type: str


class PrintedEntry(Struct, frozen=True, kw_only=True):
    """One entry with real addresses and times. ``updated_at`` is set where the entry was changed."""

    slug: str
    guid: str
    url: str
    title: str | None
    author: str | None
    tags: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    sorted_at: datetime
    summary_text: str
    content_html: str
    picture: Picture | None
    audio: Audio | None


class PrintedFeed(Struct, frozen=True, kw_only=True):
    """A feed with real addresses and times, newest entry first. Relative addresses are relative to ``base_url``."""

    outlet: Outlet
    title: str
    url: str
    site_url: str
    icon_url: str
    cover_url: str | None
    base_url: str
    updated_at: datetime
    entries: tuple[PrintedEntry, ...]


def feed_path(outlet: Outlet) -> str:
    """The path of an outlet's feed on the server."""
    return f"/{outlet.name}/{FEED_FILES[outlet.format][0]}"


def section_path(outlet: Outlet, section: Section) -> str:
    """The path of the feed of one section."""
    return f"/{outlet.name}/{section.slug}-{FEED_FILES[outlet.format][0]}"


def print_feed(
    outlet: Outlet, base_url: str, now: datetime, edition: int, section: Section | None = None
) -> PrintedFeed:
    """Give an outlet's feed, or that of one of its sections, as the edition carries it.

    ``base_url`` is the server's address without a slash at its end, ``now`` the aware time that ages count back from.
    """
    entries = [entry for entry in outlet.in_edition(edition) if section is None or section.tag in entry.tags]
    printed = tuple(print_entry(outlet, entry, base_url, now) for entry in entries)
    return PrintedFeed(
        outlet=outlet,
        title=outlet.title if section is None else section.title,
        url=base_url + (feed_path(outlet) if section is None else section_path(outlet, section)),
        site_url=f"{base_url}/{outlet.name}/",
        icon_url=f"{base_url}/icons/{outlet.icon}",
        cover_url=f"{base_url}/pictures/{outlet.cover}" if outlet.cover else None,
        base_url=f"{base_url}/{outlet.name}/",
        updated_at=max(entry.updated_at or entry.sorted_at for entry in printed),
        entries=printed,
    )


def print_entry(outlet: Outlet, entry: SampleEntry, base_url: str, now: datetime) -> PrintedEntry:
    """Give one entry its addresses and times; see ``print_feed``."""
    at = now - entry.age
    summary = entry.summary or plain(entry.text)
    return PrintedEntry(
        slug=entry.slug,
        guid=f"tag:{outlet.name}.example,2026:{entry.slug}",  # RFC 4151; the same wherever the server listens
        url=f"{base_url}/{outlet.name}/{entry.slug}",
        title=entry.title,
        author=entry.author or outlet.author,
        tags=entry.tags,
        published_at=None if entry.undated else at,
        updated_at=None if entry.updated_age is None else now - entry.updated_age,
        sorted_at=at,
        summary_text=_shortened(summary),
        content_html=to_html(entry.text, _places(outlet, base_url)),
        picture=_picture(entry.picture, base_url),
        audio=_audio(outlet, entry, base_url),
    )


def _places(outlet: Outlet, base_url: str) -> Places:
    if outlet.relative:
        return Places(pictures="../pictures", entries=".")
    return Places(pictures=f"{base_url}/pictures", entries=f"{base_url}/{outlet.name}")


def _picture(name: str | None, base_url: str) -> Picture | None:
    return Picture(url=f"{base_url}/pictures/{name}", type=type_of(name)) if name else None


def _audio(outlet: Outlet, entry: SampleEntry, base_url: str) -> Audio | None:
    if entry.sound is None:
        return None
    here = f"{base_url}/{outlet.name}"
    return Audio(
        url=f"{here}/audio/{entry.slug}.wav",
        type="audio/wav",
        length=length_of(entry.sound),
        seconds=int(seconds_of(entry.sound)),
        chapters_url=f"{here}/chapters/{entry.slug}.json",
        sound=entry.sound,
    )


def _shortened(text: str) -> str:
    if len(text) <= SUMMARY_LENGTH:
        return text
    cut = text[:SUMMARY_LENGTH]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:–—") + "…"
