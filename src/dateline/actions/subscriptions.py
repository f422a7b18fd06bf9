"""What a person arranges: subscribing, unsubscribing, titles, folders, « Actualiser »."""

import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError, FetchError
from dateline.fetch.address import host_key
from dateline.model import Stream, User, Visibility
from dateline.refresh import first_document
from dateline.refresh import look as looking
from dateline.refresh.expiry import EVERY, GRACE
from dateline.refresh.joining import MAX_SUBSCRIPTIONS, MAX_TITLE, split_url
from dateline.refresh.look import LookedFeed
from dateline.refresh.shelf import Shelf
from dateline.settings import Settings
from dateline.store import (
    Database,
    Tx,
    brought,
    delivery,
    expiry,
    feeds,
    folder_order,
    followed,
    kept_queries,
    leases,
    orphans,
    scopes,
    subscriptions,
)
from dateline.store.choosing import choosing
from dateline.store.db import WriteTx
from dateline.store.delivery import Delivered
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

MAX_FOLDER_NAME = 100
MAX_DEPTH = 10


class Look(Struct, frozen=True, kw_only=True):
    """What is behind an address: one feed, or those that a page announces (the first one fetched)."""

    feeds: tuple[LookedFeed, ...]


def look(
    db: Database,
    settings: Settings,
    user: User,
    address: str,
    *,
    version: str,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
    shelf: Shelf | None = None,
) -> Look:
    """Look before subscribing. Network, at most 20 seconds; nothing is stored, but on the ``shelf`` for ``subscribe``.

    Raises ``ActionError`` (``action.bad_url``, ``action.no_feed_found``), ``FetchError``, ``ParseError``.
    """
    shelf = shelf or Shelf()
    found = looking.look(
        db,
        settings,
        address,
        version=version,
        holder=f"look-{secrets.token_hex(4)}",
        clock=clock or running_from(now),
        keep=lambda url, answer: shelf.keep(user.id, url, answer, now),
    )
    with db.reading() as tx:
        known = [subscriptions.by_feed_url(tx, user.id, feed.url) for feed in found]
    return Look(feeds=tuple(replace(feed, subscription_id=own) for feed, own in zip(found, known, strict=True)))


def running_from(now: datetime) -> Callable[[], datetime]:
    """A clock that runs on from ``now``."""
    start = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - start)


# ------------------------------------------------------------------------------------------------ subscribing


def subscribe(
    db: Database,
    user: User,
    url: str,
    *,
    title: str | None = None,
    folder_ids: Iterable[int] = (),
    new_folder: str | None = None,
    private: bool = False,
    settings: Settings | None = None,
    now: datetime,
    shelf: Shelf | None = None,
) -> int:
    """Subscribe to the feed at an address. The subscription's id.

    What the person looked at (``look``) is stored at once; a feed that was not is due at once. User information in
    the address is taken out of it and kept encrypted (``settings`` say where the key is), and the feed is private
    then. Raises ``ActionError``: ``action.bad_url``, ``action.already_subscribed`` (its id as detail), ``NotFound``
    for a folder.
    """
    clean_url, credentials = split_address(url)
    encrypted = Keyring(key_path(settings or Settings())).encrypt(credentials) if credentials else None
    looked_at = shelf.find(user.id, clean_url, now) if shelf and not encrypted else None
    holder = f"look-{secrets.token_hex(4)}"
    with transaction(db) as tx:
        tx.hold_user(user.id)
        ids = folders_of(tx, user.id, folder_ids, new_folder)
        owner = user.id if private or encrypted else 0
        subscription_id = add_subscription(
            tx, user.id, clean_url, owner_id=owner, credentials=encrypted, title=title or "", folder_ids=ids, now=now
        )
        feed_id = subscriptions.feed_of(tx, user.id, subscription_id)
        feed = first_document.leased(tx, feed_id, holder=holder, now=now) if looked_at else None
    if feed is not None and looked_at is not None:
        first_document.store(db, feed, looked_at, holder=holder, clock=running_from(now))
    return subscription_id


def folders_of(tx: WriteTx, user_id: int, folder_ids: Iterable[int], new_folder: str | None) -> list[int]:
    """The folders that somebody chose for one more subscription, a new one made.

    Raises ``ActionError``, ``NotFound`` for a folder.
    """
    if subscriptions.count(tx, user_id) >= MAX_SUBSCRIPTIONS:
        raise ActionError("action.too_large", f"at most {MAX_SUBSCRIPTIONS} subscriptions")
    ids = [subscriptions.folder(tx, user_id, folder_id).id for folder_id in folder_ids]
    if new_folder and new_folder.strip():
        ids.append(folder_of_name(tx, user_id, new_folder))
    return ids


