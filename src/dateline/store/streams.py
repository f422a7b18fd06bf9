"""Streams: the one way to ask for entries, page by page, newest first.

Unread streams walk ``unread``, which holds nothing else: a page costs the same at 10,000 and at 1,000,000 entries.
Streams that also hold
read entries are gathered per feed: the newest entry of each feed (one probe a feed) tells from which moment on a
page's entries can
only come, and only the feeds that reach so far are read.
"""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from dateline.errors import NotFound
from dateline.model import Cursor, Entry, Page, SafeHTML, Stream

from . import full_texts
from .bodies import SHORT, Bodies, safe_html
from .db import Row, Tx
from .entries import decode_enclosures, decode_episode, decode_people, decode_tags, newest_id
from .feeds import asked_address
from .search import matching, newest_matches
from .times import from_us, from_us_or_none

Key = tuple[int, int]
"""(listed_at in µs, entry id): the place of an entry in a stream."""

_END = (2**62, 2**62)
WALKED_SHARE = 0.1
"""From this share of the user's unread entries on, walking them all beats gathering feed by feed."""


class Scope(Struct, frozen=True, kw_only=True):
    """The feeds of a stream, and how much of the user's unread is in them."""

    feed_ids: list[int]
    unread: int
    unread_in_all: int

    @property
    def is_everything_unread(self) -> bool:
        return self.unread == self.unread_in_all


_VISIBLE = {
    "main": ("main", "important"),
    "important": ("important",),
    "all": ("main", "important", "folder"),
}


def scope(tx: Tx, user_id: int, stream: Stream) -> Scope:
    """Which feeds a stream is made of. Raises ``NotFound`` for a folder, label or subscription that is not the
    user's.
    """
    rows = tx.all("SELECT id, feed_id, unread_count, visibility FROM subscription WHERE user_id = :user", user=user_id)
    allowed = rows
    if stream.public_only:
        public = set(
            tx.column(
                "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
                " AND s.hidden_from_visitors = 0 AND f.owner_id = 0",
                user=user_id,
            )
        )
        allowed = [row for row in rows if row[0] in public]
    chosen = _chosen(tx, user_id, stream, allowed)
    return Scope(
        feed_ids=[row[1] for row in chosen],
        unread=sum(row[2] for row in chosen),
        unread_in_all=sum(row[2] for row in rows),
    )


def _chosen(tx: Tx, user_id: int, stream: Stream, rows: list[Row]) -> list[Row]:
    if stream.kind == "feed":
        found = [row for row in rows if row[0] == stream.key]
        if not found:
            raise NotFound(f"subscription {stream.key}")
        return found
    if stream.kind == "folder":
        inside = set(_folder_subscriptions(tx, user_id, stream.key))
        return [row for row in rows if row[0] in inside and row[3] != "archived"]
    if stream.kind == "label":
        _own_label(tx, user_id, stream.key)
    if stream.kind in ("starred", "label"):
        return rows
    return [row for row in rows if row[3] in _VISIBLE[stream.kind]]


def _own_label(tx: Tx, user_id: int, label_id: int | None) -> None:
    if tx.value("SELECT 1 FROM label WHERE id = :id AND user_id = :user", id=label_id, user=user_id) is None:
        raise NotFound(f"label {label_id}")


def without_important(tx: Tx, user_id: int, stream: Stream) -> list[int] | None:
    """The feeds that "mark all read" reaches in a stream; None for all of the user's.

    Important feeds are not marked from the main stream.
    """
    within = scope(tx, user_id, stream)
    if stream.kind not in ("main", "all"):
        return within.feed_ids
    important = scope(tx, user_id, Stream(kind="important")) if stream.kind == "main" else None
    if (important is None or not important.feed_ids) and within.is_everything_unread:
        return None
    left = set(important.feed_ids) if important else set()
    return [feed for feed in within.feed_ids if feed not in left]


def marked_unread(tx: Tx, user_id: int, stream: Stream) -> list[int]:
    """The unread entries among the starred or labelled ones of a stream."""
    keys = _marked_keys(tx, user_id, stream, scope(tx, user_id, stream), "unread", _END, 1_000_000)
    return [key[1] for key in keys]


