"""``/live``: what an open page has to change: every count, whether its stream has new articles, how its rows stand."""

from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.model import Stream
from dateline.store import delivery, news, scopes, sidebars
from dateline.store.db import Tx
from dateline.web.marked import marked_stream
from dateline.web.sidebar import counts
from dateline.web.visit import Visit

_MAX_SHOWN = 1000
_NEVER_NEW = ("starred", "label", "recent")
"""Streams of what a person marked: nothing arrives in them."""


def tell(visit: Visit) -> Response:
    """``after``: the newest entry that the page knows of; ``shown``: the entries on it; ``kind``, ``key``: its stream.

    A page without a stream asks for the counts alone. ``behind``: so much came that the rest is delivered when it asks
    again; it knows of what came before ``newest``. Raises ``NotFound`` for somebody else's stream.
    """
    user = visit.me
    account_actions.catch_up(visit.db, user.id, now=visit.now)
    shown = visit.form.integers("shown", at_most=_MAX_SHOWN)
    after = visit.form.integer("after")
    stream = marked_stream(visit) if "kind" in visit.form else None
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, user.id)
        stood = news.states(tx, user.id, shown)
        newest = news.latest(tx, ()).newest_id
        awaiting = delivery.first_undelivered(tx, user.id)
        arrived = newest > after and stream is not None and _has_news(tx, user.id, stream, after)
    return visit.json(
        {
            "unread": counts(sidebar),
            "newest": min(newest, awaiting - 1) if awaiting else newest,
            "behind": awaiting is not None,
            "arrived": arrived,
            "unread_ids": [str(entry_id) for entry_id in shown if entry_id in stood.unread],
            "kept_ids": [str(entry_id) for entry_id in shown if entry_id in stood.kept],
            "starred_ids": [str(entry_id) for entry_id in shown if entry_id in stood.starred],
        }
    )


def _has_news(tx: Tx, user_id: int, stream: Stream, after: int) -> bool:
    if stream.kind in _NEVER_NEW or stream.shown in ("read", "starred") or stream.search:
        return False
    return news.has_unread(tx, user_id, scopes.scope(tx, user_id, stream).feed_ids, after)