def add_subscription(
    tx: WriteTx,
    user_id: int,
    url: str,
    *,
    owner_id: int = 0,
    credentials: bytes | None = None,
    title: str = "",
    folder_ids: Iterable[int] = (),
    now: datetime,
) -> int:
    """Subscribe inside a transaction that holds the user: find or insert the feed, deliver what it carries.

    Raises ``ActionError`` ``action.already_subscribed``.
    """
    known = subscriptions.by_feed_url(tx, user_id, url)
    if known is not None:
        raise ActionError("action.already_subscribed", str(known))
    feed_id = feeds.add(tx, url=url, owner_id=owner_id, host=host_key(url), credentials=credentials, now=now)
    if (known := subscriptions.by_feed(tx, user_id, feed_id)) is not None:  # it moved to this address just now
        raise ActionError("action.already_subscribed", str(known))
    upto = feeds.newest_entry_id(tx, feed_id)
    subscription_id = subscriptions.add(tx, user_id=user_id, feed_id=feed_id, title=_title(title), now=now)
    subscriptions.put_in_folders(tx, subscription_id, folder_ids)
    delivery.deliver_carried(tx, user_id, subscription_id, feed_id, upto)
    brought.settle(tx, user_id, [Delivered(feed_id=feed_id, seen=0, upto=upto)])
    return subscription_id


def split_address(address: str) -> tuple[str, str | None]:
    """An address as typed → the address without user information, and that."""
    try:
        return split_url(address)
    except FetchError as error:
        raise ActionError("action.bad_url", error.detail) from error


