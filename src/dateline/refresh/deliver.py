"""Delivery: what arrived becomes unread for those who subscribe, but for what they had read in another reader.

Used by ``actions`` when a person comes, by the worker before.
"""

from dateline.store import Database, brought, states
from dateline.store.states import Delivered
from dateline.store.write import transaction


def catch_up(db: Database, user_id: int, *, everything: bool = False) -> int:
    """Deliver what arrived since to one user. How many entries; one indexed read when there is nothing.

    At most 5,000 entries at once, so that nobody waits for a page; ``everything`` goes on until nothing is left.
    """
    total = 0
    while True:
        with db.reading() as tx:
            if not states.undelivered(tx, user_id):
                return total
        delivered: list[Delivered] = []
        with transaction(db) as tx:
            count = states.deliver(tx, user_id, told=delivered.append)
            brought.settle(tx, user_id, delivered)
        total += count
        if not everything:
            return total
