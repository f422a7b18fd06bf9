"""How one's own subscription is fetched, otherwise than all: set, shown without its secrets, taken back.

Such a feed is never shared: the first wish makes it the user's alone (``store/ownership.py``), and with the last one it
can be everybody's again.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError, FetchError, StoreError
from dateline.fetch.address import host_key
from dateline.fetch.transport import FORM, PLAIN, Login, Method, Tls, Transport, check, proxy_address
from dateline.model import User
from dateline.refresh.asking import Kept, kept, sealed
from dateline.settings import Settings
from dateline.store import Database, Tx, feeds, subscriptions
from dateline.store.db import WriteTx
from dateline.store.feeds import Feed
from dateline.store.ownership import hold_both, make_private, make_shared, own_double
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import in_turn

SECRETS = ("login", "headers", "cookies", "body", "authority")
"""What is never shown again: only whether it is there."""
Outcome = Literal["shared", "private"]


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wants. Of the secrets None keeps what is there, and what is empty removes it.

    ``login`` is ``user:password``.
    """

    user_agent: str = ""
    login: str | None = None
    login_by: Login = "basic"
    headers: tuple[tuple[str, str], ...] | None = None
    cookies: str | None = None
    keep_cookies: bool = False
    method: Method = "GET"
    body: str | None = None
    body_type: str = FORM
    proxy: str = ""
    timeout: float | None = None
    max_redirects: int | None = None
    tls: Tls = "strict"
    authority: str | None = None


class Shown(Struct, frozen=True, kw_only=True):
    """How a feed is fetched, as its reader may see it. ``present`` are the secrets that are there.

    ``is_set``: something is otherwise than for all. ``is_unreadable``: the instance's key is not the one that it was
    kept with, so that all has to be entered again. ``can_be_shared``: the feed was everybody's before.
    """

    transport: Transport
    present: frozenset[str]
    is_set: bool
    is_unreadable: bool
    can_be_shared: bool


def shown(db: Database, settings: Settings, user: User, subscription_id: int) -> Shown:
    """How the feed of one's subscription is fetched. Raises ``NotFound``."""
    with db.reading() as tx:
        feed = _feed(tx, user, subscription_id)
    known, is_unreadable = _known(feed, Keyring(key_path(settings)))
    has = {name: bool(getattr(known.transport, name)) for name in SECRETS if name != "login"}
    return Shown(
        transport=replace(known.transport, headers=(), cookies="", body="", authority=""),
        present=frozenset(
            name for name, is_there in {**has, "login": feed.credentials is not None}.items() if is_there
        ),
        is_set=feed.transport is not None or feed.credentials is not None,
        is_unreadable=is_unreadable,
        can_be_shared=known.was_shared,
    )


def change(db: Database, settings: Settings, user: User, subscription_id: int, wish: Wish, *, now: datetime) -> None:
    """Fetch the feed of one's subscription so from now on; it is the user's alone, and due at once.

    Raises ``NotFound``; ``ActionError`` ``action.bad_transport``, with the name of the field that cannot be as its
    detail, ``action.already_subscribed`` with the user's other subscription, to a feed of their own at that address;
    ``StoreError`` (``store.secret``) when the instance's key cannot be used.
    """
    keyring = Keyring(key_path(settings))
    with db.reading() as tx:
        known, _ = _known(_feed(tx, user, subscription_id), keyring)

    def carry_out(tx: WriteTx) -> None:
        tx.hold_user(user.id)
        feed = _feed(tx, user, subscription_id)
        _check_kind(feed)
        credentials = _credentials(feed, wish, keyring)
        transport = _wanted(known.transport, wish, settings, has_login=credentials is not None)
        if transport == PLAIN and credentials is None and feed.transport is None and feed.credentials is None:
            return
        was_shared = feed.owner_id == 0
        if was_shared and (own := own_double(tx, user.id, feed.url)) is not None:
            raise ActionError("action.already_subscribed", str(own))
        feed_id = make_private(tx, user.id, subscription_id, feed, now) if was_shared else feed.id
        renewed = Kept(
            transport=transport,
            was_shared=known.was_shared or was_shared,
            had_secrets=known.had_secrets or transport.has_secrets or credentials is not None,
        )
        feeds.set_transport(
            tx,
            feed_id,
            transport=sealed(renewed, keyring),
            credentials=credentials,
            host=host_key(feed.address),
            now=now,
        )

    in_turn(db, carry_out)


