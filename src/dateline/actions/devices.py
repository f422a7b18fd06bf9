"""What a person does with devices that are told of news: add this browser, try one, take one away, say what is news."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from dateline import preferences
from dateline.errors import ActionError, FetchError, Forbidden
from dateline.fetch.web_push import checked
from dateline.model import User
from dateline.refresh.notify import sealed
from dateline.settings import Settings
from dateline.store import Database, accounts, devices, entries
from dateline.store.db import WriteTx
from dateline.store.devices import Content
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

MAX_DEVICES = 20
MAX_NAME = 60


class Wish(Struct, frozen=True, kw_only=True):
    """A browser as it describes itself (``PushSubscription``); ``key`` and ``secret`` in base64url."""

    endpoint: str
    key: str
    secret: str
    name: str


def add(
    db: Database, settings: Settings, user: User, wish: Wish, *, token: str, now: datetime, has_moved: bool = False
) -> int:
    """Tell this browser of news from now on, for as long as the session ``token`` holds. Its id.

    A browser that is known comes into this session; another account's is that no more. ``has_moved``: it is the one of
    this session, at another address, and misses nothing. Raises ``ActionError``:
    ``action.push_off``, ``action.too_many_devices``, ``action.bad_value`` (what cannot be an address or a key);
    ``Forbidden`` when the session has ended; ``StoreError``.
    """
    if not settings.may_push:
        raise ActionError("action.push_off")
    try:
        receiver = checked(wish.endpoint, wish.key, wish.secret, settings.allowed_networks)
    except FetchError as error:
        raise ActionError("action.bad_value", error.detail) from error
    address = sealed(receiver, Keyring(key_path(settings)))
    with transaction(db) as tx:
        tx.hold_user(user.id)
        _check_session(tx, user, token, now)
        known = devices.renew(
            tx, user.id, token=token, endpoint=receiver.endpoint, address=address, has_moved=has_moved
        )
        if known is not None:
            return known
        if len(devices.of_user(tx, user.id)) >= MAX_DEVICES:
            raise ActionError("action.too_many_devices")
        return devices.add(
            tx,
            user.id,
            token=token,
            name=" ".join(wish.name.split())[:MAX_NAME],
            endpoint=receiver.endpoint,
            address=address,
            told_entry_id=entries.newest_id(tx),
            now=now,
        )


def _check_session(tx: WriteTx, user: User, token: str, now: datetime) -> None:
    found = accounts.session_user(tx, token, now)
    if found is None or found.id != user.id:
        raise Forbidden("the session has ended")


def remove(db: Database, user: User, device_id: int, *, now: datetime) -> None:
    """Tell a device nothing any more. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        devices.remove(tx, devices.one(tx, user.id, device_id).id)


def try_one(db: Database, settings: Settings, user: User, device_id: int, *, now: datetime) -> None:
    """Send a device something that says only that it came. Raises ``NotFound``, ``ActionError`` ``action.push_off``."""
    if not settings.may_push:
        raise ActionError("action.push_off")
    with transaction(db) as tx:
        tx.hold_user(user.id)
        device = devices.one(tx, user.id, device_id)
        devices.queue(tx, [device.id], Content(kind="test", path="/settings/notifications"), now)


def choose(db: Database, user: User, *, important: bool, now: datetime) -> None:
    """Say of what a person's devices are told; what came before is no news."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        chosen = accounts.user_by_id(tx, user.id).preferences
        if important and not chosen.notify.important:
            devices.begin_after(tx, user.id, entries.newest_id(tx))
        wanted = replace(chosen, notify=replace(chosen.notify, important=important))
        accounts.change_user(tx, user.id, preferences=preferences.encode(wanted))
