"""What a person highlights in articles and notes beside them: added, changed, taken away; theirs alone."""

from datetime import datetime

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.store import Database, highlights, history, states
from dateline.store.highlights import AROUND, Highlight
from dateline.store.write import transaction

from .entries import REMOVED, Done

COLOURS = ("yellow", "green", "blue", "red")
MAX_QUOTE = 10_000
MAX_NOTE = 20_000
MAX_PLACE = 100_000_000
MAX_HIGHLIGHTS = 20_000


def add(
    db: Database,
    user: User,
    entry_id: int,
    *,
    quote: str = "",
    prefix: str = "",
    suffix: str = "",
    place: int = 0,
    colour: str = COLOURS[0],
    note: str = "",
    now: datetime,
) -> int:
    """Highlight words of an entry, or (without ``quote``) note something on it. The new one's id.

    Raises ``NotFound``, ``ActionError``: ``action.bad_value`` (neither words nor note, no such colour),
    ``action.too_large``.
    """
    note = _checked(colour, note)
    if not (quote.strip() or note) or not 0 <= place <= MAX_PLACE:
        raise ActionError("action.bad_value", "quote")
    if len(quote) > MAX_QUOTE:
        raise ActionError("action.too_large", f"at most {MAX_QUOTE} characters")
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if not 0 < entry_id < 2**63 or not states.visible(tx, user.id, [entry_id]):
            raise NotFound(f"entry {entry_id}")
        if highlights.count(tx, user.id) >= MAX_HIGHLIGHTS:
            raise ActionError("action.too_large", f"at most {MAX_HIGHLIGHTS} highlights")
        one = Highlight(
            id=0,
            entry_id=entry_id,
            quote=quote if quote.strip() else "",
            prefix=prefix[-AROUND:],
            suffix=suffix[:AROUND],
            place=place,
            colour=colour,
            note=note,
            created_at=now,
            changed_at=now,
        )
        return highlights.add(tx, user.id, one)


def change(db: Database, user: User, highlight_id: int, *, colour: str, note: str, now: datetime) -> Highlight:
    """Another colour, another note. A note on an article that says nothing any more goes. Raises as ``add`` does."""
    note = _checked(colour, note)
    with transaction(db) as tx:
        before = highlights.find(tx, user.id, highlight_id)
        if before is None:
            raise NotFound(f"highlight {highlight_id}")
        if not before.quote and not note:
            highlights.remove(tx, user.id, [highlight_id])
        else:
            highlights.change(tx, user.id, highlight_id, colour=colour, note=note, now=now)
        return before


def remove(db: Database, user: User, highlight_id: int, *, now: datetime) -> Done:
    """Take a highlight away with its note; the deed brings both back. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        before = highlights.find(tx, user.id, highlight_id)
        if before is None:
            raise NotFound(f"highlight {highlight_id}")
        highlights.remove(tx, user.id, [highlight_id])
        seq = history.note(tx, user.id, REMOVED + highlights.encode(before), (), now)
        return Done(count=1, seq=seq)


def _checked(colour: str, note: str) -> str:
    if colour not in COLOURS:
        raise ActionError("action.bad_value", "colour")
    note = note.replace("\r\n", "\n").strip()
    if len(note) > MAX_NOTE:
        raise ActionError("action.too_large", f"at most {MAX_NOTE} characters")
    return note