def clear(db: Database, settings: Settings, user: User, subscription_id: int, *, now: datetime) -> Outcome:
    """Forget all that, and fetch the feed as all are fetched: "shared" when it is everybody's again.

    It stays "private" when the user wanted it so from the beginning, and when what it holds was perhaps fetched with a
    secret and nobody has read the feed without one. Raises ``NotFound``; ``ActionError`` ``action.bad_value`` for what
    is not fetched.
    """
    keyring = Keyring(key_path(settings))
    return in_turn(db, lambda tx: _cleared(tx, user, subscription_id, keyring, now))


def _cleared(tx: WriteTx, user: User, subscription_id: int, keyring: Keyring, now: datetime) -> Outcome:
    feed = hold_both(tx, user.id, subscription_id)
    _check_kind(feed)
    if feed.owner_id == 0:
        return "shared"
    known, is_unreadable = _known(feed, keyring)
    feeds.set_transport(tx, feed.id, transport=None, credentials=None, host=host_key(feed.address), now=now)
    if not known.was_shared:
        return "private"
    may_be_shown = not known.had_secrets and not is_unreadable
    return _shared(tx, user, subscription_id, feed, now, may_be_shown=may_be_shown)


def _shared(tx: WriteTx, user: User, subscription_id: int, feed: Feed, now: datetime, *, may_be_shown: bool) -> Outcome:
    feed_id = make_shared(tx, user.id, subscription_id, feed, now, entries_may_be_shown=may_be_shown)
    return "shared" if feeds.read(tx, feed_id).owner_id == 0 else "private"


def _check_kind(feed: Feed) -> None:
    if feed.kind in ("mail", "saved"):
        raise ActionError("action.bad_value", "newsletters and saved pages are no feeds that are fetched")


def _feed(tx: Tx, user: User, subscription_id: int) -> Feed:
    return feeds.read(tx, subscriptions.feed_of(tx, user.id, subscription_id))


def _known(feed: Feed, keyring: Keyring) -> tuple[Kept, bool]:
    """What is kept of a feed, and whether it cannot be read: then it may have been anything."""
    try:
        if feed.credentials is not None:
            keyring.decrypt(feed.credentials)
        return kept(feed, keyring), False
    except StoreError:
        return Kept(had_secrets=True), True


def _credentials(feed: Feed, wish: Wish, keyring: Keyring) -> bytes | None:
    if wish.login is None:
        return feed.credentials
    if not wish.login:
        return None
    if not wish.login.partition(":")[0] or len(wish.login) > 1_000 or "\0" in wish.login:
        raise ActionError("action.bad_transport", "login")
    return keyring.encrypt(wish.login)


def _wanted(known: Transport, wish: Wish, settings: Settings, *, has_login: bool) -> Transport:
    transport = Transport(
        user_agent=wish.user_agent,
        headers=known.headers if wish.headers is None else wish.headers,
        cookies=known.cookies if wish.cookies is None else wish.cookies,
        keep_cookies=wish.keep_cookies,
        login_by=wish.login_by,
        method=wish.method,
        body=_kept_text(known.body, wish.body) if wish.method == "POST" else "",
        body_type=wish.body_type if wish.method == "POST" else FORM,
        proxy=wish.proxy,
        timeout=wish.timeout,
        max_redirects=wish.max_redirects,
        tls=wish.tls,
        authority=_kept_text(known.authority, wish.authority),
    )
    try:
        check(transport, has_login=has_login)
        if transport.proxy and transport.proxy != known.proxy:
            proxy_address(transport.proxy, settings.proxies)
    except FetchError as error:
        field = error.detail if error.code == "fetch.bad_transport" else "proxy"
        raise ActionError("action.bad_transport", field) from error
    return transport


def _kept_text(known: str, wished: str | None) -> str:
    return known if wished is None else wished
