"""``/entries/read-all`` → a whole stream read, or what of it is older than a day or a week, or all of it unread again.

Where the account wants it so, it is asked for before it is done; afterwards it goes on to the next unread stream.
"""

from datetime import timedelta
from typing import Literal

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import entries as entry_actions
from dateline.actions.entries import Done
from dateline.model import Stream
from dateline.store import sidebars
from dateline.store.sidebars import Sidebar
from dateline.web import notices, shown
from dateline.web.marked import changed_there, marked_stream
from dateline.web.next_unread import Following, following
from dateline.web.notices import Notice
from dateline.web.sidebar import counts
from dateline.web.stream_names import stream_title
from dateline.web.visit import Visit

What = Literal["all", "day", "week", "unread"]
_WHATS: tuple[What, ...] = ("all", "day", "week", "unread")
_AGES = {"day": timedelta(days=1), "week": timedelta(days=7)}


class MarkAllPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/mark_all.html``: the question before, with the form's fields to send again. ``narrowed``
    says what alone of the stream is meant, "" for all of it.
    """

    name: str
    what: What
    search: str
    narrowed: str
    fields: tuple[tuple[str, str], ...]
    back: str


def mark_all(visit: Visit) -> Response:
    """``kind``, ``key``, ``q`` with ``asked_at``, ``since``, ``state``, ``up_to``: everything of a stream that its page
    showed and that existed when it was made.

    ``what``: ``all``, only what is older than a ``day`` or a ``week``, or all ``unread`` again. ``confirmed``: asked
    already. A behaviour tells with ``shown`` which entries it shows, and hears which of them changed.
    """
    stream = marked_stream(visit)
    what = visit.form.choice("what", _WHATS, "all")
    if visit.me.preferences.marking.confirm and "confirmed" not in visit.form:
        return _ask(visit, stream, what)
    up_to = visit.form.integer("up_to")
    if what == "unread":
        done = entry_actions.mark_all_unread(visit.db, visit.me, stream, up_to=up_to, now=visit.now)
    else:
        before = visit.now - _AGES[what] if what in _AGES else None
        done = entry_actions.mark_all_read(visit.db, visit.me, stream, up_to=up_to, listed_before=before, now=visit.now)
    return _answer(visit, stream, what, done)


def _ask(visit: Visit, stream: Stream, what: What) -> Response:
    names = ("kind", "key", "q", "asked_at", "since", "state", "up_to", "next")
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    page = MarkAllPage(
        name=stream_title(visit.words, stream, sidebar),
        what=what,
        search=stream.search.text if stream.search else "",
        narrowed=shown.name(visit.words, stream.shown) if stream.shown in shown.NARROW else "",
        fields=(*((name, visit.form.raw(name)) for name in names if name in visit.form), ("what", what)),
        back=visit.next,
    )
    return visit.html("pages/mark_all.html", page)


def _answer(visit: Visit, stream: Stream, what: What, done: Done) -> Response:
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    goal = _goal(visit, stream, what, sidebar)
    notice = _notice(what, done, goal)
    if not visit.wants_json:
        return visit.see(visit.url.plain(goal.path) if goal else visit.next, notice)
    answer = {
        "notice": notices.sentence(visit.words, notice),
        "undo": notice.undo,
        "unread": counts(sidebar),
        "changed": changed_there(visit, done),
        "next": visit.url.plain(goal.path) if goal else None,
    }
    return visit.json(answer, notice=notice if goal else None)


def _goal(visit: Visit, stream: Stream, what: What, sidebar: Sidebar) -> Following | None:
    if what != "all" or stream.search or stream.shown in shown.NARROW or not visit.me.preferences.marking.to_next:
        return None
    return following(sidebar, visit.words, stream)


def _notice(what: What, done: Done, goal: Following | None) -> Notice:
    if goal is not None:
        kind = "read_on" if done.count else "moved_on"
        return Notice(kind=kind, count=done.count, name=goal.name[:200], undo=done.seq)
    if not done.count:
        return Notice(kind="nothing_changed")
    return Notice(kind="unread" if what == "unread" else "read", count=done.count, undo=done.seq)
