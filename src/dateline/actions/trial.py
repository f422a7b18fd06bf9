"""Trying out a feed, step by step: one's own subscription, or any address before subscribing. Nothing is stored."""

import secrets
from datetime import datetime

from dateline.errors import ActionError
from dateline.fetch.address import host_key, with_credentials
from dateline.fetch.cookies import Jar
from dateline.fetch.transport import PLAIN, Transport
from dateline.model import User
from dateline.refresh import trial
from dateline.refresh.asking import jar_of, way
from dateline.refresh.trial import Trial
from dateline.settings import Settings
from dateline.store import Database, Tx, feeds, subscriptions
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring, key_path

from .subscriptions import running_from, split_address


def of_address(db: Database, settings: Settings, user: User, address: str, *, version: str, now: datetime) -> Trial:
    """Try an address; where the user subscribes to it, against what is known of it.

    Raises ``ActionError`` ``action.bad_url``, ``StoreError``.
    """
    url, credentials = split_address(address)
    with db.reading() as tx:
        own = subscriptions.at_address(tx, user.id, url)
        feed = feeds.read(tx, subscriptions.feed_of(tx, user.id, own)) if own is not None else None
    if feed is not None and credentials is None:
        return _try(db, settings, feed, version=version, now=now)
    stranger = feeds.unknown(url, host_key(url), now)
    return _run(db, settings, stranger, _with(url, credentials), PLAIN, version=version, now=now)


def of_subscription(
    db: Database, settings: Settings, user: User, subscription_id: int, *, version: str, now: datetime
) -> Trial:
    """Try the feed of one's subscription, with its user name and password.

    Raises ``NotFound``, ``StoreError``; ``ActionError`` ``action.bad_value`` for what is never fetched.
    """
    with db.reading() as tx:
        feed = feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))
    if feed.kind in ("mail", "saved"):
        raise ActionError("action.bad_value", "newsletters and saved pages are not fetched")
    return _try(db, settings, feed, version=version, now=now)


def of_feed(db: Database, settings: Settings, feed_id: int, *, version: str, now: datetime) -> Trial:
    """Try a feed by its id, for the administrator at the terminal. Raises ``NotFound``, ``StoreError``."""
    with db.reading() as tx:
        feed = feeds.read(tx, feed_id)
    return _try(db, settings, feed, version=version, now=now)


def of_any_address(db: Database, settings: Settings, address: str, *, version: str, now: datetime) -> Trial:
    """Try an address, for the administrator at the terminal: against the shared feed there, or the page, if there is
    one."""
    url, credentials = split_address(address)
    with db.reading() as tx:
        feed = _known(tx, url) if credentials is None else None
    if feed is not None:
        return _try(db, settings, feed, version=version, now=now)
    stranger = feeds.unknown(url, host_key(url), now)
    return _run(db, settings, stranger, _with(url, credentials), PLAIN, version=version, now=now)


def _known(tx: Tx, url: str) -> Feed | None:
    feed = feeds.find(tx, url)
    if feed is not None:
        return feed
    pages = [page for page in (feeds.read(tx, ident) for ident in feeds.ids_by_url(tx, url)) if page.kind == "page"]
    return pages[0] if pages else None


def _try(db: Database, settings: Settings, feed: Feed, *, version: str, now: datetime) -> Trial:
    keyring = Keyring(key_path(settings))
    address, transport = way(feed, feed.address, keyring)
    return _run(db, settings, feed, address, transport, jar_of(feed, keyring), version=version, now=now)


def _run(
    db: Database,
    settings: Settings,
    feed: Feed,
    address: str,
    transport: Transport,
    jar: Jar | None = None,
    *,
    version: str,
    now: datetime,
) -> Trial:
    return trial.try_out(
        db,
        settings,
        feed,
        address,
        version=version,
        holder=f"trial-{secrets.token_hex(4)}",
        clock=running_from(now),
        transport=transport,
        jar=jar,
    )


def _with(url: str, credentials: str | None) -> str:
    return url if credentials is None else with_credentials(url, credentials)
