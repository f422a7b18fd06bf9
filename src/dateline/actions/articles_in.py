"""Articles that a person had read, begun and queued on another Dateline, brought along in batches (``choices_in``)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from dateline.fetch.address import host_key
from dateline.model import User
from dateline.parse.addresses import absolute
from dateline.parse.choices import Choices, Going, ReadThere, hashes_of, moment
from dateline.store import Database, brought, delivery, entries, highlights, history, progress, states
from dateline.store.brought import Place
from dateline.store.db import WriteTx
from dateline.store.progress import Progress
from dateline.store.write import transaction

from .finding import Finder
from .progress import MAX_QUEUE, MAX_SECONDS, MAX_URL
from .recognising import feed_address

BATCH = 200
"""Articles that are looked for, and marked, in one transaction."""
FEEDS = 20
"""Feeds that are opened in one transaction: each takes several statements, and a click shall not wait for many."""


class Articles(Struct, frozen=True, kw_only=True):
    """So many go on or are queued, so many are read; ``problems`` names what could not be used."""

    going: int
    read: int
    problems: tuple[str, ...]


def bring_articles(db: Database, user: User, said: Choices, finder: Finder, now: datetime) -> Articles:
    """What had been read stays read, what was begun and queued goes on."""
    return _Bringing(db, user, said, finder, now).run()


class _Bringing:
    def __init__(self, db: Database, user: User, said: Choices, finder: Finder, now: datetime) -> None:
        self._db, self._user, self._said, self._finder, self._now = db, user, said, finder, now
        self._problems: list[str] = []
        self._going = self._read = 0

    def run(self) -> Articles:
        self._read_there()
        self._begun()
        self._queue()
        return Articles(going=self._going, read=self._read, problems=tuple(self._problems))

    def _read_there(self) -> None:
        """What had been read of feeds stays read, also if they bring it only now."""
        with self._db.reading() as tx:
            subscribed = brought.subscribed_feeds(tx, self._user.id)
        for batch in _batches(self._said.read):
            with transaction(self._db) as tx:
                tx.hold_user(self._user.id)
                places = [(brought.place(tx, self._user.id, url, subscribed), hashes) for url, hashes in batch]
                brought.hold_archives(tx, self._user.id, {place.url for place, _ in places})
                for place, hashes in places:
                    self._read += self._note_read(tx, place, hashes)

    def _note_read(self, tx: WriteTx, place: Place, hashes: Sequence[bytes]) -> int:
        if place.live_id is not None and (came := delivery.deliver_feed(tx, self._user.id, place.live_id)) is not None:
            brought.settle(tx, self._user.id, [came])  # only what was delivered can be marked as read
        live = brought.matches(tx, place.live_id, hashes, [])[0] if place.live_id is not None else {}
        were = states.mark_read(tx, self._user.id, list(live.values()))
        read = were.ids
        if read:
            history.note(tx, self._user.id, "read", read, self._now, kept=were.kept)
        left = [hash_ for hash_ in hashes if hash_ not in live]
        if not left:
            return len(read)
        host = host_key(place.url)
        archive = brought.open_archive(tx, self._user.id, place.url, host=host, title="", site_url=None, now=self._now)
        known = entries.buried(tx, archive, left)
        brought.note_read(tx, archive, left)
        return len(read) + len(set(left) - known)

    def _begun(self) -> None:
        """Where one stopped, unless one went on here."""
        for some in chunks(self._said.begun[: progress.KEPT], BATCH):
            found = self._found(some)
            with transaction(self._db) as tx:
                tx.hold_user(self._user.id)
                there = highlights.held(tx, list(found.values()))
                for one in some:
                    entry_id = found.get(one.place)
                    reached = _reached(one, entry_id) if entry_id in there else None
                    if reached is None:
                        self._problems.append("begun")
                    elif progress.of(tx, self._user.id, reached.entry_id).at is None:
                        progress.note(tx, self._user.id, reached, min(moment(one.at) or self._now, self._now))
                        self._going += 1

    def _queue(self) -> None:
        """What is played next, after what is here."""
        wanted = self._said.queue[:MAX_QUEUE]
        found = self._found(wanted)
        if len(found) < len(self._said.queue):
            self._problems.append("queue")
        with transaction(self._db) as tx:
            tx.hold_user(self._user.id)
            there = highlights.held(tx, list(found.values()))
            before = progress.queue(tx, self._user.id)
            queue = list(dict.fromkeys((*before, *(found[one.place] for one in wanted if one.place in found))))
            queue = [entry_id for entry_id in queue if entry_id in there or entry_id in before][:MAX_QUEUE]
            if queue != before:
                progress.put_queue(tx, self._user.id, queue)
                self._going += len(queue) - len(before)

    def _found(self, some: Sequence[Going]) -> dict[int, int]:
        with self._db.reading() as tx:
            return self._finder.entries_of(tx, some)


def _reached(one: Going, entry_id: int | None) -> Progress | None:
    """How far one is, within the bounds that a player has; None for what is beyond them, or nothing."""
    url = absolute(one.played_url, None)
    is_sane = 0 <= one.share <= 1000 and 0 <= one.played <= MAX_SECONDS and 0 <= one.played_of <= MAX_SECONDS
    if entry_id is None or not is_sane or (one.played and (url is None or len(url) > MAX_URL)):
        return None
    if not (one.share or one.played):
        return None
    return Progress(
        entry_id=entry_id,
        share=one.share,
        played_url=url if one.played else None,
        played=one.played,
        played_of=one.played_of,
    )


_One = TypeVar("_One")


def chunks(some: Sequence[_One], size: int) -> Iterator[Sequence[_One]]:
    """``size`` of them at a time."""
    for start in range(0, len(some), size):
        yield some[start : start + size]


def _batches(read: Sequence[ReadThere]) -> Iterator[list[tuple[str, list[bytes]]]]:
    """(address, hashes) of several feeds, ``BATCH`` hashes at a time."""
    batch: list[tuple[str, list[bytes]]] = []
    size = 0
    for one in read:
        url = feed_address(one.feed_url)
        hashes = hashes_of(one) if url is not None and "://" in url else []
        while url is not None and hashes:
            some, hashes = hashes[: BATCH - size], hashes[BATCH - size :]
            batch.append((url, some))
            size += len(some)
            if size >= BATCH or len(batch) >= FEEDS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
