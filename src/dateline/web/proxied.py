"""Media of other hosts, by way of us: rows and SafeHTML → the same with signed addresses of ours (``signing``)."""

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from dateline.clean import urls
from dateline.model import SafeHTML
from dateline.store import Tx, feeds
from dateline.web.media import Media
from dateline.web.reading import Reading
from dateline.web.rows import Row
from dateline.web.visit import Visit

MAX_CHARS = 8_192
_MEDIA_TAG = re.compile(r'<(?:img|source|audio|video)(?: [a-z-]+="[^"]*")*>')
_ADDRESS = re.compile(r' (src|srcset|poster)="([^"]*)"')

Link = Callable[[str], str]
"""An address elsewhere → the link to it by way of us."""
Links = Callable[[int], Link]
"""The feed that names an address → what makes the link: who fetches a feed through a proxy does not meet its pictures'
hosts without."""


def shown(visit: Visit, of: Reading, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Rows as their owner wants them seen: with media by way of us, and then the page may load no others."""
    if not _are_wanted(visit, of):  # nothing is read then
        return rows
    with visit.db.reading() as tx:
        links = linker(visit, of, tx, {row.feed_id for row in rows})
    return tuple(through(row, links(row.feed_id)) for row in rows) if links is not None else rows


def linker(visit: Visit, of: Reading, tx: Tx, feed_ids: Iterable[int]) -> Links | None:
    """What makes links by way of us for what these feeds name, where the owner wants them (the page may then load no
    others); else None.
    """
    if not _are_wanted(visit, of):
        return None
    visit.own_media_only = True
    signer = visit.instance.signer
    # a visitor sees nothing of a feed that is its owner's alone
    own = set() if of.is_visitor else feeds.in_own_way(tx, of.owner.id, feed_ids)

    def links(feed_id: int) -> Link:
        by = feed_id if feed_id in own else None
        return lambda url: visit.url.plain(signer.path(url, now=visit.now, for_visitors=of.is_visitor, feed_id=by))

    return links


def _are_wanted(visit: Visit, of: Reading) -> bool:
    return of.owner.preferences.media_proxy and visit.instance.settings.media_proxy != "off"


def through(row: Row, link: Link) -> Row:
    """A row whose pictures, sounds and films come by way of us."""
    return replace(
        row,
        body=html_through(row.body, link) if row.body is not None else None,
        media=_media(row.media, link),
        picture=linked(row.picture, link) if row.picture else None,
    )


def html_through(html: SafeHTML, link: Link) -> SafeHTML:
    """SafeHTML whose media come by way of us; links stay as they are."""
    if "<img " not in html and "<source " not in html and "<audio " not in html and "<video " not in html:
        return html
    return SafeHTML(_MEDIA_TAG.sub(lambda tag: _ADDRESS.sub(lambda found: _attribute(found, link), tag[0]), html))


def _attribute(found: re.Match[str], link: Link) -> str:
    name, value = found[1], urls.unescaped(found[2])
    if name != "srcset":
        return f' {name}="{urls.escaped(linked(value, link))}"'
    # as ``clean`` writes it: addresses without blanks, joined by a comma and a blank
    candidates = [candidate.partition(" ") for candidate in value.split(", ")]
    return f' {name}="{urls.escaped(", ".join(linked(one, link) + gap + size for one, gap, size in candidates))}"'


def _media(media: Media, link: Link) -> Media:
    if not media.is_there:
        return media
    files = tuple(
        replace(file, sources=tuple(replace(one, url=linked(one.url, link)) for one in file.sources))
        if file.kind != "file"
        else file
        for file in media.files
    )
    episode = media.episode
    if episode is not None:
        chapters = tuple(
            replace(one, play_url=linked(one.play_url, link)) if one.play_url else one for one in episode.chapters
        )
        episode = replace(episode, chapters=chapters)
    return replace(media, files=files, pictures=tuple(linked(one, link) for one in media.pictures), episode=episode)


def linked(url: str, link: Link) -> str:
    """By way of us when it is an address elsewhere; a fragment (where to begin) stays outside."""
    if not url.startswith(("http://", "https://")) or len(url) > MAX_CHARS:
        return url
    address, mark, fragment = url.partition("#")
    return link(address) + mark + fragment
