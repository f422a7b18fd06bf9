"""Feeds: their rows, and what was learnt from each check."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from dateline.errors import NotFound
from dateline.model import Validators

from .db import Tx, WriteTx
from .times import from_us, from_us_or_none, to_us, to_us_or_none


class Feed(Struct, frozen=True, kw_only=True):
    """A feed as the machine needs it to ask again. ``hints`` are JSON, as ``refresh`` wrote them."""

    id: int
    url: str
    owner_id: int
    host: str
    credentials: bytes | None
    title: str
    site_url: str | None
    validators: Validators
    validators_url: str | None
    body_hash: bytes | None
    identity: str
    moved_url: str | None
    moved_at: datetime | None
    old_asked_at: datetime | None
    hints: str | None
    created_at: datetime
    checked_at: datetime | None
    check_count: int
    ok_at: datetime | None
    changed_at: datetime | None
    failures: int
    error_code: str | None
    stopped_at: datetime | None
    lease_count: int
    address_kept: bool
    subscribers: int
    kind: str = "feed"
    rules: str | None = None
    empty_rounds: int = 0
    has_hub: bool = False
    transport: bytes | None = None
    cookies: bytes | None = None

    @property
    def address(self) -> str:
        """Where it stands on the web: ``url`` without what tells pages with several rules apart."""
        return asked_address(self.url)

    @property
    def mark(self) -> str:
        """What its ``url`` has beyond that: "" but for a page."""
        return self.url[len(self.address) :]

    @property
    def is_first(self) -> bool:
        """Whether no document of it was ever stored."""
        return self.ok_at is None


PAGE_MARK = "#dateline-"
"""A page that is read by rules has an ``url`` that ends with this and their hash, so that two lists of one page, or two
readers' rules, are two feeds, and equal rules one. It is never sent anywhere."""


def asked_address(url: str) -> str:
    """A feed's ``url`` → the address that is asked and shown."""
    return url.partition(PAGE_MARK)[0]


FEED_COLUMNS = (
    "f.id, f.url, f.owner_id, f.host, f.credentials, f.title, f.site_url, f.etag, f.last_modified, f.body_hash,"
    " f.identity,"
    " f.moved_url, f.moved_at, f.created_at, f.checked_at, f.check_count, f.ok_at, f.changed_at, f.failures,"
    " f.error_code,"
    " f.stopped_at, f.lease_count, f.old_asked_at, f.hints, f.validators_url, f.address_kept, (SELECT count(*) FROM"
    " subscription s WHERE s.feed_id = f.id), f.kind, f.rules, f.empty_rounds,"
    " EXISTS (SELECT 1 FROM websub w WHERE w.feed_id = f.id), f.transport, f.cookies"
)


def feed_of_row(row: tuple[Any, ...]) -> Feed:
    return Feed(
        id=row[0],
        url=row[1],
        owner_id=row[2],
        host=row[3],
        credentials=row[4],
        title=row[5],
        site_url=row[6],
        validators=Validators(etag=row[7], last_modified=row[8]),
        body_hash=row[9],
        identity=row[10],
        moved_url=row[11],
        moved_at=from_us_or_none(row[12]),
        created_at=from_us(row[13]),
        checked_at=from_us_or_none(row[14]),
        check_count=row[15],
        ok_at=from_us_or_none(row[16]),
        changed_at=from_us_or_none(row[17]),
        failures=row[18],
        error_code=row[19],
        stopped_at=from_us_or_none(row[20]),
        lease_count=row[21],
        old_asked_at=from_us_or_none(row[22]),
        hints=row[23],
        validators_url=row[24],
        address_kept=bool(row[25]),
        subscribers=row[26],
        kind=row[27],
        rules=row[28],
        empty_rounds=row[29],
        has_hub=bool(row[30]),
        transport=row[31],
        cookies=row[32],
    )


def unknown(url: str, host: str, now: datetime) -> Feed:
    """A feed as it would be on the day that somebody subscribed to this address: nothing is known of it."""
    return Feed(
        id=0,
        url=url,
        owner_id=0,
        host=host,
        credentials=None,
        title="",
        site_url=None,
        validators=Validators(),
        validators_url=None,
        body_hash=None,
        identity="guid",
        moved_url=None,
        moved_at=None,
        old_asked_at=None,
        hints=None,
        created_at=now,
        checked_at=None,
        check_count=0,
        ok_at=None,
        changed_at=None,
        failures=0,
        error_code=None,
        stopped_at=None,
        lease_count=0,
        address_kept=False,
        subscribers=0,
    )


def read(tx: Tx, feed_id: int) -> Feed:
    """One feed. Raises ``NotFound``."""
    row = tx.one(f"SELECT {FEED_COLUMNS} FROM feed f WHERE f.id = :id", id=feed_id)
    if row is None:
        raise NotFound(f"feed {feed_id}")
    return feed_of_row(row)


