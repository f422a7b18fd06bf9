"""Entries: inserting what came, changing what changed, knowing what is there."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dateline.episode import Chapter, Episode
from dateline.model import CLEANER_VERSION, CleanEntry, Enclosure, Person, RawHTML

from . import states, versions
from .bodies import Body, pack, unpack
from .db import Tx, WriteTx
from .times import from_us_or_none, to_us, to_us_or_none

_json = msgspec.json.Encoder()
_people = msgspec.json.Decoder(tuple[Person, ...])
_enclosures = msgspec.json.Decoder(tuple[Enclosure, ...])
_tags = msgspec.json.Decoder(tuple[str, ...])
_episode = msgspec.json.Decoder(Episode)


def guid_hash(guid: str) -> bytes:
    """The 16 bytes by which a guid is known within its feed."""
    return hashlib.blake2b(guid.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Known(Struct, frozen=True, kw_only=True):
    """What the store knows of an entry that a document may carry again.

    ``dated_at`` is when it says that it was published, else updated.
    """

    id: int
    guid_hash: bytes
    content_hash: bytes
    url: str | None
    carried: bool
    source_hash: bytes | None = None
    dated_at: datetime | None = None


class Arrived(Struct, frozen=True, kw_only=True):
    """A new entry, ready to be inserted."""

    guid: str
    guid_hash: bytes
    content_hash: bytes
    listed_at: datetime
    clean: CleanEntry
    packed: bytes
    source_hash: bytes | None = None


class Edited(Struct, frozen=True, kw_only=True):
    """A known entry whose content is another now. ``replaces`` is what it was, when a reader would notice."""

    id: int
    content_hash: bytes
    clean: CleanEntry
    packed: bytes
    source_hash: bytes | None = None
    replaces: versions.Replaced | None = None


def packed_body(clean: CleanEntry, content: RawHTML | None, summary: RawHTML | None, base_url: str | None) -> bytes:
    """A body as it is stored (compressing is costly: do it outside a transaction)."""
    return pack(Body(clean.content_html, content, summary, base_url))


_KNOWN = "id, guid_hash, content_hash, url, gone_at, source_hash, coalesce(published_at, updated_at)"


def _known(row: tuple[Any, ...]) -> Known:
    return Known(
        id=row[0],
        guid_hash=row[1],
        content_hash=row[2],
        url=row[3],
        carried=row[4] is None,
        source_hash=row[5],
        dated_at=from_us_or_none(row[6]),
    )


def carried(tx: Tx, feed_id: int) -> list[Known]:
    """The entries that the feed's last document carried."""
    return [
        _known(row)
        for row in tx.all(f"SELECT {_KNOWN} FROM entry WHERE feed_id = :feed AND gone_at IS NULL", feed=feed_id)
    ]


def with_hashes(tx: Tx, feed_id: int, hashes: Sequence[bytes]) -> list[Known]:
    """The entries with these guid hashes."""
    rows = tx.all(
        f"SELECT {_KNOWN} FROM entry WHERE feed_id = :feed AND guid_hash IN hashes(:hashes)",
        feed=feed_id,
        hashes=list(hashes),
    )
    return [_known(row) for row in rows]


def titles(tx: Tx, entry_ids: Sequence[int]) -> dict[int, str]:
    """The titles of entries."""
    if not entry_ids:
        return {}
    return {row[0]: row[1] for row in tx.all("SELECT id, title FROM entry WHERE id IN ids(:ids)", ids=list(entry_ids))}


def bury(tx: WriteTx, feed_id: int, hashes: Sequence[bytes]) -> None:
    """Entries of these guid hashes are never new."""
    tx.many(
        "INSERT INTO tombstone (feed_id, guid_hash) VALUES (:feed, :hash) ON CONFLICT DO NOTHING",
        [{"feed": feed_id, "hash": hash_} for hash_ in hashes],
    )


