"""What comes at a hub's callback → the queue: its signature is verified, its room bounded, and it is on the disk.

Nothing is read here: this runs in the web process. ``pushed`` takes it from the queue, in the worker.
"""

import logging
from datetime import datetime
from typing import Literal

from dateline.store import Database, feeds, pushes, websub
from dateline.store.secrets import Keyring
from dateline.store.websub import HubSubscription
from dateline.store.write import transaction

from .hubs import is_signed

log = logging.getLogger(__name__)

MAX_WAITING = 100
"""Pushes of one feed that wait; their bytes are bounded too, to so many times the largest body, and those of all."""
BODIES_OF_ONE, BODIES_OF_ALL = 2, 20

Refused = Literal["unknown", "unwanted"]
Queued = Literal["ok", "full", "unsigned", "unknown", "unwanted"]


def refusal(db: Database, token: str) -> Refused | None:
    """Why nothing that comes at a callback is taken, whatever it is; None when it may be. Raises ``StoreError``."""
    with db.reading() as tx:
        return _refusal(websub.by_token(tx, token))


def _refusal(subscription: HubSubscription | None) -> Refused | None:
    if subscription is None or subscription.secret is None:
        return "unknown"
    return "unwanted" if subscription.is_orphaned or subscription.state == "leaving" else None


def queue_push(
    db: Database,
    keyring: Keyring,
    token: str,
    *,
    body: bytes,
    content_type: str,
    signature: str,
    max_bytes: int,
    now: datetime,
) -> Queued:
    """Queue what came at a callback; it is on the disk at "ok": a hub that was answered does not come again.

    ``unknown``: no such callback; ``unwanted``: nobody reads that feed any more; ``unsigned``: it is not from the hub,
    or not whole, and was dropped; ``full``: too much waits already. ``max_bytes`` of the largest body. Raises
    ``StoreError``.
    """
    with db.reading() as tx:
        subscription = websub.by_token(tx, token)
    if subscription is None or subscription.secret is None:
        return "unknown"
    if (refused := _refusal(subscription)) is not None:
        return refused
    if not is_signed(body, signature, keyring.decrypt(subscription.secret)):
        log.warning("what came for %s was not signed by its hub and was dropped", subscription.topic_url)
        return "unsigned"
    queued = _queue(db, subscription.feed_id, content_type[:300], pushes.packed(body), max_bytes, now)
    db.make_lasting()
    return queued


def _queue(db: Database, feed_id: int, content_type: str, packed: bytes, max_bytes: int, now: datetime) -> Queued:
    with transaction(db) as tx:
        if not feeds.existing(tx, [feed_id]):
            return "unknown"
        waiting = pushes.waiting(tx, feed_id)
        if (
            waiting.count >= MAX_WAITING
            or waiting.size + len(packed) > BODIES_OF_ONE * max_bytes
            or waiting.whole_size + len(packed) > BODIES_OF_ALL * max_bytes
        ):
            # not every hub comes again: whoever empties the queue asks the feed itself, too
            feeds.make_due(tx, [feed_id], now, now)
            return "full"
        pushes.add(tx, feed_id, content_type=content_type, packed_body=packed, now=now)
        return "ok"
