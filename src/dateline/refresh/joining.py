"""An outline → a subscription that can be made: its address cleaned and split, its secrets encrypted, its settings."""

from dateline.clean.text import one_line
from dateline.errors import FetchError
from dateline.fetch.address import absolute_http_url, host_key, login_in, without_credentials
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_settings import OpmlSettings
from dateline.parse.opml_unapplied import encode_unapplied
from dateline.parse.page.rules import PageRules, rules_hash, rules_to_json
from dateline.preferences import encode
from dateline.store import retention
from dateline.store.feeds import PAGE_MARK
from dateline.store.joining import Joining
from dateline.store.secrets import Keyring

from .carrying import kept_of

MAX_TITLE = 500
MAX_SUBSCRIPTIONS = 20_000
MAX_SITE = 2_000
MAX_DESCRIPTION = 1_000


def split_url(address: str) -> tuple[str, str | None]:
    """An address from outside → the address without user information, and that ("user:password").

    Raises ``FetchError`` ``fetch.bad_url``.
    """
    url, authorization = without_credentials(absolute_http_url(address))
    return url, ":".join(login_in(authorization)) if authorization else None


def own_site(address: str | None) -> str | None:
    """The address of a site that somebody gave: without user information, which visitors would see; None for none.

    Raises ``FetchError`` ``fetch.bad_url``.
    """
    if address is None or not address.strip():
        return None
    url = split_url(address)[0]
    if len(url) > MAX_SITE:
        raise FetchError("fetch.bad_url", f"more than {MAX_SITE} characters")
    return url


def own_description(text: str | None) -> str | None:
    """What somebody says of a feed, on one line; None for nothing."""
    return one_line(text, MAX_DESCRIPTION) or None


def said_site(settings: OpmlSettings) -> str | None:
    """The site that a file says somebody gave; None for none, and for what is no address."""
    try:
        return own_site(settings.own_site)
    except FetchError:
        return None


def page_url(address: str, rules: PageRules) -> str:
    """The ``url`` of the feed that a page is by rules (``feeds.PAGE_MARK``)."""
    return f"{address}{PAGE_MARK}{rules_hash(rules)}"


def joining_of(feed: OpmlFeed, settings: OpmlSettings, *, user_id: int, keyring: Keyring) -> Joining:
    """One outline as a subscription, not in any folder yet. Asked otherwise than all, its feed is the user's alone.

    Raises ``FetchError`` (the address), ``StoreError`` (``store.secret``).
    """
    url, credentials = split_url(feed.url)
    login = settings.transport.login or credentials if settings.transport is not None else credentials
    title = one_line(feed.title, MAX_TITLE)
    return Joining(
        url=url if settings.rules is None else page_url(url, settings.rules),
        host=host_key(url),
        owner_id=user_id if login or settings.private or settings.transport is not None else 0,
        credentials=keyring.encrypt(login) if login else None,
        transport=kept_of(settings, login, keyring),
        title=title if settings.own_title else "",
        feed_title="" if settings.own_title or title == url else title,
        visibility=settings.visibility,
        hidden_from_visitors=settings.hidden_from_visitors,
        full_text=settings.full_text,
        full_text_rules=settings.full_text_rules,
        revised_unread=settings.revised_unread,
        is_paused=settings.is_paused,
        retention=retention.encode(settings.retention),
        display=encode(settings.display) or None if settings.display is not None else None,
        read_when=encode(settings.read_when) or None if settings.read_when is not None else None,
        rules=None if settings.rules is None else rules_to_json(settings.rules),
        read_queries=settings.read_queries,
        unapplied=encode_unapplied(settings.unapplied),
        own_site_url=said_site(settings),
        own_description=own_description(settings.own_description),
    )
