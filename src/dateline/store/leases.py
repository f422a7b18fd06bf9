"""Leases: which feeds are due, and whose turn it is to ask them, with their hosts, over all processes."""

import json
from datetime import datetime, timedelta
from typing import Any

from .db import Tx, WriteTx
from .feeds import FEED_COLUMNS, Feed, existing, feed_of_row
from .times import from_us_or_none, to_us

FLOOR_BY_HAND = timedelta(minutes=15)
FLOOR_UNMARKED = timedelta(minutes=60)
"""How soon somebody may have a feed asked again; without validators, when every answer is a whole document."""

_MAY_BE_ASKED = (
    " AND (checked_at IS NULL OR (wished_until <= :now AND checked_at <= CASE WHEN error_code IS NULL AND etag IS NULL"
    " AND last_modified IS NULL THEN CAST(:unmarked AS BIGINT) ELSE CAST(:by_hand AS BIGINT) END))"
)


NOT_PAUSED = (
    " (NOT EXISTS (SELECT 1 FROM subscription p WHERE p.feed_id = f.id AND p.paused_at IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM subscription p WHERE p.feed_id = f.id AND p.paused_at IS NULL))"
)
"""Somebody waits for what feed ``f`` brings: not all of its subscriptions rest."""


def due(
    tx: Tx, *, holder: str, now: datetime, limit: int, full_hosts: list[str], only: list[int] | None = None
) -> list[tuple[int, str]]:
    """(id, host) of feeds that are due, longest due first, whose host nobody else holds or silences and is not in
    ``full_hosts``, and for which somebody waits.

    ``only`` narrows to these feeds, due or not.
    """
    wanted = f"f.next_at <= :now AND{NOT_PAUSED}" if only is None else "f.id IN ids(:only)"
    rows = tx.all(
        f"SELECT f.id, f.host FROM feed f LEFT JOIN host h ON h.name = f.host WHERE {wanted} AND f.lease_until <= :now"
        " AND (h.name IS NULL OR (h.quiet_until <= :now"
        " AND (h.holder IS NULL OR h.holder = :holder OR h.held_until <= :now)))"
        " AND f.host NOT IN (SELECT value FROM [[strings]]) ORDER BY f.next_at, f.id LIMIT :limit",
        now=to_us(now),
        holder=holder,
        limit=limit,
        strings=json.dumps(full_hosts),
        **({} if only is None else {"only": only}),
    )
    return [(row[0], row[1]) for row in rows]


def lease(tx: WriteTx, feed_ids: list[int], *, holder: str, now: datetime, until: datetime) -> list[Feed]:
    """Take the lease on those of these feeds that are still free, and hold their hosts.

    ``hosts.release`` gives the hosts back; until then no other process asks them.
    """
    if not feed_ids:
        return []
    params: dict[str, Any] = {"holder": holder, "until": to_us(until), "now": to_us(now), "ids": feed_ids}
    tx.run(
        "INSERT INTO host (name, holder, held_until)"
        " SELECT DISTINCT host, :holder, CAST(:until AS BIGINT) FROM feed"
        " WHERE id IN ids(:ids) AND lease_until <= :now ORDER BY host"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until"
        " WHERE host.holder IS NULL OR host.holder = excluded.holder OR host.held_until <= :now",
        **params,
    )
    feed_ids = tx.column(
        "UPDATE feed SET lease_holder = :holder, lease_until = :until, lease_count = lease_count + 1 WHERE id IN"
        " (SELECT f.id FROM feed f JOIN host h ON h.name = f.host AND h.holder = :holder"
        " WHERE f.id IN ids(:ids) AND f.lease_until <= :now [[skip_locked_of_f]]) RETURNING id",
        **params,
    )
    rows = tx.all(f"SELECT {FEED_COLUMNS} FROM feed f WHERE f.id IN ids(:ids) ORDER BY f.next_at, f.id", ids=feed_ids)
    return [feed_of_row(row) for row in rows]


def give_back(tx: WriteTx, feed_ids: list[int], holder: str) -> None:
    """Give leases back unused (shutdown): the feeds are due as before."""
    existing(tx, feed_ids)  # held in order, as everybody holds feeds
    tx.run(
        "UPDATE feed SET lease_holder = NULL, lease_until = 0, lease_count = lease_count - 1"
        " WHERE id IN ids(:ids) AND lease_holder = :holder",
        ids=feed_ids,
        holder=holder,
    )


def next_due_at(tx: Tx) -> datetime | None:
    """When the next feed is due; None when none ever is."""
    return from_us_or_none(tx.value(f"SELECT min(f.next_at) FROM feed f WHERE f.next_at IS NOT NULL AND{NOT_PAUSED}"))


def postpone(tx: WriteTx, feed_id: int, holder: str, until: datetime) -> None:
    """Give a lease back unused, because the feed cannot be asked before then."""
    tx.run(
        "UPDATE feed SET lease_holder = NULL, lease_until = 0, lease_count = lease_count - 1, next_at ="
        " CASE WHEN next_at IS NULL OR next_at > :until THEN next_at ELSE CAST(:until AS BIGINT) END"
        " WHERE id = :id AND lease_holder = :holder",
        id=feed_id,
        holder=holder,
        until=to_us(until),
    )


def ask_soon(tx: WriteTx, feed_ids: list[int], now: datetime, *, again: bool = False) -> int:
    """Somebody wants news: make feeds due, but those asked lately or by somebody now, those whose server wants to be
    left alone, and those that stopped (with ``again`` these too). How many are due now.
    """
    stopped = "" if again else " AND stopped_at IS NULL"
    existing(tx, feed_ids)  # likewise
    return tx.run(
        "UPDATE feed SET next_at = CASE WHEN next_at < :now THEN next_at ELSE CAST(:now AS BIGINT) END"
        " WHERE id IN ids(:feeds) AND kind NOT IN ('mail', 'saved') AND lease_until <= :now AND orphaned_at IS NULL"
        f"{stopped}{_MAY_BE_ASKED}",
        feeds=feed_ids,
        **_since(now),
    )


def _since(now: datetime) -> dict[str, int]:
    return {"now": to_us(now), "by_hand": to_us(now - FLOOR_BY_HAND), "unmarked": to_us(now - FLOOR_UNMARKED)}