def _folder_subscriptions(tx: Tx, user_id: int, folder_id: int | None) -> list[int]:
    if tx.value("SELECT 1 FROM folder WHERE id = :id AND user_id = :user", id=folder_id, user=user_id) is None:
        raise NotFound(f"folder {folder_id}")
    return tx.column(
        "WITH RECURSIVE inside (id) AS (SELECT CAST(:id AS BIGINT) UNION"
        " SELECT d.id FROM folder d JOIN inside i ON d.parent_id = i.id WHERE d.user_id = :user)"
        " SELECT sf.subscription_id FROM inside i JOIN subscription_folder sf ON sf.folder_id = i.id",
        id=folder_id,
        user=user_id,
    )


# ------------------------------------------------------------------------------------------------ a page


def read(
    tx: Tx, user_id: int, stream: Stream, *, before: Cursor | None = None, limit: int = 50, bodies: Bodies = "short"
) -> Page:
    """One page of a stream. Raises ``NotFound`` when the stream is not the user's."""
    within = scope(tx, user_id, stream)
    shown = _shown(stream, within)
    place = (before.at, before.entry_id) if before else _END
    keys = _keys(tx, user_id, stream, within, shown, place, limit + 1)
    more = len(keys) > limit
    keys = keys[:limit]
    return Page(
        entries=tuple(entries(tx, user_id, [key[1] for key in keys], bodies=bodies)),
        next=Cursor(at=keys[-1][0], entry_id=keys[-1][1]) if more else None,
        shown=shown,
        newest_id=newest_id(tx),
    )


def _shown(stream: Stream, within: Scope) -> Literal["unread", "all"]:
    if stream.shown != "adaptive":
        return stream.shown
    if stream.kind in ("starred", "label") or stream.search:
        return "all"
    return "unread" if within.unread else "all"


def _keys(
    tx: Tx, user_id: int, stream: Stream, within: Scope, shown: Literal["unread", "all"], before: Key, limit: int
) -> list[Key]:
    if stream.kind in ("starred", "label"):
        return _marked_keys(tx, user_id, stream, within, shown, before, limit)
    if stream.search:
        found = newest_matches(tx, stream.search, within.feed_ids, user_id=user_id, unread=shown == "unread")
        return sorted((key for key in found if key < before), reverse=True)[:limit]
    if shown == "all":
        return _gathered(tx, _ALL, within.feed_ids, before, limit)
    if within.unread >= WALKED_SHARE * within.unread_in_all:
        return _walked(tx, user_id, within, before, limit)
    return _gathered(tx, _UNREAD, within.feed_ids, before, limit, user=user_id)


def _walked(tx: Tx, user_id: int, within: Scope, before: Key, limit: int) -> list[Key]:
    """The user's unread entries from the newest on, passing over those of other feeds."""
    only = "" if within.is_everything_unread else " AND feed_id IN ids(:feeds)"
    rows = tx.all(
        "SELECT listed_at, entry_id FROM unread WHERE user_id = :user AND (listed_at, entry_id) < (:at, :id)"
        f"{only} ORDER BY listed_at DESC, entry_id DESC LIMIT :limit",
        user=user_id,
        at=before[0],
        id=before[1],
        limit=limit,
        **({} if within.is_everything_unread else {"feeds": within.feed_ids}),
    )
    return [(row[0], row[1]) for row in rows]


class _Source(Struct, frozen=True, kw_only=True):
    """A table with an index (…, feed, listed_at, entry) to gather from."""

    table: str
    entry: str
    where: str


_ALL = _Source(table="entry", entry="id", where="")
_UNREAD = _Source(table="unread", entry="entry_id", where="t.user_id = :user AND ")


def _gathered(tx: Tx, source: _Source, feed_ids: Sequence[int], before: Key, limit: int, **params: Any) -> list[Key]:
    """The newest ``limit`` keys of these feeds before a place, without reading more of a feed than can be in them.

    If the n feeds with the newest entries are known, the n-th of these moments is a bound: each of the n feeds has an
    entry at or
    after it, so a page of n holds nothing older, and other feeds have nothing newer.
    """
    # Two bounds instead of a row comparison: SQLite then uses the index (feed, listed_at, id) for the maximum too.
    newest = tx.all(
        f"SELECT f.id, (SELECT max(t.listed_at) FROM {source.table} t WHERE {source.where}"
        "t.feed_id = f.id AND t.listed_at <= :at) AS newest FROM feed f WHERE f.id IN ids(:feeds)",
        feeds=list(feed_ids),
        at=before[0],
        **params,
    )
    # Entries at the very moment of the cursor may all be past it: such feeds do not count towards the bound.
    reached = sorted(((at, feed) for feed, at in newest if at is not None), reverse=True)
    past = sum(1 for at, _ in reached if at == before[0])
    kept = reached[: limit + past]
    bound = kept[-1][0] if len(kept) == limit + past else 0
    place = {"bound": bound, "at": before[0], "id": before[1], "limit": limit, **params}
    rows = _newest_of_each(tx, source, [feed for _, feed in kept], place)
    return sorted(rows, reverse=True)[:limit]


