"""``Outcome`` → the store: batches of at most 50 entries, with a feed's validators in its last one.

Several unchanged or small feeds share a commit. An interruption between two batches is read again, never lost: the
validators, the body's hash and the schedule come with the last entries, never before.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from dateline.fetch.address import host_key
from dateline.store import (
    Database,
    addresses,
    checks,
    entries,
    feeds,
    hosts,
    pages,
    pushes,
    read_by_itself,
    read_choices,
    states,
    versions,
    websub,
)
from dateline.store.db import WriteTx
from dateline.store.entries import Arrived
from dateline.store.feeds import Feed
from dateline.store.write import in_turn, transaction

from . import full_text_wishes
from .outcome import Move, Outcome

BATCH = 50


class _Step(Struct, frozen=True, kw_only=True):
    feed_id: int
    weight: int
    adopts: str | None = None
    """The address that the feed takes, perhaps another feed's."""
    quiet_host: tuple[str, datetime] | None = None
    carry_out: Callable[[WriteTx], Any]


def record(db: Database, outcomes: Sequence[Outcome]) -> None:
    """Store outcomes in as few commits as may be, none of more than 50 entries. Raises ``StoreError``."""
    _read_gone(db, outcomes)
    batch: list[_Step] = []
    weight = 0
    for outcome in outcomes:
        _unread_again(db, outcome)
        for step in _steps(outcome):
            is_alone = step.adopts is not None or (batch and batch[-1].adopts is not None)
            if batch and (is_alone or weight + step.weight > BATCH or len(batch) >= 2 * BATCH):
                _commit(db, batch)
                batch, weight = [], 0
            batch.append(step)
            weight += step.weight
    _commit(db, batch)


def _unread_again(db: Database, outcome: Outcome) -> None:
    """What was revised is unread again for those who want it so; before it is stored, so that none is forgotten.

    A commit for each of them: a person's counters are held (store.states), and nobody waits for two.
    """
    revised = [edited.id for edited in outcome.edited if edited.replaces is not None]
    if not revised:
        return
    with db.reading() as tx:
        users = versions.wanting_unread(tx, outcome.feed.id)
    for user_id in users:
        with transaction(db) as writing:
            states.revised(writing, user_id, revised)


def _read_gone(db: Database, outcomes: Sequence[Outcome]) -> None:
    """What left its feed is read for those who want it so, as far as the document can tell; before it is stored, so
    that none is forgotten.

    A commit for each of them, as above.
    """
    gone = {
        one.feed.id: one.changes.gone_ids
        for one in outcomes
        if one.changes is not None and one.changes.gone_ids and one.tells_gone
    }
    if not gone:
        return
    with db.reading() as tx:
        wanting = read_choices.reading_gone(tx, list(gone))
        waiting = {
            feed_id: read_by_itself.waiting(tx, feed_id, users, gone[feed_id]) for feed_id, users in wanting.items()
        }
    for feed_id, users in waiting.items():
        for user_id in users:
            with transaction(db) as writing:
                read_by_itself.read_gone(writing, user_id, feed_id, gone[feed_id])


def _commit(db: Database, batch: Sequence[_Step]) -> None:
    if batch:
        in_turn(db, lambda tx: _carry_out(tx, batch))


def _carry_out(tx: WriteTx, batch: Sequence[_Step]) -> None:
    for step in batch:
        if step.adopts is not None:  # it stands alone: whom it concerns is held before all else
            addresses.hold(tx, {step.feed_id: step.adopts})
    # a feed may have been merged into another since it was asked
    there = feeds.existing(tx, [step.feed_id for step in batch])
    for step in batch:
        if step.feed_id in there:
            step.carry_out(tx)
    for name, until in sorted(step.quiet_host for step in batch if step.quiet_host is not None):
        hosts.silence(tx, name, until)  # after the feeds, in order of name, as whoever claims feeds holds them


def _steps(outcome: Outcome) -> Iterator[_Step]:
    feed_id = outcome.feed.id
    if outcome.error is not None:
        yield _Step(
            feed_id=feed_id,
            weight=0,
            quiet_host=outcome.quiet_host,
            carry_out=lambda tx: _record_failure(tx, outcome),
        )
        return
    arrived = outcome.arrived
    whole = (len(arrived) - 1) // BATCH * BATCH if arrived else 0
    for start in range(0, whole, BATCH):
        part = arrived[start : start + BATCH]
        yield _Step(
            feed_id=feed_id,
            weight=len(part),
            carry_out=lambda tx, part=part: _insert(tx, feed_id, part, outcome.check.at),  # type: ignore[misc] # a default binds the loop's value
        )
    edits = outcome.edited
    for start in range(0, len(edits), BATCH):
        some = edits[start : start + BATCH]
        yield _Step(
            feed_id=feed_id,
            weight=len(some),
            carry_out=lambda tx, some=some: entries.edit(tx, some, outcome.check.at),  # type: ignore[misc] # likewise
        )
    last = arrived[whole:]
    yield _Step(
        feed_id=feed_id,
        weight=len(last),
        adopts=outcome.move.target if outcome.move is not None and outcome.move.adopt else None,
        carry_out=lambda tx: _record_last(tx, outcome, last),
    )


