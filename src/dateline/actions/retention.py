"""What a person says of keeping: a rule for a subscription, a folder, an account; the administrator's for all."""

from datetime import datetime

from dateline.errors import ActionError
from dateline.model import Retention, User
from dateline.refresh.expiry import EVERY, GRACE
from dateline.store import Database, Tx, expiry, retention, subscriptions
from dateline.store.db import WriteTx
from dateline.store.expiry import Effect
from dateline.store.retention import Proposal, Scope
from dateline.store.write import transaction

LONGEST_AGE = 1_000
LARGEST_COUNT = 1_000_000


def preview(db: Database, user: User, proposal: Proposal, *, now: datetime) -> Effect:
    """What a rule would delete, were it saved. Errors as in ``keep``."""
    with db.reading() as tx:
        _check(tx, user, proposal)
        feed_ids = retention.feeds_of(tx, user.id, proposal.scope, proposal.key)
        return expiry.effect(tx, proposal, feed_ids, now)


def keep(db: Database, user: User, proposal: Proposal, *, now: datetime) -> None:
    """Save a rule (None: as what is above says); the worker begins to delete an hour later.

    Raises ``NotFound`` for what is not the user's, ``ActionError`` ``action.bad_value`` for a number out of bounds.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        _check(tx, user, proposal)
        retention.save(tx, proposal)
        _look_again(tx, user.id, proposal.scope, proposal.key, now)


def preview_by_default(db: Database, proposal: Proposal, *, now: datetime) -> Effect:
    """What a default of the instance would delete."""
    check_numbers(proposal.rule)
    with db.reading() as tx:
        return expiry.effect(tx, proposal, retention.feeds_of(tx, 0, "instance", 0), now)


def keep_by_default(db: Database, rule: Retention | None, *, now: datetime) -> None:
    """Save what is kept where nobody says anything (None: everything). For the administrator at the terminal."""
    with transaction(db) as tx:
        proposal = Proposal(scope="instance", key=0, rule=rule)
        check_numbers(rule)
        retention.save(tx, proposal)
        _look_again(tx, 0, "instance", 0, now)


def _look_again(tx: WriteTx, user_id: int, scope: Scope, key: int, now: datetime) -> None:
    expiry.tidy_again(tx, retention.feeds_of(tx, user_id, scope, key), now - EVERY + GRACE)


def _check(tx: Tx, user: User, proposal: Proposal) -> None:
    if proposal.scope == "subscription":
        subscriptions.feed_of(tx, user.id, proposal.key)
    elif proposal.scope == "folder":
        subscriptions.folder(tx, user.id, proposal.key)
    elif proposal.scope != "account" or proposal.key != user.id:
        raise ActionError("action.forbidden", proposal.scope)
    check_numbers(proposal.rule)


def check_numbers(rule: Retention | None) -> None:
    """Whether a rule can be kept. Raises ``ActionError`` ``action.bad_value``."""
    if rule is None:
        return
    for bound, most in ((rule.age, LONGEST_AGE), (rule.count, LARGEST_COUNT)):
        if bound is not None and not 1 <= bound <= most:
            raise ActionError("action.bad_value", f"a number from 1 to {most} is needed, not {bound}")
