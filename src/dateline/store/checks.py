"""Checks: the last attempts at each feed, kept in a ring."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from .db import Tx, WriteTx
from .feeds import Feed
from .times import from_us, to_us

CHECKS_KEPT = 50


class CheckRow(Struct, frozen=True, kw_only=True):
    """One attempt at a feed: ``code`` is ``ok``, ``not_modified``, ``unchanged``, ``push`` or an error's."""

    at: datetime
    code: str
    status: int | None = None
    wire_bytes: int = 0
    duration_ms: int = 0
    new_entries: int = 0
    changed_entries: int = 0
    detail: str | None = None


def note(tx: WriteTx, feed: Feed, check: CheckRow) -> None:
    """Keep an attempt in the feed's history of 50."""
    _keep(tx, feed.id, feed.check_count, check)


def _keep(tx: WriteTx, feed_id: int, number: int, check: CheckRow) -> None:
    tx.run(
        "INSERT INTO feed_check"
        " (feed_id, slot, at, code, status, wire_bytes, duration_ms, new_entries, changed_entries, detail)"
        " VALUES (:feed, :slot, :at, :code, :status, :bytes, :ms, :new, :changed, :detail)"
        " ON CONFLICT (feed_id, slot) DO UPDATE SET at = excluded.at, code = excluded.code, status = excluded.status,"
        " wire_bytes = excluded.wire_bytes, duration_ms = excluded.duration_ms, new_entries = excluded.new_entries,"
        " changed_entries = excluded.changed_entries, detail = excluded.detail",
        feed=feed_id,
        slot=number % CHECKS_KEPT,
        at=to_us(check.at),
        code=check.code,
        status=check.status,
        bytes=check.wire_bytes,
        ms=check.duration_ms,
        new=check.new_entries,
        changed=check.changed_entries,
        detail=check.detail,
    )


def note_push(tx: WriteTx, feed_id: int, check: CheckRow) -> None:
    """Keep what a hub brought in the feed's history: whoever asks the feed meanwhile counts on from there."""
    feed = tx.one("SELECT check_count FROM feed WHERE id = :feed", feed=feed_id)
    if feed is not None:
        _keep(tx, feed_id, feed[0], check)
        tx.run("UPDATE feed SET check_count = check_count + 1 WHERE id = :feed", feed=feed_id)


def of_feed(tx: Tx, feed_id: int) -> list[CheckRow]:
    """The last attempts at a feed, newest first."""
    rows = tx.all(
        "SELECT at, code, status, wire_bytes, duration_ms, new_entries, changed_entries, detail FROM feed_check"
        " WHERE feed_id = :feed ORDER BY at DESC, slot DESC",
        feed=feed_id,
    )
    return [_check(row) for row in rows]


def of_feeds(tx: Tx, feed_ids: Sequence[int]) -> dict[int, list[CheckRow]]:
    """The last attempts at each of these feeds, newest first."""
    rows = tx.all(
        "SELECT at, code, status, wire_bytes, duration_ms, new_entries, changed_entries, detail, feed_id"
        " FROM feed_check WHERE feed_id IN ids(:feeds) ORDER BY at DESC, slot DESC",
        feeds=list(feed_ids),
    )
    found: dict[int, list[CheckRow]] = {}
    for row in rows:
        found.setdefault(row[8], []).append(_check(row))
    return found


def _check(row: Sequence[Any]) -> CheckRow:
    return CheckRow(
        at=from_us(row[0]),
        code=row[1],
        status=row[2],
        wire_bytes=row[3],
        duration_ms=row[4],
        new_entries=row[5],
        changed_entries=row[6],
        detail=row[7],
    )
