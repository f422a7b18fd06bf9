"""How a feed is fetched, from a file and to a file: what may be sent is taken over, the rest is named.

Field by field: what ``fetch.transport.check`` refuses is left out and told, so that no feed waits for ever because of
one header, and nobody believes that a header was taken over which was not.
"""

from urllib.parse import urlsplit

from msgspec.structs import asdict, replace

from dateline.errors import FetchError, StoreError
from dateline.fetch.transport import PLAIN, Transport, check, is_header, proxy_address
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_settings import OpmlSettings
from dateline.parse.opml_transport import WORDS, OpmlTransport, is_proxy
from dateline.store.secrets import Keyring

from .asking import Kept, sealed, unsealed

MAX_LOGIN = 1_000
_DEFAULTS = OpmlTransport()
_NOT_SENT = frozenset({"login", "withheld"})


def usable(feed: OpmlFeed, settings: OpmlSettings) -> OpmlSettings:
    """An outline's settings with a transport that can be used as it is; what cannot is named in ``left_out``."""
    if settings.transport is None:
        return settings
    transport, refused = settings.transport, []
    user = transport.login.partition(":")[0]
    if transport.login and (not user or len(transport.login) > MAX_LOGIN or "\0" in transport.login):
        transport = replace(transport, login="")
        refused.append(WORDS["login"])
    if transport.proxy and not is_proxy(transport.proxy):
        transport = replace(transport, proxy="")
        refused.append(WORDS["proxy"])
    transport, names = _sendable(transport, has_login=bool(transport.login) or "@" in urlsplit(feed.url).netloc)
    return replace(
        settings,
        transport=None if transport == _DEFAULTS else transport,
        left_out=tuple(dict.fromkeys((*settings.left_out, *refused, *names))),
    )


def _sendable(transport: OpmlTransport, *, has_login: bool) -> tuple[OpmlTransport, list[str]]:
    """(what of it may be sent, what may not)."""
    refused = [name for name, value in transport.headers if not is_header(name, value, has_login=has_login)]
    fine = tuple(header for header in transport.headers if is_header(*header, has_login=has_login))
    transport = replace(transport, headers=fine)
    names = [f"{WORDS['headers']} ({name[:40]})" for name in refused]
    while True:
        try:
            check(as_sent(transport), has_login=has_login)
        except FetchError as error:
            transport = replace(transport, **_without(error.detail))
            names.append(WORDS.get(error.detail, f"dateline:transport ({error.detail})"))
        else:
            return transport, names


def _without(field: str) -> dict[str, object]:
    fields = ("body", "method", "body_type") if field == "body" else (field,)  # an empty form is another question
    return {name: getattr(_DEFAULTS, name) for name in fields}


def as_sent(transport: OpmlTransport | None) -> Transport:
    """What of it is how a request is made."""
    if transport is None:
        return PLAIN
    return Transport(**{name: value for name, value in asdict(transport).items() if name not in _NOT_SENT})


def refused_proxy(transport: OpmlTransport | None, allowed: tuple[str, ...]) -> str | None:
    """The proxy that a feed shall be fetched through when the administrator does not allow it."""
    if transport is None or not transport.proxy:
        return None
    try:
        proxy_address(transport.proxy, allowed)
    except FetchError:
        return transport.proxy
    return None


def kept_of(settings: OpmlSettings, login: str | None, keyring: Keyring) -> bytes | None:
    """What is to be kept of how a feed is asked, encrypted; None when it needs nothing. Raises ``StoreError``."""
    transport = as_sent(settings.transport)
    if settings.transport is None or (transport == PLAIN and settings.private):
        return None
    has_secrets = transport.has_secrets or bool(login)
    return sealed(Kept(transport=transport, was_shared=not settings.private, had_secrets=has_secrets), keyring)


def carried(
    transport: bytes | None, credentials: bytes | None, keyring: Keyring, *, with_secrets: bool
) -> tuple[OpmlTransport | None, bool]:
    """(how a feed is asked, for a file; whether it would be everybody's without that).

    Without secrets their names stand in ``withheld``; so they do when the instance's key cannot read them.
    """
    if transport is None and credentials is None:
        return None, False
    try:
        known = unsealed(transport, keyring)
        login = keyring.decrypt(credentials) if credentials is not None else ""
    except StoreError:
        names = (("login", credentials), ("transport", transport))
        return OpmlTransport(withheld=tuple(name for name, is_there in names if is_there)), False
    whole = OpmlTransport(**asdict(known.transport), login=login)
    return (whole if with_secrets else _without_secrets(whole)), known.was_shared


def _without_secrets(whole: OpmlTransport) -> OpmlTransport:
    hidden = tuple(name for name in ("login", "headers", "cookies", "body", "authority") if getattr(whole, name))
    return replace(whole, withheld=hidden, **{name: getattr(_DEFAULTS, name) for name in hidden})
