"""What a person does with pages that have no feed: look at one, try rules, find rules, subscribe, change the rules."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from dateline.errors import ActionError, NotFound
from dateline.fetch.address import host_key
from dateline.model import Response, User
from dateline.parse.page import PageRules
from dateline.parse.page.propose import propose
from dateline.parse.page.rules import rules_from_json, rules_to_json
from dateline.refresh.asking import kept
from dateline.refresh.joining import page_url
from dateline.refresh.page_look import LookedPage, fetch_page, read_page
from dateline.refresh.shelf import Shelf
from dateline.settings import Settings
from dateline.store import Database, Tx, delivery, feeds, orphans, pages, subscriptions
from dateline.store.db import WriteTx
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from .subscriptions import add_subscription, folders_of, running_from, split_address


class Proposed(Struct, frozen=True, kw_only=True):
    """Rules that were found in a page, and what they make of it."""

    rules: PageRules
    looked: LookedPage


class Source(Struct, frozen=True, kw_only=True):
    """A page that a user subscribes to, for editing."""

    subscription_id: int
    feed: Feed
    rules: PageRules


def look_at_page(
    db: Database, settings: Settings, shelf: Shelf, user: User, address: str, *, version: str, now: datetime
) -> Response:
    """The page at an address; the same page for some minutes. Network, at most 20 seconds; nothing is stored.

    Raises ``ActionError`` (``action.bad_url``), ``FetchError``.
    """
    url, credentials = split_address(address)
    return fetch_page(
        db,
        settings,
        shelf,
        url,
        user_id=user.id,
        credentials=credentials,
        version=version,
        holder=f"look-{secrets.token_hex(4)}",
        clock=running_from(now),
    )


def proposals(page: Response) -> tuple[Proposed, ...]:
    """The lists that a page seems to hold, the likeliest first; none when it holds no list."""
    found = propose(page.body, url=page.final_url, content_type=page.content_type)
    return tuple(Proposed(rules=rules, looked=read_page(page, rules)) for rules in found)


def subscribe_to_page(
    db: Database,
    user: User,
    address: str,
    rules: PageRules,
    *,
    title: str = "",
    page_title: str = "",
    folder_ids: Iterable[int] = (),
    new_folder: str | None = None,
    private: bool = False,
    settings: Settings | None = None,
    now: datetime,
) -> int:
    """Subscribe to a page as if it had a feed. The subscription's id. Errors as ``subscriptions.subscribe``."""
    clean_url, credentials = split_address(address)
    encrypted = Keyring(key_path(settings or Settings())).encrypt(credentials) if credentials else None
    with transaction(db) as tx:
        tx.hold_user(user.id)
        ids = folders_of(tx, user.id, folder_ids, new_folder)
        ident = add_subscription(
            tx,
            user.id,
            page_url(clean_url, rules),
            owner_id=user.id if private or encrypted else 0,
            credentials=encrypted,
            title=title,
            folder_ids=ids,
            now=now,
        )
        feed_id = subscriptions.feed_of(tx, user.id, ident)
        pages.make_page(tx, feed_id, rules_to_json(rules), page_title)
        return ident


def source(tx: Tx, user: User, subscription_id: int) -> Source:
    """A page that the user subscribes to. Raises ``NotFound``, also for a feed that is no page."""
    feed = feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))
    if feed.kind != "page":
        raise NotFound(f"subscription {subscription_id} is read without rules")
    return Source(subscription_id=subscription_id, feed=feed, rules=rules_from_json(feed.rules or ""))


def look_at_source(
    db: Database, settings: Settings, shelf: Shelf, user: User, subscription_id: int, *, version: str, now: datetime
) -> tuple[Source, Response]:
    """The same for a page that is subscribed to, asked as the line asks it. Raises ``NotFound`` too."""
    with db.reading() as tx:
        found = source(tx, user, subscription_id)
    feed = found.feed
    keyring = Keyring(key_path(settings))
    page = fetch_page(
        db,
        settings,
        shelf,
        feed.address,
        user_id=user.id,
        credentials=keyring.decrypt(feed.credentials) if feed.credentials else None,
        version=version,
        holder=f"look-{secrets.token_hex(4)}",
        clock=running_from(now),
        transport=kept(feed, keyring).transport,
    )
    return found, page


def change_rules(db: Database, user: User, subscription_id: int, rules: PageRules, *, now: datetime) -> None:
    """Read a subscription's page by other rules from now on; it is due at once.

    Nobody else's page changes by it: where others read the same list, this subscription goes on with a list of its own,
    without what was unread. Raises ``NotFound``, ``ActionError``.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feed = source(tx, user, subscription_id).feed
        feeds.hold(tx, feed.id)
        url = page_url(feed.address, rules)
        if url == feed.url:
            return
        other = feeds.find(tx, url, feed.owner_id)
        if other is not None and subscriptions.by_feed(tx, user.id, other.id) is not None:
            raise ActionError("action.already_subscribed", url)
        if other is None and feeds.read(tx, feed.id).subscribers == 1:
            pages.change_rules(tx, feed.id, url, rules_to_json(rules), now)
        else:
            _part(tx, user, subscription_id, feed, url, rules, now)
            orphans.orphan_if_unread_by_all(tx, feed.id, now)


def _part(tx: WriteTx, user: User, subscription_id: int, feed: Feed, url: str, rules: PageRules, now: datetime) -> None:
    """A subscriber goes on alone, or joins those who have these rules: what was read by others stays in its list."""
    feed_id = feeds.add(tx, url=url, owner_id=feed.owner_id, host=host_key(url), credentials=feed.credentials, now=now)
    pages.make_page(tx, feed_id, rules_to_json(rules), feed.title)
    pages.move_subscription(tx, subscription_id, user.id, feed_id)
    delivery.deliver_carried(tx, user.id, subscription_id, feed_id, feeds.newest_entry_id(tx, feed_id))
