"""Everything that the demo server answers with: path → ``Resource``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b

from msgspec import Struct, json

from .catalogue import document, opml
from .outlet import Outlet, Sound, outlets
from .pages import STYLE, entry_page, front_page, index_page
from .pictures import icon, icon_names, picture, picture_names, type_of
from .press import FEED_FILES, Audio, PrintedFeed, feed_path, print_feed, section_path
from .sound import STROKE_SECONDS

FEED_MAX_AGE = 60
PICTURE_MAX_AGE = 86_400


class Resource(Struct, frozen=True, kw_only=True):
    """One answer. ``sound`` stands for a body that is made when it is first asked for; ``location`` makes it a 301."""

    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    sound: Sound | None = None
    etag: str = ""
    last_modified: str = ""
    max_age: int = FEED_MAX_AGE
    location: str | None = None


def site(base_url: str, now: datetime, edition: int) -> dict[str, Resource]:
    """All paths of the server with what they answer in this edition.

    ``base_url`` is without a slash at its end; ``now`` the aware time that all ages count back from.
    """
    printed = [print_feed(outlet, base_url, now, edition) for outlet in outlets()]
    resources = dict(_pictures(now))
    resources["/"] = _html(index_page(printed), now)
    resources["/style.css"] = _resource("text/css; charset=utf-8", STYLE.encode(), now)
    resources["/feeds.opml"] = _resource("text/x-opml; charset=utf-8", opml(base_url), now)
    for feed in printed:
        resources.update(_outlet(feed, base_url, now, edition))
    return resources


def _pictures(now: datetime) -> Iterator[tuple[str, Resource]]:
    for name in picture_names():
        yield f"/pictures/{name}", _resource(type_of(name), picture(name), now, max_age=PICTURE_MAX_AGE)
    for name in icon_names():
        yield f"/icons/{name}", _resource(type_of(name), icon(name), now, max_age=PICTURE_MAX_AGE)
    yield "/favicon.ico", _resource("image/svg+xml", icon("meridian.svg"), now, max_age=PICTURE_MAX_AGE)


def _outlet(feed: PrintedFeed, base_url: str, now: datetime, edition: int) -> Iterator[tuple[str, Resource]]:
    outlet = feed.outlet
    changed_at = _changed_at(outlet, now, edition)
    media_type = f"{FEED_FILES[outlet.format][1]}; charset=utf-8"
    yield feed_path(outlet), _resource(media_type, document(feed), changed_at)
    for section in outlet.sections:
        part = print_feed(outlet, base_url, now, edition, section)
        yield section_path(outlet, section), _resource(media_type, document(part), changed_at)
    if outlet.moved_from:
        yield outlet.moved_from, Resource(location=feed.url)
    yield f"/{outlet.name}/", _html(front_page(feed), changed_at)
    yield f"/{outlet.name}", Resource(location=feed.site_url)
    for entry in feed.entries:
        yield f"/{outlet.name}/{entry.slug}", _html(entry_page(feed, entry), changed_at)
        if entry.audio:
            yield from _audio(entry.audio, base_url, now)


def _audio(audio: Audio, base_url: str, now: datetime) -> Iterator[tuple[str, Resource]]:
    path = audio.url.removeprefix(base_url)
    yield path, _resource(audio.type, path.encode(), now, sound=audio.sound, max_age=PICTURE_MAX_AGE)
    stroke = STROKE_SECONDS[audio.sound.voice]
    chapters = [
        {"startTime": place * stroke, "title": note} for place, note in enumerate(audio.sound.notes) if note != "-"
    ]
    body = json.encode({"version": "1.2.0", "chapters": chapters})
    yield audio.chapters_url.removeprefix(base_url), _resource("application/json+chapters", body, now)


def _changed_at(outlet: Outlet, now: datetime, edition: int) -> datetime:
    """A second later for every edition, so that those who ask by date alone see the difference; never in the future."""
    return now - timedelta(minutes=1) + timedelta(seconds=outlet.changed_in(edition))


def _html(page: str, changed_at: datetime) -> Resource:
    return _resource("text/html; charset=utf-8", page.encode(), changed_at)


def _resource(
    content_type: str, body: bytes, changed_at: datetime, *, sound: Sound | None = None, max_age: int = FEED_MAX_AGE
) -> Resource:
    """Give a body its validators. The ETag is weak, for the same body also goes out compressed (RFC 9110, 8.8.1)."""
    digest = blake2b(body, digest_size=10).hexdigest()
    return Resource(
        content_type=content_type,
        body=b"" if sound else body,
        sound=sound,
        etag=f'"{digest}"' if sound else f'W/"{digest}"',
        last_modified=format_datetime(changed_at.astimezone(UTC), usegmt=True),
        max_age=max_age,
    )
