"""Which stream a form means: ``kind``, ``key``, ``q`` with ``asked_at``, ``since``, ``state`` → a ``Stream``; and what
changed there.
"""

from datetime import UTC, datetime, timedelta
from typing import get_args

from dateline.actions.entries import Done
from dateline.errors import ActionError
from dateline.model import Search, Stream, StreamKind
from dateline.query.grammar import MAX_TEXT
from dateline.web import searching
from dateline.web.shown import STATES
from dateline.web.visit import Visit

_KINDS: tuple[StreamKind, ...] = get_args(StreamKind)
_WITH_KEY = ("folder", "feed")
_MAX_SHOWN = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def marked_stream(visit: Visit) -> Stream:
    """The stream of the form. Raises ``ActionError("action.bad_value")``."""
    kind = visit.form.choice("kind", _KINDS)
    key = visit.form.optional_integer("key")
    if (key is None) == (kind in _WITH_KEY) and kind != "label":
        raise ActionError("action.bad_value", "key")
    return Stream(
        kind=kind,
        key=key,
        shown=visit.form.choice("state", STATES, "all"),
        search=_search(visit),
        since=instant(visit.form.integer("since"), "since") if kind == "today" else None,
    )


def _search(visit: Visit) -> Search | None:
    text = visit.form.text("q", "", max_length=MAX_TEXT)
    if not text:
        return None
    # as the page meant it: an hour ago is not now an hour ago
    asked_at = min(instant(visit.form.integer("asked_at"), "asked_at"), visit.now) if "asked_at" in visit.form else None
    with visit.db.reading() as tx:
        return searching.search(visit, tx, visit.me, text, asked_at=asked_at)


def changed_there(visit: Visit, done: Done) -> list[str]:
    """The entries that a deed changed, of those that the page shows (the form's fields ``shown``)."""
    shown = set(visit.form.integers("shown", at_most=_MAX_SHOWN))
    return [str(entry_id) for entry_id in done.entry_ids if entry_id in shown]


def instant(us: int, name: str) -> datetime:
    """Microseconds since 1970 that came from outside. Raises ``ActionError("action.bad_value")``."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError as error:
        raise ActionError("action.bad_value", name) from error
