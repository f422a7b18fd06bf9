"""The server that takes mail: LMTP (RFC 2033) after LHLO, SMTP (RFC 5321) after EHLO, at one address.

It takes mail for addresses of ours alone, relays nothing, and says 250 only after the commit. What cannot be stored
now is answered 4xx, so that the sender keeps it and tries again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from dateline.errors import ActionError, DatelineError, ParseError
from dateline.parse.mail import MAX_BYTES
from dateline.refresh import mail
from dateline.settings import Settings, listen_address
from dateline.store import Database

from .limits import MAX_ONE, SMALL, Pace, Room, weight

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 16
MAX_RECIPIENTS = 50
TIMEOUT = 120.0
"""Seconds that one command, or the text of one mail, may take."""
LATER = "451 4.3.0 Cannot be stored now, try again later"


class Intake:
    """The server of one process."""

    def __init__(self, db: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._room = Room()
        self._rules = _Rules(db, settings.mail_domain or "", clock, self._room)
        self._connections: set[_Conversation] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, once started."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen. Raises ``OSError`` when the address is taken."""
        host, port = listen_address(self._settings.mail_listen or "")
        self._server = await asyncio.get_running_loop().create_server(self._conversation, host, port)
        log.info("newsletters are taken at %s", self._settings.mail_listen)

    async def stop(self) -> None:
        """Take no more; what is being stored is stored, and who is still talking is cut off."""
        if self._server is None:
            return
        self._server.close()
        await self._rules.settle()
        for conversation in list(self._connections):
            conversation.cut_off()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), 5)

    def _conversation(self) -> asyncio.BaseProtocol:
        if len(self._connections) >= MAX_CONNECTIONS:
            return _Busy()
        return _Conversation(self._rules, self._settings.mail_domain or "", self._connections, self._room)


