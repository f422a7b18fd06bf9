"""Feeds' icons: looked for once a feed, at the address the feed names, in its site's page, at ``/favicon.ico``."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from dateline.errors import DatelineError, StoreError
from dateline.fetch import Client
from dateline.model import Response
from dateline.parse.discover import find_icons
from dateline.parse.picture_files import picture_type
from dateline.store import Database, icons
from dateline.store.feeds import Feed
from dateline.store.write import transaction

log = logging.getLogger(__name__)

MAX_ICON_BYTES = 100_000
MAX_PAGE_BYTES = 2_000_000
CANDIDATES = 4
ICONS_AT_ONCE = 10


async def find_some_icons(db: Database, client: Client, clock: Callable[[], datetime]) -> bool:
    """Look for a few of the icons that are missing. Whether one was. Raises ``StoreError``."""
    with db.reading() as tx:
        waiting = icons.without_icon(tx, ICONS_AT_ONCE)
    await asyncio.gather(*(_find_or_give_up(db, client, feed, clock) for feed in waiting))
    return bool(waiting)


async def _find_or_give_up(db: Database, client: Client, feed: Feed, clock: Callable[[], datetime]) -> None:
    try:
        await find_icon(db, client, feed, clock())
    except StoreError:
        raise
    except Exception:  # an icon is never worth the chore that looks for all of them
        log.exception("looking for the icon of %s failed", feed.url)
        with transaction(db) as tx:
            icons.set_icon(tx, feed.id, None, clock())


async def find_icon(db: Database, client: Client, feed: Feed, now: datetime) -> int | None:
    """Look for a feed's icon and store it.

    Its id; None when there is none. Notes in any case that it was looked for.
    """
    icon = await _first_picture(client, await _addresses(db, client, feed))
    with transaction(db) as tx:
        icon_id = icons.add(tx, *icon) if icon else None
        icons.set_icon(tx, feed.id, icon_id, now)
    return icon_id


async def _addresses(db: Database, client: Client, feed: Feed) -> list[str]:
    with db.reading() as tx:
        named = icons.icon_address(tx, feed.id)
    site = feed.site_url or feed.url
    page = await _page(client, site)
    found = find_icons(page.body, url=page.final_url, content_type=page.content_type) if page else []
    if not page:
        found = find_icons(b"", url=site)
    return list(dict.fromkeys([*([named] if named else []), *found]))[:CANDIDATES]


async def _page(client: Client, url: str) -> Response | None:
    try:
        return await client.get(url, accept="page", max_bytes=MAX_PAGE_BYTES)
    except DatelineError as error:
        log.debug("no page for an icon at %s: %s", url, error)
        return None


async def _first_picture(client: Client, urls: list[str]) -> tuple[str, bytes] | None:
    for url in urls:
        try:
            answer = await client.get(url, accept="icon", max_bytes=MAX_ICON_BYTES)
        except DatelineError as error:
            log.debug("no icon at %s: %s", url, error)
            continue
        content_type = picture_type(answer.body)
        if content_type:
            return content_type, answer.body
    return None
