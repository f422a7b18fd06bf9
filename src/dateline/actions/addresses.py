"""A feed's address changed by hand: its site moved and left no redirect, or the publisher offers a better feed.

What is there stays: articles, read state, favourites. Whoever changes the address of what others read too, or leads a
feed to another site, gets a feed of their own: nobody may put what one site published into what others read of another.
"""

from datetime import datetime

from dateline.actions.subscriptions import split_address
from dateline.errors import ActionError, StoreError
from dateline.fetch.address import host_key
from dateline.model import User
from dateline.store import Database, addresses, feeds, subscriptions
from dateline.store.db import WriteTx
from dateline.store.feeds import Feed
from dateline.store.ownership import make_private, own_double
from dateline.store.write import in_turn


def change_by_hand(db: Database, user: User, subscription_id: int, address: str, *, now: datetime) -> None:
    """Ask a subscription's feed at this address from now on, at once; the one before is remembered.

    Raises ``NotFound``; ``ActionError``: ``action.bad_url`` (also with a login in it: that is set elsewhere),
    ``action.already_subscribed`` with the subscription as its detail, ``action.bad_value`` for what is no feed of a
    publisher, ``action.secrets_stay`` when something secret would go to another server.
    """
    url, login = split_address(address)
    if login is not None:
        raise ActionError("action.bad_url", "a login stands in it")
    in_turn(db, lambda tx: _change(tx, user, subscription_id, url, now))


def _change(tx: WriteTx, user: User, subscription_id: int, url: str, now: datetime) -> None:
    feed = feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))
    # people first, then all feeds that it may concern: what is made anew is the user's alone, and nobody waits for it
    concerned = _at(tx, user, feed.url) | _at(tx, user, url)
    addresses.hold(tx, {feed.id: url}, by=[user.id], beside=concerned)
    held = feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))
    if (held.id, held.url) != (feed.id, feed.url) or _at(tx, user, feed.url) | _at(tx, user, url) != concerned:
        raise StoreError("store.busy", "a feed took another address meanwhile")
    feed = held
    if feed.kind != "feed":
        raise ActionError("action.bad_value", "only what a publisher calls a feed has an address of its own")
    if feed.url == url:
        return
    known = subscriptions.by_feed_url(tx, user.id, url)
    if known is not None and known != subscription_id:
        raise ActionError("action.already_subscribed", str(known))
    if (feed.transport is not None or feed.credentials is not None) and host_key(url) != host_key(feed.url):
        raise ActionError("action.secrets_stay")
    feed_id = feed.id
    if feed.owner_id == 0 and not _may_stay_shared(tx, user, feed, url):
        if (own := own_double(tx, user.id, feed.url)) is not None:
            raise ActionError("action.already_subscribed", str(own))
        feed_id = make_private(tx, user.id, subscription_id, feed, now)
    addresses.hold(tx, {feed_id: url})  # it is neither stored nor merged meanwhile
    kept = addresses.adopt(tx, feed_id, url, host_key(url), now)
    addresses.ask_anew(tx, feed_id if kept is None else kept, now)


def _at(tx: WriteTx, user: User, url: str) -> set[int]:
    """Everybody's feed at an address, and the user's own."""
    return {one.id for owner in (0, user.id) if (one := feeds.find(tx, url, owner)) is not None}


def _may_stay_shared(tx: WriteTx, user: User, feed: Feed, url: str) -> bool:
    """Nobody has the new address, and it is this user's to say."""
    if feeds.find(tx, url) is not None:
        return False
    return user.is_admin or (feed.subscribers <= 1 and addresses.are_of_one_site(feed.url, url))