def _newest_of_each(tx: Tx, source: _Source, feed_ids: list[int], place: dict[str, Any]) -> list[Key]:
    """At most ``limit`` keys of each feed:
    a statement a feed in SQLite, where one costs microseconds, one for all elsewhere.
    """
    newest = (
        f"SELECT t.listed_at, t.{source.entry} FROM {source.table} t WHERE {source.where}t.feed_id = {{feed}}"
        f" AND t.listed_at >= :bound AND t.listed_at <= :at AND (t.listed_at, t.{source.entry}) < (:at, :id)"
        f" ORDER BY t.listed_at DESC, t.{source.entry} DESC LIMIT :limit"
    )
    if tx.engine == "sqlite":
        sql = newest.format(feed=":feed")
        return [(row[0], row[1]) for feed in feed_ids for row in tx.all(sql, feed=feed, **place)]
    sql = f"SELECT n.* FROM feed f CROSS JOIN LATERAL ({newest.format(feed='f.id')}) n WHERE f.id IN ids(:feeds)"
    return [(row[0], row[1]) for row in tx.all(sql, feeds=feed_ids, **place)]


def _marked_keys(
    tx: Tx, user_id: int, stream: Stream, within: Scope, shown: Literal["unread", "all"], before: Key, limit: int
) -> list[Key]:
    """Starred or labelled entries; for a visitor only those of subscriptions that he may see."""
    table, label = ("star", "") if stream.kind == "starred" else ("entry_label", " AND m.label_id = :label")
    clauses = [f"m.user_id = :user{label} AND (m.listed_at, m.entry_id) < (:at, :id)"]
    params: dict[str, Any] = {"user": user_id, "at": before[0], "id": before[1], "limit": limit}
    if stream.kind == "label":
        params["label"] = stream.key
    if stream.public_only:
        clauses.append("m.feed_id IN ids(:feeds)")
        params["feeds"] = within.feed_ids
    if shown == "unread":
        clauses.append(
            "EXISTS (SELECT 1 FROM unread u WHERE u.user_id = m.user_id AND u.feed_id = m.feed_id"
            " AND u.listed_at = m.listed_at AND u.entry_id = m.entry_id)"
        )
    if stream.search:
        clauses.append("m.entry_id IN ids(:found)")
        params["found"] = matching(tx, stream.search, _marked(tx, user_id, table))
    rows = tx.all(
        f"SELECT m.listed_at, m.entry_id FROM {table} m WHERE {' AND '.join(clauses)}"
        " ORDER BY m.listed_at DESC, m.entry_id DESC LIMIT :limit",
        **params,
    )
    return [(row[0], row[1]) for row in rows]


def _marked(tx: Tx, user_id: int, table: str) -> list[int]:
    return tx.column(f"SELECT entry_id FROM {table} WHERE user_id = :user", user=user_id)


# ------------------------------------------------------------------------------------------------ entries

_ENTRY = (
    "SELECT e.id, e.feed_id, s.id, CASE WHEN s.title <> '' THEN s.title WHEN f.title <> '' THEN f.title ELSE f.url END,"
    " f.url, f.icon_id, e.guid, e.url, e.title, e.authors, e.tags, e.language, e.enclosures, e.thumbnail_url,"
    " e.comments_url,"
    " e.preview, e.word_count, e.published_at, e.updated_at, e.received_at, e.listed_at,"
    " EXISTS (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = e.feed_id"
    " AND u.listed_at = e.listed_at AND u.entry_id = e.id),"
    " EXISTS (SELECT 1 FROM star t WHERE t.user_id = :user AND t.listed_at = e.listed_at AND t.entry_id = e.id),"
    " e.episode, s.full_text, s.full_text_rules, e.revised_at"
)
_NO_FULL_TEXT = (None, "off")
_FROM = (
    " FROM entry e JOIN feed f ON f.id = e.feed_id"
    " LEFT JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id"
)


