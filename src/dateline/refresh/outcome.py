"""What an answer means for the store, between ``line.take`` and ``record``: plain values."""

from datetime import datetime

from msgspec import Struct

from dateline.errors import DatelineError
from dateline.model import Validators
from dateline.store.checks import CheckRow
from dateline.store.entries import Arrived, Edited
from dateline.store.feeds import Described, Feed

from .decide import Changes, Identity


class Outcome(Struct, frozen=True, kw_only=True):
    """What one answer means for the store: everything that ``record`` needs, computed outside any transaction."""

    feed: Feed
    check: CheckRow
    next_at: datetime | None
    error: DatelineError | None = None
    wished_until: datetime | None = None
    quiet_host: tuple[str, datetime] | None = None
    validators: Validators = Validators()
    validators_url: str = ""
    body_hash: bytes | None = None
    identity: Identity = "guid"
    described: Described | None = None
    hints: str | None = None
    """To be stored instead of what is known, where no document described the feed."""
    arrived: tuple[Arrived, ...] = ()
    edited: tuple[Edited, ...] = ()
    changes: Changes | None = None
    tells_gone: bool = False
    """Whether what it does not hold counts as gone: a document that was cut off, emptied, or kept too long by somebody
    in between holds nothing new."""
    is_empty_list: bool = False
    """A page's list is there and empty, though it held entries before."""
    move: "Move | None" = None
    hub: tuple[str, str] | None = None
    """(hub, topic) as the document names them."""
    push_id: int | None = None
    """A hub brought it, as this push: it says nothing about what it does not hold, nor about the feed itself."""


class Move(Struct, frozen=True, kw_only=True):
    """What an answer says of the feed's address:
    a target to ask from now on, or None to ask the address itself again.
    """

    target: str | None
    adopt: bool = False
