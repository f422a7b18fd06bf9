"""A polite, guarded IMAP client that only reads: a login → what is new in a folder, by UID (RFC 3501, RFC 9051).

Six commands of our own over ``imap_wire``, not ``imaplib``: that blocks a thread for each mailbox, cannot be broken
off, and bounds neither literals nor the number of answers nor the time that a slow server takes; what would be left of
it is the counting of tags. Folders are opened by EXAMINE and mails read by BODY.PEEK: no flag changes.
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Final, Self

from aiohttp.abc import AbstractResolver

from dateline.errors import FetchError
from dateline.settings import Settings

from . import imap_words
from .address import host_key
from .guard import Guard
from .imap_talk import Refused, Talk
from .imap_wire import PlainChannel, Wire, connected, inside_tls
from .mailbox import Letter, Listing, Login
from .politeness import Gate, HostGate
from .resolver import SortingResolver, ThreadResolver

MAX_UID: Final = 2**32 - 1
WINDOW: Final = 2_000
"""So many UIDs are asked about at once: an answer is some 80 bytes."""
MAX_WINDOWS: Final = 50
BODY_SECONDS: Final = 90.0
_LOGOUT_SECONDS: Final = 2.0
_NOT_NOW: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"})
"""Answers (RFC 5530) that are no word about the password."""


class Imap:
    """Opens folders inside one event loop; an async context manager. ``resolver`` and ``tls`` are for tests."""

    def __init__(
        self,
        settings: Settings,
        *,
        gate: Gate | None = None,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._gate: Gate = gate or HostGate(settings.host_connections, settings.host_spacing)
        self._guard = Guard(settings.allowed_networks)
        self._resolver = SortingResolver(resolver or ThreadResolver(), self._guard)
        self._tls = tls

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resolver.close()

    @asynccontextmanager
    async def opened(self, login: Login) -> AsyncIterator["Folder"]:
        """Connect, log in and open the folder for reading, within the host's turn. Raises ``FetchError``."""
        async with self._gate.turn(host_key(f"https://{_in_url(login.host)}:{login.port}/")):
            talk = await self._talk(login)
            try:
                with _without_secrets(login):
                    await _log_in(talk, login)
                    folder = await _examined(talk, login)
                yield folder
                await _log_out(talk)
            finally:
                talk.wire.close()

    async def _talk(self, login: Login) -> Talk:
        """A conversation in which secrets may be said."""
        where = f"{login.host}:{login.port}"
        opened_only = login.security == "none"
        plain = await connected(self._guard, self._resolver, login.host, login.port, opened_only=opened_only)
        if login.security == "tls":
            return await _greeted(Wire(await inside_tls(plain, login.host, self._context(), where), where))
        talk = await _greeted(Wire(PlainChannel(plain), where))
        if login.security == "none":
            return talk
        try:
            await _ask_for_tls(talk)
        except BaseException:
            plain.close()
            raise
        return Talk(Wire(await inside_tls(plain, login.host, self._context(), where), where))

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()  # once: it reads all of the system's authorities
        return self._tls


class Folder:
    """An open folder. ``uid_validity``: while it stays the same, a UID means the same mail (RFC 3501 §2.3.1.1)."""

    def __init__(self, talk: Talk, *, count: int, uid_validity: int, uid_next: int) -> None:
        self._talk = talk
        self.count = count
        self.uid_validity = uid_validity
        self.uid_next = uid_next

    async def newer(self, after: int, at_most: int) -> Listing:
        """The first mails above a UID. Raises ``FetchError``."""
        low = after + 1
        for _ in range(MAX_WINDOWS):
            if low >= self.uid_next:
                break
            high = min(low + WINDOW, self.uid_next) - 1
            letters = await self._letters(low, high)
            if letters:
                has_more = len(letters) > at_most or high + 1 < self.uid_next
                return Listing(letters=tuple(letters[:at_most]), empty_to=after, has_more=has_more)
            low, after = high + 1, high
        return Listing(letters=(), empty_to=after, has_more=after + 1 < self.uid_next)

    async def message(self, uid: int, *, max_bytes: int) -> bytes | None:
        """A mail as it came; None when it is gone. Raises ``FetchError``: ``fetch.too_large`` ends the conversation."""
        answers = await _asked(
            self._talk, b"UID FETCH %d (UID BODY.PEEK[])" % uid, max_bytes=max_bytes, seconds=BODY_SECONDS
        )
        for answer in answers:
            said = imap_words.fetched(answer)
            if said.get(b"UID") == b"%d" % uid and b"BODY[]" in said:
                return said[b"BODY[]"]
        return None

    async def _letters(self, low: int, high: int) -> list[Letter]:
        answers = await _asked(self._talk, b"UID FETCH %d:%d (UID RFC822.SIZE INTERNALDATE)" % (low, high))
        found: dict[int, Letter] = {}
        for answer in answers:
            said = imap_words.fetched(answer)
            uid, size = imap_words.number(said.get(b"UID")), imap_words.number(said.get(b"RFC822.SIZE"))
            if uid is not None and size is not None and low <= uid <= high:
                date = imap_words.internal_date(said.get(b"INTERNALDATE") or b"")
                found[uid] = Letter(uid=uid, size=size, received_at=date)
        return [found[uid] for uid in sorted(found)]


