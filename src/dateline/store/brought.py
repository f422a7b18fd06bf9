"""What a person brought from another reader: starred and labelled articles, and what they had read there.

Articles that no feed has stand in the archive of that feed: a private feed of the person's, never fetched, that nobody
subscribes to, so that nobody else ever sees what somebody brought. A hash in its tombstones says that they had read the
article. When the feed itself brings an article that stands there, star, labels and state move to it (``settle``).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from . import entries, own_marks, states
from .db import Tx, WriteTx
from .delivery import Delivered
from .entries import guid_hash
from .feeds import asked_address
from .times import to_us

ARCHIVE = "#saved"
"""Ends an archive's address: no feed's own has a fragment."""


class Place(Struct, frozen=True, kw_only=True):
    """Where the articles of a feed belong: ``live_id`` is a feed that may have them, ``archive_id`` the user's archive
    for what it has not; None while there is none.
    """

    url: str
    live_id: int | None = None
    archive_id: int | None = None


def subscribed_feeds(tx: Tx, user_id: int) -> dict[str, tuple[int, str]]:
    """The (id, address) of what a user subscribes to, by every address it has or had, without the scheme."""
    rows = tx.all(
        "SELECT f.id, f.url, f.moved_url, f.previous_url FROM subscription s JOIN feed f ON f.id = s.feed_id"
        " WHERE s.user_id = :user ORDER BY f.id",
        user=user_id,
    )
    found: dict[str, tuple[int, str]] = {}
    for feed_id, url, moved_url, previous_url in rows:
        for address in (url, moved_url, previous_url, asked_address(url)):
            if address is not None and "://" in address:
                found.setdefault(without_scheme(address), (feed_id, url))
    return found


def place(tx: Tx, user_id: int, url: str, subscribed: Mapping[str, tuple[int, str]]) -> Place:
    """Where the articles of the feed at an address belong. One without a server is that of a feed of one's own."""
    if "://" not in url:
        return Place(url=url, live_id=_feed_at(tx, url, user_id), archive_id=_feed_at(tx, url + ARCHIVE, user_id))
    known = subscribed.get(without_scheme(url))
    live_id, address = known if known is not None else (_feed_at(tx, url, 0), url)
    return Place(url=address, live_id=live_id, archive_id=_feed_at(tx, address + ARCHIVE, user_id))


def own_places(tx: Tx, user_id: int) -> list[tuple[str, int]]:
    """(host, feed) of what a user subscribes to and of what is theirs alone; "" for what is on no server."""
    rows = tx.all(
        "SELECT f.host, f.kind, f.id FROM feed f JOIN subscription s ON s.feed_id = f.id WHERE s.user_id = :user"
        " UNION SELECT f.host, f.kind, f.id FROM feed f WHERE f.owner_id = :user AND f.owner_id <> 0",
        user=user_id,
    )
    return [("" if row[1] in ("mail", "saved") else row[0], row[2]) for row in rows]


def has_feed(tx: Tx, user_id: int, url: str) -> bool:
    """Whether a user has a feed of their own at an address."""
    return _feed_at(tx, url, user_id) is not None


def _feed_at(tx: Tx, url: str, owner_id: int) -> int | None:
    found: int | None = tx.value("SELECT id FROM feed WHERE url = :url AND owner_id = :owner", url=url, owner=owner_id)
    return found


def without_scheme(url: str) -> str:
    """An address by which http and https are one."""
    return url.partition("://")[2]


def matches(
    tx: Tx, feed_id: int, hashes: Sequence[bytes], urls: Sequence[str]
) -> tuple[dict[bytes, int], dict[str, int]]:
    """The entries of a feed with these hashes, and those with these addresses where one alone has it."""
    by_hash = tx.all(
        "SELECT guid_hash, id FROM entry WHERE feed_id = :feed AND guid_hash IN hashes(:hashes)",
        feed=feed_id,
        hashes=list(hashes),
    )
    by_url = tx.all(
        "SELECT url, min(id) FROM entry WHERE feed_id = :feed AND url IN (SELECT value FROM [[strings]])"
        " GROUP BY url HAVING count(*) = 1",
        feed=feed_id,
        strings=json.dumps(list(urls)),
    )
    return {row[0]: row[1] for row in by_hash}, {row[0]: row[1] for row in by_url}


