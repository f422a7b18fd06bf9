"""Many subscriptions at once: a handful of statements for a whole file of feeds, not a handful for each of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from dateline.model import FullTextRules, Visibility

from . import brought, read_by_itself, rules
from .db import Tx, WriteTx
from .delivery import Delivered
from .full_texts import stored_rules
from .times import to_us

ROWS_AT_ONCE = 500

Progress = Callable[[int], None]
"""Called with how many rows more have been written."""


class Joining(Struct, frozen=True, kw_only=True):
    """One subscription that is to be made. ``owner_id`` is 0 for a shared feed.

    ``title`` is the person's own ("": the feed's); ``feed_title`` names the feed until its first document does.
    ``rules`` make it a page (``store/pages.py``); ``retention``, ``display``, ``read_when`` and ``unapplied`` are
    stored as they are; all JSON. ``read_queries`` are searches that mark as read what they find.
    ``followed_folder_id``: the folder whose followed list brings it, at this very address.
    """

    url: str
    host: str
    owner_id: int = 0
    credentials: bytes | None = None
    transport: bytes | None = None
    title: str = ""
    feed_title: str = ""
    folder_ids: tuple[int, ...] = ()
    visibility: Visibility = "main"
    hidden_from_visitors: bool = False
    full_text: str = "off"
    full_text_rules: FullTextRules = FullTextRules()
    revised_unread: bool = False
    is_paused: bool = False
    retention: str | None = None
    display: str | None = None
    read_when: str | None = None
    rules: str | None = None
    followed_folder_id: int | None = None
    unapplied: str | None = None
    read_queries: tuple[str, ...] = ()
    own_site_url: str | None = None
    own_description: str | None = None


def subscribed_addresses(tx: Tx, user_id: int) -> set[str]:
    """The addresses of what a user subscribes to, and where permanent redirects lead from there."""
    rows = tx.all(
        "SELECT f.url, f.moved_url FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user",
        user=user_id,
    )
    return {address for row in rows for address in row if address is not None}


def taken_names(tx: Tx, user_id: int) -> set[str]:
    """The keys of a user's names of folders and labels: one namespace."""
    return set(
        tx.column(
            "SELECT name_key FROM folder WHERE user_id = :user UNION ALL SELECT name_key FROM label"
            " WHERE user_id = :user",
            user=user_id,
        )
    )


def join(
    tx: WriteTx, user_id: int, joining: Sequence[Joining], now: datetime, progress: Progress | None = None
) -> None:
    """Subscribe inside a transaction that holds the user; none of the addresses is subscribed to yet, each comes once.

    Feeds are inserted, due at once, or woken; what known ones carry now is unread.
    """
    if not joining:
        return
    told = progress or (lambda _: None)
    ids = _feeds(tx, user_id, joining, now, told)
    # a feed that the user reads may have moved to one of the addresses just now
    read = set(tx.column("SELECT feed_id FROM subscription WHERE user_id = :user", user=user_id))
    joining = [one for one in joining if ids[one.url, one.owner_id][0] not in read]
    ids = {key: row for key, row in ids.items() if row[0] not in read}
    for rows in _chunks([_subscription_row(user_id, one, ids[one.url, one.owner_id], now) for one in joining]):
        tx.many(_INSERT_SUBSCRIPTION, rows)
        told(len(rows))
    _put_in_folders(tx, user_id, joining, {key: row[0] for key, row in ids.items()}, told)
    _add_rules(tx, user_id, joining, {key: row[0] for key, row in ids.items()}, now)
    _deliver_carried(tx, user_id, {feed_id: newest for feed_id, newest in ids.values() if newest})


_INSERT_FEED = (
    "INSERT INTO feed (url, owner_id, host, credentials, transport, title, kind, rules, created_at, next_at)"
    " VALUES (:url, :owner, :host, :credentials, :transport, :title, :kind, :rules, :now, :now)"
    " ON CONFLICT (url, owner_id) DO UPDATE SET"
    " orphaned_at = NULL, next_at = coalesce(feed.next_at, excluded.next_at),"
    " credentials = coalesce(excluded.credentials, feed.credentials),"
    " transport = coalesce(excluded.transport, feed.transport),"
    # asked otherwise than before, its document is another one, and its cookies are
    " cookies = CASE WHEN excluded.transport IS NULL THEN feed.cookies END,"
    " etag = CASE WHEN excluded.transport IS NULL THEN feed.etag END,"
    " last_modified = CASE WHEN excluded.transport IS NULL THEN feed.last_modified END,"
    " body_hash = CASE WHEN excluded.transport IS NULL THEN feed.body_hash END"
)
_INSERT_SUBSCRIPTION = (
    "INSERT INTO subscription (user_id, feed_id, title, visibility, hidden_from_visitors, full_text, full_text_rules,"
    " revised_unread, retention, display, followed_folder_id, followed_url, seen_entry_id, created_at, paused_at,"
    " unapplied, own_site_url, own_description, read_when)"
    " VALUES (:user, :feed, :title, :visibility, :hidden, :full_text, :full_text_rules, :revised, :retention,"
    " :display, :followed, :followed_url, :seen, :now, :paused, :unapplied, :own_site, :own_description, :read_when)"
)


