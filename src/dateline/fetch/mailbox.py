"""What an IMAP mailbox is to those who ask for one: how it is reached, what is found there. No network yet."""

import re
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from dateline.errors import FetchError

from .address import absolute_http_url

Security = Literal["tls", "starttls", "none"]
"""TLS from the first byte, TLS before the first secret, or none: that only into networks that the operator opened."""


class Login(Struct, frozen=True, kw_only=True):
    """How a folder of a mailbox is reached. ``host`` as ``host_name`` gives it."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str = "INBOX"


class Letter(Struct, frozen=True, kw_only=True):
    """A mail of a folder: its UID, size, and when the server got it."""

    uid: int
    size: int
    received_at: datetime | None


class Listing(Struct, frozen=True, kw_only=True):
    """What is new: mails in order of UID. No mail has a UID above what was asked for and up to ``empty_to``.

    ``has_more``: there may be others behind.
    """

    letters: tuple[Letter, ...]
    empty_to: int
    has_more: bool


def host_name(text: str) -> str:
    """What somebody typed as a server → its name in ASCII, or its number. Raises ``FetchError`` ``fetch.bad_url``."""
    name = text.strip()
    if re.search(r"[\s/\\?#@%\x00-\x20]", name) or name.count(":") == 1:
        raise FetchError("fetch.bad_url", text[:100])
    bracketed = f"[{name}]" if ":" in name and not name.startswith("[") else name
    parts = urlsplit(absolute_http_url(f"https://{bracketed}/"))
    return parts.hostname or ""