# ------------------------------------------------------------------------------------------------ one conversation


async def _greeted(wire: Wire) -> Talk:
    talk = Talk(wire)
    try:
        await talk.greeting()
    except BaseException:
        wire.close()
        raise
    return talk


async def _ask_for_tls(talk: Talk) -> None:
    try:
        await talk.command(b"STARTTLS")
    except Refused as error:
        raise FetchError("fetch.mailbox_insecure", f"STARTTLS: {error.text}") from error
    if not talk.wire.is_drained:
        raise FetchError("fetch.mailbox_protocol", "it went on talking before TLS")


async def _log_in(talk: Talk, login: Login) -> None:
    able = await _capabilities(talk)
    if b"AUTH=PLAIN" in able:
        said = f"\0{login.user}\0{login.password}".encode("utf-8", "replace")
        pieces = [b"AUTHENTICATE PLAIN", base64.b64encode(said)]
    elif b"LOGINDISABLED" in able:
        raise FetchError("fetch.mailbox_login", "it takes no passwords")
    else:
        pieces = imap_words.with_strings(b"LOGIN", login.user, login.password)
    try:
        await talk.command(*pieces)
    except Refused as error:
        code = "fetch.mailbox_refused" if error.code in _NOT_NOW else "fetch.mailbox_login"
        raise FetchError(code, error.text) from error


async def _capabilities(talk: Talk) -> frozenset[bytes]:
    found: set[bytes] = set()
    for answer in await _asked(talk, b"CAPABILITY"):
        words = answer[0].upper().split()
        if words[1:2] == [b"CAPABILITY"]:
            found.update(words[2:])
    return frozenset(found)


async def _examined(talk: Talk, login: Login) -> Folder:
    try:
        answers = await talk.command(*imap_words.with_strings(b"EXAMINE", imap_words.folder_name(login.folder)))
    except Refused as error:
        code = "fetch.mailbox_refused" if error.code in _NOT_NOW else "fetch.mailbox_folder"
        raise FetchError(code, error.text) from error
    said = imap_words.examined(answers)
    if b"UIDVALIDITY" not in said:
        raise FetchError("fetch.mailbox_protocol", "the folder has no UIDVALIDITY")
    count, uid_next = said.get(b"EXISTS", 0), said.get(b"UIDNEXT")
    if uid_next is None:
        uid_next = await _highest(talk) + 1 if count else 1
    return Folder(talk, count=count, uid_validity=said[b"UIDVALIDITY"], uid_next=min(uid_next, MAX_UID))


async def _highest(talk: Talk) -> int:
    """The UID of a folder's last mail."""
    answers = await _asked(talk, b"FETCH * (UID)")
    return max((imap_words.number(imap_words.fetched(answer).get(b"UID")) or 0 for answer in answers), default=0)


async def _asked(talk: Talk, command: bytes, *, max_bytes: int = 0, seconds: float | None = None) -> list[list[bytes]]:
    try:
        return await talk.command(command, max_literal=max_bytes, seconds=seconds)
    except Refused as error:
        raise FetchError("fetch.mailbox_refused", error.text) from error


async def _log_out(talk: Talk) -> None:
    """Say good-bye; whether the server hears it does not matter."""
    with contextlib.suppress(FetchError, Refused, TimeoutError):
        async with asyncio.timeout(_LOGOUT_SECONDS):
            await talk.command(b"LOGOUT")


@contextmanager
def _without_secrets(login: Login) -> Iterator[None]:
    """What a server says about a login is shown and kept: without the password, should it repeat that."""
    try:
        yield
    except FetchError as error:
        token = base64.b64encode(f"\0{login.user}\0{login.password}".encode("utf-8", "replace")).decode()
        detail = error.detail.replace(login.password, "…").replace(token, "…") if login.password else error.detail
        raise FetchError(error.code, detail, final_url=error.final_url) from None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
