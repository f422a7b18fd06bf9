"""Feeds' icons: looked for once a feed, at the address the feed names, in its site's page, at ``/favicon.ico``.

The feed itself is not asked again for it: where it names no other page than itself, its host's first page is looked at.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urljoin

from dateline.errors import DatelineError, StoreError
from dateline.fetch import Client
from dateline.fetch.transport import Transport
from dateline.model import Response
from dateline.parse.discover import find_icons
from dateline.parse.picture_files import picture_type
from dateline.store import Database, icons
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring
from dateline.store.write import transaction

from .asking import beside

log = logging.getLogger(__name__)

MAX_ICON_BYTES = 100_000
MAX_PAGE_BYTES = 2_000_000
CANDIDATES = 4
ICONS_AT_ONCE = 10


async def find_some_icons(db: Database, client: Client, keyring: Keyring, clock: Callable[[], datetime]) -> bool:
    """Look for a few of the icons that are missing. Whether one was. Raises ``StoreError``."""
    with db.reading() as tx:
        waiting = icons.without_icon(tx, ICONS_AT_ONCE)
    await asyncio.gather(*(_find_or_give_up(db, client, keyring, feed, clock) for feed in waiting))
    return bool(waiting)


async def _find_or_give_up(
    db: Database, client: Client, keyring: Keyring, feed: Feed, clock: Callable[[], datetime]
) -> None:
    try:
        await find_icon(db, client, keyring, feed, clock())
    except StoreError:
        raise
    except Exception:  # an icon is never worth the chore that looks for all of them
        log.exception("looking for the icon of %s failed", feed.url)
        with transaction(db) as tx:
            icons.set_icon(tx, feed.id, None, clock())


async def find_icon(db: Database, client: Client, keyring: Keyring, feed: Feed, now: datetime) -> int | None:
    """Look for a feed's icon and store it.

    Its id; None when there is none. Notes in any case that it was looked for.
    """
    try:
        transport = beside(feed, keyring)
    except StoreError:  # how it may be asked cannot be read
        icon = None
    else:
        icon = await _first_picture(client, await _addresses(db, client, feed, transport), transport)
    with transaction(db) as tx:
        icon_id = icons.add(tx, *icon) if icon else None
        icons.set_icon(tx, feed.id, icon_id, now)
    return icon_id


async def _addresses(db: Database, client: Client, feed: Feed, transport: Transport) -> list[str]:
    with db.reading() as tx:
        named = icons.icon_address(tx, feed.id)
    site = _site(feed)
    page = None if site in _own(feed) else await _page(client, site, transport)
    found = find_icons(page.body, url=page.final_url, content_type=page.content_type) if page else []
    if not page:
        found = find_icons(b"", url=site)
    return list(dict.fromkeys([*([named] if named else []), *found]))[:CANDIDATES]


def _site(feed: Feed) -> str:
    """The page to look at: the feed's site, or the first page of its host."""
    if feed.site_url is not None and feed.site_url not in _own(feed):
        return feed.site_url
    return urljoin(feed.address, "/")


def _own(feed: Feed) -> set[str | None]:
    """The addresses that the feed itself was had from."""
    answered = feed.validators_url.removesuffix(feed.mark) if feed.validators_url else None
    return {feed.address, feed.moved_url, answered}


async def _page(client: Client, url: str, transport: Transport) -> Response | None:
    try:
        return await client.get(url, accept="page", max_bytes=MAX_PAGE_BYTES, transport=transport)
    except DatelineError as error:
        log.debug("no page for an icon at %s: %s", url, error)
        return None


async def _first_picture(client: Client, urls: list[str], transport: Transport) -> tuple[str, bytes] | None:
    for url in urls:
        try:
            answer = await client.get(url, accept="icon", max_bytes=MAX_ICON_BYTES, transport=transport)
        except DatelineError as error:
            log.debug("no icon at %s: %s", url, error)
            continue
        content_type = picture_type(answer.body)
        if content_type:
            return content_type, answer.body
    return None