def _insert(tx: WriteTx, feed_id: int, arrived: Sequence[Arrived], at: datetime) -> None:
    """New entries, and word that their articles are wanted, if somebody wants them."""
    full_text_wishes.note_arrived(tx, feed_id, entries.insert(tx, feed_id, arrived, at), at)


def _record_last(tx: WriteTx, outcome: Outcome, arrived: Sequence[Arrived]) -> None:
    """The last batch of a feed: with it the validators and the schedule, never before."""
    feed, changes = outcome.feed, outcome.changes
    if outcome.push_id is not None:
        _record_push(tx, outcome, outcome.push_id, arrived)
        return
    assert outcome.next_at is not None
    if changes is not None:
        for entry_id, guid, hash_ in changes.renamed:
            entries.rename(tx, entry_id, guid, hash_)
    _insert(tx, feed.id, arrived, outcome.check.at)
    if changes is not None:
        entries.mark_gone(tx, changes.gone_ids, outcome.check.at)
        entries.mark_back(tx, changes.back_ids)
        entries.note_sources(tx, changes.sources)
        entries.bury(tx, feed.id, changes.purged)
    if outcome.described is not None:
        feeds.describe(tx, feed.id, outcome.described)
    elif outcome.hints is not None:
        feeds.note_hints(tx, feed.id, outcome.hints)
    _record_hub(tx, outcome)
    feeds.succeed(
        tx,
        feed,
        now=outcome.check.at,
        next_at=_next_at(tx, feed, outcome.next_at, outcome.check.at),
        validators=outcome.validators,
        validators_url=outcome.validators_url,
        body_hash=outcome.body_hash,
        identity=outcome.identity,
        changed=bool(outcome.arrived or outcome.edited),
        wished_until=outcome.wished_until,
        is_empty=outcome.is_empty_list,
    )
    checks.note(tx, feed, outcome.check)
    if outcome.move is not None:
        _record_move(tx, feed, outcome.move, outcome.check.at)


def _record_push(tx: WriteTx, outcome: Outcome, push_id: int, arrived: Sequence[Arrived]) -> None:
    """The last batch of what a hub brought: the entries, and that it came; it does not wait any more."""
    _insert(tx, outcome.feed.id, arrived, outcome.check.at)
    if outcome.changes is not None:
        entries.mark_back(tx, outcome.changes.back_ids)
    checks.note_push(tx, outcome.feed.id, outcome.check)
    if outcome.arrived or outcome.edited:
        websub.note_delivered(tx, outcome.feed.id, outcome.check.at)
    pushes.remove(tx, push_id)


def _record_hub(tx: WriteTx, outcome: Outcome) -> None:
    """What a document says of its hub, and what its new entries say of the hub's word."""
    feed = outcome.feed
    if feed.has_hub and outcome.arrived:
        websub.note_missed(tx, feed.id)
    if outcome.hub is not None:
        websub.offer(tx, feed.id, *outcome.hub, outcome.check.at)
    elif outcome.described is not None and feed.has_hub:
        websub.withdraw(tx, feed.id)


def _next_at(tx: WriteTx, feed: Feed, next_at: datetime, now: datetime) -> datetime:
    """When to ask next: later, while the feed's hub keeps its word."""
    hub = websub.of_feed(tx, feed.id) if feed.has_hub else None
    return max(next_at, now + websub.POLLED_EVERY) if hub is not None and hub.is_trusted(now) else next_at


def _record_move(tx: WriteTx, feed: Feed, move: Move, now: datetime) -> None:
    if move.adopt and move.target is not None:
        if addresses.adopt(tx, feed.id, move.target, host_key(move.target), now) is None:
            addresses.note_old_asked(tx, feed.id, now)  # it goes on as it is, asked where it leads to
    elif move.target != feed.moved_url:
        addresses.remember_move(tx, feed.id, move.target, host_key(move.target or feed.url), now)
    else:
        addresses.note_old_asked(tx, feed.id, now)


def _record_failure(tx: WriteTx, outcome: Outcome) -> None:
    assert outcome.error is not None
    feeds.fail(
        tx,
        outcome.feed,
        code=outcome.error.code,
        detail=outcome.error.detail,
        now=outcome.check.at,
        next_at=outcome.next_at,
        wished_until=outcome.wished_until,
        stopped=outcome.error.code == "fetch.gone" and outcome.move is None,
    )
    if outcome.error.code == "parse.no_entries":
        pages.note_empty(tx, outcome.feed.id)
    checks.note(tx, outcome.feed, outcome.check)
    if outcome.move is not None:
        _record_move(tx, outcome.feed, outcome.move, outcome.check.at)
