"""Addresses of streams as feeds: ``/atom/ACCOUNT-SECRET/folder/3``, and the ids that their entries have for the world.

A secret is an HMAC-SHA256 of the instance's key, cut to 128 bits, over the account, its number of addresses, the
stream and what of it is shown: it opens that one feed, and nothing is kept of it. A higher number ends them all.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from dateline.model import ShownNow, StreamKind, User
from dateline.web.shown import STATES

PATH = "/atom"
FeedKind = Literal["main", "important", "starred", "all", "folder", "feed", "label", "search"]
"""Not ``today`` and ``recent``: the one is the main stream, the other tells what somebody does. ``search`` is a saved
one."""
KINDS: tuple[FeedKind, ...] = get_args(FeedKind)
VISITED: tuple[FeedKind, ...] = ("main", "important", "starred", "all", "folder", "feed")
"""Those that visitors can have."""
MARKED = ("starred", "label", "search")
"""What changes with no newer entry, and has no time of its own for that."""
_KEYED = ("folder", "feed", "search")
_SECRET_BYTES = 16
_SECRET = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{22})")
_MARK = 0xDA7E11FE
_OURS = re.compile(rf"urn:uuid:{_MARK:08x}-[0-9a-f]{{4}}-8[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}", re.I)


class Wanted(Struct, frozen=True, kw_only=True):
    """One stream as a feed. Of a saved search, ``shown`` "all" is what it shows by itself."""

    kind: FeedKind
    key: int | None = None
    shown: ShownNow = "all"

    @property
    def path(self) -> str:
        """``folder/3``, ``main``."""
        return self.kind if self.key is None else f"{self.kind}/{self.key}"


def wanted(kind: str, key: int | None, shown: str = "") -> Wanted | None:
    """What is asked for; None when no stream is called so."""
    kinds = [known for known in KINDS if known == kind]
    states = [known for known in STATES if known == (shown or "all")]
    if not kinds or not states or ((key is not None) != (kind in _KEYED) and kind != "label"):
        return None
    return Wanted(kind=kinds[0], key=key, shown=states[0])


def is_possible(kind: StreamKind, *, is_visitor: bool) -> bool:
    """Whether a stream of this kind can be had as a feed."""
    return kind in (VISITED if is_visitor else KINDS)


def next_number(before: int, now: datetime) -> int:
    """The number of addresses made now: higher than before, and than in any copy that a backup could bring back."""
    return max(before + 1, int(now.timestamp()))


def account_of(secret: str) -> int:
    """The account that a secret claims to be of; 0, which is nobody's, when it is none."""
    found = _SECRET.fullmatch(secret)
    return int(found[1]) if found else 0


def came_as_one(guid: str) -> bool:
    """Whether an entry came by such a feed, of this instance or another: it is not passed on in one again, so that
    instances that read themselves or each other do not fill for ever.
    """
    return _OURS.fullmatch(guid) is not None


class StreamFeeds:
    """Makes and knows addresses and ids, with a key of the instance's."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def path(self, user: User, feed: Wanted) -> str:
        """The path of an account's own feed, to be made a link (with its ``shown``)."""
        return f"{PATH}/{self._secret(user, feed)}/{feed.path}"

    def is_right(self, secret: str, user: User, feed: Wanted) -> bool:
        """Whether this is the secret of the account's feed; takes as long for a wrong one."""
        return hmac.compare_digest(secret.encode(), self._secret(user, feed).encode())

    def entry_id(self, entry_id: int) -> str:
        """An entry's id: the same in all feeds, whatever the stream or the instance is called."""
        return self._urn(f"entry\0{entry_id}", _MARK)

    def source_id(self, feed_id: int) -> str:
        """The id of the feed that an entry is from."""
        return self._urn(f"source\0{feed_id}")

    def feed_id(self, user: User, feed: Wanted, *, is_visitor: bool) -> str:
        """The id of a stream as a feed, whatever its address is."""
        return self._urn(f"stream\0{'visitor' if is_visitor else 'own'}\0{user.id}\0{feed.path}\0{feed.shown}")

    def _secret(self, user: User, feed: Wanted) -> str:
        number = user.preferences.feed_addresses
        digest = self._digest(f"secret\0{user.id}\0{number}\0{feed.path}\0{feed.shown}")
        return f"{user.id}-{base64.urlsafe_b64encode(digest[:_SECRET_BYTES]).rstrip(b'=').decode()}"

    def _urn(self, what: str, mark: int | None = None) -> str:
        """A UUID of version 8 (RFC 9562, 5.8): whoever knows some can make no other."""
        raw = self._digest(what)[:_SECRET_BYTES]
        number = int.from_bytes(raw if mark is None else mark.to_bytes(4) + raw[4:])
        number = number & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62
        return UUID(int=number).urn

    def _digest(self, what: str) -> bytes:
        return hmac.new(self._key, what.encode(), hashlib.sha256).digest()
