"""Subscriptions and folders: what a person arranges. What stands beside the stream is in ``sidebars``."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import NotFound
from dateline.model import FullTextMode, Visibility

from . import checks as kept_checks
from . import history
from .accounts import name_key
from .db import Tx, WriteTx
from .feeds import PAGE_MARK, asked_address
from .times import from_us, from_us_or_none, to_us


class Folder(Struct, frozen=True, kw_only=True):
    """A folder; ``unread_count`` counts each subscription within it and below once, archived ones not.

    ``position``: where its owner put it among those that lie where it lies (``folder_order``); 0 for nowhere.
    """

    id: int
    parent_id: int | None
    name: str
    position: int = 0
    unread_count: int = 0


class Appearance(Struct, frozen=True, kw_only=True):
    """Icon, site and words of a feed: the publisher's, or what somebody put in their place."""

    icon_id: int | None = None
    site_url: str | None = None
    description: str | None = None


class SubscriptionDetails(Struct, frozen=True, kw_only=True):
    """One subscription with its feed's health. ``gap_seconds``: the usual time between two of its entries.

    ``icon_id``, ``site_url`` and ``description`` are as shown: one's own, else the publisher's.
    """

    id: int
    feed_id: int
    title: str
    own_title: str
    feed_title: str
    url: str
    site_url: str | None
    description: str | None
    icon_id: int | None
    own: Appearance
    published: Appearance
    unread_count: int
    entry_count: int
    folder_ids: tuple[int, ...]
    visibility: Visibility
    hidden_from_visitors: bool
    revised_unread: bool
    paused_at: datetime | None
    private: bool
    gone: bool
    moved_url: str | None
    checked_at: datetime | None
    ok_at: datetime | None
    changed_at: datetime | None
    next_at: datetime | None
    error_code: str | None
    error_detail: str | None
    error_at: datetime | None
    failures: int
    created_at: datetime
    full_text: FullTextMode
    kind: str = "feed"
    rules: str | None = None
    empty_rounds: int = 0
    gap_seconds: float | None = None
    checks: tuple[kept_checks.CheckRow, ...] = ()


def sort_key(title: str) -> str:
    """Titles in an order people expect: without case and accents."""
    if title.isascii():
        return title.lower()
    return unicodedata.normalize("NFKD", title).casefold()


def folder_ids(tx: Tx, user_id: int) -> dict[int, tuple[int, ...]]:
    """The folders of every subscription that is in any, by its id."""
    pairs = tx.all(
        "SELECT sf.subscription_id, sf.folder_id FROM folder d JOIN subscription_folder sf ON sf.folder_id = d.id"
        " WHERE d.user_id = :user ORDER BY sf.subscription_id, sf.folder_id",
        user=user_id,
    )
    found: dict[int, tuple[int, ...]] = {}
    for subscription_id, folder_id in pairs:
        before = found.get(subscription_id)
        found[subscription_id] = (folder_id,) if before is None else (*before, folder_id)
    return found


# ------------------------------------------------------------------------------------------------ one subscription

_DETAILS = (
    "SELECT s.id, s.feed_id, s.title, f.title, f.url, f.site_url, f.description, f.icon_id, s.unread_count,"
    " f.entry_count,"
    " s.visibility, s.hidden_from_visitors, f.owner_id, f.stopped_at, f.moved_url, f.checked_at, f.ok_at, f.changed_at,"
    " f.next_at, f.error_code, f.error_detail, f.error_at, f.failures, s.created_at,"
    " s.full_text, f.kind, f.rules, f.empty_rounds, s.revised_unread, s.paused_at, f.hints,"
    " s.own_icon_id, s.own_site_url, s.own_description"
    " FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
)


