"""What leaves with a user: every subscription with its settings, every star and label."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from dateline.model import Visibility

from .brought import ARCHIVE
from .db import Tx
from .feeds import asked_address
from .times import from_us_or_none


class Leaving(Struct, frozen=True, kw_only=True):
    """A subscription as it is exported. ``title`` is the one shown, ``own_title`` the person's ("": the feed's).

    ``site_url`` and ``description`` are the publisher's. ``credentials`` and ``transport`` are encrypted, as
    stored.
    """

    id: int
    feed_id: int
    url: str
    site_url: str | None
    description: str | None
    title: str
    own_title: str
    folder_ids: tuple[int, ...]
    visibility: Visibility
    hidden_from_visitors: bool
    full_text: str
    full_text_rules: str | None
    revised_unread: bool
    is_paused: bool
    followed_folder_id: int | None
    private: bool
    credentials: bytes | None
    transport: bytes | None
    rules: str | None
    retention: str | None
    display: str | None
    read_when: str | None
    unapplied: str | None
    read_queries: tuple[str, ...]
    own_site_url: str | None
    own_description: str | None


def leaving(tx: Tx, user_id: int) -> list[Leaving]:
    """Every subscription of a user to what is fetched, in order of title."""
    found = _leaving(tx, user_id, "f.kind NOT IN ('mail', 'saved')")
    found.sort(key=lambda one: (one.title.casefold(), one.id))
    return found


def leaving_own(tx: Tx, user_id: int) -> list[Leaving]:
    """A user's subscriptions to their saved pages and newsletters."""
    return _leaving(tx, user_id, "f.kind IN ('mail', 'saved')")


def _leaving(tx: Tx, user_id: int, where: str) -> list[Leaving]:
    folders: dict[int, tuple[int, ...]] = {}
    for subscription_id, folder_id in tx.all(
        "SELECT sf.subscription_id, sf.folder_id FROM folder d JOIN subscription_folder sf ON sf.folder_id = d.id"
        " WHERE d.user_id = :user ORDER BY sf.subscription_id, sf.folder_id",
        user=user_id,
    ):
        folders[subscription_id] = (*folders.get(subscription_id, ()), folder_id)
    rows = tx.all(
        "SELECT s.id, s.feed_id, f.url, f.site_url, f.description, s.title, f.title, s.visibility,"
        " s.hidden_from_visitors, s.full_text, s.revised_unread, s.followed_folder_id,"
        " s.full_text_rules, f.owner_id, f.rules, s.retention, f.credentials, f.transport, s.paused_at IS NOT NULL,"
        " s.display, s.unapplied, s.own_site_url, s.own_description, s.read_when FROM subscription s"
        " JOIN feed f ON f.id = s.feed_id"
        f" WHERE {where} AND s.user_id = :user ORDER BY s.id",
        user=user_id,
    )
    queries: dict[int, list[str]] = {}
    for subscription_id, query in tx.all(_READ_QUERIES, user=user_id):
        queries.setdefault(subscription_id, []).append(" ".join(query.split("\n")))
    return [_of_row(row, folders.get(row[0], ()), tuple(queries.get(row[0], ()))) for row in rows]


_READ_QUERIES = (
    "SELECT subscription_id, query FROM rule WHERE user_id = :user AND subscription_id IS NOT NULL"
    " AND marks_read = 1 AND stars = 0 AND label_id IS NULL AND query <> '' ORDER BY id"
)


def _of_row(row: tuple[Any, ...], folder_ids: tuple[int, ...], read_queries: tuple[str, ...]) -> Leaving:
    return Leaving(
        id=row[0],
        feed_id=row[1],
        url=asked_address(row[2]),
        site_url=row[3],
        description=row[4],
        title=row[5] or row[6] or asked_address(row[2]),
        own_title=row[5],
        folder_ids=folder_ids,
        visibility=row[7],
        hidden_from_visitors=bool(row[8]),
        full_text=row[9],
        revised_unread=bool(row[10]),
        is_paused=bool(row[18]),
        followed_folder_id=row[11],
        full_text_rules=row[12],
        private=row[13] != 0,
        rules=row[14],
        retention=row[15],
        credentials=row[16],
        transport=row[17],
        display=row[19],
        unapplied=row[20],
        read_queries=read_queries,
        own_site_url=row[21],
        own_description=row[22],
        read_when=row[23],
    )


def folder_rules(tx: Tx, user_id: int) -> dict[int, str]:
    """The rules of a user's folders that say how long articles are kept, as they are stored."""
    rows = tx.all("SELECT id, retention FROM folder WHERE user_id = :user AND retention IS NOT NULL", user=user_id)
    return {row[0]: row[1] for row in rows}


def folder_displays(tx: Tx, user_id: int) -> dict[int, str]:
    """How a user's folders are shown, where that was chosen, as it is stored."""
    rows = tx.all("SELECT id, display FROM folder WHERE user_id = :user AND display IS NOT NULL", user=user_id)
    return {row[0]: row[1] for row in rows}


def folder_choices(tx: Tx, user_id: int) -> dict[int, str]:
    """What of a user's folders counts as read by itself, where that was chosen, as it is stored."""
    rows = tx.all("SELECT id, read_when FROM folder WHERE user_id = :user AND read_when IS NOT NULL", user=user_id)
    return {row[0]: row[1] for row in rows}


