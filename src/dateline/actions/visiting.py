"""What visitors may do where an account's owner lets them: have feeds asked sooner, as a person may, and seldomer.

A feed is asked no sooner than for a person (``leases.ask_soon``), whoever presses how often; beneath that, presses are
counted per account and per address, so that strangers cost no more than a look into a table.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from dateline.errors import NotFound
from dateline.model import Stream, StreamKind, User
from dateline.store import Database, Tx, accounts, leases, scopes
from dateline.store.times import to_us
from dateline.store.write import transaction

BETWEEN_FOR_ACCOUNT = timedelta(minutes=1)
BETWEEN_FOR_CLIENT = timedelta(minutes=2)
KINDS: tuple[StreamKind, ...] = ("main", "important", "all", "starred", "folder", "feed")
"""The streams that visitors see."""


def refresh(db: Database, owner: User, stream: Stream, *, client: str, now: datetime) -> int:
    """Make due what a visitor sees of a stream, as far as its feeds may be asked. How many; 0 too when somebody asked
    a moment ago.

    Raises ``NotFound`` where the owner does not let visitors, and for what visitors do not see.
    """
    if not (owner.open_to_visitors and owner.visitors_may_refresh) or stream.kind not in KINDS:
        raise NotFound("refresh")
    stream = replace(stream, public_only=True)
    account, address = f"visited:{owner.id}", f"visitor:{client}"
    with db.reading() as tx:
        _check_seen(tx, owner, stream)
        if _is_too_soon(tx, account, address, now):
            return 0
    with transaction(db) as tx:
        accounts.hold_attempts(tx, [account, address], now)
        if _is_too_soon(tx, account, address, now):
            return 0
        for key in (account, address):
            accounts.note_failure(tx, key, 1, now)
        return leases.ask_soon(tx, scopes.scope(tx, owner.id, stream).feed_ids, now)


def _check_seen(tx: Tx, owner: User, stream: Stream) -> None:
    """A folder in which a visitor finds nothing is not there for them."""
    if not scopes.scope(tx, owner.id, stream).feed_ids and stream.key is not None:
        raise NotFound(f"{stream.kind} {stream.key}")


def _is_too_soon(tx: Tx, account: str, address: str, now: datetime) -> bool:
    return any(
        count > 0 and last_at > to_us(now - between)
        for (count, last_at), between in (
            (accounts.failures(tx, account), BETWEEN_FOR_ACCOUNT),
            (accounts.failures(tx, address), BETWEEN_FOR_CLIENT),
        )
    )
