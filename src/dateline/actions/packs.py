"""Starter packs: well-known public feeds by topic (``packs.opml``), subscribed to by one press and left by another."""

from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec import Struct

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.parse.opml import parse_opml
from dateline.store import Database, subscriptions
from dateline.store.db import WriteTx
from dateline.store.write import transaction

from .arranging import note_joined
from .entries import Done
from .subscriptions import add_subscription, folder_name, folder_of_name, folders_of


class PackFeed(Struct, frozen=True, kw_only=True):
    """One feed of a pack."""

    title: str
    url: str
    language: str


class Pack(Struct, frozen=True, kw_only=True):
    """A topic and its feeds; ``key`` is its name in the file."""

    key: str
    feeds: tuple[PackFeed, ...]


@cache
def packs() -> tuple[Pack, ...]:
    """All packs, in the order of the file."""
    document = parse_opml(Path(__file__).with_name("packs.opml").read_bytes())
    found: dict[str, list[PackFeed]] = {}
    for feed in document.feeds:
        language = feed.attributes.get("language", "")
        found.setdefault(feed.folders[0][0], []).append(PackFeed(title=feed.title, url=feed.url, language=language))
    return tuple(Pack(key=key, feeds=tuple(feeds)) for key, feeds in found.items())


def pack_of(key: str) -> Pack:
    """The pack of this name. Raises ``NotFound``."""
    for pack in packs():
        if pack.key == key:
            return pack
    raise NotFound(f"pack {key[:40]}")


def subscribe(db: Database, user: User, key: str, folder: str, *, language: str = "", now: datetime) -> Done:
    """Subscribe to a pack's feeds, those of one language only if that is given, in a folder of that name.

    Feeds that the user has already are passed over. How many are new, and the deed that undoes it. Raises ``NotFound``.
    """
    shown = folder_name(folder)
    wanted = [feed for feed in pack_of(key).feeds if language in ("", feed.language)]
    with transaction(db) as tx:
        tx.hold_user(user.id)
        new = [feed for feed in wanted if subscriptions.by_feed_url(tx, user.id, feed.url) is None]
        if not new:
            return Done(count=0, seq=None)
        folder_ids = _folder(tx, user, shown)
        joined = []
        for feed in new:
            folders_of(tx, user.id, folder_ids, None)  # there is an end to subscriptions
            joined.append(add_subscription(tx, user.id, feed.url, folder_ids=folder_ids, now=now))
        return Done(count=len(joined), seq=note_joined(tx, user, joined, now))


def _folder(tx: WriteTx, user: User, name: str) -> list[int]:
    """The folder of this name; none when a label has it."""
    try:
        return [folder_of_name(tx, user.id, name)]
    except ActionError:
        return []
