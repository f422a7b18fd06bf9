"""One's own icon, site address and description of a subscription, in the place of the publisher's.

A picture that somebody sends is hostile: its first bytes say what it is, its size in pixels is read before anybody
draws it, and it is served as fetched icons are, where nothing in it may run (``web/pages/icon.py``).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from dateline.errors import ActionError, FetchError, NotFound
from dateline.model import User
from dateline.parse.choices import OwnIcon
from dateline.parse.opml_settings import OpmlSettings
from dateline.parse.picture_files import is_plain_drawing, picture_size, picture_type
from dateline.refresh.joining import own_description, own_site, said_site
from dateline.store import Database, Tx, own_appearance, subscriptions
from dateline.store.db import WriteTx
from dateline.store.subscriptions import SubscriptionDetails
from dateline.store.write import transaction

MAX_ICON_BYTES = 1_048_576
MAX_DRAWING_BYTES = 100_000
MAX_SIDE = 2_048
ICONS_AT_ONCE = 20
MAX_BYTES_OF_ALL = 20_000_000
"""What the icons of one account may take together."""

IconWish = Literal["keep", "publisher"] | bytes
"""The icon stays, is the publisher's again, or is this picture from now on."""


def change(
    db: Database, user: User, subscription_id: int, *, site: str, description: str, icon: IconWish, now: datetime
) -> None:
    """Set all three; "" is the publisher's again.

    Raises ``NotFound``; ``ActionError`` with the field as its detail: ``action.bad_value`` ("site_url", "icon"),
    ``action.too_large`` ("icon", "icons" for all of them together).
    """
    try:
        site_url = own_site(site)
    except FetchError as error:
        raise ActionError("action.bad_value", "site_url") from error
    picture = usable_icon(icon) if isinstance(icon, bytes) else None
    with transaction(db) as tx:
        tx.hold_user(user.id)
        subscriptions.feed_of(tx, user.id, subscription_id)
        words = own_description(description)
        own_appearance.describe(tx, user.id, subscription_id, site_url=site_url, description=words)
        if picture is not None:
            _check_room(tx, user, subscription_id, picture)
        if icon != "keep":
            own_appearance.put_icon(tx, user.id, subscription_id, picture)


def usable_icon(body: bytes) -> tuple[str, bytes]:
    """(type, bytes) of a picture that may be an icon. Raises ``ActionError``."""
    kind = picture_type(body)
    if len(body) > (MAX_DRAWING_BYTES if kind == "image/svg+xml" else MAX_ICON_BYTES):
        raise ActionError("action.too_large", "icon")
    if kind is None or not _is_drawable(kind, body):
        raise ActionError("action.bad_value", "icon")
    return kind, body


def _is_drawable(kind: str, body: bytes) -> bool:
    if kind == "image/svg+xml":
        return is_plain_drawing(body)
    size = picture_size(body)
    return size is not None and max(size) <= MAX_SIDE


def bring_words(tx: WriteTx, user: User, there: SubscriptionDetails, said: OpmlSettings) -> None:
    """Site and words from elsewhere for a subscription that has none of its own."""
    if not there.own.site_url and not there.own.description:
        own_appearance.describe(
            tx, user.id, there.id, site_url=said_site(said), description=own_description(said.own_description)
        )


def bring_icons(db: Database, user: User, brought: Sequence[OwnIcon]) -> tuple[int, bool]:
    """Icons from elsewhere for subscriptions that have none of their own: (how many, whether all could be used)."""
    taken, are_usable = 0, True
    for start in range(0, len(brought), ICONS_AT_ONCE):
        with transaction(db) as tx:
            tx.hold_user(user.id)
            room = MAX_BYTES_OF_ALL - own_appearance.icon_bytes(tx, user.id, besides=0)
            for one in brought[start : start + ICONS_AT_ONCE]:
                try:
                    used = _bring(tx, user, one, room)
                except (ActionError, NotFound):
                    are_usable = False
                else:
                    taken, room = taken + (used > 0), room - used
    return taken, are_usable


def _bring(tx: WriteTx, user: User, one: OwnIcon, room: int) -> int:
    """How many bytes were taken: none where there is an icon already. Raises ``NotFound``, ``ActionError``."""
    picture = usable_icon(one.picture)
    ident = subscriptions.by_feed_url(tx, user.id, one.feed_url)
    if ident is None:
        raise NotFound("no subscription to it")
    if own_appearance.has_icon(tx, user.id, ident):
        return 0
    if len(picture[1]) > room:
        raise ActionError("action.too_large", "icons")
    own_appearance.put_icon(tx, user.id, ident, picture)
    return len(picture[1])


def _check_room(tx: Tx, user: User, subscription_id: int, picture: tuple[str, bytes]) -> None:
    if own_appearance.icon_bytes(tx, user.id, besides=subscription_id) + len(picture[1]) > MAX_BYTES_OF_ALL:
        raise ActionError("action.too_large", "icons")
