"""What a reader does with one entry or several: read, unread, star, unstar; undo, refresh; for forms and behaviours."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from starlette.responses import Response

from dateline.actions import arranging, late
from dateline.actions import entries as entry_actions
from dateline.actions import subscriptions as subscription_actions
from dateline.actions.entries import Done
from dateline.actions.late import LateDeed
from dateline.errors import ActionError, Forbidden
from dateline.store import sidebars
from dateline.web import notices
from dateline.web.marked import changed_there, marked_stream
from dateline.web.notices import Notice
from dateline.web.sidebar import counts
from dateline.web.visit import Visit

_UNDONE = {"entries": "undone", "subscriptions": "undone_feeds", "folders": "undone_folders"}
_DEED = re.compile(r"([1-9][0-9]{0,17}) (read|unread|star|unstar|(?:un)?label:[1-9][0-9]{0,17}) ([0-9]{1,12})")


def mark_read(visit: Visit) -> Response:
    """``id`` (one or several) → read."""
    return _done(visit, "read", lambda ids: entry_actions.mark(visit.db, visit.me, ids, read=True, now=visit.now))


def mark_unread(visit: Visit) -> Response:
    """``id`` → unread."""
    return _done(visit, "unread", lambda ids: entry_actions.mark(visit.db, visit.me, ids, read=False, now=visit.now))


def star(visit: Visit) -> Response:
    """``id`` → a favourite."""
    return _done(visit, "starred", lambda ids: entry_actions.star(visit.db, visit.me, ids, starred=True, now=visit.now))


def unstar(visit: Visit) -> Response:
    """``id`` → not a favourite."""
    return _done(
        visit, "unstarred", lambda ids: entry_actions.star(visit.db, visit.me, ids, starred=False, now=visit.now)
    )


def tell_late(visit: Visit) -> Response:
    """``account``, and ``deed`` (several): an entry's id, what was done to it, how many milliseconds ago.

    Whoever is logged in by now may not be who did it: then nothing is done. Raises ``Forbidden``.
    """
    if visit.form.integer("account") != visit.me.id:
        raise Forbidden("done by another account")
    deeds = [_deed(text, visit.now) for text in visit.form.texts("deed", at_most=late.MAX_DEEDS)]
    if not deeds:
        raise ActionError("action.bad_value", "deed")
    done = late.tell(visit.db, visit.me, deeds, now=visit.now)
    return answer(visit, Notice(kind="late", count=done.count) if done.count else Notice(kind="nothing_changed"))


def _deed(text: str, now: datetime) -> LateDeed:
    """``12 label:3 60000`` → what was done to entry 12 a minute ago. Raises ``ActionError("action.bad_value")``."""
    found = _DEED.fullmatch(text)
    if found is None:
        raise ActionError("action.bad_value", "deed")
    entry_id, action, age = found.groups()
    return LateDeed(entry_id=int(entry_id), action=action, at=now - timedelta(milliseconds=int(age)))


def undo(visit: Visit) -> Response:
    """``seq``: take an action back. A behaviour says with ``shown`` what it shows, and hears which of it changed."""
    seq = visit.form.integer("seq")
    kind = _UNDONE[arranging.what_of(visit.db, visit.me, seq)]
    done = arranging.undo(visit.db, visit.me, seq, now=visit.now)
    return answer(visit, Notice(kind=kind, count=done.count), done=done)


def refresh(visit: Visit) -> Response:
    """``kind``, ``key``: fetch the stream's feeds soon."""
    count = subscription_actions.refresh_soon(visit.db, visit.me, marked_stream(visit), now=visit.now)
    return answer(visit, Notice(kind="refreshing" if count else "refreshed_lately", count=count))


def selected_ids(visit: Visit) -> tuple[int, ...]:
    """``id``, one or several; none only from the form of several, where somebody ticked nothing.

    Raises ``ActionError``.
    """
    ids = visit.form.integers("id")
    if not ids and not visit.form.flag("several"):
        raise ActionError("action.bad_value", "id")
    return ids


def _done(visit: Visit, kind: str, act: Callable[[Sequence[int]], Done]) -> Response:
    ids = selected_ids(visit)
    if not ids:
        return answer(visit, Notice(kind="nothing_selected"))
    done = act(ids)
    if done.count == 0:
        return answer(visit, Notice(kind="nothing_changed"))
    return answer(visit, Notice(kind=kind, count=done.count, undo=done.seq))


def answer(visit: Visit, notice: Notice, *, done: Done | None = None, label_id: int | None = None) -> Response:
    """What was done, told on the page or, to a behaviour, as JSON with the new counts and the label that was meant.

    ``done``: with what of the page it changed.
    """
    if not visit.wants_json:
        ids = visit.form.integers("id")
        # Back to where the reader was; a browser ignores the place if the entry has left the page.
        return visit.see(f"{visit.next}#entry-{ids[0]}" if len(ids) == 1 else visit.next, notice)
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    told: dict[str, object] = {
        "notice": notices.sentence(visit.words, notice),
        "undo": notice.undo,
        "unread": counts(sidebar),
    }
    if done is not None:
        told["changed"] = changed_there(visit, done)
    for label in sidebar.labels:
        if label.id == label_id:
            told["label"] = {"id": label.id, "name": label.name, "colour": label.colour}
    return visit.json(told)
