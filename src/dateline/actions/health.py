"""What a person does about feeds that fare badly, several at once: leave, try again, move house, tidy away."""

from collections.abc import Sequence
from datetime import datetime

from dateline.errors import ActionError, Forbidden
from dateline.fetch.address import host_key
from dateline.model import User
from dateline.refresh.expiry import EVERY, GRACE
from dateline.store import Database, Tx, addresses, brought, expiry, feeds, followed, leases, orphans, subscriptions
from dateline.store.choosing import choosing
from dateline.store.db import WriteTx
from dateline.store.feeds import Feed
from dateline.store.write import in_turn, transaction

AT_ONCE = 1_000


def unsubscribe(db: Database, user: User, subscription_ids: Sequence[int], *, now: datetime) -> int:
    """End these subscriptions; stars and labels stay. How many. Raises ``NotFound`` when one is not the user's."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        chosen = _some(subscription_ids)
        # held in order, as whoever stores what they brought holds them
        feeds.existing(tx, [subscriptions.feed_of(tx, user.id, ident) for ident in chosen])
        for subscription_id in chosen:
            subscriptions.feed_of(tx, user.id, subscription_id)
            followed.leave_out(tx, subscription_id)
        for feed_id in subscriptions.remove(tx, user.id, subscription_ids, now):
            orphans.orphan_if_unread_by_all(tx, feed_id, now)
    return len(set(subscription_ids))


def try_now(db: Database, user: User, subscription_ids: Sequence[int], *, now: datetime) -> int:
    """Ask these feeds once more, also those that were withdrawn. How many; not those asked
    lately, or whose server wants to be left alone.

    Raises ``NotFound`` when one is not the user's.
    """
    with transaction(db) as tx:
        feed_ids = [subscriptions.feed_of(tx, user.id, ident) for ident in _some(subscription_ids)]
        return leases.ask_soon(tx, feed_ids, now, again=True)


def move(db: Database, user: User, subscription_ids: Sequence[int], folder_id: int, *, now: datetime) -> int:
    """Put these subscriptions into one folder, out of all others. How many. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folder = subscriptions.folder(tx, user.id, folder_id)
        feed_ids = [subscriptions.feed_of(tx, user.id, ident) for ident in _some(subscription_ids)]
        with choosing(tx, user.id):
            for subscription_id in set(subscription_ids):
                subscriptions.put_in_folders(tx, subscription_id, [folder.id])
        expiry.tidy_again(tx, feed_ids, now - EVERY + GRACE)  # another folder may keep less
    return len(feed_ids)


def adopt(db: Database, user: User, subscription_ids: Sequence[int], *, now: datetime) -> int:
    """Take over the addresses that feeds have moved to, without waiting for the third day. How many there were.

    Feeds that others subscribe to are left to time, unless an administrator asks; what leads to a feed of another
    publisher's that others read stays by itself (``store.merging``). Raises ``NotFound``, and
    ``Forbidden`` when none of them may be changed.
    """
    chosen = _some(subscription_ids)
    return in_turn(db, lambda tx: _all_adopted(tx, user, chosen, now))


def _all_adopted(tx: WriteTx, user: User, subscription_ids: Sequence[int], now: datetime) -> int:
    moves = {feed.id: feed.moved_url for feed in (_feed(tx, user, ident) for ident in subscription_ids)}
    # held: none is stored or merged meanwhile
    addresses.hold(tx, {feed_id: url for feed_id, url in moves.items() if url is not None})
    wanted = [_feed(tx, user, ident) for ident in subscription_ids]
    moved = [feed for feed in wanted if feed.moved_url is not None]
    allowed = [feed for feed in moved if may_change(user, feed.subscribers)]
    if moved and not allowed:
        raise Forbidden("others subscribe to these feeds")
    adopted = sum(_adopted(tx, feed, now) for feed in allowed)
    if moved and not adopted:
        raise Forbidden("the new addresses are feeds that others subscribe to")
    return adopted


def _adopted(tx: WriteTx, feed: Feed, now: datetime) -> bool:
    if feed.moved_url is None:
        return False
    if not feeds.existing(tx, [feed.id]):
        return True  # it became another's by the one before
    return addresses.adopt(tx, feed.id, feed.moved_url, host_key(feed.moved_url), now) is not None


def go_back(db: Database, user: User, subscription_id: int, *, now: datetime) -> None:
    """Go back to the address that a feed had before it moved, and keep it: its redirects are followed, never adopted.

    Raises ``NotFound``; ``Forbidden`` when others subscribe to it and the user is no administrator; ``ActionError``
    ``action.already_subscribed`` when the old address is another feed's by now, ``action.bad_value`` for what is never
    fetched.
    """
    with transaction(db) as tx:
        feed = _feed(tx, user, subscription_id)
        previous: str | None = tx.value("SELECT previous_url FROM feed WHERE id = :id", id=feed.id)
        if previous is None:
            raise ActionError("action.bad_value", "this feed has no earlier address")
        _keep(tx, user, feed, previous, now)


def stay(db: Database, user: User, subscription_id: int, *, now: datetime) -> None:
    """Keep the address of a feed that redirects: it is asked there, and never adopts the target. Errors as above."""
    with transaction(db) as tx:
        feed = _feed(tx, user, subscription_id)
        _keep(tx, user, feed, feed.url, now)


def _keep(tx: WriteTx, user: User, feed: Feed, url: str, now: datetime) -> None:
    if feed.kind in ("mail", "saved"):
        raise ActionError("action.bad_value", "newsletters and saved pages have no address")
    if not may_change(user, feed.subscribers):
        raise Forbidden("others subscribe to this feed")
    other = feeds.find(tx, url, feed.owner_id)
    if other is not None and other.id != feed.id:
        raise ActionError("action.already_subscribed", url)
    brought.follow_move(tx, feed.id, feed.url, url)
    addresses.keep_address(tx, feed.id, url, host_key(url), now)


def may_change(user: User, subscribers: int) -> bool:
    """Whether a feed's address is this user's to change: nobody else reads it, or the user is an administrator."""
    return user.is_admin or subscribers <= 1


def _feed(tx: Tx, user: User, subscription_id: int) -> Feed:
    return feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))


def _some(subscription_ids: Sequence[int]) -> list[int]:
    """Each once. Raises ``ActionError``."""
    chosen = sorted(set(subscription_ids))
    if not chosen or len(chosen) > AT_ONCE:
        raise ActionError("action.bad_value", f"1 to {AT_ONCE} subscriptions are needed")
    return chosen