def find(tx: Tx, url: str, owner_id: int = 0) -> Feed | None:
    """The feed at an address: shared, or one user's private one."""
    row = tx.one(
        f"SELECT {FEED_COLUMNS} FROM feed f WHERE f.url = :url AND f.owner_id = :owner", url=url, owner=owner_id
    )
    return feed_of_row(row) if row else None


def newest_entry_id(tx: Tx, feed_id: int) -> int:
    """The newest entry id of a feed; 0 when it has none."""
    return int(tx.value("SELECT last_entry_id FROM feed WHERE id = :id", id=feed_id) or 0)


def add(tx: WriteTx, *, url: str, owner_id: int, host: str, credentials: bytes | None, now: datetime) -> int:
    """Somebody subscribes: insert the feed, due at once, or wake the one that is there. Its id; its row is held.

    A feed that slept for want of subscribers, or since its server said that it is gone, is due at once too.
    ``credentials`` replace those that a private feed had.
    """
    ident: int = tx.value(
        "INSERT INTO feed (url, owner_id, host, credentials, created_at, next_at)"
        " VALUES (:url, :owner, :host, :credentials, :now, :now) ON CONFLICT (url, owner_id) DO UPDATE SET"
        " orphaned_at = NULL, next_at = coalesce(feed.next_at, excluded.next_at),"
        " credentials = coalesce(excluded.credentials, feed.credentials) RETURNING id",
        url=url,
        owner=owner_id,
        host=host,
        credentials=credentials,
        now=to_us(now),
    )
    return ident


def hold(tx: WriteTx, feed_id: int) -> None:
    """Until the commit, nobody else subscribes to this feed or stores what it brought."""
    tx.one("SELECT 1 FROM feed WHERE id = :id [[lock_row]]", id=feed_id)


def make_due(tx: WriteTx, feed_ids: list[int], now: datetime, not_checked_since: datetime) -> int:
    """Make feeds due now, but those checked lately, stopped, or being asked by somebody. How many are due now."""
    return tx.run(
        "UPDATE feed SET next_at = CASE WHEN next_at < :now THEN next_at ELSE CAST(:now AS BIGINT) END"
        " WHERE id IN ids(:feeds) AND kind NOT IN ('mail', 'saved') AND stopped_at IS NULL AND lease_until <= :now"
        " AND orphaned_at IS NULL"
        " AND (checked_at IS NULL OR checked_at < :since)",
        feeds=feed_ids,
        now=to_us(now),
        since=to_us(not_checked_since),
    )


# ------------------------------------------------------------------------------------------------ what a check brought


class Described(Struct, frozen=True, kw_only=True):
    """What a document says of its feed."""

    title: str
    site_url: str | None
    description: str | None
    language: str | None
    format: str
    image_url: str | None
    icon_url: str | None
    hints: str | None


def describe(tx: WriteTx, feed_id: int, described: Described) -> None:
    """Store what the newest document says of its feed; an empty title keeps the one that was known."""
    tx.run(
        "UPDATE feed SET title = CASE WHEN :title = '' THEN title ELSE :title END, site_url = :site_url,"
        " description = :description, language = :language, format = :format, image_url = :image_url, icon_url"
        " = :icon_url,"
        " hints = :hints"
        " WHERE id = :id",
        id=feed_id,
        title=described.title,
        site_url=described.site_url,
        description=described.description,
        language=described.language,
        format=described.format,
        image_url=described.image_url,
        icon_url=described.icon_url,
        hints=described.hints,
    )


def note_hints(tx: WriteTx, feed_id: int, hints: str) -> None:
    """Store what is known of when to ask again, as ``refresh`` wrote it."""
    tx.run("UPDATE feed SET hints = :hints WHERE id = :id", id=feed_id, hints=hints)


def succeed(
    tx: WriteTx,
    feed: Feed,
    *,
    now: datetime,
    next_at: datetime,
    validators: Validators,
    validators_url: str,
    body_hash: bytes | None,
    identity: str,
    changed: bool,
    wished_until: datetime | None = None,
    is_empty: bool = False,
) -> None:
    """The last word on a good check: validators, hash and schedule, and the lease is given back.

    ``is_empty``: it is a page whose list held entries before, and none now.
    """
    tx.run(
        "UPDATE feed SET etag = :etag, last_modified = :last_modified,"
        " validators_url = :validators_url, body_hash = :body_hash, identity = :identity,"
        " next_at = CASE WHEN orphaned_at IS NULL THEN CAST(:next_at AS BIGINT) END, checked_at = :now, ok_at = :now,"
        " changed_at = CASE WHEN :changed = 1 THEN CAST(:now AS BIGINT) ELSE changed_at END, check_count ="
        " check_count + 1, wished_until = :wished,"
        " failures = 0, error_code = NULL, error_detail = NULL, error_at = NULL, stopped_at = NULL,"
        " empty_rounds = CASE WHEN :empty = 1 THEN empty_rounds + 1 ELSE 0 END,"
        " lease_holder = NULL, lease_until = 0, lease_count = 0 WHERE id = :id",
        id=feed.id,
        etag=validators.etag,
        last_modified=validators.last_modified,
        validators_url=validators_url,
        body_hash=body_hash,
        identity=identity,
        now=to_us(now),
        next_at=to_us(next_at),
        changed=int(changed),
        empty=int(is_empty),
        wished=to_us_or_none(wished_until) or 0,
    )