def buried(tx: Tx, feed_id: int, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these guid hashes were purged: they are not new."""
    return set(
        tx.column(
            "SELECT guid_hash FROM tombstone WHERE feed_id = :feed AND guid_hash IN hashes(:hashes)",
            feed=feed_id,
            hashes=list(hashes),
        )
    )


_INSERT = (
    "INSERT INTO entry (feed_id, guid, guid_hash, content_hash, source_hash, url, title, authors, tags, language,"
    " enclosures, episode, thumbnail_url, comments_url, preview, word_count, published_at, updated_at, received_at,"
    " listed_at)"
    " VALUES (:feed, :guid, :guid_hash, :content_hash, :source_hash, :url, :title, :authors, :tags, :language,"
    " :enclosures, :episode, :thumbnail_url, :comments_url, :preview, :word_count, :published_at, :updated_at,"
    " :received_at, :listed_at)"
    " ON CONFLICT (feed_id, guid_hash) DO NOTHING RETURNING id"
)


def _columns(clean: CleanEntry) -> dict[str, object]:
    return {
        "url": clean.url,
        "title": clean.title,
        "authors": _json.encode(clean.authors).decode() if clean.authors else None,
        "tags": _json.encode(clean.tags).decode() if clean.tags else None,
        "language": clean.language,
        "enclosures": _json.encode(clean.enclosures).decode() if clean.enclosures else None,
        "episode": _json.encode(clean.episode).decode() if clean.episode else None,
        "thumbnail_url": clean.thumbnail_url,
        "comments_url": clean.comments_url,
        "preview": clean.preview_text,
        "word_count": clean.word_count,
        "published_at": to_us_or_none(clean.published_at),
        "updated_at": to_us_or_none(clean.updated_at),
    }


def insert(tx: WriteTx, feed_id: int, arrived: Sequence[Arrived], received_at: datetime) -> list[int]:
    """Insert new entries in the order given. Their ids; one that another process inserted meanwhile has none.

    Holds the arrival order, so that ids become visible as they rise.
    """
    if not arrived:
        return []
    tx.hold_arrival_order()
    ids = []
    bodies = []
    at = to_us(received_at)
    for entry in arrived:
        ident = tx.value(
            _INSERT,
            feed=feed_id,
            guid=entry.guid,
            guid_hash=entry.guid_hash,
            content_hash=entry.content_hash,
            source_hash=entry.source_hash,
            received_at=at,
            listed_at=to_us(entry.listed_at),
            **_columns(entry.clean),
        )
        if ident is not None:
            ids.append(ident)
            bodies.append({"id": ident, "version": CLEANER_VERSION, "body": entry.packed})
    tx.many("INSERT INTO entry_body (entry_id, version, body) VALUES (:id, :version, :body)", bodies)
    if ids:
        tx.run(
            "UPDATE feed SET last_entry_id = :last, entry_count = entry_count + :count WHERE id = :feed",
            last=ids[-1],
            count=len(ids),
            feed=feed_id,
        )
    return ids


def edit(tx: WriteTx, edited: Sequence[Edited], now: datetime) -> None:
    """Store the new content of known entries; their place in the order stays. The search index is told.

    What a reader would notice leaves a version behind.
    """
    for entry in edited:
        if entry.replaces is not None:
            versions.keep(tx, entry.id, entry.replaces, now)
        tx.run(
            "UPDATE entry SET content_hash = :content_hash, source_hash = :source_hash, url = :url, title = :title,"
            " authors = :authors, tags = :tags, language = :language, enclosures = :enclosures, episode = :episode,"
            " thumbnail_url = :thumbnail_url, comments_url = :comments_url, preview = :preview,"
            " word_count = :word_count, published_at = coalesce(:published_at, published_at),"
            " updated_at = :updated_at, gone_at = NULL WHERE id = :id",
            id=entry.id,
            content_hash=entry.content_hash,
            source_hash=entry.source_hash,
            **_columns(entry.clean),
        )
        tx.run(
            "UPDATE entry_body SET version = :version, body = :body WHERE entry_id = :id",
            id=entry.id,
            version=CLEANER_VERSION,
            body=entry.packed,
        )
        tx.run("INSERT INTO entry_edited (entry_id) VALUES (:id) ON CONFLICT DO NOTHING", id=entry.id)


def keep_chapters(tx: WriteTx, entry_id: int, url: str, chapters: tuple[Chapter, ...]) -> None:
    """The chapters of a file, while the entry still points to it."""
    episode = decode_episode(tx.value("SELECT episode FROM entry WHERE id = :id [[lock_row]]", id=entry_id))
    if episode is not None and episode.chapters_url == url and not episode.chapters:
        whole = _json.encode(replace(episode, chapters=chapters)).decode()
        tx.run("UPDATE entry SET episode = :episode WHERE id = :id", id=entry_id, episode=whole)


def note_sources(tx: WriteTx, sources: Sequence[tuple[int, bytes | None]]) -> None:
    """(entry id, hash): by what these entries, whose content is the same, are recognised from now on."""
    tx.many(
        "UPDATE entry SET source_hash = :hash WHERE id = :id",
        [{"id": ident, "hash": hash_} for ident, hash_ in sources],
    )


def mark_gone(tx: WriteTx, entry_ids: Sequence[int], now: datetime) -> None:
    """The last document does not carry these any more."""
    if entry_ids:
        tx.run("UPDATE entry SET gone_at = :now WHERE id IN ids(:ids)", now=to_us(now), ids=list(entry_ids))


def mark_back(tx: WriteTx, entry_ids: Sequence[int]) -> None:
    """The last document carries these again."""
    if entry_ids:
        tx.run("UPDATE entry SET gone_at = NULL WHERE id IN ids(:ids)", ids=list(entry_ids))


def rename(tx: WriteTx, entry_id: int, guid: str, hash_: bytes) -> None:
    """The feed's entries are told apart by something else now: note an entry's new guid, unless another has it."""
    tx.run(
        "UPDATE entry SET guid = :guid, guid_hash = :hash WHERE id = :id AND NOT EXISTS"
        " (SELECT 1 FROM entry o WHERE o.feed_id = entry.feed_id AND o.guid_hash = :hash AND o.id <> :id)",
        guid=guid,
        hash=hash_,
        id=entry_id,
    )


def newest_id(tx: Tx) -> int:
    """The newest entry id of all; 0 in an empty database."""
    return int(tx.value("SELECT max(id) FROM entry") or 0)


def decode_people(text: str | None) -> tuple[Person, ...]:
    """The column ``authors`` → values."""
    return _people.decode(text) if text else ()


def decode_tags(text: str | None) -> tuple[str, ...]:
    """The column ``tags`` → values."""
    return _tags.decode(text) if text else ()


def decode_enclosures(text: str | None) -> tuple[Enclosure, ...]:
    """The column ``enclosures`` → values."""
    return _enclosures.decode(text) if text else ()


def decode_episode(text: str | None) -> Episode | None:
    """The column ``episode`` → value."""
    return _episode.decode(text) if text else None


# ------------------------------------------------------------------------------------------------ upkeep


def unsaved(tx: Tx, feed_id: int, limit: int) -> list[int]:
    """Entries of a feed that nobody starred, labelled, highlighted or wants to hear."""
    return tx.column(
        "SELECT e.id FROM entry e WHERE e.feed_id = :feed AND NOT EXISTS (SELECT 1 FROM star s WHERE s.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM entry_label l WHERE l.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM highlight h WHERE h.entry_id = e.id)"
        " AND NOT EXISTS (SELECT 1 FROM play_queue q WHERE q.entry_id = e.id) ORDER BY e.id LIMIT :limit",
        feed=feed_id,
        limit=limit,
    )


def hold(tx: WriteTx, entry_ids: Sequence[int]) -> None:
    """Until the commit nobody stars or indexes one of these entries. To be called before any of them is deleted."""
    tx.all("SELECT id FROM entry WHERE id IN ids(:ids) ORDER BY id [[lock_row]]", ids=list(entry_ids))


def purge(tx: WriteTx, feed_id: int, entry_ids: Sequence[int], *, for_ever: bool = True) -> None:
    """Delete entries for good; the caller has made sure that nobody needs them, and holds the feed's subscribers.

    Their unread marks go with the counters. ``for_ever`` leaves tombstones: they never come back as new. Without,
    whoever subscribes later finds what the feed carries then.
    """
    ids = list(entry_ids)
    hold(tx, ids)
    if for_ever:
        tx.run(
            "INSERT INTO tombstone (feed_id, guid_hash) SELECT feed_id, guid_hash FROM entry WHERE id IN ids(:ids)"
            " ON CONFLICT DO NOTHING",
            ids=ids,
        )
    tx.run("DELETE FROM entry_edited WHERE entry_id IN ids(:ids)", ids=ids)
    tx.run("DELETE FROM entry_text WHERE [[text_key]] IN ids(:ids)", ids=ids)
    for user_id in tx.column("SELECT user_id FROM subscription WHERE feed_id = :feed ORDER BY user_id", feed=feed_id):
        states.mark_read(tx, user_id, ids)
    tx.run("DELETE FROM entry_body WHERE entry_id IN ids(:ids)", ids=ids)
    gone = tx.run("DELETE FROM entry WHERE id IN ids(:ids)", ids=ids)
    tx.run("UPDATE feed SET entry_count = entry_count - :gone WHERE id = :feed", gone=gone, feed=feed_id)


def raw_bodies(tx: Tx, after_id: int, limit: int) -> list[tuple[int, int, Body]]:
    """(entry id, cleaner's version, body) of the bodies after an id, for upkeep."""
    rows = tx.all(
        "SELECT entry_id, version, body FROM entry_body WHERE entry_id > :after ORDER BY entry_id LIMIT :limit",
        after=after_id,
        limit=limit,
    )
    return [(row[0], row[1], unpack(row[2])) for row in rows]