# ------------------------------------------------------------------------------------------------ putting it there


def hold_archives(tx: WriteTx, user_id: int, urls: Iterable[str]) -> None:
    """Hold the archives that there are of these addresses, in order: before several of them are opened."""
    tx.all(
        "SELECT id FROM feed WHERE owner_id = :user AND url IN (SELECT value FROM [[strings]])"
        " ORDER BY id [[lock_row]]",
        user=user_id,
        strings=json.dumps([url + ARCHIVE for url in urls]),
    )


def open_archive(
    tx: WriteTx, user_id: int, url: str, *, host: str, title: str, site_url: str | None, now: datetime
) -> int:
    """The archive of an address, made if there is none: a private feed that is never fetched. Its id; it is held."""
    archive: int = tx.value(
        "INSERT INTO feed (url, owner_id, host, title, site_url, created_at, orphaned_at)"
        " VALUES (:url, :owner, :host, :title, :site, :now, :now)"
        " ON CONFLICT (url, owner_id) DO UPDATE SET host = feed.host RETURNING id",
        url=url + ARCHIVE,
        owner=user_id,
        host=host,
        title=title,
        site=site_url,
        now=to_us(now),
    )
    return archive


def put(tx: WriteTx, feed_id: int, arrived: Sequence[entries.Arrived], now: datetime) -> tuple[dict[bytes, int], int]:
    """Insert articles into an archive. Their ids by guid hash, also of those that were there; how many were not.

    No document carries them, so they are never delivered as news.
    """
    ids = entries.insert(tx, feed_id, arrived, now)
    entries.mark_gone(tx, ids, now)
    return matches(tx, feed_id, [one.guid_hash for one in arrived], [])[0], len(ids)


def folder_names(tx: Tx, user_id: int) -> dict[int, set[str]]:
    """The keys of the names of the folders that each subscribed feed stands in."""
    found: dict[int, set[str]] = {}
    for feed_id, key in tx.all(
        "SELECT s.feed_id, d.name_key FROM folder d JOIN subscription_folder sf ON sf.folder_id = d.id"
        " JOIN subscription s ON s.id = sf.subscription_id WHERE d.user_id = :user",
        user=user_id,
    ):
        found.setdefault(feed_id, set()).add(key)
    return found


def note_read(tx: WriteTx, feed_id: int, hashes: Iterable[bytes]) -> None:
    """Articles with these hashes had been read."""
    entries.bury(tx, feed_id, sorted(set(hashes)))


def star(tx: WriteTx, user_id: int, starred: Mapping[int, datetime]) -> list[int]:
    """Star entries with the moments they were starred at. Which were not starred before."""
    there = set(
        tx.column(
            "SELECT s.entry_id FROM star s WHERE s.user_id = :user AND s.entry_id IN ids(:ids)",
            user=user_id,
            ids=list(starred),
        )
    )
    new = sorted(set(starred) - there)
    tx.many(
        "INSERT INTO star (user_id, listed_at, entry_id, feed_id, starred_at)"
        " SELECT CAST(:user AS BIGINT), listed_at, id, feed_id, CAST(:at AS BIGINT) FROM entry WHERE id = :id"
        " ON CONFLICT DO NOTHING",
        [{"user": user_id, "id": entry_id, "at": to_us(starred[entry_id])} for entry_id in new],
    )
    return new


def labels(tx: Tx, user_id: int) -> dict[str, int]:
    """A user's labels by the key of their name."""
    rows = tx.all("SELECT name_key, id FROM label WHERE user_id = :user", user=user_id)
    return {row[0]: row[1] for row in rows}


def keepers(tx: Tx, feed_ids: Iterable[int]) -> list[int]:
    """Which subscribers of these feeds have archives of them at their addresses."""
    return tx.column(
        "SELECT a.owner_id FROM feed f JOIN subscription s ON s.feed_id = f.id JOIN feed a ON a.owner_id = s.user_id"
        " AND a.url = f.url || :archive WHERE f.id IN ids(:feeds)",
        archive=ARCHIVE,
        feeds=list(feed_ids),
    )


