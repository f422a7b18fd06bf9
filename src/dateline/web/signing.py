"""Signed addresses: what of other hosts may come by way of us, so that nobody can make the server fetch anything else.

An account's address is for those who are logged in and holds for ever, so that browsers may keep what it brings; so
does one by way of a feed, asked as that feed is, for its owner alone; one made for visitors holds two days.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime

from msgspec import Struct

PATH = "/proxied/"
_DAYS_OF_VISITORS = 2
_SIGNATURE_BYTES = 16
_FORM = re.compile(r"(u|f\d{1,18}|v\d{1,7})/([A-Za-z0-9_-]{22})/([A-Za-z0-9_-]{1,16384})")
_DAY_SECONDS = 86_400


class Signed(Struct, frozen=True, kw_only=True):
    """What a signed address means; ``for_visitors``: whoever has it may use it; ``feed_id``: asked as that feed is, for
    its owner."""

    url: str
    for_visitors: bool
    feed_id: int | None = None


class Signer:
    """Signs addresses with the instance's key (HMAC-SHA256, cut to 128 bits)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def path(self, url: str, *, now: datetime, for_visitors: bool, feed_id: int | None = None) -> str:
        """The path of an address, to be made a link; for an owner, by way of one of their feeds."""
        audience = f"v{_day(now)}" if for_visitors else "u" if feed_id is None else f"f{feed_id}"
        return f"{PATH}{audience}/{self._signature(audience, url)}/{_text(url.encode('utf-8', 'replace'))}"

    def read(self, path: str, now: datetime) -> Signed | None:
        """What a path means; None when we did not make it, or when its days are over."""
        found = _FORM.fullmatch(path.removeprefix(PATH))
        if found is None:
            return None
        audience, signature, text = found.groups()
        try:
            url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        if not hmac.compare_digest(signature, self._signature(audience, url)):
            return None
        if audience[0] == "f":
            return Signed(url=url, for_visitors=False, feed_id=int(audience[1:]))
        if audience != "u" and not 0 <= _day(now) - int(audience[1:]) < _DAYS_OF_VISITORS:
            return None
        return Signed(url=url, for_visitors=audience != "u")

    def _signature(self, audience: str, url: str) -> str:
        message = f"{audience}\0{url}".encode("utf-8", "replace")
        return _text(hmac.new(self._key, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _day(now: datetime) -> int:
    return int(now.timestamp()) // _DAY_SECONDS