def _feeds(
    tx: WriteTx, user_id: int, joining: Sequence[Joining], now: datetime, told: Progress
) -> dict[tuple[str, int], tuple[int, int]]:
    """Insert or wake the feeds; (url, owner) → (id, newest entry id). Their rows are held until the commit."""
    urls = json.dumps([one.url for one in joining])
    owners = [0, user_id]
    # in order of id, as whoever stores what feeds brought holds them: two that wait for each other would be a deadlock
    tx.all(
        "SELECT id FROM feed WHERE owner_id IN ids(:owners) AND url IN (SELECT value FROM [[strings]])"
        " ORDER BY id [[lock_row]]",
        owners=owners,
        strings=urls,
    )
    at = to_us(now)
    inserted = [
        {
            "url": one.url,
            "owner": one.owner_id,
            "host": one.host,
            "credentials": one.credentials,
            "transport": one.transport,
            "title": one.feed_title,
            "kind": "page" if one.rules else "feed",
            "rules": one.rules,
            "now": at,
        }
        for one in sorted(joining, key=lambda one: one.url)
    ]
    for rows in _chunks(inserted):
        tx.many(_INSERT_FEED, rows)
        told(len(rows))
    found = tx.all(
        "SELECT url, owner_id, id, last_entry_id FROM feed WHERE owner_id IN ids(:owners)"
        " AND url IN (SELECT value FROM [[strings]])",
        owners=owners,
        strings=urls,
    )
    wanted = {(one.url, one.owner_id) for one in joining}
    return {(row[0], row[1]): (row[2], row[3]) for row in found if (row[0], row[1]) in wanted}


def _subscription_row(user_id: int, one: Joining, feed: tuple[int, int], now: datetime) -> dict[str, Any]:
    return {
        "user": user_id,
        "feed": feed[0],
        "title": one.title,
        "visibility": one.visibility,
        "hidden": int(one.hidden_from_visitors),
        "full_text": one.full_text,
        "full_text_rules": stored_rules(one.full_text_rules),
        "revised": int(one.revised_unread),
        "retention": one.retention,
        "display": one.display,
        "unapplied": one.unapplied,
        "own_site": one.own_site_url,
        "own_description": one.own_description,
        "read_when": one.read_when,
        "paused": to_us(now) if one.is_paused else None,
        "followed": one.followed_folder_id,
        "followed_url": None if one.followed_folder_id is None else one.url,
        "seen": feed[1],
        "now": to_us(now),
    }


def _put_in_folders(
    tx: WriteTx,
    user_id: int,
    joining: Sequence[Joining],
    feed_ids: Mapping[tuple[str, int], int],
    told: Progress,
) -> None:
    found = tx.all(
        "SELECT feed_id, id FROM subscription WHERE user_id = :user AND feed_id IN ids(:feeds)",
        user=user_id,
        feeds=list(feed_ids.values()),
    )
    subscription_ids: dict[int, int] = {row[0]: row[1] for row in found}
    pairs = [
        {"id": subscription_ids[feed_ids[one.url, one.owner_id]], "folder": folder_id}
        for one in joining
        for folder_id in sorted(set(one.folder_ids))
    ]
    for rows in _chunks(pairs):
        tx.many("INSERT INTO subscription_folder (subscription_id, folder_id) VALUES (:id, :folder)", rows)
    told(len(joining))


def _add_rules(
    tx: WriteTx, user_id: int, joining: Sequence[Joining], feed_ids: Mapping[tuple[str, int], int], now: datetime
) -> None:
    """Searches that mark as read what they find in one subscription."""
    rows = [
        {"user": user_id, "query": query, "feed": feed_ids[one.url, one.owner_id], "now": to_us(now)}
        for one in joining
        for query in one.read_queries
    ]
    tx.many(
        "INSERT INTO rule (user_id, query, subscription_id, marks_read, created_at)"
        " SELECT user_id, CAST(:query AS TEXT), id, 1, CAST(:now AS BIGINT) FROM subscription"
        " WHERE user_id = :user AND feed_id = :feed",
        rows,
    )


def _deliver_carried(tx: WriteTx, user_id: int, newest: Mapping[int, int]) -> None:
    """What the documents of known feeds carry now is unread; what they carried once is read."""
    feed_ids = list(newest)
    if not feed_ids:
        return
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT CAST(:user AS BIGINT), feed_id, listed_at, id FROM entry"
        " WHERE feed_id IN ids(:feeds) AND gone_at IS NULL ON CONFLICT DO NOTHING",
        user=user_id,
        feeds=feed_ids,
    )
    tx.run(
        "UPDATE subscription SET unread_count = (SELECT count(*) FROM unread u"
        " WHERE u.user_id = subscription.user_id AND u.feed_id = subscription.feed_id)"
        " WHERE user_id = :user AND feed_id IN ids(:feeds)",
        user=user_id,
        feeds=feed_ids,
    )
    read_by_itself.settle(tx, user_id, {feed: (0, upto) for feed, upto in newest.items()})
    rules.note_carried(tx, user_id, newest)
    brought.settle(tx, user_id, [Delivered(feed_id=feed, seen=0, upto=upto) for feed, upto in newest.items()])


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]
