"""A server that answers "not modified" for ever: asked for the whole document once a month, where news is overdue.

Some servers, and caches before them, never let go of an old answer. Who asks only with validators would wait for ever;
who drops them when it pleases costs everybody. So: once in each thirty days in which nothing came, and only where the
feed's own rhythm says that something should have. (Etiquette: feeds.md, 5.)
"""

from datetime import datetime, timedelta

import msgspec

from dateline.store.feeds import Feed

from .schedule import Hints

PATIENCE = timedelta(days=30)
OVERDUE = 3
"""A feed with this many of its usual gaps in that time should have brought something."""
_HINTS = msgspec.json.Decoder(Hints)


def wants_whole(feed: Feed, now: datetime) -> bool:
    """Whether the next request shall ask for the document whatever the server remembers."""
    since = feed.changed_at or feed.created_at
    if now - since < PATIENCE or feed.ok_at is None:
        return False
    if (now - since) // PATIENCE == (feed.ok_at - since) // PATIENCE:
        return False  # it was asked so, in these thirty days
    gap = _HINTS.decode(feed.hints).gap_seconds if feed.hints else None
    return gap is not None and OVERDUE * gap <= PATIENCE.total_seconds()