def follow_move(tx: WriteTx, feed_id: int, old_url: str, new_url: str) -> None:
    """A feed's address changes: the archives that its subscribers have of it go by the new one."""
    tx.run(
        "UPDATE feed SET url = :new WHERE url = :old AND owner_id IN"
        " (SELECT s.user_id FROM subscription s WHERE s.feed_id = :feed) AND NOT EXISTS"
        " (SELECT 1 FROM feed o WHERE o.url = :new AND o.owner_id = feed.owner_id)",
        old=old_url + ARCHIVE,
        new=new_url + ARCHIVE,
        feed=feed_id,
    )


# ------------------------------------------------------------------------------------------------ settling


def settle(tx: WriteTx, user_id: int, delivered: Sequence[Delivered]) -> list[int]:
    """What was just delivered and stands in the user's archives: star, labels and "read" move to it.

    The entries that are read now. One indexed read when the user has no archives.
    """
    if not delivered:
        return []
    pairs = tx.all(
        "SELECT f.id, a.id FROM feed f JOIN feed a ON a.owner_id = :user"
        " AND a.url IN (f.url || :archive, f.moved_url || :archive, f.previous_url || :archive)"
        " WHERE f.id IN ids(:feeds) ORDER BY f.id, a.id",
        user=user_id,
        archive=ARCHIVE,
        feeds=[one.feed_id for one in delivered],
    )
    by_feed = {one.feed_id: one for one in delivered}
    read = [entry_id for feed_id, archive in pairs for entry_id in _settle_feed(tx, user_id, by_feed[feed_id], archive)]
    return states.mark_read(tx, user_id, read).ids if read else []


def _settle_feed(tx: WriteTx, user_id: int, one: Delivered, archive_id: int) -> list[int]:
    """Move the marks of one feed's arrivals. Which of those had been read."""
    arrived = tx.all(
        "SELECT id, guid_hash, url FROM entry WHERE feed_id = :feed AND id > :seen AND id <= :upto",
        feed=one.feed_id,
        seen=one.seen,
        upto=one.upto,
    )
    alone = Counter(row[2] for row in arrived)
    names = {row[0]: (row[1], *([guid_hash(row[2])] if row[2] and alone[row[2]] == 1 else [])) for row in arrived}
    wanted = [hash_ for both in names.values() for hash_ in both]
    by_hash, by_url = matches(tx, archive_id, wanted, [row[2] for row in arrived if row[2] and alone[row[2]] == 1])
    moves: dict[int, int] = {}
    for entry_id, _, url in arrived:
        kept = next((by_hash[hash_] for hash_ in names[entry_id] if hash_ in by_hash), by_url.get(url))
        if kept is not None:
            moves.setdefault(kept, entry_id)
    for kept, entry_id in moves.items():
        _move_marks(tx, user_id, kept, entry_id)
    if moves:
        entries.purge(tx, archive_id, list(moves), for_ever=False)
    had_read = entries.buried(tx, archive_id, wanted)
    if had_read:
        tx.run(
            "DELETE FROM tombstone WHERE feed_id = :feed AND guid_hash IN hashes(:hashes)",
            feed=archive_id,
            hashes=sorted(had_read),
        )
    return [entry_id for entry_id, both in names.items() if had_read.intersection(both)]


def _move_marks(tx: WriteTx, user_id: int, kept: int, entry_id: int) -> None:
    pair = "SELECT CAST(:old AS BIGINT) AS old_id, CAST(:new AS BIGINT) AS new_id"
    own_marks.move(tx, pair, user_id=user_id, old=kept, new=entry_id)
    for table, more in (("star", "starred_at"), ("entry_label", "label_id")):
        tx.run(
            f"INSERT INTO {table} (user_id, listed_at, entry_id, feed_id, {more})"
            f" SELECT m.user_id, e.listed_at, e.id, e.feed_id, m.{more} FROM {table} m JOIN entry e ON e.id = :new"
            " WHERE m.entry_id = :old AND m.user_id = :user ON CONFLICT DO NOTHING",
            new=entry_id,
            old=kept,
            user=user_id,
        )
        tx.run(f"DELETE FROM {table} WHERE entry_id = :old AND user_id = :user", old=kept, user=user_id)
