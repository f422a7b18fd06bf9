"""What hubs brought → the store, one push after the other: a document like any other, except for what only the feed
itself can say.

It may hold new entries alone, so nothing is gone by its silence; it sets neither validators nor schedule, nor what the
feed is called. What is no document of the feed (a bare notice), or kills who reads it, makes the feed due at once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from dateline.errors import DatelineError, StoreError
from dateline.fetch.body import hash_of
from dateline.model import Response
from dateline.store import Database, feeds, pushes
from dateline.store.feeds import Feed
from dateline.store.pushes import Leased
from dateline.store.write import transaction

from .line import taken_from_hub
from .record import record

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=4)
STORE_PAUSE = timedelta(minutes=1)
"""What could not be stored (a full disk) is not taken again before then."""
CRASHES = 2
"""Leases that expired, after which a push is held to have killed its worker."""


def take_all(db: Database, clock: Callable[[], datetime]) -> None:
    """Take everything that waits. Raises ``StoreError``."""
    while take_next(db, clock):
        pass


def take_next(db: Database, clock: Callable[[], datetime]) -> bool:
    """Take the push that waits longest. Whether there was one. Raises ``StoreError``: it is taken again later."""
    leased = _leased(db, clock())
    if leased is None:
        return False
    try:
        _take(db, leased, clock())
    except StoreError:
        with transaction(db) as tx:
            pushes.give_back(tx, leased.id, clock() + STORE_PAUSE)
        raise
    except Exception:  # hostile bytes of a hub: the feed is asked in its place
        log.exception("what a hub brought for feed %d could not be read", leased.feed_id)
        _ask_instead(db, leased, clock())
    return True


def _leased(db: Database, now: datetime) -> Leased | None:
    with db.reading() as tx:
        if not pushes.is_due(tx, now):
            return None
    with transaction(db) as tx:
        return pushes.lease(tx, now, now + LEASE)


def _take(db: Database, leased: Leased, now: datetime) -> None:
    if leased.tries > CRASHES:
        log.error("a worker died twice while it read what a hub brought for feed %d", leased.feed_id)
        _ask_instead(db, leased, now)
        return
    with db.reading() as tx:
        pushed = pushes.read(tx, leased.id)
        feed = feeds.read(tx, pushed[0]) if pushed else None
    if pushed is None or feed is None:
        with transaction(db) as tx:
            pushes.remove(tx, leased.id)
        return
    _, content_type, body = pushed
    try:
        outcome = taken_from_hub(db, feed, _answer(feed, content_type, body), now=now)
    except StoreError:
        raise
    except DatelineError as error:
        log.info("what the hub brought for %s is no document (%s): it is asked itself", feed.url, error.code)
        outcome = None
    if outcome is None:
        _ask_instead(db, leased, now)
    else:
        record(db, [replace(outcome, push_id=leased.id)])


def _answer(feed: Feed, content_type: str, body: bytes) -> Response:
    return Response(
        url=feed.url,
        final_url=feed.validators_url or feed.url,
        status=200,
        content_type=content_type,
        body=body,
        body_hash=hash_of(body),
        wire_bytes=len(body),
    )


def _ask_instead(db: Database, leased: Leased, now: datetime) -> None:
    """The push is dropped, and the feed itself asked at once."""
    with transaction(db) as tx:
        feeds.make_due(tx, [leased.feed_id], now, now)
        pushes.remove(tx, leased.id)
