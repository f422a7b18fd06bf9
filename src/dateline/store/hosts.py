"""Politeness, shared by all processes: one row a host says who may ask it, and when again.

Whoever holds a host keeps to ``DATELINE_HOST_CONNECTIONS`` within its own process, so that the limit holds over all
processes.
"""

from datetime import datetime

from .db import Tx, WriteTx
from .times import to_us


def take(tx: WriteTx, name: str, *, holder: str, now: datetime, until: datetime, spacing_us: int) -> float:
    """Try to get a turn at a host:
    0.0 when it is given (and the host is held), else the seconds to wait before trying again.
    """
    row = tx.one(
        "SELECT next_at, quiet_until, holder, held_until FROM host WHERE name = :name [[lock_row]]",
        name=name,
    )
    at = to_us(now)
    if row is not None:
        next_at, quiet_until, other, held_until = row
        if other not in (None, holder) and held_until > at:
            return 0.05
        free_at = max(next_at, quiet_until)
        if free_at > at:
            return float(free_at - at) / 1_000_000
    taken = tx.run(
        "INSERT INTO host (name, next_at, holder, held_until) VALUES (:name, :next, :holder, :until)"
        " ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at, holder = excluded.holder,"
        " held_until = excluded.held_until"
        # two processes may have found no row: one of them comes second here
        " WHERE host.holder IS NULL OR host.holder = excluded.holder OR host.held_until <= :now",
        name=name,
        next=at + spacing_us,
        holder=holder,
        until=to_us(until),
        now=at,
    )
    return 0.0 if taken else 0.05


def release(tx: WriteTx, names: list[str], *, holder: str) -> None:
    """Give hosts back."""
    for name in names:
        tx.run(
            "UPDATE host SET holder = NULL, held_until = 0 WHERE name = :name AND holder = :holder",
            name=name,
            holder=holder,
        )


def silence(tx: WriteTx, name: str, until: datetime) -> None:
    """The host said that it has enough: nobody asks it until then."""
    tx.run(
        "INSERT INTO host (name, quiet_until) VALUES (:name, :until) ON CONFLICT (name) DO UPDATE SET"
        " quiet_until = CASE WHEN host.quiet_until > excluded.quiet_until THEN host.quiet_until ELSE"
        " excluded.quiet_until END",
        name=name,
        until=to_us(until),
    )


def note_asked(tx: WriteTx, names: list[str], next_at: datetime) -> None:
    """These hosts were asked just now: the next request waits until then, whoever makes it."""
    at = to_us(next_at)
    tx.many(
        "UPDATE host SET next_at = :at WHERE name = :name AND next_at < :at",
        [{"name": name, "at": at} for name in names],
    )


def times(tx: Tx, names: list[str]) -> dict[str, tuple[int, int]]:
    """(next request at, silent until) in µs of the hosts that have a row."""
    found: dict[str, tuple[int, int]] = {}
    for name in names:
        row = tx.one("SELECT next_at, quiet_until FROM host WHERE name = :name", name=name)
        if row is not None:
            found[name] = (row[0], row[1])
    return found


def forget_idle(tx: WriteTx, before: datetime) -> None:
    """Drop rows that say nothing any more, and that nobody is about to change."""
    tx.run(
        "DELETE FROM host WHERE name IN (SELECT name FROM host"
        " WHERE next_at < :before AND quiet_until < :before AND held_until < :before [[skip_locked]])",
        before=to_us(before),
    )
