"""How far a person is in what they read and hear, and what they want to hear next."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.store import Database, progress, states
from dateline.store.db import WriteTx
from dateline.store.progress import Progress
from dateline.store.write import transaction

BEGUN, FINISHED = 30, 970
"""In thousandths of the text: before, nobody has begun; from there on, nothing is left but the foot."""
LAST_SECONDS = 15
MAX_SECONDS = 7 * 86_400
MAX_URL = 4_000
MAX_QUEUE = 200


def read_to(db: Database, user: User, entry_id: int, share: int, *, now: datetime) -> None:
    """The text was read so far (thousandths). Raises ``NotFound``, ``ActionError`` (``action.bad_value``)."""
    if not 0 <= share <= 1000:
        raise ActionError("action.bad_value", "share")
    reached = share if BEGUN <= share < FINISHED else 0
    _note(db, user, entry_id, lambda before: replace(before, share=reached), now)


def played_to(db: Database, user: User, entry_id: int, url: str, seconds: int, of: int, *, now: datetime) -> None:
    """A file of the entry was played so far, of so many seconds (0: not known). Raises as ``read_to`` does."""
    if not (0 <= seconds <= MAX_SECONDS and 0 <= of <= MAX_SECONDS and 0 < len(url) <= MAX_URL):
        raise ActionError("action.bad_value", "seconds")
    is_over = bool(of) and seconds >= of - LAST_SECONDS
    reached = (None, 0, 0) if is_over or not seconds else (url, seconds, of)

    def choose(before: Progress) -> Progress:
        return replace(before, played_url=reached[0], played=reached[1], played_of=reached[2])

    _note(db, user, entry_id, choose, now)


def forget(db: Database, user: User, entry_id: int, *, now: datetime) -> None:
    """Do not offer to go on with this one. Raises ``NotFound`` when it was not offered."""
    with transaction(db) as tx:
        if not progress.forget(tx, user.id, [entry_id]):
            raise NotFound(f"progress {entry_id}")


def _note(db: Database, user: User, entry_id: int, choose: Callable[[Progress], Progress], now: datetime) -> None:
    with transaction(db) as tx:
        tx.hold_user(user.id)
        _own(tx, user, entry_id)
        before = progress.of(tx, user.id, entry_id)
        reached = choose(before)
        if reached != before:
            progress.note(tx, user.id, reached, now)


def _own(tx: WriteTx, user: User, entry_id: int) -> None:
    if not 0 < entry_id < 2**63 or not states.visible(tx, user.id, [entry_id]):
        raise NotFound(f"entry {entry_id}")


# ------------------------------------------------------------------------------------------------ the queue


def enqueue(db: Database, user: User, entry_id: int, *, now: datetime) -> None:
    """Play this one after the others; one that stands in the queue goes to its end.

    Raises ``NotFound``, ``ActionError`` (``action.too_large``).
    """

    def choose(queue: list[int]) -> Sequence[int]:
        others = [other for other in queue if other != entry_id]
        if len(others) >= MAX_QUEUE:
            raise ActionError("action.too_large", f"at most {MAX_QUEUE} in the queue")
        return (*others, entry_id)

    _change_queue(db, user, entry_id, choose)


def dequeue(db: Database, user: User, entry_id: int, *, now: datetime) -> None:
    """Take one out of the queue; it may have been heard elsewhere meanwhile. Raises ``NotFound``."""
    _change_queue(db, user, entry_id, lambda queue: [other for other in queue if other != entry_id])


def move(db: Database, user: User, entry_id: int, step: int, *, now: datetime) -> None:
    """Play one earlier (-1) or later (1). Raises ``NotFound``."""

    def choose(queue: list[int]) -> Sequence[int]:
        if entry_id not in queue:
            raise NotFound(f"queue {entry_id}")
        place = queue.index(entry_id)
        queue.insert(max(place + step, 0), queue.pop(place))
        return queue

    _change_queue(db, user, entry_id, choose)


def _change_queue(db: Database, user: User, entry_id: int, choose: Callable[[list[int]], Sequence[int]]) -> None:
    with transaction(db) as tx:
        tx.hold_user(user.id)
        queue = progress.queue(tx, user.id)
        if entry_id not in queue:
            _own(tx, user, entry_id)
        progress.put_queue(tx, user.id, choose(queue))
