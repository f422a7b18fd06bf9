"""How a feed is asked: its row → the address with its login, and its transport. Every request for a feed goes by this.

What is kept is encrypted with the instance's key, and decrypted here, just before the request. So are the cookies that
servers gave: they belong to this feed, asked in this way, and to no other.
"""

import msgspec
from msgspec import Struct

from dateline.errors import StoreError
from dateline.fetch.address import absolute_http_url, is_home, origin, with_credentials, without_credentials
from dateline.fetch.cookies import Cookie, HomeJar, Jar
from dateline.fetch.transport import PLAIN, Transport
from dateline.store import Database, feeds
from dateline.store.feeds import Feed
from dateline.store.secrets import Keyring
from dateline.store.write import transaction


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands encrypted in ``feed.transport``.

    ``was_shared``: the feed was everybody's until somebody wanted it otherwise; ``had_secrets``: what it holds was
    perhaps fetched with what is not for others, then or later.
    """

    transport: Transport = PLAIN
    was_shared: bool = False
    had_secrets: bool = False


_KEPT = msgspec.json.Decoder(Kept)
_COOKIES = msgspec.json.Decoder(tuple[Cookie, ...])


def sealed(kept: Kept, keyring: Keyring) -> bytes:
    """What is kept, for the store. Raises ``StoreError`` (``store.secret``)."""
    return keyring.encrypt(msgspec.json.encode(kept).decode())


def kept(feed: Feed, keyring: Keyring) -> Kept:
    """What is kept of a feed. Raises ``StoreError`` (``store.secret``) when the key is not the one."""
    return unsealed(feed.transport, keyring)


def unsealed(transport: bytes | None, keyring: Keyring) -> Kept:
    """What is kept, from the store. Raises ``StoreError`` (``store.secret``) when the key is not the one."""
    if transport is None:
        return Kept()
    try:
        return _KEPT.decode(keyring.decrypt(transport))
    except msgspec.DecodeError as error:  # written by a newer Dateline
        raise StoreError("store.secret", "what is kept of how to fetch this feed cannot be understood") from error


def way(feed: Feed, url: str, keyring: Keyring) -> tuple[str, Transport]:
    """(the address to ask, with the login; how to ask it). Another origin than the feed's own gets no secret.

    Raises ``StoreError`` (``store.secret``).
    """
    transport = kept(feed, keyring).transport
    if origin(url) != origin(feed.address):
        return url, transport.public()
    if feed.credentials is None:
        return url, transport
    return with_credentials(url, keyring.decrypt(feed.credentials)), transport


def beside(feed: Feed, keyring: Keyring) -> Transport:
    """How what belongs to a feed (its icon, its chapters) is asked: through its proxy, as its user agent, no secrets.

    Raises ``StoreError`` (``store.secret``): what wants a proxy that cannot be read must not go without one.
    """
    return kept(feed, keyring).transport.public()


class Asking(Struct, frozen=True, kw_only=True):
    """How a page is asked: its address, with the login; and what else is as the feed is asked."""

    url: str
    transport: Transport = PLAIN
    jar: Jar | None = None


def article(feed: Feed, url: str, keyring: Keyring) -> Asking:
    """How an article of a feed is asked: at home with all that lets the feed's reader in, elsewhere as ``beside``.

    Home is the feed's own origin (``address.is_home``) and no more: ``url`` is the word of whoever can put a link
    into the feed. Nothing is posted; the cookies are a copy, what the page sets is forgotten. Raises ``FetchError``
    (``fetch.bad_url``), ``StoreError`` (``store.secret``).
    """
    if feed.owner_id == 0 or (feed.transport is None and feed.credentials is None):
        return Asking(url=url)  # everybody's feed has no secrets; newsletters and saved pages have no home either
    bare, _ = without_credentials(absolute_http_url(url))
    transport = kept(feed, keyring).transport
    if not is_home(feed.address, bare):
        return Asking(url=url, transport=transport.public())
    login = None if feed.credentials is None else keyring.decrypt(feed.credentials)
    return Asking(
        url=url if login is None else with_credentials(bare, login),
        transport=transport.for_pages(),
        jar=HomeJar(jar_of(feed, keyring).cookies(), bare) if transport.keep_cookies else None,
    )


def jar_of(feed: Feed, keyring: Keyring) -> Jar:
    """The cookies that a feed's servers gave it; none, where they cannot be read: they give others."""
    if feed.cookies is None:
        return Jar()
    try:
        return Jar(_COOKIES.decode(keyring.decrypt(feed.cookies)))
    except (StoreError, msgspec.DecodeError):
        return Jar()


def keep_cookies(db: Database, feed: Feed, jar: Jar, keyring: Keyring) -> None:
    """Write down what a jar holds now, unless the feed is asked otherwise meanwhile. Raises ``StoreError``."""
    held = jar.cookies()
    cookies = keyring.encrypt(msgspec.json.encode(held).decode()) if held else None
    with transaction(db) as tx:
        feeds.keep_cookies(tx, feed, cookies)