def _details(row: tuple[Any, ...], folder_ids: tuple[int, ...]) -> SubscriptionDetails:
    published = Appearance(site_url=row[5], description=row[6], icon_id=row[7])
    own = Appearance(icon_id=row[31], site_url=row[32], description=row[33])
    return SubscriptionDetails(
        id=row[0],
        feed_id=row[1],
        title=row[2] or row[3] or asked_address(row[4]),
        own_title=row[2],
        feed_title=row[3],
        url=asked_address(row[4]),
        site_url=own.site_url or published.site_url,
        description=own.description or published.description,
        icon_id=own.icon_id or published.icon_id,
        own=own,
        published=published,
        unread_count=row[8],
        entry_count=row[9],
        folder_ids=folder_ids,
        visibility=row[10],
        hidden_from_visitors=bool(row[11]),
        private=row[12] != 0,
        gone=row[13] is not None,
        moved_url=row[14],
        checked_at=from_us_or_none(row[15]),
        ok_at=from_us_or_none(row[16]),
        changed_at=from_us_or_none(row[17]),
        next_at=from_us_or_none(row[18]),
        error_code=row[19],
        error_detail=row[20],
        error_at=from_us_or_none(row[21]),
        failures=row[22],
        created_at=from_us(row[23]),
        full_text=row[24],
        kind=row[25],
        rules=row[26],
        empty_rounds=row[27],
        revised_unread=bool(row[28]),
        paused_at=from_us_or_none(row[29]),
        gap_seconds=_gap(row[30]),
    )


class _Rhythm(Struct, frozen=True, kw_only=True):
    gap_seconds: float | None = None


_rhythm = msgspec.json.Decoder(_Rhythm)


def _gap(hints: str | None) -> float | None:
    """The usual time between two entries, as the last document showed it (``refresh/schedule.py``)."""
    try:
        return _rhythm.decode(hints).gap_seconds if hints else None
    except msgspec.MsgspecError:
        return None


def details(tx: Tx, user_id: int, subscription_id: int) -> SubscriptionDetails:
    """One subscription with its feed's last checks. Raises ``NotFound``, also for somebody else's."""
    row = tx.one(f"{_DETAILS} AND s.id = :id", user=user_id, id=subscription_id)
    if row is None:
        raise NotFound(f"subscription {subscription_id}")
    found = _details(row, folder_ids(tx, user_id).get(subscription_id, ()))
    return replace(found, checks=tuple(kept_checks.of_feed(tx, found.feed_id)))


def all_details(tx: Tx, user_id: int) -> list[SubscriptionDetails]:
    """Every subscription, in order of title, without checks."""
    folders = folder_ids(tx, user_id)
    found = [_details(row, folders.get(row[0], ())) for row in tx.all(_DETAILS, user=user_id)]
    found.sort(key=lambda row: sort_key(row.title))
    return found


def by_feed_url(tx: Tx, user_id: int, url: str) -> int | None:
    """A user's subscription to the feed at an address."""
    found: int | None = tx.value(
        "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user AND f.url = :url"
        " UNION ALL"
        " SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
        " AND f.moved_url = :url AND f.kind = 'feed' LIMIT 1",
        user=user_id,
        url=url,
    )
    return found


def at_address(tx: Tx, user_id: int, url: str) -> int | None:
    """A user's subscription to what somebody calls by its address: the feed there, or the one page read by rules.

    None where there is neither, or two lists of that page.
    """
    found = by_feed_url(tx, user_id, url)
    if found is not None:
        return found
    pages = tx.column(
        "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
        " AND f.kind = 'page' AND substr(f.url, 1, :size) = :page LIMIT 2",
        user=user_id,
        page=url + PAGE_MARK,
        size=len(url + PAGE_MARK),
    )
    return pages[0] if len(pages) == 1 else None


def by_feed(tx: Tx, user_id: int, feed_id: int) -> int | None:
    """A user's subscription to a feed."""
    found: int | None = tx.value(
        "SELECT id FROM subscription WHERE user_id = :user AND feed_id = :feed", user=user_id, feed=feed_id
    )
    return found