class Marked(Struct, frozen=True, kw_only=True):
    """An entry that leaves: its feed's address and site, and when it was starred."""

    entry_id: int
    feed_url: str
    site_url: str | None
    starred_at: datetime | None


_MARKED = (
    "SELECT e.id, f.url, f.site_url, (SELECT s.starred_at FROM star s WHERE s.user_id = :user"
    " AND s.listed_at = e.listed_at AND s.entry_id = e.id) FROM entry e JOIN feed f ON f.id = e.feed_id"
)


def marked_ids(tx: Tx, user_id: int) -> list[int]:
    """Everything that a user starred or labelled, oldest id first."""
    return tx.column(
        "SELECT entry_id FROM star WHERE user_id = :user UNION SELECT entry_id FROM entry_label WHERE user_id = :user"
        " ORDER BY entry_id",
        user=user_id,
    )


def noted_ids(tx: Tx, user_id: int) -> list[int]:
    """What a user highlighted, noted, has begun or wants to hear, oldest id first; of feeds that others bring."""
    return tx.column(
        "SELECT e.id FROM (SELECT h.entry_id FROM highlight h WHERE h.user_id = :user"
        " UNION SELECT p.entry_id FROM progress p WHERE p.user_id = :user"
        " UNION SELECT q.entry_id FROM play_queue q WHERE q.user_id = :user) m"
        " JOIN entry e ON e.id = m.entry_id JOIN feed f ON f.id = e.feed_id"
        " WHERE f.kind NOT IN ('mail', 'saved') ORDER BY e.id",
        user=user_id,
    )


class Sender(Struct, frozen=True, kw_only=True):
    """A subscription to the newsletters of a sender."""

    id: int
    feed_id: int
    title: str


def senders(tx: Tx, user_id: int) -> list[Sender]:
    """Whose newsletters a user gets."""
    rows = tx.all(
        "SELECT s.id, s.feed_id, f.title FROM subscription s JOIN feed f ON f.id = s.feed_id"
        " WHERE s.user_id = :user AND f.kind = 'mail' ORDER BY s.id",
        user=user_id,
    )
    return [Sender(id=row[0], feed_id=row[1], title=row[2]) for row in rows]


def home_address(url: str) -> str:
    """The address by which the feed of an entry is known elsewhere, of a feed's ``url`` or its archive's."""
    return asked_address(url.removesuffix(ARCHIVE))


class Name(Struct, frozen=True, kw_only=True):
    """What an entry is known by on another server, too."""

    feed_url: str
    guid: str
    url: str | None


def names(tx: Tx, entry_ids: Sequence[int]) -> dict[int, Name]:
    """What these entries are known by."""
    rows = tx.all(
        "SELECT e.id, f.url, e.guid, e.url FROM entry e JOIN feed f ON f.id = e.feed_id WHERE e.id IN ids(:ids)",
        ids=list(entry_ids),
    )
    return {row[0]: Name(feed_url=home_address(row[1]), guid=row[2], url=row[3]) for row in rows}


def read_of(tx: Tx, user_id: int, newest: int) -> dict[str, list[bytes]]:
    """The hashes of what a user has read and a feed may still bring elsewhere, by the feed's address: what it carries
    beyond its newest articles, and what waits to be told (``brought.note_read``).
    """
    rows = tx.all(
        "SELECT f.url, e.guid_hash FROM subscription s JOIN feed f ON f.id = s.feed_id"
        " JOIN entry e ON e.feed_id = s.feed_id AND e.gone_at IS NULL AND e.id <= s.seen_entry_id"
        " WHERE s.user_id = :user AND f.entry_count > :newest AND f.kind NOT IN ('mail', 'saved')"
        " AND NOT EXISTS (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = e.feed_id"
        " AND u.listed_at = e.listed_at AND u.entry_id = e.id)"
        " UNION ALL SELECT f.url, t.guid_hash FROM feed f JOIN tombstone t ON t.feed_id = f.id"
        " WHERE f.owner_id = :user AND f.owner_id <> 0 AND f.url LIKE :archive ORDER BY 1, 2",
        user=user_id,
        newest=newest,
        archive=f"%{ARCHIVE}",
    )
    found: dict[str, list[bytes]] = {}
    for url, hash_ in rows:
        found.setdefault(home_address(url), []).append(bytes(hash_))
    return found


def newest_ids(tx: Tx, feed_id: int, limit: int) -> list[int]:
    """The newest entries of a feed, oldest id first."""
    return sorted(
        tx.column(
            "SELECT id FROM entry WHERE feed_id = :feed ORDER BY listed_at DESC, id DESC LIMIT :limit",
            feed=feed_id,
            limit=limit,
        )
    )


def marked(tx: Tx, user_id: int, entry_ids: list[int]) -> dict[int, Marked]:
    """What else is told of entries that leave."""
    rows = tx.all(f"{_MARKED} WHERE e.id IN ids(:ids)", user=user_id, ids=entry_ids)
    return {
        row[0]: Marked(
            entry_id=row[0],
            feed_url=home_address(row[1]),
            site_url=row[2],
            starred_at=from_us_or_none(row[3]),
        )
        for row in rows
    }
