"""Highlights and notes that a person brings along: each to the article that it is on, found by its feed and the
publisher's id there, else by its address.

Batch by batch, like articles; what is there already stays as it is, with its colour and note of today. What finds no
article is told, never put anywhere else: the file still has it, and importing again later finds what came meanwhile.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from dateline.model import User
from dateline.parse.annotations import Annotated, AnnotationsFile, open_annotations
from dateline.store import Database, highlights
from dateline.store.db import WriteTx
from dateline.store.highlights import AROUND, Highlight
from dateline.store.write import transaction

from .finding import Finder
from .highlights import COLOURS, MAX_HIGHLIGHTS, MAX_NOTE, MAX_PLACE, MAX_QUOTE
from .opml import Progress

BATCH = 100
"""Annotations that are stored in one transaction: a click beside it hardly waits."""
MAX_PROBLEMS = 1_000


class NotedProblem(Struct, frozen=True, kw_only=True):
    """An annotation that was passed over, by its number in the file: ``noted.unreadable``, ``noted.no_article``,
    ``noted.damaged`` (the file breaks off), ``action.too_large``.
    """

    place: int
    code: str
    text: str


class NotedReport(Struct, frozen=True, kw_only=True):
    """What an import did: of so many annotations were added, were there; ``missed``, of which ``problems`` tells the
    first ones.
    """

    annotations: int
    added: int
    already: int
    missed: int
    problems: tuple[NotedProblem, ...]


def import_annotations(
    db: Database, user: User, body: bytes, *, now: datetime, progress: Progress | None = None
) -> NotedReport:
    """Bring highlights and notes (Web Annotations). Raises ``ParseError`` when the file is none; nothing was done."""
    return _Import(db, user, open_annotations(body), now, progress or (lambda _done, _total: None)).run()


_Key = tuple[object, ...]


class _Import:
    """One file on its way in."""

    def __init__(self, db: Database, user: User, file: AnnotationsFile, now: datetime, progress: Progress) -> None:
        self._db = db
        self._user = user
        self._file = file
        self._now = now
        self._progress = progress
        self._problems: list[NotedProblem] = []
        self._added = self._already = self._missed = 0

    def run(self) -> NotedReport:
        """Batch by batch, in the order of the file."""
        with self._db.reading() as tx:
            places = Finder(tx, self._user.id)
        for start in range(1, self._file.count + 1, BATCH):
            some = list(self._readable(range(start, min(start + BATCH, self._file.count + 1))))
            with self._db.reading() as tx:
                found = places.entries_of(tx, some)
            self._store([(one, found.get(one.place)) for one in some])
            self._progress(start - 1 + BATCH, self._file.count)
        self._progress(self._file.count, self._file.count)
        if self._file.is_damaged:
            self._problem(self._file.count, "noted.damaged", "")
        return NotedReport(
            annotations=self._file.count,
            added=self._added,
            already=self._already,
            missed=self._missed,
            problems=tuple(self._problems),
        )

    def _readable(self, places: Sequence[int]) -> Iterator[Annotated]:
        for place in places:
            one = self._file.annotated(place)
            if one is None:
                self._miss(place, "noted.unreadable", "")
            elif len(one.quote) > MAX_QUOTE or len(one.note) > MAX_NOTE:
                self._miss(place, "action.too_large", one.quote or one.note)
            else:
                yield one

    def _store(self, found: Sequence[tuple[Annotated, int | None]]) -> None:
        with transaction(self._db) as tx:
            tx.hold_user(self._user.id)
            ids = sorted({entry_id for _, entry_id in found if entry_id is not None})
            there = highlights.held(tx, ids)
            before = highlights.of_entries(tx, self._user.id, ids)
            known = {key for one in before for key in (_dated(one), _undated(one))}
            room = MAX_HIGHLIGHTS - highlights.count(tx, self._user.id)
            for one, entry_id in found:
                if entry_id is None or entry_id not in there:
                    self._miss(
                        one.place, "noted.no_article", f"{one.title or one.source or ''}: {one.quote or one.note}"
                    )
                    continue
                room -= self._add(tx, one, _highlight(one, entry_id, self._now), known, room)

    def _add(self, tx: WriteTx, one: Annotated, wanted: Highlight, known: set[_Key], room: int) -> int:
        """Add one unless it is there. How many were added."""
        if (_dated(wanted) if one.created_at else _undated(wanted)) in known:
            self._already += 1
            return 0
        if room <= 0:
            self._miss(one.place, "action.too_large", one.quote or one.note)
            return 0
        highlights.add(tx, self._user.id, wanted)
        known.update((_dated(wanted), _undated(wanted)))
        self._added += 1
        return 1

    def _miss(self, place: int, code: str, text: str) -> None:
        self._missed += 1
        self._problem(place, code, text)

    def _problem(self, place: int, code: str, text: str) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(NotedProblem(place=place, code=code, text=text[:200]))


def _dated(one: Highlight) -> _Key:
    """What makes two highlights one: its note and colour may have changed since."""
    return (one.entry_id, one.quote, one.place, one.created_at)


def _undated(one: Highlight) -> _Key:
    """The same of those of which the file does not say when they were made."""
    return (one.entry_id, one.quote, one.place, one.note)


def _highlight(one: Annotated, entry_id: int, now: datetime) -> Highlight:
    created_at = min(one.created_at or now, now)
    return Highlight(
        id=0,
        entry_id=entry_id,
        quote=one.quote if one.quote.strip() else "",
        prefix=one.prefix[-AROUND:],
        suffix=one.suffix[:AROUND],
        place=min(one.start, MAX_PLACE),
        colour=one.colour if one.colour in COLOURS else COLOURS[0],
        note=one.note,
        created_at=created_at,
        changed_at=max(min(one.changed_at or created_at, now), created_at),
    )