# ------------------------------------------------------------------------------------------------ arranging


def add(tx: WriteTx, *, user_id: int, feed_id: int, title: str, now: datetime) -> int:
    """Insert a subscription that is not there. Its id."""
    ident: int = tx.value(
        "INSERT INTO subscription (user_id, feed_id, title, created_at) VALUES (:user, :feed, :title, :now)"
        " RETURNING id",
        user=user_id,
        feed=feed_id,
        title=title,
        now=to_us(now),
    )
    return ident


def change(tx: WriteTx, user_id: int, subscription_id: int, **columns: Any) -> None:
    """Set ``title``, ``visibility``, ``hidden_from_visitors`` or ``revised_unread``."""
    for column, value in columns.items():
        assert column in {"title", "visibility", "hidden_from_visitors", "revised_unread"}, column
        tx.run(
            f"UPDATE subscription SET {column} = :value WHERE id = :id AND user_id = :user",
            value=int(value) if isinstance(value, bool) else value,
            id=subscription_id,
            user=user_id,
        )


def remove(tx: WriteTx, user_id: int, subscription_ids: Iterable[int], now: datetime) -> list[int]:
    """Unsubscribe: unread rows go, stars and labels stay. Their feeds, in order. Raises ``NotFound``, leaving none."""
    ids = sorted(set(subscription_ids))
    rows = tx.all(
        "SELECT feed_id, seen_entry_id FROM subscription WHERE user_id = :user AND id IN ids(:ids) ORDER BY feed_id",
        user=user_id,
        ids=ids,
    )
    if len(rows) != len(ids):
        raise NotFound("subscriptions")
    feed_ids = [row[0] for row in rows]
    history.note_left(tx, user_id, {row[0]: row[1] for row in rows}, now)
    tx.run("DELETE FROM unread WHERE user_id = :user AND feed_id IN ids(:feeds)", user=user_id, feeds=feed_ids)
    tx.run("DELETE FROM subscription_folder WHERE subscription_id IN ids(:ids)", ids=ids)
    tx.run("DELETE FROM subscription WHERE id IN ids(:ids)", ids=ids)
    return feed_ids


def those_of(tx: Tx, user_id: int, subscription_ids: Iterable[int]) -> list[int]:
    """Those of the subscriptions that are a user's, and there."""
    return tx.column(
        "SELECT id FROM subscription WHERE user_id = :user AND id IN ids(:ids) ORDER BY id",
        user=user_id,
        ids=sorted(set(subscription_ids)),
    )


def feed_of(tx: Tx, user_id: int, subscription_id: int) -> int:
    """The feed of a user's subscription. Raises ``NotFound``."""
    found = tx.value(
        "SELECT feed_id FROM subscription WHERE id = :id AND user_id = :user", id=subscription_id, user=user_id
    )
    if found is None:
        raise NotFound(f"subscription {subscription_id}")
    return int(found)


def count(tx: Tx, user_id: int) -> int:
    """How many subscriptions a user has."""
    return int(tx.value("SELECT count(*) FROM subscription WHERE user_id = :user", user=user_id))


def any_before(tx: Tx, user_id: int, moment: datetime) -> bool:
    """Whether a user subscribed to anything before a moment."""
    sql = "SELECT 1 FROM subscription WHERE user_id = :user AND created_at < :moment LIMIT 1"
    return tx.value(sql, user=user_id, moment=to_us(moment)) is not None


def put_in_folders(tx: WriteTx, subscription_id: int, folder_ids: Iterable[int]) -> None:
    """A subscription is in these folders and in no other."""
    tx.run("DELETE FROM subscription_folder WHERE subscription_id = :id", id=subscription_id)
    rows = [{"id": subscription_id, "folder": folder_id} for folder_id in sorted(set(folder_ids))]
    tx.many("INSERT INTO subscription_folder (subscription_id, folder_id) VALUES (:id, :folder)", rows)