class _Busy(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
        transport.close()


class _Conversation(SMTP):
    """One connection. ``is_lmtp`` after LHLO: then each recipient of a mail gets an answer of its own.

    A mail that turns out to be large waits, unread, until there is room for it; the rest of it stays on its way.
    """

    line_length_limit = 100_000

    def __init__(self, rules: "_Rules", domain: str, connections: "set[_Conversation]", room: Room) -> None:
        super().__init__(
            rules,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=domain,
            ident="Dateline",
            timeout=TIMEOUT,
            loop=asyncio.get_running_loop(),
        )
        self.is_lmtp = False
        self._connections = connections
        self._came = 0
        self._room = room
        self._has_room = False
        self._held: list[bytes] | None = None
        """What came while this waits for room; None: it does not wait."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._forget()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """One mail's worth and no more, even in a line that never ends, or in nothing but lines."""
        self._came += weight(data)
        if self._came > (MAX_ONE if self._is_addressed() else SMALL):
            self.cut_off()
        elif self._held is not None or not self._may():
            self._wait(data)
        else:
            super().data_received(data)

    def _is_addressed(self) -> bool:
        """Whether a mail for somebody here has begun: nobody else needs more room than a few commands."""
        return self.envelope is not None and bool(self.envelope.rcpt_tos)

    def _may(self) -> bool:
        """Whether what has come so far has room."""
        self._has_room = self._has_room or (self._came > SMALL and self._room.ask(self._go_on))
        return self._has_room or self._came <= SMALL

    def _wait(self, data: bytes) -> None:
        self._held = [*(self._held or ()), data]
        if isinstance(self.transport, asyncio.Transport):
            self.transport.pause_reading()

    def _go_on(self) -> None:
        """There is room now, and it is ours."""
        held, self._held, self._has_room = self._held or [], None, True
        if isinstance(self.transport, asyncio.Transport):
            self.transport.resume_reading()  # before what was held: whoever reads it may pause again
        super().data_received(b"".join(held))

    def _forget(self) -> None:
        """What came is not held here any more, nor waited for."""
        self._came = 0
        if self._held is not None:
            self._held = None
            self._room.leave(self._go_on)
        if self.hand_over():
            self._room.give_back()

    def hand_over(self) -> bool:
        """Whether it had room; from now on whoever asked has it."""
        had, self._has_room = self._has_room, False
        return had

    def cut_off(self) -> None:
        """End the connection at once."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802 # aiosmtpd finds commands by these names
        """The greeting of LMTP."""
        await self.smtp_EHLO(hostname)
        self.is_lmtp = True

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 # likewise
        """A new mail begins: its bytes are counted anew."""
        self._forget()
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 # likewise
        """The text; once it is stored, or refused, its room is free."""
        await super().smtp_DATA(arg)
        self._forget()


class _Rules:
    """What is taken, and what is answered. The names of the methods are aiosmtpd's."""

    def __init__(self, db: Database, domain: str, clock: Callable[[], datetime], room: Room) -> None:
        self._db = db
        self._room = room
        self._domain = domain
        self._clock = clock
        self._pace = Pace(lambda: clock().timestamp())
        self._storing: dict[asyncio.Future[Any], bytes] = {}

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, server: _Conversation, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Is this address one of ours?"""
        limit = MAX_RECIPIENTS if server.is_lmtp else 1
        if len(envelope.rcpt_tos) >= limit:
            return "452 4.5.3 Too many recipients, send the others another mail"
        token, _, domain = address.lower().rpartition("@")
        if domain.rstrip(".") != self._domain:
            return "550 5.7.1 Nothing is relayed"
        try:
            owner = await asyncio.to_thread(mail.owner_of, self._db, token[:100])
        except DatelineError as error:
            log.warning("mail is put off: %s", error)
            return LATER
        if owner is None:
            return "550 5.1.1 No such address"
        if not self._pace.may(token):
            return "451 4.7.1 Too many mails, try again later"
        envelope.rcpt_tos.append(token)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802 # likewise
        """Store the mail for each recipient; the answers, one a recipient (LMTP) or one (SMTP)."""
        content = envelope.original_content or b""
        is_large = server.hand_over()
        try:
            return "\r\n".join([await self._stored(token, content) for token in envelope.rcpt_tos])
        finally:
            if is_large:
                self._give_back_when_stored(content)

    def _give_back_when_stored(self, content: bytes) -> None:
        """What is being stored stays in memory, though the connection may be gone."""
        work = next((work for work, held in self._storing.items() if held is content), None)
        if work is None:
            self._room.give_back()
        else:
            work.add_done_callback(lambda _: self._room.give_back())

    async def _stored(self, token: str, content: bytes) -> str:
        """Store once. A connection that is lost meanwhile does not stop it: the sender tries again, nothing doubles."""
        take = partial(mail.take_sent, self._db, token, content, now=self._clock())
        work = asyncio.ensure_future(mail.in_turn(take))
        self._storing[work] = content
        work.add_done_callback(lambda work: self._storing.pop(work, None))
        try:
            await asyncio.shield(work)
        except (ParseError, ActionError) as error:
            return _REFUSALS.get(error.code, "554 5.6.0 This mail cannot be read")
        except DatelineError as error:
            log.warning("mail is put off: %s", error)
            return LATER
        except Exception:
            log.exception("a mail could not be stored; its sender keeps it")
            return LATER
        return "250 2.0.0 Stored"

    async def settle(self) -> None:
        """Wait until what is being stored is stored."""
        await asyncio.gather(*self._storing, return_exceptions=True)

    async def handle_exception(self, error: Exception) -> str:
        """Nothing is lost by an error of ours: the sender keeps the mail."""
        log.error("a mail could not be taken", exc_info=error)
        return LATER


_REFUSALS = {
    "action.not_found": "550 5.1.1 No such address",
    "action.sender_refused": "550 5.7.1 The reader unsubscribed",
    "action.too_large": "452 4.2.2 The reader has too many subscriptions",
}
