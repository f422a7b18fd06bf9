"""What a person does with newsletters: make an address to give to publishers, take it away, hear a sender again."""

import secrets
from datetime import datetime

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.settings import Settings
from dateline.store import Database, delivery, feeds, mail, subscriptions
from dateline.store.write import transaction

MAX_ADDRESSES = 50


def add_address(db: Database, settings: Settings, user: User, *, now: datetime) -> str:
    """Make an address that nobody can guess. The whole address.

    Raises ``ActionError``: ``action.mail_off``, ``action.too_large``.
    """
    if not settings.takes_mail:
        raise ActionError("action.mail_off")
    token = secrets.token_hex(12)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if len(mail.addresses(tx, user.id)) >= MAX_ADDRESSES:
            raise ActionError("action.too_large", f"at most {MAX_ADDRESSES} addresses")
        mail.add_address(tx, user.id, token, now)
    return f"{token}@{settings.mail_domain}"


def remove_address(db: Database, user: User, address_id: int, *, now: datetime) -> None:
    """Mail to this address is refused from now on; what it brought stays. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if not mail.remove_address(tx, user.id, address_id):
            raise NotFound(f"address {address_id}")


def hear_again(db: Database, user: User, feed_id: int, *, now: datetime) -> None:
    """Subscribe again to a sender that one unsubscribed from; its next mail is taken. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if feed_id not in {sender.feed_id for sender in mail.refused(tx, user.id)}:
            raise NotFound(f"sender {feed_id}")
        upto = feeds.newest_entry_id(tx, feed_id)
        mail.wake(tx, feed_id)
        subscription_id = subscriptions.add(tx, user_id=user.id, feed_id=feed_id, title="", now=now)
        delivery.deliver_carried(tx, user.id, subscription_id, feed_id, upto)
