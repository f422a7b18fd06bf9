"""What a hub brings → the store: a document like any other, except for what only the feed itself can say.

It may hold new entries alone, so nothing is gone by its silence; it sets neither validators nor schedule, nor what the
feed is called. What is no document of the feed (a bare notice) makes the feed due at once.
"""

import hashlib
import logging
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from dateline.errors import DatelineError, NotFound
from dateline.model import Response
from dateline.store import Database, feeds, websub
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring
from dateline.store.websub import HubSubscription
from dateline.store.write import transaction

from .hubs import is_signed
from .line import taken_from_hub
from .outcome import Outcome
from .record import record

log = logging.getLogger(__name__)

Taken = Literal["ok", "unsigned", "unknown", "unwanted"]


def refusal(db: Database, token: str) -> Literal["unknown", "unwanted"] | None:
    """Why nothing that comes at a callback is taken, whatever it is; None when it may be. Raises ``StoreError``."""
    with db.reading() as tx:
        return _refusal(websub.by_token(tx, token))


def _refusal(subscription: HubSubscription | None) -> Literal["unknown", "unwanted"] | None:
    if subscription is None or subscription.secret is None:
        return "unknown"
    return "unwanted" if subscription.is_orphaned or subscription.state == "leaving" else None


def take_push(
    db: Database, keyring: Keyring, token: str, *, body: bytes, content_type: str, signature: str, now: datetime
) -> Taken:
    """Take what came at a callback. ``unknown``: no such callback; ``unwanted``: nobody reads that feed any more;
    ``unsigned``: it is not from the hub, or not whole, and was dropped. Raises ``StoreError``.
    """
    with db.reading() as tx:
        subscription = websub.by_token(tx, token)
        if subscription is None or subscription.secret is None:
            return "unknown"
        feed = feeds.read(tx, subscription.feed_id)
    if (refused := _refusal(subscription)) is not None:
        return refused
    if not is_signed(body, signature, keyring.decrypt(subscription.secret)):
        log.warning("what came for %s was not signed by its hub and was dropped", feed.url)
        return "unsigned"
    answer = Response(
        url=feed.url,
        final_url=feed.validators_url or feed.url,
        status=200,
        content_type=content_type[:300],
        body=body,
        body_hash=hashlib.blake2b(body, digest_size=16).digest(),
        wire_bytes=len(body),
    )
    outcome = _read(db, feed, answer, now)
    if outcome is None:
        _ask_soon(db, feed.id, now)
    else:
        record(db, [replace(outcome, is_push=True)])
    return "ok"


def _read(db: Database, feed: Feed, answer: Response, now: datetime) -> Outcome | None:
    """What a document brings; None: it says nothing by itself, the feed must be asked."""
    try:
        return taken_from_hub(db, feed, answer, now=now)
    except DatelineError as error:
        log.info("what the hub brought for %s is no document (%s): it is asked itself", feed.url, error.code)
        return None


def _ask_soon(db: Database, feed_id: int, now: datetime) -> None:
    with transaction(db) as tx:
        try:
            feeds.read(tx, feed_id)
        except NotFound:
            return
        feeds.make_due(tx, [feed_id], now, now)