def fail(
    tx: WriteTx,
    feed: Feed,
    *,
    code: str,
    detail: str,
    now: datetime,
    next_at: datetime | None,
    wished_until: datetime | None = None,
    stopped: bool = False,
) -> None:
    """The last word on a bad check: the error stays on the feed until a good one; the lease is given back."""
    tx.run(
        "UPDATE feed SET failures = failures + 1, error_code = :code, error_detail = :detail, error_at = :now,"
        # who was gone stays so until a good answer, whatever is said when somebody asks
        " next_at = CASE WHEN orphaned_at IS NULL AND stopped_at IS NULL THEN CAST(:next_at AS BIGINT) END,"
        " checked_at = :now, check_count = check_count + 1, wished_until = :wished,"
        " stopped_at = CASE WHEN :stopped = 1 THEN CAST(:now AS BIGINT) ELSE stopped_at END,"
        " lease_holder = NULL, lease_until = 0, lease_count = 0 WHERE id = :id",
        id=feed.id,
        code=code,
        detail=detail[:500],
        now=to_us(now),
        next_at=to_us_or_none(next_at),
        stopped=int(stopped),
        wished=to_us_or_none(wished_until) or 0,
    )


# ------------------------------------------------------------------------------------------------ one and all


def forget_document(tx: WriteTx, feed_id: int) -> None:
    """Nothing is known of what the feed's last document held: the next one is read, whatever the server says."""
    tx.run(
        "UPDATE feed SET etag = NULL, last_modified = NULL, validators_url = NULL, body_hash = NULL WHERE id = :id",
        id=feed_id,
    )


def set_transport(
    tx: WriteTx, feed_id: int, *, transport: bytes | None, credentials: bytes | None, host: str, now: datetime
) -> None:
    """The feed is asked otherwise from now on: at its own address, at once, and as if for the first time."""
    tx.run(
        "UPDATE feed SET transport = :transport, cookies = NULL, credentials = :credentials,"
        " host = :host, next_at = :now,"
        " moved_url = NULL, moved_at = NULL, wished_until = 0, stopped_at = NULL, failures = 0, error_code = NULL,"
        " error_detail = NULL, error_at = NULL WHERE id = :id",
        id=feed_id,
        transport=transport,
        credentials=credentials,
        host=host,
        now=to_us(now),
    )
    forget_document(tx, feed_id)


def keep_cookies(tx: WriteTx, feed: Feed, cookies: bytes | None) -> None:
    """What servers gave a feed, encrypted, while it is still asked as it was then."""
    tx.run(
        "UPDATE feed SET cookies = :cookies WHERE id = :id AND transport = :transport",
        id=feed.id,
        cookies=cookies,
        transport=feed.transport,
    )


def is_asked_otherwise(tx: Tx, feed_id: int) -> bool:
    """Whether somebody has a login or a transport of their own for this feed."""
    return bool(
        tx.value("SELECT 1 FROM feed WHERE id = :id AND (transport IS NOT NULL OR credentials IS NOT NULL)", id=feed_id)
    )


def in_own_way(tx: Tx, owner_id: int, feed_ids: Iterable[int]) -> set[int]:
    """Those of these feeds that are an owner's alone, and fetched otherwise than all."""
    return set(
        tx.column(
            "SELECT id FROM feed WHERE id IN ids(:ids) AND owner_id = :owner AND transport IS NOT NULL",
            ids=sorted(feed_ids),
            owner=owner_id,
        )
    )


def existing(tx: WriteTx, feed_ids: list[int]) -> set[int]:
    """Those of these feeds that are still there (one may have been merged into another meanwhile); they are held."""
    return set(tx.column("SELECT id FROM feed WHERE id IN ids(:ids) ORDER BY id [[lock_row]]", ids=feed_ids))


def private_feeds(tx: Tx, owner_id: int) -> list[int]:
    """The feeds that belong to one user alone."""
    return tx.column("SELECT id FROM feed WHERE owner_id = :owner", owner=owner_id)


def all_ids(tx: Tx) -> list[int]:
    """Every feed that somebody subscribes to."""
    return tx.column("SELECT id FROM feed WHERE orphaned_at IS NULL ORDER BY id")


def ids_by_url(tx: Tx, url: str) -> list[int]:
    """The feeds at an address, shared and private, and the pages there that are read by rules."""
    return tx.column(
        "SELECT id FROM feed WHERE url = :url OR moved_url = :url OR (kind = 'page' AND substr(url, 1, :size) = :page)"
        " ORDER BY id",
        url=url,
        page=url + PAGE_MARK,
        size=len(url + PAGE_MARK),
    )