def unsubscribe(db: Database, user: User, subscription_id: int, *, now: datetime) -> None:
    """End a subscription: its unread marks go, stars and labels stay. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        subscriptions.feed_of(tx, user.id, subscription_id)
        followed.leave_out(tx, subscription_id)
        (feed_id,) = subscriptions.remove(tx, user.id, [subscription_id], now)
        orphans.orphan_if_unread_by_all(tx, feed_id, now)


def edit(
    db: Database,
    user: User,
    subscription_id: int,
    *,
    title: str | None = None,
    folder_ids: Iterable[int] | None = None,
    visibility: Visibility | None = None,
    hidden_from_visitors: bool | None = None,
    revised_unread: bool | None = None,
    now: datetime,
) -> None:
    """Change what is given of a subscription;
    ``title`` "" is the feed's own again. Raises ``NotFound``, ``ActionError``.
    """
    if visibility is not None and visibility not in get_args(Visibility):
        raise ActionError("action.bad_value", f"visibility {visibility!r}")
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feed_id = subscriptions.feed_of(tx, user.id, subscription_id)
        wanted = {
            "title": None if title is None else _title(title),
            "visibility": visibility,
            "hidden_from_visitors": hidden_from_visitors,
            "revised_unread": revised_unread,
        }
        changes = {key: value for key, value in wanted.items() if value is not None}
        with choosing(tx, user.id):
            subscriptions.change(tx, user.id, subscription_id, **changes)
            if folder_ids is not None:
                own = [subscriptions.folder(tx, user.id, folder_id).id for folder_id in folder_ids]
                subscriptions.put_in_folders(tx, subscription_id, own)
        if folder_ids is not None:
            expiry.tidy_again(tx, [feed_id], now - EVERY + GRACE)  # another folder may keep less


def _title(title: str) -> str:
    return " ".join(title.replace("\0", "").encode("utf-8", "ignore").decode().split())[:MAX_TITLE]


def refresh_soon(db: Database, user: User, stream: Stream, *, now: datetime) -> int:
    """Make a stream's feeds due; the worker does the rest. How many.

    Those asked lately, or whose server wants to be left alone, are left. Raises ``NotFound``.
    """
    with transaction(db) as tx:
        within = scopes.scope(tx, user.id, stream)
        return leases.ask_soon(tx, within.feed_ids, now)


# ------------------------------------------------------------------------------------------------ folders


def folder_name(name: str) -> str:
    """A folder's name as it is kept:
    NFC, trimmed, without ``/`` (Google Reader's labels are paths). Raises ``ActionError``.
    """
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if (
        not shown
        or len(shown) > MAX_FOLDER_NAME
        or "/" in shown
        or any(unicodedata.category(c)[0] == "C" for c in shown)
    ):
        raise ActionError("action.name_invalid", shown[:MAX_FOLDER_NAME])
    return shown


def add_folder(db: Database, user: User, name: str, *, parent_id: int | None = None, now: datetime) -> int:
    """Create a folder. Its id.

    Raises ``ActionError`` (``action.name_taken``, ``action.name_invalid``), ``NotFound`` for the parent.
    """
    shown = folder_name(name)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if parent_id is not None:
            subscriptions.folder(tx, user.id, parent_id)
            _check_depth(tx, user.id, parent_id)
        _check_free(tx, user.id, shown)
        return subscriptions.add_folder(
            tx, user.id, shown, parent_id, folder_order.last_position(tx, user.id, parent_id)
        )


def rename_folder(db: Database, user: User, folder_id: int, name: str, *, now: datetime) -> None:
    """Rename a folder. Errors as in ``add_folder``."""
    shown = folder_name(name)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        before = subscriptions.folder(tx, user.id, folder_id).name
        if subscriptions.name_owner(tx, user.id, shown) != ("folder", folder_id):
            _check_free(tx, user.id, shown)
        kept_queries.follow_name(tx, user.id, "folder", before, shown)
        subscriptions.rename_folder(tx, folder_id, shown)


def move_folder(db: Database, user: User, folder_id: int, parent_id: int | None, *, now: datetime) -> None:
    """Put a folder into another (None:
    to the top). Raises ``NotFound``; ``ActionError`` when it would stand in itself.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folder = subscriptions.folder(tx, user.id, folder_id)
        if folder.parent_id != parent_id:
            put_into(tx, user.id, folder_id, parent_id)


def put_into(tx: WriteTx, user_id: int, folder_id: int, parent_id: int | None) -> None:
    """``move_folder`` inside a transaction: the folder stands last there. Errors as there."""
    if parent_id is not None:
        subscriptions.folder(tx, user_id, parent_id)
        if folder_id in _path(tx, user_id, parent_id):
            raise ActionError("action.bad_value", "a folder cannot stand in itself")
        _check_depth(tx, user_id, parent_id, _height(tx, user_id, folder_id))
    with choosing(tx, user_id):
        subscriptions.move_folder(tx, folder_id, parent_id, folder_order.last_position(tx, user_id, parent_id))


def remove_folder(db: Database, user: User, folder_id: int, *, now: datetime) -> None:
    """Delete a folder; what was in it, subscriptions and folders, goes where it was. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        folder_order.take_out(tx, user.id, subscriptions.folder(tx, user.id, folder_id))
        with choosing(tx, user.id):
            subscriptions.remove_folder(tx, folder_id)


def folder_of_name(tx: WriteTx, user_id: int, name: str) -> int:
    """The folder of this name, created if there is none."""
    shown = folder_name(name)
    owner = subscriptions.name_owner(tx, user_id, shown)
    if owner is None:
        return subscriptions.add_folder(tx, user_id, shown, None, folder_order.last_position(tx, user_id, None))
    if owner[0] != "folder":
        raise ActionError("action.name_taken", shown)
    return owner[1]


def _check_free(tx: Tx, user_id: int, name: str) -> None:
    if subscriptions.name_owner(tx, user_id, name) is not None:
        raise ActionError("action.name_taken", name)


def _path(tx: Tx, user_id: int, folder_id: int) -> list[int]:
    """A folder and those it stands in, from the inside out."""
    parents = {folder.id: folder.parent_id for folder in subscriptions.folders(tx, user_id)}
    path: list[int] = []
    current: int | None = folder_id
    while current is not None and current not in path:
        path.append(current)
        current = parents.get(current)
    return path


def _height(tx: Tx, user_id: int, folder_id: int) -> int:
    """How many folders stand in each other from this one on, itself included."""
    paths = (_path(tx, user_id, folder.id) for folder in subscriptions.folders(tx, user_id))
    return max(path.index(folder_id) + 1 for path in paths if folder_id in path)


def _check_depth(tx: Tx, user_id: int, parent_id: int, height: int = 1) -> None:
    if len(_path(tx, user_id, parent_id)) + height > MAX_DEPTH:
        raise ActionError("action.too_large", f"at most {MAX_DEPTH} folders in each other")
