"""Hubs (W3C WebSub, 23 January 2018): ask a feed's hub to bring its news, and hold the hub to its word.

``offered`` by a document → ``asked`` → ``verified`` by the hub's question back → renewed before the lease ends. A hub
is trusted, and its feed polled but once a day, only once it has delivered and while polls find nothing that it should
have brought (``store.websub``). Private feeds are never offered: nobody else shall know that they are read.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from dateline.errors import DatelineError, FetchError
from dateline.fetch.address import absolute_http_url
from dateline.model import ParsedFeed, Response
from dateline.store import Database, websub
from dateline.store.secrets import Keyring
from dateline.store.websub import HubSubscription
from dateline.store.write import transaction

if TYPE_CHECKING:
    from dateline.fetch import Client

log = logging.getLogger(__name__)

LEASE = timedelta(days=10)
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=90)
ANSWERS_WITHIN = timedelta(hours=24)
"""A hub's question back counts so long after it was asked."""
DENIED_FOR = timedelta(days=7)
LADDER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
HUBS_AT_ONCE = 20
HUB_SECONDS = 20.0
MAX_CHALLENGE = 2_000
_DIGESTS = ("sha256", "sha384", "sha512", "sha1")

Verdict = Literal["yes", "no"]


def hub_of(parsed: ParsedFeed, answer: Response) -> tuple[str, str] | None:
    """(hub, topic) as an answer names them: the ``Link`` headers before the document (WebSub §4); None without."""
    links = dict(reversed(answer.links))
    hub = links.get("hub") or next(iter(parsed.hubs), None)
    if hub is None:
        return None
    topic = links.get("self") or parsed.url or answer.final_url
    try:
        return absolute_http_url(hub), absolute_http_url(topic)
    except FetchError:
        return None


async def ask_due(
    db: Database, client: "Client", keyring: Keyring, callback_url: str, clock: Callable[[], datetime]
) -> int:
    """Ask the hubs that are due, one after the other. How many. Raises ``StoreError``."""
    with db.reading() as tx:
        waiting = websub.due(tx, clock(), HUBS_AT_ONCE)
    for subscription in waiting:
        await _ask(db, client, keyring, callback_url, subscription, clock)
    return len(waiting)


async def _ask(
    db: Database,
    client: "Client",
    keyring: Keyring,
    callback_url: str,
    subscription: HubSubscription,
    clock: Callable[[], datetime],
) -> None:
    now = clock()
    leaving = subscription.is_orphaned or subscription.state == "leaving"
    if leaving and (subscription.token is None or subscription.tries >= len(LADDER)):
        with transaction(db) as tx:
            websub.withdraw(tx, subscription.feed_id)
        return
    token = subscription.token or secrets.token_urlsafe(24)
    secret = keyring.decrypt(subscription.secret) if subscription.secret else secrets.token_urlsafe(32)
    again_at = now + LADDER[min(subscription.tries, len(LADDER) - 1)]
    with transaction(db) as tx:
        is_ours = websub.note_asked(
            tx,
            subscription.feed_id,
            token=token,
            secret=subscription.secret or keyring.encrypt(secret),
            now=now,
            next_at=again_at,
            leaving=leaving,
        )
    if not is_ours:
        return
    form = {
        "hub.mode": "unsubscribe" if leaving else "subscribe",
        "hub.topic": subscription.topic_url,
        "hub.callback": callback_url + token,
    }
    if not leaving:
        form |= {"hub.lease_seconds": f"{LEASE.total_seconds():.0f}", "hub.secret": secret}
    try:
        await client.send_form(subscription.hub_url, form, deadline=HUB_SECONDS)
    except DatelineError as error:
        log.info("the hub %s did not take the request for %s: %s", subscription.hub_url, subscription.topic_url, error)
        with transaction(db) as tx:
            websub.note_refused(tx, subscription.feed_id, detail=f"{error.code}: {error.detail}", next_at=again_at)


# ------------------------------------------------------------------------------------------------ the hub asks back


def confirm(db: Database, token: str, query: Mapping[str, str], now: datetime) -> str | None:
    """A hub asks whether we meant it (§5.3), or says that it will not (§5.2): what to answer; None: it was not us."""
    with db.reading() as tx:  # strangers guess: none of them holds up who writes
        if websub.by_token(tx, token) is None:
            return None
    with transaction(db) as tx:
        subscription = websub.by_token(tx, token)
        if subscription is None or query.get("hub.topic") != subscription.topic_url:
            return None
        mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")[:MAX_CHALLENGE]
        if mode == "denied":
            reason = " ".join(query.get("hub.reason", "").split())[:200]
            websub.note_refused(
                tx, subscription.feed_id, detail=f"denied {reason}".strip(), next_at=now + DENIED_FOR, denied=True
            )
            return ""
        if mode == "unsubscribe" and subscription.state == "leaving":
            websub.withdraw(tx, subscription.feed_id)
            return challenge
        if mode != "subscribe" or subscription.state == "leaving" or not _is_awaited(subscription, now):
            return None
        lease = _lease(query.get("hub.lease_seconds", ""))
        websub.note_verified(
            tx, subscription.feed_id, now=now, lease_until=now + lease, next_at=now + lease - lease / 10
        )
        return challenge


def _is_awaited(subscription: HubSubscription, now: datetime) -> bool:
    asked, verified = subscription.asked_at, subscription.verified_at
    return asked is not None and now - asked <= ANSWERS_WITHIN and (verified is None or verified <= asked)


def _lease(text: str) -> timedelta:
    """How long a hub promises to deliver; what we asked for when it does not say."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return LEASE
    return min(max(timedelta(seconds=int(text)), SHORTEST_LEASE), LONGEST_LEASE)


# ------------------------------------------------------------------------------------------------ the hub brings


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether ``X-Hub-Signature`` (``sha256=hex``) shows that the sender knows the secret (§7.1)."""
    method, _, digest = signature.partition("=")
    method = method.strip().lower()
    if method not in _DIGESTS:
        return False
    expected = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode("utf-8", "replace"))