# ------------------------------------------------------------------------------------------------ folders


def folders(tx: Tx, user_id: int) -> list[Folder]:
    """A user's folders in their order (by position, then by name), without counts."""
    rows = tx.all("SELECT id, parent_id, name, position FROM folder WHERE user_id = :user", user=user_id)
    found = [Folder(id=row[0], parent_id=row[1], name=row[2], position=row[3]) for row in rows]
    found.sort(key=lambda folder: sort_key(folder.name))
    if any(row[3] for row in rows):
        found.sort(key=lambda folder: folder.position)
    return found


def below(known: Sequence[Folder], folder_id: int) -> set[int]:
    """A folder and all within it. Raises ``NotFound`` when it is none of them."""
    if all(folder.id != folder_id for folder in known):
        raise NotFound(f"folder {folder_id}")
    found: set[int] = set()
    new = {folder_id}
    while new:
        found |= new
        new = {folder.id for folder in known if folder.parent_id in new} - found
    return found


def folder(tx: Tx, user_id: int, folder_id: int) -> Folder:
    """One folder. Raises ``NotFound``, also for somebody else's."""
    row = tx.one(
        "SELECT id, parent_id, name, position FROM folder WHERE id = :id AND user_id = :user",
        id=folder_id,
        user=user_id,
    )
    if row is None:
        raise NotFound(f"folder {folder_id}")
    return Folder(id=row[0], parent_id=row[1], name=row[2], position=row[3])


def name_owner(tx: Tx, user_id: int, name: str) -> tuple[str, int] | None:
    """Which ("folder" | "label", id) has a name: one namespace for both."""
    row = tx.one(
        "SELECT 'folder', id FROM folder WHERE user_id = :user AND name_key = :key"
        " UNION ALL SELECT 'label', id FROM label WHERE user_id = :user AND name_key = :key",
        user=user_id,
        key=name_key(name),
    )
    return cast("tuple[str, int]", row) if row else None


def add_folder(tx: WriteTx, user_id: int, name: str, parent_id: int | None, position: int = 0) -> int:
    """Insert a folder whose name is free. Its id."""
    ident: int = tx.value(
        "INSERT INTO folder (user_id, parent_id, name, name_key, position)"
        " VALUES (:user, :parent, :name, :key, :position) RETURNING id",
        user=user_id,
        parent=parent_id,
        name=name,
        key=name_key(name),
        position=position,
    )
    return ident


def rename_folder(tx: WriteTx, folder_id: int, name: str) -> None:
    """Give a folder a name that is free."""
    tx.run(
        "UPDATE folder SET name = :name, name_key = :key WHERE id = :id", name=name, key=name_key(name), id=folder_id
    )


def move_folder(tx: WriteTx, folder_id: int, parent_id: int | None, position: int) -> None:
    """Put a folder into another, or at the top."""
    tx.run(
        "UPDATE folder SET parent_id = :parent, position = :position WHERE id = :id",
        parent=parent_id,
        position=position,
        id=folder_id,
    )


def remove_folder(tx: WriteTx, folder_id: int) -> None:
    """Delete a folder; what was in it goes where the folder was."""
    tx.run(
        "INSERT INTO subscription_folder (subscription_id, folder_id) SELECT sf.subscription_id, d.parent_id"
        " FROM folder d JOIN subscription_folder sf ON sf.folder_id = d.id"
        " WHERE d.id = :id AND d.parent_id IS NOT NULL ON CONFLICT DO NOTHING",
        id=folder_id,
    )
    tx.run(
        "UPDATE folder SET parent_id = (SELECT parent_id FROM folder d WHERE d.id = :id) WHERE parent_id = :id",
        id=folder_id,
    )
    tx.run("DELETE FROM subscription_folder WHERE folder_id = :id", id=folder_id)
    tx.run("DELETE FROM folder WHERE id = :id", id=folder_id)
