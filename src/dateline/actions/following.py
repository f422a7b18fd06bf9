"""What a person does with followed lists: a folder follows an OPML file somewhere else, or stops."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.refresh.followed import Followed, follow_now
from dateline.settings import Settings
from dateline.store import Database, followed, subscriptions
from dateline.store.write import transaction

from .subscriptions import split_address

ASKED_LATELY = timedelta(minutes=5)
MAX_LISTS = 100


def follow(db: Database, user: User, folder_id: int, address: str, *, now: datetime) -> None:
    """A folder follows the list at an address; it is due at once. What an earlier list brought stays, as one's own.

    Raises ``NotFound``; ``ActionError``: ``action.bad_url``, ``action.bad_value`` for an address with a password.
    """
    url, credentials = split_address(address)
    if credentials:
        raise ActionError("action.bad_value", "a list behind a password is not followed")
    with transaction(db) as tx:
        tx.hold_user(user.id)
        subscriptions.folder(tx, user.id, folder_id)
        if len(followed.folders_of(tx, user.id) | {folder_id}) > MAX_LISTS:
            raise ActionError("action.too_large", f"at most {MAX_LISTS} lists")
        before = followed.of_folder(tx, folder_id)
        if before is not None and before.url != url:
            followed.unfollow(tx, folder_id)
        followed.follow(tx, folder_id, url, now)


def unfollow(db: Database, user: User, folder_id: int, *, now: datetime) -> None:
    """A folder follows nothing any more; what its list brought stays, as one's own. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        subscriptions.folder(tx, user.id, folder_id)
        if not followed.unfollow(tx, folder_id):
            raise NotFound(f"a list of folder {folder_id}")


def check_soon(db: Database, user: User, folder_id: int, *, now: datetime) -> None:
    """Make a folder's list due, unless it was asked for within five minutes. Raises ``NotFound``."""
    with transaction(db) as tx:
        subscriptions.folder(tx, user.id, folder_id)
        one = followed.of_folder(tx, folder_id)
        if one is None:
            raise NotFound(f"a list of folder {folder_id}")
        if one.checked_at is None or now - one.checked_at >= ASKED_LATELY:
            followed.postpone(tx, folder_id, min(now, one.next_at))


def check_now(
    db: Database, settings: Settings, folder_id: int, *, version: str, holder: str, clock: Callable[[], datetime]
) -> Followed | None:
    """Ask for a folder's list that is due, and do what it says (for the command line). Network."""
    return follow_now(db, settings, folder_id, version=version, holder=holder, clock=clock)