def entries(
    tx: Tx, user_id: int, entry_ids: Sequence[int], *, bodies: Bodies, version: full_texts.Version | None = None
) -> list[Entry]:
    """These entries in this order, as a user sees them; the caller has checked the user's right to them.

    ``version`` chooses the feed's text or the full text; None: as each subscription says.
    """
    if not entry_ids:
        return []
    body = {"none": "", "short": f", b.version, {SHORT}", "whole": ", b.version, b.body"}[bodies]
    join = " LEFT JOIN entry_body b ON b.entry_id = e.id" if body else ""
    rows = tx.all(f"{_ENTRY}{body}{_FROM}{join} WHERE e.id IN ids(:ids)", user=user_id, ids=list(entry_ids))
    labels = _labels(tx, user_id, entry_ids)
    found = {row[0]: _entry(row, labels.get(row[0], ()), tx) for row in rows}
    wishes = {row[0]: (row[24], row[25]) for row in rows if version is not None or row[24] not in _NO_FULL_TEXT}
    if wishes:
        found.update(full_texts.chosen(tx, found, wishes, bodies=bodies, version=version))
    return [found[entry_id] for entry_id in entry_ids if entry_id in found]


def _labels(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    if tx.value("SELECT 1 FROM label WHERE user_id = :user LIMIT 1", user=user_id) is None:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for entry_id, name in tx.all(
        "SELECT m.entry_id, l.name FROM entry_label m JOIN label l ON l.id = m.label_id"
        " WHERE m.user_id = :user AND m.entry_id IN ids(:ids) ORDER BY l.name_key",
        user=user_id,
        ids=list(entry_ids),
    ):
        found[entry_id] = (*found.get(entry_id, ()), name)
    return found


def _entry(row: Row, labels: tuple[str, ...], tx: Tx) -> Entry:
    html: SafeHTML | None = None
    if len(row) > 27 and row[28] is not None:
        html = safe_html(row[28], row[27], tx.sanitiser)
    return Entry(
        id=row[0],
        feed_id=row[1],
        subscription_id=row[2],
        feed_title=row[3],
        feed_url=asked_address(row[4]),
        icon_id=row[5],
        guid=row[6],
        url=row[7],
        title=row[8],
        authors=decode_people(row[9]),
        tags=decode_tags(row[10]),
        language=row[11],
        enclosures=decode_enclosures(row[12]),
        thumbnail_url=row[13],
        comments_url=row[14],
        preview_text=row[15],
        word_count=row[16],
        published_at=from_us_or_none(row[17]),
        updated_at=from_us_or_none(row[18]),
        received_at=from_us(row[19]),
        listed_at=from_us(row[20]),
        unread=bool(row[21]),
        starred=bool(row[22]),
        labels=labels,
        content_html=html,
        episode=decode_episode(row[23]),
        revised_at=from_us_or_none(row[26]),
    )


def entry(
    tx: Tx, user_id: int, entry_id: int, *, public_only: bool = False, version: full_texts.Version | None = None
) -> Entry:
    """One entry with its body. Raises ``NotFound`` unless the user has a right to it: a subscription, or an own star
    or label.

    ``public_only``: unless a visitor may see it (the subscription is not hidden, its feed not private).
    ``version``: the feed's text, the full text, or (``None``) as the subscription says.
    """
    right = (
        "EXISTS (SELECT 1 FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
        " AND s.feed_id = e.feed_id AND s.hidden_from_visitors = 0 AND f.owner_id = 0)"
        if public_only
        else "(EXISTS (SELECT 1 FROM subscription s WHERE s.user_id = :user AND s.feed_id = e.feed_id)"
        " OR EXISTS (SELECT 1 FROM star t WHERE t.user_id = :user AND t.entry_id = e.id)"
        " OR EXISTS (SELECT 1 FROM entry_label l WHERE l.user_id = :user AND l.entry_id = e.id))"
    )
    if tx.value(f"SELECT 1 FROM entry e WHERE e.id = :id AND {right}", id=entry_id, user=user_id) is None:
        raise NotFound(f"entry {entry_id}")
    return entries(tx, user_id, [entry_id], bodies="whole", version=version)[0]
