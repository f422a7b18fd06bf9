"""A feed that somebody looked at before subscribing: what was looked at is its first document, and nothing is asked
again (docs/etiquette.md: adding a feed asks it once).
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from dateline.errors import DatelineError
from dateline.model import Response
from dateline.store import Database, hosts, leases
from dateline.store.db import WriteTx
from dateline.store.feeds import Feed
from dateline.store.write import transaction

from .index import index_chunk
from .line import take
from .record import record

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=4)


def leased(tx: WriteTx, feed_id: int, *, holder: str, now: datetime) -> Feed | None:
    """The lease on a feed that was never asked, in the transaction that may have made it; None where it is known, or
    its host is another's just now: then the worker asks it.
    """
    found = leases.lease(tx, [feed_id], holder=holder, now=now, until=now + LEASE)
    if found and found[0].is_first and found[0].credentials is None and found[0].transport is None:
        return found[0]
    _give_back(tx, found, holder)
    return None


def store(db: Database, feed: Feed, answer: Response, *, holder: str, clock: Callable[[], datetime]) -> None:
    """Take the document of a leased feed, and give the lease back. Where that fails the worker asks the feed."""
    is_stored = False
    try:
        outcome = take(db, feed, answer, asked_url=feed.address, now=clock(), dice=random.random())  # noqa: S311 - jitter
        if outcome.error is None:
            record(db, [outcome])
            is_stored = True
            index_chunk(db)
    except DatelineError as error:
        log.warning("what was looked at of %s is not stored: %s", feed.url, error)
    finally:
        with transaction(db) as tx:
            _give_back(tx, [] if is_stored else [feed], holder)
            hosts.release(tx, [feed.host], holder=holder)


def _give_back(tx: WriteTx, feeds: list[Feed], holder: str) -> None:
    leases.give_back(tx, [feed.id for feed in feeds], holder)
    hosts.release(tx, sorted(feed.host for feed in feeds), holder=holder)
