"""Delivery: what arrived becomes unread for those who subscribe, but for what they had read in another reader.

Used by ``actions`` when a person comes, by the worker before.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from dateline.errors import NotFound
from dateline.store import Database, accounts, brought, delivery
from dateline.store.delivery import Delivered
from dateline.store.write import transaction

from . import ruling

ACTIVE_WITHIN = timedelta(days=7)
PASSED_OVER = 100_000
"""So many entries that count as read by themselves are delivered at once: 0.2 s."""


def deliver_ahead(db: Database, now: datetime) -> None:
    """Deliver for those who were here lately: their next page finds everything done."""
    with db.reading() as tx:
        users = accounts.active_users(tx, now - ACTIVE_WITHIN)
    for user_id in users:
        with suppress(NotFound):  # an account may go meanwhile
            catch_up(db, user_id, everything=True)
            ruling.apply(db, user_id, now, most=ruling.A_TURN)


def catch_up(db: Database, user_id: int, *, everything: bool = False) -> int:
    """Deliver what arrived since to one user. How many entries; one indexed read when there is nothing.

    At most 5,000 entries at once, so that nobody waits for a page, or 100,000 of which none is to be read: they shall
    not hide what came after them. ``everything`` goes on until nothing is left.
    """
    total = 0
    while True:
        with db.reading() as tx:
            if not delivery.undelivered(tx, user_id):
                return total
        delivered: list[Delivered] = []
        with transaction(db) as tx:
            count = delivery.deliver(tx, user_id, told=delivered.append)
            brought.settle(tx, user_id, delivered)
            is_news = not everything and delivery.anything_unread(tx, user_id, delivered)
        total += count
        if is_news or (not everything and total >= PASSED_OVER):
            return total
